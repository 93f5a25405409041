import assert from 'node:assert/strict'
import { setMaxListeners } from 'node:events'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { Hello } from '../../protocols/stream.ts'
import { INBOUND_STREAMS_MAX } from '../../src/constants.ts'
import { signContact } from '../../src/network/contact-record.ts'
import { encodeFrame, FrameType } from '../../src/network/frame.ts'
import { sayHello } from '../../src/network/hello.ts'
import { echo, endings, endpoint } from './endpoint.ts'
import { hostileHost } from './hostile-host.ts'
import {
  genesisOf,
  introduce,
  type Member,
  openGreeted,
  openRaw,
  PROTOCOL,
  policyOf,
  RING_ID,
  refusals,
  startMember,
  until
} from './member.ts'

const served = await endpoint()
/** The peer that everybody here maltreats still answers somebody who behaves. */
async function stillServes(victim: Member): Promise<void> {
  const good = await endpoint()
  introduce(good, victim)
  const result = await good.rpc.call(victim.peer, Uint8Array.of(1), { timeoutMs: 5_000 })
  assert.equal(result.kind, 'reply', JSON.stringify(result))
}

function ended(stream: Stream): Promise<void> {
  stream.addEventListener('message', () => {})
  return until(() => stream.readableEnded || stream.status !== 'open', 'the end of the stream')
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'accepted',
    (error: Error) => error.name
  )
}

test('a peer of another ring is refused by name, on both sides, and nothing of it is handled', async () => {
  const other = await endpoint(echo, { ringId: 'f'.repeat(32) })
  const victim = await endpoint()
  introduce(other, victim)
  const result = await other.rpc.call(victim.peer, Uint8Array.of(1), { timeoutMs: 5_000 })
  assert.ok(result.kind === 'no-reply' && !result.sent)
  assert.deepEqual([refusals(other), refusals(victim)], [['WrongRingError'], ['WrongRingError']])
  assert.deepEqual([other.met, victim.met], [[], []])
  await stillServes(victim)
})

test('a responder of another ring is found out by the opener too', async () => {
  const [opener, liar] = [await endpoint(), await startMember()]
  endings.push(liar.stop)
  const lie = policyOf(liar, { genesis: genesisOf('e'.repeat(32), liar.peer) })
  await liar.wire.registrar.handle(PROTOCOL, async stream => {
    stream.addEventListener('message', () => {})
    const { storeId, record } = lie
    const hello = {
      ringId: new Uint8Array(16),
      storeId,
      boot: 1,
      nonces: new Uint8Array(8),
      versionMin: 1,
      versionMax: 1,
      peerRecord: record
    }
    stream.send(encodeFrame({ type: FrameType.hello, id: 0, body: Hello.encode(hello as Hello) }))
  })
  introduce(opener, liar)
  await opener.rpc.call(liar.peer, Uint8Array.of(1), { timeoutMs: 5_000 })
  assert.deepEqual(refusals(opener), ['WrongRingError'])
})

test('a peer without a ring is told which ring this is, and that is all it gets', async () => {
  const joiner = await endpoint(echo, { ringId: undefined })
  for (const address of [served.address, served.address.replace(/\/p2p\/.*/, '')]) {
    const greeting = await joiner.rpc.greet(address)
    assert.equal(greeting.peer, served.peer)
    assert.deepEqual(greeting.genesis, genesisOf(RING_ID, served.peer))
    assert.equal(greeting.contact.peer, served.peer)
  }
  assert.ok(served.met.every(({ peer }) => peer !== joiner.peer))
  introduce(joiner, served)
  const result = await joiner.rpc.call(served.peer, Uint8Array.of(1), { timeoutMs: 5_000 })
  assert.ok(
    result.kind === 'no-reply' && !result.sent && /no ring/.test(result.reason),
    JSON.stringify(result)
  )
})

test('a peer that belongs to no ring itself says so to who greets it, and to who calls it', async () => {
  const [lonely, joiner, member] = [
    await endpoint(echo, { ringId: undefined }),
    await endpoint(echo, { ringId: undefined }),
    await endpoint()
  ]
  await assert.rejects(joiner.rpc.greet(lonely.address), { name: 'NotRunningError' })
  introduce(member, lonely)
  const result = await member.rpc.call(lonely.peer, Uint8Array.of(1), { timeoutMs: 5_000 })
  assert.ok(result.kind === 'no-reply' && !result.sent)
  assert.deepEqual(refusals(member), ['NotRunningError'])
})

test('greeting ends in a typed error where nobody answers, where another peer answers, and when it is aborted', async () => {
  const joiner = await endpoint(echo, { ringId: undefined })
  const gone = await startMember()
  await gone.stop()
  await assert.rejects(joiner.rpc.greet(gone.address), { name: 'UnavailableError' })
  const wrong = served.address.replace(served.peer, gone.peer)
  await assert.rejects(joiner.rpc.greet(wrong), { name: 'UnavailableError' })
  await assert.rejects(joiner.rpc.greet('not an address'), { name: 'UnavailableError' })
  const reason = new Error('enough')
  await assert.rejects(joiner.rpc.greet('/ip4/192.0.2.1/tcp/1', AbortSignal.abort(reason)), reason)
})

test('versions: none in common is refused, a wider range is not', async () => {
  const stranger = await startMember()
  endings.push(stranger.stop)
  const { storeId, record } = stranger.wire.hello
  const say = async (versionMin: number, versionMax: number) => {
    const victim = await endpoint()
    const stream = await openRaw(stranger.host, victim)
    const ringId = Buffer.from(RING_ID, 'hex')
    const hello = {
      ringId,
      storeId,
      boot: 1,
      nonces: new Uint8Array(8),
      versionMin,
      versionMax,
      peerRecord: record
    }
    stream.send(encodeFrame({ type: FrameType.hello, id: 0, body: Hello.encode(hello as unknown as Hello) }))
    const read: Uint8Array[] = []
    stream.addEventListener('message', ({ data }) => read.push(data.subarray()))
    await until(() => read.length > 0, 'an answer')
    return [refusals(victim), Hello.decode(read[0]!.subarray(read[0]![0]! < 0x80 ? 6 : 7)).refusal?.name]
  }
  assert.deepEqual(await say(3, 9), [['IncompatibleVersionError'], 'IncompatibleVersionError'])
  assert.deepEqual(await say(3, 2), [['ProtocolViolationError'], 'ProtocolViolationError'])
  assert.deepEqual(await say(1, 9), [[], undefined])
})

test("a hello with another peer's record, a changed record, a wrong store id or no start is refused", async () => {
  const liar = await startMember()
  endings.push(liar.stop)
  const changed = new Uint8Array(liar.wire.hello.record)
  changed[changed.byteLength - 1]! ^= 1
  const other = (await signContact(await generateKeyPair('Ed25519'), [], 1n)).record
  for (const lie of [
    { record: other },
    { record: changed },
    { record: new Uint8Array(0) },
    { storeId: new Uint8Array(9) },
    { boot: 0 },
    { nonces: new Uint8Array(0) },
    { nonces: new Uint8Array(17 * 8) }
  ]) {
    const victim = await endpoint()
    const stream = await openRaw(liar.host, victim)
    const said = sayHello(stream, victim.peer, policyOf(liar, lie), liar.wire.runtime.clock)
    assert.equal(await refusal(said), 'ProtocolViolationError')
    assert.deepEqual(refusals(victim), ['ProtocolViolationError'])
    assert.deepEqual(victim.met, [])
    await stillServes(victim)
  }
})

const garbage: [string, (stream: Stream) => void, string][] = [
  ['garbage', stream => stream.send(new Uint8Array(3_000).fill(0xee)), 'ProtocolViolationError'],
  [
    'a frame larger than any hello',
    stream => stream.send(Uint8Array.of(0x81, 0x80, 0x01)),
    'FrameTooLargeError'
  ],
  [
    'a request instead of a hello',
    stream => stream.send(encodeFrame({ type: FrameType.request, id: 1, body: Uint8Array.of(1) })),
    'ProtocolViolationError'
  ],
  [
    'a hello that cannot be read',
    stream => stream.send(encodeFrame({ type: FrameType.hello, id: 0, body: new Uint8Array(50).fill(0x0a) })),
    'ProtocolViolationError'
  ],
  [
    'half a hello and its end',
    stream => {
      stream.send(encodeFrame({ type: FrameType.hello, id: 0, body: new Uint8Array(50) }).subarray(0, 20))
      void stream.close()
    },
    'ProtocolViolationError'
  ]
]
for (const [what, act, name] of garbage) {
  test(`${what} ends the stream with ${name} in the log, and others are served`, async () => {
    const victim = await endpoint()
    const vandal = await startMember()
    endings.push(vandal.stop)
    const stream = await openRaw(vandal.host, victim)
    act(stream)
    await ended(stream)
    assert.deepEqual(refusals(victim), [name])
    assert.ok(victim.logged.some(({ fields }) => fields?.error === name && fields.peer === vandal.peer))
    await stillServes(victim)
  })
}

const afterHello: [string, (stream: Stream) => void, string][] = [
  [
    'a second hello',
    stream => stream.send(encodeFrame({ type: FrameType.hello, id: 0, body: new Uint8Array(0) })),
    'ProtocolViolationError'
  ],
  [
    'garbage after the hello',
    stream => stream.send(new Uint8Array(3_000).fill(0xee)),
    'ProtocolViolationError'
  ],
  ['a frame over its bound', stream => stream.send(Uint8Array.of(0x81, 0x80, 0x40)), 'FrameTooLargeError'],
  [
    'a reply to nobody',
    stream => stream.send(encodeFrame({ type: FrameType.reply, id: 1, body: Uint8Array.of(1) })),
    'ProtocolViolationError'
  ],
  [
    'a truncated frame and the end',
    stream => {
      stream.send(Uint8Array.of(100, 1, 0, 0))
      void stream.close()
    },
    'ProtocolViolationError'
  ]
]
for (const [what, act, name] of afterHello) {
  test(`${what} ends the stream with ${name} in the log, and others are served`, async () => {
    const victim = await endpoint()
    const vandal = await startMember()
    endings.push(vandal.stop)
    const stream = await openGreeted(vandal, victim)
    act(stream)
    await ended(stream)
    await until(() => refusals(victim).length === 1, 'the refusal')
    assert.deepEqual(refusals(victim), [name])
    await stillServes(victim)
  })
}

test('an opener that does not wait for the answer to its hello is refused', async () => {
  const victim = await endpoint()
  const hasty = await startMember()
  endings.push(hasty.stop)
  const stream = await openRaw(hasty.host, victim)
  const request = encodeFrame({ type: FrameType.request, id: 1, body: Uint8Array.of(1) })
  const send = stream.send.bind(stream)
  stream.send = bytes => send(Buffer.concat([(bytes as Uint8Array).subarray(), request]))
  const said = sayHello(stream, victim.peer, hasty.wire.hello, hasty.wire.runtime.clock)
  assert.notEqual(await refusal(said), 'accepted')
  assert.deepEqual(refusals(victim), ['ProtocolViolationError'])
})

test('a stream on which nobody says hello is cut off in time, by either side', async () => {
  const victim = await endpoint(echo, { speed: 50 })
  const mute = await startMember()
  endings.push(mute.stop)
  const stream = await openRaw(mute.host, victim)
  await ended(stream)
  assert.deepEqual(refusals(victim), ['TimeoutError'])
  await mute.wire.registrar.handle(PROTOCOL, () => {})
  introduce(victim, mute)
  const result = await victim.rpc.call(mute.peer, Uint8Array.of(1), { timeoutMs: 60_000 })
  assert.ok(result.kind === 'no-reply' && !result.sent)
  assert.deepEqual(refusals(victim), ['TimeoutError', 'TimeoutError'])
})

test('a hello in single bytes is a hello', async () => {
  const slow = await startMember()
  endings.push(slow.stop)
  const stream = await openRaw(slow.host, served)
  const send = stream.send.bind(stream)
  stream.send = bytes => {
    for (const byte of (bytes as Uint8Array).subarray()) send(Uint8Array.of(byte))
    return true
  }
  const met = await sayHello(stream, served.peer, slow.wire.hello, slow.wire.runtime.clock)
  assert.equal(met.peer, served.peer)
})

test('10,000 idle streams of one peer cost a bounded number of streams, and others are served meanwhile', async t => {
  const victim = await endpoint()
  const good = await endpoint()
  introduce(good, victim)
  const attacker = await hostileHost()
  endings.push(async () => await attacker.stop())
  await attacker.dialProtocol(multiaddr(victim.address), PROTOCOL) // from here on the connection is whole
  const [connection] = attacker.getConnections()
  const heapBefore = process.memoryUsage().heapUsed
  let most = 0
  let opened = 0
  const count = () => {
    const streams = victim.host.getConnections().flatMap(connection => connection.streams)
    most = Math.max(most, streams.length)
    return streams.filter(stream => stream.protocol === PROTOCOL && stream.direction === 'inbound').length
  }
  for (let batch = 0; batch < 100; batch++) {
    const signal = AbortSignal.timeout(5_000)
    setMaxListeners(Infinity, signal)
    const tries = Array.from({ length: 100 }, () =>
      connection!.newStream(PROTOCOL, { signal, maxOutboundStreams: 20_000 })
    )
    for (const { status } of await Promise.allSettled(tries)) if (status === 'fulfilled') opened++
    assert.ok(count() <= INBOUND_STREAMS_MAX + 3, `${count()} streams are held`)
    if (batch % 20 === 10) {
      const result = await good.rpc.call(victim.peer, Uint8Array.of(1), { timeoutMs: 5_000 })
      assert.equal(result.kind, 'reply')
    }
  }
  t.diagnostic(`of 10,000 streams ${opened} were negotiated, at most ${most} were there at once`)
  t.diagnostic(
    `heap ${Math.round((process.memoryUsage().heapUsed - heapBefore) / 1e6)} MB more, attacker included`
  )
  await stillServes(victim)
  await until(() => refusals(victim).includes('TimeoutError'), 'the idle ones are cut off', 15_000)
})

test('over all connections of a peer only its newest streams are kept', async () => {
  const victim = await endpoint()
  const attacker = await hostileHost()
  endings.push(async () => await attacker.stop())
  const streams: Stream[] = []
  for (let dial = 0; dial < 3; dial++) {
    const connection = await attacker.dial(multiaddr(victim.address), { force: true })
    for (let i = 0; i < 5; i++) streams.push(await connection.newStream(PROTOCOL))
  }
  await until(
    () => streams.filter(({ status }) => status === 'open').length === INBOUND_STREAMS_MAX,
    'the bound'
  )
  assert.deepEqual(
    streams.map(({ status }) => status === 'open'),
    streams.map((_, i) => i >= streams.length - INBOUND_STREAMS_MAX)
  )
  await stillServes(victim)
})
