import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import {
  CHECKED_VALUE_BYTES_MAX,
  CheckedStore,
  type CheckedStoreInit
} from '../../src/storage/checked-store.ts'
import {
  appliedKey,
  bootKey,
  logKey,
  metaKey,
  peerKey,
  rowKey,
  slotStateKey
} from '../../src/storage/keys.ts'
import { LmdbStore } from '../../src/storage/lmdb-store.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { storeContract } from '../contracts/store.ts'
import { scratchDirectory } from './scratch.ts'

const neverDamaged: CheckedStoreInit = {
  place: 'x',
  onDamage(error) {
    throw error
  }
}

storeContract(
  'checked store on LMDB',
  t => {
    const onFailure = neverDamaged.onDamage as (error: Error) => void
    const lmdb = new LmdbStore(join(scratchDirectory(t), 'x.mdb'), { onFailure: error => onFailure(error) })
    return new CheckedStore(lmdb, neverDamaged)
  },
  CHECKED_VALUE_BYTES_MAX
)

const key = (n: number): Uint8Array => Uint8Array.of(n)
const put = (n: number, value = key(n)) => ({ key: key(n), value })
const all = { start: key(0), end: key(0xff) }
const damaged = { name: 'StoreDamagedError' }

/** A store with something at 1, 2 and 3, the store below it, and what it said of damage. */
async function threeValues({ holdWrites = false } = {}) {
  const below = new MemoryStore({ holdWrites })
  const told: Error[] = []
  const store = new CheckedStore(below, { place: 'disk 7', onDamage: error => told.push(error) })
  const written = store.write([1, 2, 3].map(n => put(n, Uint8Array.of(n, 10, 20, 30))))
  below.flush()
  await written
  return { below, store, told }
}

test('a bit that turned anywhere in a value, or in its checksum, is found out by whoever reads it', async () => {
  const { below } = await threeValues()
  const sound = below.get(key(2))!
  for (let bit = 0; bit < sound.length * 8; bit++) {
    const { below, store, told } = await threeValues()
    const stored = sound.slice()
    stored[bit >> 3]! ^= 1 << (bit & 7)
    await below.write([put(2, stored)])
    if (bit % 2 === 0) assert.throws(() => store.get(key(2)), damaged, `bit ${bit}`)
    else assert.throws(() => [...store.range(all)], damaged, `bit ${bit}`)
    assert.equal(told.length, 1)
  }
})

test('a value that was cut short is damaged, however little is left of it', async () => {
  for (let length = 0; length < 8; length++) {
    const { below, store } = await threeValues()
    await below.write([put(2, below.get(key(2))!.subarray(0, length))])
    assert.throws(() => store.get(key(2)), damaged, `${length} bytes`)
  }
})

test('a sound value at the place of another is damaged too', async () => {
  const { below, store } = await threeValues()
  await below.write([put(2, below.get(key(1))!)])
  assert.deepEqual(store.get(key(1)), Uint8Array.of(1, 10, 20, 30))
  assert.throws(() => store.get(key(2)), damaged)
})

test('what comes before the damage is read, and nothing after it', async () => {
  const { below, store } = await threeValues()
  await below.write([put(2, key(2))])
  const read: number[] = []
  assert.throws(() => {
    for (const [at] of store.range(all)) read.push(at[0]!)
  }, damaged)
  assert.deepEqual(read, [1])
})

test('after damage nothing is read, written or acknowledged, and the owner is told once', async () => {
  const { below, store, told } = await threeValues({ holdWrites: true })
  const iteration = store.range(all)[Symbol.iterator]()
  iteration.next()
  const underWay = store.write([put(4)])
  void below.write([put(2, key(2))])
  assert.throws(() => store.get(key(2)), damaged)
  below.flush()
  await assert.rejects(underWay, damaged)
  await assert.rejects(store.write([put(5)]), damaged)
  assert.throws(() => store.get(key(1)), damaged)
  assert.throws(() => store.range(all), damaged)
  assert.throws(() => iteration.next(), damaged)
  await turn()
  assert.equal(told.length, 1)
  assert.equal(below.get(key(5)), undefined)
  await store.close()
})

test('the error says which value is damaged, where, and what to do', async () => {
  const names: [Uint8Array, RegExp][] = [
    [metaKey('genesis'), /the genesis of this peer/],
    [peerKey('12D3'), /the peer book's entry of 12D3/],
    [bootKey('12D3', '00ff'), /the last known start of 12D3\/00ff/],
    [slotStateKey(300), /what is known and promised of slot 300/],
    [appliedKey(3), /how far the table of slot 3 is/],
    [logKey(3, 2 ** 33), /entry 8589934592 of the log of slot 3/],
    [rowKey(3, new Uint8Array(20), 'Zoë'), /user "Zoë" of slot 3/],
    [Uint8Array.of(1, 2), /the value at 0102/]
  ]
  for (const [at, name] of names) {
    const below = new MemoryStore()
    const store = new CheckedStore(below, { place: 'disk 7', onDamage: () => {} })
    await below.write([{ key: at, value: Uint8Array.of(1) }])
    assert.throws(
      () => store.get(at),
      ({ message }: Error) => /^disk 7: /.test(message) && name.test(message) && /new peer/.test(message)
    )
  }
})
