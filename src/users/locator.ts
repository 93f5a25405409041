/**
 * Where slots are. What it knows beyond this peer's own views are hints, kept in memory and replaced by whatever is
 * newer: a wrong one costs a redirect. Chord says whom to ask; it never says where a slot is.
 */
import type { Slots } from '../replica/slot-machine.ts'
import { compareViews, newerView, type View } from '../replica/view.ts'
import type { Slot } from '../ring/slot.ts'
import { Silences } from './silence.ts'
import { SlotSearch, type SlotSearchInit } from './slot-search.ts'

export interface LocatorInit extends Omit<SlotSearchInit, 'silences' | 'known' | 'hint'> {
  readonly slots: Pick<Slots<never, unknown>, 'known'>
}

export class Locator {
  readonly #slots: LocatorInit['slots']
  readonly #searchInit: SlotSearchInit
  readonly #hints = new Map<Slot, View>()
  /** Of slots that were ever looked for: at most one for each slot of the ring. */
  readonly #searches = new Map<Slot, SlotSearch>()

  constructor({ slots, ...init }: LocatorInit) {
    this.#slots = slots
    this.#searchInit = {
      ...init,
      silences: new Silences(init.clock),
      known: slot => this.known(slot),
      hint: view => this.hint(view)
    }
  }

  /** The newest view known here, whether it is still true or not. */
  known(slot: Slot): View | undefined {
    return newerView(this.#slots.known(slot), this.#hints.get(slot))
  }

  /** Somebody says that a slot is there. */
  hint(view: View): void {
    if (!isNewer(view, this.known(view.slot))) return
    this.#hints.set(view.slot, view)
    this.#searches.get(view.slot)?.told()
  }

  /**
   * Asks the peers that should know, and resolves with the newest view known then: at once when a newer one is told,
   * else after a round of questions. Undefined when nobody knows. Never rejects.
   */
  async search(slot: Slot): Promise<View | undefined> {
    await this.#searchOf(slot).round()
    return this.known(slot)
  }

  /** After a search: for how long fewer than a majority of the slot's members have answered; 0: not so. */
  lostForMs(slot: Slot): number {
    return this.#searches.get(slot)?.lostForMs ?? 0
  }

  #searchOf(slot: Slot): SlotSearch {
    const under = this.#searches.get(slot)
    if (under !== undefined) return under
    const search = new SlotSearch(slot, this.#searchInit)
    this.#searches.set(slot, search)
    return search
  }
}

export function isNewer(view: View | undefined, than: View | undefined): boolean {
  return view !== undefined && (than === undefined || compareViews(view, than) > 0)
}
