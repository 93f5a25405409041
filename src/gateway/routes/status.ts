/** The routes of the original, frozen as its clients know them. Ids were integers there: 007 is 7. */
import { NotFoundError } from '../../errors.ts'
import type { Clock } from '../../runtime.ts'
import { canonicalDecimalId } from '../../users/user.ts'
import type { TracedUsers } from '../../users/users.ts'
import { readJson } from '../body.ts'
import type { App } from '../exchange.ts'
import { readInTime, writeInTime } from '../in-time.ts'
import { errorResponse } from '../problems.ts'
import { routeHeaders } from '../route-headers.ts'
import { checkBody, statusBody } from '../schemas.ts'
import { USER_ID, userIdAfter } from '../user-path.ts'

const PREFIX = '/status/'
const PATH = `${PREFIX}${USER_ID}`
/** curl -d says it sends a form; the scripts of the original send JSON all the same, some with no type at all. */
const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded']

export function statusRoutes(app: App, users: TracedUsers, clock: Clock): void {
  app.get(PATH, async c => {
    const { url, signal } = c.env
    const id = canonicalDecimalId(userIdAfter(PREFIX, url))
    const { value, route } = await readInTime(users.get(id, { signal }), signal)
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
