import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Silences } from '../../src/users/silence.ts'
import { ManualClock } from './manual-clock.ts'

test('a peer is silent from the first question that it did not answer until its next answer', async () => {
  const clock = new ManualClock()
  const silences = new Silences(clock)
  assert.equal(silences.ofMs('a'), 0)
  silences.asked('a')
  await clock.pass(400)
  silences.asked('a')
  await clock.pass(600)
  assert.equal(silences.ofMs('a'), 1_000)
  silences.answered('a')
  assert.equal(silences.ofMs('a'), 0)
})

test('a silence that nobody met for ten seconds begins anew', async () => {
  const clock = new ManualClock()
  const silences = new Silences(clock)
  silences.asked('a')
  await clock.pass(9_000)
  silences.asked('a')
  await clock.pass(10_001)
  silences.asked('b')
  silences.asked('a')
  assert.equal(silences.ofMs('a'), 0)
})
