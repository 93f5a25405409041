/** A ring node as everybody can verify it: a peer, and which of its positions. */
import { fromString } from 'uint8arrays/from-string'
import { PositionMismatchError } from '../errors.ts'
import { type Position, positionToHex, ringNodePosition } from '../ring/position.ts'

/**
 * A peer as the protocol parts know it: the text form of its PeerId, which is base58btc of its multihash.
 * Comparable with ===, usable as a Map key.
 */
export type Peer = string

export interface RingNode {
  readonly peer: Peer
  readonly index: number
  readonly position: Position
}

/** Positions are asked for again and again, of few peers. */
const CACHE_PEERS_MAX = 4096
const cache = new Map<Peer, RingNode[]>()

/** Ring node number `index` of `peer`; its position follows from the two. */
export function ringNode(peer: Peer, index: number): RingNode {
  let nodes = cache.get(peer)
  if (nodes === undefined) {
    if (cache.size >= CACHE_PEERS_MAX) cache.clear()
    nodes = []
    cache.set(peer, nodes)
  }
  const node = nodes[index] ?? { peer, index, position: ringNodePosition(multihashOf(peer), index) }
  nodes[index] = node
  return node
}

/** All `count` ring nodes of a peer, by index. */
export function ringNodes(peer: Peer, count: number): RingNode[] {
  return Array.from({ length: count }, (_, index) => ringNode(peer, index))
}

export function multihashOf(peer: Peer): Uint8Array {
  return fromString(peer, 'base58btc')
}

/**
 * What another peer claims, after recomputing it.
 * @throws PositionMismatchError the position does not derive from the peer id and the index
 */
export function verifiedRingNode(peer: Peer, index: number, claimed: Position): RingNode {
  const node = ringNode(peer, index)
  if (node.position !== claimed) {
    throw new PositionMismatchError(
      `Ring node ${index} of ${peer} is at ${positionToHex(node.position)}, not at ${positionToHex(claimed)}`
    )
  }
  return node
}

export function sameNode(a: RingNode | undefined, b: RingNode | undefined): boolean {
  return a?.position === b?.position
}
