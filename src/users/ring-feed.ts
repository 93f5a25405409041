/**
 * What happens in the slots that somebody here watches, asked for once for all watchers of this peer. The latest of it is
 * kept, in the order in which it arrived; each watcher reads it at its own pace, and one that is behind by more than that
 * goes on by itself until it is within again. Nothing is asked, and nothing kept, while nobody watches.
 */
import { type EntryId, sameId } from '../replica/entry.ts'
import type { Slot } from '../ring/slot.ts'
import type { Timer } from '../runtime.ts'
import { type Change, jsonOf, type Place, sequenceOf } from './change.ts'
import { sharedSignal } from './shared-signal.ts'
import { type Heard, SlotFollower, type SlotFollowerInit } from './slot-follower.ts'

/** Watchers are woken no more often: with many of them that, not the events, is the work. */
const WAKE_MS = 20
/** What is kept for watchers that are not quite up to date: some seconds of a busy ring, */
const RECORDS_MAX = 10_000
/** and no more than so many characters of JSON: users may be large. */
const CHARACTERS_MAX = 16 * 1024 * 1024

export interface RingFeedInit
  extends Pick<SlotFollowerInit, 'self' | 'locator' | 'source' | 'rpc' | 'runtime'> {
  /** Aborts when this peer stops. */
  readonly stopping: AbortSignal
}

/** Changes of a slot, all that there were after `from` up to `at`. */
export interface FeedRecord {
  readonly slot: Slot
  readonly from: EntryId
  readonly at: EntryId
  /** None: the feed has lost the slot, and goes on with it somewhere behind a gap. */
  readonly changes: readonly Change[] | undefined
}

interface SharedSlot {
  readonly slot: Slot
  watchers: number
  /** All up to here was told; undefined until it is known where the slot is. */
  place: Place
  /** From here on all that happened is in `kept`; what changes no user is not written there. */
  floor: Place
  readonly kept: FeedRecord[]
}

export class RingFeed {
  readonly #init: RingFeedInit
  readonly #slots = new Map<Slot, SharedSlot>()
  readonly #watchers = new Set<() => void>()
  readonly #records: FeedRecord[] = []
  /** The number of the first record that is kept. They are counted for as long as the peer runs. */
  #first = 0
  #characters = 0
  #follower: SlotFollower | undefined
  #stop = new AbortController()
  #wokenMs = Number.NEGATIVE_INFINITY
  #waking: Timer | undefined

  constructor(init: RingFeedInit) {
    this.#init = init
  }

  /** `wake` is called when there is something new, of these slots or others. Returns what ends that. */
  join(slots: Iterable<Slot>, wake: () => void): () => void {
    const follower = this.#follower ?? this.#start()
    const wanted = new Set(slots)
    for (const slot of wanted) {
      const shared = this.#slots.get(slot)
      if (shared !== undefined) shared.watchers++
      else {
        this.#slots.set(slot, { slot, watchers: 1, place: undefined, floor: undefined, kept: [] })
        follower.follow(slot, undefined)
      }
    }
    this.#watchers.add(wake)
    follower.ask()
    return () => {
      if (this.#watchers.delete(wake)) this.#leave(wanted)
    }
  }

  get first(): number {
    return this.#first
  }

  /** The number of the next record. */
  get end(): number {
    return this.#first + this.#records.length
  }

  /** @param number `first` or more, and less than `end` */
  record(number: number): FeedRecord {
    return this.#records[number - this.#first]!
  }

  /** Where the slot is, all records told. */
  placeOf(slot: Slot): Place {
    return this.#slots.get(slot)?.place
  }

  /**
   * The changes of the slot after `place` that are kept; with all that come from now on they are all that there are.
   * `ahead`: those that come from now on are too, but for some up to `place`. Undefined: neither is certain.
   *
   * An epoch has one leader that makes its entries, and they are numbered without gaps. So of a log that has two entries of
   * one epoch each number between names the entry that it names everywhere, and `place` is of this very past.
   */
  after(slot: Slot, place: EntryId): readonly Change[] | 'ahead' | undefined {
    const shared = this.#slots.get(slot)
    if (shared?.place === undefined || shared.floor === undefined) return undefined
    const { kept, floor } = shared
    const points = [floor, ...kept.flatMap(({ from, at }) => [from, at]), shared.place]
    const within = points.some((point, i) => sameId(point, place) || between(place, point, points[i + 1]))
    if (within)
      return kept.flatMap(({ changes }) => changes!.filter(change => sequenceOf(change) > place.sequence))
    return place.epoch === shared.place.epoch && place.sequence > shared.place.sequence ? 'ahead' : undefined
  }

  #start(): SlotFollower {
    const { stopping, ...init } = this.#init
    this.#stop = new AbortController()
    this.#follower = new SlotFollower({
      ...init,
      signal: sharedSignal(stopping, this.#stop.signal),
      heard: told => this.#heard(told),
      full: () => false // the oldest is forgotten instead
    })
    return this.#follower
  }

  #leave(slots: Iterable<Slot>): void {
    for (const slot of slots) {
      const shared = this.#slots.get(slot)!
      if (--shared.watchers > 0) continue
      this.#slots.delete(slot)
      this.#follower!.leave(slot)
    }
    if (this.#watchers.size > 0) return
    this.#stop.abort()
    this.#follower = undefined
    this.#waking?.cancel()
    this.#waking = undefined
    this.#first = this.end
    this.#records.length = 0
    this.#characters = 0
  }

  #heard(told: Heard): void {
    const { slot } = told
    const shared = this.#slots.get(slot)!
    const from = shared.place
    if (told.kind === 'lost') {
      if (from !== undefined) this.#keep({ slot, from, at: from, changes: undefined })
      shared.place = shared.floor = undefined
      shared.kept.length = 0
      this.#follower!.follow(slot, undefined)
    } else {
      shared.place = told.at
      shared.floor ??= told.at
      if (from !== undefined && told.changes.length > 0) {
        const record = { slot, from, at: told.at, changes: told.changes }
        shared.kept.push(record)
        this.#keep(record)
      }
    }
    this.#wake()
  }

  #keep(record: FeedRecord): void {
    this.#records.push(record)
    this.#characters += charactersOf(record)
    while (this.#records.length > RECORDS_MAX || this.#characters > CHARACTERS_MAX) {
      const oldest = this.#records.shift()!
      this.#first++
      this.#characters -= charactersOf(oldest)
      const shared = this.#slots.get(oldest.slot)
      if (shared?.kept[0] !== oldest) continue // lost or left since
      shared.kept.shift()
      shared.floor = oldest.at
    }
  }

  /** At once, unless they were just woken. */
  #wake(): void {
    if (this.#waking !== undefined) return
    const { clock } = this.#init.runtime
    const wake = () => {
      this.#waking = undefined
      this.#wokenMs = clock.monotonic()
      for (const each of this.#watchers) each()
    }
    const waitMs = this.#wokenMs + WAKE_MS - clock.monotonic()
    if (waitMs <= 0) wake()
    else this.#waking = clock.timer(waitMs, wake)
  }
}

function between({ epoch, sequence }: EntryId, from: EntryId, to: EntryId | undefined): boolean {
  if (to === undefined || from.epoch !== epoch || to.epoch !== epoch) return false
  return from.sequence < sequence && sequence < to.sequence
}

/** Of JSON that all watchers share. */
function charactersOf({ changes = [] }: FeedRecord): number {
  return changes.reduce((sum, change) => sum + jsonOf(change).length, 0)
}
