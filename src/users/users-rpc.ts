/** The network as users need it; `network/users-protocol.ts` implements it over libp2p. */
import type { Peer } from '../chord/ring-node.ts'
import type { AnilloError } from '../errors.ts'
import type { EntryId } from '../replica/entry.ts'
import type { RpcOptions } from '../replica/replica-rpc.ts'
import type { View } from '../replica/view.ts'
import type { Slot } from '../ring/slot.ts'
import type { FollowedSlot, SlotChanges } from './change-source.ts'
import type { ListPage, ListQuery } from './listing.ts'
import type { Get, Operation, Outcome } from './operation.ts'

/** Of what was asked of a peer in vain. */
type Unanswered =
  /** The asked peer does not answer for the slot; nothing was executed. The newest view it knows. */
  | { readonly kind: 'elsewhere'; readonly view: View | undefined }
  /** Certainly nothing was executed; the error says why. OutcomeUnknownError: it may have been, or may yet be. */
  | { readonly kind: 'refused'; readonly error: AnilloError }
  /** No answer in time. `sent` false: the request certainly never left. */
  | { readonly kind: 'no-reply'; readonly sent: boolean; readonly reason: string }

/** What came of a question to a slot's leader. */
export type Answered<T> = { readonly kind: 'done'; readonly outcome: T } | Unanswered

export type OperationResult = Answered<Outcome>

/** `ageMs` as in `StaleRead`: since the peer last heard of the slot's leader. */
export type StaleResult =
  | { readonly kind: 'done'; readonly outcome: Outcome; readonly ageMs: number }
  | Unanswered

export interface OperateOptions extends RpcOptions {
  /** Whole ms since the first try of this operation that may have been executed; 0 when there was none. */
  readonly ageMs: number
}

/** A slot as one of its members sees it. */
export interface SlotTally {
  readonly slot: Slot
  /** Of the view: the one installed here, or else the newest that this peer knows. */
  readonly epoch: number
  /** In this replica's table. */
  readonly users: number
  /** This peer leads it, and a majority confirmed that lately. So it does while its view is being changed. */
  readonly leads: boolean
  /** Its view is being changed: what is asked here waits until that is over. */
  readonly sealed: boolean
  /** Of that view. */
  readonly members: readonly Peer[]
  /** It is one of them, with the disk that it has. */
  readonly member: boolean
  /** How far its copy goes: its last entry, in the epoch that is installed if that is later; sequence 0: it has none. */
  readonly reach: EntryId
  /** Without those members that lack more than a few entries, or do not answer; empty unless this peer leads. */
  readonly current: readonly Peer[]
}

/** What a peer holds, for those who look at the whole ring: slots of which it is a member, or has a copy for whatever reason. */
export interface Tally {
  readonly leaving: boolean
  readonly slots: readonly SlotTally[]
}

export interface UsersRpc {
  operate(peer: Peer, operation: Operation, options: OperateOptions): Promise<OperationResult>
  /** A page of a slot's users, as linearizable as a read of one of them. */
  list(peer: Peer, query: ListQuery, options: RpcOptions): Promise<Answered<ListPage>>
  /** What happened in slots that the peer holds; undefined when it does not answer. */
  follow(
    peer: Peer,
    slots: readonly FollowedSlot[],
    options: RpcOptions & { readonly waitMs: number }
  ): Promise<readonly SlotChanges[] | undefined>
  /** What the peer's own replica has; anything but `done` when it has none. */
  readStale(peer: Peer, get: Get, options: RpcOptions): Promise<StaleResult>
  /** The newest views that `peer` knows of these slots; undefined when it does not answer. */
  whereIs(peer: Peer, slots: readonly Slot[], options: RpcOptions): Promise<readonly View[] | undefined>
  tally(peer: Peer, options: RpcOptions): Promise<Tally | undefined>
}
