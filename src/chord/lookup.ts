/**
 * Finding the owner of a position (Chord, section 4.4, in the iterative form): ask the nearest peer before it that
 * our tables know, then the nearest that that one knows, until somebody says that one of its own nodes precedes the
 * position directly. Every hop is strictly nearer than the one that named it, so a walk ends. A peer that
 * does not answer is passed by; one that is slow is overtaken, and its answer still counts when it comes.
 */
import { HOP_HEDGE_MS, HOP_TIMEOUT_MS, LOOKUP_HOPS_MAX, LOOKUP_TIMEOUT_MS } from '../constants.ts'
import { UnavailableError } from '../errors.ts'
import { inHalfOpen } from '../ring/interval.ts'
import { type Position, positionToHex } from '../ring/position.ts'
import { type Clock, deadlineAfter, raceSignal, sleep, type Timer } from '../runtime.ts'
import type { Closest } from './chord-rpc.ts'
import type { Peers } from './peers.ts'
import type { Peer, RingNode } from './ring-node.ts'
import { type Place, type RoutingTable, remaining } from './routing-table.ts'

export interface Hop {
  readonly peer: Peer
  /** Of the ring node for whose sake the peer was asked. */
  readonly position: Position
  readonly ms: number
  /** Why this one, or why it did not help. */
  readonly reason: string
}

export interface LookupResult {
  /** The first ring node at or after the position. */
  readonly owner: RingNode
  /** The ring node directly before it. */
  readonly predecessor: RingNode
  /** As the predecessor knows them, the owner first. */
  readonly successors: readonly RingNode[]
  /** Every question that was asked, in the order of the answers; empty when our own tables knew. */
  readonly hops: readonly Hop[]
}

export interface LookupOptions {
  /** @default LOOKUP_TIMEOUT_MS */
  readonly timeoutMs?: number | undefined
  /** Begin at these nodes and not at our own tables: what does *their* ring say? */
  readonly via?: readonly RingNode[] | undefined
}

export interface LookupContext {
  readonly table: Pick<RoutingTable, 'locate' | 'closer'>
  readonly peers: Peers
  readonly clock: Clock
  /** Chord stops. */
  readonly signal: AbortSignal
}

/** Candidates that our own tables give to begin with. */
const FIRST_CANDIDATES_MAX = 8
/** The first peer asked, and one that overtakes it. */
const QUESTIONS_AT_ONCE_MAX = 2
/** When nobody knew further the ring is just being mended. */
const RETRY_PAUSE_MS = 100

/** @throws UnavailableError when no owner could be found in time */
export async function lookup(
  context: LookupContext,
  target: Position,
  options: LookupOptions = {}
): Promise<LookupResult> {
  const { table, clock } = context
  const hops: Hop[] = []
  using deadline = deadlineAfter(clock, options.timeoutMs ?? LOOKUP_TIMEOUT_MS, context.signal)
  try {
    for (;;) {
      deadline.signal.throwIfAborted()
      const own = options.via === undefined ? table.locate(target) : undefined
      const place = own ?? (await walk(context, target, options.via, hops, deadline.signal))
      if (place !== undefined) return { owner: place.successors[0]!, ...place, hops }
      if (hops.length >= LOOKUP_HOPS_MAX) break
      await sleep(clock, RETRY_PAUSE_MS, deadline.signal)
    }
  } catch (error) {
    if (context.signal.aborted || !deadline.signal.aborted) throw error
  }
  throw new UnavailableError(
    `The owner of ${positionToHex(target)} was not found; ${hops.length} questions were asked`
  )
}

/** The first `count` distinct peers clockwise from the position: where its replicas belong. */
export function placement({ successors, predecessor }: Place, count: number): Peer[] {
  // A list ends before its owner: in a small ring the predecessor itself is the last of all.
  return [...new Set([...successors, predecessor].map(node => node.peer))].slice(0, count)
}

function walk(
  context: LookupContext,
  target: Position,
  via: readonly RingNode[] | undefined,
  hops: Hop[],
  signal: AbortSignal
): Promise<Place | undefined> {
  const first = via ?? context.table.closer(target, FIRST_CANDIDATES_MAX)
  const walk = new Walk(context, target, hops)
  walk.begin(first)
  return raceSignal(walk.place, signal).finally(() => walk.end(undefined))
}

interface Candidate {
  readonly node: RingNode
  readonly reason: string
}

/** One try to reach the position. */
class Walk {
  readonly place: Promise<Place | undefined>
  readonly #context: LookupContext
  readonly #target: Position
  readonly #hops: Hop[]
  readonly #candidates: Candidate[] = []
  readonly #asked = new Set<Peer>()
  readonly #hedges = new Set<Timer>()
  #waiting = 0
  #settle: ((place: Place | undefined) => void) | undefined
  #fail: ((error: unknown) => void) | undefined

  constructor(context: LookupContext, target: Position, hops: Hop[]) {
    this.#context = context
    this.#target = target
    this.#hops = hops
    this.place = new Promise((resolve, reject) => {
      this.#settle = resolve
      this.#fail = reject
    })
  }

  begin(nodes: readonly RingNode[]): void {
    for (const node of nodes) this.#candidates.push({ node, reason: 'nearest known' })
    this.#next()
  }

  /** Settles the walk; what is still under way interests nobody any more. */
  end(place: Place | undefined): void {
    for (const timer of this.#hedges) timer.cancel()
    this.#hedges.clear()
    this.#settle?.(place)
    this.#settle = undefined
  }

  #next(): void {
    if (this.#settle === undefined || this.#waiting >= QUESTIONS_AT_ONCE_MAX) return
    const candidate = this.#hops.length + this.#waiting < LOOKUP_HOPS_MAX ? this.#takeBest() : undefined
    if (candidate === undefined) {
      if (this.#waiting === 0) this.end(undefined)
      return
    }
    this.#ask(candidate).catch(error => this.#fail?.(error))
  }

  /** The candidate nearest before the target whose peer was not asked yet. */
  #takeBest(): Candidate | undefined {
    let best: Candidate | undefined
    for (const candidate of this.#candidates) {
      if (this.#asked.has(candidate.node.peer)) continue
      if (
        best === undefined ||
        this.#rank(candidate) < this.#rank(best) ||
        (this.#rank(candidate) === this.#rank(best) &&
          remaining(candidate.node, this.#target) < remaining(best.node, this.#target))
      ) {
        best = candidate
      }
    }
    return best
  }

  /** Who may be down is asked when nobody else is left, who is down never helps before them. */
  #rank({ node }: Candidate): number {
    const status = this.#context.peers.routable(node.peer)
    return status === 'up' ? 0 : status === 'suspect' ? 1 : 2
  }

  async #ask({ node, reason }: Candidate): Promise<void> {
    const { peers, clock } = this.#context
    this.#asked.add(node.peer)
    this.#waiting++
    const askedAtMs = clock.monotonic()
    const hedge = clock.timer(HOP_HEDGE_MS, () => this.#next())
    this.#hedges.add(hedge)
    const reply = await peers.call(node.peer, { type: 'closest', target: this.#target }, HOP_TIMEOUT_MS)
    hedge.cancel()
    this.#hedges.delete(hedge)
    this.#waiting--
    if (this.#settle === undefined) return
    const outcome = reply === undefined ? 'no answer' : reason
    const ms = clock.monotonic() - askedAtMs
    this.#hops.push({ peer: node.peer, position: node.position, ms, reason: outcome })
    if (reply !== undefined) this.#take(node, reply)
    this.#next()
  }

  #take(asked: RingNode, { predecessor, successors, closer }: Closest): void {
    const owner = successors[0]
    if (predecessor !== undefined && owner !== undefined) {
      if (inHalfOpen(this.#target, predecessor.position, owner.position))
        this.end({ predecessor, successors })
      return
    }
    const bound = remaining(asked, this.#target)
    for (const node of closer) {
      if (remaining(node, this.#target) < bound) this.#candidates.push({ node, reason: 'nearer' })
    }
  }
}
