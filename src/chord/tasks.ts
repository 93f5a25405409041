/** What runs in the background between a start and a stop, so that a stop can end it and leave nothing behind. */
import { setMaxListeners } from 'node:events'
import type { Log } from '../runtime.ts'

export class Tasks {
  readonly #log: Log
  readonly #controller = new AbortController()
  readonly #running = new Set<Promise<void>>()

  constructor(log: Log) {
    this.#log = log
    // Every question under way listens to it.
    setMaxListeners(0, this.#controller.signal)
  }

  /** Aborts when everything is to end; a rejection with its reason is the normal end of a task. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  start(work: () => Promise<unknown>): void {
    if (this.signal.aborted) return
    const task = work().then(
      () => {},
      error => {
        if (!this.signal.aborted) this.#log.error('a Chord task failed', { error })
      }
    )
    this.#running.add(task)
    task.then(() => this.#running.delete(task))
  }

  async stop(reason: Error): Promise<void> {
    this.#controller.abort(reason)
    await Promise.all(this.#running)
  }
}
