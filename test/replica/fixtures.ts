/** Slots over memory stores, and a network between two peers that a test can cut. */
import { Events } from '../../src/events.ts'
import { Handover } from '../../src/replica/handover.ts'
import type { ReplicaRpc, TransferRecord } from '../../src/replica/replica-rpc.ts'
import { createViews, SlotTable } from '../../src/replica/slot-table.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { silentLog, systemClock, systemRandom } from '../../src/runtime.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { type Operation, type Outcome, usersMachine } from '../../src/users/operation.ts'

export const SLOT = 0 as Slot
export const runtime = { clock: systemClock, random: systemRandom, log: silentLog }

let operations = 0
export function setOperation(id: string, status = 'ONLINE'): Operation {
  return { kind: 'set', id, change: { status }, operationId: `${operations++}`.padStart(32, '0') }
}

export interface TestPeer {
  readonly name: string
  store: MemoryStore
  table: SlotTable<Operation, Outcome>
  handover: Handover
  /** Reads the store again, as after a crash: what was not durable is gone. */
  restart(): void
}

/** What the network does to a message; throwing loses it before, or returning after throws nothing. */
export interface Faults {
  transfer?: (records: Iterable<TransferRecord>) => Iterable<TransferRecord>
  loseVerdict?: boolean
  loseInstall?: boolean
  loseInstallReply?: boolean
}

/** Two peers, the first of which holds every slot. */
export async function twoPeers(slots = 1, faults: Faults = {}): Promise<[TestPeer, TestPeer]> {
  const peers = new Map<string, TestPeer>()
  const rpc: ReplicaRpc = {
    async transfer(to, records) {
      async function* sent() {
        yield* faults.transfer?.(records) ?? records
      }
      const verdict = await peers.get(to)!.handover.receive('from', sent())
      if (faults.loseVerdict) throw Object.assign(new Error('cut'), { name: 'TransferError' })
      return verdict
    },
    async install(to, view, digest) {
      if (faults.loseInstall) return false
      const ok = await peers
        .get(to)!
        .table.install(view, digest)
        .then(
          () => true,
          () => false
        )
      return ok && !faults.loseInstallReply
    },
    async advertise() {}
  }
  const make = (name: string, store: MemoryStore): TestPeer => {
    const self = { peer: name, store: name === 'a' ? 'aaaaaaaaaaaaaaaa' : 'bbbbbbbbbbbbbbbb' }
    const open = (from: MemoryStore) => {
      const events = new Events()
      const table = new SlotTable({ self, slots, store: from, runtime, events, machine: usersMachine })
      return {
        store: from,
        table,
        handover: new Handover({ self, table, store: from, rpc, runtime, events })
      }
    }
    const peer: TestPeer = {
      name,
      ...open(store),
      restart() {
        Object.assign(peer, open(peer.store.crash()))
      }
    }
    return peer
  }
  const storeA = new MemoryStore()
  await createViews(storeA, { peer: 'a', store: 'aaaaaaaaaaaaaaaa' }, slots)
  const a = make('a', storeA)
  const b = make('b', new MemoryStore())
  peers.set('a', a).set('b', b)
  return [a, b]
}
