/** Finding owners while peers are slow, dead or gone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placement } from '../../src/chord/lookup.ts'
import type { RingNode } from '../../src/chord/ring-node.ts'
import { HOP_HEDGE_MS, HOP_TIMEOUT_MS } from '../../src/constants.ts'
import { advance, keyOf, type Position } from '../../src/ring/position.ts'
import { type Member, SimulatedRing } from '../simulation/chord-ring.ts'
import { chooseSeed } from '../simulation/random.ts'

const seed = chooseSeed()

async function settled(peers: number, virtualNodes: number): Promise<[SimulatedRing, Member[]]> {
  const ring = new SimulatedRing({ seed, virtualNodes })
  const members = await ring.grow(peers, peers)
  await ring.settle(20_000)
  await ring.time.pass(25_000)
  return [ring, members]
}

function ownerOf(circle: readonly RingNode[], target: Position): RingNode {
  return circle.find(({ position }) => position >= target) ?? circle[0]!
}

test('every peer finds the same owner, and the same peers for the replicas', async () => {
  const [ring, members] = await settled(5, 32)
  const circle = ring.circle()
  let [lookups, hops] = [0, 0]
  for (let user = 0; user < 50; user++) {
    const target = keyOf(`user ${user}`)
    const at = circle.indexOf(ownerOf(circle, target))
    const clockwise = [...circle.slice(at), ...circle.slice(0, at)].map(({ peer }) => peer)
    for (const { chord } of members) {
      const result = await ring.time.finish(chord.lookup(target), 1_000)
      assert.equal(result.owner, circle[at])
      assert.equal(result.predecessor, circle.at(at - 1))
      assert.deepEqual(placement(result, 3), [...new Set(clockwise)].slice(0, 3))
      lookups++
      hops += result.hops.length
    }
  }
  // A single one may need two: nothing says that the node next before an owner is in one of our lists.
  assert.ok(hops <= lookups, `${hops} hops for ${lookups} lookups: in a small ring one is enough`)
})

test('nobody is asked about a position next to one of our own nodes', async () => {
  const [ring, [member]] = await settled(4, 8)
  for (const { node } of member!.chord.neighbours()) {
    for (const target of [node.position, advance(node.position, 1n)]) {
      const { owner, hops } = await ring.time.finish(member!.chord.lookup(target), 1_000)
      assert.equal(owner, ownerOf(ring.circle(), target))
      assert.deepEqual(hops, [])
    }
  }
})

test('a ring of two peers places three replicas on two', async () => {
  const [ring, [first, second]] = await settled(2, 1)
  const target = keyOf('alice')
  const result = await ring.time.finish(first!.chord.lookup(target), 1_000)
  assert.deepEqual(placement(result, 3).sort(), [first!.peer, second!.peer].sort())
})

test('a peer that does not answer is overtaken after the hedge delay, not after its timeout', async () => {
  const [ring, members] = await settled(32, 1)
  const asker = members[0]!
  // Somebody far enough away: otherwise the silent peer would be the only one that knows.
  let target: Position | undefined
  let silent: string | undefined
  for (const { position } of ring.circle()) {
    const { hops } = await ring.time.finish(asker.chord.lookup(position), 1_000)
    if (hops.length >= 2) [target, silent] = [position, hops[0]!.peer]
  }
  assert.ok(target !== undefined)
  const mend = ring.network.cut((_, to) => to === silent)
  const startMs = ring.time.monotonic()
  const again = await ring.time.finish(asker.chord.lookup(target), 5_000)
  const tookMs = ring.time.monotonic() - startMs
  mend()
  assert.equal(again.owner.position, target)
  assert.ok(tookMs >= HOP_HEDGE_MS && tookMs < HOP_TIMEOUT_MS, `${tookMs} ms`)
})

test('a lookup that cannot be finished says so, in time', async () => {
  const [ring, members] = await settled(12, 1)
  const asker = members[0]!
  const mend = ring.network.cut((from, to) => from === asker.peer || to === asker.peer)
  const circle = ring.circle()
  const from = circle.findIndex(({ peer }) => peer === asker.peer)
  const startMs = ring.time.monotonic()
  const work = asker.chord.lookup(circle[(from + 6) % circle.length]!.position, { timeoutMs: 1_500 })
  await assert.rejects(ring.time.finish(work, 5_000), { name: 'UnavailableError' })
  assert.ok(ring.time.monotonic() - startMs <= 1_600)
  mend()
})

test('a lookup ends with the reason of its signal', async () => {
  const [ring, members] = await settled(12, 1)
  const controller = new AbortController()
  const circle = ring.circle()
  const from = circle.findIndex(({ peer }) => peer === members[0]!.peer)
  const target = circle[(from + 6) % circle.length]!.position
  const work = members[0]!.chord.lookup(target, { signal: controller.signal })
  controller.abort(new Error('no longer wanted'))
  await assert.rejects(ring.time.finish(work, 1_000), { message: 'no longer wanted' })
})
