/**
 * For how long a slot could not be written after the last fault. Pure: told of times, it has none.
 *
 * At a fault (a kill, a pause, a cut, …) every writer of the load that rests begins its next write at once, and all of
 * them go on writing, each to a user of its own and so, nearly always, to a slot of its own. A write counts from the
 * fault, or from its own beginning if that was later, to its acknowledgement; as long as it is open, it is sent through
 * one gateway after another, so that it is the slot that is measured and not a gateway that hangs. The longest
 * such wait is the takeover. Slots of which the fault hit no leader show it as the few milliseconds that any write takes.
 */

/** Writes that begin later than this after a fault are not put down to it: longer than replacing a member may take. */
const AFTERMATH_MS = 60_000

export class Takeover {
  /** For each open write, since when it waits because of a fault; undefined where there was none. */
  readonly #open = new Map<string, number | undefined>()
  #faultMs: number | undefined
  #longestMs = 0

  fault(nowMs: number): void {
    this.#faultMs = nowMs
    this.#longestMs = 0
    // A write that still waits because of an earlier fault goes on counting from that one.
    for (const [id, sinceMs] of this.#open) this.#open.set(id, sinceMs ?? nowMs)
  }

  begin(id: string, nowMs: number): void {
    const after = this.#faultMs !== undefined && nowMs - this.#faultMs <= AFTERMATH_MS
    this.#open.set(id, after ? nowMs : undefined)
  }

  acknowledge(id: string, nowMs: number): void {
    const sinceMs = this.#open.get(id)
    if (sinceMs !== undefined) this.#longestMs = Math.max(this.#longestMs, nowMs - sinceMs)
    this.#open.delete(id)
  }

  /** The write is over without an acknowledgement, since nobody waits for one any more. */
  abandon(id: string): void {
    this.#open.delete(id)
  }

  /** With what waits now; undefined before the first fault. */
  lastMs(nowMs: number): number | undefined {
    if (this.#faultMs === undefined) return undefined
    let longestMs = this.#longestMs
    for (const sinceMs of this.#open.values()) {
      if (sinceMs !== undefined) longestMs = Math.max(longestMs, nowMs - sinceMs)
    }
    return longestMs
  }
}
