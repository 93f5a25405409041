/** /v1/users and what goes over many of them: lists, counts, several at once, import and export. */
import { z } from 'zod'
import { ANSWER_BYTES_MAX } from '../../constants.ts'
import { AnilloError } from '../../errors.ts'
import type { Clock } from '../../runtime.ts'
import { importUsers, type Line } from '../../users/import.ts'
import type { ImportResult, OpenableUsers } from '../../users/many-users.ts'
import type { TracedUsers } from '../../users/users.ts'
import { checkType, readJson } from '../body.ts'
import { consistencyOf } from '../consistency.ts'
import type { App, AppContext } from '../exchange.ts'
import { readInTime, writeInTime } from '../in-time.ts'
import { parseJson } from '../json.ts'
import { linesOf, NDJSON_TYPE, ndjsonBody } from '../ndjson.ts'
import { found, heartbeats, userCount, userPage } from '../openapi/answers.ts'
import { READ_ERRORS, type RouteDescription, WRITE_ERRORS } from '../openapi/description.ts'
import { PRESENCE, USER, USER_PAGE } from '../openapi/examples.ts'
import { idempotencyHeaders } from '../openapi/headers.ts'
import { IDEMPOTENCY_AGE, keyUpTo, repetitionOf } from '../repetition.ts'
import {
  batchGetBody,
  checkBody,
  checkQuery,
  checkRequest,
  countQuery,
  exportQuery,
  heartbeatsBody,
  importLine,
  importQuery,
  listQuery,
  noQuery,
  readQuery
} from '../schemas.ts'
import type { Streams } from '../streams.ts'

const JSON_TYPES = ['application/json']
const NDJSON_HEADERS = { 'Content-Type': NDJSON_TYPE }
/** Of the key of an import each line gets its own, with a number behind it. */
const IMPORT_KEY_LENGTH_MAX = 112
/** Of one chunk of an export: one write for each user would be slow. The results of an import are told one by one. */
const EXPORT_CHUNK_CHARACTERS = 64 * 1024
const IMPORT_CHUNK_CHARACTERS = 1

/** One JSON object each; what a line is, the details of its route say. */
const LINES = z.string()
const OF_MANY = { tag: 'Many users' } as const
const NDJSON_USER = {
  what: 'A user on each line',
  type: NDJSON_TYPE,
  schema: LINES,
  example: `${JSON.stringify(USER)}\n`
}

export const MANY_USERS_ROUTES: readonly RouteDescription[] = [
  {
    ...OF_MANY,
    method: 'GET',
    path: '/v1/users',
    operation: 'listUsers',
    summary: 'List users, page by page',
    detail:
      'In the order of the ring, which is the same at every gateway. A page may be shorter than its limit: it has about 1 MiB of users at most, and only the last one has no `next`. At most 1,000 users of one of the ring’s slots are read as they are at one moment, as strongly as one user. With `Accept: application/x-ndjson` it is an export.',
    query: listQuery,
    answers: { 200: { what: 'A page', schema: userPage, example: USER_PAGE } },
    carries: ['Link'],
    errors: READ_ERRORS
  },
  {
    ...OF_MANY,
    method: 'GET',
    path: '/v1/users:count',
    operation: 'countUsers',
    summary: 'Count users',
    query: countQuery,
    answers: { 200: { what: 'How many there are', schema: userCount, example: { count: 12_480 } } },
    errors: READ_ERRORS
  },
  {
    ...OF_MANY,
    method: 'POST',
    path: '/v1/users:batchGet',
    operation: 'batchGetUsers',
    summary: 'Read several users',
    detail: `Each as strongly as alone, and not all at one moment. An answer has about ${ANSWER_BYTES_MAX / 1024} KiB of users at most: those for which there is no room are \`unread\`, and asked for again.`,
    query: readQuery,
    body: { types: JSON_TYPES, schema: batchGetBody, example: { ids: ['ada', 'grace'] } },
    answers: {
      200: {
        what: 'Those that there are',
        schema: found,
        example: { items: [USER], missing: ['grace'], unread: [] }
      }
    },
    errors: [...READ_ERRORS, 'InvalidUserError']
  },
  {
    ...OF_MANY,
    method: 'POST',
    path: '/v1/users:heartbeat',
    operation: 'heartbeats',
    summary: 'Renew several presence leases',
    detail:
      'Each as alone, and one that fails harms only itself. The answer has a result for each id, in order, each once: `renewed` with the lease; `missing`, there is no such user; `no-lease`, its status was set for good; `failed` with the name of the error and a `detail`, and that id may be sent again.',
    body: {
      types: JSON_TYPES,
      schema: heartbeatsBody.meta({ id: 'Heartbeats' }),
      example: { ids: ['ada', 'grace'], ttl: '30s' }
    },
    answers: {
      200: {
        what: 'What came of each',
        schema: heartbeats,
        example: {
          items: [
            { ...PRESENCE, result: 'renewed' },
            { id: 'grace', result: 'missing' }
          ]
        }
      }
    },
    errors: WRITE_ERRORS
  },
  {
    ...OF_MANY,
    method: 'POST',
    path: '/v1/users:import',
    operation: 'importUsers',
    summary: 'Import users',
    detail:
      'A user on each line, as an export has them; what else an exported user has is left aside. A line that is broken or refused harms only itself. The answer is a result for each line, in order, while the body is read, and then a summary: without it the import was interrupted, and may be sent again.',
    query: importQuery,
    headers: idempotencyHeaders({ key: keyUpTo(IMPORT_KEY_LENGTH_MAX), age: IDEMPOTENCY_AGE }),
    body: {
      types: [NDJSON_TYPE, ...JSON_TYPES],
      schema: LINES,
      streamed: true,
      example: '{"id":"ada","status":"ONLINE","profile":{"name":"Ada"}}\n'
    },
    answers: {
      200: {
        what: 'A result on each line, then the summary',
        type: NDJSON_TYPE,
        schema: LINES,
        example: `${JSON.stringify({ line: 1, id: 'ada', result: 'created', version: '3.41' })}\n`
      }
    }
  },
  {
    ...OF_MANY,
    method: 'GET',
    path: '/v1/users:export',
    operation: 'exportUsers',
    summary: 'Export users',
    detail: 'One that breaks off ends without the end of its last chunk, which every HTTP client reports.',
    query: exportQuery,
    answers: { 200: NDJSON_USER }
  }
]

export interface ManyUsersRoutes {
  readonly users: TracedUsers
  readonly many: OpenableUsers
  readonly streams: Streams
  readonly clock: Clock
}

export function manyUsersRoutes(app: App, { users, many, streams, clock }: ManyUsersRoutes): void {
  const exported = (c: AppContext): Promise<Response> => {
    const query = checkQuery(exportQuery, c.env.url.searchParams)
    return streams.answer(c.req.raw, NDJSON_HEADERS, stream =>
      ndjsonBody(many.list({ ...query, signal: stream.signal }), EXPORT_CHUNK_CHARACTERS, stream)
    )
  }

  app.get('/v1/users', async c => {
    const { url, signal } = c.env
    if (c.req.header('accept')?.includes(NDJSON_TYPE)) return exported(c)
    const query = checkQuery(listQuery, url.searchParams)
    const { items, next } = await readInTime(many.page({ ...query, signal }), signal)
    return c.json({ items, next: next ?? null }, 200, next === undefined ? {} : { Link: linkTo(url, next) })
  })

  app.get('/v1/users:export', exported)

  app.get('/v1/users:count', async c => {
    const { url, signal } = c.env
    const query = checkQuery(countQuery, url.searchParams)
    return c.json({ count: await readInTime(many.count({ ...query, signal }), signal) })
  })

  app.post('/v1/users:batchGet', async c => {
    const { url, signal } = c.env
    const consistency = consistencyOf(url.searchParams)
    const { ids } = checkRequest(
      batchGetBody,
      await readJson(c.req.raw, { types: JSON_TYPES, clock, signal })
    )
    return c.json(await readInTime(many.getPart(ids, { consistency, signal }), signal))
  })

  app.post('/v1/users:heartbeat', async c => {
    const { url, signal } = c.env
    checkQuery(noQuery, url.searchParams)
    const { ids, ttl } = checkRequest(
      heartbeatsBody,
      await readJson(c.req.raw, { types: JSON_TYPES, clock, signal })
    )
    return c.json({ items: await writeInTime(many.heartbeatMany(ids, ttl, { signal }), signal) })
  })

  app.post('/v1/users:import', c => {
    const { mode } = checkQuery(importQuery, c.env.url.searchParams)
    checkType(c.req.raw.headers, { types: [NDJSON_TYPE, ...JSON_TYPES] })
    const repetition = repetitionOf(c.req.raw.headers, IMPORT_KEY_LENGTH_MAX)
    return streams.answer(c.req.raw, NDJSON_HEADERS, stream => {
      const { signal } = stream
      const lines = itemsOf(linesOf(c.req.raw, { clock, signal }))
      const results = importUsers(lines, { users, clock, mode, signal, ...repetition })
      return ndjsonBody(withSummary(results), IMPORT_CHUNK_CHARACTERS, stream)
    })
  })
}

async function* itemsOf(lines: AsyncIterable<string | AnilloError>): AsyncGenerator<Line> {
  for await (const line of lines) yield line instanceof AnilloError ? line : itemOf(line)
}

function itemOf(line: string): Line {
  try {
    const { id, status, profile, ttl, expiresAt } = checkBody(importLine, parseJson(line))
    return { id, status, profile, ttlMs: ttl ?? undefined, expiresAt }
  } catch (error) {
    if (error instanceof AnilloError) return error
    throw error
  }
}

async function* withSummary(
  results: AsyncIterable<ImportResult>
): AsyncGenerator<ImportResult | { readonly summary: Readonly<Record<string, number>> }> {
  const summary = { lines: 0, created: 0, updated: 0, skipped: 0, failed: 0 }
  for await (const result of results) {
    summary.lines++
    summary[result.result]++
    yield result
  }
  yield { summary }
}

/** RFC 8288. */
function linkTo(url: URL, cursor: string): string {
  const next = new URLSearchParams(url.searchParams)
  next.set('cursor', cursor)
  return `<${url.pathname}?${next}>; rel="next"`
}
