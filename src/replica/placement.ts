/**
 * Who should be the members of a slot, and what its leader does about it. Pure: from what the leader knows to the next
 * change, one at a time. Rules for a calm ring as much as for good places: every change costs a pause, and those that
 * follow each flicker of the ring cost more than a slot that is somewhere else for a while.
 *
 * - A member is replaced when it leaves, when it has been gone for long, or when it has long not been among the first
 *   N of the ring. A view never gets smaller because somebody crashed: {A, B, C†} still tolerates nothing less than
 *   {A, B} would, and C may come back.
 * - Of members that are gone one is replaced at a time, so that few copies are ever in the making.
 * - No change is begun that a majority of its outcome could not answer for at once.
 */
import type { Peer } from '../chord/ring-node.ts'
import type { Slot } from '../ring/slot.ts'
import type { Target } from './proposal.ts'
import { majority } from './quorum.ts'
import { type Incarnation, isMember, type Member, sameIncarnation, sameMember, type View } from './view.ts'

/** Chord, as far as placement needs it. */
export interface Placement {
  /** Distinct peers clockwise from the slot, its owner first; empty when that cannot be found out now. */
  peersOf(slot: Slot, signal: AbortSignal): Promise<readonly Peer[]>
  /** All other peers that are there. */
  up(): readonly Peer[]
  isUp(peer: Peer): boolean
  /** Finds out whether a peer is there; `isUp` will tell. */
  check(peer: Peer): void
}

/** Why a change is wanted, the most urgent first. */
export const REASONS = ['under-replicated', 'leaving', 'drift', 'leader'] as const
export type Reason = (typeof REASONS)[number]

export interface PlannedChange extends Target {
  readonly reason: Reason
}

/** A slot and its surroundings, as its leader sees them. */
export interface Surroundings {
  readonly self: Incarnation
  readonly view: View
  /** N of the ring. */
  readonly replicas: number
  /** Peers that may be members, this one included: clockwise from the slot, reachable, not about to leave. */
  readonly candidates: readonly Peer[]
  /** The first N of them have been the same for a while. */
  readonly settled: boolean
  /** This process keeps up with its work, so that what is merely nicer may be done too. */
  readonly calm: boolean
  /** Has been reachable for long enough to become a member. */
  readonly isSteady: (peer: Peer) => boolean
  /** Has been so for long enough that its place on the ring is known. */
  readonly isEstablished: (peer: Peer) => boolean
  /** Has not been reachable for so long that it is not waited for any more. */
  readonly isGone: (peer: Peer) => boolean
  readonly isLeaving: (peer: Peer) => boolean
  /** The member confirms the leader and lacks nothing but what is on its way. */
  readonly isCurrent: (member: Member) => boolean
  /** It has been so for long enough to lead. */
  readonly mayLead: (member: Member) => boolean
  /** Store and boot of a peer, as it last said them. */
  readonly incarnationOf: (peer: Peer) => Incarnation | undefined
}

/** The most urgent thing to change; undefined when all is as it should be, or nothing can be done now. */
export function plannedChange(around: Surroundings): PlannedChange | undefined {
  const rules: Record<Reason, () => readonly Member[] | undefined> = {
    'under-replicated': () => replaced(around) ?? grown(around),
    leaving: () => withoutLeaving(around),
    drift: () => drifted(around),
    leader: () => around.view.members
  }
  for (const reason of REASONS) {
    const members = rules[reason]()
    if (members === undefined || members.length === 0 || !canDecide(members, around)) continue
    const leader = leaderOf(members, reason, around)
    if (leader !== undefined && !isAsItIs(around.view, members, leader)) return { reason, members, leader }
  }
  return undefined
}

/** How many members the slot can have now. */
function sizeOf({ replicas, candidates }: Surroundings): number {
  return Math.min(replicas, candidates.length)
}

/** The first of those gone gives its place to the first that may take it: also to itself with the new disk it came back with. */
function replaced(around: Surroundings): Member[] | undefined {
  const { view } = around
  const gone = view.members.find(
    member => around.isGone(member.peer) || hasNewStore(member, around.incarnationOf)
  )
  if (gone === undefined) return undefined
  const others = view.members.filter(member => member !== gone)
  const [joiner] = joiners(others, around)
  return joiner === undefined ? undefined : [...others, joiner]
}

function grown(around: Surroundings): Member[] | undefined {
  const { members } = around.view
  const missing = sizeOf(around) - members.length
  if (missing <= 0 || !around.settled || members.some(({ peer }) => around.isLeaving(peer))) return undefined
  const joining = joiners(members, around).slice(0, missing)
  return joining.length === 0 ? undefined : [...members, ...joining]
}

/** Whoever leaves is replaced, and where nobody is left to replace it the view gets smaller: it was asked for. */
function withoutLeaving(around: Surroundings): Member[] | undefined {
  const { members } = around.view
  const staying = members.filter(({ peer }) => !around.isLeaving(peer))
  if (staying.length === members.length) return undefined
  const seats = Math.max(0, sizeOf(around) - staying.length)
  const joining = joiners(staying, around).slice(0, seats)
  // Somebody may still be too new to join: it is waited for, rather than the view made smaller and larger again.
  return joining.length < seats ? undefined : [...staying, ...joining]
}

/**
 * Members that others are before by now, the last of them first, for those others. Who is not there, or has only just
 * come back and may not be seen on the ring yet, keeps its place.
 */
function drifted(around: Surroundings): Member[] | undefined {
  const { view, candidates, settled, calm, isEstablished } = around
  if (!settled || !calm) return undefined
  const preferred = candidates.slice(0, sizeOf(around))
  const newcomers = joiners(view.members, around).filter(({ peer }) => preferred.includes(peer))
  const rank = ({ peer }: Member) =>
    candidates.includes(peer) ? candidates.indexOf(peer) : Number.POSITIVE_INFINITY
  const outside = view.members
    .filter(({ peer }) => !preferred.includes(peer) && isEstablished(peer))
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, newcomers.length)
  if (outside.length === 0) return undefined
  return [...view.members.filter(member => !outside.includes(member)), ...newcomers.slice(0, outside.length)]
}

/** Those who may join `members`, the best placed first. */
function joiners(
  members: readonly Member[],
  { candidates, isSteady, incarnationOf }: Surroundings
): Member[] {
  return candidates.flatMap(candidate => {
    const incarnation = incarnationOf(candidate)
    if (incarnation === undefined || !isSteady(candidate)) return []
    if (members.some(member => member.peer === candidate)) return []
    return [{ peer: candidate, store: incarnation.store }]
  })
}

/** Its peer came back with another disk, so what it had is gone for good. */
export function hasNewStore(member: Member, incarnationOf: Surroundings['incarnationOf']): boolean {
  const incarnation = incarnationOf(member.peer)
  return incarnation !== undefined && incarnation.store !== member.store
}

/** Whoever joins is reachable; whoever stays must be current. */
function canDecide(members: readonly Member[], { view, isCurrent }: Surroundings): boolean {
  const ready = members.filter(member => !isMember(view, member) || isCurrent(member))
  return ready.length >= majority(members.length)
}

/**
 * This peer goes on leading while it is a member; where it is not the best placed one it hands over to that one, in a
 * change of its own, once all is quiet.
 */
function leaderOf(members: readonly Member[], reason: Reason, around: Surroundings): Incarnation | undefined {
  const { self, view, settled, calm, isCurrent, mayLead } = around
  const placed = around.candidates.flatMap(peer => members.find(member => member.peer === peer) ?? [])
  const incarnation = (member: Member | undefined) => {
    const met = member && around.incarnationOf(member.peer)
    return met !== undefined && sameMember(met, member!) ? met : undefined
  }
  if (reason === 'leader') {
    const [first] = placed
    return first !== undefined && settled && calm && mayLead(first) ? incarnation(first) : undefined
  }
  if (members.some(member => sameMember(member, self))) return self
  // One that has all the slot's users already leads at once; a newcomer may have to fetch the last of them first.
  const known = placed.filter(member => isMember(view, member) && isCurrent(member))
  return incarnation(known[0] ?? placed[0])
}

function isAsItIs({ members, leader }: View, next: readonly Member[], nextLeader: Incarnation): boolean {
  return (
    sameIncarnation(leader, nextLeader) &&
    members.length === next.length &&
    next.every(member => members.some(other => sameMember(other, member)))
  )
}
