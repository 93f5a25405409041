/** The circle: who owns what, the peers at their places, whom the one that is pointed at knows, and a lookup on its way. */
import type { PeerReport } from '../../../users/ring-report.ts'
import { arcsOf, bandPath, pointAt, spread, turnOf } from './circle.ts'
import { byId, counted, drawn, percent } from './element.ts'
import type { Hues } from './hues.ts'
import { lookupPath, type Traced } from './lookup-path.ts'
import { linksOf } from './peer-links.ts'
import type { Picture } from './picture.ts'

const RING_RADIUS = 282
const BAND = { inner: 265, outer: 299, node: 308 } as const
const LABEL_RADIUS = 330
/** Between slots of two owners, in units of the drawing. */
const GAP = 1.5
/** Labels that stand upright need more of the circle than those that point outwards. */
const UPRIGHT_PEERS_MAX = 20
const VIEW = { upright: '-410 -358 820 716', outwards: '-425 -425 850 850' } as const
const LABEL_APART = { upright: 0.034, outwards: 0.0115 } as const

export class RingView {
  readonly #svg = byId<SVGSVGElement>('circle')
  readonly #arcs = drawn('g', { class: 'arcs' })
  readonly #links = drawn('g', { class: 'links' })
  readonly #centre = drawn('g', { class: 'centre', 'aria-hidden': 'true' })
  readonly #lookup = drawn('g', { class: 'walk' })
  readonly #peers = drawn('g', { class: 'places' })
  readonly #picture: Picture
  readonly #hues: Hues
  #drawnAs = ''
  #current: string | undefined

  constructor(picture: Picture, hues: Hues) {
    this.#picture = picture
    this.#hues = hues
    this.#svg.append(this.#arcs, this.#links, this.#centre, this.#lookup, this.#peers)
    this.#peers.addEventListener('keydown', event => this.#onKey(event))
    picture.onChange(() => this.#draw())
    picture.onPointing(() => this.#point())
  }

  /** Undefined: none. */
  trace(lookup: Traced | undefined): void {
    this.#svg.classList.toggle('walking', lookup !== undefined)
    this.#lookup.replaceChildren(...(lookup === undefined ? [] : lookupPath(lookup, RING_RADIUS)))
  }

  #draw(): void {
    const { ring } = this.#picture
    if (ring === undefined) return
    this.#centre.replaceChildren(
      drawn('text', { class: 'figure', y: 6 }, ring.users.toLocaleString('en-US')),
      drawn('text', { class: 'caption', y: 36 }, ring.users === 1 ? 'user' : 'users')
    )
    const shown = ring.peers.map(({ peer, self, status, state, positions }) => [
      this.#picture.nameOf(peer),
      self,
      status,
      state,
      positions[0]
    ])
    const drawnAs = JSON.stringify([ring.slots, shown])
    if (drawnAs !== this.#drawnAs) {
      this.#drawnAs = drawnAs
      this.#drawArcs(ring.peers, ring.slots)
      this.#drawPeers(ring.peers)
    }
    this.#label(ring.peers)
    this.#point()
  }

  #drawArcs(peers: readonly PeerReport[], slots: number): void {
    const bands = arcsOf(peers, slots).map(arc => {
      const band = drawn('path', { d: bandPath(arc, BAND.inner, BAND.outer, GAP), 'data-peer': arc.peer })
      this.#hues.paint(band, arc.peer)
      return band
    })
    const nodes = peers.flatMap(({ peer, positions }) =>
      positions.map(position => {
        const [a, b] = [pointAt(turnOf(position), BAND.outer + 2), pointAt(turnOf(position), BAND.node)]
        const tick = drawn('line', { x1: a.x, y1: a.y, x2: b.x, y2: b.y, 'data-peer': peer })
        this.#hues.paint(tick, peer)
        return tick
      })
    )
    this.#arcs.replaceChildren(...bands, ...nodes)
  }

  #drawPeers(peers: readonly PeerReport[]): void {
    const focused = (document.activeElement as SVGElement | null)?.dataset.peer
    const placed = peers
      .map(peer => ({ peer, turn: turnOf(peer.positions[0] ?? '0') }))
      .sort((a, b) => a.turn - b.turn)
    const upright = placed.length <= UPRIGHT_PEERS_MAX
    this.#svg.setAttribute('viewBox', upright ? VIEW.upright : VIEW.outwards)
    const turns = placed.map(({ turn }) => turn)
    const labels = spread(turns, upright ? LABEL_APART.upright : LABEL_APART.outwards)
    this.#peers.replaceChildren(
      ...placed.map(({ peer, turn }, index) => this.#place(peer, turn, labels[index]!, upright))
    )
    if (!placed.some(({ peer }) => peer.peer === this.#current)) this.#current = placed[0]?.peer.peer
    this.#rove(this.#current, focused !== undefined)
  }

  #place(report: PeerReport, turn: number, labelTurn: number, upright: boolean): SVGElement {
    const { peer, self, status } = report
    const spot = pointAt(turn, RING_RADIUS)
    const [bend, edge] = [pointAt(turn, BAND.node + 3), pointAt(labelTurn, LABEL_RADIUS - 6)]
    const marker = drawn('circle', { class: 'spot', cx: spot.x, cy: spot.y, r: upright ? 11 : 7 })
    const place = drawn(
      'g',
      {
        class: `place ${status}${self ? ' self' : ''}`,
        role: 'button',
        'data-peer': peer
      },
      drawn('path', { class: 'leader', d: `M${bend.x} ${bend.y}L${edge.x} ${edge.y}` }),
      drawn('circle', { class: 'reach', cx: spot.x, cy: spot.y, r: upright ? 22 : 10 }),
      marker,
      ...(status === 'down' ? [crossAt(spot.x, spot.y, upright ? 5 : 3.5)] : []),
      labelOf(report, this.#picture.nameOf(peer), labelTurn, upright)
    )
    this.#hues.paint(place, peer)
    place.addEventListener('pointerenter', () => this.#picture.hover(peer))
    place.addEventListener('pointerleave', () => this.#picture.hover(undefined))
    place.addEventListener('focus', () => {
      this.#rove(peer, false) // a click has the focus moved too, and keys are for what has it
      this.#picture.hover(peer)
    })
    place.addEventListener('blur', () => this.#picture.hover(undefined))
    place.addEventListener('click', () => this.#picture.pin(peer))
    return place
  }

  /** What a peer leads changes more often than what is drawn of it, and is said with it all the same. */
  #label(peers: readonly PeerReport[]): void {
    const labels = new Map(
      peers.map(({ peer, self, status, state, leads }) => [
        peer,
        `Peer ${this.#picture.nameOf(peer)}, ${status}${state === 'normal' ? '' : `, ${state}`}${self ? ', the one that is asked' : ''}, leads ${counted(leads, 'slot')}`
      ])
    )
    for (const place of this.#peers.children as HTMLCollectionOf<SVGElement>) {
      const label = labels.get(place.dataset.peer ?? '') ?? ''
      if (place.getAttribute('aria-label') !== label) place.setAttribute('aria-label', label)
    }
  }

  /** One of the peers is reached by Tab, the others from there by the arrows. */
  #rove(peer: string | undefined, focus: boolean): void {
    this.#current = peer
    for (const place of this.#peers.children as HTMLCollectionOf<SVGElement>) {
      const current = place.dataset.peer === peer
      place.setAttribute('tabindex', current ? '0' : '-1')
      if (current && focus) place.focus()
    }
  }

  #onKey(event: KeyboardEvent): void {
    const peers = [...(this.#peers.children as HTMLCollectionOf<SVGElement>)].map(place => place.dataset.peer)
    const at = peers.indexOf(this.#current)
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
    const step = steps[event.key]
    if (step !== undefined) this.#rove(peers.at((at + step) % peers.length), true)
    else if (event.key === 'Home') this.#rove(peers[0], true)
    else if (event.key === 'End') this.#rove(peers.at(-1), true)
    else if ((event.key === 'Enter' || event.key === ' ') && this.#current !== undefined) {
      this.#picture.pin(this.#current)
    } else if (event.key === 'Escape') this.#picture.pin(this.#picture.pinned)
    else return
    event.preventDefault()
  }

  #point(): void {
    const { ring, pointed, pinned } = this.#picture
    const report = ring?.peers.find(({ peer }) => peer === pointed)
    this.#svg.classList.toggle('pointing', report !== undefined)
    for (const part of this.#svg.querySelectorAll<SVGElement>('[data-peer]')) {
      part.classList.toggle('pointed', part.dataset.peer === pointed)
      if (part.getAttribute('role') === 'button') {
        part.setAttribute('aria-pressed', String(part.dataset.peer === pinned))
      }
    }
    const links =
      ring === undefined || report === undefined ? undefined : linksOf(report, this.#picture, ring)
    this.#links.replaceChildren(...(links?.paths(RING_RADIUS - 20) ?? []))
    if (report !== undefined) this.#hues.paint(this.#links, report.peer)
    byId('pointed').textContent =
      report === undefined || links === undefined
        ? 'Point at a peer, or reach it with the arrow keys, to see whom it knows.'
        : `${this.#picture.nameOf(report.peer)} owns ${percent(report.owns)} of the ring with ${report.positions.length} ring nodes. ${links.text}`
  }
}

function crossAt(x: number, y: number, r: number): SVGElement {
  return drawn('path', {
    class: 'dead',
    d: `M${x - r} ${y - r}L${x + r} ${y + r}M${x + r} ${y - r}L${x - r} ${y + r}`
  })
}

/** Upright beside the circle, or, where there are many, pointing outwards. */
function labelOf(
  { self, status, state }: PeerReport,
  called: string,
  turn: number,
  upright: boolean
): SVGElement {
  const { x, y } = pointAt(turn, LABEL_RADIUS)
  const note = status === 'up' ? (state === 'normal' ? '' : state) : status
  const name = `${called}${self ? ' *' : ''}`
  const right = turn % 1 < 0.5
  if (!upright) {
    const degrees = 360 * turn - (right ? 90 : 270)
    const rotated = { transform: `translate(${x} ${y}) rotate(${degrees})`, dy: '0.32em' }
    return drawn(
      'text',
      { class: 'name small', 'text-anchor': right ? 'start' : 'end', ...rotated },
      `${name} ${note}`
    )
  }
  const side = Math.abs(Math.sin(2 * Math.PI * turn)) < 0.25 ? 'middle' : right ? 'start' : 'end'
  const shift = side === 'middle' ? (y < 0 ? '-0.1em' : '0.8em') : '0.32em'
  return drawn(
    'text',
    { class: 'name', x, y, dy: shift, 'text-anchor': side },
    name,
    ...(note === '' ? [] : [drawn('tspan', { class: 'note', dx: 6 }, note)])
  )
}
