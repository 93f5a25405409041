/**
 * Follows slots from a place on, each at its leader or whoever answers for it, by questions that wait for something to
 * tell: one for all the slots of a peer, and beside it a short one for those that came since it was asked.
 */
import type { Peer } from '../chord/ring-node.ts'
import { WATCH_WAIT_MS } from '../constants.ts'
import type { Slot } from '../ring/slot.ts'
import { type Runtime, sleep } from '../runtime.ts'
import type { Place } from './change.ts'
import type { ChangeSource, FollowedSlot, SlotChanges } from './change-source.ts'
import type { Locator } from './locator.ts'
import type { UsersRpc } from './users-rpc.ts'

/** Slots whose leader is not known, or did not answer, are looked for again after so long. */
const RETRY_MS = 250
/** What arrives within so long after something is told together: a slot that is written often is asked about less often. */
const GATHER_MS = 20
/** Of the question beside the one that waits: what comes meanwhile waits for its turn no longer than this. */
const SHORT_WAIT_MS = 250
/** An answer is given so long beyond what was asked for. */
const GRACE_MS = 2_000

export type Heard = Exclude<SlotChanges, { kind: 'elsewhere' }>

export interface SlotFollowerInit {
  readonly self: Peer
  readonly locator: Pick<Locator, 'known' | 'search'>
  readonly source: Pick<ChangeSource, 'after'>
  readonly rpc: Pick<UsersRpc, 'follow'>
  readonly runtime: Runtime
  /** Ends it. */
  readonly signal: AbortSignal
  /** Of a followed slot, in its order. One that is `lost` is followed no more. */
  readonly heard: (told: Heard) => void
  /** Nobody is asked while it is so; whoever ends it calls `ask`. */
  readonly full: () => boolean
}

interface Followed {
  readonly slot: Slot
  place: Place
}

type Wait = 'long' | 'short'

export class SlotFollower {
  readonly #init: SlotFollowerInit
  readonly #followed = new Map<Slot, Followed>()
  /** Slots that nobody is asked about at the moment. */
  readonly #idle = new Set<Followed>()
  /** Questions under way, or just answered. */
  readonly #asking = new Map<Peer, Set<Wait>>()

  constructor(init: SlotFollowerInit) {
    this.#init = init
  }

  /** From after `place`; without one from where the slot is when it is asked about. Takes effect with `ask`. */
  follow(slot: Slot, place: Place): void {
    this.leave(slot)
    const followed: Followed = { slot, place }
    this.#followed.set(slot, followed)
    this.#idle.add(followed)
  }

  /** What is asked about it already is not heard any more. */
  leave(slot: Slot): void {
    const followed = this.#followed.get(slot)
    if (followed === undefined) return
    this.#followed.delete(slot)
    this.#idle.delete(followed)
  }

  ask(): void {
    const { full, signal, locator } = this.#init
    if (full() || signal.aborted) return
    const byPeer = new Map<Peer, Followed[]>()
    for (const followed of this.#idle) {
      const view = locator.known(followed.slot)
      if (view === undefined) {
        this.#idle.delete(followed)
        void this.#search(followed)
        continue
      }
      const { peer } = view.leader
      const some = byPeer.get(peer)
      if (some === undefined) byPeer.set(peer, [followed])
      else some.push(followed)
    }
    for (const [peer, some] of byPeer) {
      const asking = this.#asking.get(peer) ?? new Set()
      this.#asking.set(peer, asking)
      const wait: Wait = asking.has('long') ? 'short' : 'long'
      if (asking.has(wait)) continue
      for (const followed of some) this.#idle.delete(followed)
      asking.add(wait)
      void this.#question(peer, wait, some)
    }
  }

  async #question(peer: Peer, wait: Wait, some: readonly Followed[]): Promise<void> {
    const { self, source, rpc, runtime, signal } = this.#init
    const asked: FollowedSlot[] = some.map(({ slot, place }) => ({ slot, after: place }))
    const waitMs = wait === 'long' ? WATCH_WAIT_MS : SHORT_WAIT_MS
    const told = await (peer === self
      ? source.after(asked, waitMs, signal)
      : rpc.follow(peer, asked, { timeoutMs: waitMs + GRACE_MS, waitMs, signal })
    ).catch(() => undefined)
    if (signal.aborted) return
    const bySlot = new Map(some.map(followed => [followed.slot, followed]))
    const unanswered = new Set<Followed>(told === undefined ? some : [])
    for (const each of told ?? []) {
      const followed = bySlot.get(each.slot)
      if (followed === undefined || !this.#follows(followed)) continue
      if (each.kind === 'elsewhere') unanswered.add(followed)
      else this.#hear(followed, each)
    }
    for (const followed of some) {
      if (!this.#follows(followed)) continue
      if (unanswered.has(followed)) void this.#search(followed)
      else this.#idle.add(followed)
    }
    // What is written meanwhile is told with the next answer.
    await sleep(runtime.clock, GATHER_MS, signal).catch(() => {})
    this.#asking.get(peer)!.delete(wait)
    this.ask()
  }

  #hear(followed: Followed, told: Heard): void {
    if (told.kind === 'lost') this.leave(told.slot)
    else followed.place = told.at
    this.#init.heard(told)
  }

  /** Somebody else is to be asked about the slot. */
  async #search(followed: Followed): Promise<void> {
    const { locator, runtime, signal } = this.#init
    await locator.search(followed.slot)
    await sleep(runtime.clock, RETRY_MS, signal).catch(() => {})
    if (!this.#follows(followed)) return
    this.#idle.add(followed)
    this.ask()
  }

  /** It may have been left meanwhile, and followed anew from elsewhere. */
  #follows(followed: Followed): boolean {
    return this.#followed.get(followed.slot) === followed
  }
}
