import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entriesOf } from '../../src/replica/message.ts'
import { SLOT } from './cluster.ts'

test('all entries that a message brings are looked at, also those of a promise', () => {
  const [key, payload] = [new Uint8Array([1]), new Uint8Array([9])]
  const entry = { epoch: 1, sequence: 1, timeMs: 0, key, payload }
  const prev = { epoch: 0, sequence: 0 }
  const ballot = { round: 1, by: { peer: 'a', store: '00', boot: 1 } }
  const of = { slot: SLOT, instance: 2, ballot }
  assert.deepEqual(entriesOf({ ...of, type: 'promised', last: entry, accepted: null, tail: [entry] }), [
    entry
  ])
  assert.deepEqual(entriesOf({ type: 'append', slot: SLOT, epoch: 1, prev, entries: [entry], commit: 0 }), [
    entry
  ])
  assert.deepEqual(entriesOf({ type: 'need-view', slot: SLOT, epoch: 1 }), [])
})
