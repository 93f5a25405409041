/** A network that was cut in two, and other ways to have more than one ring. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OwnNode } from '../../src/chord/routing-table.ts'
import { SimulatedRing } from '../simulation/chord-ring.ts'
import { chooseSeed } from '../simulation/random.ts'

const seed = chooseSeed()

async function cutAndMend(ring: SimulatedRing, peers: number, apartMs: number): Promise<number> {
  const all = await ring.grow(peers, 64)
  await ring.settle(30_000)
  await ring.time.pass(5_000)
  const halves = [all.slice(0, peers / 2), all.slice(peers / 2)] as const
  const first = new Set(halves[0].map(({ peer }) => peer))
  const mend = ring.network.cut((from, to) => first.has(from) !== first.has(to))
  const apart = () => halves.every(half => ring.wrongPointers(half) === 0)
  assert.ok(await ring.time.until(apart, 60_000, 200), 'each half is a ring of its own')
  await ring.time.pass(apartMs)
  mend()
  return ring.settle(120_000)
}

test('two halves of eighty peers that are reconnected become one ring', async () => {
  const ring = new SimulatedRing({ seed, virtualNodes: 1 })
  const ms = await cutAndMend(ring, 160, 20_000)
  process.stdout.write(`# one ring again after ${ms.toFixed(0)} ms\n`)
  assert.deepEqual(ring.errors(), [])
})

test('so do three peers and three, with many ring nodes each', async () => {
  const ring = new SimulatedRing({ seed })
  await cutAndMend(ring, 6, 60_000)
  assert.deepEqual(ring.errors(), [])
})

test('a single peer that was cut off comes back by itself', async () => {
  const ring = new SimulatedRing({ seed })
  const all = await ring.grow(5)
  await ring.settle(5_000)
  const alone = all[4]!.peer
  const mend = ring.network.cut((from, to) => from === alone || to === alone)
  await ring.time.pass(60_000)
  assert.equal(ring.wrongPointers(all.slice(0, 4)) + ring.wrongPointers(all.slice(4)), 0)
  mend()
  await ring.settle(60_000)
})

test('a ring that winds round twice, in which all neighbours agree, is found out and put right', async () => {
  const ring = new SimulatedRing({ seed, virtualNodes: 1 })
  const members = await ring.grow(9)
  await ring.settle(10_000)
  const own = members.map(({ chord }) => chord.neighbours()[0]! as OwnNode)
  const circle = ring.circle()
  for (const node of own) {
    const at = circle.indexOf(node.node)
    const step = (by: number) => circle[(at + by + circle.length) % circle.length]!
    node.predecessor = step(-2)
    node.successors = [step(2), step(4), step(6), step(8)]
  }
  assert.equal(ring.wrongPointers(), 18)
  await ring.settle(60_000)
  assert.deepEqual(ring.errors(), [])
})
