/** Answers that go on for long: each holds a connection and work in the ring, so there is a bound of their own. */
import { HTTP_STREAMS_MAX } from '../constants.ts'
import { BusyError, NotRunningError, RequestTimeoutError, UnauthorisedError } from '../errors.ts'

export interface Stream {
  /** Aborts when the caller goes away, and when the gateway stops. */
  readonly signal: AbortSignal
  /** It is over, as it is by itself when the signal aborts. */
  readonly end: () => void
}

export class Streams {
  readonly #open = new Map<AbortController, Request>()
  #closed = false

  /**
   * A stream as an answer; `bodyOf` makes the body and sees to it that it ends, however it is left. HEAD gets the headers
   * and begins nothing: its body would be dropped without being cancelled, and so never end.
   * @throws BusyError, NotRunningError; what `bodyOf` throws
   */
  async answer(
    request: Request,
    headers: Readonly<Record<string, string>>,
    bodyOf: (stream: Stream) => ReadableStream | Promise<ReadableStream>
  ): Promise<Response> {
    if (request.method === 'HEAD') return new Response(null, { headers })
    const stream = this.#begin(request)
    try {
      return new Response(await bodyOf(stream), { headers })
    } catch (error) {
      stream.end()
      throw error
    }
  }

  /** Ends all of them: some would go on for ever, and what was interrupted can be repeated. */
  close(): void {
    this.#closed = true
    for (const stop of this.#open.keys()) stop.abort(new NotRunningError('This peer is stopping'))
  }

  /** Ends those whose callers are not let in any more: their token is gone, or may no longer do that. */
  endUnless(admits: (request: Request) => boolean): void {
    for (const [stop, request] of this.#open)
      if (!admits(request))
        stop.abort(new UnauthorisedError('The token of this request is not good any more'))
  }

  #begin(request: Request): Stream {
    if (this.#closed) throw new NotRunningError('This peer is stopping; ask another one')
    if (this.#open.size >= HTTP_STREAMS_MAX)
      throw new BusyError(`This peer has ${HTTP_STREAMS_MAX} streams under way already; ask another one`)
    if (request.signal.aborted) throw new RequestTimeoutError('The caller went away')
    const stop = new AbortController()
    this.#open.set(stop, request)
    const signal = AbortSignal.any([request.signal, stop.signal])
    // A body that nobody reads or cancels any more would keep its place.
    const end = () => {
      signal.removeEventListener('abort', end)
      this.#open.delete(stop)
    }
    signal.addEventListener('abort', end)
    return { signal, end }
  }
}
