import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FRAME_BYTES_MAX, INFLIGHT_HANDLERS_MAX, WATCH_WAIT_MS } from '../../src/constants.ts'
import { BusyError } from '../../src/errors.ts'
import {
  decodeUsersAnswer,
  decodeUsersMessage,
  encodeUsersAnswer,
  encodeUsersMessage
} from '../../src/network/users-codec.ts'
import { type UsersHandler, UsersProtocol } from '../../src/network/users-protocol.ts'
import type { ReplicaMessage } from '../../src/replica/message.ts'
import type { Incarnation } from '../../src/replica/view.ts'
import { allSlots, asSlot } from '../../src/ring/slot.ts'
import type { Operation, Outcome } from '../../src/users/operation.ts'
import type { SlotTally } from '../../src/users/users-rpc.ts'
import { seededRandom } from '../simulation/random.ts'
import { endings, within } from './endpoint.ts'
import { introduce, type Member, refusals, startMember, until } from './member.ts'
import { MAKERS, PEERS, SLOTS, view } from './replica-messages.ts'

const random = seededRandom(process.env.ANILLO_SEED ?? 'users-protocol', 'users-protocol')
const absent: Outcome = { kind: 'absent', user: undefined, version: '', replayed: false }
const remove: Operation = {
  kind: 'delete',
  id: 'ada',
  ifVersion: undefined,
  operationId: '0123456789abcdef0123456789abcdef'
}
const confirm = { type: 'confirm', slot: asSlot(1, SLOTS), epoch: 2, round: 3, last: 4 } as const

const unserved: UsersHandler = {
  operate: () => Promise.reject(new BusyError('not expected')),
  list: () => Promise.reject(new BusyError('not expected')),
  follow: () => Promise.reject(new BusyError('not expected')),
  readStale: () => ({ kind: 'elsewhere', view: undefined }),
  whereIs: () => [],
  advertised() {},
  leaving() {},
  tally: () => ({ leaving: false, slots: [] }),
  received() {}
}

async function serving(handler: Partial<UsersHandler> = {}): Promise<Member & { users: UsersProtocol }> {
  const member = await startMember()
  const users = new UsersProtocol(member.wire)
  await users.start()
  users.serve({ ...unserved, ...handler })
  endings.push(async () => {
    await users.stop()
    await member.stop()
  })
  return { ...member, users }
}

test('an operation arrives with its age, and its outcome or the view of another peer comes back', async () => {
  const asked: [Operation, number][] = []
  const known = view(random, asSlot(5, SLOTS))
  const leader = await serving({
    operate: async (operation, ageMs) => {
      asked.push([operation, ageMs])
      return ageMs === 0 ? { kind: 'done', outcome: absent } : { kind: 'elsewhere', view: known }
    }
  })
  const asker = await serving()
  introduce(asker, leader)
  const first = await asker.users.operate(leader.peer, remove, { ...within, ageMs: 0 })
  assert.ok(first.kind === 'done')
  assert.deepEqual(first.outcome, absent)
  assert.deepEqual(await asker.users.operate(leader.peer, remove, { ...within, ageMs: 1_234 }), {
    kind: 'elsewhere',
    view: known
  })
  assert.deepEqual(asked, [
    [remove, 0],
    [remove, 1_234]
  ])
})

test('a stale read is answered with its age, or not at all by a peer without the slot', async () => {
  const member = await serving({
    readStale: ({ id }) =>
      id === 'ada' ? { kind: 'done', outcome: absent, ageMs: 750 } : { kind: 'elsewhere', view: undefined }
  })
  const asker = await serving()
  introduce(asker, member)
  assert.deepEqual(await asker.users.readStale(member.peer, { kind: 'get', id: 'ada' }, within), {
    kind: 'done',
    outcome: absent,
    ageMs: 750
  })
  assert.deepEqual(await asker.users.readStale(member.peer, { kind: 'get', id: 'bob' }, within), {
    kind: 'elsewhere',
    view: undefined
  })
  member.users.serve(undefined)
  const refused = await asker.users.readStale(member.peer, { kind: 'get', id: 'ada' }, within)
  assert.equal(refused.kind === 'refused' && refused.error.name, 'NotRunningError')
})

test('whoever answers a question that waits is told when its caller gives up, or is lost', async () => {
  const waiting: AbortSignal[] = []
  const followed = await serving({
    follow: (_slots, _waitMs, signal) => {
      waiting.push(signal!)
      return new Promise(resolve => signal!.addEventListener('abort', () => resolve([])))
    }
  })
  const [impatient, lost] = [await serving(), await serving()]
  const waits = { timeoutMs: WATCH_WAIT_MS, waitMs: WATCH_WAIT_MS }
  const slots = [{ slot: asSlot(1, SLOTS), after: undefined }]
  introduce(impatient, followed)
  const giving = new AbortController()
  const given = impatient.users.follow(followed.peer, slots, { ...waits, signal: giving.signal })
  await until(() => waiting.length === 1, 'the first question')
  assert.equal(waiting[0]!.aborted, false)
  giving.abort(new BusyError('it has something else to do'))
  await assert.rejects(given, { name: 'BusyError' })
  await until(() => waiting[0]!.aborted, 'the end of the first question')

  introduce(lost, followed)
  const unanswered = lost.users.follow(followed.peer, slots, waits)
  await until(() => waiting.length === 2, 'the second question')
  await lost.stop()
  await until(() => waiting[1]!.aborted, 'the end of the second question')
  assert.equal(await unanswered, undefined)
})

test('a slot is followed once in a question', async () => {
  const member = await serving()
  const asker = await serving()
  introduce(asker, member)
  const slot = { slot: asSlot(1, SLOTS), after: undefined }
  const twice = encodeUsersMessage({
    type: 'follow',
    slots: [slot, { ...slot, slot: asSlot(2, SLOTS) }, slot],
    waitMs: 1
  })
  assert.throws(() => decodeUsersMessage(twice, SLOTS), { name: 'ProtocolViolationError' })
  await asker.users.follow(member.peer, [slot, slot], { ...within, waitMs: 1 })
  assert.deepEqual(refusals(member), ['ProtocolViolationError'])
})

test('what replicas say reaches the replicas of the other peer, with its store and boot, and a leaver is named', async () => {
  const heard: [Incarnation, readonly ReplicaMessage[]][] = []
  const leavers: string[] = []
  const member = await serving({
    received: (from, messages) => void heard.push([from, messages]),
    leaving: peer => void leavers.push(peer)
  })
  const other = await serving()
  introduce(other, member)
  const said = [confirm, { ...confirm, slot: asSlot(2, SLOTS) }, MAKERS.accept(random)]
  other.users.post(member.peer, said)
  await until(() => heard.flatMap(([, messages]) => messages).length === 3, 'three messages')
  assert.deepEqual(
    heard.flatMap(([, messages]) => messages),
    said
  )
  for (const [from] of heard) assert.deepEqual(from, { peer: other.peer, store: '01'.repeat(8), boot: 3 })
  await other.users.leaving(member.peer, within)
  assert.deepEqual(leavers, [other.peer])
})

test('messages between replicas do not wait behind requests, however many are worked on', async () => {
  let working = 0
  const heard: string[] = []
  const finish = Promise.withResolvers<void>()
  const member = await serving({
    operate: async () => {
      working++
      await finish.promise
      return { kind: 'done', outcome: absent }
    },
    received: (_from, messages) => void heard.push(...messages.map(({ type }) => type))
  })
  const other = await serving()
  introduce(other, member)
  const calls = Array.from({ length: INFLIGHT_HANDLERS_MAX + 100 }, () =>
    other.users.operate(member.peer, remove, { ...within, ageMs: 0 })
  )
  await until(() => working === INFLIGHT_HANDLERS_MAX, 'the stream of requests is read no further')
  other.users.post(member.peer, [confirm])
  await until(() => heard.length === 1, 'the confirmation that they may be waiting for')
  finish.resolve()
  for (const { kind } of await Promise.all(calls)) assert.equal(kind, 'done')
})

test('a message that breaks its bounds is lost, told of, and the next one arrives', async () => {
  const heard: readonly ReplicaMessage[][] = []
  const member = await serving({
    received: (_from, messages) => void (heard as ReplicaMessage[][]).push([...messages])
  })
  const liar = await serving()
  introduce(liar, member)
  liar.users.post(member.peer, [{ ...confirm, slot: 256 as typeof confirm.slot }])
  liar.users.post(member.peer, [confirm])
  await until(() => heard.length === 1, 'the sound one')
  assert.deepEqual(heard, [[confirm]])
  assert.deepEqual(refusals(member), ['ProtocolViolationError'])
})

test('the tally of the largest ring fits a frame and comes out as it went in', () => {
  const slots = allSlots(16_384).map(
    (slot): SlotTally => ({
      slot,
      epoch: 2 ** 40,
      users: slot * 1_000,
      leads: slot % 3 === 0,
      sealed: slot % 5 === 0,
      members: PEERS.slice(slot % 10, (slot % 10) + 5),
      current: slot % 3 === 0 ? PEERS.slice(slot % 10, (slot % 10) + 3) : [],
      member: slot % 7 === 0,
      reach: { epoch: 2 ** 40, sequence: 2 ** 40 + slot }
    })
  )
  const answer = { type: 'tally', tally: { leaving: true, slots } } as const
  const bytes = encodeUsersAnswer(answer)
  assert.ok(bytes.byteLength < FRAME_BYTES_MAX, `${bytes.byteLength} bytes`)
  assert.deepEqual(decodeUsersAnswer(bytes, 16_384), answer)
})

test('views travel whole, and a message may have 1,024 of the largest', () => {
  const views = Array.from({ length: 1_024 }, (_, i) => view(random, asSlot(i % SLOTS, SLOTS), 9, 16))
  const bytes = encodeUsersMessage({ type: 'advertise', views })
  assert.ok(bytes.byteLength < FRAME_BYTES_MAX, `${bytes.byteLength} bytes`)
  assert.deepEqual(decodeUsersMessage(bytes, SLOTS), { type: 'advertise', views })
})
