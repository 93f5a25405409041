/**
 * All replicas of a peer, and the loop that carries out what their steps want done. What arrives in one turn of the event
 * loop, whichever sockets it came from, is written in one batch and sent in one frame for each peer; a message of
 * `afterPersist` leaves when all batches with writes of its slot are on disk, no earlier (R1).
 */
import { toString as bytesToString } from 'uint8arrays/to-string'
import type { Peer } from '../chord/ring-node.ts'
import { RETRY_AFTER_MS } from '../constants.ts'
import { assert, OutcomeUnknownError, UnavailableError } from '../errors.ts'
import type { Events } from '../events.ts'
import { allSlots, type Slot } from '../ring/slot.ts'
import type { LogFields, Runtime, Timer } from '../runtime.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Effects, Envelope, Moment, Result } from './effects.ts'
import type { EntryId } from './entry.ts'
import type { Jobs } from './jobs.ts'
import { Journal } from './journal.ts'
import { KnownIncarnations } from './known-incarnations.ts'
import { entriesOf, type ReplicaMessage } from './message.ts'
import { Outbox } from './outbox.ts'
import { isTarget, type Target } from './proposal.ts'
import { Replica } from './replica.ts'
import type { ReplicaEvent } from './replica-event.ts'
import type { ReplicaHandler, ReplicaRpc, SnapshotRecord, SnapshotVerdict } from './replica-rpc.ts'
import { type ReplicaStatus, statusOf } from './replica-status.ts'
import type { Salvage } from './salvage.ts'
import { SlotFollowers } from './slot-followers.ts'
import type { CommittedEntries, Execution, Scan, SlotMachine, Slots, StaleRead } from './slot-machine.ts'
import { SnapshotExchange } from './snapshot-exchange.ts'
import { Strain } from './strain.ts'
import { HEARTBEAT_MS, LATE_MS, LOOK_MS, TURN_ROUNDS_MAX } from './timing.ts'
import { type Incarnation, sameIncarnation, sameMember, type View } from './view.ts'

export interface ReplicaGroupInit<Command, Outcome> {
  readonly self: Incarnation
  /** S of the ring. */
  readonly slots: number
  readonly store: Store
  readonly runtime: Runtime
  readonly events: Events
  readonly machine: SlotMachine<Command, Outcome>
  readonly rpc: ReplicaRpc
  /** This very start of the peer made the ring. @default false */
  readonly genesis?: boolean | undefined
  /** An invariant does not hold, or what is on disk is damaged: this peer must stop. Called once. */
  readonly onFailure: (error: Error) => void
  /** Who is told of snapshots on their way. @default nobody */
  readonly jobs?: Jobs | undefined
  /** Where a slot is said to be, a hint. It is asked again while nobody answers there, and may look for it meanwhile. @default nobody knows */
  readonly whereIs?: ((slot: Slot) => View | undefined) | undefined
  /** @default what is given up for another lineage is deleted at once */
  readonly salvage?: Salvage | undefined
}

/** What peers are told that are to become members. */
const LEADS_IN: ReadonlySet<ReplicaMessage['type']> = new Set(['learn', 'sync'])
const LINEAGE_ID_BYTES = 16
const TICK_MS = 50
const TICKS_PER_HEARTBEAT = HEARTBEAT_MS / TICK_MS

export class ReplicaGroup<Command, Outcome> implements Slots<Command, Outcome>, ReplicaHandler {
  readonly #init: ReplicaGroupInit<Command, Outcome>
  readonly #replicas: Replica<Command, Outcome>[]
  readonly #journal: Journal
  readonly #snapshots: SnapshotExchange
  readonly #incarnations = new KnownIncarnations()
  /** Replicas that took a step in this turn. */
  readonly #touched = new Set<Slot>()
  readonly #followers = new SlotFollowers()
  readonly #outbox = new Outbox()
  /** Messages of this peer to itself. */
  #loopback: ReplicaMessage[] = []
  #turn: Promise<void> | undefined
  #ticker: Timer | undefined
  #ticks = 0
  #tickDueMs = 0
  readonly #strain = new Strain()
  #state: 'new' | 'running' | 'stopped' = 'new'
  #declining = false

  constructor(init: ReplicaGroupInit<Command, Outcome>) {
    this.#init = init
    const { slots, self, store, machine, runtime } = init
    const moment = this.#moment()
    const incarnationOf = (peer: Peer) => this.incarnationOf(peer)
    const { genesis = false, whereIs = () => undefined } = init
    const common = { slots, self, store, machine, random: runtime.random, incarnationOf, whereIs, genesis }
    this.#replicas = allSlots(slots).map(slot => new Replica({ ...common, slot }, moment))
    this.#journal = new Journal(store, runtime.clock, {
      markOf: slot => this.#replica(slot).ledger.mark,
      onDurable: (marks, envelopes) => {
        for (const [slot, mark] of marks) this.#step(slot, { type: 'durable', mark })
        for (const envelope of envelopes) this.#post(envelope)
      },
      onFailure: () => this.#end()
    })
    this.#snapshots = new SnapshotExchange({
      ...init,
      settled: () => this.#journal.settled(),
      replicaOf: slot => this.#replica(slot),
      step: (slot, event, before) => this.#step(slot, event, before)
    })
  }

  start(): void {
    assert(this.#state === 'new', 'replicas are started once')
    this.#state = 'running'
    this.#tickDueMs = this.#init.runtime.clock.monotonic() + TICK_MS
    this.#ticker = this.#init.runtime.clock.timer(TICK_MS, this.#tick)
  }

  /** Accepts nothing more and tells everybody who waits; resolves when all that was written is on disk. */
  async stop(): Promise<void> {
    this.#end()
    await this.#snapshots.stop()
    await this.#turn
    await this.#journal.settled().catch(() => {}) // who owns the disk was told
  }

  execute(slot: Slot, command: Command): Promise<Execution<Outcome>> {
    return new Promise((resolve, reject) => {
      if (!this.#running) throw stopping()
      this.#step(slot, {
        type: 'execute',
        command,
        ticket: { settle: result => finish(result, resolve, reject) }
      })
      // A step that failed is not carried out, and nobody else tells who waits for it.
      if (!this.#running) reject(stopping())
    })
  }

  scan<T>(slot: Slot, scan: Scan<T>): Promise<Execution<T>> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'running') throw stopping()
      const settle = (result: Result<unknown>) => finish(result as Result<T>, resolve, reject)
      this.#step(slot, { type: 'scan', scan, ticket: { settle } })
    })
  }

  /** Decided entries after `after`, as this peer has them; undefined: it is no member of the slot. */
  committedAfter(slot: Slot, after: EntryId | undefined, bytesMax: number): CommittedEntries | undefined {
    if (this.#state !== 'running') throw stopping()
    return this.#replica(slot).committedAfter(after, bytesMax)
  }

  /** `listener` is told at the end of each turn in which something may have happened to slots. Returns what ends that. */
  subscribe(listener: (slots: ReadonlySet<Slot>) => void): () => void {
    return this.#followers.subscribe(listener)
  }

  readStale(slot: Slot, command: Command): StaleRead<Outcome> | undefined {
    if (this.#state !== 'running') throw stopping()
    return this.#replica(slot).readStale(command, this.#moment())
  }

  installed(): View[] {
    return this.#replicas.flatMap(({ view }) => view ?? [])
  }

  known(slot: Slot): View | undefined {
    return this.#replica(slot).ledger.newest ?? undefined
  }

  status(slot: Slot): ReplicaStatus {
    return statusOf(this.#replica(slot), slot, this.#moment().atMs)
  }

  /** The newest store and start of a peer that this one has met; of itself always. */
  incarnationOf(peer: Peer): Incarnation | undefined {
    return peer === this.#init.self.peer ? this.#init.self : this.#incarnations.of(peer)
  }

  /** Begins to change members or leader of a slot. False: this peer does not lead it, or it is being changed already. */
  change(slot: Slot, target: Target): boolean {
    const replica = this.#replica(slot)
    const { leadership } = replica
    if (leadership === undefined || replica.changing || isTarget(leadership.view, target)) return false
    assert(
      target.members.some(member => sameMember(member, target.leader)),
      `the leader of slot ${slot} would be no member`
    )
    this.#step(slot, { type: 'change', target })
    return true
  }

  /**
   * Goes on with a slot alone, as it is here, because an operator accepts that the rest of it is lost. Resolves when that
   * is on disk. False: there is nothing of it here. `above`: the highest epoch of it that anybody has told of.
   */
  async recover(slot: Slot, above = 0): Promise<boolean> {
    const replica = this.#replica(slot)
    const before = replica.view
    const lineageId = bytesToString(this.#init.runtime.random.bytes(LINEAGE_ID_BYTES), 'base16')
    const located = this.#init.whereIs?.(slot)?.epoch ?? 0
    this.#step(slot, { type: 'recover', lineageId, above: Math.max(above, located) })
    if (replica.view === before) return false
    await this.#journal.settled()
    return true
  }

  /** Whether this peer lets itself be made a member of any further slot. */
  decline(declining: boolean): void {
    this.#declining = declining
  }

  received(from: Incarnation, messages: readonly ReplicaMessage[]): void {
    if (this.#state !== 'running') return
    this.met(from)
    // A message of an incarnation that is over may still have been on its way.
    if (!sameIncarnation(this.#incarnations.of(from.peer)!, from)) return
    for (const message of messages) {
      // Each would wait in memory as long as the disk hangs.
      if (message.type === 'prepare' && this.#journal.isStuck) continue
      if (this.#declining && LEADS_IN.has(message.type) && this.#replica(message.slot).view === null) continue
      if (entriesOf(message).every(({ payload }) => this.#init.machine.isPayload(payload)))
        this.#step(message.slot, { type: 'message', from, message })
      else this.#init.runtime.log.warn('entries of no known form were refused', { from, slot: message.slot })
    }
  }

  met(incarnation: Incarnation): void {
    this.#incarnations.met(incarnation)
  }

  receiveSnapshot(from: Peer, records: AsyncIterator<SnapshotRecord>): Promise<SnapshotVerdict> {
    return this.#snapshots.receive(from, records)
  }

  get #running(): boolean {
    return this.#state === 'running'
  }

  #end(): void {
    if (this.#state === 'stopped') return
    this.#ticker?.cancel()
    for (const slot of this.#replicas.keys()) this.#step(slot as Slot, { type: 'stop' })
    this.#state = 'stopped'
  }

  readonly #tick = (): void => {
    const { clock } = this.#init.runtime
    const now = clock.monotonic()
    const late = now - this.#tickDueMs > LATE_MS
    this.#strain.add(now - this.#tickDueMs)
    this.#tickDueMs = now + TICK_MS
    this.#ticker = clock.timer(TICK_MS, this.#tick)
    const heartbeat = ++this.#ticks % TICKS_PER_HEARTBEAT === 0
    const stuck = this.#journal.isStuck
    let readingMs = 0
    for (const [slot, replica] of this.#replicas.entries()) {
      if (late) this.#step(slot as Slot, { type: 'late' })
      if (stuck && replica.leadership !== undefined) this.#step(slot as Slot, { type: 'stuck' })
      if (!heartbeat && replica.isQuiet(this.#moment())) continue
      const { table } = replica.ledger
      const [beganMs, isUnread] = [clock.monotonic(), !table.knowsDue]
      this.#step(slot as Slot, { type: 'tick', heartbeat, spare: readingMs < LOOK_MS })
      if (isUnread && table.knowsDue) readingMs += clock.monotonic() - beganMs
    }
  }

  /** `before`: what is to be on disk in the same write, ahead of the step's own. */
  #step(slot: Slot, event: ReplicaEvent<Command, Outcome>, before: readonly Write[] = []): void {
    if (this.#state === 'stopped') return
    const effects = this.#effectsOf(slot, event)
    if (effects === undefined) return
    if (before.length > 0) this.#journal.add(slot, before, true)
    this.#journal.add(slot, effects.writes, effects.urgent)
    for (const envelope of effects.send) this.#post(envelope)
    for (const envelope of effects.afterPersist) this.#journal.after(slot, envelope)
    for (const to of effects.snapshots) this.#snapshots.send(slot, to)
    if (effects.clear) this.#snapshots.clear(slot)
    for (const happened of effects.events) this.#init.events.emit(happened)
    for (const settle of effects.settled) settle()
    this.#touched.add(slot)
    this.#followers.moved(slot)
    this.#endTurnSoon()
  }

  /** A replica that fails in the middle of a step is in no state that anything could rest on. */
  #effectsOf(slot: Slot, event: ReplicaEvent<Command, Outcome>): Effects | undefined {
    try {
      return this.#replica(slot).step(event, this.#moment())
    } catch (error) {
      if (event.type === 'stop') return undefined // it has failed before, or there is nobody to tell any more
      return this.#fail('a replica failed', { slot, event: event.type, error })
    }
  }

  #fail(what: string, why: LogFields & { readonly error: unknown }): undefined {
    this.#init.runtime.log.error(what, why)
    this.#end()
    this.#init.onFailure(why.error as Error)
  }

  #endTurnSoon(): void {
    const { clock } = this.#init.runtime
    this.#turn ??= new Promise(resolve =>
      clock.soon(() => {
        this.#endTurn()
        resolve()
      })
    )
  }

  /** Sends and writes what the turn brought. What a peer says to itself is heard within the turn. */
  #endTurn(): void {
    this.#turn = undefined
    for (let rounds = 0; this.#touched.size > 0 || this.#loopback.length > 0; rounds++) {
      assert(rounds < TURN_ROUNDS_MAX, 'replicas of one peer talk to themselves without end')
      for (const message of this.#loopback.splice(0)) {
        this.#step(message.slot, { type: 'message', from: this.#init.self, message })
      }
      const touched = [...this.#touched]
      this.#touched.clear()
      for (const slot of touched) {
        if (this.#replica(slot).leadership === undefined) continue
        this.#step(slot, { type: 'flush' })
        this.#touched.delete(slot)
      }
      this.#journal.release(envelope => this.#post(envelope))
    }
    this.#outbox.empty((to, messages) => this.#init.rpc.post(to, messages))
    this.#journal.write()
    if (!this.#running) return
    const damage = this.#followers.tell()
    if (damage !== undefined) this.#fail('a follower of slots failed', { error: damage })
  }

  #post(envelope: Envelope): void {
    if (envelope.to === this.#init.self.peer) this.#loopback.push(envelope.message)
    else this.#outbox.put(envelope)
    this.#endTurnSoon()
  }

  #moment(): Moment {
    const { clock } = this.#init.runtime
    return { atMs: clock.monotonic(), wallMs: clock.now(), patienceMs: this.#strain.patienceMs }
  }

  #replica(slot: Slot): Replica<Command, Outcome> {
    const replica = this.#replicas[slot]
    assert(replica !== undefined, `there is no slot ${slot}`)
    return replica
  }
}

function finish<Outcome>(
  result: Result<Outcome>,
  resolve: (execution: Execution<Outcome>) => void,
  reject: (error: Error) => void
): void {
  if (result.kind === 'refused') reject(result.error)
  else if (result.kind === 'unknown') {
    reject(new OutcomeUnknownError(`The change was sent to the slot's members, and ${result.reason}`))
  } else resolve(result)
}

function stopping(): UnavailableError {
  return new UnavailableError('This peer is stopping', { retryAfterMs: RETRY_AFTER_MS })
}
