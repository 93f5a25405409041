/** Where a slot is: the truth about it, while Chord only says where it should be. */
import type { Peer } from '../chord/ring-node.ts'
import type { Slot } from '../ring/slot.ts'

/** A peer together with the disk it had: a replaced disk is another member. */
export interface Member {
  readonly peer: Peer
  /** 16 lower-case hex digits. */
  readonly store: string
}

export interface View {
  readonly slot: Slot
  /** Every change of a slot's members makes the next epoch; of two views the one with the higher epoch is the newer. */
  readonly epoch: number
  /** Distinct peers; exactly one until slots are replicated. */
  readonly members: readonly Member[]
  /** The member that answers. */
  readonly leader: Peer
}

/** The newer of two views of one slot; the first when they are of the same epoch. */
export function newerView(a: View | undefined, b: View | undefined): View | undefined {
  if (a === undefined) return b
  return b !== undefined && b.epoch > a.epoch ? b : a
}

export function singleMemberView(slot: Slot, epoch: number, member: Member): View {
  return { slot, epoch, members: [member], leader: member.peer }
}
