/** Users, with every operation counted: what it was, what came of it, and how long it took. */
import type { Counter, Histogram } from 'prom-client'
import { type ErrorName, errorName, problemType } from '../errors.ts'
import type { Clock } from '../runtime.ts'
import type { Presence, RestoredInput, User, UserPatch } from '../users/user.ts'
import type {
  CallOptions,
  ReadOptions,
  SetOptions,
  Traced,
  TracedUsers,
  WriteOptions
} from '../users/users.ts'
import { DURATION_BUCKETS_S, type Instruments } from './instruments.ts'

const KINDS = ['get', 'get-stale', 'set', 'patch', 'heartbeat', 'delete'] as const
type Kind = (typeof KINDS)[number]

export class UsersMetrics {
  readonly ended: Counter<'kind' | 'outcome'>
  readonly durations: Histogram<'kind'>

  constructor(make: Instruments) {
    this.ended = make.counter(
      'anillo_users_operations_total',
      'Operations on users that this peer was asked for, and what came of them: what was done, or the name of the error',
      ['kind', 'outcome']
    )
    this.durations = make.histogram(
      'anillo_users_operation_duration_seconds',
      'How long operations on users took, tries at several peers and waiting for a leader included',
      DURATION_BUCKETS_S,
      ['kind']
    )
    for (const kind of KINDS) this.durations.zero({ kind })
  }
}

export class MeasuredUsers implements TracedUsers {
  readonly #users: TracedUsers
  readonly #metrics: UsersMetrics
  readonly #clock: Pick<Clock, 'monotonic'>

  constructor(users: TracedUsers, metrics: UsersMetrics, clock: Pick<Clock, 'monotonic'>) {
    this.#users = users
    this.#metrics = metrics
    this.#clock = clock
  }

  get(id: string, options?: ReadOptions): Promise<Traced<User | undefined>> {
    const kind = options?.consistency === 'stale' ? 'get-stale' : 'get'
    const outcomeOf = ({ value }: Traced<User | undefined>) => (value === undefined ? 'absent' : 'found')
    return this.#measure(kind, () => this.#users.get(id, options), outcomeOf, options?.signal)
  }

  set(id: string, input: RestoredInput, options?: SetOptions): Promise<Traced<User>> {
    const outcomeOf = ({ created }: Traced<User>) => (created ? 'created' : 'updated')
    return this.#measure('set', () => this.#users.set(id, input, options), outcomeOf, options?.signal)
  }

  patch(id: string, patch: UserPatch, options?: WriteOptions): Promise<Traced<User>> {
    return this.#measure(
      'patch',
      () => this.#users.patch(id, patch, options),
      () => 'updated',
      options?.signal
    )
  }

  heartbeat(id: string, ttlMs: number, options?: CallOptions): Promise<Traced<Presence>> {
    return this.#measure(
      'heartbeat',
      () => this.#users.heartbeat(id, ttlMs, options),
      () => 'renewed',
      options?.signal
    )
  }

  delete(id: string, options?: WriteOptions): Promise<Traced<boolean>> {
    const outcomeOf = ({ value }: Traced<boolean>) => (value ? 'deleted' : 'absent')
    return this.#measure('delete', () => this.#users.delete(id, options), outcomeOf, options?.signal)
  }

  async #measure<T>(
    kind: Kind,
    operate: () => Promise<T>,
    outcomeOf: (result: T) => string,
    signal: AbortSignal | undefined
  ): Promise<T> {
    const beganMs = this.#clock.monotonic()
    let outcome = 'aborted'
    try {
      const result = await operate()
      outcome = outcomeOf(result)
      return result
    } catch (error) {
      outcome = failureOf(error, signal)
      throw error
    } finally {
      this.#metrics.ended.inc({ kind, outcome })
      this.#metrics.durations.observe({ kind }, (this.#clock.monotonic() - beganMs) / 1_000)
    }
  }
}

/** The caller's own reason can be anything, so it has one name. */
function failureOf(error: unknown, signal: AbortSignal | undefined): string {
  const name = errorName(error)
  if (name === undefined) return signal?.aborted ? 'aborted' : slugOf('InternalError')
  return slugOf(name)
}

/** `outcome-unknown` of OutcomeUnknownError. */
function slugOf(name: ErrorName): string {
  return problemType(name).split(':').at(-1)!
}
