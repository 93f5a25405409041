import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOOT_NONCE_BYTES, PEER_BOOK_MAX } from '../../src/constants.ts'
import { silentLog, systemClock, systemRandom } from '../../src/runtime.ts'
import { bootKey, bootRange } from '../../src/storage/keys.ts'
import { KnownBoots } from '../../src/storage/known-boots.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'

const runtime = { clock: systemClock, random: systemRandom, log: silentLog }
const store = '0123456789abcdef'
const nonces = (...starts: number[]) =>
  new Uint8Array(starts.flatMap(start => Array(BOOT_NONCE_BYTES).fill(start)))
const copy = { name: 'StoreRolledBackError', message: /old copy.*empty/ }

test('what was met is known after a restart, and starts that come before it are refused', async () => {
  const disk = new MemoryStore()
  const boots = new KnownBoots(disk, runtime)
  boots.admit({ peer: 'ada', store, boot: 5 }, nonces(5, 4))
  boots.admit({ peer: 'ada', store, boot: 6 }, nonces(6, 5))
  boots.admit({ peer: 'bob', store, boot: 1 }, nonces(1))
  await boots.flush()
  const again = new KnownBoots(disk.crash(), runtime)
  assert.throws(() => again.admit({ peer: 'ada', store, boot: 5 }, nonces(5, 4)), copy)
  assert.throws(() => again.admit({ peer: 'ada', store, boot: 6 }, nonces(60, 5)), copy)
  assert.throws(() => again.admit({ peer: 'ada', store, boot: 8 }, nonces(8, 7, 60)), copy)
  again.admit({ peer: 'ada', store, boot: 6 }, nonces(6, 5))
  again.admit({ peer: 'ada', store, boot: 8 }, nonces(8, 7, 6))
  again.admit({ peer: 'bob', store, boot: 1 }, nonces(1))
  again.admit({ peer: 'ada', store: 'f'.repeat(16), boot: 1 }, nonces(1))
})

test('a refused start changes nothing of what is known', () => {
  const boots = new KnownBoots(new MemoryStore(), runtime)
  boots.admit({ peer: 'ada', store, boot: 5 }, nonces(5))
  assert.throws(() => boots.admit({ peer: 'ada', store, boot: 6 }, nonces(6, 50)), copy)
  boots.admit({ peer: 'ada', store, boot: 6 }, nonces(60, 5))
})

test('being met waits for no disk, and however many are met, one write is under way', async () => {
  const disk = new MemoryStore({ holdWrites: true })
  const boots = new KnownBoots(disk, runtime)
  for (let i = 0; i < 100; i++) boots.admit({ peer: `peer ${i}`, store, boot: 1 }, nonces(1))
  disk.flush()
  await new Promise(resolve => setImmediate(resolve))
  disk.flush()
  await boots.flush()
  assert.equal([...disk.crash().range(bootRange)].length, 100)
})

test('of more stores than a bound those are forgotten whose start was new the longest ago', async () => {
  const disk = new MemoryStore()
  let nowMs = 0
  const clock = { ...systemClock, now: () => nowMs++ }
  const boots = new KnownBoots(disk, { ...runtime, clock })
  for (let i = 0; i <= PEER_BOOK_MAX; i++) boots.admit({ peer: `peer ${i}`, store, boot: 2 }, nonces(2, 1))
  await boots.flush()
  const again = new KnownBoots(disk, { ...runtime, clock })
  again.admit({ peer: 'peer 0', store, boot: 1 }, nonces(1))
  await again.flush()
  assert.equal([...disk.range(bootRange)].length, PEER_BOOK_MAX)
  assert.equal(disk.get(bootKey('peer 1', store)), undefined)
  assert.throws(() => again.admit({ peer: 'peer 2', store, boot: 1 }, nonces(1)), copy)
})

test('a disk that refuses costs no peer its hello, and what is damaged is as good as unknown', async () => {
  const disk = new MemoryStore()
  await disk.write([{ key: bootKey('ada', store), value: Uint8Array.of(1, 2, 3) }])
  const boots = new KnownBoots(disk, runtime)
  await disk.close()
  boots.admit({ peer: 'ada', store, boot: 1 }, nonces(1))
  await boots.flush()
})
