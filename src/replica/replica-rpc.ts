/** The network as slots need it; `network/users-protocol.ts` and `network/transfer-protocol.ts` implement it over libp2p. */
import type { Peer } from '../chord/ring-node.ts'
import type { Slot } from '../ring/slot.ts'
import type { EntryId } from './entry.ts'
import type { ReplicaMessage } from './message.ts'
import type { Incarnation, View } from './view.ts'

/** A snapshot is one offer, any number of rows in key order, and one end. Ending without it is not complete. */
export type SnapshotRecord =
  | {
      readonly type: 'offer'
      readonly slot: Slot
      /** The rows are the table after exactly this entry. */
      readonly applied: EntryId
      /** Log time of that entry. */
      readonly logTimeMs: number
    }
  | { readonly type: 'row'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'end'; readonly count: number; readonly digest: string }

export type SnapshotVerdict =
  /** The rows are durable at the receiver. */
  { readonly kind: 'accepted' } | { readonly kind: 'refused'; readonly name: string; readonly detail: string }

export interface RpcOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface ReplicaRpc {
  /**
   * Sends messages one way. They arrive in order, once, or not at all, and nobody is told when they do not; what is
   * over the bound of what may wait for a peer is dropped.
   */
  post(to: Peer, messages: readonly ReplicaMessage[]): void
  /** @throws TransferError it was cut off, or took longer than `timeoutMs`: nothing is known of the rows */
  sendSnapshot(to: Peer, records: Iterable<SnapshotRecord>, options: RpcOptions): Promise<SnapshotVerdict>
  /** Tells `to` where slots are. A hint: nobody minds when it is lost. */
  advertise(to: Peer, views: readonly View[], options: RpcOptions): Promise<void>
  /**
   * Tells `to` that this peer is about to leave the ring: whoever leads a slot of which it is a member replaces it,
   * and nobody makes it one any more. Repeated while it is so; `to` believes it for some seconds each time.
   */
  leaving(to: Peer, options: RpcOptions): Promise<void>
}

/** What the network hands to this peer's replicas. */
export interface ReplicaHandler {
  /** `from` is authenticated: peer by the connection, store and boot by the hello of its stream. */
  received(from: Incarnation, messages: readonly ReplicaMessage[]): void
  /** A peer said hello: a boot that is new ends what its former one led. */
  met(incarnation: Incarnation): void
  receiveSnapshot(from: Peer, records: AsyncIterator<SnapshotRecord>): Promise<SnapshotVerdict>
}
