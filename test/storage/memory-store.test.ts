import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { storeContract } from '../contracts/store.ts'

storeContract('memory store', () => new MemoryStore())

const key = (n: number): Uint8Array => Uint8Array.of(n)
const put = (n: number) => [{ key: key(n), value: key(n) }]

/** How many of the promises have resolved by now. */
async function resolved(promises: readonly Promise<void>[]): Promise<number> {
  let count = 0
  for (const promise of promises) void promise.then(() => count++)
  await turn()
  return count
}

test('a held write is visible and not acknowledged before the flush', async () => {
  const store = new MemoryStore({ holdWrites: true })
  const writes = [store.write(put(1)), store.write(put(2))]
  assert.deepEqual(store.get(key(1)), key(1))
  assert.equal(await resolved(writes), 0)
  store.flush()
  const later = store.write(put(3))
  assert.equal(await resolved([...writes, later]), 2)
  await store.close()
  assert.equal(await resolved([later]), 1, 'closing flushes')
})

test('a power cut leaves what was flushed and takes the rest', async () => {
  const store = new MemoryStore({ holdWrites: true })
  const durable = store.write([...put(1), ...put(2)])
  store.flush()
  const lost = store.write([{ key: key(1), value: null }, ...put(3)])
  const next = store.crash()
  assert.deepEqual(
    Array.from(next.range({ start: key(0), end: key(9) }), ([at]) => at[0]),
    [1, 2]
  )
  assert.equal(await resolved([durable, lost]), 1)
  assert.throws(() => store.get(key(1)), { name: 'NotRunningError' })
  await assert.rejects(store.write(put(4)), { name: 'NotRunningError' })
  const held = next.write(put(5))
  assert.equal(await resolved([held]), 0, 'the next store holds its writes too')
})

test('a power cut may leave the oldest writes that were never acknowledged', async () => {
  const store = new MemoryStore({ holdWrites: true })
  const writes = [store.write(put(1)), store.write(put(2)), store.write(put(3))]
  const next = store.crash(2)
  assert.deepEqual(
    Array.from(next.range({ start: key(0), end: key(9) }), ([at]) => at[0]),
    [1, 2]
  )
  assert.equal(await resolved(writes), 0)
})
