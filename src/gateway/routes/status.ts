/** The routes of the original, frozen as its clients know them. Ids were integers there: 007 is 7. */
import { errorName, NotFoundError } from '../../errors.ts'
import { type Clock, deadlineAfter } from '../../runtime.ts'
import { canonicalDecimalId, type User } from '../../users/user.ts'
import type { Traced, TracedUsers } from '../../users/users.ts'
import { readJson } from '../body.ts'
import type { App } from '../exchange.ts'
import { readInTime, writeInTime } from '../in-time.ts'
import { statusAnswer, success } from '../openapi/answers.ts'
import { READ_ERRORS, type RouteDescription, WRITE_ERRORS } from '../openapi/description.ts'
import { ROUTE_HEADERS } from '../openapi/headers.ts'
import { errorResponse } from '../problems.ts'
import { routeHeaders } from '../route-headers.ts'
import { checkBody, statusBody } from '../schemas.ts'
import { USER_ID, userIdAfter } from '../user-path.ts'

const PREFIX = '/status/'
const PATH = `${PREFIX}${USER_ID}`
/** A strong answer takes milliseconds; for longer than this its callers, who know nothing of waiting, shall not wait. */
const STRONG_TIMEOUT_MS = 2_000
/** curl -d says it sends a form; the scripts of the original send JSON all the same, some with no type at all. */
const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded']

export const STATUS_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: '/status/:id',
    operation: 'getStatus',
    tag: 'Original',
    summary: 'Read the status of a user',
    detail: `Strong first, and after ${STRONG_TIMEOUT_MS / 1_000} seconds, or at once when there is no majority, stale: \`Ring-Consistency\` says which.`,
    answers: { 200: { what: 'The status', schema: statusAnswer, example: { status: 'ONLINE' } } },
    carries: ROUTE_HEADERS,
    errors: [...READ_ERRORS, 'NotFoundError']
  },
  {
    method: 'POST',
    path: '/status/:id',
    operation: 'setStatus',
    tag: 'Original',
    summary: 'Set the status of a user',
    detail:
      'Creates the user if there is none, and leaves its profile as it is. Other members are passed over.',
    body: {
      types: BODY_TYPES,
      schema: statusBody.meta({ id: 'StatusInput' }),
      example: { status: 0 }
    },
    answers: { 200: { what: 'It was written', schema: success, example: { success: true } } },
    carries: ROUTE_HEADERS,
    errors: WRITE_ERRORS
  }
]

export function statusRoutes(app: App, users: TracedUsers, clock: Clock): void {
  app.get(PATH, async c => {
    const { url, signal } = c.env
    const id = canonicalDecimalId(userIdAfter(PREFIX, url))
    const { value, route } = await readAnyhow(users, id, clock, signal)
    const headers = routeHeaders(route)
    if (value === undefined) return errorResponse(new NotFoundError('User not found'), c.env, headers)
    return c.json({ status: value.status }, 200, headers)
  })

  app.post(PATH, async c => {
    const { url, signal } = c.env
    const id = canonicalDecimalId(userIdAfter(PREFIX, url))
    const body = await readJson(c.req.raw, { types: BODY_TYPES, untyped: true, clock, signal })
    const { status } = checkBody(statusBody, body)
    const { route } = await writeInTime(users.set(id, { status }, { signal }), signal)
    return c.json({ success: true }, 200, routeHeaders(route))
  })
}

/**
 * The original answered from what the asked peer could find, so here a stale answer, which says that it is one, is better
 * than none: while the slot has no majority, or nobody leads it yet.
 */
async function readAnyhow(
  users: TracedUsers,
  id: string,
  clock: Clock,
  signal: AbortSignal
): Promise<Traced<User | undefined>> {
  using quick = deadlineAfter(clock, STRONG_TIMEOUT_MS, signal)
  try {
    return await readInTime(users.get(id, { signal: quick.signal }), quick.signal)
  } catch (error) {
    const name = errorName(error)
    if (signal.aborted || (name !== 'UnavailableError' && name !== 'TimeoutError')) throw error
    return readInTime(users.get(id, { consistency: 'stale', signal }), signal)
  }
}
