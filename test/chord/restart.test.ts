/** Coming back with a disk: one peer, and the whole ring after a power cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedRing } from '../simulation/chord-ring.ts'
import { chooseSeed } from '../simulation/random.ts'

const seed = chooseSeed()

test('a peer that was killed comes back to its ring through its book', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(5)
  await ring.time.pass(5_000)
  ring.crash(members[0]!)
  await ring.time.pass(1_000)
  const again = ring.restart(members[0]!)
  await ring.time.finish(again.chord.start(), 10_000)
  await ring.settle(10_000)
  assert.ok(again.events.some(({ type }) => type === 'ring.joined'))
  assert.deepEqual(ring.errors(), [])
})

test('after a power cut of the whole ring all peers find each other again', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(5)
  await ring.time.pass(5_000)
  for (const member of members) ring.crash(member)
  const again = members.map(member => ring.restart(member))
  await ring.time.finish(Promise.all(again.map(({ chord }) => chord.start())), 5_000)
  await ring.settle(2_000)
  assert.deepEqual(ring.errors(), [])
})

test('peers that start again minutes apart still become one ring', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(4)
  await ring.time.pass(5_000)
  for (const member of members) ring.crash(member)
  for (const member of members) {
    await ring.time.finish(ring.restart(member).chord.start(), 30_000)
    await ring.time.pass(60_000)
  }
  await ring.settle(60_000)
})
