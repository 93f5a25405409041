/** Requests to stop a program that runs on: the first one asks it to finish, the second to stop at once. */
import { EXIT_BY_SIGNAL, EXIT_FAILURE, EXIT_OK } from './exit.ts'
import type { StopSignal, Terminal } from './terminal.ts'

/** What only some programs take for a request. `unread`: nobody reads stdout any more, or it cannot be written. */
type OtherRequest = 'SIGHUP' | 'unread'

/** `orphaned`: the program that started this one is gone. */
export type StopRequest = StopSignal | OtherRequest | 'orphaned'

export interface StopOptions {
  /** @default none */
  readonly also?: readonly OtherRequest[]
  /** After the first request a signal does what it does to any program, and ends this one. @default false: `second` tells it */
  readonly once?: boolean
}

export class StopRequests implements Disposable {
  readonly first: Promise<StopRequest>
  /** Never `unread`: a terminal that is closed cannot be written either, and that is one request. */
  readonly second: Promise<StopRequest>
  /** Aborts with the first request. */
  readonly signal: AbortSignal
  readonly #unsubscribe: (() => void)[]

  constructor(terminal: Terminal, { also = [], once = false }: StopOptions = {}) {
    const controller = new AbortController()
    this.signal = controller.signal
    const first = Promise.withResolvers<StopRequest>()
    const second = Promise.withResolvers<StopRequest>()
    this.first = first.promise
    this.second = second.promise
    const request = (from: StopRequest) => {
      if (this.signal.aborted && from !== 'unread') second.resolve(from)
      first.resolve(from)
      controller.abort(new Error(`stopped by ${from}`))
      if (once) this[Symbol.dispose]()
    }
    this.#unsubscribe = [terminal.onSignal(request), terminal.onOrphaned(() => request('orphaned'))]
    if (also.includes('SIGHUP')) this.#unsubscribe.push(terminal.onHangup(() => request('SIGHUP')))
    if (also.includes('unread')) {
      terminal.outliveReader().addEventListener('abort', () => request('unread'), { once: true })
    }
  }

  [Symbol.dispose](): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }
}

/** The exit code of a program that was stopped before it had finished. */
export function exitCodeOf(request: StopRequest): number {
  if (request === 'unread') return EXIT_OK // whoever read has seen enough
  return request === 'orphaned' ? EXIT_FAILURE : EXIT_BY_SIGNAL[request]
}
