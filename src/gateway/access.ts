/**
 * Which scope a request needs. What is not named here is closed as far as it can be: a route that somebody adds is for
 * operators until this file says otherwise, when it changes anything, and for readers when it does not.
 */
import { DASHBOARD_PATHS } from './routes/dashboard.ts'
import { HEALTH_PATHS } from './routes/health.ts'
import type { Scope } from './tokens.ts'

/** Load balancers and probes have no token, nor has a browser that is to show what the routes are, or a page that asks for one; none of it says anything of users. */
export const OPEN_PATHS: ReadonlySet<string> = new Set([
  ...HEALTH_PATHS,
  ...DASHBOARD_PATHS,
  '/openapi.json',
  '/docs',
  '/docs/style.css'
])

const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
/** A question whose ids do not fit into a URL. */
const BATCH_GET = '/v1/users:batchGet'
const USERS = /^\/(v1\/users[/:]|status\/)/

/** Undefined: anybody may. */
export function scopeNeeded(method: string, path: string): Scope | undefined {
  if (OPEN_PATHS.has(path)) return undefined
  if (READING_METHODS.has(method) || path === BATCH_GET) return 'read'
  return USERS.test(path) ? 'write' : 'admin'
}
