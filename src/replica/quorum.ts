/** Quorum arithmetic, all of it: who has voted, and whether that is enough. */
import { isMember, type Member, type View } from './view.ts'

/** The smallest number of `members` of which any two sets share one. */
export function majority(members: number): number {
  return Math.floor(members / 2) + 1
}

/** The largest value that a majority has reached. `values` has one for every member, 0 of those not heard of. */
export function reachedByMajority(values: readonly number[]): number {
  return values.toSorted((a, b) => b - a)[majority(values.length) - 1]!
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
