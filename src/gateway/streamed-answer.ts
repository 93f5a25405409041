/** Answers that are made while they are sent, and so may fail in the middle. */
import { errorName } from '../errors.ts'
import type { Log } from '../runtime.ts'
import { NDJSON_TYPE } from './ndjson.ts'
import { SSE_TYPE } from './server-sent-events.ts'

const STREAMED_TYPES: ReadonlySet<string | null> = new Set([NDJSON_TYPE, SSE_TYPE])

/** The connection that an answer goes to. */
export interface Outgoing {
  readonly destroyed: boolean
  destroy(): unknown
}

/**
 * The same answer, which where it fails cuts its connection: without the end of its last chunk nobody takes it for complete.
 * The adapter of the socket would send the error as text, and end it like one that is whole.
 */
export function breakingOff(response: Response, outgoing: Outgoing, log: Log): Response {
  if (response.body === null || !STREAMED_TYPES.has(response.headers.get('content-type'))) return response
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          if (!outgoing.destroyed) note(error, log) // else its caller is gone, which is why it failed
          outgoing.destroy()
          controller.close()
        }
      },
      cancel: reason => reader.cancel(reason)
    },
    { highWaterMark: 0 }
  )
  return new Response(body, response)
}

function note(error: unknown, log: Log): void {
  const name = errorName(error)
  if (name === undefined) log.error('A stream broke off', { error })
  else log.info('A stream broke off', { name, why: (error as Error).message })
}
