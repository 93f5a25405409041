/** What one replica is like at a moment, for whoever plans, counts or reports. */
import type { Peer } from '../chord/ring-node.ts'
import type { Slot } from '../ring/slot.ts'
import { BEFORE_FIRST, type EntryId } from './entry.ts'
import type { Replica } from './replica.ts'
import type { Member, View } from './view.ts'

/** A replica as those see it who plan or look. */
export interface ReplicaStatus {
  readonly slot: Slot
  readonly view: View | null
  /** Also while it is sealed, until another leads. */
  readonly leading: boolean
  readonly sealed: boolean
  /** Since the leader was heard of; 0 where this peer leads. */
  readonly silenceMs: number
  readonly users: number
  readonly applied: EntryId
  /** Its last entry. Sequence 0: it has none, or is deleting what it has. */
  readonly last: EntryId
  /** A newer view that is not installed here. */
  readonly next: View | null
  /** The data is kept until the next view's members have it, or is being deleted. */
  readonly handingOff: boolean
  readonly changing: boolean
  /** Whether it is about to be a member, or was given up, it does not know yet. */
  readonly mayBeMember: boolean
  /** At the leader, of each member: whether it answers and has all but a little, and whether it had time for that. */
  readonly members: readonly { readonly peer: Peer; readonly current: boolean; readonly lacking: boolean }[]
}

export function statusOf<Command, Outcome>(
  replica: Replica<Command, Outcome>,
  slot: Slot,
  atMs: number
): ReplicaStatus {
  const { incumbency, ledger } = replica
  const { state, table, sealed } = ledger
  const has = (members: readonly Member[] | undefined, peer: Peer) =>
    members?.some(member => member.peer === peer) === true
  const [current, lacking] = [incumbency?.current(atMs), incumbency?.lacking(atMs)]
  return {
    slot,
    view: state.view,
    leading: incumbency !== undefined,
    sealed,
    silenceMs: replica.silenceMs(atMs),
    users: table.applied.live,
    applied: table.applied,
    last: state.clearing ? BEFORE_FIRST : ledger.last,
    next: state.next,
    handingOff: state.handOff || state.clearing,
    changing: replica.changing,
    mayBeMember: replica.mayBeMember,
    members: (incumbency?.view.members ?? []).map(({ peer }) => ({
      peer,
      current: has(current, peer),
      lacking: has(lacking, peer)
    }))
  }
}
