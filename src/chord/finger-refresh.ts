/**
 * Keeps the finger tables right (fix_fingers, Chord section 4.4): a row now and then while nothing happens, everything soon
 * after a neighbour changed, since then the ring has most likely changed for others too. Fingers make a lookup short,
 * never wrong, so none of this is urgent.
 */
import { UnavailableError } from '../errors.ts'
import type { Position } from '../ring/position.ts'
import { jitter } from '../runtime.ts'
import { lookup } from './lookup.ts'
import { Pause } from './pause.ts'
import type { StabilisationContext } from './stabilisation.ts'

/** Between two lookups of a settled ring. A sweep of a ring of a thousand nodes takes about ten. */
const ROW_MS = 2_000
/** From the last change to the sweep: changes come in groups, and what is learnt amidst them is soon wrong again… */
const SWEEP_DELAY_MS = 1_000
/** …but from the first one never longer than this. */
const SWEEP_DELAY_MAX_MS = 8_000
/** A sweep that changed something is repeated: the lists that it learnt from may themselves not be settled yet… */
const REPEAT_DELAY_MS = 4_000
/** …and after ever longer waits. */
const REPEAT_DELAY_MAX_MS = 16_000
const ROW_LOOKUP_TIMEOUT_MS = 2_000

export class FingerRefresh {
  readonly #context: StabilisationContext
  readonly #pause: Pause
  #sweepAtMs = 0
  /** No later than this, however much goes on changing. */
  #sweepLatestMs = Number.POSITIVE_INFINITY
  #repeatDelayMs = REPEAT_DELAY_MS

  constructor(context: StabilisationContext) {
    this.#context = context
    this.#pause = new Pause(context.runtime.clock, context.tasks.signal)
  }

  /** Runs until Chord stops. */
  async run(): Promise<void> {
    const { random } = this.#context.runtime
    for (;;) {
      const untilSweepMs = this.#sweepAtMs - this.#now()
      await this.#pause.wait(Math.max(0, Math.min(jitter(random, ROW_MS), untilSweepMs)))
      if (this.#now() >= this.#sweepAtMs) await this.#sweep()
      else await this.#refreshNext()
    }
  }

  /** A pointer changed, or a finger's peer is gone. */
  soon(): void {
    const now = this.#now()
    this.#repeatDelayMs = REPEAT_DELAY_MS
    this.#sweepLatestMs = Math.min(this.#sweepLatestMs, now + SWEEP_DELAY_MAX_MS)
    this.#sweepAtMs = Math.min(
      this.#sweepLatestMs,
      now + jitter(this.#context.runtime.random, SWEEP_DELAY_MS)
    )
    this.#pause.wake()
  }

  async #sweep(): Promise<void> {
    const { table, runtime } = this.#context
    this.#sweepAtMs = Number.POSITIVE_INFINITY
    this.#sweepLatestMs = Number.POSITIVE_INFINITY
    table.fingers.restart()
    let changed = false
    for (const own of table.own) {
      if (own.member && own.successors.length > 0) {
        changed = table.learn({ predecessor: own.node, successors: own.successors }) || changed
      }
    }
    for (;;) {
      const start = table.fingers.nextStart()
      if (start === undefined) break
      changed = (await this.#refresh(start)) || changed
    }
    if (!changed) return
    this.#sweepAtMs = Math.min(this.#sweepAtMs, this.#now() + jitter(runtime.random, this.#repeatDelayMs))
    this.#repeatDelayMs = Math.min(this.#repeatDelayMs * 2, REPEAT_DELAY_MAX_MS)
  }

  async #refreshNext(): Promise<void> {
    const start = this.#context.table.fingers.nextStart()
    if (start !== undefined) await this.#refresh(start)
  }

  /** Tells whether a row changed. */
  async #refresh(start: Position): Promise<boolean> {
    const { table } = this.#context
    try {
      return table.learn(await lookup(this.#context, start, { timeoutMs: ROW_LOOKUP_TIMEOUT_MS }))
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      return false
    } finally {
      // Whoever was found may be gone by now, and nothing was filled: a sweep goes on whatever a lookup says.
      table.fingers.skip(start)
    }
  }

  #now(): number {
    return this.#context.runtime.clock.monotonic()
  }
}
