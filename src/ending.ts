/** How a peer comes to its end, whatever brings it about. */

/** What must be undone when the peer ends, last thing first; and with what error it ended, if any. */
export class Ending {
  readonly #steps: (() => Promise<void>)[] = []
  readonly #ended = Promise.withResolvers<Error | undefined>()
  #running: Promise<void> | undefined
  #failure: Error | undefined

  /** With what it ends, as far as is known yet. */
  get failure(): Error | undefined {
    return this.#failure
  }

  get ended(): Promise<Error | undefined> {
    return this.#ended.promise
  }

  /** What is added after the end has begun is undone too. */
  add(step: () => Promise<void>): void {
    this.#steps.push(step)
    if (this.#running !== undefined) this.#running = this.#running.then(() => this.#run())
  }

  end(): Promise<void> {
    this.#running ??= this.#run()
    return this.#running
  }

  /** The peer cannot go on. */
  fail(error: Error): void {
    this.#failure ??= error
    void this.end()
  }

  async #run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step()
      } catch (error) {
        this.#failure ??= error as Error // the other steps still have to be taken
      }
    }
    this.#ended.resolve(this.#failure)
  }
}
