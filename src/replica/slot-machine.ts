/**
 * The seam between a slot and what lives in it. A slot orders commands, makes them durable and knows who may answer;
 * what a command does to a row is the machine's business. Everything here is pure, and `apply` is the same on every
 * replica: it sees the row, the entry, and nothing else.
 */
import type { Slot } from '../ring/slot.ts'
import type { Applied } from './applied.ts'
import type { Entry, EntryId } from './entry.ts'
import type { View } from './view.ts'

export interface EvaluationContext {
  /** The version that the row gets if this command writes it, `epoch.sequence`: never used before and never again. */
  readonly version: string
  /** The leader's wall clock. */
  readonly nowMs: number
  /** Log time (see `entry.ts`) of the entry that the command would make. */
  readonly logTimeMs: number
}

export interface ApplyContext {
  readonly version: string
  readonly logTimeMs: number
}

export interface Evaluation<Outcome> {
  readonly outcome: Outcome
  /**
   * What must be in the log for `outcome` to be true; never empty. Left out when nothing has to be: of reads, and of
   * conditions that do not hold now and never will again.
   */
  readonly payload?: Uint8Array
}

export interface SlotMachine<Command, Outcome> {
  /**
   * What `command` would do to `row` (undefined: there is none).
   * May throw a typed error to refuse the command; then nothing was executed.
   */
  evaluate(row: Uint8Array | undefined, command: Command, context: EvaluationContext): Evaluation<Outcome>
  /** The row after an entry; null when there is none then. */
  apply(row: Uint8Array | undefined, payload: Uint8Array, context: ApplyContext): Uint8Array | null
  /** Whether an entry may have that payload: others are refused when they come from another peer. Quick, as it is asked of each. */
  isPayload(payload: Uint8Array): boolean
  /** Whether the command can change nothing. */
  isRead(command: Command): boolean
  /** The row's key in the slot. */
  keyOf(slot: Slot, command: Command): Uint8Array
  /** False for rows that only remember what was (a deleted user's outcomes): they are not counted. */
  isLive(row: Uint8Array): boolean
  /** Log time from which on something becomes of the row although nobody asks for it; undefined: nothing will. */
  dueMs(row: Uint8Array): number | undefined
  /** What that is, as a payload: empty for a row that is forgotten. Undefined: it is not due any more. */
  elapse(row: Uint8Array, context: EvaluationContext): Uint8Array | undefined
}

/** A read of many rows, all as they are at one moment. */
export interface Scan<T> {
  /** Rows after this key only. */
  readonly after?: Uint8Array | undefined
  /** `rows` in key order, to be read before it returns. */
  readonly read: (rows: Iterable<Row>, applied: Applied) => T
}

export type Row = readonly [key: Uint8Array, value: Uint8Array]

/** Entries of a slot that are decided, as a member of it has them. */
export type CommittedEntries =
  | {
      readonly kind: 'entries'
      readonly entries: readonly Entry[]
      /** The last of them; without any, the one that they were to follow. */
      readonly at: EntryId
    }
  /** The log does not go back so far, or the entry is none of its past. */
  | { readonly kind: 'lost' }

export type Execution<Outcome> =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  /** This peer does not answer for the slot; nothing was executed by this call. The newest view it knows. */
  | { readonly kind: 'elsewhere'; readonly view: View | undefined }

/** What a replica answers without asking the others. */
export interface StaleRead<Outcome> {
  readonly outcome: Outcome
  /** Since its leader was last heard of, ms; 0 at the leader, infinite when none was heard of since this peer started. */
  readonly ageMs: number
}

/** All slots of this peer. */
export interface Slots<Command, Outcome> {
  /**
   * Executes `command` if this peer leads the slot. What it answers is on disk at a majority of the slot's members,
   * and linearizable: it reflects every command answered before this one arrived.
   * @throws BusyError, UnavailableError certainly nothing was executed
   * @throws OutcomeUnknownError it may have been executed, or may yet be
   */
  execute(slot: Slot, command: Command): Promise<Execution<Outcome>>
  /**
   * What `scan` finds in the slot's table, if this peer leads it; as linearizable as what `execute` answers.
   * @throws BusyError, UnavailableError
   */
  scan<T>(slot: Slot, scan: Scan<T>): Promise<Execution<T>>
  /** The answer to a read from this replica's own table, as old as that is; undefined when it has none. */
  readStale(slot: Slot, command: Command): StaleRead<Outcome> | undefined
  /** The views installed here. */
  installed(): readonly View[]
  /** The newest view of a slot that this peer knows for certain: installed here, or known to be decided. */
  known(slot: Slot): View | undefined
}
