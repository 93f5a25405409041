/** The network as slots need it; `network/users-protocol.ts` and `network/transfer-protocol.ts` implement it over libp2p. */
import type { Peer } from '../chord/ring-node.ts'
import type { View } from './view.ts'

/** A transfer is one offer, any number of rows in key order, and one end. Ending without it is not complete. */
export type TransferRecord =
  | { readonly type: 'offer'; readonly view: View }
  | { readonly type: 'row'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'end'; readonly count: number; readonly digest: string }

export type TransferVerdict =
  /** The rows are durable at the receiver, whose store this is. */
  | { readonly kind: 'accepted'; readonly store: string }
  | { readonly kind: 'refused'; readonly name: string; readonly detail: string }

export interface RpcOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface ReplicaRpc {
  /** @throws TransferError it was cut off, or took longer than `timeoutMs`: nothing is known of the rows */
  transfer(to: Peer, records: Iterable<TransferRecord>, options: RpcOptions): Promise<TransferVerdict>
  /** True once the receiver holds, or has held, the slot in that view; false for no answer or a refusal. */
  install(to: Peer, view: View, digest: string, options: RpcOptions): Promise<boolean>
  /** Tells `to` where slots are. A hint: nobody minds when it is lost. */
  advertise(to: Peer, views: readonly View[], options: RpcOptions): Promise<void>
}
