/**
 * One errand to the leader of a slot, tried until it is answered, or until nobody can be expected to. Every try of a
 * change carries the same operation id, so that it is executed once however often it arrives.
 *
 * A slot whose leader is gone has the next one within a few seconds, so a try that fails is followed by another while
 * a majority of the slot's members may be alive, up to the operation's deadline. Only without a majority for LOST_MS
 * is it given up early.
 */
import type { Peer } from '../chord/ring-node.ts'
import { RETRY_AFTER_MS, USERS_TIMEOUT_MS, USERS_TRY_TIMEOUT_MS } from '../constants.ts'
import {
  type AnilloError,
  errorName,
  NotRunningError,
  OutcomeUnknownError,
  UnavailableError
} from '../errors.ts'
import type { Execution } from '../replica/slot-machine.ts'
import type { View } from '../replica/view.ts'
import type { Slot } from '../ring/slot.ts'
import { type Deadline, deadlineAfter, jitter, type Runtime, raceSignal, sleep } from '../runtime.ts'
import { isNewer, type Locator } from './locator.ts'
import type { Outcome } from './operation.ts'
import type { Route } from './users.ts'
import type { Answered, OperateOptions } from './users-rpc.ts'

/** Between two tries; doubled each time. */
const BACKOFF_MS = 30
const BACKOFF_MAX_MS = 250
/** Members this long without a majority: whatever made them leave, it is no change of leader. */
const LOST_MS = 3_000
/** A leader that has not answered by then may be gone: whether another one is known is looked up beside it. */
const LOOK_AFTER_MS = 250
/** Redirects that are followed without a pause, each to a newer view. */
const REDIRECTS_MAX = 8

/** What is asked of whoever leads a slot. */
export interface Errand<T> {
  readonly slot: Slot
  /** What it is about, for people: `user "7"`. */
  readonly subject: string
  /** It changes something: a try that was not answered may have been executed. */
  readonly changes: boolean
  /** Since its caller first sent it, ms, when it is pursued; 0: it is new. */
  readonly ageMs: number
  /** Asks this peer. `ageMs`: since the first try that may have been executed. */
  here(ageMs: number): Promise<Execution<T>>
  there(peer: Peer, options: OperateOptions): Promise<Answered<T>>
}

export interface AttemptInit {
  readonly self: Peer
  readonly locator: Locator
  readonly runtime: Runtime
  /** Aborts when this peer stops. */
  readonly stopping: AbortSignal
}

export interface Executed<T = Outcome> {
  readonly outcome: T
  readonly route: Route
}

/**
 * Tries until the errand is answered.
 * @throws what the leader refused it with; UnavailableError: certainly not executed; OutcomeUnknownError
 */
export async function pursue<T>(
  errand: Errand<T>,
  init: AttemptInit,
  signal: AbortSignal | undefined
): Promise<Executed<T>> {
  const { runtime, stopping } = init
  refuseStopped(init)
  using deadline = deadlineAfter(runtime.clock, USERS_TIMEOUT_MS, signal)
  const attempt = new Attempt(errand, init, deadline)
  try {
    return await raceSignal(raceSignal(attempt.run(), deadline.signal), stopping)
  } catch (error) {
    if (!deadline.signal.aborted && !stopping.aborted) throw error
    const reason = stopping.aborted ? 'this peer is stopping' : 'no answer in time'
    if (signal?.aborted && !attempt.mayBeExecuted) throw signal.reason
    throw attempt.giveUp(reason)
  }
}

/** @throws NotRunningError */
export function refuseStopped({ stopping }: Pick<AttemptInit, 'stopping'>): void {
  if (stopping.aborted) throw new NotRunningError('This peer is stopping, or has stopped')
}

class Attempt<T> {
  readonly #errand: Errand<T>
  readonly #slot: Slot
  readonly #init: AttemptInit
  readonly #deadline: Deadline
  readonly #beganMs: number
  #pauses = 0
  #hops = 0
  /** When the first try left that may have been executed. */
  #doubtSinceMs: number | undefined

  constructor(errand: Errand<T>, init: AttemptInit, deadline: Deadline) {
    this.#errand = errand
    this.#slot = errand.slot
    this.#init = init
    this.#deadline = deadline
    this.#beganMs = init.runtime.clock.monotonic()
  }

  /** A write is under way, or left and was not answered; or its caller, who repeats it, got no answer before. */
  get mayBeExecuted(): boolean {
    return this.#doubtSinceMs !== undefined || this.#errand.ageMs > 0
  }

  /** @throws what the leader refused it with; see {@link giveUp} */
  async run(): Promise<Executed<T>> {
    const { locator, stopping } = this.#init
    let redirects = 0
    for (;;) {
      this.#deadline.signal.throwIfAborted()
      if (stopping.aborted) throw this.giveUp('this peer is stopping')
      const view = locator.known(this.#slot)
      if (view !== undefined) {
        const doubted = this.#doubtSinceMs !== undefined
        const result = await this.#try(view)
        if (result?.kind === 'done') return this.#executed(result.outcome, view)
        if (result?.kind === 'refused' && !isPassing(result.error)) throw this.#refusal(result.error, doubted)
        if (result?.kind === 'elsewhere' && result.view !== undefined) locator.hint(result.view)
        if (isNewer(locator.known(this.#slot), view) && redirects++ < REDIRECTS_MAX) continue
      }
      redirects = 0
      await this.#pause(view)
    }
  }

  /** The end when nobody can be expected to answer: the one of two errors that is true. */
  giveUp(reason: string): AnilloError {
    const where = `Slot ${this.#slot} of ${this.#errand.subject}`
    const details = { retryAfterMs: RETRY_AFTER_MS }
    return this.mayBeExecuted
      ? new OutcomeUnknownError(
          `${where}: ${reason}, after the change had been sent; repeat it with the same idempotency key`,
          details
        )
      : new UnavailableError(`${where} is unavailable: ${reason}; nothing was written`, details)
  }

  /** One try at the view's leader; undefined when a newer view came to be known before the answer. */
  async #try(view: View): Promise<Answered<T> | undefined> {
    const doubtSinceMs = this.#doubtSinceMs
    const ageMs = this.#ageMs()
    // In doubt until it is answered: the deadline may come first.
    if (this.#errand.changes) this.#doubtSinceMs ??= this.#init.runtime.clock.monotonic()
    const result = await this.#unlessOvertaken(this.#ask(view.leader.peer, ageMs), view)
    if (result !== undefined && !leavesDoubt(result)) this.#doubtSinceMs = doubtSinceMs
    return result
  }

  async #ask(leader: Peer, ageMs: number): Promise<Answered<T>> {
    if (leader !== this.#init.self) {
      this.#hops++
      const { signal } = this.#deadline
      return this.#errand.there(leader, { timeoutMs: USERS_TRY_TIMEOUT_MS, signal, ageMs })
    }
    try {
      return await this.#errand.here(ageMs)
    } catch (error) {
      if (errorName(error) === undefined) throw error
      return { kind: 'refused', error: error as AnilloError }
    }
  }

  /** 0 says that nothing can have been executed. Once something can, a try's time on its way is added beforehand. */
  #ageMs(): number {
    const given = this.#errand.ageMs
    const sinceMs = given > 0 ? this.#beganMs : this.#doubtSinceMs
    if (sinceMs === undefined) return 0
    const nowMs = this.#init.runtime.clock.monotonic()
    return given + Math.ceil(nowMs - sinceMs) + USERS_TRY_TIMEOUT_MS
  }

  /** What `asked` comes to; undefined when a newer view is known first, since then its answer may never come. */
  #unlessOvertaken(asked: Promise<Answered<T>>, view: View): Promise<Answered<T> | undefined> {
    const { locator, runtime } = this.#init
    return new Promise((resolve, reject) => {
      let over = false
      const look = async () => {
        const known = await locator.search(this.#slot)
        if (over || this.#deadline.signal.aborted) return
        if (isNewer(known, view)) resolve(undefined)
        else if (locator.lostForMs(this.#slot) >= LOST_MS) reject(this.#lost())
        else timer = runtime.clock.timer(LOOK_AFTER_MS, look)
      }
      let timer = runtime.clock.timer(LOOK_AFTER_MS, look)
      asked.then(resolve, reject).finally(() => {
        over = true
        timer.cancel()
      })
    })
  }

  /** After a try that was not answered, or while no view is known: looks for a newer one, and waits a little. */
  async #pause(view: View | undefined): Promise<void> {
    const { locator, runtime } = this.#init
    const found = await locator.search(this.#slot)
    if (isNewer(found, view)) return
    if (locator.lostForMs(this.#slot) >= LOST_MS) throw this.#lost()
    const backoffMs = Math.min(BACKOFF_MS * 2 ** this.#pauses++, BACKOFF_MAX_MS)
    await sleep(runtime.clock, jitter(runtime.random, backoffMs), this.#deadline.signal)
  }

  #executed(outcome: T, { leader }: View): Executed<T> {
    return {
      outcome,
      route: { slot: this.#slot, owner: leader.peer, hops: this.#hops, consistency: 'strong' }
    }
  }

  /** What is refused now may have been executed by an earlier try, or still be. */
  #refusal(error: AnilloError, doubted: boolean): AnilloError {
    if (!doubted || errorName(error) === 'OperationTooOldError') return error
    return this.giveUp(`refused when it was repeated (${error.message})`)
  }

  #lost(): AnilloError {
    return this.giveUp(
      this.#init.locator.known(this.#slot) === undefined
        ? 'no peer that answers knows where it is'
        : 'fewer than a majority of its replicas can be reached'
    )
  }
}

/** The leader could not just now (busy, moving, without a majority): asking again soon may help. */
function isPassing(error: unknown): boolean {
  const name = errorName(error)
  return (
    name === 'BusyError' ||
    name === 'UnavailableError' ||
    name === 'NotRunningError' ||
    name === 'OutcomeUnknownError'
  )
}

function leavesDoubt(result: Answered<unknown>): boolean {
  return result.kind === 'no-reply'
    ? result.sent
    : result.kind === 'refused' && errorName(result.error) === 'OutcomeUnknownError'
}
