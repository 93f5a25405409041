/**
 * Which points lie between two others, going clockwise and over zero. Only
 * the tables of `chord/`, which sort by distance, compare positions otherwise.
 * As everywhere in the Chord paper an interval whose ends are equal is the whole ring (less its open ends):
 * a node alone on the ring is its own successor and owns (self, self] = everything.
 */
import { distance, type Position } from './position.ts'

/** point ∈ (from, to]; with from = to, every point. */
export function inHalfOpen(point: Position, from: Position, to: Position): boolean {
  if (from === to) return true
  const ahead = distance(from, point)
  return ahead !== 0n && ahead <= distance(from, to)
}

/** point ∈ (from, to); with from = to, every point but that one. */
export function inOpen(point: Position, from: Position, to: Position): boolean {
  if (from === to) return point !== from
  const ahead = distance(from, point)
  return ahead !== 0n && ahead < distance(from, to)
}

/** Sorts things clockwise as seen from `from`; whatever sits at `from` itself comes last. */
export function clockwiseFrom<T>(from: Position, items: readonly T[], at: (item: T) => Position): T[] {
  return items
    .map(item => ({ item, ahead: distance(from, at(item)) || 1n << 160n }))
    .sort((a, b) => (a.ahead < b.ahead ? -1 : a.ahead > b.ahead ? 1 : 0))
    .map(({ item }) => item)
}
