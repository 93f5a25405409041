/**
 * Users, wherever they are in the ring: sends an operation straight to the peer that holds its slot, follows
 * redirects, and says at the end one of three things only: what came of it, that it was certainly not executed
 * (UnavailableError), or that it may have been (OutcomeUnknownError).
 */

import { createHash } from 'node:crypto'
import { toString as bytesToString } from 'uint8arrays/to-string'
import type { Chord } from '../chord/chord.ts'
import type { Peer } from '../chord/ring-node.ts'
import {
  IDEMPOTENCY_KEY_LENGTH_MAX,
  RETRY_AFTER_MS,
  USERS_TIMEOUT_MS,
  USERS_TRY_TIMEOUT_MS
} from '../constants.ts'
import {
  type AnilloError,
  ConflictError,
  errorName,
  IdempotencyKeyReusedError,
  InvalidRequestError,
  NotFoundError,
  NotRunningError,
  OutcomeUnknownError,
  UnavailableError
} from '../errors.ts'
import type { Slots } from '../replica/slot-machine.ts'
import { keyOf } from '../ring/position.ts'
import { type Slot, slotOf } from '../ring/slot.ts'
import { type Deadline, deadlineAfter, jitter, type Runtime, raceSignal, sleep } from '../runtime.ts'
import type { Locator } from './locator.ts'
import type { Operation, Outcome } from './operation.ts'
import { checkProfile, checkStatus, checkUserId, type User, type UserInput, type UserPatch } from './user.ts'
import type {
  CallOptions,
  ReadOptions,
  Route,
  SetOptions,
  Traced,
  TracedUsers,
  Users,
  WriteOptions
} from './users.ts'
import type { OperationResult, UsersRpc } from './users-rpc.ts'

/** Between two tries at a slot that is on its way from one peer to another. */
const BACKOFF_MS = 30
const BACKOFF_MAX_MS = 500
/** Whoever knows has told by then, about a second; a holder that is down may be the only one who does. */
const UNKNOWN_TRIES_MAX = 5

export interface RingUsersInit {
  readonly self: Peer
  readonly slotCount: number
  readonly slots: Slots<Operation, Outcome>
  readonly locator: Locator
  readonly rpc: UsersRpc
  readonly chord: Pick<Chord, 'status'>
  readonly runtime: Runtime
  /** Aborts when this peer stops: whoever waits is told at once. */
  readonly stopping: AbortSignal
}

/** What versions look like. Anything else is a condition that never holds; the empty one would be none on the wire. */
const VERSION = /^[0-9]{1,16}\.[0-9]{1,16}$/
/** Epochs begin at 1. */
const NO_VERSION = '0.0'

interface Executed {
  readonly outcome: Outcome
  readonly route: Route
}

export class RingUsers implements TracedUsers {
  readonly #init: RingUsersInit

  constructor(init: RingUsersInit) {
    this.#init = init
  }

  async get(id: string, options: ReadOptions = {}): Promise<Traced<User | undefined>> {
    const { outcome, route } = await this.#execute({ kind: 'get', id: checkUserId(id) }, options)
    return traced(outcome.user, outcome, { ...route, consistency: options.consistency ?? 'strong' })
  }

  async set(id: string, input: UserInput, options: SetOptions = {}): Promise<Traced<User>> {
    if (options.ifAbsent === true && options.ifVersion !== undefined) {
      throw new InvalidRequestError('ifAbsent and ifVersion exclude each other: give one of them')
    }
    const change = {
      status: checkStatus(input.status),
      ...(input.profile === undefined ? {} : { profile: checkProfile(input.profile) })
    }
    return this.#change(
      { kind: 'set', ...this.#intention(id, options), change, ifAbsent: options.ifAbsent },
      options
    )
  }

  async patch(id: string, patch: UserPatch, options: WriteOptions = {}): Promise<Traced<User>> {
    const change = {
      ...(patch.status === undefined ? {} : { status: checkStatus(patch.status) }),
      ...(patch.profile === undefined ? {} : { profile: checkProfile(patch.profile) })
    }
    return this.#change({ kind: 'patch', ...this.#intention(id, options), change }, options)
  }

  async delete(id: string, options: WriteOptions = {}): Promise<Traced<boolean>> {
    const { outcome, route } = await this.#execute(
      { kind: 'delete', ...this.#intention(id, options) },
      options
    )
    refuse(id, outcome)
    return traced(outcome.kind === 'deleted', outcome, route)
  }

  async #change(operation: Operation, options: CallOptions): Promise<Traced<User>> {
    const { outcome, route } = await this.#execute(operation, options)
    refuse(operation.id, outcome)
    if (outcome.user === undefined || outcome.kind === 'absent') {
      throw new NotFoundError(
        outcome.replayed && outcome.kind !== 'absent'
          ? `The write of this idempotency key was done (version ${outcome.version}), and user ${quote(operation.id)} has been deleted since`
          : `There is no user ${quote(operation.id)}: create it with a set first`
      )
    }
    return traced(outcome.user, outcome, route)
  }

  /** What makes a write the same write when it is sent again. */
  #intention(id: string, { ifVersion, idempotencyKey }: WriteOptions) {
    const possible = ifVersion === undefined || VERSION.test(ifVersion)
    return {
      id: checkUserId(id),
      ifVersion: possible ? ifVersion : NO_VERSION,
      operationId: this.#operationId(id, idempotencyKey)
    }
  }

  #operationId(id: string, key: string | undefined): string {
    if (key === undefined) return bytesToString(this.#init.runtime.random.bytes(16), 'base16')
    if (!/^[\x21-\x7e]+$/.test(key) || key.length > IDEMPOTENCY_KEY_LENGTH_MAX) {
      throw new InvalidRequestError(
        `An idempotency key is 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters`
      )
    }
    return createHash('sha256').update(id).update('\0').update(key).digest('hex').slice(0, 32)
  }

  async #execute(operation: Operation, { signal }: CallOptions): Promise<Executed> {
    const { runtime, slotCount, stopping } = this.#init
    if (stopping.aborted) throw new NotRunningError('This peer is stopping, or has stopped')
    using deadline = deadlineAfter(runtime.clock, USERS_TIMEOUT_MS, signal)
    const attempt = new Attempt(operation, slotOf(keyOf(operation.id), slotCount), this.#init, deadline)
    try {
      return await raceSignal(raceSignal(attempt.run(), deadline.signal), stopping)
    } catch (error) {
      const unfinished = deadline.signal.aborted || isPassing(error)
      if (!unfinished) throw error
      if (attempt.mayBeExecuted) throw attempt.giveUp('no answer in time')
      throw signal?.aborted
        ? signal.reason
        : deadline.signal.aborted
          ? attempt.giveUp('no answer in time')
          : error
    }
  }
}

/** One operation, tried until it is answered, or until nobody can be expected to. */
class Attempt {
  readonly #operation: Operation
  readonly #slot: Slot
  readonly #init: RingUsersInit
  readonly #deadline: Deadline
  #tries = 0
  #hops = 0
  /** A write is under way, or left and was not answered. */
  mayBeExecuted = false

  constructor(operation: Operation, slot: Slot, init: RingUsersInit, deadline: Deadline) {
    this.#operation = operation
    this.#slot = slot
    this.#init = init
    this.#deadline = deadline
  }

  async run(): Promise<Executed> {
    const { locator } = this.#init
    let view = locator.known(this.#slot) ?? (await locator.search(this.#slot))
    for (;;) {
      this.#deadline.signal.throwIfAborted()
      if (this.#init.stopping.aborted) throw this.giveUp('this peer is stopping')
      if (view === undefined) {
        if (this.#tries >= UNKNOWN_TRIES_MAX) throw this.giveUp('no peer that answers knows where it is')
        view = await this.#searchAgain()
        continue
      }
      const result = await this.#try(view.leader)
      if (result.kind === 'done') return { outcome: result.outcome, route: this.#route(view.leader) }
      if (result.kind === 'refused' && !isPassing(result.error)) throw result.error
      if (result.kind === 'elsewhere' && result.view !== undefined && result.view.epoch > view.epoch) {
        locator.hint(result.view)
        view = result.view
        continue
      }
      view = await this.#next(view.leader, result)
    }
  }

  /** The three ends: after this one nobody can be expected to answer. */
  giveUp(reason: string): AnilloError {
    const details = { retryAfterMs: RETRY_AFTER_MS }
    return this.mayBeExecuted
      ? new OutcomeUnknownError(
          `Slot ${this.#slot} of user ${quote(this.#operation.id)}: ${reason}, after the change had been sent; repeat it with the same idempotency key`,
          details
        )
      : new UnavailableError(
          `Slot ${this.#slot} of user ${quote(this.#operation.id)} is unavailable: ${reason}; nothing was written`,
          details
        )
  }

  async #try(leader: Peer): Promise<OperationResult> {
    const before = this.mayBeExecuted
    const writes = this.#operation.kind !== 'get'
    this.mayBeExecuted ||= writes // until it is answered: the deadline may come first
    const result = await this.#ask(leader)
    this.mayBeExecuted = before || (writes && result.kind === 'no-reply' && result.sent)
    return result
  }

  async #ask(leader: Peer): Promise<OperationResult> {
    const { self, slots, rpc } = this.#init
    if (leader !== self) {
      this.#hops++
      return rpc.operate(leader, this.#operation, {
        timeoutMs: USERS_TRY_TIMEOUT_MS,
        signal: this.#deadline.signal
      })
    }
    try {
      return await slots.execute(this.#slot, this.#operation)
    } catch (error) {
      if (errorName(error) === undefined) throw error
      return { kind: 'refused', error: error as AnilloError }
    }
  }

  /** After a try that was not answered: waits a little, and looks whether the slot has gone elsewhere. */
  async #next(leader: Peer, result: OperationResult) {
    const { chord, self } = this.#init
    const view = await this.#searchAgain()
    const unreachable = result.kind === 'no-reply' && leader !== self && chord.status(leader) === 'down'
    if (unreachable && view?.leader === leader) throw this.giveUp(`its holder ${leader} is down`)
    return view
  }

  async #searchAgain() {
    const { locator, runtime } = this.#init
    await sleep(
      runtime.clock,
      jitter(runtime.random, Math.min(BACKOFF_MS * 2 ** this.#tries++, BACKOFF_MAX_MS)),
      this.#deadline.signal
    )
    return locator.search(this.#slot)
  }

  #route(owner: Peer): Route {
    return { slot: this.#slot, owner, hops: this.#hops, consistency: 'strong' }
  }
}

/** The holder could not just now (busy, moving): asking again soon may help. */
function isPassing(error: unknown): boolean {
  const name = errorName(error)
  return name === 'BusyError' || name === 'UnavailableError' || name === 'NotRunningError'
}

function traced<T>(value: T, { kind, replayed }: Outcome, route: Route): Traced<T> {
  return { value, created: kind === 'created', replayed, route }
}

function refuse(id: string, outcome: Outcome): void {
  if (outcome.kind === 'conflict') {
    throw new ConflictError(
      outcome.user === undefined
        ? `There is no user ${quote(id)}, so it does not have the version that was asked for`
        : `User ${quote(id)} is at version ${outcome.user.version}: read it again and decide anew`,
      { current: outcome.user }
    )
  }
  if (outcome.kind === 'reused') {
    throw new IdempotencyKeyReusedError(
      `This idempotency key was used for another change of user ${quote(id)}: take a new key`
    )
  }
}

function quote(id: string): string {
  return JSON.stringify(id)
}

/** The plain interface over the traced one. */
export function plainUsers(users: TracedUsers): Users {
  return {
    get: async (id, options) => (await users.get(id, options)).value,
    set: async (id, input, options) => (await users.set(id, input, options)).value,
    patch: async (id, patch, options) => (await users.patch(id, patch, options)).value,
    delete: async (id, options) => (await users.delete(id, options)).value
  }
}
