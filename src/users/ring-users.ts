/**
 * Users, wherever they are in the ring: sends an operation straight to the peer that leads its slot, follows
 * redirects, and says at the end one of three things only: what came of it, that it was certainly not executed
 * (UnavailableError), or that it may have been (OutcomeUnknownError).
 */
import { createHash } from 'node:crypto'
import { toString as bytesToString } from 'uint8arrays/to-string'
import {
  IDEMPOTENCY_KEY_LENGTH_MAX,
  PROFILE_BYTES_MAX,
  RETRY_AFTER_MS,
  STALE_TIMEOUT_MS
} from '../constants.ts'
import {
  ConflictError,
  IdempotencyKeyReusedError,
  InvalidRequestError,
  NotFoundError,
  TooLargeError,
  UnavailableError
} from '../errors.ts'
import type { Slots } from '../replica/slot-machine.ts'
import { keyOf } from '../ring/position.ts'
import { type Slot, slotOf } from '../ring/slot.ts'
import { deadlineAfter, raceSignal } from '../runtime.ts'
import { type AttemptInit, type Errand, type Executed, pursue, refuseStopped } from './attempt.ts'
import type { ManyUsers } from './many-users.ts'
import { type Get, isWrite, type Operation, type Outcome, type SetUser } from './operation.ts'
import { type ReplicaReadInit, readReplica } from './replica-read.ts'
import {
  checkExpiry,
  checkProfile,
  checkStatus,
  checkTtl,
  checkUserId,
  offlineLease,
  type Presence,
  type RestoredInput,
  type User,
  type UserPatch
} from './user.ts'
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
import type { UsersRpc } from './users-rpc.ts'

export interface RingUsersInit extends AttemptInit, ReplicaReadInit {
  readonly slotCount: number
  readonly slots: Pick<Slots<Operation, Outcome>, 'execute' | 'readStale'>
  readonly rpc: Pick<UsersRpc, 'operate' | 'readStale'>
}

/** What versions look like. Anything else is a condition that never holds; the empty one would be none on the wire. */
const VERSION = /^[0-9]{1,16}\.[0-9]{1,16}$/
/** Epochs begin at 1. */
const NO_VERSION = '0.0'

export class RingUsers implements TracedUsers {
  readonly #init: RingUsersInit

  constructor(init: RingUsersInit) {
    this.#init = init
  }

  async get(id: string, options: ReadOptions = {}): Promise<Traced<User | undefined>> {
    const get: Get = { kind: 'get', id: checkUserId(id) }
    const { outcome, route } =
      options.consistency === 'stale'
        ? await this.#readStale(get, options)
        : await this.#execute(get, options)
    return traced(outcome.user, outcome, route)
  }

  async set(id: string, input: RestoredInput, options: SetOptions = {}): Promise<Traced<User>> {
    if (options.ifAbsent === true && options.ifVersion !== undefined) {
      throw new InvalidRequestError('ifAbsent and ifVersion exclude each other: give one of them')
    }
    const change = {
      status: checkStatus(input.status),
      ...(input.profile === undefined ? {} : { profile: checkProfile(input.profile) }),
      ...leaseIn(input)
    }
    return this.#change(
      { kind: 'set', ...this.#intention(id, options), change, ifAbsent: options.ifAbsent },
      options
    )
  }

  async patch(id: string, patch: UserPatch, options: WriteOptions = {}): Promise<Traced<User>> {
    const change = {
      ...(patch.status === undefined ? {} : { status: checkStatus(patch.status) }),
      ...(patch.profile === undefined ? {} : { profile: checkProfile(patch.profile) }),
      ...(patch.ttlMs === undefined ? {} : { ttlMs: patch.ttlMs === null ? null : checkTtl(patch.ttlMs) })
    }
    return this.#change({ kind: 'patch', ...this.#intention(id, options), change }, options)
  }

  async heartbeat(id: string, ttlMs: number, options: CallOptions = {}): Promise<Traced<Presence>> {
    const heartbeat = { kind: 'heartbeat', id: checkUserId(id), ttlMs: checkTtl(ttlMs) } as const
    const { outcome, route } = await this.#execute(heartbeat, options)
    if (outcome.kind === 'absent') throw noSuchUser(id)
    if (outcome.kind === 'conflict') {
      throw new ConflictError(`User ${quote(id)} has no lease to renew: set its status with a ttl first`, {
        current: outcome.user
      })
    }
    const { status, version, expiresAt } = outcome.user!
    return traced({ id, status, version, expiresAt }, outcome, route)
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
      if (!outcome.replayed || outcome.kind === 'absent') throw noSuchUser(operation.id)
      throw new NotFoundError(
        `The write of this idempotency key was done (version ${outcome.version}), and user ${quote(operation.id)} has been deleted since`
      )
    }
    return traced(outcome.user, outcome, route)
  }

  /** What makes a write the same write when it is sent again. */
  #intention(id: string, { ifVersion, idempotencyKey, ageMs = 0 }: WriteOptions) {
    const possible = ifVersion === undefined || VERSION.test(ifVersion)
    if (!(ageMs >= 0)) throw new InvalidRequestError(`An age is 0 or more milliseconds; this one is ${ageMs}`)
    return {
      id: checkUserId(id),
      ageMs: Math.ceil(ageMs),
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

  #errand(operation: Operation): Errand<Outcome> {
    const { slots, rpc } = this.#init
    const slot = this.#slotOf(operation)
    return {
      slot,
      subject: `user ${quote(operation.id)}`,
      changes: operation.kind !== 'get',
      ageMs: isWrite(operation) ? (operation.ageMs ?? 0) : 0,
      here: ageMs => slots.execute(slot, isWrite(operation) ? { ...operation, ageMs } : operation),
      there: (peer, options) => rpc.operate(peer, operation, options)
    }
  }

  #execute(operation: Operation, { signal }: CallOptions): Promise<Executed> {
    return pursue(this.#errand(operation), this.#init, signal)
  }

  async #readStale(get: Get, { signal }: CallOptions): Promise<Executed> {
    const { runtime, stopping } = this.#init
    refuseStopped(this.#init)
    using deadline = deadlineAfter(runtime.clock, STALE_TIMEOUT_MS, signal)
    const slot = this.#slotOf(get)
    try {
      const read = readReplica(get, slot, this.#init, deadline.signal)
      return await raceSignal(raceSignal(read, deadline.signal), stopping)
    } catch (error) {
      if (signal?.aborted || !deadline.signal.aborted) throw error
      throw new UnavailableError(`No replica of slot ${slot} of user ${quote(get.id)} can be reached`, {
        retryAfterMs: RETRY_AFTER_MS
      })
    }
  }

  #slotOf({ id }: Operation): Slot {
    return slotOf(keyOf(id), this.#init.slotCount)
  }
}

function traced<T>(value: T, { kind, replayed }: Outcome, route: Route): Traced<T> {
  return { value, created: kind === 'created', replayed, route }
}

function leaseIn({
  status,
  ttlMs,
  expiresAt
}: RestoredInput): Pick<SetUser['change'], 'ttlMs' | 'expiresAt'> {
  if (ttlMs !== undefined) return { ttlMs: checkTtl(ttlMs, checkStatus(status)) }
  return expiresAt == null || checkStatus(status) === 'OFFLINE' ? {} : { expiresAt: checkExpiry(expiresAt) }
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
  if (outcome.kind === 'offline') throw offlineLease()
  if (outcome.kind === 'outgrown') {
    throw new TooLargeError(
      `With that patch the profile of user ${quote(id)} would have more than ${PROFILE_BYTES_MAX} bytes of JSON`,
      { limit: PROFILE_BYTES_MAX }
    )
  }
  if (outcome.kind === 'reused') {
    throw new IdempotencyKeyReusedError(
      `This idempotency key was used for another change of user ${quote(id)}: take a new key`
    )
  }
}

function noSuchUser(id: string): NotFoundError {
  return new NotFoundError(`There is no user ${quote(id)}: create it with a set first`)
}

function quote(id: string): string {
  return JSON.stringify(id)
}

/** The plain interface over the traced one. */
export function plainUsers(users: TracedUsers, many: ManyUsers): Users {
  return {
    getMany: (ids, options) => many.getMany(ids, options),
    heartbeatMany: (ids, ttlMs, options) => many.heartbeatMany(ids, ttlMs, options),
    page: options => many.page(options),
    list: options => many.list(options),
    watch: options => many.watch(options),
    count: options => many.count(options),
    import: (items, options) => many.import(items, options),
    get: async (id, options) => (await users.get(id, options)).value,
    // Of a user that was read and is written back its `expiresAt` says nothing.
    set: async (id, { status, profile, ttlMs }, options) =>
      (await users.set(id, { status, profile, ttlMs }, options)).value,
    patch: async (id, patch, options) => (await users.patch(id, patch, options)).value,
    heartbeat: async (id, ttlMs, options) => (await users.heartbeat(id, ttlMs, options)).value,
    delete: async (id, options) => (await users.delete(id, options)).value
  }
}
