/** The panel of the demo: a row for each peer, buttons for all of them, and the meters. It follows what the demo tells. */
import { showLines } from '../../../../gateway/dashboard/client/commands.ts'
import { byId, say } from '../../../../gateway/dashboard/client/element.ts'
import type { Hues } from '../../../../gateway/dashboard/client/hues.ts'
import type { Picture } from '../../../../gateway/dashboard/client/picture.ts'
import type { DemoState } from '../../state.ts'
import { Commander } from './commander.ts'
import { showMeters } from './meters.ts'
import { PeerRow } from './peer-row.ts'

const SIDES = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export interface DemoPanelParts {
  /** Of the demo. */
  readonly url: string
  readonly hues: Hues
  readonly picture: Picture
  /** A person wants this peer to be asked. */
  readonly onAsk: (number: number) => void
  /** A person lets this peer be killed or paused, in a moment. */
  readonly onDoomed: (number: number) => void
}

export class DemoPanel {
  readonly #parts: DemoPanelParts
  readonly #commander: Commander
  readonly #rows = new Map<number, PeerRow>()
  readonly #buttons = {
    add: byId<HTMLButtonElement>('add'),
    cut: byId<HTMLButtonElement>('cut'),
    heal: byId<HTMLButtonElement>('heal'),
    load: byId<HTMLButtonElement>('load')
  }
  #state: DemoState | undefined
  #asked: number | undefined
  #ended = false

  constructor(parts: DemoPanelParts) {
    this.#parts = parts
    this.#commander = new Commander(parts.url)
    this.#commander.onChange = () => this.#draw()
    const { add, cut, heal, load } = this.#buttons
    this.#onPress(add, () => 'add')
    this.#onPress(heal, () => 'heal')
    this.#onPress(load, () => `load ${this.#state?.load ? 'off' : 'on'}`)
    this.#onPress(cut, () => `partition ${this.#chosen.join(' ')}`)
    showLines(byId('demo-commands'), [
      `curl -d '{"command":"kill 3"}' ${parts.url}/demo/commands`,
      `curl ${parts.url}/demo/state`
    ])
  }

  /** `asked`: the number of the peer that the page asks. */
  show(state: DemoState, asked: number | undefined): void {
    this.#state = state
    this.#asked = asked
    this.#ended = false
    showMeters(state)
    this.#draw()
  }

  /** The demo does not answer. */
  end(): void {
    this.#ended = true
    this.#draw()
    const said = byId('demo-said')
    said.dataset.state = 'failed'
    say(said, 'The demo does not answer: if it has ended, start it again and open the URL that it prints.')
  }

  get #chosen(): number[] {
    return [...this.#rows].filter(([, row]) => row.chosen).map(([number]) => number)
  }

  #onPress(button: HTMLButtonElement, command: () => string): void {
    button.addEventListener('click', async () => {
      if (button.getAttribute('aria-disabled') === 'true') return
      const text = command()
      const done = await this.#commander.run(text)
      if (done && text.startsWith('partition')) for (const row of this.#rows.values()) row.unchoose()
      this.#draw()
    })
  }

  #draw(): void {
    const state = this.#state
    if (state === undefined) return
    const busy = this.#commander.running || this.#ended
    const sides = state.partitions
    const present = state.peers.filter(peer => peer.state !== 'left')
    this.#keepRows(present.map(({ number }) => number))
    for (const peer of present) {
      const row = this.#rows.get(peer.number)!
      const side = sides.findIndex(numbers => numbers.includes(peer.number))
      row.show(peer, { asked: peer.number === this.#asked, side: SIDES[side] ?? '', busy })
      if (peer.peerId !== null) this.#parts.hues.paint(row.element, peer.peerId)
    }
    const sick = present.some(({ state }) => state !== 'running')
    const { add, cut, heal, load } = this.#buttons
    disable(add, busy)
    disable(cut, busy || this.#chosen.length === 0)
    disable(heal, busy || !(sick || sides.length > 0))
    disable(load, busy)
  }

  #keepRows(numbers: readonly number[]): void {
    const body = byId('demo-peers')
    for (const [number, row] of this.#rows) {
      if (numbers.includes(number)) continue
      row.element.remove()
      this.#rows.delete(number)
    }
    for (const number of numbers) {
      if (this.#rows.has(number)) continue
      const row = new PeerRow(number, {
        run: verb => {
          if (verb === 'kill' || verb === 'pause') this.#parts.onDoomed(number)
          void this.#commander.run(`${verb} ${number}`)
        },
        ask: asked => this.#parts.onAsk(asked),
        onChosen: () => this.#draw()
      })
      row.element.addEventListener('pointerenter', () => this.#parts.picture.hover(this.#peerId(number)))
      row.element.addEventListener('pointerleave', () => this.#parts.picture.hover(undefined))
      this.#rows.set(number, row)
      body.append(row.element)
    }
  }

  #peerId(number: number): string | undefined {
    return this.#state?.peers.find(peer => peer.number === number)?.peerId ?? undefined
  }
}

function disable(button: HTMLButtonElement, disabled: boolean): void {
  button.setAttribute('aria-disabled', String(disabled))
}
