/** Coming back with a disk: one peer, and the whole ring after a power cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { contactTo, SimulatedRing } from '../simulation/chord-ring.ts'
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

test('peers that all moved while they were off find each other at the address to join, however late it answers', async () => {
  const ring = new SimulatedRing({ seed })
  const [seedPeer, other] = await ring.grow(2)
  for (const member of [seedPeer!, other!]) ring.crash(member)
  let asked = 0
  // What the book has of the others is of no use any more.
  const again = ring.restart(
    { peer: other!.peer, store: new MemoryStore() },
    {
      shut: true,
      async knock() {
        asked++
        if (!ring.members.has(seedPeer!.peer)) return []
        again.book.put(contactTo(seedPeer!.peer))
        return [seedPeer!.peer]
      }
    }
  )
  await ring.time.finish(again.chord.start(), 10_000)
  await ring.time.pass(60_000)
  assert.ok(asked > 10, `asked ${asked} times`)
  const late = ring.restart({ peer: seedPeer!.peer, store: new MemoryStore() })
  await ring.time.finish(late.chord.start(), 10_000)
  await ring.settle(10_000)
})
