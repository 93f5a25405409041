import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Takeover } from '../../../src/cli/demo/takeover.ts'

describe('the takeover meter', () => {
  it('shows nothing before the first fault, however slow a write was', () => {
    const takeover = new Takeover()
    takeover.begin('a', 0)
    takeover.acknowledge('a', 5_000)
    assert.equal(takeover.lastMs(5_000), undefined)
  })

  it('is the longest wait of a write, from the fault where the write was open then', () => {
    const takeover = new Takeover()
    takeover.begin('a', 0)
    takeover.fault(1_000)
    takeover.begin('b', 1_010)
    takeover.begin('c', 1_020)
    takeover.acknowledge('b', 1_030)
    takeover.acknowledge('a', 2_400)
    takeover.acknowledge('c', 1_900)
    assert.equal(takeover.lastMs(9_000), 1_400)
  })

  it('grows while a slot still waits', () => {
    const takeover = new Takeover()
    takeover.fault(1_000)
    takeover.begin('a', 1_001)
    assert.equal(takeover.lastMs(3_001), 2_000)
    takeover.acknowledge('a', 4_001)
    assert.equal(takeover.lastMs(60_000), 3_000)
  })

  it('begins anew at the next fault, except for what has waited since the one before', () => {
    const takeover = new Takeover()
    takeover.fault(1_000)
    takeover.begin('a', 1_000)
    takeover.begin('b', 1_000)
    takeover.acknowledge('b', 1_900)
    takeover.fault(2_000)
    takeover.acknowledge('a', 3_000)
    assert.equal(takeover.lastMs(3_000), 2_000)
    takeover.fault(9_000)
    assert.equal(takeover.lastMs(9_000), 0)
  })

  it('does not put down to a fault what begins long after it, nor what nobody waits for any more', () => {
    const takeover = new Takeover()
    takeover.fault(0)
    takeover.begin('a', 61_000)
    takeover.acknowledge('a', 65_000)
    takeover.begin('b', 1_000)
    takeover.abandon('b')
    assert.equal(takeover.lastMs(70_000), 0)
  })
})
