/** Find a user: key, slot, owner, who holds it, and the hops with their times. */
import type { LookupReport } from '../../../users/ring-report.ts'
import type { Api } from './api.ts'
import { byId, counted, element } from './element.ts'
import type { Hues } from './hues.ts'
import type { Picture } from './picture.ts'

const ID_BYTES_MAX = 256

export interface LookupPanelParts {
  readonly api: Api
  readonly picture: Picture
  readonly hues: Hues
  /** A question was asked: this is the same for a terminal. */
  readonly onCommands: () => void
  readonly onFound: (report: LookupReport) => void
}

export function lookupPanel({ api, picture, hues, onCommands, onFound }: LookupPanelParts): void {
  const input = byId<HTMLInputElement>('lookup-id')
  const result = byId('lookup-result')
  let latest = 0

  input.addEventListener('input', () => input.setCustomValidity(''))
  byId<HTMLFormElement>('lookup-form').addEventListener('submit', async event => {
    event.preventDefault()
    const id = input.value
    const wrong = whatIsWrong(id)
    input.setCustomValidity(wrong)
    if (!input.reportValidity()) return
    const asked = ++latest
    try {
      const report = await api.lookup(id)
      if (asked !== latest) return // of an answer that comes late
      result.replaceChildren(...shown(report, picture, hues))
      onFound(report)
    } catch (error) {
      if (asked === latest) result.replaceChildren(element('p', { class: 'wrong' }, (error as Error).message))
    }
    offerCommands(id)
    onCommands()
  })
}

/** What the gateway would refuse; empty when nothing is. */
function whatIsWrong(id: string): string {
  if (id === '' || new TextEncoder().encode(id).length > ID_BYTES_MAX)
    return `An id has 1 to ${ID_BYTES_MAX} bytes`
  if (/\p{Cc}/u.test(id)) return 'An id has no control characters'
  return id === '.' || id === '..' ? 'A URL has no place for this id' : ''
}

function offerCommands(id: string): void {
  const { dataset } = byId('lookup-commands')
  dataset.curl = `/v1/ring/lookup/${encodeURIComponent(id)}?trace=1`
  dataset.cli = 'ring lookup --trace'
  dataset.operand = id
}

function shown({ key, slot, owner, view, hops }: LookupReport, picture: Picture, hues: Hues): HTMLElement[] {
  const peer = (id: string) => {
    const name = element('span', { class: 'peer', title: id }, picture.nameOf(id))
    hues.paint(name, id)
    return name
  }
  const facts = element(
    'dl',
    { class: 'found' },
    ...row('Key', element('code', { title: key }, `${key.slice(0, 12)}…`)),
    ...row('Slot', slot.toLocaleString('en-US')),
    ...row('Owner', peer(owner)),
    ...row(
      'Held by',
      ...(view === null ? ['nobody could be asked'] : view.members.flatMap(id => [peer(id), '  ']))
    )
  )
  if (view !== null) facts.append(...row('Leader', peer(view.leader), ` since epoch ${view.epoch}`))
  facts.append(...row('Hops', element('span', { id: 'hop-count' }, counted(hops.length, 'hop'))))
  const list = hops.map(hop =>
    element(
      'li',
      {},
      peer(hop.peer),
      element('span', { class: 'why' }, hop.reason),
      element('span', { class: 'ms' }, `${hop.ms.toFixed(1)} ms`)
    )
  )
  return [facts, element('ol', { class: 'hops' }, ...list)]
}

function row(name: string, ...value: readonly (Node | string)[]): HTMLElement[] {
  return [element('dt', {}, name), element('dd', { 'data-fact': name.toLowerCase() }, ...value)]
}
