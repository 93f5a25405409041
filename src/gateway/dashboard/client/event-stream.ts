/**
 * Server-sent events over fetch, since an EventSource can send no token. Comes back by itself, later and later, and begins
 * anew each time: a page that slept for a night would be told the whole of it, and a cursor is of one ring, while a page
 * may turn to a gateway of another.
 */

export interface ServerEvent {
  readonly type: string
  readonly data: string
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
  const data: string[] = []
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const [name, value] =
      colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
    if (name === 'event') type = value
    if (name === 'data') data.push(value)
  }
  return data.length === 0 ? undefined : { type, data: data.join('\n') }
}

const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 10_000
/** Every feed sends a comment each 15 s. A connection whose other end vanished, as in sleep, says nothing of it by itself. */
const SILENCE_MS = 40_000

export interface Feed {
  /** From now on. @throws whatever keeps the feed from being opened */
  readonly open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>
  readonly onEvent: (event: ServerEvent) => void
  /** Is not told of the end that `signal` made. */
  readonly onState: (live: boolean) => void
}

/**
 * Follows the feed while the page is looked at. A browser has six connections to an origin over HTTP/1.1, for all its tabs
 * together: tabs that nobody looks at would starve the one that somebody does.
 */
export function followWhileSeen(feed: Feed): void {
  let stop: AbortController | undefined
  const turn = () => {
    stop?.abort()
    stop = document.hidden ? undefined : new AbortController()
    if (stop !== undefined) void follow(feed, stop.signal)
  }
  document.addEventListener('visibilitychange', turn)
  turn()
}

/** Follows the feed until `signal` aborts. */
export async function follow(feed: Feed, signal: AbortSignal): Promise<void> {
  let retryMs = RETRY_FIRST_MS
  while (!signal.aborted) {
    try {
      await followOnce(feed, signal, () => {
        retryMs = RETRY_FIRST_MS
      })
    } catch {
      // Said by onState; the loop goes on.
    }
    if (signal.aborted) return
    feed.onState(false)
    await new Promise(resolve => setTimeout(resolve, retryMs))
    retryMs = Math.min(2 * retryMs, RETRY_MAX_MS)
  }
}

async function followOnce({ open, onEvent, onState }: Feed, signal: AbortSignal, onOpen: () => void) {
  const silence = new AbortController()
  const over = AbortSignal.any([signal, silence.signal])
  let timer: ReturnType<typeof setTimeout> | undefined
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), SILENCE_MS)
  }
  heard()
  try {
    const body = await open(over)
    onOpen()
    onState(true)
    const watched = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        heard()
        controller.enqueue(bytes)
      }
    })
    for await (const event of eventsOf(body.pipeThrough(watched, { signal: over }))) onEvent(event)
  } finally {
    clearTimeout(timer)
  }
}
