/**
 * The long-running work of this peer, as GET /v1/tasks shows it: what is under way, and what ended lately. ("Tasks" in
 * the code are Chord's, so here they are jobs.)
 */
import type { Job, JobInit, Jobs, ReplicaJobKind } from '../replica/jobs.ts'
import type { Clock } from '../runtime.ts'
import type { TaskInspector, TaskReport } from './ring-report.ts'

export type JobKind = ReplicaJobKind | 'leave' | 'recovery'

/** Ended jobs that are remembered of each kind, so that a hundred snapshots do not push out how the leaving went. */
export const ENDED_JOBS_MAX = 20

/** Of all jobs of a kind since the peer started, those under way included. */
export interface JobTotals {
  readonly running: number
  readonly done: number
  readonly failed: number
  /** What was counted one by one, in the unit of the kind. */
  readonly units: number
  readonly bytes: number
}

type Totals = { -readonly [T in keyof JobTotals]: JobTotals[T] }

export class JobBoard implements Jobs, TaskInspector {
  readonly #clock: Pick<Clock, 'now'>
  /** By id, in the order in which they began. */
  readonly #jobs = new Map<string, BoardJob>()
  readonly #totals = new Map<JobKind, Totals>()
  #begun = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  begin(init: JobInit<JobKind>): BoardJob {
    const { kind } = init
    const id = `${kind}-${++this.#begun}`
    const totals = this.#totalsOf(kind)
    totals.running++
    const job = new BoardJob(id, init, this.#clock, totals, () => this.#forget(kind))
    this.#jobs.set(id, job)
    return job
  }

  /** The latest first. */
  list(): TaskReport[] {
    return [...this.#jobs.values()].reverse().map(job => job.report())
  }

  get(id: string): TaskReport | undefined {
    return this.#jobs.get(id)?.report()
  }

  /** The one that began last, of those remembered. */
  latest(kind: JobKind): TaskReport | undefined {
    return this.list().find(report => report.kind === kind)
  }

  totals(kind: JobKind): JobTotals {
    return this.#totalsOf(kind)
  }

  #totalsOf(kind: JobKind): Totals {
    const totals = this.#totals.get(kind) ?? { running: 0, done: 0, failed: 0, units: 0, bytes: 0 }
    this.#totals.set(kind, totals)
    return totals
  }

  #forget(kind: JobKind): void {
    const ended = [...this.#jobs.values()].filter(job => job.kind === kind && !job.running)
    for (const { id } of ended.slice(0, -ENDED_JOBS_MAX)) this.#jobs.delete(id)
  }
}

class BoardJob implements Job {
  readonly id: string
  readonly kind: JobKind
  readonly #unit: 'slots' | 'rows'
  readonly #clock: Pick<Clock, 'now'>
  readonly #totals: Totals
  readonly #onEnd: () => void
  readonly #startedMs: number
  #endedMs: number | undefined
  #state: TaskReport['state'] = 'running'
  #detail: string
  #done = 0
  #bytes = 0
  #total: number | undefined

  constructor(
    id: string,
    { kind, detail, unit, total }: JobInit<JobKind>,
    clock: Pick<Clock, 'now'>,
    totals: Totals,
    onEnd: () => void
  ) {
    this.id = id
    this.kind = kind
    this.#unit = unit
    this.#detail = detail
    this.#total = total
    this.#clock = clock
    this.#totals = totals
    this.#onEnd = onEnd
    this.#startedMs = clock.now()
  }

  get running(): boolean {
    return this.#state === 'running'
  }

  describe(detail: string): void {
    if (this.running) this.#detail = detail
  }

  add(done: number, bytes: number): void {
    this.#done += done
    this.#bytes += bytes
    this.#totals.units += done
    this.#totals.bytes += bytes
  }

  reach(done: number, total: number | undefined): void {
    if (!this.running) return
    this.#done = done
    this.#total = total
  }

  done(detail = this.#detail): void {
    this.#end('done', detail)
  }

  failed(detail: string): void {
    this.#end('failed', detail)
  }

  report(): TaskReport {
    const bytes = this.#bytes.toLocaleString('en-US')
    return {
      id: this.id,
      kind: this.kind,
      state: this.#state,
      startedAt: new Date(this.#startedMs).toISOString(),
      endedAt: this.#endedMs === undefined ? null : new Date(this.#endedMs).toISOString(),
      progress: { done: this.#done, total: this.#total ?? null, unit: this.#unit },
      detail: this.#bytes === 0 ? this.#detail : `${this.#detail} (${bytes} bytes)`
    }
  }

  #end(state: 'done' | 'failed', detail: string): void {
    if (!this.running) return
    this.#state = state
    this.#detail = detail
    this.#endedMs = this.#clock.now()
    this.#totals.running--
    this.#totals[state]++
    this.#onEnd()
  }
}
