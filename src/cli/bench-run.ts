/** One measured run: a load of drawn operations, told every second, and what came of it as a whole. */
import type { Clock } from '../runtime.ts'
import { everySecond, type LoadEnd, type LoadShape, runLoad } from './bench-load.ts'
import { drawOperation, type Mix, type Operation } from './bench-mix.ts'
import { type Counts, type FailureReport, Failures, type Latencies, Tally } from './bench-tally.ts'
import { type Draws, seededRandom } from './seeded-random.ts'

export interface RunOptions {
  readonly clock: Clock
  readonly load: LoadShape
  readonly mix: Mix
  /** Operations are of users 0 to `users` - 1, drawn evenly. */
  readonly users: number
  /** One seed gives one sequence of operations, whatever time they take. */
  readonly seed: number
  /** Resolves with what came of it. @throws an error to be counted, unless `abandon` has aborted */
  readonly operate: (operation: Operation, user: number) => Promise<'done' | 'conflict'>
  /** Nothing more begins. */
  readonly stop: AbortSignal
  /** What is under way is no longer of interest. */
  readonly abandon: AbortSignal
  /** Called with a line for each kind of operation. */
  readonly onSecond?: (lines: readonly SecondReport[]) => void
}

/** `errors` and `perSecondSoFar` are of the run so far, the rest is of the time since the last report. */
export interface SecondReport extends Latencies {
  readonly elapsedMs: number
  readonly operation: Operation
  readonly errors: number
  readonly perSecond: number
  readonly perSecondSoFar: number
}

export interface OperationReport extends Counts, Latencies {
  readonly operation: Operation | 'total'
  readonly perSecond: number
}

export interface RunReport extends LoadEnd {
  readonly elapsedMs: number
  readonly operations: readonly OperationReport[]
  readonly total: OperationReport
  readonly errors: readonly FailureReport[]
}

/** A last second that is shorter is left out: too little has happened in it. */
const LAST_SECOND_MS_MIN = 500

/** Resolves when the load is over. */
export async function runBench(options: RunOptions): Promise<RunReport> {
  const { clock, load, mix, users, seed, stop, onSecond } = options
  const tallies = new Map(mix.map(({ operation }) => [operation, new Tally()]))
  const failures = new Failures()
  const random: Draws = seededRandom(seed)
  const startedMs = clock.monotonic()
  const over = new AbortController()
  let toldMs = startedMs
  const tell = () => {
    const nowMs = clock.monotonic()
    const lines = [...tallies].map(([operation, tally]) =>
      secondReport(operation, tally, nowMs - startedMs, nowMs - toldMs)
    )
    toldMs = nowMs
    onSecond?.(lines)
  }
  const ticking = everySecond(clock, over.signal, tell)
  try {
    const { notBegun } = await runLoad(clock, load, stop, fromMs => {
      const operation = drawOperation(mix, random)
      const user = Math.floor(random.next() * users)
      return measured(options, operation, user, fromMs, tallies.get(operation)!, failures)
    })
    const endedMs = clock.monotonic()
    if (endedMs - toldMs >= LAST_SECOND_MS_MIN) tell()
    return { notBegun, ...reportOf(tallies, endedMs - startedMs), errors: failures.list() }
  } finally {
    over.abort()
    await ticking
  }
}

async function measured(
  { clock, operate, abandon }: RunOptions,
  operation: Operation,
  user: number,
  fromMs: number,
  tally: Tally,
  failures: Failures
): Promise<void> {
  try {
    tally[await operate(operation, user)](clock.monotonic() - fromMs)
  } catch (error) {
    if (abandon.aborted) return
    tally.error()
    failures.add(error)
  }
}

function secondReport(operation: Operation, tally: Tally, elapsedMs: number, sinceMs: number): SecondReport {
  const { operations, ...latencies } = tally.takeLatest()
  const counts = tally.counts()
  return {
    elapsedMs: Math.round(elapsedMs),
    operation,
    errors: counts.errors,
    perSecond: perSecond(operations, sinceMs),
    perSecondSoFar: perSecond(counts.operations, elapsedMs),
    ...latencies
  }
}

function reportOf(tallies: ReadonlyMap<Operation, Tally>, elapsedMs: number) {
  const all = new Tally()
  for (const tally of tallies.values()) all.add(tally)
  const report = (operation: Operation | 'total', tally: Tally): OperationReport => {
    const counts = tally.counts()
    return { operation, ...counts, perSecond: perSecond(counts.operations, elapsedMs), ...tally.latencies() }
  }
  return {
    elapsedMs: Math.round(elapsedMs),
    operations: [...tallies].map(([operation, tally]) => report(operation, tally)),
    total: report('total', all)
  }
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? Math.round((count * 10_000) / ms) / 10 : 0
}
