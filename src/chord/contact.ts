/** How to reach a peer, in that peer's own signed words: what peers tell each other about third ones. */
import type { Peer } from './ring-node.ts'

/** Verified: the signature over `record` is by the key behind `peer`. */
export interface Contact {
  readonly peer: Peer
  /** Multiaddrs, at most ADDRESSES_MAX, without /p2p/<peer>. */
  readonly addresses: readonly string[]
  /** Of two contacts of a peer the one with the higher sequence is the newer. */
  readonly sequence: bigint
  /** The signed peer record in its envelope, as it is handed on. */
  readonly record: Uint8Array
}

/** What the network needs of the peer book. */
export interface Contacts {
  contactOf(peer: Peer): Contact | undefined
  /** Keeps it unless a newer one is known. */
  put(contact: Contact): void
}
