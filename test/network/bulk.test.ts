import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { FRAME_BYTES_MAX } from '../../src/constants.ts'
import { BulkEndpoint, type BulkReceiver } from '../../src/network/bulk.ts'
import {
  introduce,
  type Member,
  type MemberOptions,
  openGreeted,
  refusals,
  startMember,
  until
} from './member.ts'

const TRANSFER = '/anillo/test-transfer/1.0.0'
const bytes = { encode: (value: Uint8Array) => value, decode: (value: Uint8Array) => new Uint8Array(value) }
const json = {
  encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (value: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(value))
}
type Endpoint = Member & { bulk: BulkEndpoint<Uint8Array, unknown> }

const endings: (() => Promise<unknown>)[] = []
after(async () => {
  await Promise.all(endings.map(end => end()))
})

const count: BulkReceiver<Uint8Array, unknown> = async (_from, records) => {
  let rows = 0
  for await (const _ of records) rows++
  return rows
}

async function endpoint(
  receive: BulkReceiver<Uint8Array, unknown> = count,
  options?: MemberOptions
): Promise<Endpoint> {
  const member = await startMember(options)
  const bulk = new BulkEndpoint(member.wire, { id: TRANSFER, record: bytes, verdict: json }, receive)
  await bulk.start()
  endings.push(async () => {
    await bulk.stop()
    await member.stop()
  })
  return { ...member, bulk }
}

async function pair(receive?: BulkReceiver<Uint8Array, unknown>, options?: MemberOptions) {
  const [from, to] = [await endpoint(count, options), await endpoint(receive, options)]
  introduce(from, to)
  return { from, to }
}

function* rows(howMany: number, size: number): Generator<Uint8Array> {
  for (let i = 0; i < howMany; i++) yield new Uint8Array(size).fill(i)
}

function ownStreams(member: Member): Stream[] {
  return member.host.getConnections().flatMap(c => c.streams.filter(stream => stream.protocol === TRANSFER))
}

test('13 MB reach a slow consumer whole and in order, and neither side holds more than a little of it', async t => {
  let produced = 0
  let consumed = 0
  let ahead = 0
  const { from, to } = await pair(async (peer, records) => {
    const digest = createHash('sha256')
    for await (const record of records) {
      digest.update(record)
      consumed += record.byteLength
      if (consumed % 10 === 0) await turn()
      ahead = Math.max(ahead, produced - consumed)
    }
    return { peer, digest: digest.digest('hex'), consumed }
  })
  const expected = createHash('sha256')
  const source = function* () {
    for (const row of rows(13_000, 1_000)) {
      expected.update(row)
      produced += row.byteLength
      yield row
    }
  }
  const verdict = await from.bulk.send(to.peer, source())
  assert.deepEqual(verdict, { peer: from.peer, digest: expected.digest('hex'), consumed: 13_000_000 })
  assert.ok(ahead < 5_000_000, `the producer was ${ahead} bytes ahead`)
  t.diagnostic(`the producer was at most ${ahead} bytes ahead of the consumer`)
  await until(() => ownStreams(from).length + ownStreams(to).length === 0, 'the streams are forgotten')
  assert.deepEqual([from.timers(), to.timers()], [0, 0])
})

test('nothing is a transfer too, and records of the largest size pass', async () => {
  const { from, to } = await pair()
  assert.equal(await from.bulk.send(to.peer, []), 0)
  assert.equal(await from.bulk.send(to.peer, rows(5, FRAME_BYTES_MAX)), 5)
})

test('a receiver that stands still stops the sender', async () => {
  let go: () => void = () => {}
  const held = new Promise<void>(resolve => {
    go = resolve
  })
  let produced = 0
  const { from, to } = await pair(async (peer, records) => {
    await held
    return await count(peer, records)
  })
  const source = function* () {
    for (const row of rows(300, 64 * 1024)) {
      produced++
      yield row
    }
  }
  const sent = from.bulk.send(to.peer, source())
  let before = -1
  await until(() => {
    const still = produced > 0 && produced === before
    before = produced
    return still
  }, 'the sender stands still')
  assert.ok(produced < 60, `${produced} rows of 64 KiB were taken from the source`)
  go()
  assert.equal(await sent, 300)
})

test('a receiver may say its verdict before it has read everything, and the source is closed', async () => {
  const { from, to } = await pair(async (_from, records) => {
    for await (const _ of records) return { refusal: 'BusyError' }
    return 'unreachable'
  })
  let closed = false
  const endless = (async function* () {
    try {
      for (;;) yield new Uint8Array(10_000)
    } finally {
      closed = true
    }
  })()
  assert.deepEqual(await from.bulk.send(to.peer, endless), { refusal: 'BusyError' })
  assert.ok(closed)
  await until(() => ownStreams(from).length + ownStreams(to).length === 0, 'the streams are forgotten')
})

const cuts: [string, (from: Endpoint, to: Endpoint) => void | Promise<void>][] = [
  ['the connection is lost', from => from.host.getConnections().forEach(c => void c.abort(new Error('cut')))],
  ['the receiver stops', async (_from, to) => await to.bulk.stop()],
  ['the sender stops', async from => await from.bulk.stop()]
]
for (const [what, cut] of cuts) {
  test(`both sides see a TransferError when ${what} in the middle`, async () => {
    let seen: unknown
    let received = 0
    const { from, to } = await pair(async (_from, records) => {
      try {
        for await (const _ of records) received++
        return 'whole'
      } catch (error) {
        seen = error
        throw error
      }
    })
    const endless = (async function* () {
      for (;;) {
        await turn()
        yield new Uint8Array(5_000)
      }
    })()
    const sent = from.bulk.send(to.peer, endless)
    sent.catch(() => {})
    await until(() => received > 100, 'some records')
    await cut(from, to)
    await assert.rejects(sent, { name: 'TransferError' })
    await until(() => seen !== undefined, "the receiver's error")
    assert.equal((seen as Error).name, 'TransferError')
    await until(() => to.logged.some(({ fields }) => fields?.error === 'TransferError'), 'it is logged')
    assert.deepEqual([from.timers(), to.timers()], [0, 0])
  })
}

test('a sender that ends within a record, or sends one over the bound, is refused by name', async () => {
  const lies: [Uint8Array, string][] = [
    [Uint8Array.of(100, 1, 2, 3), 'TransferError'],
    [Uint8Array.of(0x81, 0x80, 0x40), 'FrameTooLargeError'],
    [new Uint8Array(20).fill(0xff), 'TransferError']
  ]
  for (const [lie, name] of lies) {
    const { from, to } = await pair()
    const stream = await openGreeted(from, to, TRANSFER)
    stream.send(lie)
    void stream.close().catch(() => {})
    await until(() => refusals(to).length === 1, name)
    assert.deepEqual(refusals(to), [name])
    assert.equal(await from.bulk.send(to.peer, rows(3, 10)), 3, 'and the next transfer is served')
  }
})

test('a record that cannot be decoded is the end of the transfer', async () => {
  const to = await startMember()
  const strict = new BulkEndpoint(
    to.wire,
    { id: TRANSFER, record: json, verdict: json },
    async (_from, records) => {
      for await (const _ of records);
      return 'whole'
    }
  )
  await strict.start()
  endings.push(to.stop)
  const from = await endpoint()
  introduce(from, to)
  await assert.rejects(from.bulk.send(to.peer, [Uint8Array.of(0x7b)]), { name: 'TransferError' })
  assert.deepEqual(refusals(to), ['ProtocolViolationError'])
})

test('a receiver that fails, and one that never answers, are a TransferError for the sender', async () => {
  const broken = await pair(async () => {
    throw new Error('a defect')
  })
  await assert.rejects(broken.from.bulk.send(broken.to.peer, rows(3, 10)), { name: 'TransferError' })
  assert.ok(broken.to.logged.some(({ message }) => message === 'transfer failed'))
  const silent = await pair(() => new Promise(() => {}), { speed: 20 })
  await assert.rejects(silent.from.bulk.send(silent.to.peer, rows(3, 10)), { name: 'TransferError' })
})

test('a sender that falls silent is cut off', async () => {
  let seen: unknown
  const { from, to } = await pair(
    async (_from, records) => {
      try {
        for await (const _ of records);
      } catch (error) {
        seen = error
        throw error
      }
      return 'whole'
    },
    { speed: 20 }
  )
  await openGreeted(from, to, TRANSFER)
  await until(() => seen !== undefined, 'the end')
  assert.equal((seen as Error).name, 'TransferError')
})

test('what the source throws, and the reason of the signal, reach the caller as they are', async () => {
  const { from, to } = await pair()
  const failure = new Error('disk')
  const failing = (async function* () {
    yield new Uint8Array(10)
    throw failure
  })()
  await assert.rejects(from.bulk.send(to.peer, failing), failure)
  const controller = new AbortController()
  const endless = (async function* () {
    for (;;) {
      await turn()
      yield new Uint8Array(5_000)
    }
  })()
  const sent = from.bulk.send(to.peer, endless, controller.signal)
  const reason = new Error('enough')
  setImmediate(() => controller.abort(reason))
  await assert.rejects(sent, reason)
  await assert.rejects(from.bulk.send(to.peer, [], controller.signal), reason)
})

test('a peer of another ring, and one that cannot be reached, get nothing', async () => {
  const { to } = await pair()
  const stranger = await endpoint(count, { ringId: 'f'.repeat(32) })
  introduce(stranger, to)
  await assert.rejects(stranger.bulk.send(to.peer, rows(1, 1)), { name: 'WrongRingError' })
  stranger.book.clear()
  const gone = await endpoint()
  await gone.stop()
  stranger.book.set(gone.peer, [gone.address])
  await assert.rejects(stranger.bulk.send(gone.peer, rows(1, 1)), { name: 'UnavailableError' })
})
