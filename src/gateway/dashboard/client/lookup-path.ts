/** A lookup on the circle: the key lights up, and the way goes from the asked peer from hop to hop. */
import type { LookupReport } from '../../../users/ring-report.ts'
import { chordPath, pointAt, turnOf } from './circle.ts'
import { drawn } from './element.ts'

const HOP_MS = 550

export interface Traced {
  readonly report: LookupReport
  /** Of the asked peer's first ring node. */
  readonly from: string
}

export function lookupPath({ report, from }: Traced, radius: number): SVGElement[] {
  const key = turnOf(report.key)
  const [inside, outside, dot] = [pointAt(key, radius - 34), pointAt(key, radius + 30), pointAt(key, radius)]
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const places = [from, ...report.hops.map(({ position }) => position)].map(turnOf)
  const legs = places.slice(1).map((to, index) => {
    const leg = drawn('path', { class: 'leg', d: chordPath(places[index]!, to, radius - 20), pathLength: 1 })
    const end = pointAt(to, radius - 20)
    const stop = drawn('circle', { class: 'stop', cx: end.x, cy: end.y, r: 5 })
    if (!still) {
      const timing = {
        duration: HOP_MS,
        delay: index * HOP_MS,
        fill: 'backwards',
        easing: 'ease-in-out'
      } as const
      leg.animate([{ strokeDashoffset: 1 }, { strokeDashoffset: 0 }], timing)
      stop.animate([{ opacity: 0 }, { opacity: 0, offset: 0.8 }, { opacity: 1 }], timing)
    }
    return [leg, stop]
  })
  const light = drawn('circle', { class: 'light', cx: dot.x, cy: dot.y, r: 9 })
  if (!still)
    light.animate(
      [
        { r: '60px', opacity: 0 },
        { r: '9px', opacity: 1 }
      ],
      { duration: 500, easing: 'ease-out' }
    )
  return [
    ...legs.flat(),
    drawn('line', { class: 'key', x1: inside.x, y1: inside.y, x2: outside.x, y2: outside.y }),
    light
  ]
}
