/** Since when which peers leave questions unanswered. It is about peers: a crash that one slot met, all others know. */
import type { Peer } from '../chord/ring-node.ts'
import type { Clock } from '../runtime.ts'

/** A silence in which nobody asked for so long proves nothing any more; it begins anew with the next question. */
const FORGET_MS = 10_000

interface Silence {
  readonly sinceMs: number
  readonly askedAtMs: number
}

export class Silences {
  readonly #clock: Clock
  /** Of peers that have not answered the last question, if it was asked lately. */
  readonly #silences = new Map<Peer, Silence>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  asked(peer: Peer): void {
    const askedAtMs = this.#clock.monotonic()
    for (const [other, silence] of this.#silences)
      if (askedAtMs - silence.askedAtMs > FORGET_MS) this.#silences.delete(other)
    this.#silences.set(peer, { sinceMs: this.#silences.get(peer)?.sinceMs ?? askedAtMs, askedAtMs })
  }

  answered(peer: Peer): void {
    this.#silences.delete(peer)
  }

  /** 0 of a peer that answered the last question, or was asked none. */
  ofMs(peer: Peer): number {
    const silence = this.#silences.get(peer)
    return silence === undefined ? 0 : this.#clock.monotonic() - silence.sinceMs
  }
}
