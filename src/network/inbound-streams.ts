/**
 * The streams of one protocol that other peers have opened. libp2p bounds those of a connection, but a peer may have
 * several connections, the older ones perhaps dead: so of each peer only the newest streams are kept.
 */
import type { Stream } from '@libp2p/interface'
import type { Peer } from '../chord/ring-node.ts'
import { UnavailableError } from '../errors.ts'

export class InboundStreams {
  readonly #perPeerMax: number
  /** Oldest first. */
  readonly #streams = new Map<Peer, Set<Stream>>()

  constructor(perPeerMax: number) {
    this.#perPeerMax = perPeerMax
  }

  /** Keeps `stream` until it closes; resets the oldest one of `from` when there are too many. */
  add(from: Peer, stream: Stream): void {
    const streams = this.#streams.get(from) ?? new Set()
    this.#streams.set(from, streams)
    streams.add(stream)
    stream.addEventListener('close', () => {
      streams.delete(stream)
      if (streams.size === 0 && this.#streams.get(from) === streams) this.#streams.delete(from)
    })
    if (streams.size > this.#perPeerMax) {
      const [oldest] = streams
      oldest!.abort(new UnavailableError(`${from} opened more than ${this.#perPeerMax} streams`))
    }
  }

  all(): Stream[] {
    return [...this.#streams.values()].flatMap(streams => [...streams])
  }
}
