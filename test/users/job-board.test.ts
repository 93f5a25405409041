import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ENDED_JOBS_MAX, JobBoard } from '../../src/users/job-board.ts'

const LEAVE = { kind: 'leave', detail: 'slots move', unit: 'slots', total: 3 } as const
const SNAPSHOT = { kind: 'snapshot-in', detail: 'slot 7 from b', unit: 'rows' } as const

function boardAt() {
  const time = { ms: 0 }
  return { time, board: new JobBoard({ now: () => time.ms }) }
}

describe('the board of jobs', () => {
  it('shows how far each is, and when and how it ended, the latest first', () => {
    const { board, time } = boardAt()
    const leave = board.begin(LEAVE)
    time.ms = 1_000
    const snapshot = board.begin(SNAPSHOT)
    leave.reach(2, 3)
    snapshot.add(1, 700)
    snapshot.add(1, 800)
    time.ms = 2_500
    snapshot.done()
    assert.deepEqual(board.list(), [
      {
        id: 'snapshot-in-2',
        kind: 'snapshot-in',
        state: 'done',
        startedAt: '1970-01-01T00:00:01.000Z',
        endedAt: '1970-01-01T00:00:02.500Z',
        progress: { done: 2, total: null, unit: 'rows' },
        detail: 'slot 7 from b (1,500 bytes)'
      },
      {
        id: 'leave-1',
        kind: 'leave',
        state: 'running',
        startedAt: '1970-01-01T00:00:00.000Z',
        endedAt: null,
        progress: { done: 2, total: 3, unit: 'slots' },
        detail: 'slots move'
      }
    ])
    assert.deepEqual(board.get('leave-1'), board.list()[1])
    assert.equal(board.get('leave-2'), undefined)
    assert.equal(board.latest('recovery'), undefined)
  })

  it('lets a job end once: what is said afterwards changes nothing', () => {
    const { board } = boardAt()
    const leave = board.begin(LEAVE)
    leave.failed('nobody is there')
    leave.done()
    leave.reach(3, 3)
    leave.describe('all is well')
    const { state, detail, progress } = board.get(leave.id)!
    assert.deepEqual([state, detail, progress?.done], ['failed', 'nobody is there', 0])
    assert.deepEqual(board.totals('leave'), { running: 0, done: 0, failed: 1, units: 0, bytes: 0 })
  })

  it('forgets the oldest that ended, of each kind apart, and none that runs', () => {
    const { board } = boardAt()
    board.begin(LEAVE).done()
    const running = board.begin(SNAPSHOT)
    for (let n = 0; n < 3 * ENDED_JOBS_MAX; n++) board.begin(SNAPSHOT).done()
    assert.equal(board.list().length, ENDED_JOBS_MAX + 2)
    assert.equal(board.get(running.id)?.state, 'running')
    assert.equal(board.latest('leave')?.state, 'done')
    assert.deepEqual(board.totals('snapshot-in'), {
      running: 1,
      done: 3 * ENDED_JOBS_MAX,
      failed: 0,
      units: 0,
      bytes: 0
    })
  })
})
