/**
 * `npm run sim -- [options]`: runs seeds and says what came of them.
 *
 *     --seeds N        so many seeds (300)          --from N     beginning with this one (1)
 *     --only SEED      this one, printed in full    --core       one peer is broken for ever
 *     --recovery       slots lose their majority for good at the end of each run, and are recovered by an operator
 *     --mutate [NAME]  takes rules out of the protocol, one at a time, and expects each to be missed: by a seed, or, if it
 *                      is rare, by a test of test/replica
 */
import '../../src/shim.ts'
import { parseArgs } from 'node:util'
import { type BatchResult, runBatch } from './batch.ts'
import { failingTests } from './directed-tests.ts'
import { MUTATIONS, type Mutation } from './mutations.ts'
import { drawOptions, type Wish } from './options.ts'
import { drawAftermath } from './recovery.ts'
import { drawSchedule } from './schedule.ts'
import { missing } from './sometimes.ts'
import type { Report } from './worker.ts'

/** With fewer seeds some places are not reached by chance. */
const SOMETIMES_SEEDS = 200
const MUTANT_SEEDS = 300

const print = (line: string) => process.stdout.write(`${line}\n`)

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '300' },
      from: { type: 'string', default: '1' },
      only: { type: 'string' },
      core: { type: 'boolean', default: false },
      recovery: { type: 'boolean', default: false },
      mutate: { type: 'string' }
    },
    args: process.argv.slice(2).flatMap((arg, at, all) => {
      const alone = arg === '--mutate' && (all[at + 1] ?? '--').startsWith('--')
      return alone ? ['--mutate', 'all'] : [arg]
    })
  })
  const { core, recovery } = values
  if (core && recovery)
    throw new Error('Where a peer is broken for ever nobody else may be lost: --core or --recovery')
  const wish = { core, recovery }
  if (values.only !== undefined) return replay(Number(values.only), wish)
  const from = Number(values.from)
  const seedsOf = (count: number) => Array.from({ length: count }, (_, at) => from + at)
  if (values.mutate !== undefined) return mutate(values.mutate, seedsOf(MUTANT_SEEDS))
  return explore(seedsOf(Number(values.seeds)), wish)
}

async function explore(seeds: readonly number[], wish: Wish): Promise<boolean> {
  const beganMs = performance.now()
  const result = await runBatch({
    ...wish,
    seeds,
    onReport: report => report.faults.length > 0 && complain(report, wish)
  })
  const seconds = (performance.now() - beganMs) / 1000
  for (const [what, times] of result.counts) print(`${String(times).padStart(9)} ${what}`)
  const never = seeds.length >= SOMETIMES_SEEDS ? missing(result.counts, wish) : []
  for (const what of never) print(`never: ${what}`)
  summarise(result, seconds)
  return result.failed.length === 0 && never.length === 0
}

function summarise({ reports, failed, events }: BatchResult, seconds: number): void {
  const calls = reports.reduce((sum, report) => sum + report.calls, 0)
  const virtualSeconds = reports.reduce((sum, report) => sum + report.virtualMs / 1000, 0)
  print(
    `${reports.length} seeds, ${failed.length} failed: ${calls} calls, ${events} events, ` +
      `${virtualSeconds.toFixed(0)} s of virtual time in ${seconds.toFixed(1)} s ` +
      `(${(reports.length / seconds).toFixed(1)} seeds/s, ${(events / seconds).toFixed(0)} events/s)`
  )
}

function complain({ seed, faults, trace }: Report, { core, recovery }: Wish): void {
  const flags = `${core ? ' --core' : ''}${recovery ? ' --recovery' : ''}`
  print(`seed ${seed} failed, trace ${trace}; npm run sim -- --only ${seed}${flags}`)
  for (const fault of faults) print(`  ${fault}`)
}

async function replay(seed: number, wish: Wish): Promise<boolean> {
  const options = drawOptions(String(seed), wish)
  print(JSON.stringify(options, null, 2))
  for (const step of drawSchedule(options)) print(JSON.stringify(step))
  if (wish.recovery) for (const step of drawAftermath(options)) print(`afterwards ${JSON.stringify(step)}`)
  const { reports } = await runBatch({ ...wish, seeds: [seed] })
  for (const [what, times] of Object.entries(reports[0]!.counts))
    print(`${String(times).padStart(9)} ${what}`)
  print(`trace ${reports[0]!.trace}`)
  if (reports[0]!.faults.length > 0) complain(reports[0]!, wish)
  return reports[0]!.faults.length === 0
}

async function mutate(name: string, seeds: readonly number[]): Promise<boolean> {
  const chosen = MUTATIONS.filter(mutation => name === 'all' || mutation.name === name)
  if (chosen.length === 0) {
    print(`There is no mutation ${name}: ${MUTATIONS.map(mutation => mutation.name).join(', ')}`)
    return false
  }
  let caught = 0
  for (const mutation of chosen) if (await isCaught(mutation, seeds)) caught++
  print(`${caught} of ${chosen.length} mutations were caught`)
  return caught === chosen.length
}

async function isCaught(mutation: Mutation, seeds: readonly number[]): Promise<boolean> {
  const { name, patches, wish, rare } = mutation
  const beganMs = performance.now()
  if (rare) {
    const titles = await failingTests(patches)
    if (titles.length === 0) print(`${name}: NOT CAUGHT by test/replica`)
    for (const title of titles) print(`${name}: caught by test/replica: ${title}`)
    return titles.length > 0
  }
  const { reports, failed } = await runBatch({ ...wish, seeds, patches, untilFailure: true })
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1)
  const [first] = failed
  if (first === undefined) print(`${name}: NOT CAUGHT by ${reports.length} seeds in ${seconds} s`)
  else
    print(
      `${name}: caught by seed ${first.seed} after ${reports.length} in ${seconds} s: ${first.faults[0]!.split('\n')[0]}`
    )
  return first !== undefined
}

process.exitCode = (await main()) ? 0 : 1
