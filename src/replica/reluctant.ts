/**
 * Peers that did not become members when they were to: they are there as Chord sees it, and yet take no slots, like a
 * host that runs Chord without users. After some tries others are preferred for a while.
 */
import type { Peer } from '../chord/ring-node.ts'

/** One try may fail for any reason, and those of several slots together; */
const FAILURES_MAX = 3
/** tries that fail count together when they are no further apart, and the last of them for so long. */
const REMEMBERED_MS = 60_000

interface Failures {
  readonly count: number
  readonly lastMs: number
}

export class Reluctant {
  readonly #failures = new Map<Peer, Failures>()

  failed(peer: Peer, nowMs: number): void {
    for (const [other, { lastMs }] of this.#failures) {
      if (nowMs - lastMs > REMEMBERED_MS) this.#failures.delete(other)
    }
    this.#failures.set(peer, { count: (this.#failures.get(peer)?.count ?? 0) + 1, lastMs: nowMs })
  }

  /** It is a member that follows its leader. */
  forgive(peer: Peer): void {
    this.#failures.delete(peer)
  }

  isAvoided(peer: Peer, nowMs: number): boolean {
    const failures = this.#failures.get(peer)
    return (
      failures !== undefined && failures.count >= FAILURES_MAX && nowMs - failures.lastMs <= REMEMBERED_MS
    )
  }
}
