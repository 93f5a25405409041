/** Many users over HTTP: pages, counts, several at once, and imports in batches that may be sent again. */
import { formatDuration } from '../duration.ts'
import { type AnilloError, InvalidRequestError } from '../errors.ts'
import type { Clock } from '../runtime.ts'
import type { WatchEvent, WatchOptions } from '../users/change.ts'
import { type Found, type FoundPart, inFull } from '../users/found.ts'
import { interruptible } from '../users/interruptible.ts'
import type { Filter } from '../users/listing.ts'
import type {
  HeartbeatResult,
  ImportItem,
  ImportMode,
  ImportOptions,
  ImportResult,
  ManyUsers,
  PageOptions,
  UserPage
} from '../users/many-users.ts'
import { checkTtl, type User } from '../users/user.ts'
import type { CallOptions, ReadOptions } from '../users/users.ts'
import { bodyOf, checkLines } from './answer.ts'
import type { Gateways } from './gateways.ts'
import { watchOver } from './watch.ts'

const JSON_HEADERS = { 'Content-Type': 'application/json' }
const NDJSON_HEADERS = { 'Content-Type': 'application/x-ndjson', Accept: 'application/x-ndjson' }
/** Users of a page when all are asked for. */
const LIST_PAGE_USERS = 1_000
/** An import goes out in batches of so many lines, or about so many characters: each is sent again as a whole. */
const BATCH_LINES = 200
const BATCH_CHARACTERS = 256 * 1024
/** Batches under way at once, so that a gateway always has lines to write. */
const BATCHES_AHEAD = 3

export class ManyOverHttp implements ManyUsers {
  readonly #gateways: Gateways
  readonly #clock: Clock
  readonly #randomKey: () => string

  constructor(gateways: Gateways, clock: Clock, randomKey: () => string) {
    this.#gateways = gateways
    this.#clock = clock
    this.#randomKey = randomKey
  }

  async getMany(ids: readonly string[], { consistency, signal }: ReadOptions = {}): Promise<Found> {
    const path = `/v1/users:batchGet${queryOf({ consistency })}`
    const call = { method: 'POST', isRead: true, path, headers: JSON_HEADERS, signal } as const
    return inFull(ids, left =>
      this.#gateways.call({ ...call, body: JSON.stringify({ ids: left }) }, bodyOf<FoundPart>)
    )
  }

  async heartbeatMany(ids: readonly string[], ttlMs: number, { signal }: CallOptions = {}) {
    const body = JSON.stringify({ ids, ttl: formatDuration(checkTtl(ttlMs)) })
    const call = { method: 'POST', path: '/v1/users:heartbeat', headers: JSON_HEADERS, body, signal } as const
    const { items } = await this.#gateways.call(call, bodyOf<{ items: HeartbeatResult[] }>)
    return items
  }

  async page({ signal, ...query }: PageOptions = {}): Promise<UserPage> {
    const path = `/v1/users${queryOf(query)}`
    const { items, next } = await this.#gateways.call(
      { method: 'GET', path, signal },
      bodyOf<{ items: User[]; next: string | null }>
    )
    return { items, next: next ?? undefined }
  }

  async *list({ cursor, ...options }: PageOptions = {}): AsyncGenerator<User> {
    for (let from = cursor; ; ) {
      const { items, next } = await this.page({
        ...options,
        limit: LIST_PAGE_USERS,
        ...(from !== undefined && { cursor: from })
      })
      yield* items
      if (next === undefined) return
      from = next
    }
  }

  watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent> {
    return watchOver(this.#gateways, this.#clock, options)
  }

  async count({ signal, ...filter }: Filter & CallOptions = {}): Promise<number> {
    const path = `/v1/users:count${queryOf(filter)}`
    const { count } = await this.#gateways.call({ method: 'GET', path, signal }, bodyOf<{ count: number }>)
    return count
  }

  import(items: Some<ImportItem>, options?: ImportOptions): AsyncGenerator<ImportResult> {
    return this.importLines(linesOf(items), options)
  }

  async *importLines(
    lines: Some<string | AnilloError>,
    { mode = 'upsert', signal }: ImportOptions = {}
  ): AsyncGenerator<ImportResult> {
    const left = new AbortController() // whoever takes no more results needs no more answers
    const either = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal])
    const ahead: { readonly ids: ReadonlySet<unknown>; readonly results: Promise<ImportResult[]> }[] = []
    try {
      for await (const batch of batchesOf(interruptible(lines, either))) {
        const ids = idsOf(batch)
        // Of lines about one user the last one counts: a batch goes out when those before it that name the same are done.
        while (ahead.some(({ ids: before }) => [...ids].some(id => before.has(id))))
          yield* await ahead.shift()!.results
        const results = this.#send(batch, mode, either)
        results.catch(() => {}) // looked at in its turn
        ahead.push({ ids, results })
        if (ahead.length >= BATCHES_AHEAD) yield* await ahead.shift()!.results
      }
      for (const { results } of ahead) yield* await results
    } finally {
      left.abort()
    }
  }

  async #send(batch: readonly Line[], mode: ImportMode, signal: AbortSignal): Promise<ImportResult[]> {
    const texts = batch.flatMap(({ text }) => (typeof text === 'string' ? [`${text}\n`] : []))
    const answered = texts.length === 0 ? [] : await this.#answersTo(texts, mode, signal)
    let next = 0
    return batch.map(({ number, text }) =>
      typeof text === 'string' ? { ...answered[next++]!, line: number } : failed(number, text)
    )
  }

  #answersTo(texts: readonly string[], mode: ImportMode, signal: AbortSignal): Promise<ImportResult[]> {
    const headers = { ...NDJSON_HEADERS, 'Idempotency-Key': this.#randomKey() }
    const call = { method: 'POST', path: `/v1/users:import?mode=${mode}`, headers, signal } as const
    return this.#gateways.call({ ...call, body: texts.join('') }, async response => {
      checkLines(response)
      const results = (await response.text()).split('\n')
      // Of an answer that says `Connection: close`, as one that began before its request had ended does, fetch takes any end for the end.
      if (results.length <= texts.length) throw new Error('it broke off')
      return results.slice(0, texts.length).map(text => JSON.parse(text) as ImportResult)
    })
  }
}

type Some<T> = Iterable<T> | AsyncIterable<T>

interface Line {
  /** Counted from 1. */
  readonly number: number
  readonly text: string | AnilloError
}

async function* linesOf(items: Some<ImportItem>): AsyncGenerator<string> {
  for await (const given of items) {
    // What is no item is refused as such by the gateway, like all else that it cannot read.
    const { ttlMs, ...item } = (given as ImportItem | null) ?? {}
    yield JSON.stringify({ ...item, ttl: ttlMs === undefined ? undefined : formatDuration(ttlMs) })
  }
}

async function* batchesOf(lines: Some<string | AnilloError>): AsyncGenerator<readonly Line[]> {
  let batch: Line[] = []
  let characters = 0
  let number = 0
  for await (const line of lines) {
    number++
    const text = typeof line === 'string' ? oneLine(line) : line
    if (text === '') continue // a gateway passes over it as well, and counts only those that it has results for
    const { length } = typeof text === 'string' ? text : ''
    if (batch.length === BATCH_LINES || (characters > 0 && characters + length > BATCH_CHARACTERS)) {
      yield batch
      batch = []
      characters = 0
    }
    batch.push({ number, text })
    characters += length
  }
  if (batch.length > 0) yield batch
}

/** What is no JSON has none: the gateway will say so. */
function idsOf(batch: readonly Line[]): ReadonlySet<unknown> {
  const ids = new Set<unknown>()
  for (const { text } of batch) {
    try {
      if (typeof text === 'string') ids.add(JSON.parse(text)?.id)
    } catch {}
  }
  ids.delete(undefined)
  return ids
}

function oneLine(line: string): string | AnilloError {
  const text = line.trim()
  return text.includes('\n') ? new InvalidRequestError('A line has no newline in it') : text
}

function failed(line: number, { name, message }: AnilloError): ImportResult {
  return { line, id: null, result: 'failed', error: name, detail: message }
}

function queryOf(parameters: object): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
