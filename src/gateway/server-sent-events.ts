/** What all feeds of server-sent events have in common. */
import type { Clock } from '../runtime.ts'

export const SSE_TYPE = 'text/event-stream'
/** `X-Accel-Buffering`: common proxies hold events back otherwise. */
export const SSE_HEADERS = {
  'Content-Type': SSE_TYPE,
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no'
}
/** Proxies and load balancers drop a connection on which nothing moves, common ones after 60 s. */
const KEEP_ALIVE_MS = 15_000
/** A comment, which readers pass over. */
export const KEEP_ALIVE = ':\n\n'

/** What a feed tells next, awaited in turns that are bounded in time. */
export class Turns<T> {
  readonly #next: () => Promise<T>
  readonly #clock: Clock
  #awaited: { readonly result: Promise<T>; settled: boolean } | undefined
  #wake: (() => void) | undefined

  constructor(next: () => Promise<T>, clock: Clock) {
    this.#next = next
    this.#clock = clock
  }

  /** Undefined when nothing came for KEEP_ALIVE_MS; the next turn goes on waiting for the same. One call at a time. */
  async take(): Promise<T | undefined> {
    this.#awaited ??= this.#begin()
    const awaited = this.#awaited
    if (!awaited.settled) await this.#turn()
    if (!awaited.settled) return undefined
    this.#awaited = undefined
    return awaited.result
  }

  /** Subscribes once, not with each turn: a feed may be silent for weeks. */
  #begin() {
    const awaited = { result: this.#next(), settled: false }
    const settle = () => {
      awaited.settled = true
      this.#wake?.()
    }
    awaited.result.then(settle, settle)
    return awaited
  }

  #turn(): Promise<void> {
    return new Promise(resolve => {
      const timer = this.#clock.timer(KEEP_ALIVE_MS, resolve)
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
  }
}
