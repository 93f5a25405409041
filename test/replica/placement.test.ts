import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type PlannedChange, plannedChange, type Surroundings } from '../../src/replica/placement.ts'
import { genesisView, type Incarnation, type Member, type View } from '../../src/replica/view.ts'
import type { Slot } from '../../src/ring/slot.ts'

const incarnation = (peer: string, store = 'store', boot = 1): Incarnation => ({ peer, store, boot })
const memberOf = (peer: string): Member => ({ peer, store: 'store' })

function viewOf(members: string, leader = members[0]!): View {
  return {
    ...genesisView(0 as Slot, incarnation(leader), 'ring'),
    epoch: 5,
    members: [...members].map(memberOf)
  }
}

interface Case {
  /** Members, one letter each, the leader first. */
  readonly view: string
  /** Peers clockwise that are there and do not leave. */
  readonly candidates: string
  readonly replicas?: number
  readonly unsettled?: boolean
  /** The leader's process is late with everything. */
  readonly late?: boolean
  /** Members that are not current; they are not there either, but for those of `slow`. */
  readonly down?: string
  readonly gone?: string
  readonly slow?: string
  readonly leaving?: string
  /** Candidates that have just come. */
  readonly fresh?: string
  /** Members that have just come back. */
  readonly returned?: string
  /** Peers that have not said hello. */
  readonly strangers?: string
  /** Peers whose disk was replaced. */
  readonly wiped?: string
  /** Members that have not been current for long enough to lead. */
  readonly catchingUp?: string
}

function change(given: Case): PlannedChange | undefined {
  const { view, candidates, replicas = 3, down = '', gone = '', slow = '', leaving = '' } = given
  const { fresh = '', returned = '', strangers = '', wiped = '', catchingUp = '' } = given
  const away = down + gone
  return plannedChange({
    self: incarnation(view[0]!),
    view: viewOf(view),
    replicas,
    candidates: [...candidates],
    settled: given.unsettled !== true,
    calm: given.late !== true,
    isSteady: peer => !away.includes(peer) && !fresh.includes(peer),
    isEstablished: peer => !away.includes(peer) && !fresh.includes(peer) && !returned.includes(peer),
    isGone: peer => gone.includes(peer),
    isLeaving: peer => leaving.includes(peer),
    isCurrent: ({ peer }) => !away.includes(peer) && !slow.includes(peer),
    mayLead: ({ peer }) => !away.includes(peer) && !slow.includes(peer) && !catchingUp.includes(peer),
    incarnationOf: peer =>
      strangers.includes(peer) ? undefined : incarnation(peer, wiped.includes(peer) ? 'new' : 'store')
  } satisfies Surroundings)
}

/** `reason members leader`, or `nothing`. */
function planned(given: Case): string {
  const next = change(given)
  if (next === undefined) return 'nothing'
  const members = next.members.map(({ peer, store }) => (store === 'new' ? `${peer}'` : peer)).join('')
  return `${next.reason} ${members} ${next.leader.peer}`
}

const table: Record<string, readonly (readonly [Case, string])[]> = {
  'a slot that is where it should be stays there': [
    [{ view: 'abc', candidates: 'abcd' }, 'nothing'],
    [{ view: 'a', candidates: 'a' }, 'nothing'],
    [{ view: 'ab', candidates: 'ab' }, 'nothing']
  ],
  'a view grows to as many as there are, at once, when the ring has been quiet': [
    [{ view: 'a', candidates: 'abcd' }, 'under-replicated abc a'],
    [{ view: 'a', candidates: 'ab' }, 'under-replicated ab a'],
    [{ view: 'ab', candidates: 'bac' }, 'under-replicated abc a'],
    [{ view: 'a', candidates: 'abcd', replicas: 5 }, 'under-replicated abcd a'],
    [{ view: 'a', candidates: 'abc', unsettled: true }, 'nothing']
  ],
  'a member that is away for a moment is waited for': [
    [{ view: 'abc', candidates: 'abd', down: 'c' }, 'nothing'],
    [{ view: 'abc', candidates: 'adb', down: 'c' }, 'nothing']
  ],
  'a member that is gone is replaced by the best placed other, without waiting for a quiet ring': [
    [{ view: 'abc', candidates: 'adbe', gone: 'c' }, 'under-replicated abd a'],
    [{ view: 'abc', candidates: 'adbe', gone: 'c', unsettled: true }, 'under-replicated abd a'],
    [{ view: 'abc', candidates: 'adbe', gone: 'c', fresh: 'd' }, 'under-replicated abe a']
  ],
  'of several that are gone one is replaced at a time': [
    [{ view: 'abcde', candidates: 'abcfgh', replicas: 5, gone: 'de' }, 'under-replicated abcef a']
  ],
  'a view never gets smaller because somebody crashed': [
    [{ view: 'abc', candidates: 'ab', gone: 'c' }, 'nothing'],
    [{ view: 'abc', candidates: 'a', gone: 'bc' }, 'nothing']
  ],
  'a member that came back with an empty disk becomes a member anew': [
    [{ view: 'abc', candidates: 'abcd', wiped: 'b', slow: 'b' }, "under-replicated acb' a"]
  ],
  'whoever leaves is replaced at once': [
    [{ view: 'abc', candidates: 'abde', leaving: 'c', unsettled: true }, 'leaving abd a'],
    [{ view: 'ac', candidates: 'abd', leaving: 'c', unsettled: true }, 'leaving abd a']
  ],
  'a leader that leaves names a member that lacks nothing': [
    [{ view: 'abc', candidates: 'dbc', leaving: 'a' }, 'leaving bcd b'],
    [{ view: 'abc', candidates: 'bcd', leaving: 'a', slow: 'b' }, 'leaving bcd c'],
    [{ view: 'a', candidates: 'bc', leaving: 'a' }, 'leaving bc b']
  ],
  'a view gets smaller when somebody leaves and nobody is left to take the place': [
    [{ view: 'abc', candidates: 'ab', leaving: 'c' }, 'leaving ab a'],
    [{ view: 'ab', candidates: 'b', leaving: 'a' }, 'leaving b b']
  ],
  'somebody who has just come is waited for rather than the view made smaller': [
    [{ view: 'abc', candidates: 'abd', leaving: 'c', fresh: 'd' }, 'nothing'],
    [{ view: 'abc', candidates: 'abd', leaving: 'c', strangers: 'd' }, 'nothing']
  ],
  'nobody is dropped where the rest could not answer for the slot': [
    [{ view: 'abc', candidates: 'ab', leaving: 'a', gone: 'c' }, 'nothing'],
    [{ view: 'ab', candidates: '', leaving: 'a', down: 'b' }, 'nothing']
  ],
  'the last peer of a ring keeps its slots': [[{ view: 'a', candidates: '', leaving: 'a' }, 'nothing']],
  'members give way to peers that are better placed, the worst placed of them first': [
    [{ view: 'abc', candidates: 'adbc' }, 'drift abd a'],
    [{ view: 'abc', candidates: 'dabc' }, 'drift abd a'],
    [{ view: 'abc', candidates: 'dea' }, 'drift ade a'],
    [{ view: 'abc', candidates: 'def' }, 'drift def d'],
    [{ view: 'abc', candidates: 'adbc', unsettled: true }, 'nothing'],
    [{ view: 'abc', candidates: 'adbc', fresh: 'd' }, 'nothing'],
    [{ view: 'abc', candidates: 'adbc', strangers: 'd' }, 'nothing'],
    [{ view: 'abc', candidates: 'abd', returned: 'c' }, 'nothing'],
    [{ view: 'abc', candidates: 'abd' }, 'drift abd a']
  ],
  'a process that does not keep up does what is urgent, and nothing else': [
    [{ view: 'abc', candidates: 'adbc', late: true }, 'nothing'],
    [{ view: 'abc', candidates: 'bac', late: true }, 'nothing'],
    [{ view: 'a', candidates: 'abc', late: true }, 'under-replicated abc a'],
    [{ view: 'abc', candidates: 'abd', leaving: 'c', late: true }, 'leaving abd a']
  ],
  'the best placed member leads, once it has lacked nothing for a while': [
    [{ view: 'abc', candidates: 'bac' }, 'leader abc b'],
    [{ view: 'abc', candidates: 'bac', catchingUp: 'b' }, 'nothing'],
    [{ view: 'abc', candidates: 'bac', unsettled: true }, 'nothing'],
    [{ view: 'abc', candidates: 'bac', wiped: 'b', slow: 'b' }, "under-replicated acb' a"]
  ]
}

describe('placement', () => {
  for (const [title, cases] of Object.entries(table)) {
    it(title, () => {
      for (const [given, expected] of cases) assert.equal(planned(given), expected, JSON.stringify(given))
    })
  }

  it('does the more urgent thing first', () => {
    const given = { view: 'abc', candidates: 'debx', gone: 'c', leaving: 'a' }
    assert.equal(change(given)?.reason, 'under-replicated')
    assert.equal(change({ ...given, gone: '' })?.reason, 'leaving')
    assert.equal(change({ ...given, gone: '', leaving: '' })?.reason, 'drift')
  })
})
