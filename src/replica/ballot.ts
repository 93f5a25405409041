/** Which try at a view change this is. Totally ordered; no two incarnations ever make the same one. */
import type { Incarnation } from './view.ts'

export interface Ballot {
  readonly round: number
  readonly by: Incarnation
}

export function compareBallots(a: Ballot, b: Ballot): number {
  return (
    a.round - b.round ||
    compareText(a.by.peer, b.by.peer) ||
    compareText(a.by.store, b.by.store) ||
    a.by.boot - b.by.boot
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
