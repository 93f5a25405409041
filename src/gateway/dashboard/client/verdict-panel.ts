/** Is all well? One big answer, the reasons when it is not, and the ring in figures. */
import { byId, element, say, shortPeer } from './element.ts'
import type { Picture } from './picture.ts'

/** More are counted. */
const REASONS_SHOWN = 5

export function verdictPanel(picture: Picture): void {
  const panel = byId('verdict')
  const facts = byId('facts')
  const reasons = byId('reasons')
  picture.onChange(() => {
    const { ring, self, failure } = picture
    if (ring !== undefined) say(byId('ring-id'), ring.id.slice(0, 8))
    if (self !== undefined) say(byId('self'), shortPeer(self.peer))
    const { state, text } = verdictOf(picture)
    panel.dataset.state = state
    document.title = `${state === 'whole' ? '✓' : '✗'} ${text} · anillo`
    say(byId('verdict-text'), text)
    const told = failure !== undefined ? [failure] : (ring?.problems ?? []).map(({ detail }) => detail)
    const shown = told.slice(0, REASONS_SHOWN)
    if (told.length > shown.length) shown.push(`and ${told.length - shown.length} more`)
    if (shown.join('\n') !== [...reasons.children].map(li => li.textContent).join('\n')) {
      reasons.replaceChildren(...shown.map(reason => element('li', {}, reason)))
    }
    if (ring === undefined) return
    const up = ring.peers.filter(({ status }) => status === 'up').length
    facts.replaceChildren(
      ...figure('peers up', up === ring.peers.length ? `${up}` : `${up} of ${ring.peers.length}`),
      ...figure('copies', String(ring.replicas)),
      ...figure('slots', ring.slots.toLocaleString('en-US')),
      ...figure('lacking copies', ring.underReplicated.toLocaleString('en-US'))
    )
  })
}

function verdictOf({ ring, failure }: Picture): { state: 'whole' | 'broken' | 'waiting'; text: string } {
  if (failure !== undefined) return { state: 'broken', text: 'This peer does not answer' }
  if (ring === undefined) return { state: 'waiting', text: 'Asking the ring' }
  if (ring.ready) return { state: 'whole', text: 'The ring is whole' }
  const served = ring.withoutMajority === 0
  return { state: 'broken', text: served ? 'The ring is healing, and serves' : 'The ring has lost a part' }
}

function figure(name: string, value: string): HTMLElement[] {
  const pair = element('div', {}, element('dt', {}, name), element('dd', {}, value))
  return [pair]
}
