/** Time that a test moves; what is due fires then. */
import type { Clock } from '../../src/runtime.ts'

export class ManualClock implements Clock {
  #nowMs = 0
  readonly #timers = new Set<{ atMs: number; fire: () => void }>()

  now(): number {
    return this.#nowMs
  }

  monotonic(): number {
    return this.#nowMs
  }

  timer(ms: number, fire: () => void) {
    const timer = { atMs: this.#nowMs + ms, fire }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  soon(work: () => void): void {
    this.timer(0, work)
  }

  get pending(): number {
    return this.#timers.size
  }

  /** One timer at a time, and whatever follows from it before the next. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      let next: { atMs: number; fire: () => void } | undefined
      for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer
      if (next === undefined || next.atMs > endMs) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.fire()
    }
    this.#nowMs = endMs
  }
}
