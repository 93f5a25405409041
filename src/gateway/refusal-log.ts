/** What the log is told of refused requests: enough to see that somebody is at it, never so much that the log is the harm. */
import { REFUSALS_LOGGED_PER_MINUTE } from '../constants.ts'
import type { Clock, Log } from '../runtime.ts'
import type { Caller, Refusal } from './door.ts'
import type { Exchange } from './exchange.ts'

const WINDOW_MS = 60_000
/** A path may be as long as all headers. */
const PATH_LENGTH_MAX = 200
const DETAIL_LENGTH_MAX = 400

export class RefusalLog {
  readonly #clock: Clock
  readonly #log: Log
  #sinceMs = Number.NEGATIVE_INFINITY
  #count = 0

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  /** Logs it, unless this minute has had its share; the next line tells how many were left out. */
  note({ error, token }: Refusal, method: string, { url, requestId }: Exchange, { address }: Caller): void {
    const nowMs = this.#clock.monotonic()
    let leftOut = 0
    if (nowMs - this.#sinceMs >= WINDOW_MS) {
      leftOut = Math.max(0, this.#count - REFUSALS_LOGGED_PER_MINUTE)
      this.#sinceMs = nowMs
      this.#count = 0
    }
    this.#count++
    if (this.#count > REFUSALS_LOGGED_PER_MINUTE) return
    this.#log.warn('A request was refused', {
      requestId,
      method,
      path: url.pathname.slice(0, PATH_LENGTH_MAX),
      address,
      ...(token !== undefined && { token }),
      error: error.name,
      detail: error.message.slice(0, DETAIL_LENGTH_MAX),
      ...(leftOut > 0 && { leftOutBefore: leftOut })
    })
  }
}
