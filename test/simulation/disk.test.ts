import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { CHECKED_VALUE_BYTES_MAX } from '../../src/storage/checked-store.ts'
import { storeContract } from '../contracts/store.ts'
import { DAMAGES, SimulatedDisk } from './disk.ts'
import { seededRandom } from './random.ts'
import { VirtualTime } from './virtual-time.ts'

/** Flushes as soon as everybody has said what they have to say. */
const impatient = {
  now: () => 0,
  monotonic: () => 0,
  timer: (_ms: number, fire: () => void) => void turn().then(fire)
}

for (const lateReads of [false, true]) {
  const time = impatient as unknown as VirtualTime
  storeContract(
    `simulated disk, reads ${lateReads ? 'late' : 'at once'}`,
    () => new SimulatedDisk({ time, random: seededRandom('disk', ''), lateReads }).mount(),
    CHECKED_VALUE_BYTES_MAX
  )
}

const key = (n: number): Uint8Array => Uint8Array.of(n)
const put = (n: number) => [{ key: key(n), value: key(n) }]

function slowDisk() {
  const time = new VirtualTime()
  const durable: number[] = []
  const disk = new SimulatedDisk({
    time,
    random: seededRandom('disk', 'slow'),
    flushMs: [10, 10],
    onDurable: writes => durable.push(...writes.map(write => write.key[0]!))
  })
  return { time, disk, durable }
}

test('writes that come while others are flushed wait for a flush of their own', async () => {
  const { time, disk, durable } = slowDisk()
  const store = disk.mount()
  const acknowledged: number[] = []
  void store.write(put(1)).then(() => acknowledged.push(1))
  await time.pass(5)
  void store.write(put(2)).then(() => acknowledged.push(2))
  assert.deepEqual(store.get(key(2)), key(2))
  await time.pass(6)
  assert.deepEqual([acknowledged, durable], [[1], [1]])
  await time.pass(10)
  assert.deepEqual(
    [acknowledged, durable],
    [
      [1, 2],
      [1, 2]
    ]
  )
})

test('a power cut leaves what was acknowledged, and of the rest a beginning', async () => {
  const { time, disk } = slowDisk()
  const store = disk.mount()
  void store.write(put(1))
  await time.pass(11)
  let late = false
  for (const n of [2, 3, 4, 5]) void store.write(put(n)).then(() => (late = true))
  disk.crash(0.5)
  await time.pass(50)
  assert.equal(late, false)
  assert.throws(() => store.get(key(1)), { name: 'NotRunningError' })
  const next = disk.mount()
  assert.deepEqual(
    [1, 2, 3, 4, 5].filter(n => next.get(key(n)) !== undefined),
    [1, 2, 3]
  )
})

test('a flush that is refused refuses everything from then on', async () => {
  const { time, disk } = slowDisk()
  const store = disk.mount()
  disk.refuse()
  const refused = assert.rejects(store.write(put(1)), { name: 'StorageError' })
  await time.pass(20)
  await refused
  await assert.rejects(store.write(put(2)), { name: 'StorageError' })
})

test('a value that was spoiled is never read again, before or after a power cut', async () => {
  for (const how of DAMAGES) {
    for (let at = 0; at < 40; at++) {
      const { time, disk } = slowDisk()
      const store = disk.mount()
      void store.write([...put(1), ...put(2), ...put(3)])
      await time.pass(11)
      assert.ok(disk.damage({ how, sort: at, at }))
      const spoiled = (bytes: typeof store) =>
        [1, 2, 3].filter(n => {
          try {
            return bytes.get(key(n)) === undefined
          } catch {
            return true
          }
        })
      assert.notDeepEqual(spoiled(store), [], `${how} ${at}`)
      assert.ok(disk.isDamaged)
      disk.crash()
      assert.notDeepEqual(spoiled(disk.mount()), [])
    }
  }
})

test('damage that is written over is gone', async () => {
  const { time, disk } = slowDisk()
  const store = disk.mount()
  void store.write(put(1))
  await time.pass(11)
  disk.damage({ how: 'flip', sort: 0, at: 0 })
  void store.write(put(1))
  await time.pass(11)
  assert.deepEqual([disk.isDamaged, store.get(key(1))], [false, key(1)])
})
