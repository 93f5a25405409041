/** How an answer on data came about, as headers. */
import type { Route } from '../users/users.ts'

/**
 * `Ring-Hops` counts the peers that were asked; 0 when the gateway's own peer answered. `Ring-Age`, of a stale answer:
 * whole ms since its replica last heard of the leader.
 */
export function routeHeaders({ owner, hops, consistency, ageMs }: Route): Record<string, string> {
  return {
    'Ring-Owner': owner,
    'Ring-Hops': String(hops),
    'Ring-Consistency': consistency,
    ...(ageMs !== undefined && Number.isFinite(ageMs) && { 'Ring-Age': String(Math.ceil(ageMs)) })
  }
}
