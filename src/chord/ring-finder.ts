/** The ring as one finds one's way in it: a peer of it does so by its own tables, a client of it by asking. */
import type { Position } from '../ring/position.ts'
import { type Clock, raceSignal } from '../runtime.ts'
import type { Description, PeerStatus } from './chord-rpc.ts'
import type { Finger } from './finger-table.ts'
import { type LookupContext, type LookupOptions, type LookupResult, lookup } from './lookup.ts'
import type { Peer, RingNode } from './ring-node.ts'

/** How a lookup ended. */
export interface LookupEnd {
  /** Peers asked; undefined when no owner was found. */
  readonly hops: number | undefined
  readonly ms: number
}

/** One of this peer's ring nodes, as it is at the moment. */
export interface NodeSnapshot {
  readonly node: RingNode
  readonly member: boolean
  readonly predecessor: RingNode | undefined
  /** Nearest first; empty when the node is alone. */
  readonly successors: readonly RingNode[]
  /** Rows 0…159. */
  readonly fingers: readonly Finger[]
}

export interface RingFinder {
  /**
   * Who owns a position. Without a question when one of our own nodes is next to it.
   * @throws UnavailableError nobody could be found in time
   */
  lookup(
    target: Position,
    options?: LookupOptions & { readonly signal?: AbortSignal | undefined }
  ): Promise<LookupResult>
  /** Tells `listener` how each call of `lookup` ends. Returns what ends that. */
  onLookup(listener: (end: LookupEnd) => void): () => void
  /** Every peer but this one that is known, whether up or not. */
  peers(): Map<Peer, PeerStatus>
  /** Of a peer that never answered: down. */
  status(peer: Peer): PeerStatus
  /** Finds out whether a peer is there, of which little was heard lately, or nothing ever: `status` will tell. */
  check(peer: Peer): void
  /**
   * Descriptions of all peers that anybody knows, of this one too if it is one; undefined of those that do not answer.
   * @throws UnavailableError a client reaches nobody
   */
  survey(options?: { signal?: AbortSignal | undefined }): Promise<Map<Peer, Description | undefined>>
  /** A copy of everything that this peer's ring nodes know, by index; empty for a client. */
  nodes(): NodeSnapshot[]
  /** All ring nodes of this peer have their place; never true of a client. */
  readonly member: boolean
  /** Rounds of stabilisation since the start; a client makes none. */
  readonly rounds: number
  /** Tells everybody known that this peer leaves for good, and stops; a client only stops. */
  leave(signal?: AbortSignal): Promise<void>
}

/** Lookups that somebody may listen to. */
export class Lookups {
  readonly #clock: Clock
  readonly #listeners = new Set<(end: LookupEnd) => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  find(
    context: LookupContext,
    target: Position,
    options: LookupOptions & { readonly signal?: AbortSignal | undefined }
  ): Promise<LookupResult> {
    const beganMs = this.#clock.monotonic()
    const found = lookup(context, target, options)
    const tell = (hops: number | undefined) => {
      for (const listener of this.#listeners) listener({ hops, ms: this.#clock.monotonic() - beganMs })
    }
    if (this.#listeners.size > 0) {
      found.then(
        ({ hops }) => tell(hops.length),
        () => tell(undefined)
      )
    }
    return raceSignal(found, options.signal)
  }

  onEnd(listener: (end: LookupEnd) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
