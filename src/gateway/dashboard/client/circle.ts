/** The ring as a circle: where positions are on it, who owns which part, and the paths that draw it. Pure. */
import type { PeerReport } from '../../../users/ring-report.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** A part of the circle; turns from the top, clockwise. `to` may pass 1. */
export interface Arc {
  readonly from: number
  readonly to: number
  readonly peer: string
}

/** Enough of a position's 40 hex digits for any screen. */
const DIGITS = 12

/** Part of the way around, 0…1, of a position in hex. */
export function turnOf(position: string): number {
  const digits = position.slice(0, DIGITS)
  return Number.parseInt(digits, 16) / 16 ** digits.length
}

/** At the top is 0; clockwise, as Chord's papers draw it. The centre is 0, 0. */
export function pointAt(turn: number, radius: number): Point {
  const angle = 2 * Math.PI * turn
  return { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) }
}

/**
 * Who should own which part: a slot belongs to the peer of the first ring node at or after its first position. Slots in a
 * row of one owner are one arc.
 */
export function arcsOf(peers: readonly PeerReport[], slots: number): Arc[] {
  const nodes = peers
    .filter(({ status }) => status !== 'down')
    .flatMap(({ peer, positions }) => positions.map(position => ({ peer, turn: turnOf(position) })))
    .sort((a, b) => a.turn - b.turn)
  if (nodes.length === 0) return []
  const arcs: { from: number; to: number; peer: string }[] = []
  let next = 0
  for (let slot = 0; slot < slots; slot++) {
    const from = slot / slots
    while (next < nodes.length && nodes[next]!.turn < from) next++
    const { peer } = nodes[next % nodes.length]!
    const last = arcs.at(-1)
    if (last?.peer === peer) last.to = (slot + 1) / slots
    else arcs.push({ from, to: (slot + 1) / slots, peer })
  }
  return arcs
}

/** A band between two radii; `gap` in units of the drawing is left free at its end. */
export function bandPath({ from, to }: Arc, inner: number, outer: number, gap = 0): string {
  const end = Math.max(from + 1e-4, Math.min(to, from + 0.9999) - gap / (2 * Math.PI * outer))
  const large = end - from > 0.5 ? 1 : 0
  const [a, b, c, d] = [pointAt(from, outer), pointAt(end, outer), pointAt(end, inner), pointAt(from, inner)]
  return `M${at(a)}A${outer} ${outer} 0 ${large} 1 ${at(b)}L${at(c)}A${inner} ${inner} 0 ${large} 0 ${at(d)}Z`
}

/** A line from one point of the circle to another that bends towards the centre, the more the farther they are apart. */
export function chordPath(from: number, to: number, radius: number): string {
  const [a, b] = [pointAt(from, radius), pointAt(to, radius)]
  const apart = Math.hypot(a.x - b.x, a.y - b.y) / (2 * radius)
  const pull = Math.max(0, 0.8 - 1.1 * apart)
  const bend = { x: ((a.x + b.x) / 2) * pull, y: ((a.y + b.y) / 2) * pull }
  return `M${at(a)}Q${at(bend)} ${at(b)}`
}

/**
 * Where labels stand so that none covers another: as near as can be to `turns` (in rising order), at least `apart` from each
 * other around the circle.
 */
export function spread(turns: readonly number[], apart: number): number[] {
  const count = turns.length
  const room = Math.min(apart, 0.98 / Math.max(1, count))
  const placed = [...turns]
  for (let round = 0; round < 60; round++) {
    let moved = false
    for (let i = 0; i < count && count > 1; i++) {
      const j = (i + 1) % count
      const distance = placed[j]! - placed[i]! + (j === 0 ? 1 : 0)
      if (distance >= room - 1e-9) continue
      placed[i]! -= (room - distance) / 2
      placed[j]! += (room - distance) / 2
      moved = true
    }
    if (!moved) break
  }
  return placed
}

function at({ x, y }: Point): string {
  return `${x.toFixed(2)} ${y.toFixed(2)}`
}
