/** A process that runs seeds one after the other and prints a line for each: what came of it. */
import '../../src/shim.ts'
import { pathToFileURL } from 'node:url'
import type { Wish } from './options.ts'
import { Run } from './run.ts'

export interface Task extends Wish {
  readonly seeds: readonly number[]
  /** Ends with the first seed that fails. */
  readonly untilFailure?: boolean | undefined
}

export interface Report {
  readonly seed: number
  readonly faults: readonly string[]
  readonly counts: Readonly<Record<string, number>>
  readonly trace: string
  readonly events: number
  readonly calls: number
  readonly virtualMs: number
}

async function work({ seeds, untilFailure = false, ...wish }: Task): Promise<void> {
  const unhandled: unknown[] = []
  process.on('unhandledRejection', error => unhandled.push(error))
  for (const seed of seeds) {
    const verdict = await new Run(String(seed), wish).finish()
    await new Promise(resolve => setImmediate(resolve)) // rejections of its last moments
    const faults = [
      ...verdict.faults,
      ...unhandled.splice(0).map(error => `a rejection that nobody handled: ${(error as Error)?.stack}`)
    ]
    const { trace, events, calls, virtualMs } = verdict
    const report: Report = {
      seed,
      faults,
      counts: Object.fromEntries(verdict.counts),
      trace,
      events,
      calls,
      virtualMs
    }
    process.stdout.write(`${JSON.stringify(report)}\n`)
    if (untilFailure && faults.length > 0) return
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await work(JSON.parse(process.argv[2]!))
}
