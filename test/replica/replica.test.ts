import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Replica } from '../../src/replica/replica.ts'
import { genesisWrite } from '../../src/replica/replica-state.ts'
import { genesisView } from '../../src/replica/view.ts'
import { rowKey } from '../../src/storage/keys.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { seededRandom } from '../simulation/random.ts'
import { registers, SLOT } from './cluster.ts'

test('of a step that fails nothing is left for the one after it', async () => {
  const leader = { peer: 'a', store: 'aaaaaaaaaaaaaaaa', boot: 1 }
  const self = { peer: 'b', store: 'bbbbbbbbbbbbbbbb', boot: 1 }
  const alone = genesisView(SLOT, leader, '00'.repeat(16))
  const store = new MemoryStore()
  await store.write([genesisWrite({ ...alone, members: [...alone.members, self] })])
  const apply = () => {
    throw new Error('an invariant does not hold')
  }
  const moment = { atMs: 0, wallMs: 0, patienceMs: 0 }
  const replica = new Replica(
    {
      slot: SLOT,
      slots: 4,
      self,
      store,
      machine: { ...registers, apply },
      random: seededRandom('of no use', 'b'),
      incarnationOf: () => undefined,
      whereIs: () => undefined,
      genesis: false
    },
    moment
  )
  const key = rowKey(SLOT, new Uint8Array(20), 'k')
  const entry = { epoch: 1, sequence: 1, timeMs: 0, key, payload: Uint8Array.of(0x78) }
  const entries = { prev: { epoch: 0, sequence: 0 }, entries: [entry], commit: 1 }
  // The entry is put in the log, and then cannot be applied.
  const message = { type: 'append', slot: SLOT, epoch: 1, ...entries } as const
  assert.throws(() => replica.step({ type: 'message', from: leader, message }, moment), /does not hold/)
  const { writes, afterPersist, send } = replica.step({ type: 'stop' }, moment)
  assert.deepEqual([writes, afterPersist, send], [[], [], []])
})
