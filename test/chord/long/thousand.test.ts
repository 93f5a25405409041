/** A ring far larger than anillo is meant for: what the Chord paper says of path lengths and failures holds in it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf } from '../../../src/ring/position.ts'
import { pick, sample } from '../../../src/runtime.ts'
import { SimulatedRing } from '../../simulation/chord-ring.ts'
import { chooseSeed, seededRandom } from '../../simulation/random.ts'

const PEERS = 1_000
const LOOKUPS = 2_000

test('a thousand peers: lookups take half of log2 hops, and a fifth of the peers may crash at once', async () => {
  const seed = chooseSeed()
  const random = seededRandom(seed, 'questions')
  const ring = new SimulatedRing({ seed, virtualNodes: 1 })
  const all = await ring.grow(PEERS, 128)
  await ring.settle(60_000)
  await ring.time.pass(5_000)

  const circle = ring.circle()
  const hops: number[] = []
  const questions = Array.from({ length: LOOKUPS }, async () => {
    const target = keyOf(`user ${random.next()}`)
    const { owner, hops: asked } = await pick(random, all)!.chord.lookup(target)
    assert.equal(owner, circle.find(({ position }) => position >= target) ?? circle[0])
    hops.push(asked.length)
  })
  await ring.time.finish(Promise.all(questions), 5_000)
  const mean = hops.reduce((sum, count) => sum + count, 0) / LOOKUPS
  assert.ok(mean <= Math.log2(PEERS) / 2, `${mean} hops on average`)
  assert.ok(Math.max(...hops) <= 2 * Math.log2(PEERS), `${Math.max(...hops)} hops at most`)

  for (const member of sample(random, all, PEERS / 5)) ring.crash(member)
  const healedMs = await ring.settle(30_000)
  process.stdout.write(
    `# mean hops ${mean.toFixed(2)}, most ${Math.max(...hops)}, healed after ${healedMs.toFixed(0)} ms\n`
  )
  assert.deepEqual(ring.errors(), [])
})
