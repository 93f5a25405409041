/** The wait between two rounds of a loop, that something urgent may cut short. */
import type { Clock } from '../runtime.ts'

/** A timer this late says that our own event loop was busy with something else. */
export const LATE_MS = 200

export class Pause {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  #wake: (() => void) | undefined
  #woken = false

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock
    this.#signal = signal
  }

  /** Ends the wait under way, or the next one at once. */
  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  /** Tells whether the timer was late. Rejects with the signal's reason. */
  wait(ms: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const dueMs = this.#clock.monotonic() + ms
      const end = () => {
        timer.cancel()
        this.#signal.removeEventListener('abort', end)
        this.#wake = undefined
        this.#woken = false
        if (this.#signal.aborted) reject(this.#signal.reason)
        else resolve(this.#clock.monotonic() - dueMs > LATE_MS)
      }
      const timer = this.#clock.timer(this.#woken ? 0 : ms, end)
      this.#signal.addEventListener('abort', end, { once: true })
      if (this.#signal.aborted) end()
      else this.#wake = end
    })
  }
}
