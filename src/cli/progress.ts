/** One line that says how far something is: redrawn in place for a person, a plain line every few seconds otherwise. */
import { line, type Stream } from './terminal.ts'

const PLAIN_EVERY_MS = 3_000
/** Faster than this nobody reads. */
const REDRAWN_EVERY_MS = 50
const ERASE_LINE = '\r\u001b[K'

export class Progress {
  readonly #stream: Stream
  #drawn = false
  #updatedMs = Number.NEGATIVE_INFINITY

  constructor(stream: Stream) {
    this.#stream = stream
  }

  update(text: string): void {
    const { interactive } = this.#stream
    const now = performance.now()
    if (now - this.#updatedMs < (interactive ? REDRAWN_EVERY_MS : PLAIN_EVERY_MS)) return
    this.#updatedMs = now
    this.#drawn = interactive
    if (interactive) this.#stream.write(ERASE_LINE + text)
    else line(this.#stream, text)
  }

  /** Takes the line away; whoever calls says the result. */
  clear(): void {
    if (this.#drawn) this.#stream.write(ERASE_LINE)
    this.#drawn = false
    this.#updatedMs = Number.NEGATIVE_INFINITY
  }
}
