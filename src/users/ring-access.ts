/** All users of the ring, and the ring as people see it, from wherever one stands: in it as a peer, or before it as a client. */
import type { Genesis } from '../chord/genesis.ts'
import type { RingFinder } from '../chord/ring-finder.ts'
import type { Peer } from '../chord/ring-node.ts'
import type { Slots } from '../replica/slot-machine.ts'
import type { Runtime } from '../runtime.ts'
import type { ChangeSource } from './change-source.ts'
import { Inspector, type InspectorInit } from './inspector.ts'
import { Locator } from './locator.ts'
import type { Operation, Outcome } from './operation.ts'
import { RingMany } from './ring-many.ts'
import { plainUsers, RingUsers } from './ring-users.ts'
import type { Users } from './users.ts'
import type { UsersRpc } from './users-rpc.ts'

export interface RingAccessInit {
  readonly self: Peer
  readonly genesis: Genesis
  readonly chord: RingFinder
  readonly rpc: UsersRpc
  readonly runtime: Runtime
  /** Aborts when this peer stops. */
  readonly stopping: AbortSignal
  /** What is answered without asking another peer. */
  readonly slots: Pick<Slots<Operation, Outcome>, 'execute' | 'scan' | 'readStale' | 'known'>
  readonly source: Pick<ChangeSource, 'after'>
  /** What this peer says of itself. */
  readonly inspected: Pick<InspectorInit, 'client' | 'tally' | 'leaving' | 'addressesOf' | 'storageOk'>
}

export class RingAccess {
  readonly users: Users
  readonly traced: RingUsers
  readonly many: RingMany
  readonly ring: Inspector
  readonly locator: Locator

  constructor(init: RingAccessInit) {
    const { self, genesis, chord, rpc, runtime, stopping, slots, source } = init
    const slotCount = genesis.slots
    const locator = new Locator({ self, slotCount, chord, slots, rpc, clock: runtime.clock })
    const common = { self, locator, runtime, stopping, slotCount, slots, rpc }
    this.locator = locator
    this.traced = new RingUsers({ ...common, chord })
    this.many = new RingMany({ ...common, ringId: genesis.ringId, users: this.traced, source })
    this.users = plainUsers(this.traced, this.many)
    this.ring = new Inspector({ self, genesis, chord, locator, rpc, runtime, ...init.inspected })
  }
}
