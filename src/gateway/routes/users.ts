/** /v1/users/:id. Conditions and idempotency keys go to the leader of the slot, who decides them. */
import { ConflictError, NotFoundError } from '../../errors.ts'
import type { Clock } from '../../runtime.ts'
import type { User } from '../../users/user.ts'
import type { SetOptions, Traced, TracedUsers } from '../../users/users.ts'
import { readJson } from '../body.ts'
import { etagOf, readVerdict, refuseConditions, writeCondition } from '../conditions.ts'
import { consistencyOf } from '../consistency.ts'
import type { App, AppContext } from '../exchange.ts'
import { readInTime, writeInTime } from '../in-time.ts'
import { presence, user } from '../openapi/answers.ts'
import { READ_ERRORS, type RouteDescription, WRITE_ERRORS } from '../openapi/description.ts'
import { PRESENCE, USER } from '../openapi/examples.ts'
import {
  IF_ABSENT,
  IF_MATCH,
  IF_MATCH_READ,
  IF_NONE_MATCH_READ,
  idempotencyHeaders,
  ROUTE_HEADERS
} from '../openapi/headers.ts'
import { errorResponse } from '../problems.ts'
import { IDEMPOTENCY_AGE, IDEMPOTENCY_KEY, olderBy, repetitionOf } from '../repetition.ts'
import { routeHeaders } from '../route-headers.ts'
import { checkBody, checkQuery, heartbeatBody, noQuery, patchBody, putBody, readQuery } from '../schemas.ts'
import { USER_ID, userIdAfter } from '../user-path.ts'

const PREFIX = '/v1/users/'
const PATH = `${PREFIX}${USER_ID}`
const HEARTBEAT = '/heartbeat'
const JSON_TYPES = ['application/json']
const PATCH_TYPES = ['application/merge-patch+json', 'application/json']

const OF_ONE_USER = { path: '/v1/users/:id', tag: 'Users' } as const
const OF_A_WRITE = { ...OF_ONE_USER, carries: [...ROUTE_HEADERS, 'Idempotency-Replayed'] } as const
const IDEMPOTENCY = idempotencyHeaders({ key: IDEMPOTENCY_KEY, age: IDEMPOTENCY_AGE })
const DECIDED_ERRORS = [
  ...WRITE_ERRORS,
  'ConflictError',
  'IdempotencyKeyReusedError',
  'OperationTooOldError',
  'TimeoutError' // while the user is read for a condition that can hold for no version
] as const

export const USERS_ROUTES: readonly RouteDescription[] = [
  {
    ...OF_ONE_USER,
    method: 'GET',
    operation: 'getUser',
    summary: 'Read a user',
    detail:
      'A strong read needs the leader and a majority of the peers that keep the user; while a new leader is being chosen it waits. A stale one needs one of these peers, and says how old it is.',
    query: readQuery,
    headers: [IF_NONE_MATCH_READ, IF_MATCH_READ],
    answers: {
      200: { what: 'The user', schema: user, example: USER, headers: ['ETag'] },
      304: { what: 'The user still has one of the versions in `If-None-Match`', headers: ['ETag'] }
    },
    carries: [...ROUTE_HEADERS, 'ETag'],
    errors: [...READ_ERRORS, 'NotFoundError', 'ConflictError']
  },
  {
    ...OF_A_WRITE,
    method: 'PUT',
    operation: 'putUser',
    summary: 'Create or replace a user',
    detail:
      'A profile that is left out is kept; a new user has an empty one then. Without `ttl` the status is for good, and a lease that there was ends.',
    headers: [IF_MATCH, IF_ABSENT, ...IDEMPOTENCY],
    body: {
      types: JSON_TYPES,
      schema: putBody.meta({ id: 'UserInput' }),
      example: { status: 'ONLINE', profile: { name: 'Ada' } }
    },
    answers: {
      200: { what: 'The user, replaced', schema: user, example: USER, headers: ['ETag'] },
      201: { what: 'The user, created', schema: user, example: USER, headers: ['ETag', 'Location'] }
    },
    errors: DECIDED_ERRORS
  },
  {
    ...OF_A_WRITE,
    method: 'PATCH',
    operation: 'patchUser',
    summary: 'Change parts of a user',
    detail:
      'A JSON merge patch (RFC 7396): what is left out stays, and null removes a member of the profile. Never creates.',
    headers: [IF_MATCH, ...IDEMPOTENCY],
    body: {
      types: PATCH_TYPES,
      schema: patchBody.meta({ id: 'UserPatch' }),
      example: { status: 'AWAY', profile: { mood: 'thoughtful' } }
    },
    answers: { 200: { what: 'The user, changed', schema: user, example: USER, headers: ['ETag'] } },
    errors: [...DECIDED_ERRORS, 'NotFoundError']
  },
  {
    ...OF_ONE_USER,
    method: 'POST',
    path: '/v1/users/:id/heartbeat',
    operation: 'heartbeat',
    summary: 'Renew a presence lease',
    detail:
      'Changes `expiresAt` and nothing else. Sent when the lease has ended and nobody has written the user since, it brings the user back with the status that it had. A user who has no lease is 412. `If-Match` and `If-None-Match` are refused: PATCH with a `ttl` takes a condition.',
    body: {
      types: JSON_TYPES,
      schema: heartbeatBody.meta({ id: 'Heartbeat' }),
      example: { ttl: '30s' }
    },
    answers: { 200: { what: 'The lease', schema: presence, example: PRESENCE, headers: ['ETag'] } },
    carries: ROUTE_HEADERS,
    errors: [...WRITE_ERRORS, 'NotFoundError', 'ConflictError']
  },
  {
    ...OF_A_WRITE,
    method: 'DELETE',
    operation: 'deleteUser',
    summary: 'Delete a user',
    headers: [IF_MATCH, ...IDEMPOTENCY],
    answers: { 204: { what: 'The user is deleted' } },
    errors: [...DECIDED_ERRORS, 'NotFoundError']
  }
]

export function usersRoutes(app: App, users: TracedUsers, clock: Clock): void {
  app.get(PATH, async c => {
    const { url, signal } = c.env
    const id = userIdAfter(PREFIX, url)
    const consistency = consistencyOf(url.searchParams)
    const { value, route } = await readInTime(users.get(id, { consistency, signal }), signal)
    if (value === undefined) return errorResponse(noSuchUser(id), c.env, routeHeaders(route))
    const headers = { ...routeHeaders(route), ETag: etagOf(value.version), 'Cache-Control': 'no-cache' }
    const verdict = readVerdict(c.req.raw.headers, value.version)
    if (verdict === 'not-modified') return c.body(null, 304, headers)
    if (verdict === 'failed') return errorResponse(otherVersion(id, value), c.env, headers)
    return c.json(value, 200, headers)
  })

  app.put(PATH, async c => {
    const { url, signal } = c.env
    const id = userIdAfter(PREFIX, url)
    const { status, profile, ttl } = checkBody(
      putBody,
      await readJson(c.req.raw, { types: JSON_TYPES, clock, signal })
    )
    const options = await writeOptions(users, id, c, clock, true)
    const traced = await writeInTime(users.set(id, { status, profile, ttlMs: ttl }, options), signal)
    const headers = { ...writeHeaders(traced), ETag: etagOf(traced.value.version) }
    return traced.created
      ? c.json(traced.value, 201, { ...headers, Location: PREFIX + encodeURIComponent(id) })
      : c.json(traced.value, 200, headers)
  })

  app.patch(PATH, async c => {
    const { url, signal } = c.env
    const id = userIdAfter(PREFIX, url)
    const { status, profile, ttl } = checkBody(
      patchBody,
      await readJson(c.req.raw, { types: PATCH_TYPES, clock, signal })
    )
    const options = await writeOptions(users, id, c, clock, false)
    const traced = await writeInTime(users.patch(id, { status, profile, ttlMs: ttl }, options), signal)
    return c.json(traced.value, 200, { ...writeHeaders(traced), ETag: etagOf(traced.value.version) })
  })

  app.post(PATH + HEARTBEAT, async c => {
    const { url, signal } = c.env
    const id = userIdAfter(PREFIX, url, HEARTBEAT)
    checkQuery(noQuery, url.searchParams)
    refuseConditions(c.req.raw.headers)
    const { ttl } = checkBody(heartbeatBody, await readJson(c.req.raw, { types: JSON_TYPES, clock, signal }))
    const { value, route } = await writeInTime(users.heartbeat(id, ttl, { signal }), signal)
    return c.json(value, 200, { ...routeHeaders(route), ETag: etagOf(value.version) })
  })

  app.delete(PATH, async c => {
    const { url, signal } = c.env
    const id = userIdAfter(PREFIX, url)
    const options = await writeOptions(users, id, c, clock, false)
    const traced = await writeInTime(users.delete(id, options), signal)
    const headers = writeHeaders(traced)
    return traced.value ? c.body(null, 204, headers) : errorResponse(noSuchUser(id), c.env, headers)
  })
}

/**
 * What the headers of a write ask for, once its body is there: an age grows while that comes.
 * @throws ConflictError for a condition that can hold for no version
 */
async function writeOptions(
  users: TracedUsers,
  id: string,
  { req, env }: AppContext,
  clock: Clock,
  creates: boolean
): Promise<SetOptions> {
  const { url, signal, arrivedMs } = env
  const { headers } = req.raw
  checkQuery(noQuery, url.searchParams)
  const repetition = repetitionOf(headers)
  const { never, ...condition } = writeCondition(headers, creates)
  if (never) {
    const { value } = await readInTime(users.get(id, { signal }), signal)
    throw new ConflictError(
      'If-Match compares strongly, so a weak tag (W/) never holds; send the ETag without W/',
      {
        current: value
      }
    )
  }
  return { ...condition, ...olderBy(repetition, clock.monotonic() - arrivedMs), signal }
}

function writeHeaders({ route, replayed }: Traced<unknown>): Record<string, string> {
  return { ...routeHeaders(route), ...(replayed && { 'Idempotency-Replayed': 'true' }) }
}

function noSuchUser(id: string): NotFoundError {
  return new NotFoundError(`There is no user ${JSON.stringify(id)}; PUT creates one`)
}

function otherVersion(id: string, current: User): ConflictError {
  return new ConflictError(
    `User ${JSON.stringify(id)} has version ${current.version}, none that If-Match names`,
    {
      current
    }
  )
}
