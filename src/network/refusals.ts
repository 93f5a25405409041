/** How often somebody's offences are told: a hostile one shall fill no log and wake nobody more than it is worth. */
import { PEER_BOOK_MAX } from '../constants.ts'
import type { Clock } from '../runtime.ts'

/** Offences of one that are told in a window unless the caller says otherwise; what comes on top is counted and told with the next window's first. */
const TOLD_MAX = 100
const WINDOW_MS = 60_000

interface Window {
  readonly sinceMs: number
  count: number
}

export class Refusals {
  readonly #clock: Clock
  readonly #toldMax: number
  readonly #windowMs: number
  readonly #windows = new Map<string, Window>()

  constructor(clock: Clock, { toldMax = TOLD_MAX, windowMs = WINDOW_MS } = {}) {
    this.#clock = clock
    this.#toldMax = toldMax
    this.#windowMs = windowMs
  }

  /** Undefined when this offence of `who` is not to be told; otherwise how many before it were not. */
  admit(who: string): number | undefined {
    const nowMs = this.#clock.monotonic()
    const window = this.#windows.get(who)
    if (window !== undefined && nowMs - window.sinceMs < this.#windowMs) {
      window.count++
      return window.count > this.#toldMax ? undefined : 0
    }
    if (this.#windows.size >= PEER_BOOK_MAX) this.#windows.clear()
    this.#windows.set(who, { sinceMs: nowMs, count: 1 })
    return Math.max(0, (window?.count ?? 0) - this.#toldMax)
  }
}
