import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ReplicaStatus } from '../../src/replica/replica-status.ts'
import { genesisView } from '../../src/replica/view.ts'
import { asSlot } from '../../src/ring/slot.ts'
import { countSlots } from '../../src/users/slot-counts.ts'

const SELF = { peer: 'a', store: 'store', boot: 1 }
const members = (...lacking: boolean[]) =>
  lacking.map((each, at) => ({ peer: 'abc'[at]!, current: !each, lacking: each }))

/** A slot that this peer holds, or, with `view: null`, does not. */
function status(changes: Partial<ReplicaStatus> = {}): ReplicaStatus {
  const slot = asSlot(0, 8)
  return {
    slot,
    view: genesisView(slot, SELF, 'ring'),
    leading: false,
    sealed: false,
    silenceMs: 100,
    users: 5,
    applied: { epoch: 1, sequence: 1 },
    last: { epoch: 1, sequence: 1 },
    next: null,
    handingOff: false,
    changing: false,
    mayBeMember: false,
    members: [],
    ...changes
  }
}

const led = (...lacking: boolean[]) =>
  status({ leading: true, silenceMs: 0, users: 2, members: members(...lacking) })

describe('the slots of a peer in numbers', () => {
  it('are those that it leads, holds, and only keeps until others have them', () => {
    const away = status({ view: null, users: 9, handingOff: true })
    const counts = countSlots([led(false, false), status(), status(), away, status({ view: null })], 2)
    assert.deepEqual(counts, {
      all: 5,
      held: 3,
      led: 1,
      leaderless: 0,
      underReplicated: 0,
      changing: 0,
      handingOff: 1,
      usersLed: 2,
      usersBackedUp: 10
    })
  })

  it('count as under-replicated what has fewer complete copies than there could be', () => {
    const slots = [led(false, false, false), led(false, true, false), led(false)]
    assert.equal(countSlots(slots, 3).underReplicated, 2)
    assert.equal(countSlots(slots, 2).underReplicated, 1)
    assert.equal(countSlots(slots, 1).underReplicated, 0) // nobody else is there
  })

  it('count as leaderless what has not heard of a leader for longer than choosing one takes', () => {
    const silent = [500, 3_500, Number.POSITIVE_INFINITY].map(silenceMs => status({ silenceMs }))
    const given = status({ view: null, silenceMs: Number.POSITIVE_INFINITY })
    assert.equal(countSlots([...silent, given, led(false)], 1).leaderless, 2)
  })
})
