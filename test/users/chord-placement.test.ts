import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PeerStatus } from '../../src/chord/chord-rpc.ts'
import { type Peer, ringNodes } from '../../src/chord/ring-node.ts'
import { UnavailableError } from '../../src/errors.ts'
import { clockwiseFrom } from '../../src/ring/interval.ts'
import { advance } from '../../src/ring/position.ts'
import { allSlots, slotStart } from '../../src/ring/slot.ts'
import { chordPlacement } from '../../src/users/chord-placement.ts'
import { simulatedPeerId } from '../simulation/peer-id.ts'
import { seededRandom } from '../simulation/random.ts'

const SLOTS = 64
const random = seededRandom('placement', 'peers')
const PEERS = Array.from({ length: 12 }, () => simulatedPeerId(random))
const genesis = { ringId: '00', slots: SLOTS, replicas: 3, virtualNodes: 8, createdBy: PEERS[0]! }
const never = new AbortController().signal

/** The placement of the first peer, which knows `up`; `found` is what lookups end with. */
function placementOf(up: readonly Peer[], found: readonly Peer[] | 'nobody') {
  const chord = {
    lookup: async () => {
      if (found === 'nobody') throw new UnavailableError('nobody answers')
      const successors = found.flatMap(peer => ringNodes(peer, 1))
      return { owner: successors[0]!, successors, hops: [] }
    },
    peers: () => new Map<Peer, PeerStatus>(up.map(peer => [peer, 'up'])),
    status: (): PeerStatus => 'up',
    check: () => {}
  }
  return chordPlacement(chord as unknown as Parameters<typeof chordPlacement>[0], genesis, PEERS[0]!)
}

/** By sorting everything. */
function clockwise(slot: number, peers: readonly Peer[]): Peer[] {
  const nodes = peers.flatMap(peer => ringNodes(peer, genesis.virtualNodes))
  const before = advance(slotStart(allSlots(SLOTS)[slot]!, SLOTS), -1n)
  return [...new Set(clockwiseFrom(before, nodes, ({ position }) => position).map(({ peer }) => peer))]
}

describe('the placement by Chord', () => {
  const ways: [string, readonly Peer[], readonly Peer[]][] = [
    ['peers that it knows', PEERS.slice(1), [PEERS[3]!]],
    ['peers that only a lookup told of', [], PEERS.slice(1, 6)],
    ['both', PEERS.slice(1, 4), PEERS.slice(3, 7)]
  ]
  for (const [whom, up, found] of ways) {
    it(`has the peers after a slot in ring order, of ${whom}`, async () => {
      const placement = placementOf(up, found)
      const known = [...new Set([PEERS[0]!, ...up, ...found])]
      for (const slot of allSlots(SLOTS)) {
        const peers = await placement.peersOf(slot, never)
        assert.deepEqual(peers, clockwise(slot, known).slice(0, 8), `slot ${slot}`)
      }
    })
  }

  it('says nothing where nobody can be asked, rather than what it happens to know', async () => {
    assert.deepEqual(await placementOf(PEERS, 'nobody').peersOf(allSlots(SLOTS)[0]!, never), [])
  })
})
