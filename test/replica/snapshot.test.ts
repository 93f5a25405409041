import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { fromString } from 'uint8arrays/from-string'
import { encodeApplied } from '../../src/replica/applied.ts'
import type { SnapshotRecord } from '../../src/replica/replica-rpc.ts'
import { clearRange, installWrites, snapshotRecords, stageSnapshot } from '../../src/replica/snapshot.ts'
import { SNAPSHOT_TIMEOUT_MS } from '../../src/replica/timing.ts'
import type { Slot } from '../../src/ring/slot.ts'
import {
  appliedKey,
  replicaDataRange,
  rowKey,
  rowRange,
  slotStateKey,
  stagedRange,
  userIdOfRow
} from '../../src/storage/keys.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import type { Range, Write } from '../../src/storage/store.ts'
import { SLOT as CLUSTER_SLOT, Cluster } from './cluster.ts'

const SLOT = 3 as Slot
const machine = {
  isLive: (row: Uint8Array) => row[0] !== 0x2d,
  dueMs: (row: Uint8Array) => (row[0] === 0x2d ? 0 : undefined)
}
const position = new Uint8Array(20)

/** A row that is a user, or with a dash before it one that only remembers. */
function row(id: string, value: string, slot: number = SLOT): Write {
  return { key: rowKey(slot, position, id), value: fromString(value) }
}

async function storeWith(...writes: Write[]): Promise<MemoryStore> {
  const store = new MemoryStore()
  await store.write(writes)
  return store
}

function applied(sequence: number): Write {
  const value = encodeApplied({ epoch: 2, sequence, logTimeMs: 5_000, live: 0, due: 0 })
  return { key: appliedKey(SLOT), value }
}

function rowsOf(store: MemoryStore, range: Range = rowRange(SLOT)): Record<string, string> {
  return Object.fromEntries(
    Array.from(store.range(range), ([key, value]) => [userIdOfRow(key), Buffer.from(value).toString()])
  )
}

async function* sent(records: Iterable<SnapshotRecord>): AsyncGenerator<SnapshotRecord> {
  yield* records
}

const source = () =>
  storeWith(applied(7), row('ada', 'new'), row('bob', '-gone'), row('eve', 'x'), row('far', 'y', SLOT + 1))

describe('a snapshot', () => {
  it('takes the place of whatever table was there, in one write', async () => {
    const target = await storeWith(applied(1), row('ada', 'old'), row('zoe', 'deleted since'))
    const staged = await stageSnapshot(target, sent(snapshotRecords(await source(), SLOT)), machine)
    const { slot, applied: reached } = staged
    assert.equal(slot, SLOT)
    assert.deepEqual(reached, { epoch: 2, sequence: 7, logTimeMs: 5_000, live: 2, due: 1 })
    assert.deepEqual(
      rowsOf(target),
      { ada: 'old', zoe: 'deleted since' },
      'nothing is seen before it is installed'
    )
    await target.write(installWrites(target, SLOT))
    assert.deepEqual(rowsOf(target), { ada: 'new', bob: '-gone', eve: 'x' })
    assert.deepEqual(rowsOf(target, stagedRange(SLOT)), {})
  })

  it('is of one moment, whatever is written while it is sent', async () => {
    const store = await source()
    const records = snapshotRecords(store, SLOT)[Symbol.iterator]()
    const offer = records.next().value
    await store.write([applied(8), row('bob', 'back'), row('kim', 'z')])
    const rest = [...{ [Symbol.iterator]: () => records }]
    assert.deepEqual(offer, {
      type: 'offer',
      slot: SLOT,
      applied: { epoch: 2, sequence: 7 },
      logTimeMs: 5_000
    })
    const target = new MemoryStore()
    await stageSnapshot(target, sent([offer as SnapshotRecord, ...rest]), machine)
    await target.write(installWrites(target, SLOT))
    assert.deepEqual(rowsOf(target), { ada: 'new', bob: '-gone', eve: 'x' })
  })

  it('of a slot without users empties the other side', async () => {
    for (const empty of [new MemoryStore(), await storeWith(applied(4))]) {
      const target = await storeWith(applied(1), row('zoe', 'deleted since'))
      await stageSnapshot(target, sent(snapshotRecords(empty, SLOT)), machine)
      await target.write(installWrites(target, SLOT))
      assert.deepEqual(rowsOf(target), {})
    }
  })

  it('that breaks off leaves nothing behind that a later one would take for its own', async () => {
    const target = new MemoryStore()
    const records = [...snapshotRecords(await source(), SLOT)]
    await assert.rejects(stageSnapshot(target, sent(records.slice(0, -1)), machine), {
      name: 'TransferError'
    })
    const other = await storeWith(applied(9), row('kim', 'z'))
    await stageSnapshot(target, sent(snapshotRecords(other, SLOT)), machine)
    await target.write(installWrites(target, SLOT))
    assert.deepEqual(rowsOf(target), { kim: 'z' })
  })

  type Change = (records: SnapshotRecord[]) => SnapshotRecord[]
  const wrong: Record<string, Change> = {
    'without a row': records => records.filter((_, at) => at !== 2),
    'with a changed row': records =>
      records.map((record, at) =>
        at === 2 ? { ...record, value: fromString('x') } : record
      ) as SnapshotRecord[],
    'with a row twice': records => [...records.slice(0, 2), ...records.slice(1)],
    'with a row of another slot': records => [
      records[0]!,
      { type: 'row', ...row('far', 'y', SLOT + 1) } as SnapshotRecord,
      ...records.slice(1)
    ],
    'with a key that is no row': records => [
      records[0]!,
      { type: 'row', key: slotStateKey(SLOT), value: fromString('{}') },
      ...records.slice(1)
    ],
    'without an offer': records => records.slice(1),
    'with two offers': records => [records[0]!, ...records],
    'with nothing at all': () => []
  }
  for (const [what, change] of Object.entries(wrong)) {
    it(`${what} is refused`, async () => {
      const target = await storeWith(applied(1), row('ada', 'old'))
      const records = change([...snapshotRecords(await source(), SLOT)])
      await assert.rejects(stageSnapshot(target, sent(records), machine), { name: 'TransferError' })
      assert.deepEqual(rowsOf(target), { ada: 'old' })
    })
  }

  it('may be refused by its offer, before anything is written', async () => {
    const target = await storeWith(row('ada', 'old'))
    const refuse = () => {
      throw Object.assign(new Error('not now'), { name: 'BusyError' })
    }
    const records = sent(snapshotRecords(await source(), SLOT))
    await assert.rejects(stageSnapshot(target, records, machine, refuse), { name: 'BusyError' })
    assert.deepEqual(rowsOf(target, stagedRange(SLOT)), {})
  })
})

for (const [how, length, kind] of [
  ['comes too late', 4, 'accepted'],
  ['breaks off', 3, 'refused']
] as const) {
  test(`a snapshot that ${how} leaves nothing on the disk of a peer`, async () => {
    const cluster = new Cluster()
    await cluster.start(1)
    for (const value of ['one', 'two']) await cluster.put('k', value)
    const { store, group } = cluster.peer('a')
    const place = { epoch: 1, sequence: 1, logTimeMs: 0, live: 2, due: 0 }
    const early = { key: appliedKey(CLUSTER_SLOT), value: encodeApplied(place) }
    const large = 'x'.repeat(600_000) // two of them are written before there is an end
    const other = await storeWith(early, row('ada', large, CLUSTER_SLOT), row('bob', large, CLUSTER_SLOT))
    const records = [...snapshotRecords(other, CLUSTER_SLOT)].slice(0, length)
    const write = store.write.bind(store)
    let staged = 0
    store.write = writes => {
      const written = write(writes)
      staged = Math.max(staged, Object.keys(rowsOf(store, stagedRange(CLUSTER_SLOT))).length)
      return written
    }
    const taking = group.receiveSnapshot('b', sent(records))
    assert.equal((await cluster.time.finish(taking, 1_000)).kind, kind)
    assert.equal(staged, 2)
    assert.deepEqual(Object.keys(rowsOf(store, stagedRange(CLUSTER_SLOT))), [])
    await cluster.stop()
  })
}

/** The offer, and then nothing more. */
async function* stalled(records: Iterable<SnapshotRecord>): AsyncGenerator<SnapshotRecord> {
  const [offer] = records
  yield offer!
  await new Promise(() => {})
}

test('a peer that stops does not wait for whoever is sending it a snapshot', async () => {
  const cluster = new Cluster()
  await cluster.start(1)
  const { group, store } = cluster.peer('a')
  const taking = group.receiveSnapshot('b', stalled(snapshotRecords(store, CLUSTER_SLOT)))
  await cluster.time.finish(group.stop(), 1_000)
  assert.equal((await taking).kind, 'refused')
})

test('a snapshot of which nothing more comes is given up, and leaves its place to others', async () => {
  const cluster = new Cluster()
  await cluster.start(1)
  await cluster.put('k', 'one')
  const { group, store } = cluster.peer('a')
  const taking = group.receiveSnapshot('b', stalled(snapshotRecords(store, CLUSTER_SLOT)))
  const verdict = await cluster.time.finish(taking, SNAPSHOT_TIMEOUT_MS + 1_000)
  assert.deepEqual([verdict.kind, verdict.kind === 'refused' && verdict.name], ['refused', 'TimeoutError'])
  const again = group.receiveSnapshot('b', sent(snapshotRecords(store, CLUSTER_SLOT)))
  assert.equal((await cluster.time.finish(again, 1_000)).kind, 'accepted')
  await cluster.stop()
})

describe('clearing a slot', () => {
  it('deletes its data, and leaves its state and its neighbours alone', async () => {
    const state = { key: slotStateKey(SLOT), value: fromString('{}') }
    const many = Array.from({ length: 3_000 }, (_, at) => row(`user-${at}`, 'x'))
    const store = await storeWith(state, applied(7), ...many, row('far', 'y', SLOT + 1))
    await clearRange(store, replicaDataRange(SLOT))
    assert.deepEqual(rowsOf(store), {})
    assert.equal(store.get(appliedKey(SLOT)), undefined)
    assert.notEqual(store.get(slotStateKey(SLOT)), undefined)
    assert.deepEqual(rowsOf(store, rowRange(SLOT + 1)), { far: 'y' })
  })
})

test('a slot that is given up again before the disk has that it was emptied is emptied again', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 2)
  await cluster.put('k', 'one')
  await cluster.settle()
  const { store, group } = cluster.peer('b')
  const gate = Promise.withResolvers<void>()
  const write = store.write.bind(store)
  let emptied = false
  store.write = async writes => {
    await write(writes)
    emptied ||= status().next !== null && !status().handingOff
    if (emptied) await gate.promise
  }
  const status = () => group.status(CLUSTER_SLOT)
  await cluster.change('ac', 'a')
  assert.ok(await cluster.time.until(() => emptied, 5_000))
  const leader = cluster.peer('a').self
  const view = cluster.view('a')!
  const entry = cluster.lastEntry('a')
  const prev = { epoch: 0, sequence: 0 }
  group.received(leader, [
    { type: 'learn', slot: CLUSTER_SLOT, epoch: view.epoch, prev, entries: [entry], commit: 0 },
    { type: 'stale', slot: CLUSTER_SLOT, view: { ...view, epoch: view.epoch + 1 } }
  ])
  assert.ok(status().handingOff)
  gate.resolve()
  assert.ok(await cluster.time.until(() => !status().handingOff, 5_000))
  assert.deepEqual([...store.range(replicaDataRange(CLUSTER_SLOT))], [])
  await cluster.stop()
})
