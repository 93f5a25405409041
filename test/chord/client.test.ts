/** Finding one's way in a ring without being part of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf } from '../../src/ring/position.ts'
import { type Member, type RingClient, SimulatedRing } from '../simulation/chord-ring.ts'
import { chooseSeed } from '../simulation/random.ts'

const seed = chooseSeed()
const TARGETS = Array.from({ length: 30 }, (_, user) => keyOf(`user ${user}`))

async function settled(peers: number): Promise<[SimulatedRing, Member[], RingClient]> {
  const ring = new SimulatedRing({ seed, virtualNodes: 8 })
  const members = await ring.grow(peers, peers)
  await ring.settle(30_000)
  await ring.time.pass(25_000)
  const client = ring.addClient(members[0]!.peer)
  await ring.time.finish(client.chord.start(), 5_000)
  return [ring, members, client]
}

/** Every owner is right; returns how many questions that took. */
async function findsAll(ring: SimulatedRing, { chord }: RingClient, withinMs = 5_000): Promise<number> {
  const circle = ring.circle()
  let questions = 0
  for (const target of TARGETS) {
    const { owner, hops } = await ring.time.finish(chord.lookup(target), withinMs)
    assert.equal(owner, circle.find(({ position }) => position >= target) ?? circle[0])
    questions += hops.length
  }
  return questions
}

function assertUnknown(members: Iterable<Member>, { peer }: RingClient): void {
  for (const { chord, book, events } of members) {
    assert.equal(chord.peers().get(peer), undefined)
    assert.equal(book.get(peer), undefined)
    assert.ok(!JSON.stringify(events).includes(peer))
    assert.ok(chord.describe().peers.every(each => each.peer !== peer))
    for (const { successors, predecessor, fingers } of chord.nodes()) {
      const named = [...successors, predecessor, ...fingers.map(({ node }) => node)]
      assert.ok(named.every(node => node?.peer !== peer))
    }
  }
}

test('a client finds every owner, mostly by one question, and no peer takes notice of it', async () => {
  const [ring, members, client] = await settled(12)
  const questions = await findsAll(ring, client)
  assert.ok(questions < 2 * TARGETS.length, `${questions} questions`)
  assert.equal(ring.wrongPointers(), 0)
  await ring.time.pass(60_000)
  assertUnknown(members, client)
  assert.deepEqual([client.chord.member, client.chord.nodes()], [false, []])
  const survey = await ring.time.finish(client.chord.survey(), 5_000)
  assert.deepEqual([...survey.keys()].sort(), members.map(({ peer }) => peer).sort())
  await ring.time.finish(client.chord.stop(), 1_000)
  await ring.time.pass(60_000)
  assertUnknown(members, client)
  assert.deepEqual(ring.errors(), [])
  assert.equal(client.host.pendingTimers, 0)
})

test('it knows all peers of a small ring from the start, and goes on when all but one are gone', async () => {
  const [ring, members, client] = await settled(4)
  assert.equal(client.chord.peers().size, 4)
  for (const member of members.slice(0, 3)) {
    ring.crash(member)
    await ring.settle(60_000)
    await findsAll(ring, client, 10_000)
  }
})

test('it learns who joins, and forgets who left', async () => {
  const [ring, members, client] = await settled(3)
  const joining = [ring.add(), ring.add(), ring.add()]
  const joined = joining.map(({ chord }) => chord.start({ join: [members[0]!.peer] }))
  await ring.time.finish(Promise.all(joined), 30_000)
  await ring.settle(30_000)
  const [first, second] = members as [Member, Member, Member]
  const all = () => [...ring.members.keys()].sort().join()
  const known = () => [...client.chord.peers()].filter(([, status]) => status === 'up')
  await ring.time.until(() => known().length === 6, 120_000, 100)
  assert.equal(
    known()
      .map(([peer]) => peer)
      .sort()
      .join(),
    all()
  )
  for (const member of [first, second]) {
    await ring.time.finish(member.chord.leave(), 5_000)
    ring.crash(member)
  }
  assert.ok(await ring.time.until(() => client.chord.peers().size === 4, 300_000, 100))
  assert.equal([...client.chord.peers().keys()].sort().join(), all())
  await findsAll(ring, client)
})

test('it says that nobody can be reached, and goes on when somebody can', async () => {
  const [ring, , client] = await settled(5)
  const mend = ring.network.cut((from, to) => from === client.peer || to === client.peer)
  await assert.rejects(ring.time.finish(client.chord.lookup(TARGETS[0]!), 10_000), {
    name: 'UnavailableError'
  })
  await assert.rejects(ring.time.finish(client.chord.survey(), 20_000), { name: 'UnavailableError' })
  await ring.time.pass(60_000)
  assert.ok([...client.chord.peers().values()].every(status => status !== 'up'))
  mend()
  await findsAll(ring, client)
  assert.ok(
    await ring.time.until(() => [...client.chord.peers().values()].every(each => each === 'up'), 120_000, 100)
  )
})
