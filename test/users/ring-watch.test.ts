/** What one watcher is told that has much to catch up with, as fast as it takes it, and no faster. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asSlot } from '../../src/ring/slot.ts'
import { FeedWorld, SLOTS, Told } from './feed-world.ts'

const SLOT = asSlot(1, SLOTS)
const OTHER_SLOT = asSlot(2, SLOTS)
const USERS = 3_000
/** As in ring-watch.ts. */
const BATCH_MAX = 1_000
const STEP_MS = 100

function worldOf(users: number, pageUsers: number): FeedWorld {
  const world = new FeedWorld()
  world.pageUsers = pageUsers
  world.write(OTHER_SLOT, 'ada')
  for (let n = 0; n < users; n++) world.write(SLOT, `n${n}`)
  return world
}

/** The next batch, and then time for whatever follows from its being taken. */
async function step(world: FeedWorld, told: Told): Promise<number> {
  const before = told.changes.length
  const taking = told.take()
  await world.clock.pass(STEP_MS)
  await taking
  return told.changes.length - before
}

describe('a watcher', () => {
  it('is told the users of a slot page by page, and no page is read much before it is taken', async () => {
    const world = worldOf(USERS, 100)
    const told = new Told(await world.gateway().open({ since: '0' }))
    let largest = 0
    while (told.of(SLOT).users.size < USERS) {
      largest = Math.max(largest, await step(world, told))
      const taken = told.of(SLOT).users.size / world.pageUsers
      assert.ok(world.pages <= SLOTS + taken + 2, `${world.pages} pages read, ${taken} taken`)
    }
    assert.ok(largest <= 2 * world.pageUsers, `${largest} users at once`)
    assert.equal(told.of(SLOT).resets, 0)
    told.end()
    await world.clock.pass(STEP_MS)
    assert.equal(world.clock.pending, 0)
  })

  it('is asked nothing more of once it has gone with a page that it did not take', async () => {
    const world = worldOf(USERS, 100)
    const told = new Told(await world.gateway().open({ since: '0' }))
    await step(world, told)
    const { pages } = world
    told.end()
    await world.clock.pass(60_000)
    assert.equal(world.pages, pages)
    assert.equal(world.clock.pending, 0)
  })

  for (const pageUsers of [USERS, 700])
    it(`misses nobody after a cursor from amid a slot that was told in pages of ${pageUsers}`, async () => {
      for (let steps = 1; steps <= 7; steps++) {
        const world = worldOf(USERS, pageUsers)
        const first = new Told(await world.gateway().open({ since: '0' }))
        for (let n = 0; n < steps; n++) {
          assert.ok((await step(world, first)) <= BATCH_MAX + SLOTS)
          world.write(SLOT, `n${n}`, 'BUSY')
          world.write(SLOT, `n${USERS - n}`, 'deleted')
        }
        first.end()
        const next = new Told(await world.gateway().open({ since: first.cursor }))
        next.changes.push(...first.changes)
        await next.during(world.clock, 1_000)
        assert.deepEqual(sorted(next.of(SLOT).users), sorted(world.users(SLOT)), `after ${steps} batches`)
        next.end()
      }
    })

  it('misses nobody either where another peer still goes on from before the slot was told anew', async () => {
    const world = worldOf(USERS, 2 * USERS)
    const elsewhere = world.gateway()
    const { cursor } = await elsewhere.open()
    world.write(SLOT, 'late')
    await world.clock.pass(STEP_MS)
    const log = world.logs.get(SLOT)!
    log.trimmed = log.entries.length
    const told = new Told(await world.gateway().open({ since: cursor }))
    while (told.of(SLOT).users.size === 0) await step(world, told)
    assert.equal(told.of(SLOT).resets, 1)
    assert.ok(told.of(SLOT).users.size < USERS)
    told.end()
    const next = new Told(await elsewhere.open({ since: told.cursor }))
    next.changes.push(...told.changes)
    await next.during(world.clock, 1_000)
    assert.deepEqual(sorted(next.of(SLOT).users), sorted(world.users(SLOT)))
    next.end()
  })

  it('is told a slot again after a reset when its users could not be read to their end', async () => {
    const world = worldOf(USERS, 700)
    let failures = 0
    world.failsToList = ({ after }) => after !== undefined && world.pages > SLOTS && failures++ === 0
    const told = new Told(await world.gateway().open({ since: '0' }))
    await step(world, told)
    world.write(SLOT, 'n0', 'deleted')
    await told.during(world.clock, 5_000)
    assert.ok(failures > 0)
    assert.equal(told.of(SLOT).resets, 1)
    assert.deepEqual(sorted(told.of(SLOT).users), sorted(world.users(SLOT)))
    told.end()
  })

  it('is told in batches what it has missed, before what the shared feed has of the slot', async () => {
    const world = worldOf(1, 1)
    const { cursor } = await world.gateway().open()
    for (let n = 0; n < USERS; n++) world.write(SLOT, 'missed')
    const gateway = world.gateway()
    await gateway.open()
    const told = new Told(await gateway.open({ since: cursor }))
    const half = USERS / 2
    while (told.of(SLOT).sequences.length < half) {
      const count = await step(world, told)
      assert.ok(count <= BATCH_MAX, `${count} changes at once`)
      world.write(SLOT, 'now')
    }
    told.end()
    const next = new Told(await world.gateway().open({ since: told.cursor }))
    next.changes.push(...told.changes)
    await next.during(world.clock, 1_000)
    const { sequences, resets } = next.of(SLOT)
    const every = Array.from({ length: world.logs.get(SLOT)!.entries.length - 1 }, (_, n) => n + 2)
    assert.deepEqual(sequences, every)
    assert.equal(resets, 0)
    next.end()
  })

  it('is told what happens in one slot while it is told the users of another', async () => {
    const world = worldOf(10 * BATCH_MAX, 2 * BATCH_MAX)
    const told = new Told(await world.gateway().open({ since: '0' }))
    for (let n = 0; n < 2; n++) await step(world, told)
    world.write(OTHER_SLOT, 'bob')
    for (let n = 0; n < 2; n++) await step(world, told)
    assert.ok(told.of(SLOT).users.size < 10 * BATCH_MAX)
    assert.deepEqual([...told.of(OTHER_SLOT).users.keys()], ['2-ada', '2-bob'])
    told.end()
  })
})

function sorted(users: ReadonlyMap<string, string>): string[] {
  return [...users].map(([id, version]) => `${id} ${version}`).sort()
}
