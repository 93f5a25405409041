/** The ring's arithmetic: if this is wrong nothing above it can be right. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clockwiseFrom, inHalfOpen, inOpen } from '../../src/ring/interval.ts'
import { advance, distance, fingerStart, type Position, shareOf } from '../../src/ring/position.ts'
import { chooseSeed } from '../simulation/random.ts'

const seed = Number(chooseSeed()) || 0
const check = (property: Parameters<typeof fc.assert>[0]) => fc.assert(property, { seed, numRuns: 500 })

/** Positions, often next to each other or to zero, where mistakes are. */
const position = fc
  .oneof(fc.bigInt(0n, (1n << 160n) - 1n), fc.bigInt(0n, 3n), fc.bigInt((1n << 160n) - 3n, (1n << 160n) - 1n))
  .map(value => value as Position)

test('(a, b] and (b, a] together are the ring, and have no point in common', () => {
  check(
    fc.property(position, position, position, (point, a, b) => {
      fc.pre(a !== b)
      assert.notEqual(inHalfOpen(point, a, b), inHalfOpen(point, b, a))
    })
  )
})

test('(a, a] is the whole ring and (a, a) all of it but a', () => {
  check(
    fc.property(position, position, (point, a) => {
      assert.equal(inHalfOpen(point, a, a), true)
      assert.equal(inOpen(point, a, a), point !== a)
    })
  )
})

test('(a, b] is (a, b) and b', () => {
  check(
    fc.property(position, position, position, (point, a, b) => {
      assert.equal(inHalfOpen(point, a, b), inOpen(point, a, b) || point === b || (a === b && point === a))
    })
  )
})

test('intervals do not change when the ring is turned', () => {
  check(
    fc.property(position, position, position, position, (point, a, b, turn) => {
      const turned = (p: Position) => advance(p, turn)
      assert.equal(inOpen(turned(point), turned(a), turned(b)), inOpen(point, a, b))
      assert.equal(inHalfOpen(turned(point), turned(a), turned(b)), inHalfOpen(point, a, b))
    })
  )
})

test('distance and advance undo each other, over zero too', () => {
  check(
    fc.property(position, position, (a, b) => {
      assert.equal(advance(a, distance(a, b)), b)
      assert.equal(distance(a, b) === 0n, a === b)
      assert.ok(distance(a, b) >= 0n && distance(a, b) < 1n << 160n)
    })
  )
})

test('finger i starts 2^i further on', () => {
  check(
    fc.property(position, fc.integer({ min: 0, max: 159 }), (a, index) => {
      assert.equal(distance(a, fingerStart(a, index)), 1n << BigInt(index))
    })
  )
})

test('clockwise order begins behind the point and ends with it', () => {
  check(
    fc.property(position, fc.uniqueArray(position, { minLength: 1, maxLength: 8 }), (from, points) => {
      const ordered = clockwiseFrom(from, points, point => point)
      assert.deepEqual([...ordered].sort(), [...points].sort())
      for (const [at, point] of ordered.slice(1).entries()) {
        assert.ok(inHalfOpen(ordered[at]!, from, point))
      }
      if (points.includes(from)) assert.equal(ordered.at(-1), from)
    })
  )
})

test('the shares of the ring add up to all of it', () => {
  check(
    fc.property(fc.uniqueArray(position, { minLength: 1, maxLength: 8 }), points => {
      const ordered = clockwiseFrom(0n as Position, points, point => point)
      const shares = ordered.map((point, at) => shareOf(ordered.at(at - 1)!, point))
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9)
    })
  )
})
