/** Requests to stop a program that runs on: the first one asks it to finish, the second to stop at once. */
import { EXIT_BY_SIGNAL, EXIT_FAILURE } from './exit.ts'
import type { StopSignal, Terminal } from './terminal.ts'

/** `orphaned`: the program that started this one is gone. */
export type StopRequest = StopSignal | 'orphaned'

export class StopRequests implements Disposable {
  readonly first: Promise<StopRequest>
  readonly second: Promise<StopRequest>
  /** Aborts with the first request. */
  readonly signal: AbortSignal
  readonly #unsubscribe: (() => void)[]

  constructor(terminal: Terminal) {
    const controller = new AbortController()
    this.signal = controller.signal
    const first = Promise.withResolvers<StopRequest>()
    const second = Promise.withResolvers<StopRequest>()
    this.first = first.promise
    this.second = second.promise
    const request = (from: StopRequest) => {
      if (this.signal.aborted) second.resolve(from)
      first.resolve(from)
      controller.abort(new Error(`stopped by ${from}`))
    }
    this.#unsubscribe = [terminal.onSignal(request), terminal.onOrphaned(() => request('orphaned'))]
  }

  [Symbol.dispose](): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }
}

/** The exit code of a program that was stopped before it had finished. */
export function exitCodeOf(request: StopRequest): number {
  return request === 'orphaned' ? EXIT_FAILURE : EXIT_BY_SIGNAL[request]
}
