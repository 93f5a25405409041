import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Islands } from '../../../src/cli/demo/islands.ts'

const PEERS = [1, 2, 3, 4, 5]

describe('the islands of a demo', () => {
  it('are one until somebody is cut off, and again when they are healed', () => {
    const islands = new Islands()
    assert.ok(islands.whole)
    islands.split([2])
    assert.ok(!islands.whole)
    islands.heal()
    assert.ok(islands.whole)
    assert.deepEqual(islands.sides(PEERS), [PEERS])
  })

  it('keep together who was cut off together, and nobody else', () => {
    const islands = new Islands()
    islands.split([3, 2])
    assert.deepEqual(islands.sides(PEERS), [
      [1, 4, 5],
      [2, 3]
    ])
    assert.deepEqual([islands.apart(2, 3), islands.apart(1, 4), islands.apart(1, 2)], [false, false, true])
  })

  it('become more with each cut, which joins nobody', () => {
    const islands = new Islands()
    islands.split([2, 3])
    islands.split([3, 4])
    assert.deepEqual(islands.sides(PEERS), [[1, 5], [2], [3], [4]])
  })

  it('have a new peer where nobody was cut off', () => {
    const islands = new Islands()
    islands.split([1])
    assert.deepEqual([islands.apart(6, 1), islands.apart(6, 2)], [true, false])
  })

  it('can be tried on a copy', () => {
    const islands = new Islands()
    islands.split([1])
    const copy = new Islands(islands)
    copy.split([2])
    assert.deepEqual([islands.sides(PEERS).length, copy.sides(PEERS).length], [2, 3])
  })
})
