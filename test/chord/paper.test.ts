/** Sentences of "Chord: A Scalable Peer-to-peer Lookup Service for Internet Applications" (Stoica et al., SIGCOMM 2001), one by one. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { inHalfOpen } from '../../src/ring/interval.ts'
import { distance, keyOf } from '../../src/ring/position.ts'
import { pick } from '../../src/runtime.ts'
import { type Member, SimulatedRing } from '../simulation/chord-ring.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'

describe('Chord, the paper', () => {
  const seed = chooseSeed()
  const random = seededRandom(seed, 'paper')
  let ring: SimulatedRing
  let members: Member[]

  before(async () => {
    ring = new SimulatedRing({ seed, virtualNodes: 1 })
    members = await ring.grow(64, 16)
    await ring.settle(20_000)
    await ring.time.pass(10_000)
  })

  after(() => assert.deepEqual(ring.errors(), []))

  test('4.2 "key k is assigned to the first node whose identifier is equal to or follows k"', async () => {
    for (const key of Array.from({ length: 100 }, () => keyOf(`${random.next()}`))) {
      const { owner } = await ring.time.finish(pick(random, members)!.chord.lookup(key), 2_000)
      const nearest = ring
        .circle()
        .reduce((a, b) => (distance(key, a.position) < distance(key, b.position) ? a : b))
      assert.equal(owner, nearest)
    }
  })

  test('4.2 "with high probability each node is responsible for at most (1+ε)K/N keys", ε = O(log N)', () => {
    const owned = new Map<string, number>()
    const circle = ring.circle()
    for (let key = 0; key < 6_400; key++) {
      const position = keyOf(`key ${key}`)
      const { peer } = circle.find(node => node.position >= position) ?? circle[0]!
      owned.set(peer, (owned.get(peer) ?? 0) + 1)
    }
    assert.ok(Math.max(...owned.values()) <= (1 + 2 * Math.log(64)) * 100)
  })

  test('4.3 "each node need only be aware of its successor" to pass a query on to the right node', () => {
    const next = new Map(members.map(({ peer, chord }) => [peer, chord.neighbours()[0]!.successors[0]!]))
    const key = keyOf('anything')
    let node = members[0]!.chord.neighbours()[0]!.node
    for (let step = 0; step < 64 && !inHalfOpen(key, node.position, next.get(node.peer)!.position); step++) {
      node = next.get(node.peer)!
    }
    assert.equal(
      next.get(node.peer),
      ring.circle().find(({ position }) => position >= key) ?? ring.circle()[0]
    )
  })

  test('4.3 "the i-th entry contains the first node that succeeds n by at least 2^(i-1)"', () => {
    for (const member of members) assert.equal(ring.wrongFingers(member), 0)
  })

  test('4.3 "the first finger of n is the immediate successor of n on the circle"', () => {
    for (const { chord } of members) {
      const [{ fingers, successors }] = chord.nodes() as [ReturnType<typeof chord.nodes>[0]]
      assert.equal(fingers[0]!.node, successors[0])
    }
  })

  test('4.3 a node "stores information about only a small number of other nodes": O(log N) different fingers', () => {
    for (const { chord } of members) {
      const distinct = new Set(chord.nodes()[0]!.fingers.map(({ node }) => node?.peer))
      assert.ok(distinct.size <= 2 * Math.log2(64) + 2, `${distinct.size} fingers`)
    }
  })

  test('4.3 "the number of nodes that must be contacted to find a successor is O(log N)"', async () => {
    for (let question = 0; question < 100; question++) {
      const work = pick(random, members)!.chord.lookup(keyOf(`${random.next()}`))
      assert.ok((await ring.time.finish(work, 2_000)).hops.length <= Math.log2(64))
    }
  })

  test('5.1 after concurrent joins stabilisation makes all successor pointers right', async () => {
    const joined = Array.from({ length: 16 }, () => ring.add())
    const joins = joined.map(({ chord }) => chord.start({ join: [pick(random, members)!.peer] }))
    await ring.time.finish(Promise.all(joins), 20_000)
    members.push(...joined)
    await ring.settle(20_000)
  })

  test('5.1 lookups go on to work while stabilisation has not caught up with the fingers of new nodes', async () => {
    const newcomer = ring.add()
    members.push(newcomer)
    await ring.time.finish(newcomer.chord.start({ join: [members[0]!.peer] }), 20_000)
    await ring.time.pass(200)
    const { position } = newcomer.chord.neighbours()[0]!.node
    for (const { chord } of members) {
      assert.equal((await ring.time.finish(chord.lookup(position), 2_000)).owner.peer, newcomer.peer)
    }
  })

  test('5.2 if every node fails with probability 1/2, lookups find the closest living successor', async () => {
    for (const member of members.filter(() => random.next() < 0.5)) ring.crash(member)
    await ring.settle(60_000)
    const living = [...ring.members.values()]
    for (let question = 0; question < 50; question++) {
      const key = keyOf(`${random.next()}`)
      const { owner } = await ring.time.finish(pick(random, living)!.chord.lookup(key), 5_000)
      assert.equal(owner, ring.circle().find(({ position }) => position >= key) ?? ring.circle()[0])
    }
  })
})
