/** Asks everybody that anybody knows to describe itself: the whole ring as it is, for people and tests. */
import { PEER_BOOK_MAX } from '../constants.ts'
import { parallel } from '../runtime.ts'
import type { Description } from './chord-rpc.ts'
import type { Peer } from './ring-node.ts'

const AT_ONCE_MAX = 8

/**
 * Breadth first from `first`, each peer once, at most PEER_BOOK_MAX of them.
 * @param describe undefined when the peer does not answer
 * @returns the first peer included; undefined stands for a peer that does not answer
 */
export async function survey(
  first: { readonly peer: Peer; readonly description: Description },
  describe: (peer: Peer) => Promise<Description | undefined>
): Promise<Map<Peer, Description | undefined>> {
  const found = new Map<Peer, Description | undefined>([[first.peer, first.description]])
  let named = first.description.peers.map(({ peer }) => peer)
  while (named.length > 0) {
    const next = new Set(named.filter(peer => !found.has(peer)))
    named = []
    await parallel(next, AT_ONCE_MAX, async peer => {
      if (found.size >= PEER_BOOK_MAX) return
      found.set(peer, undefined)
      const description = await describe(peer)
      found.set(peer, description)
      if (description !== undefined) named.push(...description.peers.map(({ peer }) => peer))
    })
  }
  return found
}
