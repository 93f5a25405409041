import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGenesis } from '../../src/chord/genesis.ts'
import { loadGenesis, saveGenesis } from '../../src/chord/genesis-store.ts'
import { metaKey } from '../../src/storage/keys.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { seededRandom } from '../simulation/random.ts'

const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const genesisOf = (seed: string) =>
  createGenesis({ slots: 64, replicas: 5, virtualNodes: 16 }, PEER, seededRandom(seed, 'genesis'))
const refused = { name: 'DataDirectoryError' }

test('a genesis is read as it was saved, and is durable when that was acknowledged', async () => {
  const store = new MemoryStore({ holdWrites: true })
  assert.equal(loadGenesis(store), undefined)
  const saving = saveGenesis(store, genesisOf('a'))
  store.flush()
  await saving
  assert.deepEqual(loadGenesis(store.crash()), genesisOf('a'))
})

test('a peer keeps its ring: the same genesis may be saved again, another one is refused', async () => {
  const store = new MemoryStore()
  await saveGenesis(store, genesisOf('a'))
  await saveGenesis(store, genesisOf('a'))
  await assert.rejects(saveGenesis(store, genesisOf('b')), { ...refused, message: /belongs to the ring/ })
  assert.deepEqual(loadGenesis(store), genesisOf('a'))
})

test('a damaged genesis is refused rather than read', async () => {
  const store = new MemoryStore()
  const whole = JSON.stringify(genesisOf('a'))
  const damaged = [
    '',
    'null',
    '[]',
    whole.slice(0, -1),
    whole.replace('"slots":64', '"slots":63'),
    whole.replace('"slots":64,', ''),
    whole.replace('"replicas":5', '"replicas":"5"'),
    whole.replace(PEER, ''),
    whole.replace(/"ringId":"../, '"ringId":"XX')
  ]
  for (const text of damaged) {
    await store.write([{ key: metaKey('genesis'), value: Buffer.from(text) }])
    assert.throws(() => loadGenesis(store), refused, text)
  }
})
