import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Failures, Tally } from '../../src/cli/bench-tally.ts'
import { BusyError, OutcomeUnknownError, UnavailableError } from '../../src/errors.ts'

/** What a tally promises of a latency. */
function near(actual: number | null, expected: number): void {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= expected * 0.001,
    `${actual} is not ${expected}`
  )
}

describe('a tally', () => {
  it('tells percentiles within 0.1 %, from microseconds to an hour', () => {
    for (const unitMs of [0.001, 0.5, 7, 3_600]) {
      const tally = new Tally()
      for (let i = 1; i <= 1_000; i++) tally.done(i * unitMs)
      const { p50Ms, p95Ms, p99Ms, maxMs, meanMs } = tally.latencies()
      near(p50Ms, 500 * unitMs)
      near(p95Ms, 950 * unitMs)
      near(p99Ms, 990 * unitMs)
      near(maxMs, 1_000 * unitMs)
      assert.ok(Math.abs(meanMs! - 500.5 * unitMs) < 0.002 * 500 * unitMs, `${meanMs}`)
    }
  })

  it('takes 0 for a microsecond, and more than an hour for one', () => {
    const tally = new Tally()
    tally.done(0)
    assert.equal(tally.latencies().maxMs, 0.001)
    tally.done(1e12)
    near(tally.latencies().maxMs, 3_600_000)
  })

  it('has no latencies of nothing', () => {
    const none = { meanMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }
    assert.deepEqual(new Tally().latencies(), none)
    assert.deepEqual(new Tally().takeLatest(), { operations: 0, ...none })
  })

  it('gives the latest once, and keeps the total', () => {
    const tally = new Tally()
    tally.done(10)
    assert.equal(tally.takeLatest().operations, 1)
    tally.done(20)
    tally.done(30)
    const { operations, p50Ms } = tally.takeLatest()
    assert.equal(operations, 2)
    near(p50Ms, 20)
    assert.equal(tally.takeLatest().operations, 0)
    assert.equal(tally.counts().operations, 3)
  })

  it('counts a conflict as an operation, and an error as none', () => {
    const tally = new Tally()
    tally.done(1)
    tally.conflict(2)
    tally.error()
    assert.deepEqual(tally.counts(), { operations: 2, conflicts: 1, errors: 1 })
  })

  it('adds others to itself, empty ones too', () => {
    const all = new Tally()
    const one = new Tally()
    one.done(5)
    one.conflict(10)
    one.error()
    for (const each of [new Tally(), one, new Tally()]) all.add(each)
    assert.deepEqual(all.counts(), one.counts())
    assert.deepEqual(all.latencies(), one.latencies())
  })
})

describe('the errors of a bench', () => {
  it('are counted by name and status with the first message, the most frequent first', () => {
    const failures = new Failures()
    failures.add(new BusyError('first'))
    failures.add(new OutcomeUnknownError('said by a gateway'))
    failures.add(new OutcomeUnknownError('no answer', { cause: new Error('cut') }))
    for (let i = 0; i < 3; i++) failures.add(new UnavailableError(`slot ${i}`))
    failures.add(new BusyError('second'))
    failures.add(new TypeError('a defect'))
    assert.deepEqual(failures.list(), [
      { name: 'UnavailableError', status: 503, count: 3, message: 'slot 0' },
      { name: 'BusyError', status: 503, count: 2, message: 'first' },
      { name: 'OutcomeUnknownError', status: 504, count: 1, message: 'said by a gateway' },
      { name: 'OutcomeUnknownError', status: null, count: 1, message: 'no answer' },
      { name: 'Error', status: null, count: 1, message: 'a defect' }
    ])
  })
})
