/** Newline-delimited JSON, in and out: a line at a time, bounded in bytes and in time, never as a whole. */
import { HTTP_BODY_TIMEOUT_MS } from '../constants.ts'
import { type AnilloError, InvalidRequestError, RequestTimeoutError } from '../errors.ts'
import { LineCutter } from '../lines.ts'
import { type Clock, deadlineAfter, raceSignal } from '../runtime.ts'
import type { Stream } from './streams.ts'

export const NDJSON_TYPE = 'application/x-ndjson'

export interface LineOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * The lines of a body that are not blank, each as text or as why it cannot be read: too long, or not UTF-8. Nothing is
 * read ahead of what is taken.
 * @throws RequestTimeoutError nothing came for a while; InvalidRequestError the body broke off
 */
export async function* linesOf(request: Request, options: LineOptions): AsyncGenerator<string | AnilloError> {
  const lines = new LineCutter()
  for await (const chunk of chunksOf(request, options)) {
    for (const { text } of lines.add(chunk)) if (text !== '') yield text
  }
  const { text } = lines.rest()
  if (text !== '') yield text
}

async function* chunksOf(request: Request, { clock, signal }: LineOptions): AsyncGenerator<Uint8Array> {
  const reader = request.body?.getReader()
  if (reader === undefined) return
  try {
    for (;;) {
      const { done, value } = await chunkOf(reader, clock, signal)
      if (done) return
      yield value
    }
  } finally {
    reader.cancel().catch(() => {}) // the sender may be gone already
  }
}

async function chunkOf(reader: ReadableStreamDefaultReader<Uint8Array>, clock: Clock, signal: AbortSignal) {
  using deadline = deadlineAfter(clock, HTTP_BODY_TIMEOUT_MS, signal)
  try {
    return await raceSignal(reader.read(), deadline.signal)
  } catch (cause) {
    signal.throwIfAborted()
    if (deadline.signal.aborted)
      throw new RequestTimeoutError(`Nothing more of the body came for ${HTTP_BODY_TIMEOUT_MS} ms`)
    throw new InvalidRequestError('The body broke off', { cause })
  }
}

/**
 * Records as a body, made as fast as it is taken, in chunks of so many characters and the rest of a record. One that fails
 * breaks off, and is never taken for complete.
 */
export function ndjsonBody(
  records: AsyncIterable<unknown>,
  chunkCharacters: number,
  { signal, end }: Stream
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = records[Symbol.asyncIterator]()
  let onAbort = () => {}
  const over = () => {
    signal.removeEventListener('abort', onAbort)
    end()
  }
  return new ReadableStream(
    {
      start(controller) {
        // Records wait for whoever takes the next one, and that may be nobody any more.
        onAbort = () => {
          over()
          controller.error(signal.reason)
          iterator.return?.().catch(() => {})
        }
        signal.addEventListener('abort', onAbort)
      },
      async pull(controller) {
        try {
          let text = ''
          let ended = false
          while (!ended && text.length < chunkCharacters) {
            const { done = false, value } = await iterator.next()
            if (!done) text += `${JSON.stringify(value)}\n`
            ended = done
          }
          if (signal.aborted) return
          if (text !== '') controller.enqueue(encoder.encode(text))
          if (!ended) return
          controller.close()
          over()
        } catch (error) {
          over()
          controller.error(error)
        }
      },
      async cancel() {
        over()
        await iterator.return?.()
      }
    },
    { highWaterMark: 1 }
  )
}
