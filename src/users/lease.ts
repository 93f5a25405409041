/**
 * Presence leases: how long a user's status holds without a word from whoever set it. Decided in log time, which every
 * replica ages by entries alone and which never runs faster than real time, so a lease never ends early, and survives
 * restarts and new leaders. What the wall clock says of it is for people.
 */
import type { Evaluation, EvaluationContext } from '../replica/slot-machine.ts'
import type { Heartbeat, Outcome } from './operation.ts'
import { encodeEffect, isLiveRow, type Lease, UserRow } from './row.ts'
import type { Status, User } from './user.ts'

/** What is left of a status when its lease has ended. */
export const LAPSED_STATUS: Status = 'OFFLINE'

export function leaseFor(ttlMs: number, { logTimeMs, nowMs }: EvaluationContext): Lease {
  // Of log time there are whole ms: what lies between two of them may be up to one less.
  return { untilMs: logTimeMs + ttlMs + 1, expiresAtMs: nowMs + ttlMs }
}

/** The user with the lease that it has from now on. */
export function leased(user: User, lease: Lease | undefined): User {
  return { ...user, expiresAt: lease === undefined ? null : new Date(lease.expiresAtMs).toISOString() }
}

/**
 * A lease goes on, and is never made shorter; a user whose lease has ended comes back with the status that it ended. Whoever has no lease was
 * given its status for good, which a late heartbeat must not take away.
 */
export function renew(row: UserRow, { ttlMs }: Heartbeat, context: EvaluationContext): Evaluation<Outcome> {
  const { user, lapsed } = row
  if (user === undefined) return { outcome: refused('absent', user) }
  const lease = leaseFor(ttlMs, context)
  if (lapsed !== undefined) {
    const back = leased(changed(user, lapsed, context), lease)
    return {
      outcome: renewed(back),
      payload: encodeEffect({ form: 'lapses', user: back, lease })
    }
  }
  if (row.lease === undefined) return { outcome: refused('conflict', user) }
  // One that was long under way must not take away what a later one was promised.
  const longer = row.lease.untilMs > lease.untilMs ? row.lease : lease
  return { outcome: renewed(leased(user, longer)), payload: encodeEffect({ form: 'renews', lease: longer }) }
}

/** What becomes of a row that is due. */
export function elapse(bytes: Uint8Array, context: EvaluationContext): Uint8Array | undefined {
  const row = new UserRow(bytes)
  const { dueMs } = row
  if (dueMs === undefined || dueMs > context.logTimeMs) return undefined
  if (!isLiveRow(bytes)) return new Uint8Array()
  const user = row.user!
  return encodeEffect({ form: 'lapses', user: changed(user, LAPSED_STATUS, context), lapsed: user.status })
}

function changed(user: User, status: Status, { version, nowMs }: EvaluationContext): User {
  const updatedMs = Math.max(nowMs, Date.parse(user.updatedAt))
  return { ...user, status, version, updatedAt: new Date(updatedMs).toISOString(), expiresAt: null }
}

function renewed(user: User): Outcome {
  return { kind: 'renewed', user, version: user.version, replayed: false }
}

function refused(kind: 'absent' | 'conflict', user: User | undefined): Outcome {
  return { kind, user, version: user?.version ?? '', replayed: false }
}
