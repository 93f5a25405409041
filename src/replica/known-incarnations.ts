/** The newest store and start of each peer that this one has met. */
import type { Peer } from '../chord/ring-node.ts'
import { PEER_BOOK_MAX } from '../constants.ts'
import { type Incarnation, sameMember } from './view.ts'

export class KnownIncarnations {
  readonly #met = new Map<Peer, Incarnation>()

  of(peer: Peer): Incarnation | undefined {
    return this.#met.get(peer)
  }

  /** Where there are too many the one met first is forgotten: whoever still speaks is met again by its next message. */
  met(incarnation: Incarnation): void {
    const known = this.#met.get(incarnation.peer)
    if (known !== undefined && sameMember(known, incarnation) && known.boot >= incarnation.boot) return
    if (known === undefined && this.#met.size >= PEER_BOOK_MAX) {
      const [first] = this.#met.keys()
      this.#met.delete(first!)
    }
    this.#met.set(incarnation.peer, incarnation)
  }
}
