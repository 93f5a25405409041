import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Description } from '../../src/chord/chord-rpc.ts'
import { type Peer, ringNodes } from '../../src/chord/ring-node.ts'
import { clockwiseFrom } from '../../src/ring/interval.ts'
import { ORIGIN } from '../../src/ring/position.ts'
import { allSlots } from '../../src/ring/slot.ts'
import { type Census, reportRing, stuckSlots } from '../../src/users/census.ts'
import type { SlotTally } from '../../src/users/users-rpc.ts'

const PEERS: Peer[] = [
  '12D3KooWGhAkTNz8EjdBGq8EpV4FC9V6CJKXRnxbsBggTVZpoAaP',
  '12D3KooWH2qUMA6m6TkEmCs2xnB4d6v5JN4KHh5mfrUX8yAixGf3',
  '12D3KooWFTJo9v4TGchfdnnM8jycho27gUMm98i1HL7d7KnjKWHJ'
]
const FORGOTTEN = '12D3KooWForgotten'
const genesis = { ringId: 'ab'.repeat(16), slots: 8, replicas: 3, virtualNodes: 4, createdBy: PEERS[0]! }

type Slots = { -readonly [Field in keyof SlotTally]: SlotTally[Field] }[]

/** What three peers say when nothing is wrong: all hold every slot, slot n is led by peer n mod 3 and has ten users. */
function soundCensus() {
  const nodes = clockwiseFrom(
    ORIGIN,
    PEERS.flatMap(peer => ringNodes(peer, 4)),
    node => node.position
  )
  const peers = PEERS.map((peer, which) => {
    const description: Description = {
      type: 'description',
      version: '0',
      leaving: false,
      uptimeMs: 1,
      nodes: ringNodes(peer, 4).map(node => {
        const at = nodes.indexOf(node)
        return {
          index: node.index,
          member: true,
          predecessor: nodes.at(at - 1),
          successor: nodes[(at + 1) % nodes.length]
        }
      }),
      peers: []
    }
    const slots: Slots = allSlots(8).map(slot => {
      const leads = slot % 3 === which
      const current = leads ? PEERS : []
      const said = { slot, epoch: 1, users: 10, leads, sealed: false, members: PEERS, current }
      return { ...said, member: true, reach: { epoch: 1, sequence: 10 } }
    })
    return [
      peer,
      { description: description as Description | undefined, tally: { leaving: false, slots } }
    ] as const
  })
  return { self: PEERS[0]!, genesis, peers: new Map(peers), addressesOf: () => [] } satisfies Census
}

type SoundCensus = ReturnType<typeof soundCensus>

const slotsOf = ({ peers }: SoundCensus, which: number) => peers.get(PEERS[which]!)!.tally.slots

/** Peer `which` does not answer. */
function silence(census: SoundCensus, which: number): void {
  census.peers.set(PEERS[which]!, { description: undefined, tally: { leaving: false, slots: [] } })
}

describe('the census of a ring', () => {
  it('finds nothing wrong with a sound ring, and counts each user once', () => {
    const report = reportRing(soundCensus())
    assert.deepEqual([report.ready, report.problems, report.users], [true, [], 80])
    const owned = report.peers.reduce((sum, { owns }) => sum + owns, 0)
    assert.ok(Math.abs(owned - 1) < 1e-9)
    assert.deepEqual(report.peers.map(({ self }) => self).filter(Boolean).length, 1)
  })

  const faults: Record<string, (census: SoundCensus) => void> = {
    'peer-down': census => silence(census, 1),
    'peer-joining': ({ peers }) => change(peers.get(PEERS[1]!)!.description!.nodes[0]!, { member: false }),
    pointers: ({ peers }) => change(peers.get(PEERS[1]!)!.description!.nodes[0]!, { successor: undefined }),
    'slot-unavailable': census => change(slotsOf(census, 2)[2]!, { leads: false }),
    'slot-conflict': census => change(slotsOf(census, 0)[2]!, { leads: true }),
    'under-replicated': census => change(slotsOf(census, 2)[2]!, { current: PEERS.slice(1) })
  }
  for (const [code, fault] of Object.entries(faults)) {
    it(`is not ready with a problem ${code}`, () => {
      const census = soundCensus()
      fault(census)
      const report = reportRing(census)
      assert.equal(report.ready, false)
      assert.ok(
        report.problems.some(problem => problem.code === code),
        JSON.stringify(report.problems)
      )
    })
  }

  it('tells what each peer holds, leads and answers for', () => {
    const { peers } = reportRing(soundCensus())
    const byPeer = PEERS.map(peer => peers.find(report => report.peer === peer)!)
    assert.deepEqual(
      byPeer.map(({ slots, leads, users }) => [slots, leads, users]),
      [
        [8, 3, 30],
        [8, 3, 30],
        [8, 2, 20]
      ]
    )
  })

  it('does not take a slot that is told of in two views for two slots: the newer one counts', () => {
    const census = soundCensus()
    change(slotsOf(census, 1)[0]!, { epoch: 2, leads: true, users: 11, members: PEERS, current: PEERS })
    const report = reportRing(census)
    assert.deepEqual([report.ready, report.users], [true, 81])
  })

  it('counts a slot that only its former leader answered for when it was asked', () => {
    const census = soundCensus()
    change(slotsOf(census, 1)[0]!, { epoch: 2 }) // installed already where the new leader was asked too early
    assert.equal(reportRing(census).ready, true)
  })

  it('says of a slot without a leader whether its members may choose one', () => {
    const census = soundCensus()
    silence(census, 2)
    change(slotsOf(census, 1)[1]!, { leads: false })
    const choosing = reportRing(census).problems.find(({ detail }) => detail.startsWith('Slot 1 '))
    assert.match(choosing!.detail, /2 answer, they are choosing one/)
    silence(census, 1)
    const stuck = reportRing(census)
    assert.equal(stuck.withoutMajority, 5)
    const told = stuck.problems.find(({ detail }) => detail.startsWith('Slot 1 '))
    assert.match(told!.detail, /1 answer, too few without …/)
  })

  it('leaves a slot to its members while enough of them may have it', () => {
    const census = soundCensus()
    assert.deepEqual(stuckSlots(census), [])
    silence(census, 2)
    for (const slot of [...slotsOf(census, 0), ...slotsOf(census, 1)]) change(slot, { leads: false })
    assert.deepEqual(stuckSlots(census), [], 'a majority is there')
    const second = census.peers.get(PEERS[1]!)!
    census.peers.set(PEERS[1]!, { ...second, tally: undefined as never })
    assert.deepEqual(stuckSlots(census), [], 'one is there and has not said what it has')
    silence(census, 1)
    assert.equal(stuckSlots(census).length, 8)
    change(slotsOf(census, 0)[3]!, { members: PEERS.slice(0, 1) })
    assert.equal(stuckSlots(census).length, 7, 'it is the only member of one')
  })

  it('knows who has the most of a slot, member or not, and counts nobody who lost its disk', () => {
    const census = soundCensus()
    silence(census, 2)
    const [first, second] = [slotsOf(census, 0)[0]!, slotsOf(census, 1)[0]!]
    for (const slot of [first, second]) change(slot, { leads: false, epoch: 8, member: false })
    const best = () => stuckSlots(census).find(({ slot }) => slot === 0)?.best
    // The one handed over to others, who are gone, and the other had begun to learn.
    change(first, { members: PEERS.slice(2), reach: { epoch: 7, sequence: 20 } })
    change(second, { members: PEERS.slice(2), reach: { epoch: 7, sequence: 19 } })
    assert.deepEqual(best(), [PEERS[0]])
    change(second, { reach: { epoch: 7, sequence: 20 } })
    assert.deepEqual(best(), PEERS.slice(0, 2))
    change(second, { reach: { epoch: 8, sequence: 15 }, member: true, members: PEERS.slice(1) })
    assert.deepEqual(best(), [PEERS[1]], 'a later epoch goes on from all that was acknowledged before')
    change(first, { members: PEERS })
    assert.equal(
      stuckSlots(census).some(({ slot }) => slot === 0),
      true,
      'its disk is another one'
    )
  })

  it('says which members are there and mute, of a slot that would be stuck with them as well', () => {
    const census = soundCensus()
    silence(census, 2)
    const second = census.peers.get(PEERS[1]!)!
    census.peers.set(PEERS[1]!, { ...second, tally: undefined as never })
    const members = [...PEERS, 'd', 'e']
    for (const slot of slotsOf(census, 0)) change(slot, { leads: false, epoch: 5, members })
    const [stuck] = stuckSlots(census)
    assert.deepEqual([stuck?.mute, stuck?.best, stuck?.epoch], [[PEERS[1]], [PEERS[0]], 5])
  })

  it('misses a member that has been away for so long that nobody knows it any more', () => {
    const census = soundCensus()
    for (const which of [0, 1, 2]) {
      for (const slot of slotsOf(census, which)) change(slot, { members: [...PEERS, FORGOTTEN] })
    }
    const report = reportRing(census)
    assert.deepEqual([report.ready, report.problems.map(({ code }) => code)], [false, ['peer-down']])
    assert.match(report.problems[0]!.detail, new RegExp(FORGOTTEN))
  })

  it('asks for no more copies than there are peers', () => {
    const census = soundCensus()
    silence(census, 2)
    for (const which of [0, 1]) {
      for (const slot of slotsOf(census, which)) {
        change(slot, {
          leads: slot.slot % 2 === which,
          current: slot.slot % 2 === which ? PEERS.slice(0, 2) : []
        })
      }
    }
    const report = reportRing(census)
    assert.equal(report.underReplicated, 0)
    assert.deepEqual(
      report.problems.filter(({ code }) => code !== 'pointers').map(({ code }) => code),
      ['peer-down']
    )
  })

  it('does not miss a peer that was replaced everywhere', () => {
    const census = soundCensus()
    silence(census, 2)
    for (const which of [0, 1]) {
      for (const slot of slotsOf(census, which)) {
        const leads = slot.slot % 2 === which
        change(slot, { leads, members: PEERS.slice(0, 2), current: leads ? PEERS.slice(0, 2) : [] })
      }
    }
    const problems = reportRing(census).problems.filter(({ code }) => code !== 'pointers')
    assert.deepEqual(problems, [])
  })
})

function change<T extends object>(target: T, values: Partial<Record<keyof T, unknown>>): void {
  Object.assign(target, values)
}
