/** What happens to users, the latest first, wherever it was written. */
import { byId, element, say, timeOf } from './element.ts'
import type { ServerEvent } from './event-stream.ts'

const CHANGES_SHOWN = 60
/** Under load the list changes so often at most. */
const REDRAW_MS = 250
/** A screen reader is told of changes so often at most, and then how many there were. */
const ANNOUNCE_MS = 5_000

interface Change {
  readonly slot: number
  readonly id?: string
  readonly user?: {
    readonly id: string
    readonly status: string
    readonly updatedAt: string
    readonly profile: { readonly name?: unknown }
  }
}

export class ChangesPanel {
  readonly #list = byId('changes')
  readonly #hint = byId('changes-hint')
  readonly #waiting: HTMLElement[] = []
  #redraw: ReturnType<typeof setTimeout> | undefined
  #announce: ReturnType<typeof setTimeout> | undefined
  #unsaid = 0
  #total = 0
  #begun = false
  /** The latest line says already that changes may be missing. */
  #gapTold = false

  state(live: boolean): void {
    if (live && this.#begun) this.#gap()
    this.#begun ||= live
    this.#sayHint(live ? undefined : 'The feed is interrupted; it goes on by itself.')
  }

  add({ type, data }: ServerEvent): void {
    const change = JSON.parse(data) as Change
    if (type === 'reset') return // what follows is told as it is
    this.#gapTold = false
    this.#prepend(line(type, change))
    this.#total++
    this.#unsaid++
    const last = `${change.user?.id ?? change.id ?? ''} ${change.user?.status ?? 'deleted'}`
    this.#announce ??= setTimeout(() => {
      say(byId('announcements'), `${this.#unsaid} changes of users, one of them ${last}`)
      this.#unsaid = 0
      this.#announce = undefined
    }, ANNOUNCE_MS)
  }

  /** The feed begins anew each time, from then on. */
  #gap(): void {
    if (this.#gapTold) return
    this.#gapTold = true
    const words = element('span', { class: 'what hint' }, 'Watched again from here: changes may be missing')
    this.#prepend(element('li', { class: 'gap' }, element('time', {}, timeOf(new Date())), words))
  }

  #prepend(line: HTMLElement): void {
    this.#waiting.unshift(line)
    this.#waiting.length = Math.min(this.#waiting.length, CHANGES_SHOWN)
    this.#redraw ??= setTimeout(() => this.#draw(), REDRAW_MS)
  }

  #draw(): void {
    this.#redraw = undefined
    this.#list.prepend(...this.#waiting.splice(0))
    while (this.#list.children.length > CHANGES_SHOWN) this.#list.lastElementChild!.remove()
    this.#sayHint(undefined)
  }

  #sayHint(trouble: string | undefined): void {
    const count = this.#total.toLocaleString('en-US')
    const quiet =
      this.#total === 0
        ? 'Nothing was seen to change since this page was opened.'
        : `${count} seen since this page was opened.`
    say(this.#hint, trouble ?? quiet)
  }
}

function line(type: string, { slot, id, user }: Change): HTMLElement {
  const status = type === 'delete' ? 'deleted' : (user?.status ?? '')
  const name = user?.profile.name
  // What is told late, as after a reset of its slot, did not happen now.
  const at = user === undefined ? new Date() : new Date(user.updatedAt)
  return element(
    'li',
    { 'data-user': user?.id ?? id, title: `slot ${slot}` },
    element('time', {}, timeOf(at)),
    element(
      'span',
      { class: 'who' },
      user?.id ?? id ?? '',
      ...(typeof name === 'string' ? [element('small', {}, ` ${name}`)] : [])
    ),
    element(
      'span',
      { class: `status ${status.toLowerCase()}` },
      status,
      ...(type === 'expire' ? [element('small', {}, ' lease over')] : [])
    )
  )
}
