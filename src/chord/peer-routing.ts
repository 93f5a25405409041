/** libp2p's peer routing through Chord: where a peer is, and which peers are nearest to a key. */
import { createHash } from 'node:crypto'
import type { PeerInfo, PeerRouting } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { NotFoundError } from '../errors.ts'
import { POSITION_BYTES, positionFromBytes } from '../ring/position.ts'
import type { RingFinder } from './ring-finder.ts'
import { type Peer, ringNode } from './ring-node.ts'

/**
 * @param finder @throws NotRunningError before there is one
 * @param addressesOf multiaddrs without /p2p
 */
export function chordPeerRouting(
  finder: () => RingFinder,
  addressesOf: (peer: Peer) => readonly string[]
): PeerRouting {
  const infoOf = (peer: Peer): PeerInfo => ({
    id: peerIdFromString(peer),
    multiaddrs: addressesOf(peer).map(address => multiaddr(address))
  })
  return {
    async findPeer(peerId, options = {}) {
      const peer = peerId.toString()
      if (finder().status(peer) === 'up') return infoOf(peer)
      const { owner } = await finder().lookup(ringNode(peer, 0).position, options)
      if (owner.peer !== peer) throw new NotFoundError(`${peer} is not in this ring`)
      return infoOf(peer)
    },
    async *getClosestPeers(key, { signal } = {}) {
      const digest = createHash('sha256').update(key).digest().subarray(0, POSITION_BYTES)
      const { successors } = await finder().lookup(positionFromBytes(digest), { signal })
      for (const peer of new Set(successors.map(node => node.peer))) yield infoOf(peer)
    }
  }
}
