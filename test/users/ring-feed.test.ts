/** The feed that watchers of one peer share: one that is up to date, one that is behind, one that is slow. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allSlots, asSlot, type Slot } from '../../src/ring/slot.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'
import { FeedWorld, SLOTS, Told } from './feed-world.ts'

const SLOT = asSlot(1, SLOTS)
const WATCHERS = 50
const LARGE = 'x'.repeat(64 * 1024)
const LARGE_USERS = 300
const HALF_A_BATCH = 600
const RUNS = 8

describe('the feed of one peer', () => {
  it('asks the leaders once for however many watchers, and tells each of them everything', async () => {
    const world = new FeedWorld()
    const { open } = world.gateway()
    const told: Told[] = []
    for (let number = 0; number < WATCHERS; number++) told.push(new Told(await open()))
    for (const slot of allSlots(SLOTS)) world.write(slot, 'ada')
    await Promise.all(told.map(each => each.take()))
    await world.clock.pass(100)
    await Promise.all(told.map(each => (each.changes.length < SLOTS ? each.take() : undefined)))
    for (const each of told)
      assert.deepEqual(
        each.names.toSorted(),
        allSlots(SLOTS).map(slot => `put ${slot}-ada 1.1`)
      )
    assert.ok(world.questions < WATCHERS, `${world.questions} questions`)
  })

  it('asks nobody before the first watcher and after the last', async () => {
    const world = new FeedWorld()
    const { open, feed } = world.gateway()
    await world.clock.pass(30_000)
    assert.equal(world.questions, 0)
    const [first, second] = [await open(), await open()]
    first.end()
    world.write(SLOT, 'ada')
    await world.clock.pass(100)
    assert.ok(feed.end > feed.first)
    second.end()
    await world.clock.pass(100)
    assert.equal(world.clock.pending, 0)
    assert.equal(feed.end, feed.first)
    const { questions } = world
    await world.clock.pass(30_000)
    assert.equal(world.questions, questions)
  })

  it('does not wait for its own slots after the last watcher either', async () => {
    const world = new FeedWorld()
    for (const log of world.logs.values()) log.leader = 'self'
    const watch = await world.gateway().open()
    await world.clock.pass(100)
    assert.ok(world.clock.pending > 0)
    watch.end()
    await world.clock.pass(100)
    assert.equal(world.clock.pending, 0)
  })

  it('asks about no slots but those that somebody watches', async () => {
    const world = new FeedWorld()
    const { open, feed } = world.gateway()
    const some = await open({ ids: ['ada'] })
    assert.equal(allSlots(SLOTS).filter(slot => feed.placeOf(slot) !== undefined).length, 1)
    const all = await open()
    assert.equal(allSlots(SLOTS).filter(slot => feed.placeOf(slot) !== undefined).length, SLOTS)
    all.end()
    assert.equal(allSlots(SLOTS).filter(slot => feed.placeOf(slot) !== undefined).length, 1)
    some.end()
  })

  it('lets a watcher catch up from its cursor by itself, and then asks no more for it', async () => {
    const world = new FeedWorld()
    for (let n = 0; n < 3; n++) world.write(SLOT, 'before')
    const old = await world.gateway().open()
    const { cursor } = old
    old.end()
    for (let n = 0; n < 3; n++) world.write(SLOT, 'missed')
    const { open } = world.gateway()
    const current = new Told(await open())
    const behind = new Told(await open({ since: cursor }))
    await behind.during(world.clock, 500)
    assert.deepEqual(behind.names, ['put 1-missed 1.4', 'put 1-missed 1.5', 'put 1-missed 1.6'])
    const { questions } = world
    world.write(SLOT, 'now')
    await Promise.all([behind.during(world.clock, 500), current.take()])
    assert.deepEqual(behind.names.slice(3), ['put 1-now 1.7'])
    assert.deepEqual(current.names, ['put 1-now 1.7'])
    assert.ok(world.questions - questions <= 2, `${world.questions - questions} questions`)
    for (const each of [behind, current]) each.end()
  })

  it('tells a watcher that is further than the peer it comes to nothing again', async () => {
    const { world, behind, watcher } = await ahead()
    behind.deaf = false
    world.write(SLOT, 'eve')
    await watcher.during(world.clock, 500)
    assert.deepEqual(watcher.names, ['put 1-eve 1.4'])
    watcher.end()
  })

  it('resets a watcher whose place is of a past that the slot has lost', async () => {
    const { world, behind, watcher } = await ahead()
    world.recover(SLOT, 2)
    world.write(SLOT, 'eve')
    behind.deaf = false
    world.write(SLOT, 'eve')
    await watcher.during(world.clock, 1_000)
    assert.deepEqual(watcher.names.toSorted(), ['put 1-ada 1.1', 'put 1-bob 1.2', 'put 1-eve 2.4', 'reset 1'])
    watcher.end()
  })

  it('goes on for others while one is slow, keeps no more than so much, and tells the slow one all of it', async () => {
    const world = new FeedWorld()
    const { open, feed } = world.gateway()
    world.write(SLOT, 'before')
    const [slow, quick] = [new Told(await open()), new Told(await open())]
    world.write(SLOT, 'first')
    await slow.during(world.clock, 100)
    await quick.during(world.clock, 100)
    // Each is told with an answer of its own, and together they are more than the feed keeps.
    for (let n = 0; n < LARGE_USERS; n++) {
      world.write(SLOT, `n${n % 10}`, 'ONLINE', LARGE)
      await quick.during(world.clock, 50)
    }
    const every = Array.from({ length: LARGE_USERS + 1 }, (_, n) => n + 2)
    assert.deepEqual(quick.of(SLOT).sequences, every)
    assert.ok(feed.first > 1)
    await slow.during(world.clock, 5_000)
    assert.deepEqual(slow.of(SLOT).sequences, every)
    assert.equal(slow.of(SLOT).resets, 0)
    for (const each of [slow, quick]) each.end()
  })

  it('has a cursor that is no further than what was taken of a backlog', async () => {
    const world = new FeedWorld()
    const { open } = world.gateway()
    const told = new Told(await open())
    for (let answer = 0; answer < 4; answer++) {
      for (let n = 0; n < HALF_A_BATCH; n++) world.write(SLOT, 'ada')
      await world.clock.pass(100)
    }
    const all = 4 * HALF_A_BATCH
    await told.take()
    assert.ok(told.changes.length < all, `${told.changes.length} changes at once`)
    told.end()
    const next = new Told(await open({ since: told.cursor }))
    await next.during(world.clock, 1_000)
    assert.equal(new Set([...told.names, ...next.names]).size, all)
    next.end()
  })

  it('tells cursors once in a while, the last of them without an event', async () => {
    const world = new FeedWorld()
    const told = new Told(await world.gateway().open(), 1_000)
    const passing = told.during(world.clock, 3_000)
    for (let n = 0; n < 20; n++) {
      world.write(SLOT, 'ada')
      await new Promise(setImmediate)
    }
    await passing
    assert.equal(told.of(SLOT).sequences.length, 20)
    assert.ok(told.cursors.length <= 4, `${told.cursors.length} cursors`)
    const { cursor } = told
    told.end()
    const after = new Told(await world.gateway().open({ since: cursor }))
    await after.during(world.clock, 1_000)
    assert.deepEqual(after.names, [])
    after.end()
  })

  it('tells a cursor at once after a slot was told from the beginning, so that none is told so again', async () => {
    const world = new FeedWorld()
    for (const slot of allSlots(SLOTS)) world.write(slot, 'ada')
    world.listMs = slot => 100 * slot
    const { open } = world.gateway()
    const told = new Told(await open({ since: '0' }), 10_000)
    await told.during(world.clock, 500)
    assert.equal(told.names.length, SLOTS)
    told.end()
    const next = new Told(await open({ since: told.cursor }))
    await next.during(world.clock, 1_000)
    assert.deepEqual(next.names, [])
    next.end()
  })

  it('tells everybody every version in order, or resets, whatever happens', async () => {
    const seed = chooseSeed()
    for (let run = 0; run < RUNS; run++) await anything(seed, run)
  })
})

/** A watcher that was told 1.3 elsewhere is now at a peer that has heard of 1.1 only. */
async function ahead(): Promise<{ world: FeedWorld; behind: { deaf: boolean }; watcher: Told }> {
  const world = new FeedWorld()
  const behind = { deaf: false }
  const gateway = world.gateway(behind)
  world.write(SLOT, 'ada')
  const there = new Told(await world.gateway().open())
  await gateway.open()
  behind.deaf = true
  world.write(SLOT, 'bob')
  world.write(SLOT, 'cy')
  await there.during(world.clock, 500)
  assert.deepEqual(there.names, ['put 1-bob 1.2', 'put 1-cy 1.3'])
  const watcher = new Told(await gateway.open({ since: there.cursor }))
  await watcher.during(world.clock, 100)
  return { world, behind, watcher }
}

/** Leaders change, logs are cut short, questions are lost, watchers come, are slow, go, and come back elsewhere. */
async function anything(seed: string, run: number): Promise<void> {
  const random = seededRandom(seed, `feed ${run}`)
  const below = (end: number) => Math.floor(random.next() * end)
  const world = new FeedWorld()
  world.loses = () => random.next() < 0.05
  world.failsToList = () => random.next() < 0.05
  world.pageUsers = 2
  const gateways = [world.gateway(), world.gateway()]
  const readers: { told: Told; readonly began: Map<Slot, number>; readonly all: boolean }[] = []
  const write = () => {
    const slot = asSlot(below(SLOTS), SLOTS)
    const log = world.logs.get(slot)!
    if (random.next() < 0.05) {
      log.epoch++
      log.leader = random.next() < 0.5 ? 'a' : 'b'
    }
    if (random.next() < 0.03) log.trimmed = log.entries.length
    const user = random.next() < 0.4 ? undefined : `u${below(6)}`
    world.write(slot, user, random.next() < 0.2 ? 'deleted' : 'BUSY')
  }
  for (let step = 0; step < 150; step++) {
    for (let writes = below(4); writes > 0; writes--) write()
    const some = readers[below(readers.length)]
    const chance = random.next()
    if (readers.length < 6 && chance < 0.1) {
      const all = random.next() < 0.5
      const told = new Told(await gateways[below(2)]!.open({ since: all ? '0' : 'now' }))
      const began = new Map([...world.logs].map(([slot, { entries }]) => [slot, entries.length]))
      readers.push({ told, all, began })
    } else if (some !== undefined && chance < 0.2) {
      some.told.end()
      const next = new Told(await gateways[below(2)]!.open({ since: some.told.cursor }))
      next.changes.push(...some.told.changes)
      some.told = next
    } else if (some !== undefined && chance < 0.7) await some.told.during(world.clock, below(100))
    else await world.clock.pass(below(200))
  }
  world.loses = world.failsToList = () => false
  for (const { told } of readers) await told.during(world.clock, 15_000)
  for (const { told, all, began } of readers) {
    for (const slot of allSlots(SLOTS)) {
      const { users, resets, sequences } = told.of(slot)
      const label = `run ${run}, slot ${slot}: ${told.names.filter(name => name.includes(` ${slot}`))}`
      if (all || resets > 0) assert.deepEqual(sorted(users), sorted(world.users(slot)), label)
      if (resets > 0 || all) continue
      const due = world.logs
        .get(slot)!
        .entries.filter(({ sequence, change }) => change !== undefined && sequence > began.get(slot)!)
        .map(({ sequence }) => sequence)
      assert.deepEqual(
        sequences.filter(sequence => sequence > began.get(slot)!),
        due,
        label
      )
    }
    told.end()
  }
}

function sorted(users: ReadonlyMap<string, string>): string[] {
  return [...users].map(([id, version]) => `${id} ${version}`).sort()
}
