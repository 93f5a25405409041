import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Refusals } from '../../src/network/refusals.ts'
import { systemClock } from '../../src/runtime.ts'

it('a peer that never stops offending is told of a hundred times a minute, with a count of the rest', () => {
  let nowMs = 0
  const refusals = new Refusals({ ...systemClock, monotonic: () => nowMs })
  const told = Array.from({ length: 1_000 }, () => refusals.admit('hostile')).filter(
    untold => untold !== undefined
  )
  assert.deepEqual(told, Array(100).fill(0))
  assert.equal(refusals.admit('another'), 0)
  nowMs += 60_000
  assert.equal(refusals.admit('hostile'), 900)
  assert.equal(refusals.admit('hostile'), 0)
})
