/** Whom a peer knows: its successors, and of the peer that is asked, which is the only one to tell, its fingers too. */
import type { PeerReport, RingReport } from '../../../users/ring-report.ts'
import { chordPath, turnOf } from './circle.ts'
import { drawn } from './element.ts'
import type { Picture } from './picture.ts'

/** As many as there are copies says enough; a list of all would cover the circle. */
const SUCCESSORS_SHOWN = 3

export interface Links {
  readonly text: string
  paths(radius: number): SVGElement[]
}

export function linksOf(report: PeerReport, picture: Picture, ring: RingReport): Links {
  const { self } = picture
  const from = turnOf(report.positions[0] ?? '0')
  const known = report.self && self !== undefined
  const successors = known ? self.successors.slice(0, SUCCESSORS_SHOWN) : successorsOf(report, ring)
  const fingers = known ? distinct(self.fingers) : []
  const others = successors.filter(({ peer }) => peer !== report.peer)
  // Joined, lest a line break behind the dots.
  const names = [
    ...new Set(others.map(({ peer }) => picture.nameOf(peer).replace('…', '…\u2060').replace(' ', '\u00a0')))
  ].join(', ')
  return {
    text:
      others.length === 0
        ? 'It is alone.'
        : `From its first place on: successors ${names}${known ? `; ${fingers.length} fingers, drawn thin` : ''}.`,
    paths: radius => [
      ...fingers.map(({ position }) =>
        drawn('path', { class: 'finger', d: chordPath(from, turnOf(position), radius) })
      ),
      ...successors.map(({ position }) =>
        drawn('path', { class: 'successor', d: chordPath(from, turnOf(position), radius) })
      )
    ]
  }
}

/** The next ring nodes of other peers, clockwise from its first. */
function successorsOf(report: PeerReport, { peers }: RingReport): { peer: string; position: string }[] {
  const [first = ''] = report.positions
  const nodes = peers
    .filter(({ peer, status }) => peer !== report.peer && status !== 'down')
    .flatMap(({ peer, positions }) => positions.map(position => ({ peer, position })))
    .sort((a, b) => (a.position < b.position ? -1 : 1))
  const after = [...nodes.filter(({ position }) => position > first), ...nodes]
  return distinct(after, ({ peer }) => peer).slice(0, SUCCESSORS_SHOWN)
}

function distinct<T extends { position: string }>(all: readonly T[], by = (one: T) => one.position): T[] {
  const seen = new Map<string, T>()
  for (const one of all) if (!seen.has(by(one))) seen.set(by(one), one)
  return [...seen.values()]
}
