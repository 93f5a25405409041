/** Server-sent events over fetch, since an EventSource can send no token. Comes back by itself, later and later. */

export interface ServerEvent {
  readonly type: string
  readonly data: string
  /** Of the event stream: where to go on. */
  readonly id: string | undefined
}

/** Ends when the stream ends. Follows the HTML standard, section 9.2.6, as far as these feeds use it. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = eventIn(block)
        if (event !== undefined) yield event
      }
    }
  } finally {
    reader.cancel().catch(() => {}) // the sender may be gone already
  }
}

function eventIn(block: string): ServerEvent | undefined {
  let type = 'message'
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const [name, value] =
      colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
    if (name === 'event') type = value
    if (name === 'data') data.push(value)
    if (name === 'id') id = value
  }
  return data.length === 0 && id === undefined ? undefined : { type, data: data.join('\n'), id }
}

const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 10_000

export interface Feed {
  /** @throws whatever keeps the feed from being opened */
  readonly open: (lastId: string | undefined, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>
  readonly onEvent: (event: ServerEvent) => void
  readonly onState: (live: boolean) => void
}

/** Follows the feed until `signal` aborts. */
export async function follow({ open, onEvent, onState }: Feed, signal: AbortSignal): Promise<void> {
  let retryMs = RETRY_FIRST_MS
  let lastId: string | undefined
  while (!signal.aborted) {
    try {
      const body = await open(lastId, signal)
      onState(true)
      retryMs = RETRY_FIRST_MS
      for await (const event of eventsOf(body)) {
        lastId = event.id ?? lastId
        if (event.data !== '') onEvent(event)
      }
    } catch {
      // Said by onState; the loop goes on.
    }
    onState(false)
    if (!signal.aborted) await new Promise(resolve => setTimeout(resolve, retryMs))
    retryMs = Math.min(2 * retryMs, RETRY_MAX_MS)
  }
}
