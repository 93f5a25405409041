import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as wire from '../../protocols/users.ts'
import { FRAME_BYTES_MAX } from '../../src/constants.ts'
import { decodeReplicaMessages, encodeReplicaMessages } from '../../src/network/replica-codec.ts'
import { encodeEntry } from '../../src/replica/entry.ts'
import type { Append, Heartbeat, ReplicaMessage } from '../../src/replica/message.ts'
import { asSlot } from '../../src/ring/slot.ts'
import { rowKey } from '../../src/storage/keys.ts'
import { seededRandom } from '../simulation/random.ts'
import { MAKERS, messages, SLOTS, view } from './replica-messages.ts'

const SEED = process.env.ANILLO_SEED ?? `${Date.now()}`
const decodeAll = (bodies: readonly Uint8Array[]) =>
  bodies.flatMap(body => decodeReplicaMessages(body, SLOTS))

function append(changes: Partial<Append> = {}): Append {
  const slot = changes.slot ?? asSlot(5, SLOTS)
  const key = rowKey(slot, new Uint8Array(20), 'ada')
  const entry = { epoch: 3, sequence: 8, timeMs: 1, key, payload: Uint8Array.of(1) }
  return {
    type: 'append',
    slot,
    epoch: 3,
    prev: { epoch: 2, sequence: 7 },
    entries: [entry, { ...entry, sequence: 9 }],
    commit: 7,
    ...changes
  }
}

function heartbeats(count: number): Heartbeat[] {
  return Array.from({ length: count }, (_, i) => ({
    type: 'heartbeat',
    slot: asSlot(i % SLOTS, SLOTS),
    epoch: 7,
    round: 100_000 + i,
    commit: 50_000 + i,
    last: 50_001 + i
  }))
}

test('messages of every kind come out as they went in, and in that order', t => {
  t.diagnostic(`ANILLO_SEED=${SEED}`)
  const random = seededRandom(SEED, 'replica-codec')
  for (let round = 0; round < 300; round++) {
    const sent = messages(random, 1 + Math.floor(random.next() * 40))
    assert.deepEqual(decodeAll(encodeReplicaMessages(sent)), sent)
  }
  for (const make of Object.values(MAKERS)) {
    const sent = Array.from({ length: 50 }, () => make(random))
    assert.deepEqual(decodeAll(encodeReplicaMessages(sent)), sent)
  }
})

test('what is written by hand is what users.proto says', t => {
  t.diagnostic(`ANILLO_SEED=${SEED}`)
  const random = seededRandom(SEED, 'replica-proto')
  for (const [type, make] of Object.entries(MAKERS)) {
    const [body] = encodeReplicaMessages([make(random)])
    const read = wire.ReplicaMessages.decode(body!)
    const kind = type === 'stale' ? 'stale-view' : type
    assert.equal(read.kind, wire.ReplicaMessages.Kind[kind.toUpperCase().replace('-', '_') as 'APPEND'])
    assert.ok(read.slots.byteLength > 0)
    assert.deepEqual(Buffer.from(wire.ReplicaMessages.encode(read)), Buffer.from(body!))
  }
})

test('a heartbeat of every slot fits one small body, a crowd is cut where a send ends, a large message is alone', () => {
  const crowd = encodeReplicaMessages(heartbeats(SLOTS))
  assert.equal(crowd.length, 1)
  assert.ok(crowd[0]!.byteLength < 12 * SLOTS, `${crowd[0]!.byteLength} bytes`)
  const many = encodeReplicaMessages(heartbeats(10_000))
  assert.ok(many.every(body => body.byteLength <= 60 * 1024))
  assert.deepEqual(decodeAll(many), heartbeats(10_000))
  const [entry] = append().entries
  const large = append({ entries: [{ ...entry!, payload: new Uint8Array(900_000) }] })
  const bodies = encodeReplicaMessages([append(), large, append()])
  assert.equal(bodies.length, 3)
  assert.ok(bodies[1]!.byteLength > 900_000 && bodies[1]!.byteLength < FRAME_BYTES_MAX)
  const over = append({ entries: [{ ...entry!, payload: new Uint8Array(FRAME_BYTES_MAX) }] })
  assert.throws(() => encodeReplicaMessages([over]), { name: 'InternalError' })
})

test('entries are no views into what they came in', () => {
  const [body] = encodeReplicaMessages([append()])
  const received = Buffer.concat([new Uint8Array(1_000), body!, new Uint8Array(60_000)]).subarray(
    1_000,
    1_000 + body!.length
  )
  const [decoded] = decodeReplicaMessages(received, SLOTS) as [Append]
  received.fill(0)
  assert.deepEqual(decoded, append())
  assert.ok(decoded.entries[0]!.key.buffer.byteLength < 1_000)
})

/** The body of one message, with some fields replaced. */
function forged(message: ReplicaMessage, change: (fields: wire.ReplicaMessages) => void): Uint8Array {
  const fields = wire.ReplicaMessages.decode(encodeReplicaMessages([message])[0]!)
  change(fields)
  return wire.ReplicaMessages.encode(fields)
}

const random = seededRandom(SEED, 'forged')
const slot = asSlot(5, SLOTS)
const accept = { ...MAKERS.accept(random), slot, instance: 9, view: view(random, slot, 9) } as ReplicaMessage
const sync = MAKERS.sync(random)
const [first, second] = append().entries
const bytes = (...values: number[]) => Uint8Array.from(values)
const hostile: [what: string, body: () => Uint8Array][] = [
  ['nothing', () => bytes()],
  ['bytes that are no message', () => new Uint8Array(100).fill(0xff)],
  ['a body that is cut off', () => encodeReplicaMessages([append()])[0]!.subarray(0, -1)],
  ['an unknown kind', () => bytes(0x08, 24, 0x12, 1, 0)],
  ['a field of another wire type', () => bytes(0x08, 4, 0x10, 1)],
  ['a kind without messages', () => bytes(0x08, 4)],
  ['a slot that the ring does not have', () => bytes(0x08, 5, 0x12, 2, 0x80, 0x02)],
  ['columns of different lengths', () => bytes(0x08, 5, 0x12, 2, 1, 2, 0x1a, 1, 1)],
  ['a number that does not end', () => bytes(0x08, 5, 0x12, 1, 0x81)],
  [
    'a number of 2^53',
    () => bytes(0x08, 5, 0x12, 1, 1, 0x1a, 8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10)
  ],
  ['a number of nine bytes', () => bytes(0x08, 5, 0x12, 1, 1, 0x1a, 9, ...Array(8).fill(0x80), 1)],
  [
    'more messages than fit',
    () =>
      forged(append(), fields => {
        fields.slots = new Uint8Array(4_097)
      })
  ],
  ['an entry too few', () => forged(append(), fields => void fields.entries.pop())],
  ['an entry too many', () => forged(append(), fields => void fields.entries.push(fields.entries[0]!))],
  [
    'an entry of three bytes',
    () =>
      forged(append(), fields => {
        fields.entries[0] = new Uint8Array(3)
      })
  ],
  [
    'far too many entries',
    () =>
      forged(append(), fields => {
        fields.entries = Array(20_000).fill(new Uint8Array(1))
      })
  ],
  ['entries with a gap', () => encodeReplicaMessages([append({ entries: [second!] })])[0]!],
  [
    'entries whose epochs go back',
    () => encodeReplicaMessages([append({ entries: [first!, { ...second!, epoch: 2 }] })])[0]!
  ],
  [
    'an entry of epoch 0',
    () =>
      forged(append(), fields => {
        fields.entries[0] = encodeEntry({ ...first!, epoch: 0 }) as Uint8Array<ArrayBuffer>
      })
  ],
  [
    'an entry about a row of another slot',
    () => encodeReplicaMessages([append({ slot: asSlot(6, SLOTS), entries: append().entries })])[0]!
  ],
  [
    'an entry before the first that has a number',
    () => encodeReplicaMessages([append({ prev: { epoch: 0, sequence: 7 } })])[0]!
  ],
  [
    'a ballot that is missing',
    () =>
      forged(MAKERS.synced(random), fields => {
        delete fields.proposals[0]!.ballot
      })
  ],
  [
    'a proposal that is missing',
    () =>
      forged(accept, fields => {
        fields.proposals = []
      })
  ],
  ['a proposal where none belongs', () => forged(append(), fields => void fields.proposals.push({}))],
  [
    'a proposal that cannot be read',
    () => Buffer.concat([bytes(0x08, 16, 0x12, 1, 1), bytes(0x52, 2, 0x0a, 9)])
  ],
  [
    'a view of another slot',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.slot = 6
      })
  ],
  [
    'a view of another epoch than the instance',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.epoch = 10
      })
  ],
  [
    'a current view that is not the one before',
    () => forged(sync, fields => void fields.proposals[0]!.current!.epoch--)
  ],
  [
    'a view without members',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.members = []
      })
  ],
  [
    'a view of 17 members',
    () => encodeReplicaMessages([{ ...accept, view: view(random, slot, 9, 17) } as ReplicaMessage])[0]!
  ],
  [
    'a view that names a peer twice',
    () =>
      forged(
        accept,
        ({ proposals }) => void proposals[0]!.view!.members.push(proposals[0]!.view!.members[0]!)
      )
  ],
  [
    'a view whose leader is no member',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.leader = 3
      })
  ],
  [
    'a view whose leader never started',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.boot = 0
      })
  ],
  [
    'a view with a store id of nine bytes',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.members[0]!.store = new Uint8Array(9)
      })
  ],
  [
    'a view with a peer id of 65 bytes',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.members[0]!.peer = new Uint8Array(65)
      })
  ],
  [
    'a view with a lineage id of 15 bytes',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.lineageId = new Uint8Array(15)
      })
  ],
  [
    'a view that begins after an entry of its own epoch',
    () =>
      forged(accept, fields => {
        fields.proposals[0]!.view!.baseEpoch = 9
      })
  ]
]
for (const [what, body] of hostile) {
  test(`${what} is a violation, and nothing else`, () => {
    assert.throws(() => decodeReplicaMessages(body(), SLOTS), { name: 'ProtocolViolationError' })
  })
}

test('whatever is sent, decoding ends in messages or in a violation', t => {
  t.diagnostic(`ANILLO_SEED=${SEED}`)
  const random = seededRandom(SEED, 'garbage')
  let accepted = 0
  for (let round = 0; round < 5_000; round++) {
    const [sound] = encodeReplicaMessages(messages(random, 1))
    const body = new Uint8Array(sound!)
    for (let flips = 1 + random.next() * 3; flips > 0; flips--) {
      body[Math.floor(random.next() * body.byteLength)] = Math.floor(random.next() * 256)
    }
    try {
      decodeReplicaMessages(body.subarray(0, Math.ceil(random.next() * 2 * body.byteLength)), SLOTS)
      accepted++
    } catch (error) {
      assert.equal((error as Error).name, 'ProtocolViolationError', (error as Error).stack)
    }
  }
  t.diagnostic(`${accepted} of 5,000 still made sense`)
})
