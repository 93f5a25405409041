/**
 * Where slots should be, by Chord: looked up, and worked out from the positions of all peers that are known to be there.
 * A successor list tells of a new peer only when stabilisation has brought the news to it, ring node by ring node;
 * but whoever knows a peer can compute where it sits.
 */
import type { Genesis } from '../chord/genesis.ts'
import type { RingFinder } from '../chord/ring-finder.ts'
import { type Peer, type RingNode, ringNodes } from '../chord/ring-node.ts'
import { successorPeers } from '../constants.ts'
import type { Placement } from '../replica/placement.ts'
import { distance, ORIGIN, type Position } from '../ring/position.ts'
import { slotStart } from '../ring/slot.ts'

interface Ahead {
  readonly peer: Peer
  /** From the slot to the first ring node of the peer. */
  readonly distance: bigint
}

export function chordPlacement(
  chord: Pick<RingFinder, 'lookup' | 'peers' | 'status' | 'check'>,
  { slots, virtualNodes, replicas }: Genesis,
  self: Peer
): Placement {
  const map = new RingMap(virtualNodes)
  const up = () => [...chord.peers()].filter(([, status]) => status === 'up').map(([peer]) => peer)
  return {
    async peersOf(slot, signal) {
      const start = slotStart(slot, slots)
      try {
        const { successors } = await chord.lookup(start, { signal })
        const found = new Set(successors.map(({ peer }) => peer))
        map.chart([self, ...up()])
        return map.clockwise(start, successorPeers(replicas), [...found])
      } catch {
        signal.throwIfAborted()
        return [] // nobody can be asked now; it is asked again
      }
    },
    up,
    isUp: peer => chord.status(peer) === 'up',
    check: peer => chord.check(peer)
  }
}

/** The ring nodes of all known peers in ring order. */
class RingMap {
  readonly #virtualNodes: number
  #peers = ''
  #nodes: readonly RingNode[] = []

  constructor(virtualNodes: number) {
    this.#virtualNodes = virtualNodes
  }

  chart(peers: readonly Peer[]): void {
    const text = peers.join()
    if (text === this.#peers) return
    this.#peers = text
    const nodes = peers.flatMap(peer => ringNodes(peer, this.#virtualNodes))
    this.#nodes = nodes.sort((a, b) => byDistance(distance(ORIGIN, a.position), distance(ORIGIN, b.position)))
  }

  /** The first `count` peers at or after `start`, and among them those of `others` that are not on the map. */
  clockwise(start: Position, count: number, others: readonly Peer[]): Peer[] {
    const ahead = new Map<Peer, bigint>()
    const from = this.#indexOf(start)
    for (let step = 0; step < this.#nodes.length && ahead.size < count; step++) {
      const { peer, position } = this.#nodes[(from + step) % this.#nodes.length]!
      if (!ahead.has(peer)) ahead.set(peer, distance(start, position))
    }
    for (const peer of others) if (!ahead.has(peer)) ahead.set(peer, this.#nearest(start, peer))
    const all: Ahead[] = Array.from(ahead, ([peer, distance]) => ({ peer, distance }))
    return all
      .sort((a, b) => byDistance(a.distance, b.distance))
      .slice(0, count)
      .map(({ peer }) => peer)
  }

  #nearest(start: Position, peer: Peer): bigint {
    const distances = ringNodes(peer, this.#virtualNodes).map(({ position }) => distance(start, position))
    return distances.reduce((a, b) => (b < a ? b : a))
  }

  /** Of the first node that is not before `start`. */
  #indexOf(start: Position): number {
    let low = 0
    let high = this.#nodes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (distance(ORIGIN, this.#nodes[middle]!.position) < distance(ORIGIN, start)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function byDistance(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b)
}
