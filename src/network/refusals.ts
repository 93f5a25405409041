/** How often a peer's offences are told: a hostile one shall fill no log and wake nobody more than it is worth. */
import type { Peer } from '../chord/ring-node.ts'
import { PEER_BOOK_MAX } from '../constants.ts'
import type { Clock } from '../runtime.ts'

/** Offences of one peer that are told in a window; what comes on top is counted and told with the next window's first. */
const TOLD_MAX = 100
const WINDOW_MS = 60_000

interface Window {
  readonly sinceMs: number
  count: number
}

export class Refusals {
  readonly #clock: Clock
  readonly #windows = new Map<Peer, Window>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Undefined when this offence is not to be told; otherwise how many before it were not. */
  admit(peer: Peer): number | undefined {
    const nowMs = this.#clock.monotonic()
    const window = this.#windows.get(peer)
    if (window !== undefined && nowMs - window.sinceMs < WINDOW_MS) {
      window.count++
      return window.count > TOLD_MAX ? undefined : 0
    }
    if (this.#windows.size >= PEER_BOOK_MAX) this.#windows.clear()
    this.#windows.set(peer, { sinceMs: nowMs, count: 1 })
    return Math.max(0, (window?.count ?? 0) - TOLD_MAX)
  }
}
