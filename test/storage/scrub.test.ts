import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnilloEvent, Events } from '../../src/events.ts'
import { CheckedStore } from '../../src/storage/checked-store.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { Scrub } from '../../src/storage/scrub.ts'
import type { Range, Store } from '../../src/storage/store.ts'
import { VirtualTime } from '../simulation/virtual-time.ts'

const KEY_BYTES = 2
const key = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 0xff)

/** What one read transaction gave. */
interface Reading {
  readonly atMs: number
  bytes: number
  open: boolean
}

/** A scrub of `sizes.length` values, of so many bytes each; it begins after a second and pauses for ten. */
async function scrubOf(sizes: readonly number[], bytesPerSecond: number, valueMs = 0) {
  const time = new VirtualTime()
  const below = new MemoryStore()
  const damage: Error[] = []
  const store: Store = new CheckedStore(below, { place: 'disk', onDamage: error => damage.push(error) })
  await store.write(sizes.map((length, n) => ({ key: key(n), value: new Uint8Array(length) })))
  const readings: Reading[] = []
  let readMs = 0
  const range = function* (range: Range) {
    const reading: Reading = { atMs: time.monotonic(), bytes: 0, open: true }
    readings.push(reading)
    try {
      for (const [at, value] of store.range(range)) {
        readMs += valueMs
        reading.bytes += at.length + value.length
        yield [at, value] as const
      }
    } finally {
      reading.open = false
    }
  }
  const events = new Events()
  const told: AnilloEvent[] = []
  events.subscribe(event => told.push(event))
  const clock = {
    now: () => 1_000_000,
    monotonic: () => time.monotonic() + readMs,
    timer: (ms: number, fire: () => void) => time.timer(ms, fire),
    soon: (work: () => void) => void time.timer(0, work)
  }
  const pace = { firstMs: 1_000, pauseMs: 10_000, bytesPerSecond }
  const stopping = new AbortController()
  const running = new Scrub({ store: { range }, clock, events, pace }).run(stopping.signal)
  return { time, below, store, damage, readings, told, stopping, running }
}

test('a pass reads every value, and tells how many and when', async () => {
  const sizes = Array.from({ length: 700 }, (_, n) => n)
  const { time, told, stopping, running } = await scrubOf(sizes, 1e6)
  await time.pass(999)
  assert.deepEqual(told, [])
  await time.pass(1_000)
  const bytes = sizes.reduce((sum, size) => sum + size + KEY_BYTES, 0)
  const done = { type: 'store.scrubbed', values: 700, bytes, atMs: 1_000_000 } as const
  assert.deepEqual(told, [done])
  await time.pass(11_000)
  assert.deepEqual(told, [done, done], 'again after the pause')
  stopping.abort()
  await running
})

test('a pass is no faster than it may be, a little at a time, and keeps no read transaction open', async () => {
  const { time, readings, told, stopping, running } = await scrubOf(Array(500).fill(1_000), 100_000)
  while (told.length === 0) {
    await time.pass(10)
    assert.ok(readings.every(({ open }) => !open))
  }
  const bytes = 500 * (1_000 + KEY_BYTES)
  assert.equal(
    readings.reduce((sum, reading) => sum + reading.bytes, 0),
    bytes,
    'every value once'
  )
  for (const reading of readings) assert.ok(reading.bytes < 34_000, `${reading.bytes} bytes in one turn`)
  const lastMs = readings.at(-1)!.atMs - readings[0]!.atMs
  assert.ok(lastMs >= (1_000 * (bytes - 34_000)) / 100_000, `${bytes} bytes in ${lastMs} ms`)
  stopping.abort()
  await running
})

test('damage that nobody else reads is found, and then nothing is read any more', async () => {
  const { time, below, damage, readings, told, running } = await scrubOf([5, 5, 5], 1e6)
  await below.write([{ key: key(1), value: new Uint8Array(9) }])
  await time.pass(2_000)
  await running
  assert.deepEqual(
    damage.map(({ name }) => name),
    ['StoreDamagedError']
  )
  assert.deepEqual(told, [])
  await time.pass(60_000)
  assert.equal(readings.length, 1)
})

test('it stops in the middle of a pass', async () => {
  const { time, readings, stopping, running } = await scrubOf(Array(500).fill(1_000), 100_000)
  await time.pass(2_000)
  stopping.abort()
  await running
  const count = readings.length
  assert.ok(count > 1)
  await time.pass(60_000)
  assert.equal(readings.length, count)
})

test('a disk that is slow is left alone for most of the time', async () => {
  const { time, readings, told, stopping, running } = await scrubOf(
    Array.from({ length: 40 }, () => 100),
    1e9,
    2
  )
  for (let seconds = 0; seconds < 60 && told.length === 0; seconds++) await time.pass(1_000)
  assert.equal(told.length, 1)
  const begins = readings.map(({ atMs }) => atMs)
  for (const [index, reading] of readings.slice(1).entries()) {
    const tookMs = 2 * (readings[index]!.bytes / 102)
    assert.ok(reading.atMs - begins[index]! >= 50 * tookMs, `${tookMs} ms of reading at ${begins[index]}`)
  }
  stopping.abort()
  await running
})
