import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arcsOf, pointAt, spread, turnOf } from '../../../src/gateway/dashboard/client/circle.ts'
import { bucketOf } from '../../../src/gateway/dashboard/client/histogram.ts'
import { Hues } from '../../../src/gateway/dashboard/client/hues.ts'
import type { PeerReport } from '../../../src/users/ring-report.ts'

const position = (first: string) => first.padEnd(40, '0')
const report = (peer: string, positions: string[], status: PeerReport['status'] = 'up'): PeerReport => ({
  peer,
  self: false,
  status,
  state: 'normal',
  addresses: [],
  positions: positions.map(position),
  owns: 0.5,
  slots: 0,
  leads: 0,
  users: 0
})

test('a position is a part of the way around, clockwise from the top', () => {
  assert.equal(turnOf(position('0')), 0)
  assert.equal(turnOf(position('4')), 0.25)
  assert.equal(turnOf(position('c')), 0.75)
  const { x, y } = pointAt(0.25, 10)
  assert.deepEqual([Math.round(x), Math.round(y) + 0], [10, 0])
})

test('a slot has the colour of the first ring node at or after it, and the last go on with the first', () => {
  const arcs = arcsOf([report('a', ['4']), report('b', ['8', 'a'])], 16)
  assert.deepEqual(arcs, [
    { from: 0, to: 5 / 16, peer: 'a' },
    { from: 5 / 16, to: 11 / 16, peer: 'b' },
    { from: 11 / 16, to: 1, peer: 'a' }
  ])
})

test('a peer that is down owns nothing, and a ring of nobody has no parts', () => {
  assert.deepEqual(arcsOf([report('a', ['4']), report('b', ['8'], 'down')], 16), [
    { from: 0, to: 1, peer: 'a' }
  ])
  assert.deepEqual(arcsOf([], 16), [])
})

test('labels of peers that are close together move apart, also across the top, and others stay', () => {
  assert.deepEqual(spread([0.1, 0.5], 0.03), [0.1, 0.5])
  const placed = spread([0.001, 0.3, 0.301, 0.999], 0.03)
  for (const [i, turn] of placed.entries()) {
    const next = placed[(i + 1) % placed.length]! + (i + 1 === placed.length ? 1 : 0)
    assert.ok(next - turn > 0.03 - 1e-6, `${placed}`)
  }
  const many = spread(
    Array.from({ length: 64 }, (_, i) => i / 640),
    0.0115
  )
  assert.ok(many.every((turn, i) => i === 0 || turn > many[i - 1]!))
})

test('every one of 64 peers has a colour of its own and keeps it', () => {
  const hues = new Hues()
  const peers = Array.from({ length: 64 }, (_, i) => `peer-${i}`)
  const given = peers.map(peer => hues.of(peer))
  assert.equal(new Set(given.map(tint => JSON.stringify(tint))).size, 64)
  assert.deepEqual(
    peers.map(peer => hues.of(peer)),
    given
  )
})

test('a value falls into the first bucket that reaches it, and beyond all into the last', () => {
  const buckets = [1, 2, 5].map(to => ({ label: '', to }))
  assert.deepEqual(
    [0.5, 1, 1.1, 5, 9].map(value => bucketOf(value, buckets)),
    [0, 0, 1, 2, 2]
  )
})
