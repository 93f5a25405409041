/**
 * What belongs into a ring node's successor list. Zave's r counts failures that a list survives; here one crash
 * takes all ring nodes of a peer away, perhaps several next to each other, so r is counted in distinct other
 * peers, and a list is as long as that takes.
 */
import { successorEntriesMax, successorPeers } from '../constants.ts'
import { distance } from '../ring/position.ts'
import type { Peer, RingNode } from './ring-node.ts'

/**
 * The front of `nodes`, given in ring order: clockwise after `owner`, until `successorPeers` distinct other peers
 * are named, the bound is met or the ring is once round. What is out of order or twice in it is left out: the rest of
 * a list that came from elsewhere is only hearsay until its nodes are contacted.
 */
export function chop(owner: RingNode, nodes: Iterable<RingNode>, replicas: number): RingNode[] {
  const peersWanted = successorPeers(replicas)
  const entriesMax = successorEntriesMax(replicas)
  const list: RingNode[] = []
  const peers = new Set<Peer>()
  let reached = 0n
  for (const node of nodes) {
    const ahead = distance(owner.position, node.position)
    if (ahead === 0n) break
    if (ahead <= reached) continue
    reached = ahead
    list.push(node)
    if (node.peer !== owner.peer) peers.add(node.peer)
    if (peers.size === peersWanted || list.length === entriesMax) break
  }
  return list
}
