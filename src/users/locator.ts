/**
 * Finds out where a slot is. What it knows are hints, kept in memory and replaced by whatever is newer: a wrong one
 * costs a redirect. Chord says whom to ask; it never says where a slot is.
 */
import type { Chord } from '../chord/chord.ts'
import type { Peer, RingNode } from '../chord/ring-node.ts'
import { MAINTENANCE_TIMEOUT_MS } from '../constants.ts'
import type { Slots } from '../replica/slot-machine.ts'
import { newerView, type View } from '../replica/view.ts'
import { type Slot, slotStart } from '../ring/slot.ts'
import type { UsersRpc } from './users-rpc.ts'

/** The owner of a slot's position and a few of its successors know where the slot is: holders tell them. */
const ASKED_PEERS_MAX = 4
/** Asked in vain only while a slot has no holder that answers, so it may be many. */
const FALLBACK_PEERS_MAX = 32

export interface LocatorInit {
  readonly self: Peer
  readonly slotCount: number
  readonly chord: Pick<Chord, 'lookup' | 'peers'>
  readonly slots: Slots<never, unknown>
  readonly rpc: UsersRpc
}

export class Locator {
  readonly #init: LocatorInit
  readonly #hints = new Map<Slot, View>()
  /** One search for a slot serves all who wait for it. */
  readonly #searches = new Map<Slot, Promise<View | undefined>>()

  constructor(init: LocatorInit) {
    this.#init = init
  }

  /** The newest view known here, whether it is still true or not. */
  known(slot: Slot): View | undefined {
    return newerView(this.#init.slots.known(slot), this.#hints.get(slot))
  }

  /** Somebody says that a slot is there. */
  hint(view: View): void {
    if (newerView(this.known(view.slot), view) === view) this.#hints.set(view.slot, view)
  }

  /**
   * Asks the peers that should know, and resolves with the newest view known then; undefined when nobody knows.
   * @throws UnavailableError the ring cannot be searched now
   */
  search(slot: Slot): Promise<View | undefined> {
    const under = this.#searches.get(slot)
    if (under !== undefined) return under
    const search = this.#search(slot).finally(() => this.#searches.delete(slot))
    this.#searches.set(slot, search)
    return search
  }

  async #search(slot: Slot): Promise<View | undefined> {
    const { chord, self, slotCount } = this.#init
    const { successors } = await chord.lookup(slotStart(slot, slotCount))
    const first = distinctPeers(successors, self).slice(0, ASKED_PEERS_MAX)
    await this.#ask(slot, first)
    if (this.known(slot) === undefined) {
      // The owner is new and the holder has not told it yet: whoever else is there may have been told before.
      const others = [...chord.peers()].filter(([peer, status]) => status === 'up' && !first.includes(peer))
      await this.#ask(
        slot,
        others.slice(0, FALLBACK_PEERS_MAX).map(([peer]) => peer)
      )
    }
    return this.known(slot)
  }

  async #ask(slot: Slot, peers: readonly Peer[]): Promise<void> {
    const { rpc } = this.#init
    const answers = await Promise.all(
      peers.map(peer => rpc.whereIs(peer, [slot], { timeoutMs: MAINTENANCE_TIMEOUT_MS }))
    )
    for (const view of answers.flatMap(views => views ?? [])) if (view.slot === slot) this.hint(view)
  }
}

function distinctPeers(nodes: readonly RingNode[], except: Peer): Peer[] {
  return [...new Set(nodes.map(({ peer }) => peer))].filter(peer => peer !== except)
}
