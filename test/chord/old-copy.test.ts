/** A peer whose data directory was put back from an old copy, over real hosts. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { chord } from '../../src/chord/service.ts'
import { createHost } from '../../src/network/host.ts'
import { systemRandom } from '../../src/runtime.ts'
import { openIdentity } from '../../src/storage/identity.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { until } from '../network/member.ts'

const listen = ['/ip4/127.0.0.1/tcp/0']

async function copyOf(store: Store): Promise<MemoryStore> {
  const copy = new MemoryStore()
  const all = [...store.range({ start: new Uint8Array(), end: Uint8Array.of(0xff) })]
  await copy.write(all.map(([key, value]) => ({ key, value })))
  return copy
}

it('it is refused by whoever met it since, is told to stop, and never starts with that directory again', async () => {
  const privateKeys = await Promise.all([1, 2].map(() => generateKeyPair('Ed25519')))
  const start = (which: 0 | 1, store: Store, join: readonly string[] = []) =>
    createHost({
      privateKey: privateKeys[which]!,
      listen,
      services: { chord: chord({ store, join, virtualNodes: 2 }) }
    })
  const first = await start(0, new MemoryStore())
  await first.services.chord.joined()
  const met: number[] = []
  first.services.chord.onMet(({ boot }) => void met.push(boot))
  const join = first.getMultiaddrs().map(String)
  const data = new MemoryStore()

  let other = await start(1, data, join)
  await other.services.chord.joined()
  await other.stop()
  const old = await copyOf(data)
  other = await start(1, data)
  await until(() => met.includes(2), 'the second start')
  await other.stop()

  const refused: string[] = []
  first.services.chord.events.subscribe(event => {
    if (event.type === 'wire.refused') refused.push(event.error)
  })
  const copy = await start(1, old)
  const told: Error[] = []
  copy.services.chord.onRolledBack(error => void told.push(error))
  await until(() => told.length === 1, 'the copy hears of it')
  assert.equal(told[0]!.name, 'StoreRolledBackError')
  assert.match(told[0]!.message, /old copy.*empty directory/)
  assert.ok(refused.includes('StoreRolledBackError'))
  assert.ok(met.filter(boot => boot === 2).length > 0 && !met.includes(3))
  await copy.stop()
  await assert.rejects(openIdentity(old, systemRandom), { name: 'StoreRolledBackError' })

  other = await start(1, data)
  await until(() => met.includes(3), 'the true one comes back')
  await other.stop()
  await first.stop()
})
