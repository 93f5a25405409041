import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verdictOf } from '../../../src/gateway/dashboard/client/verdict-panel.ts'
import type { RingReport } from '../../../src/users/ring-report.ts'

const ringWith = (code: string | undefined, withoutMajority = 0): RingReport => ({
  id: '0'.repeat(32),
  ready: code === undefined,
  problems: code === undefined ? [] : [{ code, detail: 'what to do' }],
  replicas: 3,
  slots: 256,
  virtualNodes: 8,
  users: 0,
  underReplicated: 0,
  withoutMajority,
  peers: []
})

test('amber is only what heals by itself: a slot that two peers lead is as red as one that nobody leads', () => {
  const whole = verdictOf({ ring: ringWith(undefined), failure: undefined })
  assert.deepEqual([whole.state, whole.serves ?? false], ['whole', false])
  for (const [code, withoutMajority, serves] of [
    ['under-replicated', 0, true],
    ['slot-conflict', 0, false],
    ['slot-unavailable', 1, false]
  ] as const) {
    const verdict = verdictOf({ ring: ringWith(code, withoutMajority), failure: undefined })
    assert.deepEqual([verdict.state, verdict.serves ?? false], ['broken', serves], code)
  }
})

test('a peer that refuses is told from one that does not answer', () => {
  const ring = ringWith(undefined)
  const refused = verdictOf({ ring, failure: { why: 'Too many requests', refused: true } })
  assert.equal(refused.text, 'This peer refuses')
  const mute = verdictOf({ ring, failure: { why: 'It cannot be reached', refused: false } })
  assert.equal(mute.text, 'This peer does not answer')
  assert.deepEqual([refused.state, mute.state], ['broken', 'broken'])
})
