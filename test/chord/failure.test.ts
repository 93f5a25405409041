/** Peers that crash, hang, leave, or only seem to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedRing } from '../simulation/chord-ring.ts'
import { simulatedPeerId } from '../simulation/peer-id.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'

const seed = chooseSeed()

test('when one of five peers falls silent the pointers are whole again within 5 s', async () => {
  for (let run = 0; run < 3; run++) {
    const ring = new SimulatedRing({ seed: `${seed}/${run}` })
    const members = await ring.grow(5)
    await ring.settle(5_000)
    await ring.time.pass(1_000 + 250 * run)
    ring.crash(members[run + 1]!)
    await ring.settle(5_000)
    assert.ok(
      [...ring.members.values()].every(({ chord }) => chord.status(members[run + 1]!.peer) === 'down')
    )
  }
})

test('two of five peers that crash together are no harder than one', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(5)
  await ring.settle(5_000)
  ring.crash(members[1]!)
  ring.crash(members[3]!)
  await ring.settle(6_000)
})

test('one peer of two goes on alone, and both are one ring again when the other comes back', async () => {
  const ring = new SimulatedRing({ seed })
  const [, second] = await ring.grow(2)
  await ring.settle(5_000)
  ring.crash(second!)
  await ring.settle(6_000)
  const again = ring.restart(second!)
  await ring.time.finish(again.chord.start(), 10_000)
  await ring.settle(10_000)
  assert.deepEqual(ring.errors(), [])
})

test('a peer that others still reach is not down because one line is bad for a moment', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(5)
  await ring.settle(5_000)
  const [a, b] = [members[0]!.peer, members[1]!.peer]
  const mend = ring.network.cut((from, to) => (from === a && to === b) || (from === b && to === a))
  await ring.time.pass(3_000)
  assert.equal(members[0]!.chord.status(b), 'suspect')
  mend()
  await ring.time.pass(3_000)
  assert.equal(members[0]!.chord.status(b), 'up')
  for (const { events } of members) assert.ok(events.every(({ type }) => type !== 'peer.down'))
})

test('a peer that was never heard of is asked before it counts, and is down when it does not answer', async () => {
  const ring = new SimulatedRing({ seed })
  const [first] = await ring.grow(2)
  const stranger = simulatedPeerId(seededRandom(seed, 'nobody'))
  const { chord } = first!
  assert.equal(chord.status(stranger), 'down')
  chord.check(stranger)
  assert.notEqual(chord.status(stranger), 'up')
  const untilMs = ring.time.monotonic() + 5_000
  while (ring.time.monotonic() < untilMs) {
    await ring.time.pass(50)
    assert.notEqual(chord.status(stranger), 'up')
  }
  assert.equal(chord.status(stranger), 'down')
})

test('a line that works one way only does not switch a peer on and off', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(4)
  await ring.settle(5_000)
  const [a, b] = [members[0]!, members[1]!]
  const mend = ring.network.cut((from, to) => from === a.peer && to === b.peer)
  await ring.time.pass(40_000)
  const changes = a.events.filter(event => event.type === 'peer.down' && event.peer === b.peer)
  assert.ok(changes.length <= 2, `${changes.length} times down in 40 s`)
  mend()
  await ring.settle(40_000)
})

test('a peer that was down is up again when it speaks and answers', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(3)
  await ring.settle(5_000)
  const away = members[2]!.peer
  const mend = ring.network.cut((from, to) => from === away || to === away)
  await ring.time.pass(10_000)
  assert.equal(members[0]!.chord.status(away), 'down')
  mend()
  members[0]!.chord.heard(away)
  await ring.time.pass(100)
  assert.equal(members[0]!.chord.status(away), 'up')
  await ring.settle(10_000)
})

test('slow and lost messages do not take peers out of the ring', async () => {
  const network = { slow: 0.01, slowMs: [200, 900] as const, loss: 0.005 }
  const ring = new SimulatedRing({ seed, network, virtualNodes: 16 })
  const members = await ring.grow(5)
  await ring.settle(20_000)
  await ring.time.pass(40_000)
  for (const { events } of members) assert.ok(events.every(({ type }) => type !== 'peer.down'))
  await ring.settle(10_000)
})

test('a peer whose own event loop stood still accuses nobody', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(5)
  await ring.settle(5_000)
  members[2]!.host.pause(4_000)
  await ring.time.pass(15_000)
  const accused = members[2]!.events.filter(({ type }) => type === 'peer.down' || type === 'peer.suspect')
  assert.deepEqual(accused, [])
  await ring.settle(15_000)
})

test('a peer that leaves is forgotten by all at once', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(5)
  await ring.settle(5_000)
  const leaver = members[2]!
  await ring.time.finish(leaver.chord.leave(), 3_000)
  assert.equal(leaver.host.pendingTimers, 0)
  ring.crash(leaver)
  await ring.settle(2_500)
  for (const { chord, book, events } of ring.members.values()) {
    assert.equal(book.get(leaver.peer), undefined)
    assert.equal(chord.peers().has(leaver.peer), false)
    assert.equal(events.filter(({ type }) => type === 'peer.left').length, 1)
    assert.ok(events.every(({ type }) => type !== 'peer.suspect' && type !== 'peer.down'))
  }
  await ring.time.pass(60_000)
  for (const { chord } of ring.members.values()) assert.equal(chord.peers().has(leaver.peer), false)
})

test('a peer that left may come back as a new one', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(3)
  await ring.settle(5_000)
  await ring.time.finish(members[2]!.chord.leave(), 3_000)
  await ring.time.finish(members[2]!.chord.start({ join: [members[0]!.peer] }), 20_000)
  await ring.settle(20_000)
})
