/** Is all well? One big answer, the reasons when it is not, and the ring in figures. */
import { byId, element, say, shortPeer } from './element.ts'
import type { Picture } from './picture.ts'

/** With more, all but the first are folded away: what comes and goes shall not move the page under a person's hand. */
const REASONS_SHOWN = 2

/** In full they fill the line; the rest of the page calls them by their ends, or by numbers. */
const PEER_ID = /\b12D3KooW[1-9A-HJ-NP-Za-km-z]{44}\b/g

/** Of a tab that is hidden: it asks nobody, and what it knew last may have been over for hours. */
const PLAIN_TITLE = 'anillo'

export function verdictPanel(picture: Picture): void {
  const panel = byId('verdict')
  const facts = byId('facts')
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) document.title = PLAIN_TITLE
  })
  picture.onChange(() => {
    const { ring, self, failure } = picture
    if (ring !== undefined) say(byId('ring-id'), ring.id.slice(0, 8))
    if (self !== undefined) say(byId('self'), shortPeer(self.peer))
    const { state, text, serves = false } = verdictOf(picture)
    panel.dataset.state = state
    panel.dataset.serves = String(serves)
    document.title = document.hidden ? PLAIN_TITLE : `${state === 'whole' ? '✓' : '✗'} ${text} · anillo`
    say(byId('verdict-text'), text)
    const told = failure !== undefined ? [failure.why] : (ring?.problems ?? []).map(({ detail }) => detail)
    showReasons(told.map(reason => reason.replace(PEER_ID, peer => picture.nameOf(peer))))
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

function showReasons(reasons: readonly string[]): void {
  const shown = reasons.length > REASONS_SHOWN ? 1 : REASONS_SHOWN
  fill(byId('reasons'), reasons.slice(0, shown))
  fill(byId('more-reasons'), reasons.slice(shown))
  byId('more').hidden = reasons.length <= shown
  say(byId('more-count'), `and ${reasons.length - shown} more`)
}

function fill(list: HTMLElement, reasons: readonly string[]): void {
  if (reasons.join('\n') === [...list.children].map(li => li.textContent).join('\n')) return
  list.replaceChildren(...reasons.map(reason => element('li', {}, reason)))
}

interface Verdict {
  readonly state: 'whole' | 'broken' | 'waiting'
  readonly text: string
  /** Not whole, but every user can be read and written. */
  readonly serves?: boolean
}

export function verdictOf({ ring, failure }: Pick<Picture, 'ring' | 'failure'>): Verdict {
  if (failure?.refused) return { state: 'broken', text: 'This peer refuses' }
  if (failure !== undefined) return { state: 'broken', text: 'This peer does not answer' }
  if (ring === undefined) return { state: 'waiting', text: 'Asking the ring' }
  if (ring.ready) return { state: 'whole', text: 'The ring is whole' }
  if (ring.withoutMajority > 0) return { state: 'broken', text: 'The ring has lost a part' }
  // It does not heal by itself, and what is written meanwhile may be lost.
  if (ring.problems.some(({ code }) => code === 'slot-conflict')) {
    return { state: 'broken', text: 'Two peers lead the same slot' }
  }
  return { state: 'broken', text: 'The ring is healing, and serves', serves: true }
}

function figure(name: string, value: string): HTMLElement[] {
  const pair = element('div', {}, element('dt', {}, name), element('dd', {}, value))
  return [pair]
}
