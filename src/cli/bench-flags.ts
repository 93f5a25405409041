/** The flags of `anillo bench`, their environment variables and defaults. */
import type { Command } from 'commander'
import { PROFILE_BYTES_MAX } from '../constants.ts'
import { PROFILE_BYTES_MIN } from './bench-users.ts'
import { durationValue, EnvOption, urlValue, wholeNumber } from './flags.ts'
import { URL_DEFAULT } from './http-command.ts'
import { SEED_MAX } from './seeded-random.ts'

/** Half of what a gateway works on at once, and a connection each. */
const CONCURRENCY_MAX = 1_024
/** One process cannot begin more in a second. */
const RATE_MAX = 100_000
const OPERATIONS_MAX = 1_000_000_000
/** Making more takes longer than anything that is measured with them. */
const USERS_MAX = 1_000_000
const DURATION_DEFAULT_MS = 10_000
const TTL_DEFAULT_MS = 30_000

export interface BenchFlags {
  readonly url?: readonly string[]
  readonly concurrency: number
  /** ms */
  readonly duration?: number
  readonly ops?: number
  /** Operations a second. */
  readonly rate?: number
  /** ms */
  readonly warmup?: number
  readonly users: number
  readonly prefix: string
  readonly profileBytes: number
  /** ms */
  readonly ttl?: number
  readonly seed?: number
  readonly cleanup?: boolean
}

export function gatewaysFlag(): EnvOption {
  return new EnvOption(
    '-u, --url <url>',
    `HTTP API of a peer, repeatable or with commas between: they take turns (default: ${URL_DEFAULT})`
  ).argParser((text: string, previous: readonly string[] = []) => [...previous, ...urlsIn(text)])
}

function urlsIn(text: string): string[] {
  const urls = text.split(/[\s,]+/).filter(url => url !== '')
  return (urls.length === 0 ? [text] : urls).map(urlValue)
}

export function addBenchFlags(command: Command): Command {
  const flag = (flags: string, description: string) => new EnvOption(flags, description)
  const options = [
    flag('-c, --concurrency <n>', 'operations under way at once')
      .argParser(wholeNumber(1, CONCURRENCY_MAX))
      .default(32),
    flag(
      '-d, --duration <duration>',
      'how long; with --ops the default is as long as they take (default: 10s)'
    ).argParser(durationValue),
    flag('--ops <n>', 'end after so many operations (default: no such end)').argParser(
      wholeNumber(1, OPERATIONS_MAX)
    ),
    flag(
      '--rate <n>',
      'operations planned for each second (default: the next begins when one has ended)'
    ).argParser(wholeNumber(1, RATE_MAX)),
    flag('--warmup <duration>', 'do the same for so long before anything is measured').argParser(
      durationValue
    ),
    flag('--users <n>', 'how many users to work on').argParser(wholeNumber(1, USERS_MAX)).default(1000),
    flag('--prefix <text>', 'what their ids begin with').default('bench-'),
    flag('--profile-bytes <n>', 'size of their profiles, as JSON')
      .argParser(wholeNumber(PROFILE_BYTES_MIN, PROFILE_BYTES_MAX))
      .default(100),
    flag('--ttl <duration>', 'of their leases, where the mix has heartbeats (default: 30s)').argParser(
      durationValue
    ),
    flag('--seed <n>', 'draw the same operations as another run (default: a new one, printed)').argParser(
      wholeNumber(0, SEED_MAX)
    ),
    flag('--cleanup', 'delete the users at the end')
  ]
  for (const option of options) command.addOption(option)
  return command
}

export function durationOf({ duration, ops }: BenchFlags): number {
  return duration ?? (ops === undefined ? DURATION_DEFAULT_MS : Number.POSITIVE_INFINITY)
}

export function ttlOf({ ttl }: BenchFlags): number {
  return ttl ?? TTL_DEFAULT_MS
}
