/**
 * What every Node process tells of itself, by the names of prom-client's `collectDefaultMetrics`. Not by that function:
 * the observers that it starts cannot be stopped, and a program may start and stop many peers.
 */
import { readdirSync } from 'node:fs'
import {
  constants,
  type IntervalHistogram,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance
} from 'node:perf_hooks'
import type { Histogram } from 'prom-client'
import type { Instruments } from './instruments.ts'

/** How often the event loop is looked at: its lag is what a look comes later than this. */
const LOOK_MS = 10
const GC_BUCKETS_S = [0.001, 0.01, 0.1, 1, 2, 5]
const GC_KINDS = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb']
])
const OPEN_FILES = '/proc/self/fd'
const QUANTILES = [
  ['p50', 50],
  ['p90', 90],
  ['p99', 99]
] as const

export class ProcessMetrics {
  readonly #delay = monitorEventLoopDelay({ resolution: LOOK_MS })
  readonly #collections: PerformanceObserver

  constructor(make: Instruments) {
    processGauges(make)
    lagGauges(make, this.#delay)
    const durations = make.histogram(
      'nodejs_gc_duration_seconds',
      'How long collections of garbage took, by kind',
      GC_BUCKETS_S,
      ['kind']
    )
    this.#collections = new PerformanceObserver(list => {
      for (const entry of list.getEntries()) observeCollection(durations, entry)
    })
    this.#collections.observe({ entryTypes: ['gc'] })
    this.#delay.enable()
  }

  /** Of a lag those since the scrape before are of interest. Called when one is over. */
  scraped(): void {
    this.#delay.reset()
  }

  stop(): void {
    this.#delay.disable()
    this.#collections.disconnect()
  }
}

function observeCollection(durations: Histogram<'kind'>, entry: PerformanceEntry): void {
  const { kind = 0 } = (entry as { detail?: { kind?: number } }).detail ?? {}
  durations.observe({ kind: GC_KINDS.get(kind) ?? 'other' }, entry.duration / 1_000)
}

function processGauges(make: Instruments): void {
  const cpu = () => process.cpuUsage()
  const memory = () => process.memoryUsage()
  make.counterOf('process_cpu_user_seconds_total', 'Processor time spent in the program', () => {
    return cpu().user / 1e6
  })
  make.counterOf(
    'process_cpu_system_seconds_total',
    'Processor time spent in the system for the program',
    () => {
      return cpu().system / 1e6
    }
  )
  make.counterOf('process_cpu_seconds_total', 'Processor time spent in program and system', () => {
    const { user, system } = cpu()
    return (user + system) / 1e6
  })
  make.gaugeOf('process_start_time_seconds', 'When the process started, since 1970', () => {
    return performance.timeOrigin / 1_000
  })
  make.gaugeOf('process_resident_memory_bytes', 'Memory that the process has in RAM', () => memory().rss)
  make.gaugeOf('process_open_fds', 'Open files and sockets; on Linux only', openFiles)
  make.gaugeOf('nodejs_heap_size_total_bytes', 'Size of the JavaScript heap', () => memory().heapTotal)
  make.gaugeOf('nodejs_heap_size_used_bytes', 'What of the heap is in use', () => memory().heapUsed)
  make.gaugeOf('nodejs_external_memory_bytes', 'Memory of buffers and of libraries outside the heap', () => {
    return memory().external
  })
  make.gaugesOf('nodejs_version_info', 'Version of Node.js; always 1', ['version'], () => [
    [{ version: process.version }, 1]
  ])
}

function openFiles(): number | undefined {
  try {
    return readdirSync(OPEN_FILES).length
  } catch {
    return undefined // no Linux
  }
}

/** In a histogram of delays the pause between two looks is counted in. */
function lagGauges(make: Instruments, delay: IntervalHistogram): void {
  const lagOf = (read: () => number) => () => {
    const ns = read()
    return delay.count === 0 || Number.isNaN(ns) ? undefined : Math.max(0, ns / 1e9 - LOOK_MS / 1_000)
  }
  const help = (which: string) => `How late the event loop came to its work since the last scrape: ${which}`
  make.gaugeOf(
    'nodejs_eventloop_lag_mean_seconds',
    help('the mean'),
    lagOf(() => delay.mean)
  )
  make.gaugeOf(
    'nodejs_eventloop_lag_max_seconds',
    help('the longest'),
    lagOf(() => delay.max)
  )
  for (const [name, percent] of QUANTILES) {
    const read = lagOf(() => delay.percentile(percent))
    make.gaugeOf(`nodejs_eventloop_lag_${name}_seconds`, help(`${percent} of 100 were not later`), read)
  }
}
