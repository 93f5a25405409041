import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Reluctant } from '../../src/replica/reluctant.ts'

test('a peer that fails three times, minutes not lying between, is avoided for a minute, or until it is a member', () => {
  const reluctant = new Reluctant()
  for (const nowMs of [0, 20_000]) reluctant.failed('a', nowMs)
  assert.ok(!reluctant.isAvoided('a', 20_000))
  reluctant.failed('a', 40_000)
  assert.ok(reluctant.isAvoided('a', 100_000))
  assert.ok(!reluctant.isAvoided('a', 100_001))
  reluctant.failed('a', 100_000)
  assert.ok(reluctant.isAvoided('a', 100_000))
  reluctant.forgive('a')
  assert.ok(!reluctant.isAvoided('a', 100_000))
})

test('changes of several slots that fail together, as when the peer is restarted, are one failure', () => {
  const reluctant = new Reluctant()
  for (const nowMs of [0, 0, 10, 1_000, 4_000]) reluctant.failed('a', nowMs)
  assert.ok(!reluctant.isAvoided('a', 4_000))
  for (const nowMs of [20_000, 20_010, 40_000]) reluctant.failed('a', nowMs)
  assert.ok(reluctant.isAvoided('a', 40_000))
})
