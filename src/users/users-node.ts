/** Everything of a peer that has to do with users, put together over the ports: what the service runs on libp2p. */
import { setMaxListeners } from 'main-event'
import type { Genesis } from '../chord/genesis.ts'
import type { RingFinder } from '../chord/ring-finder.ts'
import type { Peer } from '../chord/ring-node.ts'
import { LEADER_DRAIN_TIMEOUT_MS, RETRY_AFTER_MS } from '../constants.ts'
import { isDiskFailure, UnavailableError } from '../errors.ts'
import type { AnilloEvent, Events } from '../events.ts'
import { ReplicaGroup } from '../replica/group.ts'
import type { ReplicaMessage } from '../replica/message.ts'
import type { Placement } from '../replica/placement.ts'
import { Planner, type PlannerTimes } from '../replica/planner.ts'
import type { ReplicaRpc, SnapshotRecord, SnapshotVerdict } from '../replica/replica-rpc.ts'
import type { Execution, Slots, StaleRead } from '../replica/slot-machine.ts'
import { type Incarnation, isMember, type View } from '../replica/view.ts'
import { keyOf, positionFromBytes, positionToHex } from '../ring/position.ts'
import { allSlots, type Slot, slotOf } from '../ring/slot.ts'
import { deadlineAfter, type Runtime, raceSignal } from '../runtime.ts'
import { positionOfRow, rowRange, userIdOfRow } from '../storage/keys.ts'
import { Scrub, type ScrubPace } from '../storage/scrub.ts'
import type { Store } from '../storage/store.ts'
import { ChangeSource, type FollowedSlot } from './change-source.ts'
import { chordPlacement } from './chord-placement.ts'
import { conflictSalvage, type SaveConflicts } from './conflicts.ts'
import { JobBoard } from './job-board.ts'
import type { ListQuery } from './listing.ts'
import { type Get, isWrite, type Operation, type Outcome, usersMachine } from './operation.ts'
import { recoverSlots } from './recovery.ts'
import { RingAccess } from './ring-access.ts'
import { scanOf } from './ring-many.ts'
import type { RecoveryReport, RecoveryRequest } from './ring-report.ts'
import { isLiveRow, statusOfRow } from './row.ts'
import { countSlots, type SlotCounts } from './slot-counts.ts'
import type { HeldUser, UsersPart } from './users-part.ts'
import type { SlotTally, Tally, UsersRpc } from './users-rpc.ts'

export interface UsersNodeInit {
  readonly self: Incarnation
  readonly genesis: Genesis
  /** This very start of the peer made the ring. @default false */
  readonly madeRing?: boolean | undefined
  readonly chord: RingFinder
  readonly store: Store
  readonly runtime: Runtime
  readonly events: Events
  readonly rpc: UsersRpc
  readonly replicaRpc: ReplicaRpc
  readonly addressesOf: (peer: Peer) => readonly string[]
  readonly storageOk: () => boolean
  readonly onStorageFailure: (error: Error) => void
  readonly times?: PlannerTimes | undefined
  readonly scrub?: ScrubPace | undefined
  readonly saveConflicts?: SaveConflicts | undefined
  /** Where slots should be. @default where Chord says */
  readonly placement?: Placement | undefined
}

/** After one of these, other peers may be next to a slot. */
const CHANGES_PLACEMENT: ReadonlySet<AnilloEvent['type']> = new Set([
  'ring.changed',
  'peer.up',
  'peer.down',
  'peer.left'
])

export class UsersNode implements UsersPart {
  readonly users: RingAccess['users']
  readonly traced: RingAccess['traced']
  readonly many: RingAccess['many']
  readonly ring: RingAccess['ring']
  readonly jobs: JobBoard
  readonly #init: UsersNodeInit
  readonly #group: ReplicaGroup<Operation, Outcome>
  readonly #planner: Planner
  readonly #locator: RingAccess['locator']
  readonly #stopping = new AbortController()
  readonly #source: ChangeSource
  readonly #scrub: Scrub
  #unsubscribe: () => void = () => {}
  #planning: Promise<void> = Promise.resolve()
  #scrubbing: Promise<void> = Promise.resolve()

  constructor(init: UsersNodeInit) {
    this.#init = init
    setMaxListeners(Number.POSITIVE_INFINITY, this.#stopping.signal) // everything under way listens to it
    const { self, genesis, chord, store, runtime, events, rpc, replicaRpc } = init
    const { slots, replicas } = genesis
    const jobs = new JobBoard(runtime.clock)
    this.jobs = jobs
    const group = new ReplicaGroup<Operation, Outcome>({
      self,
      slots,
      store,
      runtime,
      events,
      machine: usersMachine,
      rpc: replicaRpc,
      genesis: init.madeRing,
      onFailure: init.onStorageFailure,
      jobs,
      whereIs: slot => {
        void this.#locator.search(slot)
        return this.#locator.known(slot)
      },
      salvage: init.saveConflicts && conflictSalvage(init.saveConflicts, runtime.log)
    })
    this.#group = group
    const placement = init.placement ?? chordPlacement(chord, genesis, self.peer)
    const { times } = init
    this.#planner = new Planner({
      self,
      replicas,
      slots: group,
      placement,
      rpc: replicaRpc,
      runtime,
      events,
      times,
      jobs
    })
    this.#source = new ChangeSource({ slots: group, clock: runtime.clock, stopping: this.#stopping.signal })
    this.#scrub = new Scrub({ store, clock: runtime.clock, events, pace: init.scrub })
    const access = new RingAccess({
      self: self.peer,
      genesis,
      chord,
      rpc,
      runtime,
      stopping: this.#stopping.signal,
      slots: this.#announcing(),
      source: this.#source,
      inspected: {
        tally: () => this.tally(),
        leaving: () => this.#planner.leaving,
        addressesOf: init.addressesOf,
        storageOk: init.storageOk
      }
    })
    this.#locator = access.locator
    this.users = access.users
    this.traced = access.traced
    this.many = access.many
    this.ring = access.ring
  }

  start(): void {
    this.#unsubscribe = this.#init.events.subscribe(({ type }) => {
      if (type === 'view.installed') this.#planner.viewInstalled()
      else if (CHANGES_PLACEMENT.has(type)) this.#planner.ringChanged()
    })
    this.#group.start()
    this.#planning = this.#planner.run(this.#stopping.signal)
    this.#scrubbing = this.#scrub.run(this.#stopping.signal)
  }

  /** Others lead first what this peer leads; then nothing is accepted any more. Resolves when all that was is durable. */
  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted && this.#init.storageOk()) await this.#drain()
    this.#unsubscribe()
    this.#stopping.abort(new UnavailableError('This peer is stopping', { retryAfterMs: RETRY_AFTER_MS }))
    await this.#planning
    await this.#scrubbing
    await this.#group.stop()
  }

  /** Of what is on disk nothing more may be said. Comes maybe in the middle of a step, which is taken to its end first. */
  halt(): void {
    void Promise.resolve().then(() => this.#group.stop())
  }

  /** Begins to give every slot to others. */
  leave(): void {
    this.#planner.leave()
  }

  /**
   * Nothing is left here, and nothing comes any more: who is about to go must not be made a member meanwhile. False, and
   * nothing is changed: there are slots left.
   */
  depart(): boolean {
    if (this.slotsLeft > 0) return false
    this.#group.decline(true)
    return true
  }

  /** Keeps what could not be given away, and takes slots again. */
  stay(): void {
    this.#group.decline(false)
    this.#planner.stay()
  }

  /** Slots of which this peer is a member or may just have become one, or whose next members do not all have them. */
  get slotsLeft(): number {
    return allSlots(this.#init.genesis.slots).filter(slot => {
      const { view, handingOff, mayBeMember } = this.#group.status(slot)
      return view !== null || handingOff || mayBeMember
    }).length
  }

  recover(
    request: RecoveryRequest,
    options: { signal?: AbortSignal | undefined } = {}
  ): Promise<RecoveryReport> {
    const group = this.#group
    return recoverSlots(request, {
      self: this.#init.self.peer,
      slotCount: this.#init.genesis.slots,
      stuck: () => this.ring.stuck(options),
      recover: (slot, above) => raceSignal(group.recover(slot, above), options.signal),
      usersOf: slot => group.status(slot).users,
      begin: () => {
        const which = request.slots === 'all' ? 'all slots' : `slot ${request.slots}`
        const detail = `${which} without a majority are to go on from the copies of this peer`
        return this.jobs.begin({ kind: 'recovery', detail, unit: 'slots' })
      }
    })
  }

  tally(): Tally {
    const slots = allSlots(this.#init.genesis.slots).flatMap(slot => this.#tallyOf(slot) ?? [])
    return { leaving: this.#planner.leaving, slots }
  }

  slotCounts(): SlotCounts {
    const { genesis, chord } = this.#init
    const up = [...chord.peers().values()].filter(status => status === 'up').length
    const statuses = allSlots(genesis.slots).map(slot => this.#group.status(slot))
    return countSlots(statuses, Math.min(genesis.replicas, up + 1))
  }

  get userCount(): number {
    return this.#count(true)
  }

  heldUsers(): Iterable<HeldUser> {
    return this.#usersOf(true)
  }

  get backupCount(): number {
    return this.#count(false)
  }

  backups(): Iterable<HeldUser> {
    return this.#usersOf(false)
  }

  get usersStamp(): string {
    return this.#installed()
      .map(slot => {
        const { leading, applied } = this.#group.status(slot)
        return `${slot}${leading ? 'L' : 'M'}${applied.epoch}.${applied.sequence}`
      })
      .join()
  }

  /** What other peers say and ask. */
  get handler() {
    const group = this.#group
    return {
      operate: (operation: Operation, ageMs: number) => this.#operate(operation, ageMs),
      follow: (slots: readonly FollowedSlot[], waitMs: number, signal?: AbortSignal) =>
        this.#source.after(slots, waitMs, signal),
      list: (query: ListQuery) => group.scan(query.slot, scanOf(query)),
      readStale: (get: Get) => this.#readStale(get),
      whereIs: (slots: readonly Slot[]) => slots.flatMap(slot => this.#locator.known(slot) ?? []),
      advertised: (views: readonly View[]) => {
        for (const view of views) this.#locator.hint(view)
      },
      leaving: (from: Peer) => this.#planner.heardLeaving(from),
      tally: () => this.tally(),
      received: (from: Incarnation, messages: readonly ReplicaMessage[]) => group.received(from, messages),
      met: (incarnation: Incarnation) => group.met(incarnation),
      receiveSnapshot: (from: Peer, records: AsyncIterator<SnapshotRecord>) =>
        this.#receiveSnapshot(from, records)
    }
  }

  /** A peer that stops while others are there should not be missed for a second by everyone whose slot it led. */
  async #drain(): Promise<void> {
    using deadline = deadlineAfter(this.#init.runtime.clock, LEADER_DRAIN_TIMEOUT_MS)
    await this.#planner.drain(deadline.signal)
  }

  /** In ring order. */
  #installed(): Slot[] {
    return this.#group
      .installed()
      .map(({ slot }) => slot)
      .sort((a, b) => a - b)
  }

  /** Also where it is no member: a copy may be the best that there is. */
  #tallyOf(slot: Slot): SlotTally | undefined {
    const { view: installed, users, leading, sealed, members, last } = this.#group.status(slot)
    const view = installed ?? this.#group.known(slot)
    if (view === undefined || (installed === null && last.sequence === 0)) return undefined
    // Whoever has installed a view has all that was acknowledged before it: entries after its base never were.
    const reach = { epoch: Math.max(installed?.epoch ?? 0, last.epoch), sequence: last.sequence }
    return {
      slot,
      epoch: view.epoch,
      users,
      leads: leading,
      sealed,
      members: view.members.map(({ peer }) => peer),
      member: isMember(view, this.#init.self),
      reach,
      current: leading ? members.filter(({ lacking }) => !lacking).map(({ peer }) => peer) : []
    }
  }

  #count(leading: boolean): number {
    const statuses = this.#installed().map(slot => this.#group.status(slot))
    return statuses.filter(status => status.leading === leading).reduce((sum, { users }) => sum + users, 0)
  }

  *#usersOf(leading: boolean): Iterable<HeldUser> {
    for (const slot of this.#installed()) {
      if (this.#group.status(slot).leading !== leading) continue
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

  #slotOf({ id }: Operation): Slot {
    return slotOf(keyOf(id), this.#init.genesis.slots)
  }

  #operate(operation: Operation, ageMs: number): Promise<Execution<Outcome>> {
    const aged = isWrite(operation) ? { ...operation, ageMs } : operation
    return this.#execute(this.#slotOf(operation), aged)
  }

  #readStale(
    get: Get
  ): ({ kind: 'done' } & StaleRead<Outcome>) | { kind: 'elsewhere'; view: View | undefined } {
    const slot = this.#slotOf(get)
    const read = this.#group.readStale(slot, get)
    return read === undefined
      ? { kind: 'elsewhere', view: this.#locator.known(slot) }
      : { kind: 'done', ...read }
  }

  #receiveSnapshot(from: Peer, records: AsyncIterator<SnapshotRecord>): Promise<SnapshotVerdict> {
    if (!this.#planner.leaving) return this.#group.receiveSnapshot(from, records)
    return Promise.resolve({
      kind: 'refused',
      name: 'UnavailableError',
      detail: 'This peer is leaving the ring'
    })
  }

  /** The slots of this peer, telling everybody who subscribed what they did to users. */
  #announcing(): Pick<Slots<Operation, Outcome>, 'execute' | 'scan' | 'readStale' | 'known'> {
    const group = this.#group
    return {
      execute: (slot, operation) => this.#execute(slot, operation),
      scan: (slot, scan) => group.scan(slot, scan),
      readStale: (slot, operation) => group.readStale(slot, operation),
      known: slot => group.known(slot)
    }
  }

  async #execute(slot: Slot, operation: Operation): Promise<Execution<Outcome>> {
    const execution = await this.#group.execute(slot, operation).catch(cause => {
      if (!isDiskFailure(cause)) throw cause
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
}
