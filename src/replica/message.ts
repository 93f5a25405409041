/**
 * What replicas of a slot say to each other. Every message goes one way and may be lost, doubled, late or overtaken:
 * who needs an answer asks again. Who sent it, with store and boot, is known from the stream's hello and is no field.
 */
import type { Slot } from '../ring/slot.ts'
import type { Ballot } from './ballot.ts'
import type { Entry, EntryId } from './entry.ts'
import type { View } from './view.ts'

interface OfSlot {
  readonly slot: Slot
}

/** Of the view of this epoch, which sender and receiver must both have installed. */
interface OfEpoch extends OfSlot {
  readonly epoch: number
}

/** About the view of epoch `instance`: one instance of single-decree Paxos among the members of the epoch before. */
interface OfInstance extends OfSlot {
  readonly instance: number
  readonly ballot: Ballot
}

/** Entries that follow `prev` without a gap; `commit`: how far the sender's log is certainly decided. */
interface Entries {
  readonly prev: EntryId
  readonly entries: readonly Entry[]
  readonly commit: number
}

/** Leader to member: put these behind `prev`. */
export interface Append extends OfEpoch, Entries {
  readonly type: 'append'
}

/** Member to leader: everything up to `sequence` is on disk here, as you have it. */
export interface Appended extends OfEpoch {
  readonly type: 'appended'
  readonly sequence: number
}

/** Member or learner to whoever sends entries: `prev` is not here; this log ends, or agrees with yours for certain, at `sequence`. */
export interface Gap extends OfEpoch {
  readonly type: 'gap'
  readonly sequence: number
}

/** Leader to member: I lead. `round` grows with every heartbeat of the slot in the epoch. */
export interface Heartbeat extends OfEpoch {
  readonly type: 'heartbeat'
  readonly round: number
  readonly commit: number
  /** Sequence of the leader's last entry. */
  readonly last: number
}

/** Member to leader: when heartbeat `round` arrived the epoch was not sealed here. */
export interface Confirm extends OfEpoch {
  readonly type: 'confirm'
  readonly round: number
  /** Sequence of the member's last entry: less than it once had on disk means that its disk was taken back. */
  readonly last: number
}

/** Leader to a peer that is to become a member: as Append, but it votes for nothing. */
export interface Learn extends OfEpoch, Entries {
  readonly type: 'learn'
}

export interface Learned extends OfEpoch {
  readonly type: 'learned'
  readonly sequence: number
}

/** You are behind: this is the newest view that I know of. */
export interface Stale extends OfSlot {
  readonly type: 'stale'
  readonly view: View
}

/** I have not installed the view of this epoch: send it to me. */
export interface NeedView extends OfEpoch {
  readonly type: 'need-view'
}

/** Does the leader of this epoch seem gone to you as well? The ballot names the attempt. */
export interface PreSeal extends OfEpoch {
  readonly type: 'pre-seal'
  readonly ballot: Ballot
}

export interface PreSealed extends OfEpoch {
  readonly type: 'pre-sealed'
  readonly ballot: Ballot
}

/** Proposer to the members of epoch instance-1: promise me this instance, which seals your epoch. */
export interface Prepare extends OfInstance {
  readonly type: 'prepare'
  /** The proposer's last entry. */
  readonly last: EntryId
}

export interface Promised extends OfInstance {
  readonly type: 'promised'
  readonly accepted: { readonly ballot: Ballot; readonly view: View } | null
  readonly last: EntryId
  /** What the proposer's log lacks of this one, as far as one message holds it. */
  readonly tail: readonly Entry[]
}

/** The ballot is too low; `promised` is the one to go above. */
export interface Nack extends OfInstance {
  readonly type: 'nack'
  readonly promised: Ballot
}

/** Proposer to the members of the view to be and of the present one: have everything up to `view.base` on disk. */
export interface Sync extends OfInstance, Entries {
  readonly type: 'sync'
  /** The view to be. */
  readonly view: View
  /** The view that decides about it. */
  readonly current: View
}

export interface Synced extends OfInstance {
  readonly type: 'synced'
}

/** Member, present or to be, to the proposer: I lack entries from `sequence` + 1 on. */
export interface SyncGap extends OfInstance {
  readonly type: 'sync-gap'
  readonly sequence: number
}

export interface Accept extends OfInstance {
  readonly type: 'accept'
  readonly view: View
}

export interface Accepted extends OfInstance {
  readonly type: 'accepted'
}

/** The view is decided. Repeated until a majority of it has answered. */
export interface Install extends OfSlot {
  readonly type: 'install'
  readonly view: View
}

export interface Installed extends OfEpoch {
  readonly type: 'installed'
}

/** I know the view of this epoch and lack the entries from `sequence` + 1 to its base. */
export interface Fetch extends OfEpoch {
  readonly type: 'fetch'
  readonly sequence: number
}

export interface Data extends OfEpoch, Entries {
  readonly type: 'data'
}

export type ReplicaMessage =
  | Append
  | Appended
  | Gap
  | Heartbeat
  | Confirm
  | Learn
  | Learned
  | Stale
  | NeedView
  | PreSeal
  | PreSealed
  | Prepare
  | Promised
  | Nack
  | Sync
  | Synced
  | SyncGap
  | Accept
  | Accepted
  | Install
  | Installed
  | Fetch
  | Data

export function entriesOf(message: ReplicaMessage): readonly Entry[] {
  if (message.type === 'promised') return message.tail
  return 'entries' in message ? message.entries : []
}
