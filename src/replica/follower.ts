/** A member that takes what the leader of its view sends, and a peer that is to become one. */
import { assert } from '../errors.ts'
import type { Ledger } from './ledger.ts'
import type { Append, Heartbeat, Learn } from './message.ts'
import { RESEND_MS } from './timing.ts'
import { type Incarnation, sameIncarnation } from './view.ts'
import type { Voter } from './voter.ts'

export class Follower {
  readonly #ledger: Ledger
  readonly #voter: Voter
  /** When entries last came. */
  #appendedMs = Number.NEGATIVE_INFINITY
  /** When a leader last taught it anything, or this start began. */
  #taughtMs: number

  constructor(ledger: Ledger, voter: Voter, atMs: number) {
    this.#ledger = ledger
    this.#voter = voter
    this.#taughtMs = atMs
  }

  get taughtMs(): number {
    return this.#taughtMs
  }

  /** True if it came from the leader that this replica follows. */
  append(from: Incarnation, { slot, epoch, prev, entries, commit }: Append, atMs: number): boolean {
    if (!this.#follows(from, epoch)) return false
    const ledger = this.#ledger
    const { sequence: before } = ledger.last
    this.#appendedMs = atMs
    const sequence = ledger.merge(prev, entries, atMs)
    if (sequence === undefined) {
      this.#voter.answer(from, { type: 'gap', slot, epoch, sequence: before })
      return true
    }
    assert(ledger.last.sequence >= before, `an epoch of slot ${slot} has two logs`)
    ledger.commitTo(Math.min(commit, sequence))
    this.#voter.answer(from, { type: 'appended', slot, epoch, sequence })
    return true
  }

  heartbeat(from: Incarnation, { slot, epoch, round, commit, last }: Heartbeat, atMs: number): boolean {
    if (!this.#follows(from, epoch)) return false
    const { sequence } = this.#ledger.last
    this.#ledger.commitTo(Math.min(commit, sequence))
    this.#voter.answer(from, { type: 'confirm', slot, epoch, round, last: sequence })
    // What was sent just before may still be on its way; what is missing for longer was lost.
    if (sequence < last && atMs - this.#appendedMs > RESEND_MS)
      this.#voter.answer(from, { type: 'gap', slot, epoch, sequence })
    return true
  }

  /**
   * Takes entries ahead of becoming a member. They count for nothing; but the epoch is known to be decided by them, so
   * that nothing older may touch what is learned, and no former view has to be handed off.
   */
  learn(from: Incarnation, { slot, epoch, prev, entries, commit }: Learn, atMs: number): void {
    this.#taughtMs = atMs
    const ledger = this.#ledger
    const { floor, view, next, clearing, handOff } = ledger.state
    if (clearing) return
    // Still a member of an older view: it is told of the newer one first.
    if (view !== null || epoch < floor) {
      this.#voter.isPresent(from, epoch)
      return
    }
    // The leader alone may have installed the view that this one hands off to; of a later one a majority has.
    if (handOff && epoch === next?.epoch) return
    if (epoch > floor || handOff) ledger.save({ floor: epoch, handOff: false })
    if (ledger.abandonIfOther(prev, entries)) return
    const sequence = ledger.merge(prev, entries, atMs)
    if (sequence === undefined) {
      this.#voter.answer(from, { type: 'gap', slot, epoch, sequence: ledger.commit })
      return
    }
    ledger.commitTo(Math.min(commit, sequence))
    this.#voter.answer(from, { type: 'learned', slot, epoch, sequence })
  }

  /** Leader traffic counts from the leader's incarnation only (R5), and not after the seal (R3). */
  #follows(from: Incarnation, epoch: number): boolean {
    if (!this.#voter.isPresent(from, epoch)) return false
    const { view, sealed } = this.#ledger
    return sameIncarnation(view!.leader, from) && !sealed
  }
}
