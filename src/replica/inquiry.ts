/**
 * What a replica asks because nobody tells it: what came of a view that its word may have decided, and whether what it
 * has is for anything. That is dropped when a member says that this peer is none, and never before, as it may be all
 * that there is.
 */
import type { Slot } from '../ring/slot.ts'
import type { Random } from '../runtime.ts'
import type { Effects } from './effects.ts'
import type { Follower } from './follower.ts'
import type { Ledger } from './ledger.ts'
import { OUT_OF_TOUCH_MS, RESEND_MS, SUSPECT_MS, UNTAUGHT_MS, UNTAUGHT_PAUSE_MS } from './timing.ts'
import type { Incarnation, View } from './view.ts'

export interface InquiryInit {
  readonly self: Incarnation
  readonly random: Random
  readonly ledger: Ledger
  readonly follower: Pick<Follower, 'taughtMs'>
  /** Since the leader of its view was heard of. */
  readonly silenceMs: (atMs: number) => number
  readonly effects: () => Effects
  /** As in `ReplicaGroupInit`. */
  readonly whereIs: (slot: Slot) => View | undefined
}

export class Inquiry {
  readonly #init: InquiryInit
  /** When it answered a sync, or asked. */
  #saidMs = Number.NEGATIVE_INFINITY
  /** When somebody was there last from whom it could learn what became of its view. */
  #touchMs = Number.NEGATIVE_INFINITY
  #tickMs = Number.NEGATIVE_INFINITY
  /** Not the same for all slots of a peer that is cut off. */
  readonly #patienceMs: number

  constructor(init: InquiryInit) {
    this.#init = init
    this.#patienceMs = OUT_OF_TOUCH_MS + init.random.next() * UNTAUGHT_PAUSE_MS
  }

  /**
   * It has let itself be made a member and does not know what came of it. It must not go away before: a view of two
   * would be left with one.
   */
  get mayBeMember(): boolean {
    const { pledge, floor } = this.#init.ledger.state
    return pledge !== null && floor < pledge.instance
  }

  /** What it has belongs to no view that it knows, is promised to none (R7), and nobody has added to it for a while. */
  isLeftover(atMs: number): boolean {
    const { ledger, follower } = this.#init
    const { view, handOff, clearing } = ledger.state
    if (view !== null || handOff || clearing || this.mayBeMember) return false
    return ledger.holdsData && atMs - follower.taughtMs > UNTAUGHT_MS
  }

  /** It has just said that it has the base of a view that may be decided. */
  pledged(atMs: number): void {
    this.#saidMs = atMs
  }

  /**
   * An epoch to which its `synced` may have led is sealed by a majority, so some view is going to be decided; whoever is
   * no member of that is not told. `isFetching`: what is here is for a view that it is going to install.
   */
  tick(isFetching: boolean, atMs: number): void {
    const { ledger, self, whereIs, effects } = this.#init
    const isForgotten = this.#isOutOfTouch(isFetching, atMs) || (!isFetching && this.isLeftover(atMs))
    if (!isForgotten && !this.mayBeMember) return
    if (atMs - this.#saidMs < (isForgotten ? UNTAUGHT_PAUSE_MS : RESEND_MS)) return
    this.#saidMs = atMs
    const { slot, newest } = ledger
    const { pledge, floor, view } = ledger.state
    const later = view === null ? floor : newest!.epoch + 1
    const { instance, witnesses } =
      pledge === null || isForgotten ? { instance: later, witnesses: [] } : pledge
    // The witnesses may have left the ring since; whoever has the slot now knows as well.
    const present = whereIs(slot)?.members ?? []
    const asked = new Set([...witnesses, ...present].map(({ peer }) => peer))
    asked.delete(self.peer)
    const message = { type: 'need-view', slot, epoch: instance } as const
    for (const to of asked) effects().afterPersist.push({ to, message })
  }

  /**
   * Nobody leads its view, gives it what that view needs, or takes over from it, for so long that its other members may all have left the ring, and
   * others have the slot: none of them knows of this replica.
   */
  #isOutOfTouch(isFetching: boolean, atMs: number): boolean {
    const { ledger, silenceMs } = this.#init
    const { view, handOff } = ledger.state
    const isAlone = isFetching || handOff || (view !== null && silenceMs(atMs) > SUSPECT_MS)
    // After a pause of this process what others said is still to be read.
    if (!isAlone || atMs - this.#tickMs > SUSPECT_MS) this.#touchMs = atMs
    this.#tickMs = atMs
    return atMs - this.#touchMs > this.#patienceMs
  }
}
