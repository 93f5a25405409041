/**
 * The finger tables of all ring nodes of this peer: row i of a node names the first ring node at or after its position + 2^i
 * (Chord, section 4.3). The rows lie here in one circle, ordered by where they start: one answered lookup tells of a
 * stretch of the ring, and every row that starts there is filled, whichever node it belongs to. A sweep is one
 * walk round that circle and costs about as many lookups as the rows name different nodes.
 */
import { distance, fingerStart, POSITION_BITS, type Position } from '../ring/position.ts'
import type { Peer, RingNode } from './ring-node.ts'

export interface Finger {
  readonly index: number
  readonly start: Position
  readonly node: RingNode | undefined
}

interface Row {
  readonly index: number
  readonly start: Position
  node: RingNode | undefined
  /** The last sweep that filled it. */
  sweep: number
}

const WHOLE_RING = 1n << BigInt(POSITION_BITS)

export class FingerTable {
  readonly #rowsOf = new Map<RingNode, readonly Row[]>()
  /** All rows by start. */
  readonly #circle: readonly Row[]
  #sweep = 1
  #cursor = 0

  constructor(own: readonly RingNode[]) {
    for (const node of own) {
      const rows = Array.from({ length: POSITION_BITS }, (_, index) => ({
        index,
        start: fingerStart(node.position, index),
        node: undefined,
        sweep: 0
      }))
      this.#rowsOf.set(node, rows)
    }
    this.#circle = [...this.#rowsOf.values()].flat().sort((a, b) => compare(a.start, b.start))
  }

  /** Rows 0…159 of one of this peer's nodes. */
  of(own: RingNode): readonly Finger[] {
    return this.#rowsOf.get(own) ?? []
  }

  /** Every node that a row names, some of them several times. */
  *nodes(): Iterable<RingNode> {
    let last: RingNode | undefined
    for (const { node } of this.#circle) {
      if (node !== undefined && node !== last) yield node
      last = node
    }
  }

  /**
   * `nodes` follow each other on the ring and the first follows `after`: fills every row that starts in (after, last node].
   * Tells whether a row changed.
   */
  fill(after: Position, nodes: readonly RingNode[]): boolean {
    let changed = false
    let row = this.#firstAfter(after)
    let next = 0
    for (let count = 0; count < this.#circle.length; count++, row++) {
      const finger = this.#circle[row % this.#circle.length]!
      const ahead = distance(after, finger.start) || WHOLE_RING
      while (next < nodes.length && (distance(after, nodes[next]!.position) || WHOLE_RING) < ahead) next++
      const node = nodes[next]
      if (node === undefined) break
      if (finger.node !== node) {
        finger.node = node
        changed = true
      }
      finger.sweep = this.#sweep
    }
    return changed
  }

  /** Where the next row starts that this sweep has not filled; undefined once at the end of each sweep. */
  nextStart(): Position | undefined {
    for (; this.#cursor < this.#circle.length; this.#cursor++) {
      const row = this.#circle[this.#cursor]!
      if (row.sweep !== this.#sweep) return row.start
    }
    this.restart()
    return undefined
  }

  /** Leaves the rows that start here as they are until the next sweep: nobody could tell. */
  skip(start: Position): void {
    for (let at = this.#cursor; this.#circle[at]?.start === start; at++) this.#circle[at]!.sweep = this.#sweep
  }

  /** Begins a sweep anew: everything filled so far counts as old. */
  restart(): void {
    this.#sweep++
    this.#cursor = 0
  }

  /** Puts what `substitute` says in the place of the nodes of a peer that is gone. Tells whether there were any. */
  drop(peer: Peer, substitute: (start: Position) => RingNode | undefined): boolean {
    const rows = this.#circle.filter(row => row.node?.peer === peer)
    for (const row of rows) {
      row.node = undefined
      row.sweep = 0
    }
    for (const row of rows) row.node = substitute(row.start)
    this.#cursor = 0
    return rows.length > 0
  }

  #firstAfter(point: Position): number {
    let low = 0
    let high = this.#circle.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#circle[middle]!.start <= point) low = middle + 1
      else high = middle
    }
    return low
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
