/** A disk that changes what is on it: nobody is told anything that is not true, and the ring goes on. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type AnilloPeer, createPeer } from '../../src/index.ts'
import { keyOf, positionToBytes } from '../../src/ring/position.ts'
import { slotOf } from '../../src/ring/slot.ts'
import { metaKey, rowKey, slotStateKey } from '../../src/storage/keys.ts'
import { LmdbStore } from '../../src/storage/lmdb-store.ts'
import { scratchDirectory } from '../storage/scratch.ts'

const SLOTS = 8

function start(dataDir: string): Promise<AnilloPeer> {
  return createPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], dataDir, slots: SLOTS, virtualNodes: 2 })
}

/** A directory with one user, of which one bit at `key` was turned while no peer used it. */
async function damagedDirectory(t: TestContext, key: (id: string) => Uint8Array): Promise<string> {
  const dataDir = join(scratchDirectory(t), 'data')
  const peer = await start(dataDir)
  await peer.users.set('ada', { status: 'ONLINE', profile: { town: 'London' } })
  await peer.stop()
  const store = new LmdbStore(join(dataDir, 'anillo.mdb'), { onFailure: () => {} })
  const value = store.get(key('ada'))!
  value[value.length >> 1]! ^= 4
  await store.write([{ key: key('ada'), value }])
  await store.close()
  return dataDir
}

test('a user whose row is damaged is not served: the peer stops and says why', async t => {
  const rowOf = (id: string) => rowKey(slotOf(keyOf(id), SLOTS), positionToBytes(keyOf(id)), id)
  const peer = await start(await damagedDirectory(t, rowOf))
  const answer = await peer.users.get('ada').catch((error: Error) => error)
  assert.ok(answer instanceof Error, 'no user may be answered')
  const why = await peer.stopped
  assert.equal(why?.name, 'StoreDamagedError')
  assert.match(why.message, /anillo\.mdb: user "ada" of slot \d is damaged/)
})

for (const [what, key] of [
  ['its identity', () => metaKey('privateKey')],
  ['its ring', () => metaKey('genesis')],
  ['what it promised', () => slotStateKey(SLOTS - 1)]
] as const) {
  test(`a peer that finds ${what} damaged does not start, and says why`, async t => {
    const dataDir = await damagedDirectory(t, key)
    await assert.rejects(start(dataDir), { name: 'StoreDamagedError', message: /is damaged: .*new peer/ })
    await assert.rejects(start(dataDir), { name: 'StoreDamagedError' }, 'and has given the directory free')
  })
}
