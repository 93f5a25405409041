/** The slots of this peer in numbers, as far as it knows of them without asking anybody. Pure. */
import type { ReplicaStatus } from '../replica/replica-status.ts'

export interface SlotCounts {
  /** S of the ring. */
  readonly all: number
  /** This peer is a member of their view. */
  readonly held: number
  readonly led: number
  /** Held, and no leader was heard of for LEADERLESS_MS. */
  readonly leaderless: number
  /** Led, with fewer complete copies than there could be. */
  readonly underReplicated: number
  /** Led, and members or leader are being changed. */
  readonly changing: number
  /** Kept until the next members have them, or being deleted. */
  readonly handingOff: number
  readonly usersLed: number
  /** Of slots that are held and not led. */
  readonly usersBackedUp: number
}

/** Longer than it takes to notice that a leader is gone and to choose the next one. */
const LEADERLESS_MS = 3_000

/** `copies`: how many of each slot there could be now. */
export function countSlots(statuses: readonly ReplicaStatus[], copies: number): SlotCounts {
  const held = statuses.filter(({ view }) => view !== null)
  const led = held.filter(({ leading }) => leading)
  const backups = held.filter(({ leading }) => !leading)
  const complete = ({ members }: ReplicaStatus) => members.filter(({ lacking }) => !lacking).length
  return {
    all: statuses.length,
    held: held.length,
    led: led.length,
    leaderless: backups.filter(({ silenceMs }) => silenceMs > LEADERLESS_MS).length,
    underReplicated: led.filter(status => complete(status) < copies).length,
    changing: led.filter(({ changing }) => changing).length,
    handingOff: statuses.filter(({ handingOff }) => handingOff).length,
    usersLed: usersOf(led),
    usersBackedUp: usersOf(backups)
  }
}

function usersOf(statuses: readonly ReplicaStatus[]): number {
  return statuses.reduce((sum, { users }) => sum + users, 0)
}
