/** Every route, and what a path or a method that is none gets. */
import { Hono } from 'hono'
import { MethodNotAllowedError, UnknownPathError } from '../errors.ts'
import type { App, AppContext, GatewayOptions } from './exchange.ts'
import type { RouteDescription } from './openapi/description.ts'
import { errorResponse } from './problems.ts'
import { CHANGES_ROUTES, changesRoutes } from './routes/changes.ts'
import { DASHBOARD_ROUTES, dashboardRoutes } from './routes/dashboard.ts'
import { DESCRIPTION_ROUTES, descriptionRoutes } from './routes/description.ts'
import { EVENTS_ROUTES, eventsRoutes } from './routes/events.ts'
import { HEALTH_ROUTES, healthRoutes } from './routes/health.ts'
import { MANY_USERS_ROUTES, manyUsersRoutes } from './routes/many-users.ts'
import { METRICS_ROUTES, metricsRoutes } from './routes/metrics.ts'
import { RING_ROUTES, ringRoutes } from './routes/ring.ts'
import { STATUS_ROUTES, statusRoutes } from './routes/status.ts'
import { TASKS_ROUTES, tasksRoutes } from './routes/tasks.ts'
import { USERS_ROUTES, usersRoutes } from './routes/users.ts'
import { Streams } from './streams.ts'
import { USER_ID } from './user-path.ts'

const UNMATCHED = 'unmatched'
const METHODS = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE']
/** What each route says of itself; a test holds that it is every route, and that answers are as it says. */
export const ROUTES: readonly RouteDescription[] = [
  ...USERS_ROUTES,
  ...MANY_USERS_ROUTES,
  ...CHANGES_ROUTES,
  ...RING_ROUTES,
  ...TASKS_ROUTES,
  ...EVENTS_ROUTES,
  ...HEALTH_ROUTES,
  ...METRICS_ROUTES,
  ...STATUS_ROUTES,
  ...DASHBOARD_ROUTES,
  ...DESCRIPTION_ROUTES
]

export function createApp(options: GatewayOptions, streams = new Streams()): App {
  const { users, many, ring, tasks, metrics, runtime, version } = options
  // Paths are matched as they stand in the URL: decoded, %2F in a user id would become a separator.
  const app: App = new Hono({ getPath: request => new URL(request.url).pathname })
  statusRoutes(app, users, runtime.clock)
  usersRoutes(app, users, runtime.clock)
  manyUsersRoutes(app, { users, many, streams, clock: runtime.clock })
  changesRoutes(app, { many, streams, clock: runtime.clock })
  ringRoutes(app, options)
  tasksRoutes(app, tasks)
  eventsRoutes(app, { events: options.events, streams, clock: runtime.clock })
  healthRoutes(app, ring, version)
  metricsRoutes(app, metrics)
  dashboardRoutes(app)
  descriptionRoutes(app, ROUTES, { version, guarded: options.door?.guarded ?? false })
  app.notFound(c => unmatched(app, c))
  app.onError(error => {
    throw error // the gateway answers every error, in one place
  })
  return app
}

/** The method and path of every route, as documentation writes them: `GET /v1/users/:id`. */
export function routesOf(app: App): string[] {
  return app.routes.map(({ method, path }) => `${method} ${path.replace(USER_ID, ':id')}`)
}

/** The pattern of the route that takes a request, for who counts them: there are as many as routes. */
export function routeOf(app: App, method: string, path: string): string {
  const handlers = app.router.match(method === 'HEAD' ? 'GET' : method, path)[0]
  const route = handlers.findLast(([[, { method }]]) => method !== 'ALL')?.[0][1].path
  return route?.replace(USER_ID, ':id') ?? UNMATCHED
}

/** A request that no route took: OPTIONS, a method that the path does not have, or a path that there is not. */
function unmatched(app: App, c: AppContext): Response {
  const path = c.env.url.pathname
  const methods = METHODS.filter(method => app.router.match(method, path)[0].length > 0)
  if (methods.length === 0) {
    const known = [...new Set(app.routes.map(route => route.path.replace(USER_ID, ':id')))].join(', ')
    return errorResponse(new UnknownPathError(`There is nothing at ${path}; there is: ${known}`), c.env)
  }
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  if (c.req.method === 'OPTIONS') return c.body(null, 204, { Allow: allow })
  const refused = new MethodNotAllowedError(`${c.req.method} is not possible on ${path}; use ${allow}`)
  return errorResponse(refused, c.env, { Allow: allow })
}
