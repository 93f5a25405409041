/** How far an import or export is: a bar for a person, where the end is known, and a line now and then otherwise. */
import { Writable } from 'node:stream'
import { SingleBar } from 'cli-progress'
import { Progress } from './progress.ts'
import { percent } from './render.ts'
import type { Stream } from './terminal.ts'

const BAR_CHARACTERS = 24

export class TransferProgress {
  readonly #plain: Progress
  readonly #bar: SingleBar | undefined
  #total: number | undefined
  #begun = false

  /** `total`: of what `update` is given; undefined when nobody knows the end. */
  constructor(stream: Stream, total: number | undefined) {
    this.#plain = new Progress(stream)
    this.#total = total
    if (!stream.interactive || !total) return
    this.#bar = new SingleBar({
      stream: terminalOf(stream),
      format: '{bar} {percentage}%  {text}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: BAR_CHARACTERS,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: true // a line that is too long is cut, and the terminal's own wrapping left as it is
    })
  }

  update(done: number, text: string): void {
    if (this.#total !== undefined && done > this.#total) this.#total = done
    const total = this.#total
    if (this.#bar === undefined) {
      this.#plain.update(total ? `${percent(done / total)}: ${text}` : text)
    } else if (this.#begun) {
      this.#bar.setTotal(total!)
      this.#bar.update(done, { text })
    } else {
      this.#begun = true
      this.#bar.start(total!, done, { text })
    }
  }

  /** Takes it away; whoever calls says the result. */
  clear(): void {
    this.#bar?.stop()
    this.#begun = false
    this.#plain.clear()
  }
}

/** What the bar's library takes for a terminal. */
function terminalOf(stream: Stream): Writable {
  const writable = new Writable({
    decodeStrings: false,
    write(text: string, _, done) {
      stream.write(text)
      done()
    }
  })
  return Object.defineProperties(writable, {
    isTTY: { value: true },
    columns: { get: () => stream.columns }
  })
}
