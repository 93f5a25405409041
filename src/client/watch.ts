/**
 * The feed of changes over HTTP, that goes on by itself: at the next gateway when one is gone, after the last place that
 * was told. Events that were told already are left out.
 */
import { errorName } from '../errors.ts'
import { type Clock, deadlineAfter, raceSignal, sleep } from '../runtime.ts'
import type { WatchEvent, WatchOptions } from '../users/change.ts'
import type { Gateways, Stream } from './gateways.ts'

/** A gateway that is there says something every 15 s. */
const SILENCE_MS = 40_000
/** Between two tries; doubled each time. */
const RETRY_MS = 100
const RETRY_MAX_MS = 5_000
/** What is refused like this will be refused again. */
const FINAL: ReadonlySet<string | undefined> = new Set([
  'ConfigurationError',
  'InvalidRequestError',
  'InvalidUserError',
  'UnauthorisedError',
  'ForbiddenError'
])

/** The line that a feed begins with, and one that only says how far everything was told. */
type Place =
  | { readonly type: 'begin'; readonly cursor: string }
  | { readonly type: 'place'; readonly cursor: string }

export async function* watchOver(
  gateways: Gateways,
  clock: Clock,
  { since, ids, status, signal }: WatchOptions
): AsyncGenerator<WatchEvent> {
  let cursor = since
  let retryMs = RETRY_MS
  /** Since the last cursor, or since the slot was told anew. */
  const told = new Map<number, Set<string>>()
  for (;;) {
    signal?.throwIfAborted()
    const controller = new AbortController()
    let stream: Stream | undefined
    try {
      const either = AbortSignal.any([controller.signal, ...(signal === undefined ? [] : [signal])])
      stream = await gateways.stream(pathOf({ since: cursor, ids, status }), either)
      for await (const line of linesOf(stream.body, clock, either)) {
        retryMs = RETRY_MS
        if (line === '') continue
        const event: WatchEvent | Place = JSON.parse(line)
        if (event.type === 'begin') {
          cursor ??= event.cursor
          if (cursor === 'now') cursor = event.cursor
          continue
        }
        if (event.type === 'place') {
          cursor = event.cursor
          told.clear()
          continue
        }
        const repeated = wasTold(event, told)
        if (event.cursor !== undefined) {
          cursor = event.cursor
          told.clear()
        }
        if (!repeated) yield event
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (FINAL.has(errorName(error))) throw error
    } finally {
      controller.abort()
    }
    stream?.over()
    await sleep(clock, retryMs, signal)
    retryMs = Math.min(2 * retryMs, RETRY_MAX_MS)
  }
}

function wasTold(event: WatchEvent, told: Map<number, Set<string>>): boolean {
  if (event.type === 'reset') {
    told.delete(event.slot) // whoever is told of it forgets these users
    return false
  }
  const names = told.get(event.slot) ?? new Set()
  told.set(event.slot, names)
  const name = `${event.id} ${event.version}`
  const before = names.has(name)
  names.add(name)
  return before
}

function pathOf({ since, ids, status }: Omit<WatchOptions, 'signal'>): string {
  const query = new URLSearchParams()
  if (since !== undefined) query.set('since', since)
  if (ids !== undefined) query.set('ids', ids.map(encodeURIComponent).join(','))
  if (status !== undefined) query.set('status', status)
  return `/v1/changes${query.size === 0 ? '' : `?${query}`}`
}

/** Ends when the body does. @throws TimeoutError nothing came for too long */
async function* linesOf(
  body: ReadableStream<Uint8Array>,
  clock: Clock,
  signal: AbortSignal
): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    using deadline = deadlineAfter(clock, SILENCE_MS, signal)
    const { done, value } = await raceSignal(reader.read(), deadline.signal)
    if (done) return
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop()!
    yield* lines
  }
}
