/** Server-sent events of a state: all of it at first, and again whenever it has changed, but not more often than is of use. */
import type { ServerResponse } from 'node:http'

/** Four a second look live, and a burst of changes is one event. */
const EVERY_MS = 250
/** A comment, so that whoever is in between does not take the stream for dead. */
const KEEP_ALIVE_MS = 15_000
/** Who reads so slowly is cut off, and gets everything at once when it comes again. */
const UNREAD_BYTES_MAX = 256 * 1024

export class EventStream {
  readonly #text: () => string
  readonly #readers = new Set<ServerResponse>()
  readonly #keepAlive: NodeJS.Timeout
  #pending: NodeJS.Timeout | undefined
  #last = ''

  /** `text`: the state now, without line breaks. */
  constructor(text: () => string) {
    this.#text = text
    this.#keepAlive = setInterval(() => this.#send(': \n\n'), KEEP_ALIVE_MS).unref()
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(`retry: 1000\n\n${eventOf(this.#text())}`)
    this.#readers.add(response)
    response.on('close', () => this.#readers.delete(response))
  }

  changed(): void {
    if (this.#readers.size === 0) return
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined
      const text = this.#text()
      if (text !== this.#last) this.#send(eventOf(text))
      this.#last = text
    }, EVERY_MS).unref()
  }

  close(): void {
    clearInterval(this.#keepAlive)
    clearTimeout(this.#pending)
    for (const reader of this.#readers) reader.end()
  }

  #send(text: string): void {
    for (const reader of this.#readers) {
      if (reader.writableLength > UNREAD_BYTES_MAX) reader.destroy()
      else reader.write(text)
    }
  }
}

function eventOf(text: string): string {
  return `event: state\ndata: ${text}\n\n`
}
