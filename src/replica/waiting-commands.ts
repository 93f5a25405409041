/** Commands that came while their slot was sealed by its own leader: a few round trips later somebody can execute them. */
import { RETRY_AFTER_MS } from '../constants.ts'
import { UnavailableError } from '../errors.ts'
import type { Effects, Ticket } from './effects.ts'
import { SEALED_WAIT_MS, SLOT_PENDING_MAX } from './timing.ts'

interface Waiting<Command, Outcome> {
  readonly command: Command
  readonly ticket: Ticket<Outcome>
  readonly untilMs: number
}

export class WaitingCommands<Command, Outcome> {
  #waiting: Waiting<Command, Outcome>[] = []

  get size(): number {
    return this.#waiting.length
  }

  /** False: too many wait already. */
  add(command: Command, ticket: Ticket<Outcome>, atMs: number): boolean {
    if (this.#waiting.length >= SLOT_PENDING_MAX) return false
    this.#waiting.push({ command, ticket, untilMs: atMs + SEALED_WAIT_MS })
    return true
  }

  /** All of them, which wait here no more. */
  take(): readonly Waiting<Command, Outcome>[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }

  /** Refuses those whose time is over; all of them when `atMs` is infinite. */
  expire(atMs: number, effects: Effects): void {
    if (this.#waiting.length === 0) return
    const error = new UnavailableError('The members of the slot are being changed: try again', {
      retryAfterMs: RETRY_AFTER_MS
    })
    const expired = this.#waiting.filter(({ untilMs }) => untilMs <= atMs)
    this.#waiting = this.#waiting.filter(({ untilMs }) => untilMs > atMs)
    for (const { ticket } of expired) effects.settle(ticket, { kind: 'refused', error })
  }
}
