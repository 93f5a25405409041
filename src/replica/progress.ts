/** How far a leader has brought one other peer, member or learner: what that has on disk, and what is on its way. */
import type { Entry, EntryId } from './entry.ts'
import type { Ledger } from './ledger.ts'
import { APPENDS_IN_FLIGHT_MAX, ENTRIES_BYTES_MAX, RESEND_MS } from './timing.ts'
import type { Member } from './view.ts'

/** Entries to send next. */
export interface Portion {
  readonly prev: EntryId
  readonly entries: readonly Entry[]
}

export class Progress {
  readonly member: Member
  /** Everything up to here is on its disk; undefined until it has said so in this epoch. */
  #match: number | undefined
  /** The first entry that was not sent yet. */
  #next: number
  #inFlight = 0
  #sentMs = 0
  /** When it last answered anything. */
  heardMs: number
  /** The last heartbeat round that it confirmed. */
  confirmed = 0
  /** What it had on disk when a round was sent: what confirms that round must have it still. */
  #witness: { readonly round: number; readonly match: number } | undefined
  /** It has lost what it had on disk: nothing that it says counts any more. */
  #regressed = false
  /** It is being sent the table. */
  #snapshot: 'none' | 'wanted' | 'sending' = 'none'
  #snapshotMs = Number.NEGATIVE_INFINITY

  /** @param next the first entry that it may lack */
  constructor(member: Member, next: number, atMs: number) {
    this.member = member
    this.#next = Math.max(1, next)
    this.heardMs = atMs
  }

  get match(): number | undefined {
    return this.#match
  }

  get isRegressed(): boolean {
    return this.#regressed
  }

  /** A heartbeat is sent to it. */
  asked(round: number): void {
    if (this.#match !== undefined) this.#witness ??= { round, match: this.#match }
  }

  /** It confirmed a round, when its log ended at `last`. False: it has less than it once had on disk. */
  confirms(round: number, last: number, atMs: number): boolean {
    const witness = this.#witness
    if (witness !== undefined && round >= witness.round) {
      this.#witness = undefined
      this.#regressed = last < witness.match
    }
    if (this.#regressed) {
      this.#match = undefined
      this.confirmed = 0
      return false
    }
    this.heardMs = atMs
    this.confirmed = Math.max(this.confirmed, round)
    return true
  }

  /** It has everything up to `sequence`. */
  matched(sequence: number, atMs: number): void {
    if (this.#regressed) return
    this.heardMs = atMs
    this.#match = Math.max(this.#match ?? 0, sequence)
    this.#next = Math.max(this.#next, this.#match + 1)
    this.#inFlight = Math.max(0, this.#inFlight - 1)
    this.#sentMs = atMs
  }

  /** Its log ends at `sequence`, or may differ from ours behind it. */
  lacks(sequence: number, atMs: number): void {
    this.heardMs = atMs
    this.#next = Math.max(sequence, this.#match ?? 0) + 1
    this.#inFlight = 0
  }

  /** The next entries to send, if there are any and not too many are on their way. */
  portion({ log }: Ledger, atMs: number): Portion | undefined {
    if (
      this.#snapshot !== 'none' ||
      this.#inFlight >= APPENDS_IN_FLIGHT_MAX ||
      this.#next > log.last.sequence
    ) {
      return undefined
    }
    const prev = this.#next - 1
    if (prev < log.start.sequence) {
      if (atMs - this.#snapshotMs >= RESEND_MS) this.#snapshot = 'wanted'
      return undefined
    }
    const entries = log.after(prev, ENTRIES_BYTES_MAX)
    this.#inFlight++
    this.#sentMs = atMs
    this.#next = entries.at(-1)!.sequence + 1
    return { prev: { epoch: log.epochAt(prev)!, sequence: prev }, entries }
  }

  /** What was sent and not answered is to be sent again. */
  resend(atMs: number): void {
    if (this.#inFlight === 0 || atMs - this.#sentMs < RESEND_MS) return
    this.#inFlight = 0
    this.#next = Math.min(this.#next, (this.#match ?? this.#next - 1) + 1)
  }

  get isTakingSnapshot(): boolean {
    return this.#snapshot === 'sending'
  }

  /** True once for every time that it needs the table; `snapshotSent` ends it. */
  takeSnapshotWish(): boolean {
    if (this.#snapshot !== 'wanted') return false
    this.#snapshot = 'sending'
    return true
  }

  /** `sequence`: the table that it has now, undefined when it did not get it. */
  snapshotSent(sequence: number | undefined, atMs: number): void {
    this.#snapshot = 'none'
    this.#snapshotMs = atMs
    if (sequence === undefined) return
    this.heardMs = atMs
    this.#next = Math.max(this.#next, sequence + 1)
  }
}
