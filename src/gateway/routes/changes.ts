/** /v1/changes: what happens to users, as it happens, as server-sent events or lines of JSON. */
import { z } from 'zod'
import { HTTP_CURSOR_CHARACTERS_MAX } from '../../constants.ts'
import { InvalidRequestError } from '../../errors.ts'
import type { Clock } from '../../runtime.ts'
import { type Change, jsonOf } from '../../users/change.ts'
import type { OpenableUsers, Watch, WatchBatch } from '../../users/many-users.ts'
import { checkUserId } from '../../users/user.ts'
import type { App } from '../exchange.ts'
import { NDJSON_TYPE } from '../ndjson.ts'
import type { RouteDescription } from '../openapi/description.ts'
import { USER } from '../openapi/examples.ts'
import { LAST_EVENT_ID } from '../openapi/headers.ts'
import { changesQuery, checkQuery } from '../schemas.ts'
import { KEEP_ALIVE, SSE_HEADERS, SSE_TYPE, Turns } from '../server-sent-events.ts'
import type { Streams } from '../streams.ts'

const CHANGES_PATH = '/v1/changes'
/** What an EventSource is told to wait before it comes back. */
const RECONNECT_MS = 1_000
/** A cursor has some bytes for each slot: told with every batch it would be most of what is sent. */
const CURSOR_EVERY_MS = 1_000

export const CHANGES_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: CHANGES_PATH,
    operation: 'watchUsers',
    tag: 'Many users',
    summary: 'What happens to users, as it happens',
    detail:
      'Server-sent events `put`, `expire`, `delete` and `reset`, or the same as lines of JSON with `Accept: application/x-ndjson`. It goes on at any gateway with the last `id` (`cursor` of a line), by `since` or `Last-Event-ID`; what was told since that id may be told again, under the same user id and version. There is at most one a second, and it may come by itself: as an `id` without an event, or as a line of type `place`.',
    query: changesQuery,
    headers: [LAST_EVENT_ID],
    answers: {
      200: {
        what: 'Events, without an end',
        type: SSE_TYPE,
        schema: z.string(),
        headers: ['X-Accel-Buffering'],
        example: `event: put\ndata: ${JSON.stringify({ slot: 17, id: USER.id, version: USER.version, user: USER })}\nid: AS-RwE4BAgM\n\n`
      }
    },
    errors: ['UnavailableError', 'NotRunningError', 'StorageError', 'StoreDamagedError', 'InternalError']
  }
]

export interface ChangesRoutes {
  readonly many: OpenableUsers
  readonly streams: Streams
  readonly clock: Clock
}

export function changesRoutes(app: App, { many, streams, clock }: ChangesRoutes): void {
  app.get(CHANGES_PATH, c => {
    const query = checkQuery(changesQuery, c.env.url.searchParams)
    const ids = query.ids?.split(',').map(decodeId)
    const since = c.req.header('last-event-id') ?? query.since
    if (since !== undefined) many.checkSince(since) // HEAD begins no watch that would refuse it
    const lines = c.req.header('accept')?.includes(NDJSON_TYPE) === true
    const headers = { ...SSE_HEADERS, 'Content-Type': lines ? NDJSON_TYPE : SSE_TYPE }
    return streams.answer(c.req.raw, headers, async ({ signal, end }) => {
      const watch = await many.open({ since, ids, status: query.status, signal })
      return bodyOf(watch, lines ? LINES : EVENTS, clock, end)
    })
  })
}

function decodeId(text: string): string {
  try {
    return checkUserId(decodeURIComponent(text))
  } catch (cause) {
    throw new InvalidRequestError(`${JSON.stringify(text)} is no user id, percent-encoded`, { cause })
  }
}

/** How events look. */
interface Form {
  begin(cursor: string): string
  event(change: Change, cursor: string | undefined): string
  /** Where to go on, without an event. */
  place(cursor: string): string
  readonly keepAlive: string
}

const EVENTS: Form = {
  // A caller that is cut off before the first event goes on from here.
  begin: cursor => `retry: ${RECONNECT_MS}\nid: ${cursor}\n: what happens from now on is told\n\n`,
  event: (change, cursor) =>
    `event: ${change.type}\ndata: ${jsonOf(change)}\n${cursor === undefined ? '' : `id: ${cursor}\n`}\n`,
  place: cursor => `id: ${cursor}\n\n`,
  keepAlive: KEEP_ALIVE
}

const LINES: Form = {
  begin: cursor => `${JSON.stringify({ type: 'begin', cursor })}\n`,
  event: (change, cursor) =>
    `{"type":"${change.type}",${jsonOf(change).slice(1, -1)}${cursor === undefined ? '' : `,"cursor":"${cursor}"`}}\n`,
  place: cursor => `${JSON.stringify({ type: 'place', cursor })}\n`,
  keepAlive: '\n'
}

function textOf(form: Form, { changes, cursor }: WatchBatch): string {
  const id = cursor === undefined ? undefined : idOf(cursor)
  if (changes.length === 0) return form.place(id!)
  const last = changes.length - 1
  return changes.map((change, at) => form.event(change, at === last ? id : undefined)).join('')
}

/** What nobody could send back in a header or URL: who comes back is told all users anew instead, and never misses any. */
function idOf(cursor: string): string {
  return cursor.length > HTTP_CURSOR_CHARACTERS_MAX ? 'reset' : cursor
}

function bodyOf(watch: Watch, form: Form, clock: Clock, end: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const batches = watch.batches(CURSOR_EVERY_MS)
  const turns = new Turns(() => batches.next(), clock)
  return new ReadableStream(
    {
      start: controller => controller.enqueue(encoder.encode(form.begin(idOf(watch.cursor)))),
      async pull(controller) {
        const told = await turns.take()
        if (told === undefined) return controller.enqueue(encoder.encode(form.keepAlive))
        if (told.done) {
          end()
          controller.close()
        } else controller.enqueue(encoder.encode(textOf(form, told.value)))
      },
      async cancel() {
        end()
        watch.end()
      }
    },
    { highWaterMark: 1 }
  )
}
