/**
 * The feed of slots of the ring for one watcher. What it is told is committed, in the order of its slot, without gaps:
 * where the log does not go back so far a `reset` says so, and the users that there are follow. A slot that is up to date
 * is read from the feed that all watchers of the peer share; one that is not is followed apart until it is.
 */
import { PAGE_USERS_MAX } from '../constants.ts'
import { compareIds, type EntryId } from '../replica/entry.ts'
import { keyOf } from '../ring/position.ts'
import { allSlots, type Slot, slotOf } from '../ring/slot.ts'
import { sleep } from '../runtime.ts'
import { type Change, type Place, passes, sequenceIn, sequenceOf, type WatchOptions } from './change.ts'
import type { ListPage, ListQuery } from './listing.ts'
import type { Watch, WatchBatch } from './many-users.ts'
import type { FeedRecord, RingFeed } from './ring-feed.ts'
import { sharedSignal } from './shared-signal.ts'
import { type Heard, SlotFollower, type SlotFollowerInit } from './slot-follower.ts'
import { checkStatus, checkUserId } from './user.ts'
import { decodePlaces, encodePlaces } from './watch-cursor.ts'

/** Users of a slot are read again after so long when nobody led it. */
const RETRY_MS = 250
/** Events of slots apart that wait to be taken; above it nobody is asked. */
const WAITING_MAX = 5_000
/** Events of one batch, or a few more: all of it is in memory until it is taken. */
const BATCH_MAX = 1_000
/** Slots whose users are read at once to be told: all of them are in memory until they are taken. */
const ANEW_AT_ONCE = 4
/** Slots without a place by then are told of with a reset when they are found. */
const BEGIN_MS = 3_000
/** So long a watcher with places of its own waits for the shared feed to know where slots are. */
const MEET_MS = 250
/** A cursor that moves although nothing passes the filter is told so often, so that the log still goes back to it. */
const PROGRESS_MS = 15_000

export interface RingWatchInit
  extends Pick<SlotFollowerInit, 'self' | 'locator' | 'source' | 'rpc' | 'runtime'> {
  readonly ringId: string
  readonly slotCount: number
  readonly feed: RingFeed
  /** A page of a slot from its leader. */
  readonly list: (query: ListQuery, signal: AbortSignal) => Promise<ListPage>
  /** Aborts when this peer stops. */
  readonly stopping: AbortSignal
}

interface Watched {
  readonly slot: Slot
  /** All up to here was taken, or waits to be taken. */
  place: Place
  /** Its users are to be told, as what happened since is not known; with a reset, unless nothing was told before. */
  anew: 'no' | 'reset' | 'begin'
  /** `ahead`: read from the feed, which is not yet where this is. `apart`: not read from it. */
  how: 'shared' | 'ahead' | 'apart'
  /** Records of the feed from this number on are to be told. */
  from: number
}

export class RingWatch implements Watch {
  readonly #init: RingWatchInit
  readonly #filter: { readonly ids: ReadonlySet<string> | undefined; readonly status: WatchOptions['status'] }
  readonly #watched = new Map<Slot, Watched>()
  /** Those apart for which nothing is under way. */
  readonly #idle = new Set<Watched>()
  readonly #follower: SlotFollower
  /** What was heard apart. */
  readonly #heard: Change[] = []
  /** The number of the record of the feed to be read next. */
  #next = 0
  #readingAnew = 0
  /** A slot was told anew since the last cursor. */
  #toldAnew = false
  #cursor = ''
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
    const without = since === 'now' ? 'no' : since === '0' ? 'begin' : 'reset'
    const places = without !== 'reset' || since === 'reset' ? [] : decodePlaces(since, ringId, slotCount)
    const slots = ids === undefined ? allSlots(slotCount) : ids.map(id => slotOf(keyOf(id), slotCount))
    for (const slot of slots) {
      const place = places[slot]
      const anew = place === undefined ? without : 'no'
      this.#watched.set(slot, { slot, place, anew, how: 'apart', from: 0 })
    }
    this.#follower = new SlotFollower({
      ...init,
      signal: this.#signal,
      heard: told => this.#hear(told),
      full: () => this.#heard.length >= WAITING_MAX
    })
  }

  /** Resolves when every slot has a place, so that whatever is acknowledged from now on is told; or after a while. */
  async begin(): Promise<void> {
    const { runtime, feed } = this.#init
    this.#signal.throwIfAborted()
    const leave = feed.join(this.#watched.keys(), () => this.#wake())
    this.#signal.addEventListener('abort', leave)
    const all = [...this.#watched.values()]
    const waits = all.filter(({ anew }) => anew === 'no')
    const beganMs = runtime.clock.monotonic()
    const untilMs = beganMs + (waits.some(({ place }) => place === undefined) ? BEGIN_MS : MEET_MS)
    while (!waits.every(({ slot }) => feed.placeOf(slot) !== undefined)) {
      const leftMs = untilMs - runtime.clock.monotonic()
      if (leftMs <= 0) break
      await this.#woken(leftMs)
      this.#signal.throwIfAborted()
    }
    this.#next = feed.end
    for (const watched of all) {
      if (watched.place === undefined && watched.anew === 'no') {
        watched.place = feed.placeOf(watched.slot)
        if (watched.place === undefined) watched.anew = 'reset'
        else this.#share(watched, 'shared')
      }
      if (watched.how === 'apart') this.#idle.add(watched)
    }
    this.#cursor = this.#encode()
  }

  end(): void {
    this.#ended.abort()
  }

  get cursor(): string {
    return this.#cursor
  }

  async *batches(cursorEveryMs: number): AsyncGenerator<WatchBatch> {
    const { clock } = this.#init.runtime
    let given = this.#cursor
    let givenMs = Number.NEGATIVE_INFINITY
    let lookedMs = clock.monotonic()
    let owed = false
    try {
      while (!this.#signal.aborted) {
        const changes = this.#take()
        owed ||= changes.length > 0
        const nowMs = clock.monotonic()
        // A cursor from before a slot was told anew would have all of it told again, after a reset.
        const dueMs = this.#toldAnew ? nowMs : owed ? givenMs + cursorEveryMs : lookedMs + PROGRESS_MS
        let cursor: string | undefined
        if (nowMs >= dueMs) {
          const here = this.#encode()
          lookedMs = nowMs
          owed = this.#toldAnew = false
          if (here !== given) {
            cursor = given = here
            givenMs = nowMs
          }
        }
        if (changes.length > 0 || cursor !== undefined) yield { changes, cursor }
        else if (this.#heard.length === 0) await this.#woken(Math.max(dueMs - nowMs, 0))
      }
    } finally {
      this.#ended.abort()
    }
  }

  /** Everything that is there by now, or a batch of it. All of what was heard apart came before what the feed has of its slot. */
  #take(): Change[] {
    const { feed } = this.#init
    if (this.#next < feed.first) this.#fallOff()
    const taken = this.#heard.splice(0)
    for (; this.#next < feed.end && taken.length < BATCH_MAX; this.#next++)
      this.#read(feed.record(this.#next), taken)
    for (const watched of this.#idle) this.#catchUp(watched)
    this.#follower.ask()
    return taken
  }

  #read(record: FeedRecord, taken: Change[]): void {
    const watched = this.#watched.get(record.slot)
    if (watched === undefined || watched.how === 'apart' || this.#next < watched.from) return
    const { at, changes } = record
    const { place, how } = watched
    if (changes === undefined || (how === 'ahead' && place!.epoch !== at.epoch)) {
      this.#part(watched)
      return
    }
    if (how === 'ahead' && compareIds(at, place!) < 0) return
    for (const change of changes)
      if (passes(change, this.#filter) && (how === 'shared' || sequenceOf(change) > place!.sequence))
        taken.push(change)
    watched.place = at
    watched.how = 'shared'
  }

  /** It was too slow, and the feed has not kept what comes next. */
  #fallOff(): void {
    this.#next = this.#init.feed.end
    for (const watched of this.#watched.values()) if (watched.how !== 'apart') this.#part(watched)
  }

  #part(watched: Watched): void {
    watched.how = 'apart'
    this.#idle.add(watched)
  }

  #share(watched: Watched, how: 'shared' | 'ahead'): void {
    watched.how = how
    watched.from = this.#init.feed.end
  }

  #catchUp(watched: Watched): void {
    const { slot, place, anew } = watched
    if (anew !== 'no') {
      if (this.#readingAnew >= ANEW_AT_ONCE) return
      this.#idle.delete(watched)
      void this.#readAnew(watched)
      return
    }
    this.#idle.delete(watched)
    if (!this.#meet(watched)) this.#follower.follow(slot, place)
  }

  /** Goes on with the shared feed, if that has all there is after the watcher's place. */
  #meet(watched: Watched): boolean {
    const { feed } = this.#init
    const kept = feed.after(watched.slot, watched.place!)
    if (kept === undefined) return false
    if (kept === 'ahead') this.#share(watched, 'ahead')
    else {
      this.#tell(kept)
      watched.place = feed.placeOf(watched.slot)
      this.#share(watched, 'shared')
    }
    return true
  }

  #hear(told: Heard): void {
    const watched = this.#watched.get(told.slot)!
    if (told.kind === 'lost') {
      watched.anew = 'reset'
      this.#idle.add(watched)
    } else {
      this.#tell(told.changes)
      watched.place = told.at
      if (this.#meet(watched)) this.#follower.leave(told.slot)
    }
    this.#wake()
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) if (passes(change, this.#filter)) this.#heard.push(change)
  }

  /** All users of a slot as its leader has them, and then what happened since the first page was read. */
  async #readAnew(watched: Watched): Promise<void> {
    const { slot } = watched
    this.#readingAnew++
    try {
      const told: Change[] = watched.anew === 'reset' ? [{ type: 'reset', slot }] : []
      let at: EntryId | undefined
      let after: Uint8Array | undefined
      do {
        const page: ListPage = await this.#init.list({ slot, after, limit: PAGE_USERS_MAX }, this.#signal)
        at ??= page.at
        for (const user of page.users) {
          const { id, version } = user
          // What was written since the first page is told with what happened after it.
          if (sequenceIn(version) <= at.sequence) told.push({ type: 'put', slot, id, version, user })
        }
        after = page.next
      } while (after !== undefined)
      watched.place = at
      watched.anew = 'no'
      this.#toldAnew = true
      this.#tell(told)
    } catch {
      await sleep(this.#init.runtime.clock, RETRY_MS, this.#signal).catch(() => {}) // nobody leads it at the moment
    }
    this.#readingAnew--
    this.#idle.add(watched)
    this.#wake()
  }

  /** Where somebody may go on who has been told all that was taken. */
  #encode(): string {
    const { ringId, slotCount, feed } = this.#init
    const read = this.#next === feed.end
    return encodePlaces(ringId, slotCount, slot => {
      const watched = this.#watched.get(slot)
      if (watched === undefined || watched.anew !== 'no') return undefined
      // The feed goes on through what changes no user, and keeps no record of it.
      return read && watched.how === 'shared' ? feed.placeOf(slot) : watched.place
    })
  }

  #woken(withinMs: number): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        timer.cancel()
        this.#signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = this.#init.runtime.clock.timer(withinMs, end)
      this.#signal.addEventListener('abort', end)
      this.#wake = end
    })
  }
}
