/** Many users over HTTP: pages, counts, several at once, and imports in batches that may be sent again. */
import { formatDuration } from '../duration.ts'
import { ConfigurationError } from '../errors.ts'
import type { Clock } from '../runtime.ts'
import type { WatchEvent, WatchOptions } from '../users/change.ts'
import type { Filter } from '../users/listing.ts'
import type {
  Found,
  ImportItem,
  ImportMode,
  ImportResult,
  ManyUsers,
  PageOptions,
  UserPage
} from '../users/many-users.ts'
import type { User } from '../users/user.ts'
import type { CallOptions } from '../users/users.ts'
import { bodyOf } from './answer.ts'
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

  getMany(ids: readonly string[], { signal }: CallOptions = {}): Promise<Found> {
    const call = { method: 'POST', path: '/v1/users:batchGet', headers: JSON_HEADERS, signal } as const
    return this.#gateways.call({ ...call, body: JSON.stringify({ ids }) }, bodyOf<Found>)
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

  async *import(
    items: Iterable<ImportItem> | AsyncIterable<ImportItem>,
    { mode = 'upsert', signal }: { readonly mode?: ImportMode | undefined } & CallOptions = {}
  ): AsyncGenerator<ImportResult> {
    const ahead: Promise<ImportResult[]>[] = []
    let line = 0
    for await (const lines of batchesOf(items)) {
      const sent = this.#send(lines, line, mode, signal)
      sent.catch(() => {}) // looked at in its turn
      line += lines.length
      ahead.push(sent)
      if (ahead.length >= BATCHES_AHEAD) yield* await ahead.shift()!
    }
    for (const sent of ahead) yield* await sent
  }

  #send(
    lines: readonly string[],
    before: number,
    mode: ImportMode,
    signal: AbortSignal | undefined
  ): Promise<ImportResult[]> {
    const headers = { ...NDJSON_HEADERS, 'Idempotency-Key': this.#randomKey() }
    const call = { method: 'POST', path: `/v1/users:import?mode=${mode}`, headers, signal } as const
    return this.#gateways.call({ ...call, body: lines.join('') }, async response => {
      const results = (await response.text()).split('\n', lines.length)
      if (results.length < lines.length || results.at(-1) === '')
        throw new ConfigurationError(
          `${response.url} answered an import with something else than its results`
        )
      return results.map(text => {
        const result: ImportResult = JSON.parse(text)
        return { ...result, line: before + result.line }
      })
    })
  }
}

async function* batchesOf(
  items: Iterable<ImportItem> | AsyncIterable<ImportItem>
): AsyncGenerator<readonly string[]> {
  let lines: string[] = []
  let characters = 0
  for await (const { ttlMs, ...item } of items) {
    const line = `${JSON.stringify({ ...item, ttl: ttlMs === undefined ? undefined : formatDuration(ttlMs) })}\n`
    if (lines.length === BATCH_LINES || (lines.length > 0 && characters + line.length > BATCH_CHARACTERS)) {
      yield lines
      lines = []
      characters = 0
    }
    lines.push(line)
    characters += line.length
  }
  if (lines.length > 0) yield lines
}

function queryOf(parameters: object): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
