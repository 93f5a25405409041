/** Answers that go on for long: each holds a connection and work in the ring, so there is a bound of their own. */
import { HTTP_STREAMS_MAX } from '../constants.ts'
import { BusyError } from '../errors.ts'

export class Streams {
  #open = 0

  /** Returns what ends it, once. @throws BusyError */
  begin(): () => void {
    if (this.#open >= HTTP_STREAMS_MAX)
      throw new BusyError(`This peer has ${HTTP_STREAMS_MAX} streams under way already; ask another one`)
    this.#open++
    let over = false
    return () => {
      if (!over) this.#open--
      over = true
    }
  }
}
