/**
 * The seam between a slot and what lives in it. A slot orders commands, makes them durable and knows who may
 * answer; what a command does to a row is the machine's business. The one-holder slots of today and replicated
 * ones stand behind the same {@link Slots}.
 */
import type { Slot } from '../ring/slot.ts'
import type { View } from './view.ts'

export interface EvaluationContext {
  /** The version that the row gets if this command writes it: never used before and never again. */
  readonly version: string
  /** The answering peer's wall clock. */
  readonly nowMs: number
}

export interface Evaluation<Outcome> {
  readonly outcome: Outcome
  /** The row from now on, null to remove it; left out when the command changes nothing. */
  readonly row?: Uint8Array | null
}

export interface SlotMachine<Command, Outcome> {
  /**
   * What `command` does to `row` (undefined: there is none). Pure: same arguments, same result.
   * May throw a typed error to refuse the command; then nothing was executed.
   */
  evaluate(row: Uint8Array | undefined, command: Command, context: EvaluationContext): Evaluation<Outcome>
  /** Whether the command can change nothing. */
  isRead(command: Command): boolean
  /** The row's key in the slot. */
  keyOf(slot: Slot, command: Command): Uint8Array
  /** False for rows that only remember what was (a deleted user's outcomes): they are not counted. */
  isLive(row: Uint8Array): boolean
  /** Whether a row that is not live may be forgotten by now. */
  isForgettable(row: Uint8Array, nowMs: number): boolean
}

export type Execution<Outcome> =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  /** This peer does not answer for the slot; nothing was executed. The newest view it knows. */
  | { readonly kind: 'elsewhere'; readonly view: View | undefined }

/** All slots of this peer. */
export interface Slots<Command, Outcome> {
  /**
   * Executes `command` if this peer answers for `slot`. What it answers is durable, and linearizable: it reflects
   * every command answered before this one arrived.
   * @throws BusyError, UnavailableError certainly nothing was executed
   * @throws OutcomeUnknownError the disk failed in the middle
   */
  execute(slot: Slot, command: Command): Promise<Execution<Outcome>>
  /** The views installed here. */
  installed(): readonly View[]
  /** The newest view of a slot that this peer knows for certain: installed here, or the one that followed. */
  known(slot: Slot): View | undefined
}
