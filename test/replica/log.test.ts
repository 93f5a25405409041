import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeEntry, type Entry, encodeEntry } from '../../src/replica/entry.ts'
import { Log } from '../../src/replica/log.ts'
import { asSlot } from '../../src/ring/slot.ts'
import { logKey } from '../../src/storage/keys.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'

const SLOT = asSlot(3, 4)

function entry(sequence: number, epoch = 1): Entry {
  const key = Uint8Array.of(1, 2, 3)
  return { epoch, sequence, timeMs: sequence * 10, key, payload: Uint8Array.of(sequence & 0xff) }
}

function entries(from: number, to: number, epoch = 1): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, at) => entry(from + at, epoch))
}

async function logWith(...runs: Entry[][]) {
  const store = new MemoryStore()
  const log = new Log(SLOT, store)
  for (const run of runs) await store.write(log.append(run))
  log.durable(log.last.sequence)
  return { store, log }
}

test('an entry survives its encoding, with numbers above 32 bits and an empty payload', () => {
  const far = { ...entry(2 ** 40 + 5, 2 ** 33), timeMs: 2 ** 41, payload: new Uint8Array() }
  assert.deepEqual(decodeEntry(encodeEntry(far)), far)
  assert.throws(() => decodeEntry(encodeEntry(far).subarray(0, 20)), { name: 'ProtocolViolationError' })
})

test('a log that was reopened is the same log', async () => {
  const { store, log } = await logWith(entries(1, 900), entries(901, 1_000, 7))
  const again = new Log(SLOT, store)
  for (const one of [log, again]) {
    assert.deepEqual(one.last, { epoch: 7, sequence: 1_000 })
    assert.equal(one.lastTimeMs, 10_000)
    assert.equal(one.epochAt(900), 1)
    assert.equal(one.epochAt(901), 7)
    assert.equal(one.epochAt(1_001), undefined)
    assert.ok(one.has({ epoch: 7, sequence: 950 }) && !one.has({ epoch: 1, sequence: 950 }))
    assert.deepEqual(one.after(0, Number.POSITIVE_INFINITY), [...entries(1, 900), ...entries(901, 1_000, 7)])
    assert.deepEqual(one.after(998, Number.POSITIVE_INFINITY), entries(999, 1_000, 7))
  }
})

test('a log that was reopened knows where each of its epochs begins', async () => {
  const epochs = [1, 1, 2, 4, 4, 4, 5, 9, 9]
  for (let compacted = 0; compacted < epochs.length; compacted++) {
    const { store, log } = await logWith(epochs.map((epoch, at) => entry(at + 1, epoch)))
    await store.write(log.compact(compacted))
    const again = new Log(SLOT, store)
    assert.deepEqual(again.last, log.last)
    for (let sequence = compacted; sequence <= epochs.length; sequence++)
      assert.equal(again.epochAt(sequence), sequence === 0 ? 0 : epochs[sequence - 1])
  }
})

test('a log with a gap is refused, wherever the gap is', async () => {
  const all = entries(1, 40).map((each, at) => ({ ...each, epoch: 1 + Math.floor(at / 15) }))
  for (let missing = 1; missing < all.length; missing++) {
    const { store } = await logWith(all)
    await store.write([{ key: logKey(SLOT, missing), value: null }])
    assert.throws(() => new Log(SLOT, store), { name: 'StorageError', message: /gap/ }, `without ${missing}`)
  }
})

test('one message takes at least one entry, and no more than its bytes', async () => {
  const { log } = await logWith(entries(1, 10))
  assert.equal(log.after(0, 0).length, 1)
  assert.equal(log.after(0, 12).length, 3)
  assert.equal(log.after(4, 1_000, 6).length, 2)
})

test('what was cut off is gone on disk too, and the log goes on from there in a later epoch', async () => {
  const { store, log } = await logWith(entries(1, 700), entries(701, 800, 2))
  await store.write([...log.truncate(650), ...log.append(entries(651, 660, 3))])
  for (const one of [log, new Log(SLOT, store)]) {
    assert.deepEqual(one.last, { epoch: 3, sequence: 660 })
    assert.equal(one.epochAt(650), 1)
    assert.deepEqual(one.after(648, 1_000), [...entries(649, 650), ...entries(651, 660, 3)])
  }
})

test('a compacted log knows where it starts, across a restart', async () => {
  const { store, log } = await logWith(entries(1, 500), entries(501, 1_000, 2))
  await store.write(log.compact(500))
  for (const one of [log, new Log(SLOT, store)]) {
    assert.deepEqual({ epoch: one.start.epoch, sequence: one.start.sequence }, { epoch: 1, sequence: 500 })
    assert.equal(one.epochAt(500), 1)
    assert.equal(one.epochAt(501), 2)
    assert.equal(one.epochAt(499), undefined)
    assert.deepEqual(one.after(500, 12), entries(501, 503, 2))
    assert.throws(() => one.after(499, 10), { name: 'InternalError' })
  }
})

test('a log that begins anew behind a snapshot takes the next entry only', async () => {
  const { store, log } = await logWith(entries(1, 5))
  await store.write(log.reset({ epoch: 4, sequence: 90 }, 77))
  for (const one of [log, new Log(SLOT, store)]) {
    assert.deepEqual(one.last, { epoch: 4, sequence: 90 })
    assert.equal(one.lastTimeMs, 77)
    assert.throws(() => one.append([entry(93, 4)]), { name: 'InternalError' })
  }
  await store.write(log.append([entry(91, 4)]))
  assert.deepEqual(new Log(SLOT, store).after(90, 100), [entry(91, 4)])
})

test('entries that stay in memory hold nothing but their own bytes, whatever they came in', async () => {
  const message = new Uint8Array(64 * 1024)
  const views = entries(1, 20).map(each => ({
    ...each,
    key: message.subarray(100, 110),
    payload: message.subarray(200, 300)
  }))
  const { log } = await logWith(views)
  const kept = log.after(0, Number.POSITIVE_INFINITY)
  assert.deepEqual(kept, views)
  const held = new Set(kept.flatMap(({ key, payload }) => [key.buffer, payload.buffer]))
  const bytes = [...held].reduce((sum, buffer) => sum + buffer.byteLength, 0)
  assert.ok(bytes < 20 * 150, `${bytes} bytes are held for 20 entries of 110`)
})
