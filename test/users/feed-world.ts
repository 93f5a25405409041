/** Slots with logs that a test writes, on peers that are asked what happened in them, on time that the test moves. */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import type { Peer } from '../../src/chord/ring-node.ts'
import { UnavailableError } from '../../src/errors.ts'
import { BEFORE_FIRST, type EntryId } from '../../src/replica/entry.ts'
import { allSlots, type Slot } from '../../src/ring/slot.ts'
import { silentLog, sleep, systemRandom } from '../../src/runtime.ts'
import { type Change, sequenceOf, type WatchOptions } from '../../src/users/change.ts'
import type { FollowedSlot, SlotChanges } from '../../src/users/change-source.ts'
import type { ListPage, ListQuery } from '../../src/users/listing.ts'
import { RingFeed } from '../../src/users/ring-feed.ts'
import { RingWatch } from '../../src/users/ring-watch.ts'
import type { Status, User } from '../../src/users/user.ts'
import { ManualClock } from './manual-clock.ts'
import { viewOf } from './slot-world.ts'

export const SLOTS = 4
const RING_ID = 'ab'.repeat(16)

interface Logged extends EntryId {
  readonly change: Change | undefined
}

interface Log {
  epoch: number
  readonly entries: Logged[]
  /** Entries up to this one are forgotten. */
  trimmed: number
  leader: Peer
}

export class FeedWorld {
  readonly clock = new ManualClock()
  readonly logs = new Map<Slot, Log>(
    allSlots(SLOTS).map(slot => [
      slot,
      { epoch: 1, entries: [], trimmed: 0, leader: slot % 2 === 0 ? 'a' : 'b' }
    ])
  )
  /** Questions that were asked, of all watchers and gateways together. */
  questions = 0
  /** So long it takes to read the users of a slot. */
  listMs: (slot: Slot) => number = () => 0
  /** Users of a page at most. */
  pageUsers = Number.POSITIVE_INFINITY
  /** Pages that were read, of all watchers together. */
  pages = 0
  /** Whether a question is lost on its way. */
  loses: () => boolean = () => false
  /** Whether a page cannot be read. */
  failsToList: (query: ListQuery) => boolean = () => false
  readonly #waiting = new Set<() => void>()

  /** An entry of its own epoch if a leader came; without a user a heartbeat. */
  write(slot: Slot, user: string | undefined, status: Status | 'deleted' = 'ONLINE', text = ''): EntryId {
    const log = this.logs.get(slot)!
    const at = { epoch: log.epoch, sequence: log.entries.length + 1 }
    const version = `${at.epoch}.${at.sequence}`
    const id = `${slot}-${user}`
    const change: Change | undefined =
      user === undefined
        ? undefined
        : status === 'deleted'
          ? { type: 'delete', slot, id, version }
          : {
              type: 'put',
              slot,
              id,
              version,
              user: { id, status, version, profile: { text } } as unknown as User
            }
    log.entries.push({ ...at, change })
    for (const look of [...this.#waiting]) look()
    return at
  }

  /** The users of the slot as its log has made them. */
  users(slot: Slot): Map<string, string> {
    const users = new Map<string, string>()
    for (const { change } of this.logs.get(slot)!.entries) {
      if (change?.type === 'delete') users.delete(change.id)
      else if (change !== undefined && change.type !== 'reset') users.set(change.id, change.version)
    }
    return users
  }

  /** A slot goes on from a copy that lacks what came after `sequence`, under another leader. */
  recover(slot: Slot, sequence: number): void {
    const log = this.logs.get(slot)!
    log.entries.length = sequence
    log.epoch++
  }

  /** One peer that is asked for feeds. While it is `deaf` what is told it is on its way. */
  gateway(at: { deaf: boolean } = { deaf: false }): {
    readonly feed: RingFeed
    open(options?: WatchOptions): Promise<RingWatch>
  } {
    const init = {
      self: 'self',
      ringId: RING_ID,
      slotCount: SLOTS,
      locator: {
        known: (slot: Slot) => ({ ...viewOf(1, this.logs.get(slot)!.leader), slot }),
        search: async () => undefined
      },
      source: {
        after: async (slots: readonly FollowedSlot[], waitMs: number, signal?: AbortSignal) => [
          ...((await this.#follow('self', slots, { waitMs, signal }, at)) ?? [])
        ]
      },
      rpc: {
        follow: (
          peer: Peer,
          slots: readonly FollowedSlot[],
          options: { waitMs: number; signal?: AbortSignal | undefined }
        ) => this.#follow(peer, slots, options, at)
      },
      runtime: { clock: this.clock, random: systemRandom, log: silentLog },
      stopping: new AbortController().signal,
      list: async (query: ListQuery) => {
        await sleep(this.clock, this.listMs(query.slot))
        return this.#list(query)
      }
    }
    const feed = new RingFeed(init)
    return {
      feed,
      open: async (options = {}) => {
        const watch = new RingWatch({ ...init, feed }, options)
        let begun = false
        const beginning = watch.begin().finally(() => {
          begun = true
        })
        while (!begun) await this.clock.pass(10)
        await beginning
        return watch
      }
    }
  }

  #follow(
    peer: Peer,
    slots: readonly FollowedSlot[],
    { waitMs, signal }: { waitMs: number; signal?: AbortSignal | undefined },
    at: { readonly deaf: boolean }
  ): Promise<readonly SlotChanges[] | undefined> {
    this.questions++
    if (this.loses()) return Promise.resolve(undefined)
    return new Promise(resolve => {
      const end = (told: readonly SlotChanges[]) => {
        timer.cancel()
        this.#waiting.delete(look)
        signal?.removeEventListener('abort', onAbort)
        resolve(told)
      }
      const look = () => {
        if (at.deaf) return
        const told = slots.flatMap(followed => this.#after(peer, followed) ?? [])
        if (told.length > 0) end(told)
      }
      const onAbort = () => end([])
      const timer = this.clock.timer(waitMs, onAbort)
      signal?.addEventListener('abort', onAbort)
      this.#waiting.add(look)
      look()
    })
  }

  #after(peer: Peer, { slot, after }: FollowedSlot): SlotChanges | undefined {
    const { leader, entries, trimmed } = this.logs.get(slot)!
    if (leader !== peer) return { kind: 'elsewhere', slot }
    const last = entries.at(-1) ?? BEFORE_FIRST
    const end = { epoch: last.epoch, sequence: last.sequence }
    if (after === undefined) return { kind: 'changes', slot, at: end, changes: [] }
    if (after.sequence > entries.length) return undefined
    const past = entries[after.sequence - 1]
    if (after.sequence < trimmed || (past !== undefined && past.epoch !== after.epoch))
      return { kind: 'lost', slot }
    if (after.sequence === entries.length) return undefined
    const changes = entries.slice(after.sequence).flatMap(({ change }) => change ?? [])
    return { kind: 'changes', slot, at: end, changes }
  }

  #list(query: ListQuery): ListPage {
    if (this.failsToList(query)) throw new UnavailableError('Nobody leads the slot')
    this.pages++
    const { entries } = this.logs.get(query.slot)!
    const there = new Set(this.users(query.slot).values())
    const users = entries.flatMap(({ change }) =>
      change !== undefined && 'user' in change && there.has(change.version) ? [change.user] : []
    )
    const after = query.after === undefined ? '' : bytesToString(query.after)
    const rest = users.filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1))
    const page = rest.slice(0, this.pageUsers)
    const next = page.length < rest.length ? fromString(page.at(-1)!.id) : undefined
    const { epoch, sequence } = entries.at(-1) ?? BEFORE_FIRST
    return { users: page, next, count: 0, at: { epoch, sequence } }
  }
}

/** Somebody who is told of a feed, and remembers it. */
export class Told {
  readonly changes: Change[] = []
  readonly cursors: string[] = []
  cursor: string
  ended = false
  readonly #watch: RingWatch
  readonly #batches: ReturnType<RingWatch['batches']>
  #next: Promise<void> | undefined

  constructor(watch: RingWatch, cursorEveryMs = 0) {
    this.#watch = watch
    this.cursor = watch.cursor
    this.#batches = watch.batches(cursorEveryMs)
  }

  /** Takes the next batch when it is there. */
  take(): Promise<void> {
    this.#next ??= this.#batches.next().then(({ done, value }) => {
      this.#next = undefined
      if (done) {
        this.ended = true
        return
      }
      this.changes.push(...value.changes)
      if (value.cursor !== undefined) this.cursors.push(value.cursor)
      this.cursor = value.cursor ?? this.cursor
    })
    return this.#next
  }

  /** Takes everything that comes while time passes. */
  async during(clock: ManualClock, ms: number): Promise<void> {
    const endMs = clock.monotonic() + ms
    const taking = (async () => {
      while (!this.ended && clock.monotonic() < endMs) await this.take()
    })()
    taking.catch(() => {})
    await clock.pass(ms)
  }

  end(): void {
    this.#watch.end()
  }

  get names(): string[] {
    return this.changes.map(change =>
      change.type === 'reset' ? `reset ${change.slot}` : `${change.type} ${change.id} ${change.version}`
    )
  }

  /** What is known now of the users of the slot, and whether it was told anew on the way. */
  of(slot: Slot): { users: Map<string, string>; resets: number; sequences: number[] } {
    const users = new Map<string, string>()
    let resets = 0
    let sequences: number[] = []
    const seen = new Set<string>()
    for (const change of this.changes) {
      if (change.slot !== slot) continue
      if (change.type === 'reset') {
        resets++
        users.clear()
        seen.clear()
        sequences = []
        continue
      }
      if (seen.has(change.version)) continue
      seen.add(change.version)
      sequences.push(sequenceOf(change))
      if (change.type === 'delete') users.delete(change.id)
      else users.set(change.id, change.version)
    }
    return { users, resets, sequences }
  }
}
