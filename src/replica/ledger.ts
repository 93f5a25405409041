/**
 * All that one replica has on disk, in one hand: views and promises, log, table. The roles of a replica (follower,
 * leader, proposer) change it through here only, so that its invariants are kept and asserted in one place:
 *
 * - floor, promised ballot (within an instance), epoch, commit and applied never sink;
 * - committed entries are never cut off;
 * - an installed view has the log through its base.
 */
import { assert } from '../errors.ts'
import type { Slot } from '../ring/slot.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Applied } from './applied.ts'
import { compareBallots } from './ballot.ts'
import type { Effects } from './effects.ts'
import { BEFORE_FIRST, type Entry, type EntryId, sameId } from './entry.ts'
import { Log } from './log.ts'
import { type ReplicaState, readState, stateWrite } from './replica-state.ts'
import type { CommittedEntries, SlotMachine } from './slot-machine.ts'
import { Table } from './table.ts'
import { LOG_COMPACTED_ENTRIES, LOG_COMPACTED_MAX, LOG_HELD_ENTRIES, LOG_RETAINED_ENTRIES } from './timing.ts'
import { compareViews, RECOVERY_EPOCHS, type View } from './view.ts'

export interface LedgerInit {
  readonly slot: Slot
  /** S of the ring. */
  readonly slots: number
  readonly store: Store
  readonly machine: SlotMachine<never, unknown>
  /** Where this step's effects go. */
  readonly effects: () => Effects
}

/** How far log and table were at a moment; of no use any more once one of them was cut or replaced. */
export interface LedgerMark {
  readonly logged: number
  readonly applied: number
  readonly cuts: number
}

export class Ledger {
  readonly slot: Slot
  readonly log: Log
  readonly table: Table
  readonly #effects: () => Effects
  #state: ReplicaState
  #commit: number
  /** How often the log was cut, or log and table replaced. */
  #cuts = 0
  /** When log time last moved, by this peer's monotonic clock. */
  #logTimeAtMs: number

  constructor({ slot, slots, store, machine, effects }: LedgerInit, atMs: number) {
    this.slot = slot
    this.#effects = effects
    this.#state = readState(store, slot, slots)
    // What is to be saved first is all there yet.
    const isGoing = this.#state.clearing && this.#state.abandoned === null
    this.log = new Log(slot, store, { isGoing })
    this.table = new Table(slot, store, machine)
    this.#commit = this.table.applied.sequence
    this.#logTimeAtMs = atMs
  }

  get state(): ReplicaState {
    return this.#state
  }

  get view(): View | null {
    return this.#state.view
  }

  /** This replica has promised the view after its own to somebody: it does nothing for its epoch any more. */
  get sealed(): boolean {
    return this.#state.promised !== null
  }

  get last(): EntryId {
    return this.log.last
  }

  /** The sequence up to which entries are known to be decided, and applied. */
  get commit(): number {
    return this.#commit
  }

  /** The newest view known to be decided. */
  get newest(): View | null {
    const { view, next } = this.#state
    return view === null || (next !== null && compareViews(view, next) < 0) ? next : view
  }

  has(id: EntryId): boolean {
    if (id.sequence > this.#commit) return this.log.has(id)
    // Committed entries are the same everywhere: where the log does not go back so far the place is enough.
    return !this.differs(id)
  }

  /** Another entry than `id` is committed here. Within one lineage that cannot be. */
  differs({ epoch, sequence }: EntryId): boolean {
    if (sequence > this.#commit) return false
    const { applied } = this.table
    const known = this.log.epochAt(sequence) ?? (sequence === applied.sequence ? applied.epoch : epoch)
    return known !== epoch
  }

  /** Decided entries after `id`, about so many bytes of them; without `id` none, but where they end. */
  committedAfter(id: EntryId | undefined, bytesMax: number): CommittedEntries {
    const { log, view } = this
    const end = { epoch: this.table.applied.epoch, sequence: this.#commit }
    if (id === undefined) return { kind: 'entries', entries: [], at: end }
    // What the installed view has no room for was never decided in its lineage.
    if (view !== null && view.epoch > id.epoch && view.base.sequence < id.sequence) return { kind: 'lost' }
    if (id.sequence > this.#commit) return { kind: 'entries', entries: [], at: id }
    if (log.epochAt(id.sequence) !== id.epoch) return { kind: 'lost' }
    const entries = id.sequence === this.#commit ? [] : log.after(id.sequence, bytesMax, this.#commit)
    return { kind: 'entries', entries, at: entries.at(-1) ?? id }
  }

  /** Log time at a moment. It goes on with this peer's monotonic clock from the last entry that it saw. */
  logTimeMs(atMs: number): number {
    return this.log.lastTimeMs + Math.floor(Math.max(0, atMs - this.#logTimeAtMs))
  }

  get holdsData(): boolean {
    return this.last.sequence > 0 || this.table.applied.sequence > 0
  }

  get mark(): LedgerMark {
    return { logged: this.last.sequence, applied: this.table.applied.sequence, cuts: this.#cuts }
  }

  /** What there was when `mark` was taken is on disk: memory need not hold it any more. */
  durable({ logged, applied, cuts }: LedgerMark): void {
    if (cuts !== this.#cuts) return
    this.log.durable(logged)
    this.table.durable(applied)
  }

  save(change: Partial<ReplicaState>): void {
    const before = this.#state
    const after = { ...before, ...change }
    assert(after.floor >= before.floor, `the floor of slot ${this.slot} would sink to ${after.floor}`)
    assert(
      after.promised === null ||
        before.promised === null ||
        before.view !== after.view ||
        compareBallots(before.promised, after.promised) <= 0,
      `a promise of slot ${this.slot} would be taken back`
    )
    assert(
      before.view === null || after.view === null || compareViews(before.view, after.view) <= 0,
      `the view of slot ${this.slot} would sink to epoch ${after.view?.epoch}`
    )
    this.#state = after
    this.#effects().persist([stateWrite(this.slot, after)])
  }

  /** Of the time that has passed since the last entry, the last `silentMs` are not counted: nobody led then. */
  skipLogTime(silentMs: number, atMs: number): void {
    this.#logTimeAtMs = Math.min(atMs, this.#logTimeAtMs + silentMs)
  }

  /** Entries of somebody else, whose time moved before. */
  append(entries: readonly Entry[], atMs: number): void {
    if (entries.length === 0) return
    this.#effects().persist(this.log.append(entries))
    this.#logTimeAtMs = atMs
  }

  /** An entry that was made here just now. What its whole milliseconds leave is counted by the next, or log time would stand still under load. */
  appendOwn(entry: Entry): void {
    this.#logTimeAtMs += entry.timeMs - this.log.lastTimeMs
    this.#effects().persist(this.log.append([entry]))
  }

  /**
   * Takes over `entries`, which follow `prev` in the log of somebody who may say so. What is here already stays; from
   * the first entry that differs on, this log's own are replaced, in the one write that puts the others there: a
   * crash never leaves less than was promised before. Returns the sequence up to which both logs agree, or undefined
   * when `prev` is not here, or entries that were committed here are others.
   */
  merge(prev: EntryId, entries: readonly Entry[], atMs: number): number | undefined {
    if (!this.has(prev) || entries.some(entry => this.differs(entry))) return undefined
    const fresh = entries.filter(({ sequence }) => sequence > this.#commit)
    const at = fresh.findIndex(entry => !this.log.has(entry))
    if (at !== -1) {
      this.truncate(fresh[at]!.sequence - 1)
      this.append(fresh.slice(at), atMs)
    }
    return Math.max(prev.sequence, entries.at(-1)?.sequence ?? 0)
  }

  /**
   * Entries that contradict what was committed here are of a lineage that an operator chose instead of the one here:
   * what is here is lost, as was accepted then. True if so.
   */
  abandonIfOther(prev: EntryId, entries: readonly EntryId[]): boolean {
    if (this.view !== null || ![prev, ...entries].some(id => this.differs(id))) return false
    this.#abandon()
    return true
  }

  /**
   * The same of what was committed here and is no part of what `view` goes on from: another entry in the place of its
   * base, or, in an epoch before it, one after its base, which is all that those epochs of its lineage ever decided.
   */
  abandonIfOutside({ base, epoch }: View): boolean {
    if (this.view !== null) return false
    const next = Math.max(base.sequence + 1, this.log.start.sequence)
    const isBeyond = this.#commit > base.sequence && this.log.epochAt(next)! < epoch
    if (!isBeyond && !this.differs(base)) return false
    this.#abandon()
    return true
  }

  /**
   * The same of a table that is offered: so many epochs lie between two of one lineage hardly ever, and between those of
   * two lineages always.
   */
  abandonIfFar({ epoch }: EntryId): boolean {
    const { pledge, floor } = this.#state
    const isPledged = pledge !== null && floor < pledge.instance
    if (this.view !== null || isPledged || !this.holdsData) return false
    if (epoch - this.table.applied.epoch < RECOVERY_EPOCHS) return false
    this.#abandon()
    return true
  }

  #abandon(): void {
    this.save({ handOff: false, clearing: true, abandoned: this.newest?.lineage.number ?? 0 })
    this.#effects().clear = true
  }

  truncate(sequence: number): void {
    assert(sequence >= this.#commit, `committed entries of slot ${this.slot} would be cut off at ${sequence}`)
    if (sequence >= this.last.sequence) return
    this.#cuts++
    this.#effects().persist(this.log.truncate(sequence))
  }

  /** Entries up to `sequence` are decided: applies those that are here. `rowAfter` may know rows already. */
  commitTo(sequence: number, rowAfter?: (entry: Entry) => Uint8Array | null | undefined): void {
    const to = Math.min(sequence, this.last.sequence)
    if (to <= this.#commit) return
    const rows: Write[] = []
    while (this.#commit < to) {
      // In pieces: a member that was away may have much to apply, and its memory has an end.
      for (const entry of this.log.after(this.#commit, APPLY_BYTES, to)) {
        rows.push(this.table.apply(entry, rowAfter?.(entry)))
        this.#commit = entry.sequence
      }
    }
    rows.push(this.table.appliedWrite())
    this.#effects().persistLater(rows)
  }

  /** Entries that the table has for certain, and nobody is likely to ask for, go. `isSending`: a table is on its way. */
  compact(isSending: boolean): void {
    const to = this.table.durableSequence - (isSending ? LOG_HELD_ENTRIES : LOG_RETAINED_ENTRIES)
    if (to - this.log.start.sequence < LOG_COMPACTED_ENTRIES) return
    this.#effects().persistLater(this.log.compact(Math.min(to, this.log.start.sequence + LOG_COMPACTED_MAX)))
  }

  /**
   * The table becomes that of a snapshot, which the caller puts on disk in the same write. The log goes on behind it
   * where it agrees with it, and begins anew otherwise: what it had then was never decided.
   */
  adopt(applied: Applied, atMs: number): void {
    assert(applied.sequence > this.#commit, `a snapshot of slot ${this.slot} is older than what is here`)
    this.#cuts++
    const goesOn = this.log.has(applied) && !sameId(this.last, applied)
    const writes = goesOn ? this.log.compact(applied.sequence) : this.log.reset(applied, applied.logTimeMs)
    this.table.replaced(applied)
    this.#effects().persist([...writes, this.table.appliedWrite()])
    this.#commit = applied.sequence
    this.#logTimeAtMs = atMs
  }

  /** What a recovery gave up is safe elsewhere, so that log and rows may go. */
  salvaged(): void {
    this.save({ abandoned: null })
  }

  /** Log and rows are gone from the disk. */
  cleared(): void {
    this.#cuts++
    this.log.reset(BEFORE_FIRST, 0)
    this.table.cleared()
    this.#commit = 0
    this.save({ clearing: false })
  }
}

const APPLY_BYTES = 1024 * 1024
