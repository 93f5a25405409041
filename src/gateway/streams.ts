/** Answers that go on for long: each holds a connection and work in the ring, so there is a bound of their own. */
import { HTTP_STREAMS_MAX } from '../constants.ts'
import { BusyError, NotRunningError } from '../errors.ts'

export interface Stream {
  /** Aborts when the caller goes away, and when the gateway stops. */
  readonly signal: AbortSignal
  /** It is over. */
  readonly end: () => void
}

export class Streams {
  readonly #open = new Set<AbortController>()
  #closed = false

  /** @throws BusyError, NotRunningError */
  begin(caller: AbortSignal): Stream {
    if (this.#closed) throw new NotRunningError('This peer is stopping; ask another one')
    if (this.#open.size >= HTTP_STREAMS_MAX)
      throw new BusyError(`This peer has ${HTTP_STREAMS_MAX} streams under way already; ask another one`)
    const stop = new AbortController()
    this.#open.add(stop)
    return {
      signal: AbortSignal.any([caller, stop.signal]),
      end: () => {
        this.#open.delete(stop)
      }
    }
  }

  /** Ends all of them: some would go on for ever, and what was interrupted can be repeated. */
  close(): void {
    this.#closed = true
    for (const stop of this.#open) stop.abort(new NotRunningError('This peer is stopping'))
  }
}
