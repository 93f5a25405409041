/** What came of operations: how many, how long each took, and which errors. Its size does not grow with their number. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { ERROR_KINDS, errorName } from '../errors.ts'

/** In µs: an hour. A schedule that is further behind says nothing more. */
const LATENCY_MAX_US = 3_600_000_000
/** A latency is told within 0.1 %, in some 200 KB however many there are (an HdrHistogram, as Node has it). */
const SIGNIFICANT_DIGITS = 3

/** In ms; null of nothing. */
export interface Latencies {
  readonly meanMs: number | null
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
}

export interface Counts {
  /** That were answered as they should be, conflicts included. */
  readonly operations: number
  /** Conditional writes that came too late: somebody was faster, as the condition is there for. */
  readonly conflicts: number
  readonly errors: number
}

/** Of one kind of operation, or of several together. Latencies are of operations without error. */
export class Tally {
  readonly #total = histogram()
  readonly #latest = histogram()
  #conflicts = 0
  #errors = 0

  done(ms: number): void {
    const us = Math.min(Math.max(1, Math.round(ms * 1_000)), LATENCY_MAX_US)
    this.#total.record(us)
    this.#latest.record(us)
  }

  conflict(ms: number): void {
    this.#conflicts++
    this.done(ms)
  }

  error(): void {
    this.#errors++
  }

  counts(): Counts {
    return { operations: this.#total.count, conflicts: this.#conflicts, errors: this.#errors }
  }

  latencies(): Latencies {
    return latenciesOf(this.#total)
  }

  /** Of the operations since it was last called. */
  takeLatest(): Latencies & { readonly operations: number } {
    const taken = { operations: this.#latest.count, ...latenciesOf(this.#latest) }
    this.#latest.reset()
    return taken
  }

  add(other: Tally): void {
    this.#total.add(other.#total)
    this.#conflicts += other.#conflicts
    this.#errors += other.#errors
  }
}

function histogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: LATENCY_MAX_US, figures: SIGNIFICANT_DIGITS })
}

function latenciesOf(recorded: RecordableHistogram): Latencies {
  const ms = (us: number) => (recorded.count === 0 ? null : Math.round(us) / 1_000)
  return {
    meanMs: ms(recorded.mean),
    p50Ms: ms(recorded.percentile(50)),
    p95Ms: ms(recorded.percentile(95)),
    p99Ms: ms(recorded.percentile(99)),
    maxMs: ms(recorded.max)
  }
}

export interface FailureReport {
  readonly name: string
  /** The HTTP status that said so; null when no answer came. */
  readonly status: number | null
  readonly count: number
  /** The first one's. */
  readonly message: string
}

/** Errors by name and status: there are as many as the table of errors has, at most twice. */
export class Failures {
  readonly #found = new Map<string, FailureReport>()

  add(error: unknown): void {
    const name = errorName(error)
    const message = error instanceof Error ? error.message : String(error)
    const answered = name !== undefined && (error as Error).cause === undefined
    const status = answered ? ERROR_KINDS[name].status : null
    const key = `${name} ${status}`
    const before = this.#found.get(key)
    const count = (before?.count ?? 0) + 1
    this.#found.set(key, { name: name ?? 'Error', status, count, message: before?.message ?? message })
  }

  /** The most frequent first. */
  list(): FailureReport[] {
    return [...this.#found.values()].toSorted((a, b) => b.count - a.count)
  }
}
