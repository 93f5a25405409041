import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CHANGE_TIMEOUT_MS,
  LEARNER_TIMEOUT_MS,
  LOG_COMPACTED_ENTRIES,
  LOG_RETAINED_ENTRIES
} from '../../src/replica/timing.ts'
import { Cluster, SLOT } from './cluster.ts'

/** So many writes that their entries are not kept. */
const MANY = LOG_RETAINED_ENTRIES + 4 * LOG_COMPACTED_ENTRIES
const AT_ONCE = 500

async function write(cluster: Cluster, count: number): Promise<void> {
  const { group } = cluster.peer('a')
  for (let done = 0; done < count; done += AT_ONCE) {
    const puts = Array.from({ length: AT_ONCE }, () =>
      group.execute(SLOT, { kind: 'put', key: 'k', value: 'x' })
    )
    await cluster.time.finish(Promise.all(puts), 10_000)
    await cluster.time.pass(500) // rows, and what is compacted, are written at leisure
  }
}

test('what is written while a table is on its way stays in the log for who gets it', async () => {
  const cluster = new Cluster()
  await cluster.start(2, 1)
  await write(cluster, MANY)
  const gate = Promise.withResolvers<void>()
  cluster.snapshotGate = gate.promise
  cluster.begin('a', 'ab')
  assert.ok(await cluster.time.until(() => cluster.snapshots === 1, 5_000))
  await write(cluster, MANY)
  gate.resolve()
  const isMember = () => cluster.view('b') !== null
  assert.ok(await cluster.time.until(isMember, 10_000))
  await cluster.settle()
  assert.equal(cluster.snapshots, 1)
  await cluster.stop()
})

test('a change whose new member answers, and gets nowhere, leaves its place to another one after a while', async () => {
  const cluster = new Cluster()
  await cluster.start(2, 1)
  await write(cluster, AT_ONCE)
  cluster.cut = (_from, to, message) => to === 'b' && message.type === 'learn' && message.entries.length > 0
  cluster.begin('a', 'ab')
  const isChanging = () => cluster.peer('a').group.status(SLOT).changing
  await cluster.time.pass(2 * LEARNER_TIMEOUT_MS)
  assert.ok(isChanging(), 'who answers is waited for')
  assert.ok(await cluster.time.until(() => !isChanging(), CHANGE_TIMEOUT_MS))
  cluster.cut = () => false
  await cluster.change('ab')
  await cluster.settle()
  await cluster.stop()
})

test('a leader that is about to be followed by another one is no old replica', async () => {
  const cluster = new Cluster()
  await cluster.start(2, 2)
  await cluster.put('k', 'one')
  await cluster.settle()
  cluster.hold = (_from, to, { type }) => to === 'a' && type === 'synced'
  const { group } = cluster.peer('a')
  cluster.begin('a', 'ab', 'b')
  assert.ok(await cluster.time.until(() => group.status(SLOT).sealed, 2_000))
  await cluster.time.pass(300)
  assert.ok(group.status(SLOT).sealed)
  const read = group.readStale(SLOT, { kind: 'get', key: 'k' })
  assert.deepEqual([read?.outcome.value, read?.ageMs], ['one', 0])
  cluster.release()
  await cluster.settle()
  await cluster.stop()
})
