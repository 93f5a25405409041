import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import picocolors from 'picocolors'
import { mixValue, type Operation } from '../../src/cli/bench-mix.ts'
import { type RunOptions, runBench, type SecondReport } from '../../src/cli/bench-run.ts'
import { renderSecond, renderSummary } from '../../src/cli/bench-table.ts'
import { UnavailableError } from '../../src/errors.ts'
import { sleep } from '../../src/runtime.ts'
import { ManualClock } from '../users/manual-clock.ts'

const plain = picocolors.createColors(false)
const LATENCY_MS: Readonly<Record<Operation, number>> = {
  read: 10,
  stale: 1,
  write: 40,
  update: 50,
  heartbeat: 5
}

/** A run on a clock of the test's, of operations that take as long as `tookMs` says and then end as `end` says. */
async function run(
  changes: Partial<RunOptions>,
  end: (count: number) => 'done' | 'conflict' = () => 'done',
  tookMs = (operation: Operation, _count: number) => LATENCY_MS[operation]
) {
  const clock = new ManualClock()
  const seconds: SecondReport[][] = []
  const asked: string[] = []
  const ended = runBench({
    clock,
    load: { concurrency: 1, durationMs: 2_000 },
    mix: mixValue('read'),
    users: 10,
    seed: 1,
    stop: new AbortController().signal,
    abandon: new AbortController().signal,
    onSecond: lines => seconds.push([...lines]),
    operate: async (operation, user) => {
      asked.push(`${operation} ${user}`)
      const count = asked.length
      await sleep(clock, tookMs(operation, count))
      return end(count)
    },
    ...changes
  })
  await clock.pass(600_000)
  return { report: await ended, seconds, asked, pending: clock.pending }
}

describe('a run of a bench', () => {
  it('tells each second of each kind of operation, with the columns of cockroach workload', async () => {
    const { seconds, pending } = await run({
      mix: mixValue('read=1,write=1'),
      seed: 3,
      load: { concurrency: 1, rate: 4, durationMs: 2_000 }
    })
    assert.equal(pending, 0)
    const [first, ...more] = seconds.map((lines, index) => renderSecond(lines, index === 0, plain))
    assert.deepEqual(
      more.map(lines => lines.length),
      [2]
    )
    assert.deepEqual(first, [
      'ELAPSED   ERRORS   OPS/SEC(INST)   OPS/SEC(CUM)   P50(MS)   P95(MS)   P99(MS)   PMAX(MS)   OPERATION',
      '   1.0s        0             2.0            2.0      10.0      10.0      10.0       10.0   read',
      '   1.0s        0             2.0            2.0      40.0      40.0      40.0       40.0   write'
    ])
  })

  it('sums up each kind and all of them, over all of its time', async () => {
    const { report } = await run({
      mix: mixValue('read=1,write=1'),
      seed: 3,
      load: { concurrency: 1, rate: 4, durationMs: 2_000 }
    })
    assert.deepEqual(renderSummary(report, plain), [
      '',
      'ELAPSED   ERRORS   CONFLICTS   OPS(TOTAL)   OPS/SEC(CUM)   AVG(MS)   P50(MS)   P95(MS)   P99(MS)   PMAX(MS)   OPERATION',
      '   2.0s        0           0            4            2.0      10.0      10.0      10.0      10.0       10.0   read',
      '   2.0s        0           0            4            2.0      40.0      40.0      40.0      40.0       40.0   write',
      '   2.0s        0           0            8            4.0      25.0      10.0      40.0      40.0       40.0   total'
    ])
  })

  it('leaves the total out where there is one kind only, and has no latencies of nothing', async () => {
    const nothing = async (): Promise<never> => {
      throw new UnavailableError('no majority')
    }
    const load = { concurrency: 1, durationMs: 2_000, operationsMax: 1_200 }
    const { report } = await run({ load, operate: nothing })
    assert.deepEqual(renderSummary(report, plain).slice(2), [
      '   0.0s    1,200           0            0            0.0         -         -         -         -          -   read',
      '',
      'ERRORS   STATUS   NAME               THE FIRST ONE',
      ' 1,200      503   UnavailableError   no majority'
    ])
  })

  it('counts the latency of what waited for its turn', async () => {
    const load = { concurrency: 1, rate: 50, durationMs: 1_000 }
    const { report } = await run({ mix: mixValue('write'), load })
    // 40 ms each, planned every 20 ms: the 25th begins at 960 ms, 480 ms late.
    const { total, notBegun } = report
    assert.deepEqual([total.operations, notBegun], [25, 25])
    assert.ok(Math.abs(total.maxMs! - 520) < 1, `${total.maxMs}`)
  })

  it('tells a second in which nothing was answered', async () => {
    const stall = (_: Operation, count: number) => (count === 1 ? 1_500 : 100)
    const { seconds } = await run({}, undefined, stall)
    assert.deepEqual(renderSecond(seconds[0]!, false, plain), [
      '   1.0s        0             0.0            0.0         -         -         -          -   read'
    ])
    assert.equal(seconds[1]![0]!.perSecond, 5)
  })

  it('tells no last second of which too little has passed', async () => {
    const told = async (durationMs: number) => {
      const { seconds } = await run({ load: { concurrency: 1, durationMs } })
      return seconds.map(([line]) => line!.elapsedMs)
    }
    assert.deepEqual([await told(1_400), await told(1_600)], [[1_000], [1_000, 1_600]])
  })

  it('keeps conflicts apart from errors', async () => {
    const { report } = await run({ mix: mixValue('update') }, count =>
      count % 4 === 0 ? 'conflict' : 'done'
    )
    const { operations, conflicts, errors } = report.total
    assert.deepEqual([operations, conflicts, errors, report.errors], [40, 10, 0, []])
  })

  it('does the same operations for the same seed, and others for another', async () => {
    const options = { mix: mixValue('mixed'), load: { concurrency: 4, durationMs: 1_000 } }
    const [one, same, other] = [await run(options), await run(options), await run({ ...options, seed: 2 })]
    assert.deepEqual(one.asked, same.asked)
    assert.notDeepEqual(one.asked, other.asked)
  })

  it('asks for all users, and for no other', async () => {
    const { asked } = await run({ users: 3 })
    assert.deepEqual([...new Set(asked)].toSorted(), ['read 0', 'read 1', 'read 2'])
  })

  it('forgets what is abandoned, and ends without waiting for it', async () => {
    const abandon = new AbortController()
    const clock = new ManualClock()
    const ended = runBench({
      clock,
      load: { concurrency: 2, durationMs: 60_000 },
      mix: mixValue('read'),
      users: 1,
      seed: 1,
      stop: abandon.signal,
      abandon: abandon.signal,
      operate: () => sleep(clock, 1e9, abandon.signal).then(() => 'done' as const)
    })
    await clock.pass(1_000)
    abandon.abort()
    const { total, errors } = await ended
    assert.deepEqual([total.operations, total.errors, errors, clock.pending], [0, 0, [], 0])
  })
})
