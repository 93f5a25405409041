/** Many seeds, in two processes at once: one for those with the limits of production, one for the cramped ones. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CRAMPED, isCramped } from './cramped.ts'
import type { Wish } from './options.ts'
import { type Patch, PatchedBuild } from './patched-build.ts'
import type { Report, Task } from './worker.ts'

/** One takes some tenths of a second, with a recovery up to some seconds. */
const SEED_TIMEOUT_MS = 60_000

export interface BatchOptions extends Wish {
  readonly seeds: readonly number[]
  /** Of the program under test, besides those that make it cramped. */
  readonly patches?: readonly Patch[] | undefined
  /** Ends everything when the first seed fails. */
  readonly untilFailure?: boolean | undefined
  readonly onReport?: ((report: Report) => void) | undefined
}

export class BatchResult {
  readonly reports: readonly Report[]

  constructor(reports: readonly Report[]) {
    this.reports = reports.toSorted((a, b) => a.seed - b.seed)
  }

  get failed(): readonly Report[] {
    return this.reports.filter(({ faults }) => faults.length > 0)
  }

  get counts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const report of this.reports) {
      for (const [what, times] of Object.entries(report.counts))
        counts.set(what, (counts.get(what) ?? 0) + times)
    }
    return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  get events(): number {
    return this.reports.reduce((sum, { events }) => sum + events, 0)
  }
}

export async function runBatch({ seeds, patches = [], ...options }: BatchOptions): Promise<BatchResult> {
  const ending = new AbortController()
  const lanes = [
    { seeds: seeds.filter(seed => !isCramped(seed)), patches },
    { seeds: seeds.filter(isCramped), patches: [...patches, ...CRAMPED] }
  ]
  const reports = await Promise.all(
    lanes.map(async lane => {
      if (lane.seeds.length === 0) return []
      using build = lane.patches.length === 0 ? undefined : new PatchedBuild(lane.patches)
      const script =
        build?.pathOf('test/simulation/worker.js') ?? fileURLToPath(new URL('./worker.js', import.meta.url))
      return await work(script, lane.seeds, options, ending) // the build goes when it has ended
    })
  )
  return new BatchResult(reports.flat())
}

async function work(
  script: string,
  seeds: readonly number[],
  { onReport, ...options }: Omit<BatchOptions, 'seeds' | 'patches'>,
  ending: AbortController
): Promise<Report[]> {
  const { untilFailure } = options
  const task: Task = { seeds, ...options }
  const child = spawn(process.execPath, [script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const stop = () => child.kill()
  ending.signal.addEventListener('abort', stop)
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const reports: Report[] = []
  let hung = false
  // A step that never ends is a defect like others, and is to be named.
  const watchdog = setTimeout(() => {
    hung = true
    child.kill('SIGKILL')
  }, SEED_TIMEOUT_MS)
  for await (const line of createInterface({ input: child.stdout })) {
    watchdog.refresh()
    const report: Report = JSON.parse(line)
    reports.push(report)
    onReport?.(report)
    if (untilFailure && report.faults.length > 0) ending.abort()
  }
  const code = await ended
  clearTimeout(watchdog)
  ending.signal.removeEventListener('abort', stop)
  const seed = seeds[reports.length]!
  if (hung) {
    const report = hungReport(seed)
    reports.push(report)
    onReport?.(report)
    if (untilFailure) ending.abort()
  } else if (code !== 0 && !ending.signal.aborted) {
    throw new Error(`The process of seed ${seed} ended with code ${code}`)
  }
  return reports
}

function hungReport(seed: number): Report {
  const fault = `had not ended after ${SEED_TIMEOUT_MS} ms; later ones of its process were not run`
  return { seed, faults: [fault], counts: {}, trace: '', events: 0, calls: 0, virtualMs: 0 }
}
