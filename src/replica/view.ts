/** Where a slot is: the truth about it, while Chord only says where it should be. */
import type { Peer } from '../chord/ring-node.ts'
import type { Slot } from '../ring/slot.ts'
import type { EntryId } from './entry.ts'

/** A peer together with the disk it had: a replaced disk is another member. */
export interface Member {
  readonly peer: Peer
  /** 16 lower-case hex digits. */
  readonly store: string
}

/** One start of a member: leadership belongs to it and never to a peer, so a leader that restarts leads nothing. */
export interface Incarnation extends Member {
  /** 1 at the first start of that store, one more at each. */
  readonly boot: number
}

/**
 * Which line of views this one belongs to. It changes only when an operator accepts loss (`ring recover`). It says
 * nothing of which view is the newer: of two parts of a ring one may recover a slot once and the other twice.
 */
export interface Lineage {
  /** So many recoveries there were in this line. */
  readonly number: number
  /** 32 hex digits; of lineage 0 the ring id. Two recoveries with one number are told apart by it: one is given up. */
  readonly id: string
}

/** A recovered slot begins at least so many epochs later, as whatever its former members do meanwhile must be older. */
export const RECOVERY_EPOCHS = 1_000

export interface View {
  readonly slot: Slot
  readonly lineage: Lineage
  /** Every change of members or leader makes the next epoch. */
  readonly epoch: number
  /** Distinct peers, at least one. */
  readonly members: readonly Member[]
  /** One of the members. */
  readonly leader: Incarnation
  /** The last entry of the epochs before: what this epoch's log continues, and all that they ever acknowledged. */
  readonly base: EntryId
}

/**
 * Below 0: `a` is older than `b`; 0: the same view of the slot. Epochs alone, as floors are: of two that are ordered
 * in another way than the floor of a member, which never sinks, neither could replace the other.
 */
export function compareViews(a: View, b: View): number {
  return a.epoch - b.epoch
}

/** The newer of two views of one slot; the first when they are of the same epoch. */
export function newerView<V extends View | undefined>(a: V, b: V): V {
  if (a === undefined) return b
  return b !== undefined && compareViews(a, b) < 0 ? b : a
}

export function sameMember(a: Member, b: Member): boolean {
  return a.peer === b.peer && a.store === b.store
}

export function sameIncarnation(a: Incarnation, b: Incarnation): boolean {
  return sameMember(a, b) && a.boot === b.boot
}

export function isMember(view: View, member: Member): boolean {
  return view.members.some(other => sameMember(other, member))
}

/** The genesis of a slot: epoch 1, held by the peer that makes the ring. */
export function genesisView(slot: Slot, creator: Incarnation, ringId: string): View {
  const { peer, store } = creator
  return {
    slot,
    lineage: { number: 0, id: ringId },
    epoch: 1,
    members: [{ peer, store }],
    leader: creator,
    base: { epoch: 0, sequence: 0 }
  }
}
