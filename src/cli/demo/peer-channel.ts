/** What the demo and its peers say to each other over the IPC channel between a process and its child. */

/** From the demo: these peers, by PeerId, cannot be reached from now on. The first one comes before the peer starts. */
export interface CutOrder {
  readonly kind: 'cut'
  /** Returned when it is in force. */
  readonly order: number
  readonly peers: readonly string[]
}

/** From a peer: an order is in force, or it has left the ring for good and is about to end. */
export type PeerWord = { readonly kind: 'cut'; readonly order: number } | { readonly kind: 'left' }
