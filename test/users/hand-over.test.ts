/** How long a peer that leaves waits for its slots to move. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LEAVE_STUCK_MS, untilEmpty } from '../../src/users/hand-over.ts'
import { ManualClock } from './manual-clock.ts'

const SLOTS = 5

/** The slots that are left at each time, and what came of it. */
function leaving(slotsAt: (ms: number) => number) {
  const clock = new ManualClock()
  const ending = new AbortController()
  const seen: number[] = []
  const world = { clock, seen, ending, end: undefined as string | undefined, endedMs: 0 }
  const end = (how: string) => {
    world.end = how
    world.endedMs = clock.monotonic()
  }
  untilEmpty({
    node: {
      get slotsLeft() {
        return slotsAt(clock.monotonic())
      },
      depart: () => slotsAt(clock.monotonic()) === 0
    },
    clock,
    signal: ending.signal,
    onProgress: left => {
      if (seen.at(-1) !== left) seen.push(left)
    }
  }).then(
    () => end('empty'),
    error => end(error.name)
  )
  return world
}

describe('a peer that leaves', () => {
  it('goes on while its slots move, however long all of them take', async () => {
    const eachMs = LEAVE_STUCK_MS - 1_000
    const world = leaving(ms => Math.max(0, SLOTS - Math.floor(ms / eachMs)))
    await world.clock.pass(SLOTS * eachMs + 10_000)
    assert.equal(world.end, 'empty')
    assert.deepEqual(world.seen, [5, 4, 3, 2, 1, 0])
  })

  it('gives up when none has moved for too long since the last that did', async () => {
    const movedMs = 50_000
    const world = leaving(ms => (ms < movedMs ? SLOTS : SLOTS - 1))
    await world.clock.pass(movedMs + LEAVE_STUCK_MS - 1_000)
    assert.equal(world.end, undefined)
    await world.clock.pass(2_000)
    assert.equal(world.end, 'TimeoutError')
    assert.equal(world.clock.pending, 0)
  })

  it('is not kept for ever by slots that go and come back', async () => {
    const world = leaving(ms => SLOTS - (Math.floor(ms / 1_000) % 2))
    await world.clock.pass(LEAVE_STUCK_MS + 5_000)
    assert.equal(world.end, 'TimeoutError')
  })

  it('gives away what it is made a member of while it lingers', async () => {
    const world = leaving(ms => (ms < 500 || (ms > 600 && ms < 5_000) ? 1 : 0))
    await world.clock.pass(10_000)
    assert.equal(world.end, 'empty')
    assert.ok(world.endedMs > 5_000)
    assert.deepEqual(world.seen, [1, 0, 1, 0])
  })

  it('ends when it is told to', async () => {
    const world = leaving(() => SLOTS)
    await world.clock.pass(1_000)
    world.ending.abort(new DOMException('enough', 'AbortError'))
    await world.clock.pass(0)
    assert.equal(world.end, 'AbortError')
    assert.equal(world.clock.pending, 0)
  })
})
