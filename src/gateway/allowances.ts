/**
 * How often each client may do something: so many times at once, and so many more with each second. A token bucket, kept as the
 * one number of the generic cell rate algorithm (ITU-T I.371).
 */
import { HTTP_CLIENTS_MAX } from '../constants.ts'
import type { Clock } from '../runtime.ts'
import { Recent } from './recent.ts'

export interface AllowanceOptions {
  readonly atOnce: number
  readonly perSecond: number
}

export class Allowances {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #burstMs: number
  /** When each client would be done, on the clock's monotonic time, if it did things evenly. Who is forgotten begins anew. */
  readonly #doneAtMs = new Recent<number>(HTTP_CLIENTS_MAX)

  constructor(clock: Clock, { atOnce, perSecond }: AllowanceOptions) {
    this.#clock = clock
    this.#intervalMs = 1000 / perSecond
    this.#burstMs = (atOnce - 1) * this.#intervalMs
  }

  /** Takes one from the client's allowance. 0; or, when there is none left, in how many ms there will be. */
  take(client: string): number {
    const waitMs = this.waitMs(client)
    if (waitMs > 0) return waitMs
    const nowMs = this.#clock.monotonic()
    this.#doneAtMs.set(client, Math.max(nowMs, this.#doneAtMs.get(client) ?? 0) + this.#intervalMs)
    return 0
  }

  /** What `take` would say, without taking. */
  waitMs(client: string): number {
    const doneAtMs = this.#doneAtMs.get(client)
    if (doneAtMs === undefined) return 0
    return Math.max(0, Math.ceil(doneAtMs - this.#burstMs - this.#clock.monotonic()))
  }
}
