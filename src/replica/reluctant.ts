/**
 * Peers that did not become members when they were to: they are there as Chord sees it, and yet take no slots, like a
 * host that runs Chord without users. After some tries others are preferred for a while.
 */
import type { Peer } from '../chord/ring-node.ts'

/** One try may fail for any reason; */
const FAILURES_MAX = 3
/** tries of several slots that end so close together fail for one, such as a restart of that peer, and count once; */
const TOGETHER_MS = 5_000
/** those that fail later count together with it when they are no further apart, and the last of them for so long. */
const REMEMBERED_MS = 60_000

interface Failures {
  readonly count: number
  /** Of those that count once, the first. */
  readonly firstMs: number
  readonly lastMs: number
}

export class Reluctant {
  readonly #failures = new Map<Peer, Failures>()

  failed(peer: Peer, nowMs: number): void {
    for (const [other, { lastMs }] of this.#failures) {
      if (nowMs - lastMs > REMEMBERED_MS) this.#failures.delete(other)
    }
    const { count, firstMs } = this.#failures.get(peer) ?? { count: 0, firstMs: Number.NEGATIVE_INFINITY }
    const isSame = nowMs - firstMs < TOGETHER_MS
    this.#failures.set(peer, {
      count: isSame ? count : count + 1,
      firstMs: isSame ? firstMs : nowMs,
      lastMs: nowMs
    })
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
