/** Who sits clockwise of each slot, as Chord last said: looked up in the background, so that nothing waits for it. */
import type { Peer } from '../chord/ring-node.ts'
import type { Slot } from '../ring/slot.ts'
import { parallel, type Runtime } from '../runtime.ts'
import type { Placement } from './placement.ts'

/** Looked up again after so long even when the ring seems unchanged. */
const REFRESH_MS = 5_000
/** While the ring moves, and for a while after: who joins is seen here and there before it is seen everywhere. */
const MOVING_REFRESH_MS = 1_000
const MOVING_MS = 10_000
/** The ring has just changed, a slot is new here, or could not be looked up: soon, and no sooner than that. */
const SOON_MS = 500
const LOOKUPS_AT_ONCE = 16

export class Neighbours {
  readonly #placement: Placement
  readonly #runtime: Runtime
  readonly #peers = new Map<Slot, readonly Peer[]>()
  #askedMs = Number.NEGATIVE_INFINITY
  #asking = false
  #movingUntilMs = Number.NEGATIVE_INFINITY
  #expired = false

  constructor(placement: Placement, runtime: Runtime) {
    this.#placement = placement
    this.#runtime = runtime
  }

  /** Clockwise, the owner first; undefined when that is not known. */
  of(slot: Slot): readonly Peer[] | undefined {
    return this.#peers.get(slot)
  }

  /** The ring changed: what is known is looked up again with the next refresh, and soon again. */
  expire(): void {
    this.#expired = true
    this.#movingUntilMs = this.#runtime.clock.monotonic() + MOVING_MS
  }

  /** Has the neighbours of exactly these slots looked up when it is time. */
  refresh(slots: readonly Slot[], signal: AbortSignal): void {
    if (this.#asking) return
    const nowMs = this.#runtime.clock.monotonic()
    const refreshMs = nowMs < this.#movingUntilMs ? MOVING_REFRESH_MS : REFRESH_MS
    const waits = !this.#expired && slots.every(slot => this.#peers.has(slot))
    if (nowMs - this.#askedMs < (waits ? refreshMs : SOON_MS)) return
    this.#expired = false
    this.#askedMs = nowMs
    this.#asking = true
    const wanted = new Set(slots)
    for (const slot of this.#peers.keys()) if (!wanted.has(slot)) this.#peers.delete(slot)
    parallel(slots, LOOKUPS_AT_ONCE, async slot => {
      const peers = await this.#placement.peersOf(slot, signal)
      // One that cannot be looked up now stays where it was: a wrong neighbour costs a needless move at most.
      if (peers.length > 0) this.#peers.set(slot, peers)
    })
      .catch(error => {
        if (!signal.aborted) this.#runtime.log.warn('neighbours of slots not looked up', { error })
      })
      .finally(() => {
        this.#asking = false
      })
  }
}
