/**
 * What Zave proved about the corrected operations ("Reasoning about identifier spaces: how to make Chord correct", 2017),
 * looked at after every single event of runs in which her assumptions hold: the ring has more than r members when it
 * begins, no list loses all its entries at once, and nobody is suspected who is there. One ring node to a peer.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RingNode } from '../../src/chord/ring-node.ts'
import { successorPeers } from '../../src/constants.ts'
import { distance, type Position } from '../../src/ring/position.ts'
import { pick, sample } from '../../src/runtime.ts'
import { SimulatedRing } from '../simulation/chord-ring.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'

const REPLICAS = 3
const R = successorPeers(REPLICAS)

interface State {
  readonly node: RingNode
  readonly successors: readonly RingNode[]
}

/** Throws when an invariant does not hold. */
function checkInvariants(states: readonly State[]): void {
  const live = states.map(({ node }) => node.position).sort((a, b) => (a < b ? -1 : 1))
  const rank = new Map<Position, number>(live.map((position, at) => [position, at]))
  const skipped = new Set<Position>()
  const next = new Map<Position, Position>()
  for (const { node, successors } of states) {
    const first = successors.find(({ position }) => rank.has(position))
    assert.ok(first, 'every successor list has a live entry')
    next.set(node.position, first.position)
    const reach = distance(node.position, successors.at(-1)!.position)
    const listed = new Set(successors.map(({ position }) => position))
    for (let at = rank.get(node.position)! + 1; ; at++) {
      const position = live[at % live.length]!
      const ahead = distance(node.position, position)
      if (ahead === 0n || ahead >= reach) break
      if (!listed.has(position)) skipped.add(position)
    }
  }
  const principals = live.length - skipped.size
  assert.ok(principals > R, `${principals} principals: more than ${R} are needed`)
  checkOneOrderedRing(states, next)
}

/** First live successors lead everybody into one and the same cycle, which goes round once. */
function checkOneOrderedRing(states: readonly State[], next: ReadonlyMap<Position, Position>): void {
  let at = states[0]!.node.position
  for (let step = 0; step < states.length; step++) at = next.get(at)!
  const ring: Position[] = []
  for (let walker = at; ring.length === 0 || walker !== at; walker = next.get(walker)!) ring.push(walker)
  const descents = ring.filter((position, index) => position > ring[(index + 1) % ring.length]!).length
  assert.equal(descents, 1, 'the ring goes round exactly once')
  const onRing = new Set(ring)
  for (const { node } of states) {
    let walker = node.position
    for (let step = 0; step < states.length && !onRing.has(walker); step++) walker = next.get(walker)!
    assert.ok(onRing.has(walker), 'there is no second ring')
  }
}

function watchInvariants(ring: SimulatedRing): { checks: number } {
  const counter = { checks: 0 }
  let seen = ''
  let lists: (readonly RingNode[])[] = []
  ring.time.watch = () => {
    const states = [...ring.members.values()].flatMap(({ chord }) => (chord.member ? chord.neighbours() : []))
    const unchanged =
      states.length === lists.length && states.every(({ successors }, at) => successors === lists[at])
    if (unchanged) return
    lists = states.map(({ successors }) => successors)
    counter.checks++
    seen = `at ${ring.time.monotonic()} ms`
    try {
      checkInvariants(states)
    } catch (error) {
      throw new Error(`${(error as Error).message} (${seen})`)
    }
  }
  return counter
}

test('joins and failures keep a live successor in every list, one ordered ring and more than r principals', async () => {
  const seed = chooseSeed()
  const ring = new SimulatedRing({ seed, virtualNodes: 1, replicas: REPLICAS })
  const random = seededRandom(seed, 'nemesis')
  await ring.grow(2 * R + 8, R)
  await ring.settle(20_000)
  await ring.time.pass(3_000)
  const counter = watchInvariants(ring)
  for (let turn = 0; turn < 60; turn++) {
    const members = [...ring.members.values()]
    const joining = Math.floor(random.next() * 5)
    const joined = Array.from({ length: joining }, () =>
      ring.add().chord.start({ join: [pick(random, members)!.peer] })
    )
    const failing = members.length > 48 ? 5 : members.length > 20 ? Math.floor(random.next() * 4) : 0
    for (const member of sample(random, members, failing)) ring.crash(member)
    // Those whose way in has just failed do not get in, and that is all right.
    await ring.time.finish(Promise.allSettled(joined), 60_000)
    for (const member of ring.members.values()) if (!member.chord.member) ring.crash(member)
    await ring.time.pass(500 + 8_000 * random.next())
  }
  await ring.settle(20_000)
  assert.ok(counter.checks > 1_000, `only ${counter.checks} states were looked at`)
  assert.deepEqual(ring.errors(), [])
})
