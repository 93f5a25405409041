/** The network as users need it; `network/users-protocol.ts` implements it over libp2p. */
import type { Peer } from '../chord/ring-node.ts'
import type { AnilloError } from '../errors.ts'
import type { RpcOptions } from '../replica/replica-rpc.ts'
import type { View } from '../replica/view.ts'
import type { Slot } from '../ring/slot.ts'
import type { Operation, Outcome } from './operation.ts'

export type OperationResult =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  /** The asked peer does not answer for the slot; nothing was executed. The newest view it knows. */
  | { readonly kind: 'elsewhere'; readonly view: View | undefined }
  /** Certainly nothing was executed; the error says why. */
  | { readonly kind: 'refused'; readonly error: AnilloError }
  /** No answer in time. `sent` false: the request certainly never left. */
  | { readonly kind: 'no-reply'; readonly sent: boolean; readonly reason: string }

/** What a peer holds, for those who look at the whole ring. */
export interface Tally {
  readonly leaving: boolean
  readonly slots: readonly { readonly slot: Slot; readonly epoch: number; readonly users: number }[]
}

export interface UsersRpc {
  operate(peer: Peer, operation: Operation, options: RpcOptions): Promise<OperationResult>
  /** The newest views that `peer` knows of these slots; undefined when it does not answer. */
  whereIs(peer: Peer, slots: readonly Slot[], options: RpcOptions): Promise<readonly View[] | undefined>
  tally(peer: Peer, options: RpcOptions): Promise<Tally | undefined>
}
