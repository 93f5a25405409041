import '../../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Ledger } from '../../../src/cli/demo/ledger.ts'
import type { User } from '../../../src/users/user.ts'

function userWith(profile: User['profile']): User {
  const at = new Date(0).toISOString()
  return {
    id: 'load-1',
    status: 'ONLINE',
    profile,
    version: '1',
    createdAt: at,
    updatedAt: at,
    expiresAt: null
  }
}

/** A ledger with so many acknowledged writes to load-1, and what a user looks like after its write `number`. */
function ledgerAt(acknowledged: number) {
  const ledger = new Ledger('run')
  for (let n = 0; n < acknowledged; n++) ledger.acknowledge('load-1', ledger.begin('load-1'))
  const after = (number: number) => userWith(ledger.inputOf(number).profile as User['profile'])
  return { ledger, after }
}

const counts = ({ acknowledged, lost, wrong }: Ledger) => ({ acknowledged, lost, wrong })

describe("the ledger of the demo's load", () => {
  it('counts what was acknowledged, and finds nothing wrong with a read of it', () => {
    const { ledger, after } = ledgerAt(3)
    assert.equal(ledger.read('load-1', ledger.floor('load-1'), after(3)), 'right')
    assert.deepEqual(counts(ledger), { acknowledged: 3, lost: 0, wrong: 0 })
  })

  it('calls a read wrong that shows less than was acknowledged before it began', () => {
    const { ledger, after } = ledgerAt(3)
    assert.equal(ledger.read('load-1', 3, after(2)), 'wrong')
    assert.equal(ledger.read('load-1', 3, undefined), 'wrong')
    assert.deepEqual(counts(ledger), { acknowledged: 3, lost: 0, wrong: 2 })
  })

  it('leaves a read free to show a write that was begun meanwhile, or what there was when it began', () => {
    const { ledger, after } = ledgerAt(3)
    const floor = ledger.floor('load-1')
    ledger.acknowledge('load-1', ledger.begin('load-1'))
    ledger.begin('load-1')
    for (const number of [3, 4, 5]) assert.equal(ledger.read('load-1', floor, after(number)), 'right')
    assert.equal(ledger.read('load-1', floor, after(6)), 'wrong', 'which nobody has written')
  })

  it('counts as lost what is gone when the next write is refused, once', () => {
    const { ledger, after } = ledgerAt(5)
    ledger.begin('load-1')
    ledger.refused('load-1', after(3))
    ledger.refused('load-1', after(3))
    assert.deepEqual(counts(ledger), { acknowledged: 5, lost: 2, wrong: 0 })
    assert.equal(ledger.read('load-1', ledger.floor('load-1'), after(3)), 'right', 'it was counted before')
  })

  it('counts every write of a user as lost that is not there any more', () => {
    const { ledger } = ledgerAt(4)
    ledger.refused('load-1', undefined)
    assert.equal(ledger.lost, 4)
  })

  it('loses nothing when a refused write is there after all', () => {
    const { ledger, after } = ledgerAt(4)
    ledger.begin('load-1')
    ledger.refused('load-1', after(5))
    assert.deepEqual(counts(ledger), { acknowledged: 4, lost: 0, wrong: 0 })
  })

  it('takes the users of an earlier demo for not yet written', () => {
    const { ledger } = ledgerAt(0)
    const old = userWith({ load: 'an earlier one', number: 812 })
    assert.equal(ledger.read('load-1', 0, old), 'right')
    ledger.acknowledge('load-1', ledger.begin('load-1'))
    assert.equal(ledger.read('load-1', 1, old), 'wrong', 'what came back has undone a write')
  })

  it('says nothing of a user that somebody else has written', () => {
    const { ledger, after } = ledgerAt(4)
    const theirs = userWith({ name: 'Ada' })
    assert.equal(ledger.read('load-1', 4, theirs), 'foreign')
    ledger.refused('load-1', theirs)
    assert.equal(ledger.read('load-1', ledger.floor('load-1'), after(0)), 'right')
    assert.deepEqual(counts(ledger), { acknowledged: 4, lost: 0, wrong: 0 })
  })
})
