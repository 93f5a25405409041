/** Everything of a peer that has to do with users, put together over the ports: what the service runs on libp2p. */
import { setMaxListeners } from 'main-event'
import type { Chord } from '../chord/chord.ts'
import type { Genesis } from '../chord/genesis.ts'
import type { Peer } from '../chord/ring-node.ts'
import { RETRY_AFTER_MS } from '../constants.ts'
import { errorName, UnavailableError } from '../errors.ts'
import type { Events } from '../events.ts'
import { Handover } from '../replica/handover.ts'
import { Planner } from '../replica/planner.ts'
import type { ReplicaRpc, TransferRecord, TransferVerdict } from '../replica/replica-rpc.ts'
import type { Execution, Slots } from '../replica/slot-machine.ts'
import { SlotTable } from '../replica/slot-table.ts'
import type { Member, View } from '../replica/view.ts'
import { keyOf, positionFromBytes, positionToHex } from '../ring/position.ts'
import { type Slot, slotOf, slotStart } from '../ring/slot.ts'
import type { Runtime } from '../runtime.ts'
import { positionOfRow, rowRange, userIdOfRow } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { Inspector } from './inspector.ts'
import { Locator } from './locator.ts'
import { type Operation, type Outcome, usersMachine } from './operation.ts'
import { plainUsers, RingUsers } from './ring-users.ts'
import { isLiveRow, statusOfRow } from './row.ts'
import type { Status } from './user.ts'
import type { Users } from './users.ts'
import type { Tally, UsersRpc } from './users-rpc.ts'

export interface UsersNodeInit {
  readonly self: Member
  readonly genesis: Genesis
  readonly chord: Chord
  readonly store: Store
  readonly runtime: Runtime
  readonly events: Events
  readonly rpc: UsersRpc
  readonly replicaRpc: ReplicaRpc
  readonly addressesOf: (peer: Peer) => readonly string[]
  readonly storageOk: () => boolean
  readonly onStorageFailure: (error: Error) => void
}

/** A user that this peer holds, as the output files list it. */
export interface HeldUser {
  readonly id: string
  /** The user's ring position, hex. */
  readonly hash: string
  readonly status: Status
}

export class UsersNode {
  readonly users: Users
  readonly traced: RingUsers
  readonly ring: Inspector
  readonly #init: UsersNodeInit
  readonly #table: SlotTable<Operation, Outcome>
  readonly #handover: Handover
  readonly #planner: Planner
  readonly #locator: Locator
  readonly #stopping = new AbortController()
  #unsubscribe: () => void = () => {}
  #planning: Promise<void> = Promise.resolve()

  constructor(init: UsersNodeInit) {
    this.#init = init
    setMaxListeners(Number.POSITIVE_INFINITY, this.#stopping.signal) // everything under way listens to it
    const { self, genesis, chord, store, runtime, events, rpc, replicaRpc } = init
    const slots = genesis.slots
    const table = new SlotTable({ self, slots, store, runtime, events, machine: usersMachine })
    this.#table = table
    this.#handover = new Handover({ self, table, store, rpc: replicaRpc, runtime, events })
    const placement = { peersOf: (slot: Slot, signal: AbortSignal) => this.#peersOf(slot, signal) }
    this.#planner = new Planner({
      self,
      table,
      handover: this.#handover,
      placement,
      rpc: replicaRpc,
      runtime
    })
    this.#locator = new Locator({ self: self.peer, slotCount: slots, chord, slots: table, rpc })
    this.traced = new RingUsers({
      self: self.peer,
      slotCount: slots,
      slots: this.#announcing(),
      locator: this.#locator,
      rpc,
      chord,
      runtime,
      stopping: this.#stopping.signal
    })
    this.users = plainUsers(this.traced)
    this.ring = new Inspector({
      self: self.peer,
      genesis,
      chord,
      slots: table,
      locator: this.#locator,
      rpc,
      runtime,
      tally: () => this.tally(),
      addressesOf: init.addressesOf,
      storageOk: init.storageOk
    })
  }

  start(): void {
    this.#unsubscribe = this.#init.events.subscribe(event => {
      if (event.type === 'ring.changed') this.#planner.ringChanged()
    })
    this.#planning = this.#planner
      .run(this.#stopping.signal)
      .catch(error => this.#init.onStorageFailure(error))
  }

  /** Accepts nothing any more and resolves when everything accepted is durable. */
  async stop(): Promise<void> {
    this.#unsubscribe()
    this.#handover.close()
    this.#stopping.abort(new UnavailableError('This peer is stopping', { retryAfterMs: RETRY_AFTER_MS }))
    await this.#planning
    await this.#table.stop()
  }

  /** Begins to hand every slot over. */
  leave(): void {
    this.#planner.leave()
  }

  /** Keeps what could not be handed over, and takes in slots again. */
  stay(): void {
    this.#planner.stay()
  }

  /** Slots that are still here, on their way to here, or whose next holder has not said that it has them. */
  get slotsLeft(): number {
    return this.#table.installed().length + this.#table.handOffs().length + this.#handover.arriving
  }

  tally(): Tally {
    const slots = this.#table
      .installed()
      .map(({ slot, epoch }) => ({ slot, epoch, users: this.#table.users(slot) }))
    return { leaving: this.#handover.closed, slots }
  }

  receive(from: Peer, records: AsyncIterator<TransferRecord>): Promise<TransferVerdict> {
    return this.#handover.receive(from, records)
  }

  /** Users whose slots are held here. */
  get userCount(): number {
    return this.#table.installed().reduce((sum, { slot }) => sum + this.#table.users(slot), 0)
  }

  /** Those users, slot by slot in ring order. */
  *heldUsers(): Iterable<HeldUser> {
    for (const { slot } of this.#table.installed().sort((a, b) => a.slot - b.slot)) {
      for (const [key, row] of this.#init.store.range(rowRange(slot))) {
        if (!isLiveRow(row)) continue
        yield {
          id: userIdOfRow(key),
          hash: positionToHex(positionFromBytes(positionOfRow(key))),
          status: statusOfRow(row)
        }
      }
    }
  }

  /** What other peers ask. */
  get handler() {
    return {
      operate: (operation: Operation) => this.#operate(operation),
      whereIs: (slots: readonly Slot[]) => slots.flatMap(slot => this.#locator.known(slot) ?? []),
      advertised: (views: readonly View[]) => {
        for (const view of views) this.#locator.hint(view)
      },
      install: (view: View, digest: string) => this.#table.install(view, digest),
      tally: () => this.tally()
    }
  }

  #operate(operation: Operation): Promise<Execution<Outcome>> {
    return this.#execute(slotOf(keyOf(operation.id), this.#init.genesis.slots), operation)
  }

  /** The slots of this peer, telling everybody who subscribed what they did to users. */
  #announcing(): Slots<Operation, Outcome> {
    const table = this.#table
    return {
      execute: (slot, operation) => this.#execute(slot, operation),
      installed: () => table.installed(),
      known: slot => table.known(slot)
    }
  }

  async #execute(slot: Slot, operation: Operation): Promise<Execution<Outcome>> {
    const execution = await this.#table.execute(slot, operation).catch(cause => {
      if (errorName(cause) !== 'StorageError') throw cause
      throw new UnavailableError('The disk of this peer failed', { retryAfterMs: RETRY_AFTER_MS, cause })
    })
    if (execution.kind === 'done' && !execution.outcome.replayed) {
      const { kind, version } = execution.outcome
      const change =
        kind === 'deleted' ? 'delete' : kind === 'created' || kind === 'updated' ? 'put' : undefined
      if (change !== undefined)
        this.#init.events.emit({ type: 'user.changed', slot, id: operation.id, version, change })
    }
    return execution
  }

  async #peersOf(slot: Slot, signal: AbortSignal): Promise<Peer[]> {
    try {
      const { successors } = await this.#init.chord.lookup(slotStart(slot, this.#init.genesis.slots), {
        signal
      })
      return [...new Set(successors.map(({ peer }) => peer))]
    } catch {
      signal.throwIfAborted()
      return [] // nobody can be asked now; the next round asks again
    }
  }
}
