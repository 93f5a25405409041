/** Joins, leaves, crashes and takeovers, the latest first. What comes in bursts, as takeovers do, is one line with a count. */
import { byId, element, say, shortPeer, timeOf } from './element.ts'
import type { ServerEvent } from './event-stream.ts'

const EVENTS_SHOWN = 60
/** Takeovers from one peer within it are one line. */
const BURST_MS = 10_000
/** Of all that a peer notices, what a person follows a ring by. */
export const TIMELINE_TYPES = [
  'peer.up',
  'peer.suspect',
  'peer.down',
  'peer.left',
  'ring.met',
  'slot.taken-over',
  'member.regressed',
  'storage.failed'
]

export interface Told {
  readonly type: string
  readonly time: string
  readonly text: string
  readonly peer?: string
  readonly slot?: number
  readonly from?: string
}

interface Burst {
  readonly from: string
  readonly at: number
  readonly words: HTMLElement
  slots: number
}

export class TimelinePanel {
  readonly #list = byId('timeline')
  #burst: Burst | undefined
  #begun = false
  /** The latest line says already that events may be missing. */
  #gapTold = false

  state(live: boolean): void {
    if (live && !this.#begun) this.note('This page began to watch')
    else if (live && !this.#gapTold) {
      this.note('This page watches again: events may be missing in between')
      this.#gapTold = true
    }
    this.#begun ||= live
    const hint = live
      ? 'Joins, leaves, crashes and takeovers, as the asked peer notices them.'
      : 'The feed is interrupted; it goes on by itself.'
    say(byId('timeline-hint'), hint)
  }

  /** Something about this page and not of the ring. */
  note(text: string): void {
    this.#line({ type: 'page.remark', time: new Date().toISOString() }, text)
  }

  /** Returns what was told. */
  add({ data }: ServerEvent): Told {
    const told = JSON.parse(data) as Told
    if (told.type === 'slot.taken-over') this.#takeover(told)
    else {
      this.#line(told, told.text)
      if (told.type !== 'ring.met') say(byId('announcements'), told.text)
    }
    return told
  }

  #takeover(told: Told): void {
    const at = Date.parse(told.time)
    const from = told.from ?? ''
    if (this.#burst?.from === from && at - this.#burst.at < BURST_MS) {
      this.#gapTold = false
      this.#burst.slots++
      this.#burst.words.textContent = unbroken(
        `Leads ${this.#burst.slots} slots now that ${shortPeer(from)} led`
      )
      return
    }
    const words = this.#line(told, `Leads slot ${told.slot} now that ${shortPeer(from)} led`)
    this.#burst = { from, at, words, slots: 1 }
  }

  #line({ type, time }: Pick<Told, 'type' | 'time'>, text: string): HTMLElement {
    this.#gapTold = false
    const words = element('span', { class: 'what' }, unbroken(text))
    const kind = type.split('.').at(-1)!
    this.#list.prepend(
      element('li', { class: kind, 'data-type': type }, element('time', {}, timeOf(new Date(time))), words)
    )
    while (this.#list.children.length > EVENTS_SHOWN) this.#list.lastElementChild!.remove()
    return words
  }
}

/** No line breaks behind the dots of a peer's name. */
function unbroken(text: string): string {
  return text.replace(/…(?=\w)/g, '…\u2060')
}
