import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Slot } from '../../src/ring/slot.ts'
import { JobBoard } from '../../src/users/job-board.ts'
import { recoverSlots } from '../../src/users/recovery.ts'
import type { RecoveryRequest } from '../../src/users/ring-report.ts'

const jobs = new JobBoard({ now: () => 0 })

/** Four slots are without majority; this peer has a copy of 1, with ten users, an old one of 3, and of 6 one that may be old. */
async function recover(request: Partial<RecoveryRequest>) {
  const recovered: Slot[] = []
  const stuck = [
    { slot: 1 as Slot, members: ['a', 'b', 'c'], answering: ['a'], best: ['a'], mute: [], epoch: 7 },
    { slot: 2 as Slot, members: ['c', 'd', 'e'], answering: [], best: ['b'], mute: [], epoch: 8 },
    { slot: 3 as Slot, members: ['b', 'c', 'd'], answering: ['b'], best: ['b'], mute: [], epoch: 9 },
    { slot: 6 as Slot, members: ['a', 'c', 'd'], answering: ['a'], best: ['a'], mute: ['d'], epoch: 9 }
  ]
  const report = await recoverSlots(
    { slots: 'all', from: 'a', ...request },
    {
      self: 'a',
      slotCount: 8,
      stuck: async () => stuck,
      recover: async (slot, above) => {
        assert.equal(above, stuck.find(each => each.slot === slot)!.epoch)
        return slot !== 2 && recovered.push(slot) > 0
      },
      usersOf: () => 10,
      begin: () => jobs.begin({ kind: 'recovery', detail: 'going on', unit: 'slots' })
    }
  )
  return { ...report, recovered: [...report.recovered], touched: recovered }
}

describe('recovering slots', () => {
  it('touches those without majority, and tells which of them have no copy here', async () => {
    assert.deepEqual(await recover({}), {
      peer: 'a',
      recovered: [1],
      users: 10,
      elsewhere: [2, 3, 6],
      touched: [1]
    })
    assert.deepEqual((await recover({ slots: 1 })).recovered, [1])
  })

  it('is a task, which says what came of it', async () => {
    await recover({})
    const done = jobs.latest('recovery')
    assert.deepEqual([done?.state, done?.progress], ['done', { done: 1, total: 4, unit: 'slots' }])
    assert.equal(done?.detail, '1 slots go on from here; 3 have no current copy here')
    await assert.rejects(recover({ slots: 4 }))
    assert.match(jobs.latest('recovery')!.detail, /nothing is lost/)
    assert.equal(jobs.latest('recovery')?.state, 'failed')
  })

  it('does not go on from a copy while somebody has one with more', async () => {
    assert.deepEqual((await recover({})).touched, [1])
    await assert.rejects(recover({ slots: 3 }), { name: 'InvalidRequestError', message: /; b has/ })
  })

  it('waits for members that are there and have not said what they have', async () => {
    await assert.rejects(recover({ slots: 6 }), {
      name: 'InvalidRequestError',
      message: /^d is there.*try again/
    })
  })

  it('is refused for a slot that needs no help, that has no copy here, and that does not exist', async () => {
    await assert.rejects(recover({ slots: 4 }), { name: 'InvalidRequestError', message: /nothing is lost/ })
    await assert.rejects(recover({ slots: 2 }), {
      name: 'InvalidRequestError',
      message: /no copy of slot 2,.*; b has/
    })
    await assert.rejects(recover({ slots: 8 }), { name: 'InvalidRequestError', message: /no slot 8/ })
  })

  it('is refused where another peer is meant', async () => {
    await assert.rejects(recover({ from: 'b' }), { name: 'InvalidRequestError', message: /ask b itself/ })
  })
})
