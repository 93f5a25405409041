import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeApplied } from '../../src/replica/applied.ts'
import { installWrites } from '../../src/replica/snapshot.ts'
import { Table } from '../../src/replica/table.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { appliedKey, rowKey, stagedKey } from '../../src/storage/keys.ts'
import { SimulatedDisk } from '../simulation/disk.ts'
import { seededRandom } from '../simulation/random.ts'
import { VirtualTime } from '../simulation/virtual-time.ts'

const SLOT = 2 as Slot
const row = (id: string) => rowKey(SLOT, new Uint8Array(20), id)
const bytes = (text: string) => Buffer.from(text)
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString()
const rows = { apply: () => bytes(''), isLive: () => true, dueMs: () => undefined }

test('the rows of a snapshot are read as such from the moment on at which it is taken, before they are in place', async () => {
  const time = new VirtualTime()
  const random = seededRandom('table', '')
  const store = new SimulatedDisk({ time, random, lateReads: true }).mount()
  const [kept, gone, fresh] = [row('kept'), row('gone'), row('fresh')]
  const applied = (sequence: number) => ({ epoch: 1, sequence, logTimeMs: 0, live: 2, due: 0 })
  const before = [
    { key: appliedKey(SLOT), value: encodeApplied(applied(3)) },
    { key: kept, value: bytes('old') },
    { key: gone, value: bytes('old') },
    { key: stagedKey(kept), value: bytes('new') },
    { key: stagedKey(fresh), value: bytes('new') }
  ]
  await time.finish(store.write(before), 1_000)
  const table = new Table(SLOT, store, rows)
  const read = () => [kept, gone, fresh].map(key => text(table.get(key)))
  assert.deepEqual(read(), ['old', 'old', undefined])

  const switched = store.write([
    ...installWrites(store, SLOT),
    { key: appliedKey(SLOT), value: encodeApplied(applied(9)) }
  ])
  table.replaced(applied(9))
  assert.equal(text(store.get(gone)), 'old', 'the disk is not there yet')
  assert.deepEqual(read(), ['new', undefined, 'new'])
  await time.finish(switched, 1_000)
  assert.equal(store.get(gone), undefined)
  assert.deepEqual(read(), ['new', undefined, 'new'])
})
