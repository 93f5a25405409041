import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BatchResult, runBatch } from './batch.ts'
import { missing } from './sometimes.ts'

const SEEDS = 300
const CORE_SEEDS = 40
const RECOVERY_SEEDS = 16
const TWICE = 20

/** Every build runs the same seeds, unless it is told others: what is new is the code. Others are run by hand. */
const first = Number(process.env.ANILLO_SEED ?? 1) % 1_000_000
process.stdout.write(`# ANILLO_SEED=${first}\n`)

const seedsFrom = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)

function assertSound({ failed }: BatchResult, command: string): void {
  assert.deepEqual(
    failed.map(
      ({ seed, faults, trace }) => `npm run sim -- --only ${seed}${command}, trace ${trace}: ${faults[0]}`
    ),
    []
  )
}

test('no acknowledged write is lost, no read is stale and every slot comes back, whatever fails', async t => {
  const result = await runBatch({ seeds: seedsFrom(first, SEEDS) })
  assertSound(result, '')
  assert.deepEqual(missing(result.counts), [], 'what a few hundred runs should see happen')
  t.diagnostic(`${result.reports.length} seeds, ${result.events} events`)

  const twice = await runBatch({ seeds: seedsFrom(first, TWICE) })
  assert.deepEqual(
    twice.reports.map(({ seed, trace }) => `${seed} ${trace}`),
    result.reports.slice(0, TWICE).map(({ seed, trace }) => `${seed} ${trace}`),
    'a seed gives one run, in any process'
  )
})

test('with one peer broken for ever the others serve every slot', async () => {
  assertSound(await runBatch({ seeds: seedsFrom(first, CORE_SEEDS), core: true }), ' --core')
})

test('what an operator went on with after a loss stays, whoever comes back with more', async () => {
  const result = await runBatch({ seeds: seedsFrom(first, RECOVERY_SEEDS), recovery: true })
  assertSound(result, ' --recovery')
  assert.ok(result.counts.get('slot recovered')! > 0)
})
