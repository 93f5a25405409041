import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Description } from '../../src/chord/chord-rpc.ts'
import { type Peer, ringNodes } from '../../src/chord/ring-node.ts'
import { clockwiseFrom } from '../../src/ring/interval.ts'
import { ORIGIN } from '../../src/ring/position.ts'
import { allSlots, type Slot } from '../../src/ring/slot.ts'
import { type Census, reportRing } from '../../src/users/census.ts'

const PEERS: Peer[] = [
  '12D3KooWGhAkTNz8EjdBGq8EpV4FC9V6CJKXRnxbsBggTVZpoAaP',
  '12D3KooWH2qUMA6m6TkEmCs2xnB4d6v5JN4KHh5mfrUX8yAixGf3',
  '12D3KooWFTJo9v4TGchfdnnM8jycho27gUMm98i1HL7d7KnjKWHJ'
]
const genesis = { ringId: 'ab'.repeat(16), slots: 8, replicas: 3, virtualNodes: 4, createdBy: PEERS[0]! }

/** What three peers say when nothing is wrong; slot n is held by peer n mod 3, with ten users. */
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
    const slots = allSlots(8)
      .filter(slot => slot % 3 === which)
      .map(slot => ({ slot, epoch: 1, users: 10 }))
    return [
      peer,
      { description: description as Description | undefined, tally: { leaving: false, slots } }
    ] as const
  })
  return { self: PEERS[0]!, genesis, peers: new Map(peers), addressesOf: () => [] } satisfies Census
}

describe('the census of a ring', () => {
  it('finds nothing wrong with a sound ring, and counts each user once', () => {
    const report = reportRing(soundCensus())
    assert.deepEqual([report.ready, report.problems, report.users], [true, [], 80])
    const owned = report.peers.reduce((sum, { owns }) => sum + owns, 0)
    assert.ok(Math.abs(owned - 1) < 1e-9)
    assert.deepEqual(report.peers.map(({ self }) => self).filter(Boolean).length, 1)
  })

  const faults: Record<string, (census: ReturnType<typeof soundCensus>) => void> = {
    'peer-down': census =>
      census.peers.set(PEERS[1]!, { ...census.peers.get(PEERS[1]!)!, description: undefined }),
    'peer-joining': ({ peers }) => change(peers.get(PEERS[1]!)!.description!.nodes[0]!, { member: false }),
    pointers: ({ peers }) => change(peers.get(PEERS[1]!)!.description!.nodes[0]!, { successor: undefined }),
    'slot-unavailable': ({ peers }) => peers.get(PEERS[2]!)!.tally.slots.pop(),
    'slot-conflict': ({ peers }) =>
      peers.get(PEERS[2]!)!.tally.slots.push({ slot: 0 as Slot, epoch: 1, users: 10 })
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

  it('takes two holders in two epochs for one slot that is just moving', () => {
    const census = soundCensus()
    census.peers.get(PEERS[2]!)!.tally.slots.push({ slot: 0 as Slot, epoch: 2, users: 11 })
    const report = reportRing(census)
    assert.deepEqual([report.ready, report.users], [true, 81])
  })
})

function change<T extends object>(target: T, values: Partial<Record<keyof T, unknown>>): void {
  Object.assign(target, values)
}
