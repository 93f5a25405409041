/** Since when peers are there, or are not, as far as this peer has looked. */
import type { Peer } from '../chord/ring-node.ts'

interface Seen {
  readonly up: boolean
  readonly sinceMs: number
}

export class Presence {
  #seen = new Map<Peer, Seen>()

  /** How it is now with all peers that matter; the others are forgotten. */
  observe(present: ReadonlyMap<Peer, boolean>, nowMs: number): void {
    this.#seen = new Map(
      Array.from(present, ([peer, up]) => {
        const before = this.#seen.get(peer)
        return [peer, before?.up === up ? before : { up, sinceMs: nowMs }]
      })
    )
  }

  isUp(peer: Peer): boolean {
    return this.#seen.get(peer)?.up === true
  }

  isUpFor(peer: Peer, ms: number, nowMs: number): boolean {
    const seen = this.#seen.get(peer)
    return seen?.up === true && nowMs - seen.sinceMs >= ms
  }

  isDownFor(peer: Peer, ms: number, nowMs: number): boolean {
    const seen = this.#seen.get(peer)
    return seen?.up === false && nowMs - seen.sinceMs >= ms
  }
}
