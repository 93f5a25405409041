import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeApplied } from '../../src/replica/applied.ts'
import type { Ballot } from '../../src/replica/ballot.ts'
import { type Entry, encodeEntry } from '../../src/replica/entry.ts'
import type { ReplicaMessage } from '../../src/replica/message.ts'
import { type ReplicaState, stateWrite, UNKNOWN_SLOT } from '../../src/replica/replica-state.ts'
import type { Incarnation, View } from '../../src/replica/view.ts'
import { asSlot } from '../../src/ring/slot.ts'
import { appliedKey, logKey } from '../../src/storage/keys.ts'
import type { Write } from '../../src/storage/store.ts'
import { type Operation, usersMachine } from '../../src/users/operation.ts'
import { Witness } from './witness.ts'

const SLOT = asSlot(0, 1)
const [a, b, c] = ['a', 'b', 'c'].map((peer): Incarnation => ({ peer, store: `${peer}0`, boot: 1 })) as [
  Incarnation,
  Incarnation,
  Incarnation
]
const members = [a, b, c].map(({ peer, store }) => ({ peer, store }))
const first: View = {
  slot: SLOT,
  lineage: { number: 0, id: '00' },
  epoch: 1,
  members,
  leader: a,
  base: { epoch: 0, sequence: 0 }
}
const ballot: Ballot = { round: 1, by: b }

const state = (change: Partial<ReplicaState>): Write =>
  stateWrite(SLOT, { ...UNKNOWN_SLOT, floor: 1, view: first, ...change })
const log = (entry: Entry): Write => ({ key: logKey(SLOT, entry.sequence), value: encodeEntry(entry) })
const applied = (sequence: number): Write => ({
  key: appliedKey(SLOT),
  value: encodeApplied({ epoch: 1, sequence, logTimeMs: 0, live: 1, due: 0 })
})

/** The entry that sets a user, in the first epoch. */
function entry(sequence: number, mark = 'mark'): Entry {
  const operationId = `${sequence}`.padStart(32, '0')
  const operation: Operation = {
    kind: 'set',
    id: 'user',
    operationId,
    change: { status: 'ONLINE', profile: { mark } }
  }
  const context = { version: `1.${sequence}`, nowMs: 0, logTimeMs: 0 }
  const payload = usersMachine.evaluate(undefined, operation, context).payload!
  return { epoch: 1, sequence, timeMs: 0, key: usersMachine.keyOf(SLOT, operation), payload }
}

/** A slot in its first epoch, with three members that have installed it. */
function begun() {
  const witness = new Witness(1, () => 0)
  witness.begin(first)
  const write = (member: Incarnation, ...writes: Write[]) => witness.durable(member, writes)
  for (const member of [a, b, c]) write(member, state({}))
  const say = (from: Incarnation, message: ReplicaMessage) => witness.sent(from, [message])
  return { witness, write, say, truth: witness.slot(SLOT) }
}

function mustFind(invariant: number, { witness }: { witness: Witness }): void {
  assert.match(witness.faults[0] ?? 'nothing', new RegExp(`invariant ${invariant}:`))
}

const heartbeat = (commit: number): ReplicaMessage => ({
  type: 'heartbeat',
  slot: SLOT,
  epoch: 1,
  round: 1,
  commit,
  last: commit
})

describe('the witness', () => {
  test('finds nothing in a slot whose members keep the rules', () => {
    const { witness, write, say } = begun()
    for (const member of [a, b]) write(member, log(entry(1)))
    say(b, { type: 'appended', slot: SLOT, epoch: 1, sequence: 1 })
    say(a, heartbeat(1))
    const { key, payload } = entry(1)
    const value = usersMachine.apply(undefined, payload, { version: '1.1', logTimeMs: 0 })!
    write(a, { key, value }, applied(1))
    for (const member of [b, c]) write(member, state({ promised: ballot }))
    say(b, { type: 'promised', slot: SLOT, instance: 2, ballot, accepted: null, last: entry(1), tail: [] })
    write(c, log(entry(1)))
    const view = { ...first, epoch: 2, leader: b, base: { epoch: 1, sequence: 1 } }
    for (const member of [b, c]) write(member, state({ promised: ballot, accepted: { ballot, view } }))
    write(b, stateWrite(SLOT, { ...UNKNOWN_SLOT, floor: 2, view }))
    assert.deepEqual(witness.faults, [])
    assert.equal(witness.counts.get('view decided'), 1)
    assert.equal(witness.slot(SLOT).committed.length, 1)
  })

  test('finds two views decided for one epoch, and one installed that was never decided', () => {
    const two = begun()
    for (const leader of [b, c]) {
      const other = { round: leader === b ? 1 : 2, by: leader }
      const view = { ...first, epoch: 2, leader }
      for (const member of [b, c]) {
        two.write(member, state({ promised: other, accepted: { ballot: other, view } }))
      }
    }
    mustFind(1, two)
    const one = begun()
    one.write(b, stateWrite(SLOT, { ...UNKNOWN_SLOT, floor: 2, view: { ...first, epoch: 2 } }))
    mustFind(1, one)
  })

  test('finds a decided view that lost what was committed, and one whose base is on too few disks', () => {
    const lost = begun()
    for (const member of [a, b]) lost.write(member, log(entry(1)))
    lost.say(a, heartbeat(1))
    const view = { ...first, epoch: 2, leader: b }
    for (const member of [b, c]) lost.write(member, state({ promised: ballot, accepted: { ballot, view } }))
    mustFind(7, lost)
    const rare = begun()
    rare.write(b, log(entry(1)))
    const next = { ...view, base: { epoch: 1, sequence: 1 } }
    for (const member of [b, c])
      rare.write(member, state({ promised: ballot, accepted: { ballot, view: next } }))
    mustFind(7, rare)
  })

  test('finds what is called committed and is on the disk of one member only', () => {
    const found = begun()
    found.write(a, log(entry(1)))
    found.say(a, heartbeat(1))
    mustFind(8, found)
  })

  test('finds two entries with one number, and a table that is not what the log makes', () => {
    const two = begun()
    two.write(a, log(entry(1)))
    two.write(b, log(entry(1, 'another')))
    mustFind(10, two)
    const table = begun()
    for (const member of [a, b]) table.write(member, log(entry(1)))
    table.write(a, { key: entry(1).key, value: Uint8Array.of(0) }, applied(1))
    mustFind(12, table)
  })

  test('takes a table for a copy of its own past only', () => {
    const { write, truth, witness } = begun()
    for (const member of [a, b]) write(member, log(entry(1)), log(entry(2)))
    write(a, { key: logKey(SLOT, 1), value: null }, applied(2))
    const replica = witness.replicaOf(a, SLOT)
    assert.equal(truth.isOn(replica, { epoch: 1, sequence: 1 }), true)
    assert.equal(truth.isOn(replica, { epoch: 2, sequence: 1 }), false)
    assert.equal(truth.isOn(replica, { epoch: 2, sequence: 2 }), false)
  })

  test('finds floors that sink and promises that are taken back', () => {
    const floor = begun()
    floor.write(a, state({ floor: 0 }))
    mustFind(4, floor)
    const promise = begun()
    promise.write(a, state({ promised: ballot }))
    promise.write(a, state({}))
    mustFind(4, promise)
  })

  test('finds words that come before the disk, after the seal, or from who does not lead', () => {
    const early = begun()
    early.say(b, { type: 'appended', slot: SLOT, epoch: 1, sequence: 1 })
    mustFind(6, early)
    const late = begun()
    late.write(b, state({ promised: ballot }))
    late.say(b, {
      type: 'promised',
      slot: SLOT,
      instance: 2,
      ballot,
      accepted: null,
      last: first.base,
      tail: []
    })
    late.write(b, log(entry(1)))
    late.say(b, { type: 'appended', slot: SLOT, epoch: 1, sequence: 1 })
    mustFind(5, late)
    const restarted = begun()
    restarted.say({ ...a, boot: 2 }, heartbeat(0))
    mustFind(2, restarted)
  })

  test('finds an operation that took effect twice', () => {
    const found = begun()
    for (const member of [a, b]) {
      found.write(member, log(entry(1)), log({ ...entry(2), payload: entry(1).payload }))
    }
    found.say(a, heartbeat(2))
    mustFind(14, found)
  })
})
