/** Users and a ring in memory, with the semantics of the real ones: what a refused request must not touch is counted. */
import { IDEMPOTENCY_OUTCOMES_MAX } from '../../src/constants.ts'
import {
  ConflictError,
  IdempotencyKeyReusedError,
  InvalidRequestError,
  NotFoundError
} from '../../src/errors.ts'
import { asSlot } from '../../src/ring/slot.ts'
import { systemClock } from '../../src/runtime.ts'
import { heartbeatUsers } from '../../src/users/heartbeats.ts'
import { JobBoard } from '../../src/users/job-board.ts'
import type { Filter } from '../../src/users/listing.ts'
import type { OpenableUsers } from '../../src/users/many-users.ts'
import type {
  HealthCheck,
  LookupReport,
  RecoveryReport,
  RecoveryRequest,
  RingInspector,
  RingReport,
  SelfReport
} from '../../src/users/ring-report.ts'
import {
  checkProfile,
  checkStatus,
  checkTtl,
  checkUserId,
  type Presence,
  type Profile,
  type User
} from '../../src/users/user.ts'
import type { Route, SetOptions, Traced, TracedUsers, WriteOptions } from '../../src/users/users.ts'

export const SELF = '12D3KooWSelf'
export const OTHER = '12D3KooWOther'
/** What no feed takes for a cursor; anything else is one. */
export const NO_CURSOR = 'rubbish'

type Remembered = { request: string; outcome: Traced<User | boolean> }

export class FakeUsers implements TracedUsers {
  readonly rows = new Map<string, User>()
  /** Operations that reached the users, reads included. */
  calls = 0
  /** Changes that were made. */
  writes = 0
  /** Thrown instead of doing anything. */
  failure: unknown
  /** Awaited before anything is done. */
  gate: Promise<unknown> | undefined
  /** As `failure` and `gate`, for all but stale reads: the slot has no majority, or its leader hangs. */
  withoutMajority: unknown
  leaderGate: Promise<unknown> | undefined
  /** Of the writes that reached the users. */
  readonly ages: (number | undefined)[] = []
  readonly #outcomes = new Map<string, Remembered>()
  #version = 0

  async get(
    id: string,
    options: { consistency?: 'strong' | 'stale' | undefined } = {}
  ): Promise<Traced<User | undefined>> {
    await this.#begin(id, options.consistency)
    return { value: this.rows.get(id), created: false, replayed: false, route: route(options.consistency) }
  }

  async set(
    id: string,
    input: { status: unknown; profile?: Profile | undefined; ttlMs?: number | undefined },
    options: SetOptions = {}
  ): Promise<Traced<User>> {
    await this.#beginWrite(id, options)
    const status = checkStatus(input.status)
    const profile = input.profile === undefined ? undefined : checkProfile(input.profile)
    if (options.ifAbsent && options.ifVersion !== undefined)
      throw new InvalidRequestError('ifAbsent or ifVersion')
    return this.#once(id, ['set', input, options.ifAbsent, options.ifVersion], options, () => {
      const before = this.#checked(id, options)
      const user = this.#write(id, before, {
        status,
        profile: profile ?? before?.profile ?? {},
        expiresAt: input.ttlMs === undefined ? null : expiryOf(checkTtl(input.ttlMs, status))
      })
      return { value: user, created: before === undefined, replayed: false, route: route() }
    })
  }

  async patch(
    id: string,
    patch: { status?: unknown; profile?: Profile | undefined; ttlMs?: number | null | undefined },
    options: WriteOptions = {}
  ): Promise<Traced<User>> {
    await this.#beginWrite(id, options)
    const status = patch.status === undefined ? undefined : checkStatus(patch.status)
    return this.#once(id, ['patch', patch, options.ifVersion], options, () => {
      const before = this.rows.get(id)
      this.#checked(id, options)
      if (before === undefined) throw new NotFoundError(`There is no user ${id}`)
      const profile = checkProfile(merge(before.profile, patch.profile ?? {}))
      const user = this.#write(id, before, {
        status: status ?? before.status,
        profile,
        expiresAt:
          patch.ttlMs == null ? (patch.ttlMs === null ? null : before.expiresAt) : expiryOf(patch.ttlMs)
      })
      return { value: user, created: false, replayed: false, route: route() }
    })
  }

  async heartbeat(id: string, ttlMs: number): Promise<Traced<Presence>> {
    await this.#begin(id)
    const before = this.rows.get(id)
    if (before === undefined) throw new NotFoundError(`There is no user ${id}`)
    if (before.expiresAt === null) throw new ConflictError(`User ${id} has no lease`, { current: before })
    const user = { ...before, expiresAt: expiryOf(checkTtl(ttlMs)) }
    this.rows.set(id, user)
    const { status, version, expiresAt } = user
    return { value: { id, status, version, expiresAt }, created: false, replayed: false, route: route() }
  }

  async delete(id: string, options: WriteOptions = {}): Promise<Traced<boolean>> {
    await this.#beginWrite(id, options)
    return this.#once(id, ['delete', options.ifVersion], options, () => {
      const present = this.rows.has(id)
      this.#checked(id, options)
      if (present) {
        this.rows.delete(id)
        this.writes++
      }
      return { value: present, created: false, replayed: false, route: route() }
    })
  }

  async #begin(id: string, consistency: 'strong' | 'stale' = 'strong'): Promise<void> {
    this.calls++
    checkUserId(id)
    await this.gate
    if (this.failure !== undefined) throw this.failure
    if (consistency === 'stale') return
    await this.leaderGate
    if (this.withoutMajority !== undefined) throw this.withoutMajority
  }

  #beginWrite(id: string, { ageMs }: WriteOptions): Promise<void> {
    this.ages.push(ageMs)
    return this.#begin(id)
  }

  #checked(id: string, options: SetOptions): User | undefined {
    const current = this.rows.get(id)
    if (options.ifAbsent && current) throw new ConflictError(`There is a user ${id}`, { current })
    if (options.ifVersion !== undefined && current?.version !== options.ifVersion) {
      throw new ConflictError(`User ${id} does not have version ${options.ifVersion}`, { current })
    }
    return current
  }

  #write(id: string, before: User | undefined, change: Pick<User, 'status' | 'profile' | 'expiresAt'>): User {
    this.writes++
    const now = new Date(1_800_000_000_000 + this.writes).toISOString()
    const { status, profile, expiresAt } = change
    const version = `1.${++this.#version}`
    const createdAt = before?.createdAt ?? now
    const user: User = { id, status, profile, version, createdAt, updatedAt: now, expiresAt }
    this.rows.set(id, user)
    return user
  }

  #once<T extends User | boolean>(
    id: string,
    request: unknown[],
    options: WriteOptions,
    run: () => Traced<T>
  ): Traced<T> {
    if (options.idempotencyKey === undefined) return run()
    const key = JSON.stringify([id, options.idempotencyKey])
    const known = this.#outcomes.get(key)
    if (known !== undefined) {
      if (known.request !== JSON.stringify(request))
        throw new IdempotencyKeyReusedError('The key was used for another write')
      return { ...(known.outcome as Traced<T>), replayed: true }
    }
    const outcome = run()
    if (this.#outcomes.size < IDEMPOTENCY_OUTCOMES_MAX)
      this.#outcomes.set(key, { request: JSON.stringify(request), outcome })
    return outcome
  }
}

function expiryOf(ttlMs: number): string {
  return new Date(1_800_000_000_000 + ttlMs).toISOString()
}

function route(consistency: 'strong' | 'stale' = 'strong'): Route {
  const ageMs = consistency === 'stale' ? 1_499.5 : undefined
  return { slot: asSlot(17, 256), owner: OTHER, hops: 2, consistency, ageMs }
}

/** RFC 7396. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const members = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name)
    else members.set(name, merge(members.get(name), value))
  }
  return Object.fromEntries(members)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const LEAVE = { kind: 'leave', detail: 'slots move', unit: 'slots', total: 1 } as const

export class FakeRing implements RingInspector {
  failure: unknown
  checks: HealthCheck[] = [
    { name: 'storage', ok: true },
    { name: 'ring', ok: true }
  ]
  leaving = false
  readonly tasks = new JobBoard({ now: () => Date.UTC(2026, 10, 22) })

  recover({ slots, from }: RecoveryRequest): RecoveryReport {
    if (this.failure !== undefined) throw this.failure
    if (from !== OTHER) throw new InvalidRequestError(`This peer is ${OTHER}: ask ${from} itself`)
    return { peer: OTHER, recovered: slots === 'all' ? [1, 2] : [slots], users: 5, elsewhere: [] }
  }

  async ring(): Promise<RingReport> {
    if (this.failure !== undefined) throw this.failure
    return {
      id: '2f91c04e'.repeat(4),
      ready: true,
      problems: [],
      replicas: 3,
      slots: 256,
      virtualNodes: 32,
      users: 1,
      underReplicated: 0,
      withoutMajority: 0,
      peers: []
    }
  }

  async lookup(id: string): Promise<LookupReport> {
    if (this.failure !== undefined) throw this.failure
    const hops = [{ peer: OTHER, position: 'ff', ms: 1, reason: 'closest finger' }]
    return {
      id,
      key: 'ab',
      slot: 17,
      owner: OTHER,
      view: { epoch: 1, members: [OTHER], leader: OTHER },
      hops
    }
  }

  self(): SelfReport {
    if (this.failure !== undefined) throw this.failure
    return {
      peer: SELF,
      ring: '2f91c04e'.repeat(4),
      state: this.leaving ? 'leaving' : 'normal',
      addresses: [],
      position: '00',
      predecessor: null,
      successors: [],
      fingers: [],
      slots: [{ slot: 1, epoch: 1, role: 'leader', members: [SELF] }]
    }
  }

  size(): number {
    return 1
  }

  health(): HealthCheck[] {
    return this.checks
  }

  /** Begins the task `leave-1`. */
  leave(): string {
    this.leaving = true
    return this.tasks.latest('leave')?.id ?? this.tasks.begin(LEAVE).id
  }
}

/** What goes over many users, of those of `FakeUsers`. */
export function fakeMany(users: FakeUsers): OpenableUsers {
  const matching = ({ status, prefix = '' }: Filter = {}) =>
    [...users.rows.values()].filter(
      user => user.id.startsWith(prefix) && (status === undefined || user.status === status)
    )
  const all = async <T>(value: T): Promise<T> => {
    users.calls++
    await users.gate
    if (users.failure !== undefined) throw users.failure
    return value
  }
  return {
    getMany: () => {
      throw new Error('The gateway asks for one part')
    },
    getPart: async ids => {
      const found = ids.map(id => users.rows.get(checkUserId(id)))
      return all({
        items: found.filter(user => user !== undefined),
        missing: ids.filter(id => !users.rows.has(id)),
        unread: []
      })
    },
    heartbeatMany: async (ids, ttlMs, { signal } = {}) => {
      await all(undefined)
      return heartbeatUsers(ids, { users, clock: systemClock, ttlMs, signal })
    },
    page: async ({ limit = 100, cursor = '0', ...filter } = {}) => {
      const end = Number(cursor) + limit
      const found = matching(filter)
      const next = end < found.length ? String(end) : undefined
      return all({ items: found.slice(Number(cursor), end), next })
    },
    async *list(filter) {
      yield* await all(matching(filter))
    },
    async *watch() {},
    checkSince(since) {
      if (since === NO_CURSOR) throw new InvalidRequestError('This cursor is none')
    },
    open: async () =>
      all({
        cursor: 'begin',
        async *batches() {
          const [user] = users.rows.values()
          if (user === undefined) return
          const of = { slot: asSlot(17, 256), id: user.id, version: user.version }
          yield { changes: [{ type: 'put', ...of, user }], cursor: 'next' }
        },
        end() {}
      }),
    count: async filter => all(matching(filter).length),
    import: () => {
      throw new Error('The gateway imports line by line')
    }
  }
}
