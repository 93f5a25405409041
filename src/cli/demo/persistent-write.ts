/**
 * One write that is sent until somebody says what came of it: through another gateway when one fails, and also through
 * another when one says nothing for a while. All tries have one idempotency key, so that it is done once.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { OPERATION_AGE_MAX_MS } from '../../constants.ts'
import { type AnilloError, OutcomeUnknownError } from '../../errors.ts'
import type { User } from '../../users/user.ts'
import type { Gateway } from './load.ts'

/** A gateway that hangs (it is paused, cut off, or waits for a leader) shall not be what is measured. */
const HEDGE_MS = 500
/** After a failure: soon, since the time until it works again is what is asked for. */
const RETRY_MS = 100
/** A slot that cannot be written for long needs no more of them. */
const TRIES_AT_ONCE_MAX = 8

export interface SendOptions {
  readonly idempotencyKey: string
  /** Since the first try, ms. */
  readonly ageMs: number
  readonly signal: AbortSignal
}

export interface PersistentWriteOptions {
  readonly gateways: () => readonly Gateway[]
  /** Which of them is asked first: this one, counted around. */
  readonly first: number
  readonly idempotencyKey: string
  readonly send: (gateway: Gateway, how: SendOptions) => Promise<User>
  readonly signal: AbortSignal
}

/** HTTP statuses that say something of a try and not of the write: another one may do better. */
const GO_ON: ReadonlySet<number | undefined> = new Set([429, 503, 504])

export class PersistentWrite {
  /** @throws what a gateway decided, OutcomeUnknownError after five minutes, or the signal's reason */
  readonly answer: Promise<{ readonly answer: User; readonly gateway: Gateway }>
  readonly #options: PersistentWriteOptions
  readonly #outcome = Promise.withResolvers<{ readonly answer: User; readonly gateway: Gateway }>()
  #tries = 0
  #failure = Promise.withResolvers<void>()

  constructor(options: PersistentWriteOptions) {
    this.#options = options
    this.answer = this.#run()
  }

  async #run(): Promise<{ readonly answer: User; readonly gateway: Gateway }> {
    const { gateways, first, signal } = this.#options
    const over = new AbortController()
    const until = AbortSignal.any([signal, over.signal])
    const beganMs = performance.now()
    let settled = false
    void this.#outcome.promise
      .catch(() => {})
      .finally(() => {
        settled = true
      })
    try {
      for (let turn = first; !settled; turn++) {
        signal.throwIfAborted()
        const ageMs = performance.now() - beganMs
        if (ageMs > OPERATION_AGE_MAX_MS) throw new OutcomeUnknownError('Nobody said what came of a write')
        const all = gateways()
        const gateway = all[turn % all.length]
        if (gateway !== undefined && this.#tries < TRIES_AT_ONCE_MAX) void this.#try(gateway, ageMs, until)
        await this.#wait(until)
      }
      return await this.#outcome.promise
    } finally {
      over.abort(new Error('another gateway has answered'))
    }
  }

  /** Until there is an outcome, or reason for one more try. */
  async #wait(until: AbortSignal): Promise<void> {
    const waiting = new AbortController()
    const signal = AbortSignal.any([until, waiting.signal])
    const patience = pause(HEDGE_MS, undefined, { signal })
    const failed = this.#failure.promise.then(() => pause(RETRY_MS, undefined, { signal }))
    const outcome = this.#outcome.promise
    try {
      await Promise.race([patience, failed, outcome])
    } catch {
      // of the outcome, which is asked for in the end, or of the signals
    } finally {
      waiting.abort()
      for (const each of [patience, failed]) each.catch(() => {})
    }
  }

  async #try(gateway: Gateway, ageMs: number, signal: AbortSignal): Promise<void> {
    this.#tries++
    try {
      const answer = await this.#options.send(gateway, {
        idempotencyKey: this.#options.idempotencyKey,
        ageMs,
        signal
      })
      this.#outcome.resolve({ answer, gateway })
    } catch (error) {
      const { status } = (error as Partial<AnilloError>).kind ?? {}
      if (!signal.aborted && !GO_ON.has(status)) this.#outcome.reject(error)
      const failed = this.#failure
      this.#failure = Promise.withResolvers()
      failed.resolve()
    } finally {
      this.#tries--
    }
  }
}
