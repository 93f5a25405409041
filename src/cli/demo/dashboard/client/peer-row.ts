/** One peer of the demo: what became of it, and what can be done to it. Its elements stay, so that the focus does. */
import { element, say, shortPeer } from '../../../../gateway/dashboard/client/element.ts'
import type { PeerInfo } from '../../state.ts'

export type Verb = 'kill' | 'start' | 'pause' | 'resume'

export interface PeerRowActions {
  readonly run: (verb: Verb) => void
  readonly ask: (number: number) => void
  /** The box of who is to be cut off was ticked or not. */
  readonly onChosen: () => void
}

export class PeerRow {
  readonly element: HTMLTableRowElement
  readonly #number: number
  readonly #name = element('span', { class: 'peer-name' })
  readonly #state = element('span', { class: 'word' })
  readonly #side = element('span', { class: 'side' })
  readonly #asked: HTMLInputElement
  readonly #chosen: HTMLInputElement
  readonly #pause: HTMLButtonElement
  readonly #kill: HTMLButtonElement

  constructor(number: number, { run, ask, onChosen }: PeerRowActions) {
    this.#number = number
    const of = (what: string) => ({ 'aria-label': `${what} peer ${number}` })
    this.#asked = element('input', { type: 'radio', name: 'asked', ...of('Ask') })
    this.#chosen = element('input', { type: 'checkbox', ...of('Choose for a cut:') })
    this.#pause = element('button', { type: 'button', class: 'small' })
    this.#kill = element('button', { type: 'button', class: 'small' })
    this.#asked.addEventListener('change', () => ask(number))
    this.#chosen.addEventListener('change', onChosen)
    for (const button of [this.#pause, this.#kill]) {
      button.addEventListener('click', () => {
        if (button.getAttribute('aria-disabled') !== 'true') run(button.dataset.verb as Verb)
      })
    }
    this.element = element(
      'tr',
      { 'data-number': number },
      element(
        'th',
        { scope: 'row' },
        element('span', { class: 'swatch', 'aria-hidden': 'true' }),
        element('span', { class: 'ordinal' }, String(number)),
        this.#name
      ),
      element('td', {}, this.#state),
      element('td', { class: 'pick', 'data-what': 'asked' }, this.#asked),
      element('td', { class: 'pick', 'data-what': 'cut' }, this.#chosen, this.#side),
      element('td', { class: 'acts' }, this.#pause, ' ', this.#kill)
    )
  }

  get chosen(): boolean {
    return this.#chosen.checked
  }

  unchoose(): void {
    this.#chosen.checked = false
  }

  /** `side`: a letter while the ring is cut. `busy`: a command runs. */
  show({ peerId, state, doing, url }: PeerInfo, at: { asked: boolean; side: string; busy: boolean }): void {
    const down = state === 'killed' || state === 'stopped'
    this.element.dataset.state = doing ?? state
    this.element.classList.toggle('current', at.asked)
    say(this.#name, peerId === null ? '' : shortPeer(peerId))
    this.element.title = url ?? ''
    say(this.#state, doing ?? state)
    say(this.#side, at.side)
    this.#asked.checked = at.asked
    this.#asked.disabled = state !== 'running' || (doing !== null && doing !== 'leaving')
    this.#label(this.#pause, state === 'paused' ? 'resume' : 'pause', at.busy || down || doing !== null)
    this.#label(
      this.#kill,
      down && doing === null ? 'start' : 'kill',
      at.busy || (down && doing !== null && doing !== 'starting')
    )
  }

  #label(button: HTMLButtonElement, verb: Verb, disabled: boolean): void {
    const word = verb[0]!.toUpperCase() + verb.slice(1)
    button.dataset.verb = verb
    // Not `disabled`, which would take the focus away from whoever presses it.
    button.setAttribute('aria-disabled', String(disabled))
    button.setAttribute('aria-label', `${word} peer ${this.#number}`)
    say(button, word)
  }
}
