/** Which errors a route may answer: what follows from its form, so that its description need not say it, and what that adds. */
import { ERROR_KINDS } from '../../errors.ts'
import { scopeNeeded } from '../access.ts'
import type { HttpErrorName } from '../problems.ts'
import { ALWAYS_ANSWERED } from '../routes/metrics.ts'
import type { RouteDescription } from './description.ts'

const BODY_ERRORS = ['RequestTimeoutError', 'TooLargeError', 'UnsupportedMediaTypeError'] as const
const USER_ID_ERRORS = ['InvalidUserError', 'UnknownPathError'] as const
/** To a page of another site or a caller without the scope, and to who asks too often. */
const DOOR_ERRORS = ['ForbiddenError', 'TooManyRequestsError'] as const

/** In the order of their status. `guarded`: the gateway has tokens. */
export function errorsOf(route: RouteDescription, guarded: boolean): HttpErrorName[] {
  const names = new Set<HttpErrorName>(['InvalidRequestError', ...(route.errors ?? [])])
  const add = (more: readonly HttpErrorName[]) => {
    for (const name of more) names.add(name)
  }
  if (!ALWAYS_ANSWERED.has(route.path)) add(['BusyError'])
  if (route.body !== undefined) add(route.body.streamed ? ['UnsupportedMediaTypeError'] : BODY_ERRORS)
  if (route.path.includes('/:id')) add(USER_ID_ERRORS)
  if (scopeNeeded(route.method, route.path) !== undefined) {
    add(DOOR_ERRORS)
    if (guarded) add(['UnauthorisedError'])
  }
  return [...names].sort((a, b) => ERROR_KINDS[a].status - ERROR_KINDS[b].status)
}
