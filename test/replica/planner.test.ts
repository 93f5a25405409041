import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  LEADER_SPREAD_MS,
  PLACEMENT_STABLE_MS,
  PLANNED_CHANGES_MAX,
  REPLACE_AFTER_MS
} from '../../src/constants.ts'
import { PlannedRing } from './planned-ring.ts'

const SLOTS = 12
const slots = Array.from({ length: SLOTS }, (_, slot) => slot)
/** Rounds, lookups and changes on top of what is waited for on purpose. */
const SLACK_MS = 5_000

/** Leader and members of every slot when each is at the first three of the ring, the first one leading. */
function placed(order: string, replicas = 3): string[] {
  return slots.map(slot => {
    const turn = slot % order.length
    const first = [...order.slice(turn), ...order.slice(0, turn)].slice(0, replicas)
    return `${first[0]}:${first.sort().join('')}`
  })
}

const held = (ring: PlannedRing) => slots.map(slot => ring.held(slot))
const isPlaced = (ring: PlannedRing, order: string) => () => String(held(ring)) === String(placed(order))

async function settledRing(order: string): Promise<PlannedRing> {
  const ring = new PlannedRing(order[0]!, SLOTS)
  ring.add(order.slice(1))
  await ring.until(isPlaced(ring, order), 4 * PLACEMENT_STABLE_MS + LEADER_SPREAD_MS + 2 * SLACK_MS)
  return ring
}

describe('the planner', () => {
  it('spreads the slots of the first peer over those that joined, first the copies, then the leaders', async () => {
    const ring = await settledRing('abcde')
    for (const slot of slots) assert.ok(ring.epoch(slot) <= 4, `slot ${slot} changed more often than needed`)
    const early = ring.begun.filter(({ atMs }) => atMs < PLACEMENT_STABLE_MS)
    assert.deepEqual(early, [])
    await ring.stop()
  })

  it('has few changes under way at once, and begins the next one as soon as one is over', async () => {
    const ring = new PlannedRing('a', SLOTS)
    ring.add('bc')
    await ring.until(() => held(ring).every(text => text.endsWith('abc')), PLACEMENT_STABLE_MS + SLACK_MS)
    assert.equal(ring.mostAtOnce, PLANNED_CHANGES_MAX)
    const { jobs } = ring.peers.get('a')!
    await ring.until(() => jobs.latest('placement')?.state === 'done', SLACK_MS)
    const moved = jobs.list().filter(({ kind }) => kind === 'placement')
    const { done, total } = moved.at(-1)!.progress!
    assert.deepEqual([done, total], [SLOTS, SLOTS])
    assert.match(moved.at(-1)!.detail, new RegExp(`: under-replicated ${SLOTS}$`))
    const times = ring.begun.slice(0, SLOTS).map(({ atMs }) => atMs)
    assert.ok(
      times.at(-1)! - times[0]! < 1_000,
      `${SLOTS} short changes took ${times.at(-1)! - times[0]!} ms`
    )
    await ring.stop()
  })

  it('does nothing in a ring that is as it should be', async () => {
    const ring = await settledRing('abcd')
    const { length } = ring.begun
    await ring.time.pass(120_000)
    assert.equal(ring.begun.length, length)
    await ring.stop()
  })

  it('waits for a peer that restarts', async () => {
    const ring = await settledRing('abcd')
    const { length } = ring.begun
    ring.crash('d')
    for (const slot of slots)
      if (ring.held(slot).startsWith('d')) ring.failOver(slot, ring.held(slot).at(-2)!)
    await ring.time.pass(REPLACE_AFTER_MS - SLACK_MS)
    ring.restart('d')
    await ring.until(isPlaced(ring, 'abcd'), LEADER_SPREAD_MS + 2 * SLACK_MS)
    const moved = ring.begun.slice(length).filter(({ members }) => !members.includes('d'))
    assert.deepEqual(moved, [], 'a slot was copied for nothing')
    await ring.stop()
  })

  it('replaces a peer that does not come back, and takes it in again when it does', async () => {
    const ring = await settledRing('abcd')
    ring.crash('d')
    for (const slot of slots)
      if (ring.held(slot).startsWith('d')) ring.failOver(slot, ring.held(slot).at(-2)!)
    await ring.until(() => !ring.isMemberOfAny('d'), REPLACE_AFTER_MS + 2 * SLACK_MS)
    assert.ok(held(ring).every(text => text.endsWith('abc')))
    ring.restart('d')
    await ring.until(isPlaced(ring, 'abcd'), 4 * PLACEMENT_STABLE_MS + LEADER_SPREAD_MS + 2 * SLACK_MS)
    await ring.stop()
  })

  it('makes no view smaller because somebody crashed', async () => {
    const ring = await settledRing('abc')
    ring.crash('c')
    for (const slot of slots) if (ring.held(slot).startsWith('c')) ring.failOver(slot, 'a')
    await ring.time.pass(3 * REPLACE_AFTER_MS)
    assert.ok(held(ring).every(text => text.endsWith('abc')))
    await ring.stop()
  })

  it('takes the next best peers where one is there and will not become a member', async () => {
    const ring = new PlannedRing('a', SLOTS)
    ring.unwilling = 'b'
    ring.add('bcde')
    await ring.until(() => held(ring).every(text => text.length === 5), PLACEMENT_STABLE_MS + 4 * SLACK_MS)
    assert.equal(ring.isMemberOfAny('b'), false)
    await ring.stop()
  })

  it('empties a peer that leaves: what it leads, and what it holds for others', async () => {
    const ring = await settledRing('abcde')
    ring.peers.get('b')!.planner.leave()
    await ring.until(() => !ring.isMemberOfAny('b'), SLACK_MS)
    assert.ok(held(ring).every(text => text.length === 5))
    await ring.time.pass(2_000) // and gives it nothing as long as it is there
    assert.equal(ring.isMemberOfAny('b'), false)
    await ring.stop()
  })

  it('lets a ring get smaller than its views, down to one peer, when all others leave', async () => {
    const ring = await settledRing('abc')
    for (const leaver of 'ca') {
      ring.peers.get(leaver)!.planner.leave()
      await ring.until(() => !ring.isMemberOfAny(leaver), SLACK_MS)
      ring.crash(leaver)
    }
    assert.deepEqual(
      held(ring),
      slots.map(() => 'b:b')
    )
    await ring.stop()
  })

  it('takes a peer back that stays after all', async () => {
    const ring = await settledRing('abcd')
    const { planner } = ring.peers.get('b')!
    planner.leave()
    await ring.until(() => !ring.isMemberOfAny('b'), SLACK_MS)
    planner.stay()
    await ring.until(isPlaced(ring, 'abcd'), 4 * PLACEMENT_STABLE_MS + LEADER_SPREAD_MS + 2 * SLACK_MS)
    await ring.stop()
  })

  it('lets others lead when its peer stops, moving no copies', async () => {
    const ring = await settledRing('abc')
    const { length } = ring.begun
    await ring.time.finish(ring.peers.get('a')!.planner.drain(new AbortController().signal), 2_000)
    assert.ok(held(ring).every(text => !text.startsWith('a') && text.endsWith('abc')))
    assert.ok(ring.begun.length > length)
    await ring.stop()
  })

  it('stops at once where nobody else could lead', async () => {
    const ring = new PlannedRing('a', SLOTS)
    await ring.time.finish(ring.peers.get('a')!.planner.drain(new AbortController().signal), 10)
    await ring.stop()
  })

  it('tells the neighbours of a slot where it is, after every change', async () => {
    const ring = await settledRing('abcde')
    const ignorant = () =>
      slots.flatMap(slot => {
        const near = [...'abcde'].filter(peer => !ring.held(slot).startsWith(peer))
        return near.filter(peer => ring.told.get(`${peer}${slot}`) !== ring.epoch(slot))
      })
    await ring.until(() => ignorant().length === 0, SLACK_MS)
    await ring.stop()
  })
})
