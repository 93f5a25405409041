import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { USERS_TIMEOUT_MS, USERS_TRY_TIMEOUT_MS } from '../../src/constants.ts'
import {
  BusyError,
  OperationTooOldError,
  OutcomeUnknownError,
  TooLargeError,
  UnavailableError
} from '../../src/errors.ts'
import type { Outcome } from '../../src/users/operation.ts'
import type { User } from '../../src/users/user.ts'
import type { OperationResult } from '../../src/users/users-rpc.ts'
import {
  done,
  follower,
  leader,
  lost,
  never,
  outcomeOf,
  SlotWorld,
  viewOf,
  type World
} from './slot-world.ts'

const ADA = { id: 'ada', status: 'ONLINE', version: '1.1' } as User
const FIRST = viewOf(1, 'a', 'b', 'c')
const SECOND = viewOf(2, 'b', 'a', 'c')
const found = { kind: 'found', user: ADA } as const
const created = { kind: 'created', user: ADA } as const

function refusing(error: unknown) {
  return { operate: async () => ({ kind: 'refused', error }) as OperationResult }
}

describe('an operation on a user', () => {
  it('goes straight to the leader, and tells who that was', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { a: leader(found) } })
    const { value, route } = await world.users.get('ada')
    assert.deepEqual(value, ADA)
    assert.deepEqual(route, { slot: 0, owner: 'a', hops: 1, consistency: 'strong' })
    assert.deepEqual([world.asked.length, world.searched.length, world.lookups], [1, 0, 0])
    assert.equal(world.asked[0]!.options.ageMs, 0)
    assert.equal(world.clock.pending, 0)
  })

  it('is executed here when this peer leads', async () => {
    const world = new SlotWorld({
      known: viewOf(1, 'self', 'b', 'c'),
      execute: async () => ({ kind: 'done', outcome: outcomeOf(created) })
    })
    const { route } = await world.users.set('ada', { status: 'ONLINE' })
    assert.deepEqual(route, { slot: 0, owner: 'self', hops: 0, consistency: 'strong' })
  })

  it('follows a redirect to a newer view, and none to an older one', async () => {
    const world = new SlotWorld({
      known: SECOND,
      peers: { a: leader(found), b: follower(FIRST), c: follower(FIRST) }
    })
    const call = world.users.get('ada')
    await world.clock.pass(500)
    assert.ok(world.asked.length > 1)
    assert.ok(world.asked.every(({ peer }) => peer === 'b'))
    world.peers.b = follower(viewOf(3, 'a', 'b', 'c'))
    const { value } = await world.within(500, call)
    assert.equal(value?.route.owner, 'a')
  })

  it('finds its slot through Chord when nothing is known, and through anybody when Chord names nobody who knows', async () => {
    for (const world of [
      new SlotWorld({ successors: ['x', 'b'], peers: { a: leader(found), b: follower(FIRST) } }),
      new SlotWorld({
        successors: ['x'],
        up: ['x', 'b'],
        peers: { a: leader(found), b: follower(FIRST) }
      })
    ]) {
      assert.equal((await world.users.get('ada')).route.owner, 'a')
      assert.equal(world.clock.pending, 0)
    }
  })

  it('never loses its condition on the way, whatever stands in it', async () => {
    for (const ifVersion of ['', 'x'.repeat(1_000), '1', '1.1; drop']) {
      const world = new SlotWorld({ known: FIRST, peers: { a: leader({ kind: 'conflict' }) } })
      await assert.rejects(world.users.set('ada', { status: 'ONLINE' }, { ifVersion }), {
        name: 'ConflictError'
      })
      const { operation } = world.asked[0]!
      assert.equal(operation.kind === 'set' && operation.ifVersion, '0.0')
    }
  })

  it('that found nobody to patch says so again when it is repeated after somebody was created', async () => {
    const outcome = { kind: 'absent', user: ADA, replayed: true } as const
    const { users } = new SlotWorld({ known: FIRST, peers: { a: leader(outcome) } })
    await assert.rejects(users.patch('ada', { status: 'BUSY' }), { name: 'NotFoundError' })
  })
})

describe('while the leader of a slot is replaced', () => {
  it('an operation waits, is sent again with its id and its age, and is answered by the next leader', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { b: follower(FIRST), c: follower(FIRST) } })
    world.peers.a = { operate: async () => lost }
    const call = world.users.set('ada', { status: 'ONLINE' })
    await world.clock.pass(200)
    delete world.peers.a
    await world.clock.pass(2_300)
    world.peers.b = { ...leader(created), view: SECOND }
    const { value, atMs } = await world.within(1_000, call)
    assert.equal(value?.route.owner, 'b')
    assert.ok(atMs <= 400, `answered ${atMs} ms after there was a leader`)
    const writes = world.asked.map(({ operation }) => operation.kind === 'set' && operation.operationId)
    assert.equal(new Set(writes).size, 1)
    assert.equal(world.asked[0]!.options.ageMs, 0)
    for (const { options, atMs } of world.asked.slice(1))
      assert.ok(options.ageMs >= atMs, 'no younger than it is')
    assert.equal(world.clock.pending, 0)
  })

  it('a leader that hangs is not waited for once another is known', async () => {
    const world = new SlotWorld({
      known: FIRST,
      peers: { a: { operate: () => never }, b: { ...leader(created), view: SECOND }, c: follower(SECOND) }
    })
    const { value, atMs } = await world.within(1_000, world.users.set('ada', { status: 'ONLINE' }))
    assert.equal(value?.route.owner, 'b')
    assert.ok(atMs < 300, `${atMs} ms`)
    assert.ok(world.asked[1]!.options.ageMs > 0, 'the first leader may have executed it')
  })

  it('this peer, leading and hanging, is not waited for either', async () => {
    const world = new SlotWorld({
      known: viewOf(1, 'self', 'b', 'c'),
      execute: () => never,
      peers: { b: { ...leader(created), view: viewOf(2, 'b', 'self', 'c') } }
    })
    const { value } = await world.within(1_000, world.users.set('ada', { status: 'ONLINE' }))
    assert.equal(value?.route.owner, 'b')
  })

  it('many operations ask the members a few times a second, not each for itself', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { b: follower(FIRST), c: follower(FIRST) } })
    const calls = Array.from({ length: 200 }, () => world.users.get('ada'))
    await world.clock.pass(2_000)
    assert.ok(world.searched.length < 100, `${world.searched.length} questions`)
    world.peers.b = { ...leader(found), view: SECOND }
    await world.clock.pass(1_000)
    assert.equal((await Promise.all(calls)).length, 200)
    assert.equal(world.clock.pending, 0)
  })

  it('an operation that nobody ever answers ends at its deadline and not before', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { b: follower(FIRST), c: follower(FIRST) } })
    const { error, atMs } = await world.within(2 * USERS_TIMEOUT_MS, world.users.get('ada'))
    assert.equal(error, 'UnavailableError')
    assert.ok(Math.abs(atMs - USERS_TIMEOUT_MS) <= 10, `${atMs} ms`)
    assert.equal(world.clock.pending, 0)
  })
})

describe('without a majority of the members', () => {
  it('an operation is given up after three seconds, and the next ones at once', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { b: follower(FIRST) } })
    const first = await world.within(USERS_TIMEOUT_MS, world.users.set('ada', { status: 'ONLINE' }))
    assert.equal(first.error, 'UnavailableError')
    assert.ok(first.atMs >= 3_000 && first.atMs < 3_600, `${first.atMs} ms`)
    const second = await world.within(USERS_TIMEOUT_MS, world.users.get('ada'))
    assert.deepEqual([second.error, second.atMs < 400], ['UnavailableError', true])
    world.peers.a = leader(found)
    assert.equal((await world.within(500, world.users.get('ada'))).value?.value, ADA)
    delete world.peers.a
    await world.clock.pass(60_000)
    const later = await world.within(USERS_TIMEOUT_MS, world.users.get('ada'))
    assert.ok(later.atMs >= 3_000, 'what was so a minute ago says nothing')
    assert.equal(world.clock.pending, 0)
  })

  it('a member that Chord finds up is waited for although it does not answer', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { b: follower(FIRST) }, up: ['c'] })
    const { atMs } = await world.within(2 * USERS_TIMEOUT_MS, world.users.get('ada'))
    assert.ok(atMs >= USERS_TIMEOUT_MS - 10, `${atMs} ms`)
  })

  it('a write that may have been executed before has an unknown outcome', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { a: { operate: () => never } } })
    const { error, atMs } = await world.within(USERS_TIMEOUT_MS, world.users.delete('ada'))
    assert.equal(error, 'OutcomeUnknownError')
    assert.ok(atMs < 5_000, `${atMs} ms`)
  })

  it('a slot that nobody knows of is unavailable', async () => {
    const world = new SlotWorld({ up: ['x'], successors: ['x'], peers: { x: {} } })
    const { error, atMs } = await world.within(USERS_TIMEOUT_MS, world.users.get('ada'))
    assert.equal(error, 'UnavailableError')
    assert.ok(atMs < 4_000, `${atMs} ms`)
  })
})

describe('what a failed operation says', () => {
  const outcomeOfWrite = async (world: World): Promise<string | undefined> => {
    const made = new SlotWorld({ known: FIRST, ...world })
    const call = made.users.set('ada', { status: 'ONLINE' })
    return (await made.within(USERS_TIMEOUT_MS + 50, call)).error
  }

  it('is that it may have been executed, when a try left and was not answered', async () => {
    const unknown = refusing(new OutcomeUnknownError('the leader lost its majority'))
    for (const a of [{ operate: () => never }, { operate: async () => lost }, unknown])
      assert.equal(await outcomeOfWrite({ peers: { a }, up: ['a', 'b'] }), 'OutcomeUnknownError')
    const hanging = { known: viewOf(1, 'self'), execute: () => never }
    assert.equal(await outcomeOfWrite(hanging), 'OutcomeUnknownError')
  })

  it('is that it was not, when no try ever left, or each was refused', async () => {
    const busy = refusing(new BusyError('full'))
    for (const peers of [
      {},
      { a: busy },
      { a: follower(FIRST) },
      { a: refusing(new UnavailableError('no')) }
    ])
      assert.equal(await outcomeOfWrite({ peers, up: ['a', 'b'] }), 'UnavailableError')
  })

  it('never forgets an earlier try: a refusal of the last one says nothing about it', async () => {
    let tries = 0
    const answers = (second: OperationResult) => ({
      operate: async () => (++tries === 1 ? lost : second)
    })
    for (const error of [new TooLargeError('too large'), new OperationTooOldError('forgotten')]) {
      tries = 0
      const name = await outcomeOfWrite({ peers: { a: answers({ kind: 'refused', error }) } })
      assert.equal(name, error.name === 'TooLargeError' ? 'OutcomeUnknownError' : error.name)
    }
    tries = 0
    const conflict = done({ kind: 'conflict' })
    assert.equal(await outcomeOfWrite({ peers: { a: answers(conflict) } }), 'ConflictError')
  })

  it('of a read is never that its outcome is unknown', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { a: { operate: () => never } }, up: ['a', 'b'] })
    const { error } = await world.within(USERS_TIMEOUT_MS + 50, world.users.get('ada'))
    assert.equal(error, 'UnavailableError')
  })

  it('comes at once when this peer stops', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { a: { operate: () => never } } })
    const written = world.users.set('ada', { status: 'ONLINE' })
    const got = world.users.get('ada')
    const stale = world.users.get('ada', { consistency: 'stale' })
    world.stopping.abort(new UnavailableError('This peer is stopping'))
    await assert.rejects(written, { name: 'OutcomeUnknownError' })
    await assert.rejects(got, { name: 'UnavailableError' })
    await assert.rejects(stale, { name: 'UnavailableError' })
    await world.clock.pass(USERS_TIMEOUT_MS)
    assert.equal(world.clock.pending, 0)
  })

  it('is the reason of the signal that ended it, when nothing can have been executed', async () => {
    const reason = new Error('enough')
    for (const consistency of ['strong', 'stale'] as const) {
      const world = new SlotWorld({ known: FIRST })
      const controller = new AbortController()
      const call = world.users.get('ada', { consistency, signal: controller.signal })
      controller.abort(reason)
      await assert.rejects(call, reason)
      await world.clock.pass(1_000)
      assert.equal(world.clock.pending, 0)
    }
  })
})

describe('a write that is repeated by its caller', () => {
  it('tells how old it is, and grows older with every try', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { a: { operate: async () => lost } }, up: ['a', 'b'] })
    const call = world.users.delete('ada', { idempotencyKey: 'k', ageMs: 60_000.5 })
    await world.clock.pass(1_000)
    world.peers.a = leader({ kind: 'deleted' })
    assert.equal((await world.within(500, call)).value?.value, true)
    assert.equal(world.asked[0]!.options.ageMs, 60_001 + USERS_TRY_TIMEOUT_MS, 'with its way to the leader')
    assert.ok(world.asked.at(-1)!.options.ageMs >= 61_000 + USERS_TRY_TIMEOUT_MS)
  })

  it('is not said to be unwritten when nobody can be reached: the first try may have written it', async () => {
    for (const [ageMs, name] of [
      [0, 'UnavailableError'],
      [1, 'OutcomeUnknownError']
    ] as const) {
      const world = new SlotWorld({ known: FIRST })
      const call = world.users.delete('ada', { idempotencyKey: 'k', ageMs })
      assert.equal((await world.within(USERS_TIMEOUT_MS, call)).error, name)
    }
  })

  it('is refused by its leader as what it is', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { a: refusing(new TooLargeError('too large')) } })
    await assert.rejects(world.users.delete('ada', { idempotencyKey: 'k', ageMs: 1 }), {
      name: 'TooLargeError'
    })
  })

  it('with an age that is none is refused', async () => {
    const { users } = new SlotWorld({ known: FIRST })
    for (const ageMs of [-1, Number.NaN])
      await assert.rejects(users.delete('ada', { ageMs }), { name: 'InvalidRequestError' })
  })
})

describe('a stale read', () => {
  const stale = (outcome: Partial<Outcome>, ageMs: number) => ({
    readStale: async () => ({ kind: 'done', outcome: outcomeOf(outcome), ageMs }) as const
  })

  it('is answered by the replica of this peer when there is one', async () => {
    const world = new SlotWorld({
      known: FIRST,
      readStale: () => ({ outcome: outcomeOf(found), ageMs: 1_200 })
    })
    const { value, route } = await world.users.get('ada', { consistency: 'stale' })
    assert.deepEqual(value, ADA)
    assert.deepEqual(route, { slot: 0, owner: 'a', hops: 0, consistency: 'stale', ageMs: 1_200 })
    assert.equal(world.staleAsked.length, 0)
  })

  it('asks the members, the leader last, and needs but one of them', async () => {
    for (const only of ['a', 'b', 'c']) {
      const world = new SlotWorld({ known: FIRST, peers: { [only]: stale(found, 700) } })
      const { value } = await world.within(1_000, world.users.get('ada', { consistency: 'stale' }))
      assert.deepEqual(value?.value, ADA)
      assert.equal(value?.route.ageMs, 700)
      assert.equal(world.staleAsked.at(-1), only)
      if (only === 'a') assert.deepEqual(world.staleAsked.toSorted(), ['a', 'b', 'c'])
      else assert.ok(!world.staleAsked.includes('a'))
      assert.equal(world.asked.length, 0)
    }
  })

  it('asks those that are down after all others', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { a: stale(found, 0) }, up: ['a'] })
    await world.users.get('ada', { consistency: 'stale' })
    assert.deepEqual(world.staleAsked, ['a'])
  })

  it('goes on where a redirect says that the replicas are now', async () => {
    const world = new SlotWorld({ known: FIRST, peers: { d: stale({}, 5) } })
    world.peers.b = { readStale: async () => ({ kind: 'elsewhere', view: viewOf(3, 'd') }) }
    const { value } = await world.within(1_000, world.users.get('ada', { consistency: 'stale' }))
    assert.equal(value?.value, undefined)
    assert.deepEqual([value?.route.owner, value?.route.consistency], ['d', 'stale'])
  })

  it('is unavailable within seconds when no replica answers', async () => {
    for (const peers of [{}, { b: { readStale: () => never } }, { b: refusing(new BusyError('full')) }]) {
      const world = new SlotWorld({ known: FIRST, peers })
      const call = world.users.get('ada', { consistency: 'stale' })
      const { error, atMs } = await world.within(USERS_TIMEOUT_MS, call)
      assert.equal(error, 'UnavailableError')
      assert.ok(atMs <= 3_010, `${atMs} ms`)
      assert.equal(world.clock.pending, 0)
    }
  })
})
