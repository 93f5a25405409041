import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { systemRandom } from '../../src/runtime.ts'
import { markRolledBack, openIdentity } from '../../src/storage/identity.ts'
import { metaKey } from '../../src/storage/keys.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { seededRandom } from '../simulation/random.ts'

test('a new store gets an Ed25519 key, an id of eight bytes and the boot number 1', async () => {
  const identity = await openIdentity(new MemoryStore(), systemRandom)
  assert.equal(privateKeyFromProtobuf(identity.privateKey).type, 'Ed25519')
  assert.equal(identity.storeId.length, 8)
  assert.equal(identity.boot, 1)
})

test('an identity follows from the random numbers, so that a simulation can be repeated', async () => {
  const [one, same, other] = await Promise.all(
    ['1', '1', '2'].map(seed => openIdentity(new MemoryStore(), seededRandom(seed, 'identity')))
  )
  assert.deepEqual(one, same)
  assert.notDeepEqual(one, other)
})

test('no boot number is used twice, whatever a power cut takes', async () => {
  const store = new MemoryStore({ holdWrites: true })
  const used: number[] = []
  const opening = openIdentity(store, systemRandom).then(({ boot }) => used.push(boot))
  await turn()
  assert.deepEqual(used, [], 'nothing may be said under a boot number that is not durable')
  store.flush()
  await opening
  const next = store.crash()
  const again = openIdentity(next, systemRandom)
  await turn()
  next.flush()
  assert.deepEqual([...used, (await again).boot], [1, 2])
})

test('a store that lost a part of its identity is refused', async () => {
  for (const name of ['privateKey', 'storeId', 'boot', 'nonces']) {
    for (const value of [null, Uint8Array.of(1, 2, 3)]) {
      const store = new MemoryStore()
      await openIdentity(store, systemRandom)
      await store.write([{ key: metaKey(name), value }])
      await assert.rejects(openIdentity(store, systemRandom), {
        name: 'DataDirectoryError',
        message: /damaged.*empty/
      })
    }
  }
})

test('a store with users and no identity is not taken for a new one', async () => {
  const store = new MemoryStore()
  await store.write([{ key: Uint8Array.of(0x73, 0, 0, 1), value: Uint8Array.of(1) }])
  await assert.rejects(openIdentity(store, systemRandom), { name: 'DataDirectoryError' })
})

test('each start has a nonce of its own, and the last sixteen are known, the newest first', async () => {
  const store = new MemoryStore()
  const seen: string[] = []
  for (let start = 1; start <= 20; start++) {
    const { boot, nonces } = await openIdentity(store, systemRandom)
    assert.equal(boot, start)
    seen.unshift(Buffer.from(nonces.subarray(0, 8)).toString('hex'))
    assert.equal(Buffer.from(nonces).toString('hex'), seen.slice(0, 16).join(''))
  }
  assert.equal(new Set(seen).size, 20)
})

test('a store that was found out to be an old copy is never opened again', async () => {
  const store = new MemoryStore()
  await openIdentity(store, systemRandom)
  await markRolledBack(store)
  await assert.rejects(openIdentity(store, systemRandom), { name: 'StoreRolledBackError', message: /empty/ })
})
