/**
 * The person's side of a demo that runs: what is said scrolls, one line of meters stays below it, and commands are read.
 * On a terminal the meters are painted again in place, above the prompt, whatever is typed there at the moment;
 * elsewhere they are a line every few seconds, and commands are read line by line as they come.
 */
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { visibleLength } from '../render.ts'
import { line, type Stream, type Terminal } from '../terminal.ts'
import { VERBS } from './command.ts'

const PROMPT = 'demo> '
/** Elsewhere than on a terminal: a log that runs for an hour has 360 of them. */
const PLAIN_EVERY_MS = 10_000
const COLUMNS_DEFAULT = 80
const HISTORY_LENGTH = 100

export interface ScreenReader {
  /** Of a script the next line is read when this has settled; a person can type on. */
  onLine(text: string): Promise<void>
  /** Ctrl-C, which the prompt keeps from becoming a signal. */
  onInterrupt(): void
  /** Ctrl-D. The end of a script or of /dev/null is none: the demo goes on. */
  onLeave(): void
}

export class Screen implements Disposable {
  /** As those of the terminal, above the meters. */
  readonly out: Stream
  readonly err: Stream
  readonly #terminal: Terminal
  #prompt: Interface | undefined
  #status = ''
  #painted = false
  #plainMs = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.out = this.#above(terminal.out)
    this.err = this.#above(terminal.err)
  }

  /** Paints the meters, or says them now and then. */
  show(status: string, nowMs: number): void {
    if (this.#closed) return
    const { err } = this.#terminal
    this.#status = status
    if (err.interactive) {
      this.#erase()
      this.#paint()
    } else if (nowMs - this.#plainMs >= PLAIN_EVERY_MS) {
      this.#plainMs = nowMs
      line(err, stripVTControlCharacters(status))
    }
  }

  /** Begins to read commands: with a prompt where a person types and looks. */
  read(reader: ScreenReader): void {
    const { input, err, env } = this.#terminal
    input.on('error', () => {}) // a stdin that cannot be read has no commands, and the demo goes on
    if (input.isTTY && err.interactive && env.TERM !== 'dumb') this.#ask(reader)
    else void this.#readScript(reader)
  }

  /** Takes prompt and meters away; what is said from now on is said plainly. */
  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#erase()
    this.#closed = true
    this.#prompt?.close()
    this.#prompt = undefined
  }

  #ask(reader: ScreenReader): void {
    const { input, err } = this.#terminal
    const echo = new Writable({
      write: (chunk, _, done) => {
        err.write(String(chunk))
        done()
      }
    })
    Object.defineProperty(echo, 'columns', { get: () => this.#columns })
    const prompt = createInterface({
      input,
      output: echo,
      terminal: true,
      prompt: PROMPT,
      historySize: HISTORY_LENGTH,
      completer: (typed: string) => [VERBS.filter(verb => verb.startsWith(typed)), typed]
    })
    this.#erase()
    this.#prompt = prompt
    prompt.on('line', text => {
      // The line that was typed has scrolled on, and with it the meters above it.
      const rows = Math.ceil((PROMPT.length + text.length + 1) / this.#columns)
      err.write(up(this.#painted ? rows + 1 : rows))
      this.#painted = false
      line(err, PROMPT + text)
      this.#paint()
      void reader.onLine(text)
    })
    prompt.on('SIGINT', () => reader.onInterrupt())
    prompt.on('close', () => {
      if (!this.#closed) reader.onLeave()
    })
    this.#paint()
  }

  async #readScript(reader: ScreenReader): Promise<void> {
    const lines = createInterface({ input: this.#terminal.input, terminal: false })
    for await (const text of lines) {
      if (this.#closed) break
      await reader.onLine(text)
    }
  }

  #above(stream: Stream): Stream {
    const write = (text: string) => {
      // What goes into a file does not disturb the terminal.
      if (!stream.interactive) {
        stream.write(text)
        return
      }
      this.#erase()
      stream.write(text)
      this.#paint()
    }
    const { interactive, colours, columns } = stream
    return { write, drained: signal => stream.drained(signal), interactive, colours, columns }
  }

  #erase(): void {
    if (!this.#painted) return
    this.#painted = false
    const rows = this.#prompt === undefined ? 0 : this.#prompt.getCursorPos().rows + 1
    this.#terminal.err.write(up(rows))
  }

  #paint(): void {
    const { err } = this.#terminal
    if (this.#closed || !err.interactive || (this.#prompt === undefined && this.#status === '')) return
    err.write(clipped(this.#status, this.#columns - 1))
    this.#painted = true
    if (this.#prompt === undefined) return
    err.write('\n')
    this.#prompt.prompt(true)
  }

  get #columns(): number {
    return this.#terminal.err.columns ?? COLUMNS_DEFAULT
  }
}

/** To the beginning of the row so many above, with nothing left below. */
function up(rows: number): string {
  return `\r${rows > 0 ? `\u001b[${rows}A` : ''}\u001b[J`
}

/** A line that wraps could not be taken away again. Colours are dropped with what is cut off. */
function clipped(text: string, columns: number): string {
  if (visibleLength(text) <= columns) return text
  return `${stripVTControlCharacters(text).slice(0, Math.max(0, columns - 1))}…`
}
