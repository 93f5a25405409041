/** All that one `anillo bench` does: makes its users, warms up, measures, tells, and deletes them again if it is to. */
import { setMaxListeners } from 'node:events'
import { performance } from 'node:perf_hooks'
import { ERROR_KINDS, errorName } from '../errors.ts'
import { type Clock, systemClock, systemRandom } from '../runtime.ts'
import { checkTtl } from '../users/user.ts'
import { type BenchFlags, durationOf, ttlOf } from './bench-flags.ts'
import { formatMix, hasOperation, type Mix } from './bench-mix.ts'
import { type RunOptions, type RunReport, runBench, type SecondReport } from './bench-run.ts'
import { renderSecond, renderSummary } from './bench-table.ts'
import { BenchUsers } from './bench-users.ts'
import { EXIT_FAILURE, EXIT_OK } from './exit.ts'
import { URL_DEFAULT } from './http-command.ts'
import { Progress } from './progress.ts'
import { counted, duration, percent, printable, thousands } from './render.ts'
import { SEED_MAX } from './seeded-random.ts'
import { exitCodeOf, StopRequests } from './stop-requests.ts'
import { line, type Terminal } from './terminal.ts'

export interface BenchSessionOptions {
  readonly terminal: Terminal
  readonly json: boolean
  readonly mix: Mix
  readonly flags: BenchFlags
  readonly token: string | undefined
}

/** Of its time; above it the program that measures is itself the bound. */
const BUSY_TOO_MUCH = 0.9
/** A screen holds no more lines; then the header comes again. */
const HEADER_EVERY_SECONDS = 20

/** The system's clock, except that its timers keep the process alive: in the pauses of a schedule nothing else does. */
const clock: Clock = {
  ...systemClock,
  timer(ms, fire) {
    const handle = setTimeout(fire, ms)
    return { cancel: () => clearTimeout(handle) }
  }
}

export class BenchSession {
  readonly #options: BenchSessionOptions
  readonly #urls: readonly string[]
  readonly #seed: number
  readonly #users: BenchUsers
  readonly #abandon = new AbortController()
  #secondsTold = 0

  /** @throws InvalidUserError the prefix gives no user ids, or the ttl is none */
  constructor(options: BenchSessionOptions) {
    const { mix, flags, token } = options
    this.#options = options
    this.#urls = flags.url ?? [URL_DEFAULT]
    this.#seed = flags.seed ?? Math.floor(systemRandom.next() * (SEED_MAX + 1))
    this.#users = new BenchUsers({
      urls: this.#urls,
      token,
      count: flags.users,
      prefix: flags.prefix,
      profileBytes: flags.profileBytes,
      ttlMs: hasOperation(mix, 'heartbeat') ? checkTtl(ttlOf(flags)) : undefined,
      concurrency: flags.concurrency,
      abandon: this.#abandon.signal
    })
  }

  /** Resolves with the exit code. @throws what making the users ended with */
  async run(): Promise<number> {
    const { terminal, flags } = this.#options
    using stops = new StopRequests(terminal, { also: ['unread'] })
    // One for each operation under way; Node takes more than ten for a leak.
    setMaxListeners(flags.concurrency + 1, stops.signal, this.#abandon.signal)
    void stops.first.then(() =>
      line(terminal.err, 'stopping when what is under way has ended (once more to stop at once)')
    )
    void stops.second.then(() => this.#abandon.abort(new Error('stopped at once')))
    let { cleanup = false } = flags
    let code = EXIT_OK
    try {
      await this.#make(stops.signal)
      if (!stops.signal.aborted) code = await this.#measure(stops.signal)
    } catch (error) {
      // Other users have such ids: it was a mistake to begin with these.
      cleanup ||= errorName(error) === 'ConfigurationError'
      if (!this.#abandon.signal.aborted) throw error
    } finally {
      if (cleanup && !(await this.#cleanUp())) code = EXIT_FAILURE
    }
    return stops.signal.aborted ? exitCodeOf(await stops.first) : code
  }

  async #make(stop: AbortSignal): Promise<void> {
    const { users } = this.#options.flags
    const progress = new Progress(this.#options.terminal.err)
    try {
      await this.#users.make(stop, made =>
        progress.update(`${thousands(made)} of ${counted(users, 'user')} made`)
      )
    } finally {
      progress.clear()
    }
  }

  async #measure(stop: AbortSignal): Promise<number> {
    const { terminal, json, mix, flags } = this.#options
    const { out, err } = terminal
    line(err, this.#plan())
    const operate: RunOptions['operate'] = (operation, user) => this.#users.operate(operation, user)
    const run = { clock, mix, users: flags.users, seed: this.#seed, operate, stop }
    const load = { concurrency: flags.concurrency, rate: flags.rate }
    const abandon = this.#abandon.signal
    if (flags.warmup !== undefined) {
      await runBench({ ...run, load: { ...load, durationMs: flags.warmup }, abandon })
    }
    const retriesBefore = this.#users.retries
    const busyBefore = performance.eventLoopUtilization()
    const report = await runBench({
      ...run,
      load: { ...load, durationMs: durationOf(flags), operationsMax: flags.ops },
      abandon,
      onSecond: lines => this.#tell(lines)
    })
    const busy = performance.eventLoopUtilization(busyBefore).utilization
    const retries = this.#users.retries - retriesBefore
    if (json) line(out, JSON.stringify(this.#summary(report, retries, busy)))
    else for (const text of renderSummary(report, out.colours)) line(out, text)
    this.#remark(report, retries, busy)
    return exitCode(report)
  }

  #tell(lines: readonly SecondReport[]): void {
    const { json, terminal } = this.#options
    const { out } = terminal
    const withHeader = this.#secondsTold++ % HEADER_EVERY_SECONDS === 0
    const texts = json
      ? lines.map(each => JSON.stringify({ type: 'second', ...each }))
      : renderSecond(lines, withHeader, out.colours)
    for (const text of texts) line(out, text)
  }

  #plan(): string {
    const { mix, flags } = this.#options
    const { users, prefix, concurrency, rate, ops, warmup } = flags
    const lastsMs = durationOf(flags)
    const parts = [
      formatMix(mix),
      counted(users, 'user'),
      printable(`${prefix}0…`),
      `${concurrency} at once`,
      ...(rate === undefined ? [] : [`${thousands(rate)} planned a second`]),
      ...(Number.isFinite(lastsMs) ? [duration(lastsMs)] : []),
      ...(ops === undefined ? [] : [counted(ops, 'operation')]),
      ...(warmup === undefined ? [] : [`after ${duration(warmup)} of warm-up`]),
      counted(this.#urls.length, 'gateway'),
      `seed ${this.#seed}`
    ]
    return parts.join('   ')
  }

  #summary({ total, operations, errors, elapsedMs, notBegun }: RunReport, retries: number, busy: number) {
    const { mix, flags } = this.#options
    const { users, prefix, profileBytes, concurrency, rate = null } = flags
    return {
      type: 'summary',
      mix: formatMix(mix),
      seed: this.#seed,
      urls: this.#urls,
      users,
      prefix,
      profileBytes,
      concurrency,
      rate,
      elapsedMs,
      total,
      operations,
      errors,
      notBegun,
      retries,
      busy: Math.round(busy * 1_000) / 1_000
    }
  }

  /** What makes the numbers mean something else than they seem to. */
  #remark({ notBegun }: RunReport, retries: number, busy: number): void {
    const { terminal, flags } = this.#options
    const { err } = terminal
    const { yellow } = err.colours
    line(err, `this program was busy for ${percent(busy)} of the time`)
    if (busy > BUSY_TOO_MUCH) {
      line(err, yellow('  → it may be what was measured: run several at once, each with its own --prefix'))
    }
    if (retries > 0) {
      line(err, `${counted(retries, 'request')} tried again by the client, within these latencies`)
    }
    if (notBegun > 0) {
      const text = `${counted(notBegun, 'operation')} of the schedule never begun: all ${flags.concurrency} were waiting for an answer`
      line(err, `${yellow(text)}\n  → plan for less with --rate, or allow more at once with -c`)
    }
  }

  /** Whether none of its users is left. */
  async #cleanUp(): Promise<boolean> {
    const { err } = this.#options.terminal
    const progress = new Progress(err)
    try {
      const deleted = await this.#users.delete(this.#abandon.signal, count =>
        progress.update(`${counted(count, 'user')} deleted`)
      )
      progress.clear()
      if (deleted > 0) line(err, `${counted(deleted, 'user')} deleted`)
      return !this.#abandon.signal.aborted
    } catch (error) {
      progress.clear()
      if (!this.#abandon.signal.aborted) {
        line(err, `Not all users could be deleted: ${printable((error as Error).message)}`)
      }
      return false
    }
  }
}

function exitCode({ total, errors }: RunReport): number {
  if (total.errors === 0) return EXIT_OK
  const unreached = total.operations === 0 && errors.every(({ status }) => status === null)
  return unreached ? ERROR_KINDS.UnavailableError.exit : EXIT_FAILURE
}
