/**
 * A member's part in deciding the view that follows its own. Rules: it votes only about the successor of the view that
 * it has installed (R2); a promise seals the epoch here for ever (R3); below its floor everything is refused (R4).
 */
import { compareBallots } from './ballot.ts'
import type { Effects } from './effects.ts'
import { compareIds, type EntryId } from './entry.ts'
import type { Ledger } from './ledger.ts'
import type { Accept, Prepare, PreSeal, ReplicaMessage } from './message.ts'
import { ENTRIES_BYTES_MAX } from './timing.ts'
import { isMember, type Member } from './view.ts'

export class Voter {
  readonly #ledger: Ledger
  readonly #effects: () => Effects

  constructor(ledger: Ledger, effects: () => Effects) {
    this.#ledger = ledger
    this.#effects = effects
  }

  /**
   * Whether this replica has the view of `epoch` installed, and `from` is one of its members. If not, whoever is
   * behind is told: silence would leave both waiting.
   */
  isPresent(from: Member, epoch: number): boolean {
    const { view, state, newest, slot } = this.#ledger
    if (view?.epoch === epoch) return isMember(view, from)
    if (epoch >= state.floor && (view === null || epoch > view.epoch)) {
      this.answer(from, { type: 'need-view', slot, epoch })
    } else if (newest !== null) {
      this.answer(from, { type: 'stale', slot, view: newest })
    }
    return false
  }

  /** `gone`: the leader seems gone from here. */
  preSeal(from: Member, { slot, epoch, ballot }: PreSeal, gone: boolean): void {
    if (!this.isPresent(from, epoch)) return
    if (gone || this.#ledger.sealed) this.answer(from, { type: 'pre-sealed', slot, epoch, ballot })
  }

  /** True if it promised. */
  prepare(from: Member, { slot, instance, ballot, last }: Prepare): boolean {
    if (!this.isPresent(from, instance - 1)) return false
    const { promised, accepted } = this.#ledger.state
    if (promised !== null && compareBallots(ballot, promised) < 0) {
      this.answer(from, { type: 'nack', slot, instance, ballot, promised })
      return false
    }
    this.#ledger.save({ promised: ballot })
    const tail = this.#tailAfter(last)
    this.answer(from, { type: 'promised', slot, instance, ballot, accepted, last: this.#ledger.last, tail })
    return true
  }

  accept(from: Member, { slot, instance, ballot, view }: Accept): boolean {
    if (!this.isPresent(from, instance - 1)) return false
    const { promised } = this.#ledger.state
    if (promised !== null && compareBallots(ballot, promised) < 0) {
      this.answer(from, { type: 'nack', slot, instance, ballot, promised })
      return false
    }
    this.#ledger.save({ promised: ballot, accepted: { ballot, view } })
    this.answer(from, { type: 'accepted', slot, instance, ballot })
    return true
  }

  answer(to: Member, message: ReplicaMessage): void {
    this.#effects().afterPersist.push({ to: to.peer, message })
  }

  /** A proposer whose log ends there has all that is here, or gets it with a promise. It can finish, then. */
  canContinue(last: EntryId): boolean {
    const { log } = this.#ledger
    return compareIds(last, log.last) >= 0 || last.sequence >= log.start.sequence
  }

  /** Both logs are the leader's as far as they go, so the longer one continues the other. */
  #tailAfter(last: EntryId) {
    const { log } = this.#ledger
    const lacking = compareIds(last, log.last) < 0 && this.canContinue(last)
    return lacking ? log.after(last.sequence, ENTRIES_BYTES_MAX) : []
  }
}
