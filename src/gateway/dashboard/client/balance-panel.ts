/** Every peer in a row: how many slots it leads and how many users these have, against what would be even. */
import type { PeerReport } from '../../../users/ring-report.ts'
import { byId, element, say } from './element.ts'
import type { Hues } from './hues.ts'
import type { Picture } from './picture.ts'

/** The even share stands at the middle of a bar, so that more and less are seen alike. */
const IDEAL_AT = 0.5
/** There is no room for more digits. */
const COMPACT_FROM = 1_000_000

export function balancePanel(picture: Picture, hues: Hues): void {
  const body = byId<HTMLTableSectionElement>('balance')
  const rows = new Map<string, HTMLTableRowElement>()

  function rowOf({ peer }: PeerReport): HTMLTableRowElement {
    const known = rows.get(peer)
    if (known !== undefined) return known
    const row = element('tr', { 'data-peer': peer })
    hues.paint(row, peer)
    row.addEventListener('pointerenter', () => picture.hover(peer))
    row.addEventListener('pointerleave', () => picture.hover(undefined))
    rows.set(peer, row)
    return row
  }

  picture.onChange(() => {
    const { ring } = picture
    if (ring === undefined) return
    const up = Math.max(1, ring.peers.filter(({ status }) => status === 'up').length)
    const ideal = { leads: ring.slots / up, users: ring.users / up }
    say(
      byId('ideal'),
      `The line in each bar is an even share: ${format(ideal.leads)} slots, ${format(ideal.users)} users.`
    )
    for (const [peer, row] of rows) {
      if (ring.peers.some(known => known.peer === peer)) continue
      row.remove()
      rows.delete(peer)
    }
    const wanted = ring.peers.map(report => filled(rowOf(report), report, ideal, picture.nameOf(report.peer)))
    if (wanted.some((row, index) => body.children[index] !== row)) body.replaceChildren(...wanted)
  })
  picture.onPointing(() => {
    for (const [peer, row] of rows) row.classList.toggle('pointed', peer === picture.pointed)
  })
}

function filled(
  row: HTMLTableRowElement,
  { peer, self, status, state, addresses, leads, users }: PeerReport,
  ideal: { leads: number; users: number },
  name: string
): HTMLTableRowElement {
  const stamp = JSON.stringify([name, self, status, state, leads, users, ideal])
  if (row.dataset.stamp === stamp) return row
  row.dataset.stamp = stamp
  row.dataset.status = status
  const note = status === 'up' ? (state === 'normal' ? '' : state) : status
  row.replaceChildren(
    element(
      'th',
      { scope: 'row', title: addresses[0] ?? peer },
      element('span', { class: 'swatch', 'aria-hidden': 'true' }),
      element('span', { class: 'peer-name' }, self ? `${name} *` : name),
      element('span', { class: 'note' }, note)
    ),
    element('td', {}, bar(leads, ideal.leads)),
    element('td', {}, bar(users, ideal.users))
  )
  return row
}

function bar(value: number, ideal: number): HTMLElement {
  const fill = element('span', { class: 'fill' })
  const part = ideal === 0 ? 0 : Math.min(1, (value / ideal) * IDEAL_AT)
  fill.style.width = `${(100 * part).toFixed(1)}%`
  const track = element('span', { class: 'track', 'aria-hidden': 'true' }, fill)
  return element('span', { class: 'measure' }, track, element('span', { class: 'number' }, format(value)))
}

function format(value: number): string {
  if (value >= COMPACT_FROM) {
    return value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 2 })
  }
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 })
}
