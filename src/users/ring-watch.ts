/**
 * The feed of all slots of the ring, in one stream: each slot is followed at its leader, or whoever answers for it, by
 * questions that wait for something to tell. What is told is committed, in the order of its slot, without gaps: where the
 * log does not go back so far a `reset` says so, and the users that there are follow.
 */

import type { Peer } from '../chord/ring-node.ts'
import { PAGE_USERS_MAX, WATCH_WAIT_MS } from '../constants.ts'
import type { EntryId } from '../replica/entry.ts'
import { keyOf } from '../ring/position.ts'
import { allSlots, type Slot, slotOf } from '../ring/slot.ts'
import { type Runtime, sleep } from '../runtime.ts'
import { type Change, type Place, passes, type WatchEvent, type WatchOptions } from './change.ts'
import type { ChangeSource, FollowedSlot, SlotChanges } from './change-source.ts'
import type { ListPage, ListQuery } from './listing.ts'
import type { Locator } from './locator.ts'
import type { Watch } from './many-users.ts'
import { sharedSignal } from './shared-signal.ts'
import { checkStatus, checkUserId } from './user.ts'
import type { UsersRpc } from './users-rpc.ts'
import { decodePlaces, encodePlaces } from './watch-cursor.ts'

/** Slots whose leader is not known, or did not answer, are looked for again after so long. */
const RETRY_MS = 250
/** What arrives within so long after something is told together: a slot that is written often is asked about less often. */
const GATHER_MS = 20
/** An answer is given so long beyond what was asked for. */
const GRACE_MS = 2_000
/** Events that wait to be taken; above it nobody is asked. */
const WAITING_MAX = 5_000
/** Slots whose users are read at once to be told: all of them are in memory until they are taken. */
const ANEW_AT_ONCE = 4
/** Slots without a place by then are told of with a reset when they are found. */
const BEGIN_MS = 3_000

export interface RingWatchInit {
  readonly self: Peer
  readonly ringId: string
  readonly slotCount: number
  readonly locator: Locator
  readonly source: Pick<ChangeSource, 'after'>
  readonly rpc: Pick<UsersRpc, 'follow'>
  /** A page of a slot from its leader. */
  readonly list: (query: ListQuery, signal: AbortSignal) => Promise<ListPage>
  readonly runtime: Runtime
  /** Aborts when this peer stops. */
  readonly stopping: AbortSignal
}

/** One slot that is followed. */
interface Followed {
  readonly slot: Slot
  place: Place
  /** Its users are to be told, as what happened since is not known; with a reset, unless nothing was told before. */
  anew: 'no' | 'reset' | 'begin'
}

export class RingWatch implements Watch {
  readonly #init: RingWatchInit
  readonly #filter: { readonly ids: ReadonlySet<string> | undefined; readonly status: WatchOptions['status'] }
  readonly #followed = new Map<Slot, Followed>()
  /** Slots that nobody is asked about at the moment. */
  readonly #idle = new Set<Followed>()
  readonly #asking = new Set<Peer>()
  readonly #batches: Change[][] = []
  #waiting = 0
  #readingAnew = 0
  #placed = 0
  readonly #signal: AbortSignal
  readonly #ended = new AbortController()
  #wake: () => void = () => {}

  /** @throws InvalidRequestError, InvalidUserError */
  constructor(init: RingWatchInit, { since = 'now', ids, status, signal }: WatchOptions) {
    this.#init = init
    const { slotCount, ringId, stopping } = init
    this.#signal = sharedSignal(signal, stopping, this.#ended.signal)
    this.#filter = {
      ids: ids === undefined ? undefined : new Set(ids.map(checkUserId)),
      status: status === undefined ? undefined : checkStatus(status)
    }
    const places = since === 'now' || since === '0' ? undefined : decodePlaces(since, ringId, slotCount)
    const slots = ids === undefined ? allSlots(slotCount) : ids.map(id => slotOf(keyOf(id), slotCount))
    for (const slot of new Set(slots)) {
      const place = places?.[slot]
      const anew = since === '0' ? 'begin' : places !== undefined && place === undefined ? 'reset' : 'no'
      const followed: Followed = { slot, place, anew }
      this.#followed.set(slot, followed)
      this.#idle.add(followed)
      if (place !== undefined || anew !== 'no') this.#placed++
    }
  }

  /** Resolves when every slot has a place, so that whatever is acknowledged from now on is told; or after a while. */
  async begin(): Promise<void> {
    const { runtime } = this.#init
    const untilMs = runtime.clock.monotonic() + BEGIN_MS
    this.#ask()
    while (this.#placed < this.#followed.size && runtime.clock.monotonic() < untilMs) {
      this.#signal.throwIfAborted()
      await this.#woken(untilMs - runtime.clock.monotonic())
    }
    for (const followed of this.#followed.values())
      if (followed.place === undefined && followed.anew === 'no') followed.anew = 'reset'
  }

  end(): void {
    this.#ended.abort()
  }

  /** Where somebody may go on who has been told everything so far. */
  get cursor(): string {
    const { ringId, slotCount } = this.#init
    return encodePlaces(ringId, slotCount, slot => {
      const followed = this.#followed.get(slot)
      return followed?.anew === 'no' ? followed.place : undefined
    })
  }

  /** Batches of events, the last of each with a cursor. Ends when its signal is aborted, or this peer stops. */
  async *events(): AsyncGenerator<readonly WatchEvent[]> {
    try {
      while (!this.#signal.aborted) {
        this.#ask()
        const batch = this.#batches.splice(0).flat()
        this.#waiting = 0
        if (batch.length === 0) {
          await this.#woken(RETRY_MS)
          continue
        }
        const last: WatchEvent = { ...batch.at(-1)!, cursor: this.cursor }
        yield [...batch.slice(0, -1), last]
      }
    } finally {
      this.#ended.abort()
    }
  }

  /** Asks every peer that is not being asked about the idle slots that it should know. */
  #ask(): void {
    if (this.#waiting >= WAITING_MAX || this.#signal.aborted) return
    const byPeer = new Map<Peer, Followed[]>()
    for (const followed of this.#idle) {
      if (followed.anew !== 'no') {
        if (this.#readingAnew >= ANEW_AT_ONCE) continue
        this.#idle.delete(followed)
        void this.#tellAnew(followed)
        continue
      }
      const view = this.#init.locator.known(followed.slot)
      if (view === undefined) {
        this.#idle.delete(followed)
        void this.#search(followed)
        continue
      }
      const peer = view.leader.peer
      if (!this.#asking.has(peer)) byPeer.set(peer, [...(byPeer.get(peer) ?? []), followed])
    }
    for (const [peer, some] of byPeer) {
      for (const followed of some) this.#idle.delete(followed)
      this.#asking.add(peer)
      void this.#askPeer(peer, some)
    }
  }

  async #askPeer(peer: Peer, some: readonly Followed[]): Promise<void> {
    const { self, source, rpc, runtime } = this.#init
    const asked: FollowedSlot[] = some.map(({ slot, place }) => ({ slot, after: place }))
    const options = { timeoutMs: WATCH_WAIT_MS + GRACE_MS, waitMs: WATCH_WAIT_MS, signal: this.#signal }
    const told = await (peer === self
      ? source.after(asked, WATCH_WAIT_MS)
      : rpc.follow(peer, asked, options)
    ).catch(() => undefined)
    if (this.#signal.aborted) return
    const lost = new Set<Followed>(told === undefined ? some : [])
    for (const each of told ?? []) if (!this.#take(each)) lost.add(this.#followed.get(each.slot)!)
    for (const followed of some) {
      if (lost.has(followed)) void this.#search(followed)
      else this.#idle.add(followed)
    }
    this.#wake()
    // What is written meanwhile is told with the next answer.
    await sleep(runtime.clock, GATHER_MS, this.#signal).catch(() => {})
    this.#asking.delete(peer)
    this.#wake()
  }

  /** False: somebody else is to be asked about the slot. */
  #take(told: SlotChanges): boolean {
    const followed = this.#followed.get(told.slot)
    if (followed === undefined) return true
    if (told.kind === 'elsewhere') return false
    if (told.kind === 'lost') {
      followed.anew = 'reset'
      return true
    }
    if (followed.place === undefined) this.#placed++
    followed.place = told.at
    this.#tell(told.changes)
    return true
  }

  #tell(changes: readonly Change[]): void {
    const passing = changes.filter(change => passes(change, this.#filter))
    if (passing.length === 0) return
    this.#batches.push(passing)
    this.#waiting += passing.length
  }

  async #search(followed: Followed): Promise<void> {
    const { locator, runtime } = this.#init
    await locator.search(followed.slot)
    await sleep(runtime.clock, RETRY_MS, this.#signal).catch(() => {})
    this.#idle.add(followed)
    this.#wake()
  }

  /** All users of a slot as its leader has them, and then what happened since the first page was read. */
  async #tellAnew(followed: Followed): Promise<void> {
    const { slot } = followed
    this.#readingAnew++
    try {
      const told: Change[] = followed.anew === 'reset' ? [{ type: 'reset', slot }] : []
      let at: EntryId | undefined
      let after: Uint8Array | undefined
      do {
        const page: ListPage = await this.#init.list({ slot, after, limit: PAGE_USERS_MAX }, this.#signal)
        at ??= page.at
        for (const user of page.users) {
          const { id, version } = user
          // What was written since the first page is told with what happened after it.
          if (numberOf(version) <= at.sequence) told.push({ type: 'put', slot, id, version, user })
        }
        after = page.next
      } while (after !== undefined)
      followed.place = at
      followed.anew = 'no'
      this.#tell(told)
    } catch {
      await sleep(this.#init.runtime.clock, RETRY_MS, this.#signal).catch(() => {}) // nobody leads it at the moment
    }
    this.#readingAnew--
    this.#idle.add(followed)
    this.#wake()
  }

  #woken(withinMs: number): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        timer.cancel()
        this.#signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = this.#init.runtime.clock.timer(Math.max(0, withinMs), end)
      this.#signal.addEventListener('abort', end)
      this.#wake = end
    })
  }
}

/** Of the entry that made the version. */
function numberOf(version: string): number {
  return Number(version.slice(version.indexOf('.') + 1))
}
