/**
 * What must hold of presence leases: none ends before the time that its holder was promised is over, by the one true
 * clock, whatever the clocks of the peers say.
 */
import type { Entry } from '../../src/replica/entry.ts'
import { userIdOfRow } from '../../src/storage/keys.ts'
import { UserRow } from '../../src/users/row.ts'

/** By so much a leader's clock may run fast: more than `drift` in options.ts. */
const DRIFT_MAX = 0.06

interface Promised {
  /** Not before, by the true clock. */
  readonly untilMs: number
  /** When it was acknowledged, so that its entry was on disks. */
  readonly atMs: number
}

export interface LeaseRulesInit {
  readonly now: () => number
  readonly fault: (what: string) => void
  readonly count: (what: string) => void
}

export class LeaseRules {
  readonly #init: LeaseRulesInit
  readonly #promised = new Map<string, Promised>()

  constructor(init: LeaseRulesInit) {
    this.#init = init
  }

  /** Its holder asks for something else: until that is answered nothing is promised. */
  asked(user: string): void {
    this.#promised.delete(user)
  }

  acknowledged(user: string, calledMs: number, ttlMs: number): void {
    this.#promised.set(user, { untilMs: calledMs + ttlMs * (1 - DRIFT_MAX), atMs: this.#init.now() })
  }

  /** An entry is committed, which was first on a disk at `seenMs`. */
  applied(entry: Entry, seenMs: number, before: Uint8Array | undefined, after: Uint8Array | null): void {
    if (before === undefined || after === null) return
    const was = new UserRow(before)
    const is = new UserRow(after)
    const { count, fault, now } = this.#init
    if (was.lapsed !== undefined && is.lease !== undefined && is.lapsed === undefined)
      count('lease came back')
    if (was.lease !== undefined && is.lease !== undefined) count('lease renewed')
    if (is.lapsed === undefined || was.lapsed !== undefined) return
    count('lease ended')
    const user = userIdOfRow(entry.key)
    if (was.lease === undefined || was.lease.untilMs > entry.timeMs)
      fault(`the lease of ${user} ended at log time ${entry.timeMs}, it was until ${was.lease?.untilMs}`)
    const promised = this.#promised.get(user)
    if (promised !== undefined && seenMs > promised.atMs && now() < promised.untilMs)
      fault(`the lease of ${user} ended, and was promised until ${promised.untilMs.toFixed(3)} ms`)
  }
}
