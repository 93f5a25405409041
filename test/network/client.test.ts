/** A client's side of the wire: it asks, and whoever it asks neither takes it for a peer nor remembers it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hello } from '../../protocols/stream.ts'
import type { ChordHandler, ChordQuestion, ChordRequest } from '../../src/chord/chord-rpc.ts'
import type { Contact } from '../../src/chord/contact.ts'
import { ringNode } from '../../src/chord/ring-node.ts'
import { BulkEndpoint } from '../../src/network/bulk.ts'
import { encodeChordRequest } from '../../src/network/chord-codec.ts'
import { CHORD_PROTOCOL, ChordProtocol } from '../../src/network/chord-protocol.ts'
import { encodeFrame, FrameType } from '../../src/network/frame.ts'
import { RpcEndpoint } from '../../src/network/rpc.ts'
import { encodeUsersMessage } from '../../src/network/users-codec.ts'
import { USERS_PROTOCOL, UsersProtocol } from '../../src/network/users-protocol.ts'
import { keyOf } from '../../src/ring/position.ts'
import { echo, endings, endpoint, onFrames, said, text, within } from './endpoint.ts'
import {
  introduce,
  type Member,
  openGreeted,
  PROTOCOL,
  policyOf,
  RING_ID,
  refusals,
  startMember,
  until
} from './member.ts'

const client = { client: true }

async function started(options = {}): Promise<Member> {
  const member = await startMember(options)
  endings.push(member.stop)
  return member
}

test('a client is answered, is met by nobody, and has no store that could be an old copy', async () => {
  const [asker, victim] = [await endpoint(echo, client), await endpoint()]
  introduce(asker, victim)
  assert.equal(said(await asker.rpc.call(victim.peer, text('hello'), within)), 'hello')
  assert.deepEqual([asker.met.map(({ peer }) => peer), victim.met], [[victim.peer], []])
  for (const boot of [9, 2]) {
    const wire = { ...asker.wire, hello: policyOf(asker, { boot, nonces: new Uint8Array(8).fill(boot) }) }
    const again = new RpcEndpoint(wire, PROTOCOL, {})
    await again.start()
    assert.equal(said(await again.call(victim.peer, text('again'), within)), 'again')
    await again.stop()
  }
  assert.deepEqual(refusals(victim), [])
})

test('a client serves no protocol', async () => {
  const [asker, other] = [await endpoint(echo, client), await endpoint()]
  assert.ok(!asker.host.getProtocols().includes(PROTOCOL))
  introduce(asker, other)
  const result = await other.rpc.call(asker.peer, text('?'), within)
  assert.ok(result.kind === 'no-reply' && !result.sent, JSON.stringify(result))
  assert.deepEqual(asker.met, [])
})

test('a client of another ring is refused by name', async () => {
  const [asker, victim] = [await endpoint(echo, { ...client, ringId: 'f'.repeat(32) }), await endpoint()]
  introduce(asker, victim)
  const result = await asker.rpc.call(victim.peer, text('?'), within)
  assert.ok(result.kind === 'no-reply' && !result.sent)
  assert.deepEqual([refusals(asker), refusals(victim)], [['WrongRingError'], ['WrongRingError']])
})

test('a client says so, and that it speaks no version in which it would be taken for a peer', async () => {
  const hellos: Hello[] = []
  const listener = await started()
  await listener.wire.registrar.handle(PROTOCOL, stream => {
    onFrames(stream, ({ body }) => void hellos.push(Hello.decode(new Uint8Array(body))))
  })
  for (const ringId of [RING_ID, undefined]) {
    for (const isClient of [true, false]) {
      const asker = await endpoint(echo, { client: isClient, ringId })
      void asker.rpc.greet(listener.address).catch(() => {})
      const number = hellos.length
      await until(() => hellos.length > number, 'a hello')
      const { client, versionMin, versionMax } = hellos.at(-1)!
      assert.deepEqual([client, versionMin, versionMax], [isClient, isClient ? 2 : 1, 2])
    }
  }
})

test('whoever answers as a client is not listened to', async () => {
  const [asker, liar] = [await endpoint(), await started()]
  await liar.wire.registrar.handle(PROTOCOL, stream => {
    const { storeId, boot, nonces, record } = liar.wire.hello
    const hello = {
      ringId: Buffer.from(RING_ID, 'hex'),
      ...{ storeId, boot, nonces, peerRecord: record, versionMin: 1, versionMax: 2, client: true }
    } as Hello
    stream.addEventListener('message', () => {})
    stream.send(encodeFrame({ type: FrameType.hello, id: 0, body: Hello.encode(hello) }))
  })
  introduce(asker, liar)
  await asker.rpc.call(liar.peer, text('?'), within)
  assert.deepEqual([refusals(asker), asker.met], [['ProtocolViolationError'], []])
})

test('a message of a client, which replicas would act on, costs it the stream', async () => {
  const taken: string[] = []
  const victim = await endpoint(echo, {
    message: (_from, body) => void taken.push(Buffer.from(body).toString())
  })
  const stream = await openGreeted(await started(client), victim)
  stream.send(encodeFrame({ type: FrameType.message, id: 0, body: text('sealed') }))
  await until(() => refusals(victim).length > 0, 'a refusal')
  await until(() => stream.status !== 'open', 'the end of the stream')
  assert.deepEqual([refusals(victim), taken], [['ProtocolViolationError'], []])
})

test('a client cannot send a slot', async () => {
  const protocol = '/anillo/test-transfer/1.0.0'
  const bytes = { encode: (value: Uint8Array) => value, decode: (value: Uint8Array) => value }
  const make = async (member: Member, received: () => void) => {
    const bulk = new BulkEndpoint(member.wire, { id: protocol, record: bytes, verdict: bytes }, async () => {
      received()
      return text('taken')
    })
    await bulk.start()
    endings.push(() => bulk.stop())
    return bulk
  }
  const [asker, victim] = [await started(client), await started()]
  let received = 0
  const bulk = await make(asker, () => {})
  await make(victim, () => void received++)
  introduce(asker, victim)
  await assert.rejects(bulk.send(victim.peer, [text('row')]), { name: 'TransferError' })
  assert.deepEqual([refusals(victim), received], [['ProtocolViolationError'], 0])
})

test('of Chord a client may ask what changes nothing, and what it says of third peers is not believed', async () => {
  const informed: ChordQuestion['type'][] = []
  const handled: ChordRequest['type'][] = []
  const book = new Map<string, Contact>()
  const [asker, victim, third] = [await started(client), await started(), await started()]
  const contacts = {
    contactOf: (peer: string) => book.get(peer),
    put: (contact: Contact) => void book.set(contact.peer, contact)
  }
  const chord = new ChordProtocol(victim.wire, contacts)
  await chord.start()
  endings.push(() => chord.stop())
  chord.serve({
    handle: (_from, { type }) => {
      handled.push(type)
      return { type: 'done' }
    },
    inform: ({ type }) => {
      informed.push(type)
      return { type: 'pong', member: true }
    }
  } satisfies ChordHandler)
  introduce(asker, victim)
  const rpc = new RpcEndpoint(asker.wire, CHORD_PROTOCOL, {})
  await rpc.start()
  endings.push(() => rpc.stop())
  const node = ringNode(asker.peer, 0)
  const requests: ChordRequest[] = [
    { type: 'closest', target: keyOf('ada') },
    { type: 'ping' },
    { type: 'probe', peer: third.peer },
    { type: 'describe' },
    { type: 'neighbours', index: 0 },
    { type: 'notify', index: 0, node },
    { type: 'introduce', index: 0, node },
    { type: 'leave' }
  ]
  const results: string[] = []
  for (const request of requests) {
    const result = await rpc.call(victim.peer, encodeChordRequest(request, [third.wire.hello.record]), within)
    results.push(result.kind === 'refused' ? result.name : result.kind)
  }
  const refused = 'ProtocolViolationError'
  assert.deepEqual(results, ['reply', 'reply', 'reply', 'reply', refused, refused, refused, refused])
  assert.deepEqual([informed, handled], [['closest', 'ping', 'probe', 'describe'], []])
  assert.deepEqual([...book], [])
})

test('of users a client may ask everything, and tell nothing', async () => {
  const told: string[] = []
  const [asker, victim] = [await started(client), await started()]
  const users = new UsersProtocol(victim.wire)
  await users.start()
  endings.push(() => users.stop())
  const elsewhere = { kind: 'elsewhere', view: undefined } as const
  users.serve({
    operate: async () => elsewhere,
    list: async () => elsewhere,
    follow: async () => [],
    readStale: () => elsewhere,
    whereIs: () => [],
    advertised: () => void told.push('advertised'),
    leaving: () => void told.push('leaving'),
    tally: () => ({ leaving: false, slots: [] }),
    received: () => void told.push('received')
  })
  introduce(asker, victim)
  const asking = new UsersProtocol(asker.wire)
  await asking.start()
  endings.push(() => asking.stop())
  const options = { ...within, ageMs: 0 }
  assert.deepEqual(await asking.operate(victim.peer, { kind: 'get', id: 'ada' }, options), elsewhere)
  assert.deepEqual(await asking.tally(victim.peer, within), { leaving: false, slots: [] })
  const rpc = new RpcEndpoint(asker.wire, USERS_PROTOCOL, {})
  await rpc.start()
  endings.push(() => rpc.stop())
  for (const message of [{ type: 'advertise', views: [] }, { type: 'leaving' }] as const) {
    const result = await rpc.call(victim.peer, encodeUsersMessage(message), within)
    assert.equal(result.kind === 'refused' ? result.name : result.kind, 'ProtocolViolationError')
  }
  assert.deepEqual(told, [])
})
