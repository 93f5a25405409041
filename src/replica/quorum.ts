/** Quorum arithmetic, all of it: who has voted, and whether that is enough. */
import { isMember, type Member, type View } from './view.ts'

/** The smallest number of `members` of which any two sets share one. */
export function majority(members: number): number {
  return Math.floor(members / 2) + 1
}

/**
 * The largest value that a majority has reached: of `own` and one of each other member. Asked for with every message, so it
 * makes nothing that would have to be collected.
 */
export function reachedByMajority<T>(
  own: number,
  others: readonly T[],
  measure: (other: T) => number
): number {
  const needed = majority(others.length + 1)
  const isReached = (value: number) => {
    let count = own >= value ? 1 : 0
    for (const other of others) if (measure(other) >= value) count++
    return count >= needed
  }
  let reached = isReached(own) ? own : Number.NEGATIVE_INFINITY
  for (const other of others) {
    const value = measure(other)
    if (value > reached && isReached(value)) reached = value
  }
  return reached
}

/** Collects one vote of each member of a view. Votes of anybody else count nothing. */
export class Votes<V> {
  readonly #view: View
  readonly #votes = new Map<string, V>()

  constructor(view: View) {
    this.#view = view
  }

  add(from: Member, vote: V): void {
    if (isMember(this.#view, from)) this.#votes.set(from.peer, vote)
  }

  /** A majority of the members has voted. */
  get enough(): boolean {
    return this.#votes.size >= majority(this.#view.members.length)
  }

  has({ peer }: Member): boolean {
    return this.#votes.has(peer)
  }

  values(): Iterable<V> {
    return this.#votes.values()
  }
}
