/** The room for users in one answer of a gateway. */
import { ANSWER_BYTES_MAX } from '../constants.ts'
import type { User } from './user.ts'

export class AnswerRoom {
  #bytes = 0
  #full = false

  /** A user did not fit: nobody else is let in. */
  get full(): boolean {
    return this.#full
  }

  /** Whether there is room for the user; for the first one there always is. */
  take(user: User): boolean {
    const bytes = Buffer.byteLength(JSON.stringify(user))
    this.#full ||= this.#bytes > 0 && this.#bytes + bytes > ANSWER_BYTES_MAX
    this.#bytes += bytes
    return !this.#full
  }
}
