/**
 * Finding out who leads one slot: asks the members of the newest view known here, then the peers that Chord names,
 * in rounds that all who wait for the slot share. It also knows for how long too few of the members have answered for
 * anybody to lead: then waiting is in vain, while a change of leader is only a matter of seconds.
 */
import type { RingFinder } from '../chord/ring-finder.ts'
import type { Peer, RingNode } from '../chord/ring-node.ts'
import { MAINTENANCE_TIMEOUT_MS } from '../constants.ts'
import { majority } from '../replica/quorum.ts'
import { compareViews, type View } from '../replica/view.ts'
import { type Slot, slotStart } from '../ring/slot.ts'
import type { Clock } from '../runtime.ts'
import type { Silences } from './silence.ts'
import type { UsersRpc } from './users-rpc.ts'

/** Who has not answered by then is not waited for any longer; its answer still counts when it comes. */
const ROUND_MS = 250
/** A round that ended so lately serves whoever comes now as well. */
const ROUND_PAUSE_MS = 100
/** Members know first; Chord is needed when all that is known of a slot is older than its last few views. */
const RING_PAUSE_MS = 1_000
/** The owner of a slot's position and a few of its successors know where the slot is: its leader tells them. */
const ASKED_PEERS_MAX = 4
/** Asked in vain only while a slot has no leader that answers, so it may be many. */
const FALLBACK_PEERS_MAX = 32

export interface SlotSearchInit {
  readonly self: Peer
  readonly slotCount: number
  readonly chord: Pick<RingFinder, 'lookup' | 'peers' | 'status'>
  readonly rpc: Pick<UsersRpc, 'whereIs'>
  readonly clock: Clock
  readonly silences: Silences
  readonly known: (slot: Slot) => View | undefined
  /** Takes what somebody says, and calls {@link SlotSearch.told} when that is news. */
  readonly hint: (view: View) => void
}

export class SlotSearch {
  readonly #slot: Slot
  readonly #init: SlotSearchInit
  readonly #asking = new Map<Peer, Promise<void>>()
  #round: Promise<void> | undefined
  #roundEndedAtMs = Number.NEGATIVE_INFINITY
  #ring: Promise<void> | undefined
  #ringAskedAtMs = Number.NEGATIVE_INFINITY
  /** When a round first ended without anybody who knows of the slot. */
  #unknownSinceMs: number | undefined
  #wake: () => void = () => {}

  constructor(slot: Slot, init: SlotSearchInit) {
    this.#slot = slot
    this.#init = init
  }

  /**
   * Resolves when a newer view has been told, or everybody has answered who can be waited for. Never rejects. Takes
   * ROUND_MS at most when a view is known, else as long as a lookup and its questions.
   */
  round(): Promise<void> {
    if (this.#round === undefined && this.#now - this.#roundEndedAtMs < ROUND_PAUSE_MS)
      return Promise.resolve()
    this.#round ??= this.#ask().finally(() => {
      this.#round = undefined
      this.#roundEndedAtMs = this.#now
    })
    return this.#round
  }

  /** A newer view is known, from wherever it came. */
  told(): void {
    this.#unknownSinceMs = undefined
    this.#wake()
  }

  /**
   * For how long fewer than a majority of the members have answered, or for how long nobody knew of the slot. Tells
   * something after a round only, which asks them all; 0: there is a majority, as far as one can see from here.
   */
  get lostForMs(): number {
    const { self, chord, silences, known } = this.#init
    const view = known(this.#slot)
    if (view === undefined) return this.#unknownSinceMs === undefined ? 0 : this.#now - this.#unknownSinceMs
    const silentMs = view.members.map(({ peer }) =>
      peer === self || chord.status(peer) === 'up' ? 0 : silences.ofMs(peer)
    )
    return silentMs.sort((a, b) => a - b)[majority(silentMs.length) - 1]!
  }

  get #now(): number {
    return this.#init.clock.monotonic()
  }

  async #ask(): Promise<void> {
    const { self, known } = this.#init
    const view = known(this.#slot)
    const told = new Promise<void>(resolve => {
      this.#wake = resolve
    })
    if (view === undefined) await Promise.race([told, this.#askRing()])
    else {
      const members = view.members.map(({ peer }) => peer).filter(peer => peer !== self)
      await this.#atMost(ROUND_MS, Promise.race([told, this.#askAll(members)]))
    }
    const now = known(this.#slot)
    if (view !== undefined && now !== undefined && compareViews(view, now) === 0) void this.#askRing()
    if (now === undefined) this.#unknownSinceMs ??= this.#now
  }

  /** Asks those that Chord says should know; never twice at once, nor within RING_PAUSE_MS. */
  #askRing(): Promise<void> {
    if (this.#ring === undefined && this.#now - this.#ringAskedAtMs < RING_PAUSE_MS) return Promise.resolve()
    this.#ringAskedAtMs = this.#now
    this.#ring ??= this.#followRing()
      .catch(() => {}) // the ring cannot be searched now; the next round asks again
      .finally(() => {
        this.#ring = undefined
      })
    return this.#ring
  }

  async #followRing(): Promise<void> {
    const { chord, self, slotCount, known } = this.#init
    const { successors } = await chord.lookup(slotStart(this.#slot, slotCount))
    const first = distinctPeers(successors, self).slice(0, ASKED_PEERS_MAX)
    await this.#askAll(first)
    if (known(this.#slot) !== undefined) return
    // The owner is new and the leader has not told it yet: whoever else is there may have been told before.
    const others = [...chord.peers()].filter(([peer, status]) => status === 'up' && !first.includes(peer))
    await this.#askAll(others.slice(0, FALLBACK_PEERS_MAX).map(([peer]) => peer))
  }

  async #askAll(peers: readonly Peer[]): Promise<void> {
    await Promise.all(peers.map(peer => this.#askPeer(peer)))
  }

  #askPeer(peer: Peer): Promise<void> {
    const under = this.#asking.get(peer)
    if (under !== undefined) return under
    const asked = this.#whereIs(peer).finally(() => this.#asking.delete(peer))
    this.#asking.set(peer, asked)
    return asked
  }

  async #whereIs(peer: Peer): Promise<void> {
    const { rpc, hint, silences } = this.#init
    silences.asked(peer)
    const views = await rpc
      .whereIs(peer, [this.#slot], { timeoutMs: MAINTENANCE_TIMEOUT_MS })
      .catch(() => undefined)
    if (views === undefined) return
    silences.answered(peer)
    for (const view of views) if (view.slot === this.#slot) hint(view)
  }

  #atMost(ms: number, work: Promise<void>): Promise<void> {
    return new Promise(resolve => {
      const timer = this.#init.clock.timer(ms, resolve)
      work.then(() => {
        timer.cancel()
        resolve()
      })
    })
  }
}

function distinctPeers(nodes: readonly RingNode[], except: Peer): Peer[] {
  return [...new Set(nodes.map(({ peer }) => peer))].filter(peer => peer !== except)
}
