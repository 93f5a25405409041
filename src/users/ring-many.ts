/** Many users of the ring at once: slot after slot, each asked of its leader, some of them ahead. */
import { BATCH_IDS_MAX, PAGE_USERS_MAX } from '../constants.ts'
import { InvalidRequestError } from '../errors.ts'
import type { Scan, Slots } from '../replica/slot-machine.ts'
import { allSlots, type Slot } from '../ring/slot.ts'
import { parallel } from '../runtime.ts'
import { AnswerRoom } from './answer-room.ts'
import { type AttemptInit, type Errand, pursue } from './attempt.ts'
import type { WatchEvent, WatchOptions } from './change.ts'
import type { ChangeSource } from './change-source.ts'
import { type Found, type FoundPart, inFull } from './found.ts'
import { heartbeatUsers } from './heartbeats.ts'
import { importUsers } from './import.ts'
import { cursorAfter, placeOf } from './list-cursor.ts'
import { type Filter, type ListPage, type ListQuery, pageOf } from './listing.ts'
import type {
  ImportItem,
  ImportOptions,
  ListOptions,
  OpenableUsers,
  PageOptions,
  UserPage
} from './many-users.ts'
import type { Operation, Outcome } from './operation.ts'
import { RingFeed } from './ring-feed.ts'
import { RingWatch } from './ring-watch.ts'
import { sharedSignal } from './shared-signal.ts'
import { checkTtl, type User } from './user.ts'
import type { CallOptions, ReadOptions, TracedUsers } from './users.ts'
import type { UsersRpc } from './users-rpc.ts'
import { checkSince } from './watch-cursor.ts'

const PAGE_USERS_DEFAULT = 100
/** Slots that are asked at once: of a list ahead of what is needed, twice as many each time it was too little; of a count. */
const SLOTS_AHEAD_MAX = 16
const SLOTS_COUNTED_AT_ONCE = 64
const GETS_AT_ONCE = 64

export interface RingManyInit extends AttemptInit {
  readonly slotCount: number
  readonly users: TracedUsers
  readonly slots: Pick<Slots<Operation, Outcome>, 'scan'>
  readonly rpc: Pick<UsersRpc, 'list' | 'follow'>
  readonly ringId: string
  readonly source: Pick<ChangeSource, 'after'>
}

export class RingMany implements OpenableUsers {
  readonly #init: RingManyInit
  readonly #feed: RingFeed

  constructor(init: RingManyInit) {
    this.#init = init
    this.#feed = new RingFeed(init)
  }

  async getMany(ids: readonly string[], options: ReadOptions = {}): Promise<Found> {
    return inFull(ids, left => this.getPart(left, options))
  }

  async getPart(ids: readonly string[], { consistency, signal }: ReadOptions = {}): Promise<FoundPart> {
    checkBatch(ids)
    const asked = [...new Set(ids)]
    const read = new Map<string, User | undefined>()
    const room = new AnswerRoom()
    const options = { consistency, signal: sharedSignal(signal) }
    await parallel(asked, GETS_AT_ONCE, async id => {
      if (room.full) return
      const { value } = await this.#init.users.get(id, options)
      if (value === undefined || room.take(value)) read.set(id, value)
    })
    return {
      items: asked.flatMap(id => read.get(id) ?? []),
      missing: asked.filter(id => read.has(id) && read.get(id) === undefined),
      unread: asked.filter(id => !read.has(id))
    }
  }

  async heartbeatMany(ids: readonly string[], ttlMs: number, { signal }: CallOptions = {}) {
    checkBatch(ids)
    const { users, runtime } = this.#init
    return heartbeatUsers(ids, { users, clock: runtime.clock, ttlMs: checkTtl(ttlMs), signal })
  }

  async page({ limit = PAGE_USERS_DEFAULT, cursor, signal, ...filter }: PageOptions = {}): Promise<UserPage> {
    if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_USERS_MAX)
      throw new InvalidRequestError(`A page has 1 to ${PAGE_USERS_MAX} users; ${limit} were asked for`)
    const items: User[] = []
    const room = new AnswerRoom()
    for await (const users of this.#pages(cursor, limit, filter, signal)) {
      for (const user of users) {
        if (items.length === limit || !room.take(user)) return { items, next: cursorAfter(items.at(-1)!.id) }
        items.push(user)
      }
      if (items.length === limit) return { items, next: cursorAfter(items.at(-1)!.id) }
    }
    return { items, next: undefined }
  }

  async *list({ cursor, signal, ...filter }: ListOptions = {}): AsyncGenerator<User> {
    for await (const users of this.#pages(cursor, PAGE_USERS_MAX, filter, signal)) yield* users
  }

  async count({ signal, ...filter }: Filter & CallOptions = {}): Promise<number> {
    const shared = sharedSignal(signal)
    let count = 0
    await parallel(allSlots(this.#init.slotCount), SLOTS_COUNTED_AT_ONCE, async slot => {
      let after: Uint8Array | undefined
      do {
        const page = await this.#ask({ ...filter, slot, after, limit: 0 }, shared)
        count += page.count
        after = page.next
      } while (after !== undefined)
    })
    return count
  }

  checkSince(since: string): void {
    checkSince(since, this.#init.ringId, this.#init.slotCount)
  }

  async open(options: WatchOptions = {}): Promise<RingWatch> {
    const list = (query: ListQuery, signal: AbortSignal) => this.#ask(query, signal)
    const watch = new RingWatch({ ...this.#init, feed: this.#feed, list }, options)
    await watch.begin()
    return watch
  }

  async *watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent> {
    const watch = await this.open(options)
    for await (const { changes, cursor } of watch.batches(0)) {
      yield* changes.slice(0, -1)
      const last = changes.at(-1)
      if (last !== undefined) yield { ...last, cursor }
    }
    options.signal?.throwIfAborted()
  }

  import(
    items: Iterable<ImportItem> | AsyncIterable<ImportItem>,
    { mode = 'upsert', signal }: ImportOptions = {}
  ) {
    return importUsers(items, { users: this.#init.users, clock: this.#init.runtime.clock, mode, signal })
  }

  /** Page by page and slot by slot, from `cursor` on, while the slots that come next are asked already. */
  async *#pages(
    cursor: string | undefined,
    limit: number,
    filter: Filter,
    signal: AbortSignal | undefined
  ): AsyncGenerator<readonly User[]> {
    const { slotCount } = this.#init
    const place = cursor === undefined ? undefined : placeOf(cursor, slotCount)
    const left = new AbortController() // whoever takes no more pages needs no more answers
    const either = sharedSignal(signal, left.signal)
    const ask = (slot: Slot, after?: Uint8Array) => {
      const page = this.#ask({ ...filter, slot, after, limit }, either)
      page.catch(() => {}) // looked at in its turn
      return page
    }
    const ahead: { readonly slot: Slot; readonly page: Promise<ListPage> }[] = []
    const slots = allSlots(slotCount).slice(place?.slot ?? 0)
    try {
      for (let width = 1; slots.length + ahead.length > 0; width = Math.min(2 * width, SLOTS_AHEAD_MAX)) {
        for (const slot of slots.splice(0, width - ahead.length))
          ahead.push({ slot, page: ask(slot, slot === place?.slot ? place.after : undefined) })
        const { slot, page } = ahead.shift()!
        for (let { users, next } = await page; ; { users, next } = await ask(slot, next)) {
          yield users
          if (next === undefined) break
        }
      }
    } finally {
      left.abort()
    }
  }

  async #ask(query: ListQuery, signal: AbortSignal | undefined): Promise<ListPage> {
    const { slots, rpc } = this.#init
    const { slot } = query
    const errand: Errand<ListPage> = {
      slot,
      subject: 'users to be listed',
      changes: false,
      ageMs: 0,
      here: () => slots.scan(slot, scanOf(query)),
      there: (peer, options) => rpc.list(peer, query, options)
    }
    return (await pursue(errand, this.#init, signal)).outcome
  }
}

/** @throws InvalidRequestError */
function checkBatch(ids: readonly string[]): void {
  if (ids.length > BATCH_IDS_MAX)
    throw new InvalidRequestError(`At most ${BATCH_IDS_MAX} ids at once; these are ${ids.length}`)
}

/** What the leader of the slot reads. */
export function scanOf(query: ListQuery): Scan<ListPage> {
  return { after: query.after, read: (rows, applied) => pageOf(rows, applied, query) }
}
