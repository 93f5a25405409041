/** How an answer on data came about, as headers. */
import type { Route } from '../users/users.ts'

/** `Ring-Hops` counts the peers that were asked; 0 when the gateway's own peer answered. */
export function routeHeaders(route: Route): Record<string, string> {
  return {
    'Ring-Owner': route.owner,
    'Ring-Hops': String(route.hops),
    'Ring-Consistency': route.consistency
  }
}
