import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StoreDamagedError } from '../../src/errors.ts'
import type { EntryId } from '../../src/replica/entry.ts'
import type { CommittedEntries } from '../../src/replica/slot-machine.ts'
import { asSlot, type Slot } from '../../src/ring/slot.ts'
import { ChangeSource } from '../../src/users/change-source.ts'
import { usersMachine } from '../../src/users/operation.ts'
import { ManualClock } from './manual-clock.ts'

const SLOT = asSlot(1, 4)
const NOWHERE = { epoch: 0, sequence: 0 }

function world() {
  const listeners = new Set<(slots: ReadonlySet<Slot>) => void>()
  const clock = new ManualClock()
  const stopping = new AbortController()
  const gone = new AbortController()
  let damage: Error | undefined
  let committed: CommittedEntries | undefined = { kind: 'entries', entries: [], at: NOWHERE }
  const slots = {
    committedAfter: (_slot: Slot, _after: EntryId | undefined) => {
      if (damage !== undefined) throw damage
      return committed
    },
    subscribe: (listener: (slots: ReadonlySet<Slot>) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
  const source = new ChangeSource({ slots, clock, stopping: stopping.signal })
  return {
    clock,
    stopping,
    gone,
    listeners,
    source,
    asked: source.after([{ slot: SLOT, after: NOWHERE }], 1_000, gone.signal),
    commit(next: CommittedEntries | undefined, slot = SLOT) {
      committed = next
      for (const listener of [...listeners]) listener(new Set([slot]))
    },
    damage(error: Error) {
      damage = error
    }
  }
}

function entries(): CommittedEntries {
  const operation = {
    kind: 'set',
    id: 'ada',
    operationId: '0'.repeat(32),
    change: { status: 'BUSY' }
  } as const
  const context = { version: '2.1', nowMs: 0, logTimeMs: 0 }
  const { payload } = usersMachine.evaluate(undefined, operation, context)
  const at = { epoch: 2, sequence: 1 }
  return {
    kind: 'entries',
    at,
    entries: [{ ...at, timeMs: 0, key: usersMachine.keyOf(SLOT, operation), payload: payload! }]
  }
}

describe('what happened in slots', () => {
  it('is told as soon as something has, and nobody listens any more then', async () => {
    const { asked, commit, listeners } = world()
    commit({ kind: 'entries', entries: [], at: NOWHERE }) // a turn in which nothing was decided
    commit(entries(), asSlot(2, 4)) // of another slot
    commit(entries())
    const [told] = await asked
    assert.ok(told?.kind === 'changes')
    assert.deepEqual(told.at, { epoch: 2, sequence: 1 })
    assert.deepEqual(
      told.changes.map(change => change.type === 'put' && [change.id, change.version, change.user.status]),
      [['ada', '2.1', 'BUSY']]
    )
    assert.equal(listeners.size, 0)
  })

  it('is told to be nothing when the wait is over', async () => {
    const { asked, clock, listeners } = world()
    await clock.pass(1_000)
    assert.deepEqual(await asked, [])
    assert.equal(listeners.size, 0)
  })

  it('is told to be nothing when the peer stops', async () => {
    const { asked, stopping, listeners } = world()
    stopping.abort()
    assert.deepEqual(await asked, [])
    assert.equal(listeners.size, 0)
  })

  it('is told to nobody once the caller is gone, and nothing is left of the question', async () => {
    const { asked, gone, listeners, clock, source } = world()
    assert.equal(listeners.size, 1)
    gone.abort()
    assert.deepEqual(await asked, [])
    assert.deepEqual([listeners.size, clock.pending], [0, 0])
    assert.deepEqual(await source.after([{ slot: SLOT, after: NOWHERE }], 1_000, gone.signal), [])
    assert.deepEqual([listeners.size, clock.pending], [0, 0])
  })

  it('cannot be told when the disk is damaged, which whoever has the slots learns too', async () => {
    const { asked, damage, commit, listeners, clock } = world()
    damage(new StoreDamagedError('an entry is damaged'))
    const refused = assert.rejects(asked, { name: 'StoreDamagedError' })
    assert.throws(() => commit(entries()), { name: 'StoreDamagedError' })
    assert.equal(listeners.size, 0)
    await refused
    assert.equal(clock.pending, 0)
  })

  it('says when the log does not go back so far, and when the slot is elsewhere', async () => {
    const lost = world()
    lost.commit({ kind: 'lost' })
    assert.deepEqual(await lost.asked, [{ kind: 'lost', slot: SLOT }])
    const moved = world()
    moved.commit(undefined)
    assert.deepEqual(await moved.asked, [{ kind: 'elsewhere', slot: SLOT }])
  })
})
