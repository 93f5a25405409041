/**
 * The feed of slots of the ring for one watcher. What it is told is committed, in the order of its slot, without gaps:
 * where the log does not go back so far a `reset` says so, and the users that there are follow. A slot that is up to date
 * is read from the feed that all watchers of the peer share; one that is not is followed apart until it is.
 */
import { PAGE_USERS_MAX } from '../constants.ts'
import { compareIds, type EntryId } from '../replica/entry.ts'
import { keyOf } from '../ring/position.ts'
import { allSlots, type Slot, slotOf } from '../ring/slot.ts'
import { raceSignal, sleep } from '../runtime.ts'
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
/** Events of one batch from the feed, and as many heard apart, or a few more: all of it becomes one string. */
const BATCH_MAX = 1_000
/** Slots whose users are read at once to be told. Of each a page is in memory that waits to be taken, and the next. */
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
  /** All up to here was taken: what a cursor may say. */
  taken: Place
  /** So often something of it that was heard apart waits to be taken. */
  waiting: number
  /** Its users are to be told, as what happened since is not known; with a reset, unless nothing was told before. */
  anew: 'no' | 'reset' | 'begin'
  /** `ahead`: read from the feed, which is not yet where this is. `apart`: not read from it. */
  how: 'shared' | 'ahead' | 'apart'
  /** Records of the feed from this number on are to be told. */
  from: number
}

/** Or what is to be done when all before it was taken. */
type Waiting = Change | (() => void)

export class RingWatch implements Watch {
  readonly #init: RingWatchInit
  readonly #filter: { readonly ids: ReadonlySet<string> | undefined; readonly status: WatchOptions['status'] }
  readonly #watched = new Map<Slot, Watched>()
  /** Those apart for which nothing is under way. */
  readonly #idle = new Set<Watched>()
  readonly #follower: SlotFollower
  /** What was heard apart. */
  readonly #heard: Waiting[] = []
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
      this.#watched.set(slot, { slot, place, taken: place, waiting: 0, anew, how: 'apart', from: 0 })
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
        watched.place = watched.taken = feed.placeOf(watched.slot)
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

  /** A batch of what is there by now. All of what was heard apart came before what the feed has of its slot. */
  #take(): Change[] {
    const { feed } = this.#init
    if (this.#next < feed.first) this.#fallOff()
    const taken = this.#takeHeard()
    // However much was heard apart: whoever did not read the feed meanwhile would fall off it.
    const enough = taken.length + BATCH_MAX
    while (this.#next < feed.end && taken.length < enough) {
      if (!this.#read(feed.record(this.#next), taken)) break
      this.#next++
    }
    for (const watched of this.#idle) this.#catchUp(watched)
    this.#follower.ask()
    return taken
  }

  #takeHeard(): Change[] {
    const taken: Change[] = []
    let count = 0
    for (const next of this.#heard) {
      if (typeof next === 'function') next()
      else if (taken.length < BATCH_MAX) taken.push(next)
      else break
      count++
    }
    this.#heard.splice(0, count)
    return taken
  }

  /** False: what was heard apart of its slot is to be taken before it. */
  #read(record: FeedRecord, taken: Change[]): boolean {
    const watched = this.#watched.get(record.slot)
    if (watched === undefined || watched.how === 'apart' || this.#next < watched.from) return true
    if (watched.waiting > 0) return false
    const { at, changes } = record
    const { place, how } = watched
    if (changes === undefined || (how === 'ahead' && place!.epoch !== at.epoch)) {
      this.#part(watched)
      return true
    }
    if (how === 'ahead' && compareIds(at, place!) < 0) return true
    for (const change of changes)
      if (passes(change, this.#filter) && (how === 'shared' || sequenceOf(change) > place!.sequence))
        taken.push(change)
    watched.place = watched.taken = at
    watched.how = 'shared'
    return true
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
      this.#tell(watched, kept, feed.placeOf(watched.slot))
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
      this.#tell(watched, told.changes, told.at)
      if (this.#meet(watched)) this.#follower.leave(told.slot)
    }
    this.#wake()
  }

  /** All that there is up to `at`. */
  #tell(watched: Watched, changes: readonly Change[], at: Place): void {
    this.#push(changes)
    watched.place = at
    this.#whenTaken(watched, () => {
      watched.taken = at
    })
  }

  #push(changes: readonly Change[]): void {
    for (const change of changes) if (passes(change, this.#filter)) this.#heard.push(change)
  }

  /** Does it when all that was heard until now is taken. */
  #whenTaken(watched: Watched, work: () => void): void {
    if (this.#heard.length === 0) {
      work()
      return
    }
    watched.waiting++
    this.#heard.push(() => {
      watched.waiting--
      work()
    })
  }

  /**
   * All users of a slot as its leader has them, and then what happened since the first page was read. However many they
   * are, no page is told before the last one is taken.
   */
  async #readAnew(watched: Watched): Promise<void> {
    const { slot } = watched
    this.#readingAnew++
    try {
      let at: EntryId | undefined
      let after: Uint8Array | undefined
      let taken = Promise.resolve()
      do {
        const page: ListPage = await this.#init.list({ slot, after, limit: PAGE_USERS_MAX }, this.#signal)
        await raceSignal(taken, this.#signal)
        if (at === undefined) this.#beginAnew(watched)
        at ??= page.at
        taken = this.#tellPage(watched, page, at)
        after = page.next
      } while (after !== undefined)
      watched.place = at
      watched.anew = 'no'
      this.#whenTaken(watched, () => {
        watched.taken = at
        this.#toldAnew = true
      })
    } catch {
      await sleep(this.#init.runtime.clock, RETRY_MS, this.#signal).catch(() => {}) // nobody leads it at the moment
    }
    this.#readingAnew--
    this.#idle.add(watched)
    this.#wake()
  }

  #beginAnew(watched: Watched): void {
    const { slot, anew } = watched
    // Of users told in part no cursor may say where they are: whoever went on from there would miss the others.
    this.#whenTaken(watched, () => {
      watched.taken = undefined
    })
    if (anew === 'reset') this.#push([{ type: 'reset', slot }])
    watched.anew = 'reset' // if this comes to no end: some of those told may be gone when it begins again
  }

  /** Resolves when it is taken. */
  #tellPage(watched: Watched, { users }: ListPage, at: EntryId): Promise<void> {
    const { slot } = watched
    for (const user of users) {
      const { id, version } = user
      // What was written since the first page is told with what happened after it.
      if (sequenceIn(version) <= at.sequence) this.#push([{ type: 'put', slot, id, version, user }])
    }
    const taken = new Promise<void>(resolve => this.#whenTaken(watched, resolve))
    this.#wake()
    return taken
  }

  /** Where somebody may go on who has been told all that was taken. */
  #encode(): string {
    const { ringId, slotCount, feed } = this.#init
    const read = this.#next === feed.end
    return encodePlaces(ringId, slotCount, slot => {
      const watched = this.#watched.get(slot)
      if (watched === undefined || watched.anew !== 'no') return undefined
      // The feed goes on through what changes no user, and keeps no record of it.
      const level = read && watched.how === 'shared' && watched.waiting === 0
      return level ? feed.placeOf(slot) : watched.taken
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
