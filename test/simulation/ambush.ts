/**
 * A crash at a place instead of a time. Windows of milliseconds, such as that between an acceptance on disk and the word
 * of it, are hardly ever met by faults at drawn times: so the n-th message or write of a kind, whosever it is, kills
 * its peer.
 */
import type { ReplicaMessage } from '../../src/replica/message.ts'
import type { Change } from './durable-replica.ts'

/** When the peer has said it, to all or some of those whom it would have told. */
const SAID = [
  'prepare',
  'promised',
  'sync',
  'synced',
  'accept',
  'accepted',
  'install',
  'installed',
  'append',
  'appended',
  'learned',
  'need-view',
  'fetch',
  'data'
] as const satisfies readonly ReplicaMessage['type'][]

/** When the peer's disk has it, and nobody was told. */
const WRITTEN = {
  'a promise': ({ before, after }) => after.promised !== null && !same(before.promised, after.promised),
  'an acceptance': ({ before, after }) => after.accepted !== null && !same(before.accepted, after.accepted),
  'a pledge': ({ before, after }) => after.pledge !== null && !same(before.pledge, after.pledge),
  'a view': ({ before, after }) => after.view !== null && after.view.epoch !== before.view?.epoch,
  'a view of others': ({ before, after }) => after.view === null && before.view !== null,
  'a hand-off': ({ before, after }) => after.handOff && !before.handOff,
  clearing: ({ before, after }) => after.clearing && !before.clearing,
  cleared: ({ before, after }) => before.clearing && !after.clearing,
  'entries cut off': ({ entriesCut }) => entriesCut > 0
} as const satisfies Readonly<Record<string, (change: Change) => boolean>>

export type Spot = (typeof SAID)[number] | keyof typeof WRITTEN
export const SPOTS: readonly Spot[] = [...SAID, ...(Object.keys(WRITTEN) as (keyof typeof WRITTEN)[])]

interface Trap<Victim> {
  readonly spot: Spot
  readonly spring: (victim: Victim) => void
  /** So many times more it comes by unharmed. */
  passing: number
}

export class Ambushes<Victim> {
  readonly #traps = new Set<Trap<Victim>>()

  /** `spring` is called once, when what is said or written at `spot` is so for the `nth` time. */
  set(spot: Spot, nth: number, spring: (victim: Victim) => void): void {
    this.#traps.add({ spot, spring, passing: nth - 1 })
  }

  clear(): void {
    this.#traps.clear()
  }

  said(by: Victim, messages: readonly ReplicaMessage[]): void {
    if (this.#traps.size > 0) this.#meet(by, spot => messages.some(({ type }) => type === spot))
  }

  wrote(by: Victim, change: Change): void {
    if (this.#traps.size > 0) this.#meet(by, spot => isWritten(spot) && WRITTEN[spot](change))
  }

  #meet(by: Victim, isAt: (spot: Spot) => boolean): void {
    for (const trap of this.#traps) {
      if (!isAt(trap.spot) || trap.passing-- > 0) continue
      this.#traps.delete(trap)
      trap.spring(by)
    }
  }
}

function isWritten(spot: Spot): spot is keyof typeof WRITTEN {
  return Object.hasOwn(WRITTEN, spot)
}

function same(a: object | null, b: object | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
