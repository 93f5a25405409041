/**
 * All that this peer knows of the ring: predecessor, successor list and fingers of each of its own ring nodes, and one
 * ordered index over every node that any of them names. Everything that changes a pointer goes through here and is
 * synchronous, so whoever reads between two awaits sees a consistent state.
 */
import { inHalfOpen } from '../ring/interval.ts'
import { distance, POSITION_BITS, type Position } from '../ring/position.ts'
import type { PeerStatus } from './chord-rpc.ts'
import { FingerTable } from './finger-table.ts'
import { type Peer, type RingNode, ringNodes, sameNode } from './ring-node.ts'
import { chop } from './successor-list.ts'

/** One of this peer's ring nodes. Read by everybody, changed only by {@link RoutingTable}. */
export interface OwnNode {
  readonly node: RingNode
  /** It has a place in the ring; until then nobody may point to it. */
  member: boolean
  predecessor: RingNode | undefined
  /** The nearest one that believes to precede it and lies before the predecessor: takes its place when that is down. */
  claimant: RingNode | undefined
  /** Nearest first, never itself; empty when it is alone, and then it is its own successor. */
  successors: readonly RingNode[]
  /** Monotonic ms. */
  changedAtMs: number
}

/** Who precedes a position directly, and the list that begins with its owner. */
export interface Place {
  readonly predecessor: RingNode
  readonly successors: readonly RingNode[]
}

export interface RoutingTableOptions {
  readonly peer: Peer
  readonly virtualNodes: number
  readonly replicas: number
  readonly statusOf: (peer: Peer) => PeerStatus
  /** Somebody names a node of a peer that we hold to be down. */
  readonly onShunned: (peer: Peer) => void
  readonly now: () => number
  /** `pointer`: the predecessor or the first successor changed, not only the rest of a list. */
  readonly onChange: (own: OwnNode, pointer: boolean) => void
}

/** How far a list is believed when fingers are filled: what lies further back in it is as many rounds old. */
const LEARNT_MAX = 4
const WHOLE_RING = 1n << BigInt(POSITION_BITS)

export class RoutingTable {
  /** By index. */
  readonly own: readonly OwnNode[]
  readonly fingers: FingerTable
  readonly #options: RoutingTableOptions
  readonly #ownByPosition: readonly OwnNode[]
  /** Made again when it is asked for after a change. */
  #known: readonly RingNode[] | undefined

  constructor(options: RoutingTableOptions) {
    this.#options = options
    const nodes = ringNodes(options.peer, options.virtualNodes)
    this.own = nodes.map(node => ({
      node,
      member: false,
      predecessor: undefined,
      claimant: undefined,
      successors: [],
      changedAtMs: Number.NEGATIVE_INFINITY
    }))
    this.#ownByPosition = [...this.own].sort((a, b) => (a.node.position < b.node.position ? -1 : 1))
    this.fingers = new FingerTable(nodes)
  }

  /** All ring nodes of this peer have their place. */
  get member(): boolean {
    return this.own.every(own => own.member)
  }

  /** A ring of this peer's nodes alone. */
  standAlone(): void {
    const circle = this.#ownByPosition
    circle.forEach((own, at) => {
      const others = [...circle.slice(at + 1), ...circle.slice(0, at)].map(other => other.node)
      own.member = true
      this.setSuccessors(own, others)
      this.setPredecessor(own, others.at(-1))
    })
  }

  /** The node has its place: from now on others may point to it. */
  enter(own: OwnNode, successors: readonly RingNode[]): void {
    own.member = true
    own.predecessor = undefined
    this.setSuccessors(own, successors)
    this.#changed(own, true)
  }

  /** Takes the part of `nodes` that belongs into the list. Peers that are down are left out. */
  setSuccessors(own: OwnNode, nodes: readonly RingNode[]): void {
    const list = chop(own.node, nodes.filter(this.#usable), this.#options.replicas)
    const before = own.successors
    if (list.length === before.length && list.every((node, at) => sameNode(node, before[at]))) return
    own.successors = list
    this.#changed(own, !sameNode(list[0], before[0]))
  }

  setPredecessor(own: OwnNode, node: RingNode | undefined): void {
    if (sameNode(own.predecessor, node)) return
    own.predecessor = node
    own.claimant = undefined
    this.#changed(own, true)
  }

  /** Fills fingers from what a lookup told. */
  learn({ predecessor, successors }: Place): boolean {
    const changed = this.fingers.fill(
      predecessor.position,
      successors.slice(0, LEARNT_MAX).filter(this.#usable)
    )
    if (changed) this.#known = undefined
    return changed
  }

  /** Takes all nodes of a peer that is gone out of everything. Tells whether a finger named it. */
  drop(peer: Peer): boolean {
    for (const own of this.own) {
      if (own.claimant?.peer === peer) own.claimant = undefined
      if (own.predecessor?.peer === peer) this.setPredecessor(own, own.claimant)
      if (own.successors.some(node => node.peer === peer)) this.setSuccessors(own, own.successors)
    }
    this.#known = undefined
    const dropped = this.fingers.drop(peer, start => this.#firstFrom(start, peer))
    this.#known = undefined
    return dropped
  }

  /** Whether one of our own nodes is next to the position, before or after it, so that nobody has to be asked. */
  locate(target: Position): Place | undefined {
    const before = this.#ownBefore(target)
    if (before === undefined) return undefined
    if (inHalfOpen(target, before.node.position, successorOf(before).position)) return placeAfter(before)
    const after = this.#ownFrom(target)
    if (after?.predecessor && inHalfOpen(target, after.predecessor.position, after.node.position)) {
      return { predecessor: after.predecessor, successors: [after.node, ...after.successors] }
    }
    return undefined
  }

  /** The place of `target` when one of our own nodes precedes it directly. */
  placeAfterOwn(target: Position): Place | undefined {
    const before = this.#ownBefore(target)
    return before && inHalfOpen(target, before.node.position, successorOf(before).position)
      ? placeAfter(before)
      : undefined
  }

  /**
   * Other peers' nodes nearest before `target`, best first, one of each peer, all nearer than our own nodes are.
   * Those of peers that may be down come last.
   */
  closer(target: Position, max: number): RingNode[] {
    const own = this.#ownBefore(target)
    // Who has no place in the ring yet is not asked for a way through it.
    if (own === undefined) return []
    const bound = remaining(own.node, target)
    const known = this.known()
    const best: RingNode[] = []
    const doubtful: RingNode[] = []
    const peers = new Set<Peer>([this.#options.peer])
    const end = firstFrom(known, target)
    for (let back = 1; back <= known.length && best.length < max; back++) {
      const node = known[(end - back + known.length) % known.length]!
      if (remaining(node, target) >= bound) break
      if (peers.has(node.peer)) continue
      peers.add(node.peer)
      if (this.#options.statusOf(node.peer) === 'up') best.push(node)
      else doubtful.push(node)
    }
    return [...best, ...doubtful].slice(0, max)
  }

  /** Every node that a table names, and our own members, by position. */
  known(): readonly RingNode[] {
    if (this.#known === undefined) {
      const nodes = new Map<Position, RingNode>()
      const add = (node: RingNode | undefined) => node && nodes.set(node.position, node)
      for (const own of this.own) {
        if (own.member) add(own.node)
        add(own.predecessor)
        own.successors.forEach(add)
      }
      for (const node of this.fingers.nodes()) add(node)
      this.#known = [...nodes.values()].sort((a, b) => (a.position < b.position ? -1 : 1))
    }
    return this.#known
  }

  /** Every other peer that a table names. */
  peers(): Set<Peer> {
    const peers = new Set(this.known().map(node => node.peer))
    peers.delete(this.#options.peer)
    return peers
  }

  readonly #usable = (node: RingNode) => {
    if (this.#options.statusOf(node.peer) !== 'down') return true
    this.#options.onShunned(node.peer)
    return false
  }

  #firstFrom(start: Position, except: Peer): RingNode | undefined {
    const known = this.known()
    const at = firstFrom(known, start)
    for (let count = 0; count < known.length; count++) {
      const node = known[(at + count) % known.length]!
      if (node.peer !== except && this.#usable(node)) return node
    }
    return undefined
  }

  /** Our member nearest before `target`; one that sits on it has gone all the way round. */
  #ownBefore(target: Position): OwnNode | undefined {
    let best: OwnNode | undefined
    for (const own of this.own) {
      if (own.member && (best === undefined || remaining(own.node, target) < remaining(best.node, target))) {
        best = own
      }
    }
    return best
  }

  #ownFrom(target: Position): OwnNode | undefined {
    let best: OwnNode | undefined
    for (const own of this.own) {
      if (
        own.member &&
        (best === undefined || distance(target, own.node.position) < distance(target, best.node.position))
      ) {
        best = own
      }
    }
    return best
  }

  #changed(own: OwnNode, pointer: boolean): void {
    own.changedAtMs = this.#options.now()
    this.#known = undefined
    this.#options.onChange(own, pointer)
  }
}

/** A node that knows no other is its own successor. */
export function successorOf(own: OwnNode): RingNode {
  return own.successors[0] ?? own.node
}

/** How far `node` is before `target`: the whole ring when it sits on it. */
export function remaining(node: RingNode, target: Position): bigint {
  return distance(node.position, target) || WHOLE_RING
}

function placeAfter(own: OwnNode): Place {
  return { predecessor: own.node, successors: own.successors.length > 0 ? own.successors : [own.node] }
}

/** Index of the first of `nodes`, which are ordered, at or after `point`; their number when there is none. */
function firstFrom(nodes: readonly RingNode[], point: Position): number {
  let low = 0
  let high = nodes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (nodes[middle]!.position < point) low = middle + 1
    else high = middle
  }
  return low
}
