import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { everySecond, type LoadShape, runLoad } from '../../src/cli/bench-load.ts'
import { sleep } from '../../src/runtime.ts'
import { ManualClock } from '../users/manual-clock.ts'

interface Begun {
  /** From when it is measured, and when it really began. */
  readonly fromMs: number
  readonly atMs: number
}

/** A load of operations that take what `tookMs` says of the time they begin at. */
async function load(shape: LoadShape, tookMs: (atMs: number) => number, stopAtMs?: number) {
  const clock = new ManualClock()
  const stop = new AbortController()
  if (stopAtMs !== undefined) clock.timer(stopAtMs, () => stop.abort())
  const begun: Begun[] = []
  let underWay = 0
  let mostUnderWay = 0
  const ended = runLoad(clock, shape, stop.signal, async fromMs => {
    begun.push({ fromMs, atMs: clock.monotonic() })
    mostUnderWay = Math.max(mostUnderWay, ++underWay)
    await sleep(clock, tookMs(clock.monotonic()))
    underWay--
  })
  await clock.pass(3_600_000)
  const { notBegun } = await ended
  return { begun, notBegun, underWay, mostUnderWay, pending: clock.pending }
}

describe('a closed loop', () => {
  it('keeps as many under way as it may, and begins none after its time', async () => {
    const { begun, notBegun, mostUnderWay, pending } = await load(
      { concurrency: 2, durationMs: 1_000 },
      () => 100
    )
    assert.deepEqual([begun.length, notBegun, mostUnderWay, pending], [20, 0, 2, 0])
    assert.ok(begun.every(({ atMs }) => atMs < 1_000))
  })

  it('measures each from its beginning', async () => {
    const { begun } = await load({ concurrency: 1, durationMs: 1_000 }, () => 100)
    for (const { fromMs, atMs } of begun) assert.equal(fromMs, atMs)
  })

  it('ends after so many operations', async () => {
    const shape = { concurrency: 8, durationMs: Number.POSITIVE_INFINITY, operationsMax: 5 }
    assert.equal((await load(shape, () => 100)).begun.length, 5)
  })

  it('begins nothing more when it is stopped, and ends with what was under way', async () => {
    const { begun, underWay } = await load({ concurrency: 2, durationMs: 60_000 }, () => 100, 350)
    assert.deepEqual([begun.length, underWay], [8, 0])
  })
})

describe('a load with a rate', () => {
  it('begins operations when they are planned, however fast they are', async () => {
    const { begun, notBegun } = await load({ concurrency: 4, rate: 10, durationMs: 1_000 }, () => 1)
    assert.deepEqual(
      begun.map(({ atMs }) => atMs),
      [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]
    )
    assert.equal(notBegun, 0)
  })

  it('measures from the plan what began late, so that a stall is in all the latencies that it caused', async () => {
    const stallMs = 450
    const { begun } = await load({ concurrency: 1, rate: 10, durationMs: 1_000 }, atMs =>
      atMs === 0 ? stallMs : 1
    )
    assert.deepEqual(
      begun.map(({ fromMs }) => fromMs),
      [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]
    )
    const waitedMs = begun.map(({ fromMs, atMs }) => atMs - fromMs)
    assert.deepEqual(waitedMs, [0, 350, 251, 152, 53, 0, 0, 0, 0, 0])
  })

  it('says how many it owes when all lanes were waiting', async () => {
    const { begun, notBegun } = await load({ concurrency: 1, rate: 10, durationMs: 1_000 }, () => 500)
    assert.deepEqual([begun.length, notBegun], [2, 8])
  })

  it('owes nothing for what was not due when it was stopped', async () => {
    const { begun, notBegun } = await load({ concurrency: 4, rate: 10, durationMs: 60_000 }, () => 1, 250)
    assert.deepEqual([begun.length, notBegun], [3, 0])
  })

  it('never begins more than it may, nor has more under way', async () => {
    const shape = { concurrency: 3, rate: 1_000, durationMs: 10_000, operationsMax: 7 }
    const { begun, notBegun, mostUnderWay } = await load(shape, () => 10)
    assert.deepEqual([begun.length, notBegun, mostUnderWay], [7, 0, 3])
  })

  it('has no drift: the plan is counted from the start', async () => {
    const { begun } = await load({ concurrency: 4, rate: 7, durationMs: 100_000 }, () => 3)
    assert.equal(begun.length, 700)
    for (const [index, { fromMs }] of begun.entries()) {
      const plannedMs = (index * 1_000) / 7
      assert.ok(fromMs <= plannedMs && plannedMs - fromMs < 1, `${index} from ${fromMs}`)
    }
  })
})

describe('every second', () => {
  it('comes at each, until the end, and leaves no timer', async () => {
    const clock = new ManualClock()
    const end = new AbortController()
    const ticks: number[] = []
    const ended = everySecond(clock, end.signal, () => ticks.push(clock.monotonic()))
    await clock.pass(3_500)
    end.abort()
    await ended
    assert.deepEqual([ticks, clock.pending], [[1_000, 2_000, 3_000], 0])
  })

  it('comes once when it is late for several', async () => {
    const clock = new ManualClock()
    const end = new AbortController()
    const ticks: number[] = []
    let lateMs = 0
    const late = {
      now: () => clock.now(),
      soon: (work: () => void) => clock.soon(work),
      monotonic: () => clock.monotonic() + lateMs,
      timer: (ms: number, fire: () => void) => clock.timer(ms, fire)
    }
    const ended = everySecond(late, end.signal, () => ticks.push(late.monotonic()))
    await clock.pass(500)
    lateMs = 2_600
    await clock.pass(1_000)
    end.abort()
    await ended
    assert.deepEqual(ticks, [3_600, 4_000])
  })
})
