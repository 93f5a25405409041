/**
 * Somebody who uses the ring through one of its peers, goes to another when that one fails, repeats with the same
 * idempotency key what was not answered, and writes down what was asked and answered.
 */
import { createHash } from 'node:crypto'
import type { Peer } from '../../src/chord/ring-node.ts'
import { errorName } from '../../src/errors.ts'
import { pick, type Random } from '../../src/runtime.ts'
import type { User } from '../../src/users/user.ts'
import type { Traced, TracedUsers, WriteOptions } from '../../src/users/users.ts'
import { type Answer, type Call, OFFLINE_MARK, type Request, type State } from './history.ts'
import type { SimulatedPeer } from './peer.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface ClientInit {
  readonly name: string
  readonly time: VirtualTime
  readonly random: Random
  /** Decides when an answered write is repeated, and which. */
  readonly repeating: Random
  /** Decides which writes set OFFLINE, and which patches ask for a lease. */
  readonly leasing: Random
  readonly thinkMs: number
  /** Those who may be asked now; one of them. */
  readonly gateway: (client: string) => SimulatedPeer | undefined
  /** Whom to ask about, of those in use at the moment. */
  readonly user: (random: Random) => string
  /** Entries that are committed now in the slot of `user`. */
  readonly committed: (user: string) => number
  readonly onCall: (call: Call) => void
  /** A write that was answered was sent again, with its key. */
  readonly onRepeat: (call: Call, again: Answer) => void
  /** Asks for the lease of `user`; with `granted`, it was given. */
  readonly onLease: (user: string, granted?: { readonly calledMs: number; readonly ttlMs: number }) => void
  /** A read that need not be the newest. */
  readonly onStaleRead: (
    user: string,
    seen: Seen & { readonly calledMs: number; readonly replica: Peer | undefined }
  ) => void
}

export interface Seen {
  readonly state: State
  readonly version: string | undefined
}

/** A client gives up a write, or changes its peer, after so long. */
const PATIENCE_MS = 3_500
const TRY_MS = [300, 2_500] as const
const TRIES_MAX = 6
/** Part of the reads that need not be the newest. */
const STALE = 0.1
/** Part of the pauses in which an answered write is repeated, one of so many. */
const REPEATS = 0.05
const REPEATABLE = 4
/** Part of the rest that is about the presence of a user of its own. */
const LEASES = 0.1
/** Part of the writes of other users that set OFFLINE, and of the patches of them that ask for a lease. */
const OFFLINE = 0.3
const LEASED = 0.5
/** Ends in no run: what a user is to the checkers changes by writes only. */
const LONG_TTL_MS = 3_600_000
const TTL_MS = [1_000, 2_500] as const

export class Client {
  readonly #init: ClientInit
  readonly #seen = new Map<string, Seen>()
  /** Its last writes that were answered. */
  readonly #answered: Call[] = []
  #marks = 0
  #leases = 0
  #stopped = false

  constructor(init: ClientInit) {
    this.#init = init
  }

  stop(): void {
    this.#stopped = true
  }

  /** Makes one call after the other until it is stopped; ends with the answer to the last one. */
  async run(): Promise<void> {
    const { random, thinkMs } = this.#init
    while (!this.#stopped) {
      await this.#sleep(random.next() * 2 * thinkMs)
      if (this.#stopped) return
      if (this.#init.repeating.next() < REPEATS) await this.#repeat()
      const user = this.#init.user(random)
      if (random.next() < STALE) await this.#readStale(user)
      else if (random.next() < LEASES) await this.#lease()
      else await this.call(user, this.#draw(user))
    }
  }

  /** Makes one call, and tells how it ended. A stubborn client repeats what was not answered until it has lost its patience; others do so as a rule. */
  async call(user: string, request: Request, { stubborn = false } = {}): Promise<Answer> {
    const { name, time, random } = this.#init
    const calledMs = time.monotonic()
    const idempotencyKey = request.kind === 'get' ? undefined : `${name}-${++this.#marks}-key`
    const again = stubborn || random.next() < 0.8
    let answer: Answer = { kind: 'rejected' }
    let committedBefore = 0
    for (let tries = 0; stubborn || tries < TRIES_MAX; tries++) {
      const gateway = this.#init.gateway(name)
      if (gateway?.users !== undefined) {
        const ageMs = tries === 0 ? 0 : time.monotonic() - calledMs
        const committed = this.#init.committed(user)
        const result = await this.#try(gateway, user, request, { idempotencyKey, ageMs })
        // Once it may have been executed, a later "certainly not" is only about the later try.
        if (result.kind !== 'rejected' || answer.kind === 'rejected') {
          answer = result
          committedBefore = committed
        }
      }
      if (answer.kind !== 'rejected' && answer.kind !== 'unknown') break
      if (!again || time.monotonic() - calledMs > PATIENCE_MS) break
      await this.#sleep(random.next() * 100)
    }
    const answeredMs = time.monotonic()
    this.#remember(user, request, answer)
    const times = { calledMs, answeredMs, committedBefore }
    const made: Call = { user, client: name, request, ...times, answer, idempotencyKey }
    this.#init.onCall(made)
    if (idempotencyKey !== undefined) this.#keep(made)
    return answer
  }

  #keep(call: Call): void {
    // What was refused is not remembered: sent again it may well be done.
    if (call.answer.kind === 'rejected' || call.answer.kind === 'unknown') return
    this.#answered.push(call)
    if (this.#answered.length > REPEATABLE) this.#answered.shift()
  }

  /** As a program does that was killed between the answer and what it would have done with it. */
  async #repeat(): Promise<void> {
    const call = pick(this.#init.repeating, this.#answered)
    const gateway = this.#init.gateway(this.#init.name)
    if (call === undefined || gateway?.users === undefined) return
    const { user, request, idempotencyKey, calledMs } = call
    const ageMs = this.#init.time.monotonic() - calledMs
    this.#init.onRepeat(call, await this.#try(gateway, user, request, { idempotencyKey, ageMs }))
  }

  #draw(user: string): Request {
    const draw = this.#init.random.next()
    const off = this.#init.leasing.next() < OFFLINE ? OFFLINE_MARK : ''
    const leases = this.#init.leasing.next() < LEASED
    const mark = `${this.#init.name}-${++this.#marks}${off}`
    const seen = this.#seen.get(user)
    if (draw < 0.35) return { kind: 'get' }
    if (draw < 0.5) return { kind: 'set', mark }
    if (draw < 0.6) return { kind: 'create', mark }
    if (draw < 0.7) return { kind: 'patch', mark, leases }
    if (draw < 0.82) return { kind: 'delete' }
    if (seen?.version === undefined) return { kind: 'get' }
    return { kind: 'replace', mark, version: seen.version, expected: seen.state }
  }

  async #try(gateway: SimulatedPeer, user: string, request: Request, options: WriteOptions): Promise<Answer> {
    const { time, random } = this.#init
    const [min, max] = TRY_MS
    const controller = new AbortController()
    const gaveUp = Promise.withResolvers<Answer>()
    const timer = time.timer(min + random.next() * (max - min), () => {
      controller.abort(new Error('The client gave up'))
      gaveUp.resolve({ kind: 'unknown' })
    })
    const ended = gateway.ended.then((): Answer => ({ kind: 'unknown' }))
    const asked = running(gateway).then(users =>
      ask(users, user, request, { ...options, signal: controller.signal })
    )
    try {
      return await Promise.race([asked, ended, gaveUp.promise])
    } finally {
      timer.cancel()
    }
  }

  async #readStale(user: string): Promise<void> {
    const gateway = this.#init.gateway(this.#init.name)
    if (gateway?.users === undefined) return
    const calledMs = this.#init.time.monotonic()
    const read = running(gateway)
      .then(users => users.get(user, { consistency: 'stale' }))
      .then(
        ({ value, route }) =>
          this.#init.onStaleRead(user, {
            ...seenOf(value),
            calledMs,
            replica: route.hops === 0 ? gateway.peer : undefined
          }),
        () => {} // nobody has it
      )
    await Promise.race([read, gateway.ended])
  }

  async #lease(): Promise<void> {
    const { name, time, random, onLease } = this.#init
    const gateway = this.#init.gateway(name)
    if (gateway?.users === undefined) return
    const user = `leased-${name}-${this.#leases}`
    const ttlMs = Math.floor(TTL_MS[0] + random.next() * (TTL_MS[1] - TTL_MS[0]))
    const calledMs = time.monotonic()
    onLease(user)
    const granted = running(gateway)
      .then(users =>
        random.next() < 0.3 ? users.set(user, { status: 'BUSY', ttlMs }) : users.heartbeat(user, ttlMs)
      )
      .then(
        () => onLease(user, { calledMs, ttlMs }),
        error => {
          if (errorName(error) === 'NotFoundError') return
          this.#leases++ // what was asked may yet be done, and be in the way of what is asked next
        }
      )
    const ended = gateway.ended.then(() => {
      this.#leases++
    })
    await Promise.race([granted, ended])
  }

  #remember(user: string, { kind }: Request, answer: Answer): void {
    if (answer.kind === 'read' || answer.kind === 'conflict')
      this.#seen.set(user, { state: answer.state, version: answer.version })
    else if (answer.kind === 'done' && kind !== 'delete' && answer.version !== undefined)
      this.#seen.set(user, { state: answer.state, version: answer.version })
  }

  #sleep(ms: number): Promise<void> {
    return new Promise(resolve => this.#init.time.timer(ms, resolve))
  }
}

/** A machine that stands still hears a request when it goes on. */
async function running({ machine, users }: SimulatedPeer): Promise<TracedUsers> {
  await machine!.running()
  return users!
}

/** The id under which a write is known to the slot, as `users/ring-users.ts` makes it of the idempotency key. */
export function operationIdOf(user: string, idempotencyKey: string): string {
  return createHash('sha256').update(user).update('\0').update(idempotencyKey).digest('hex').slice(0, 32)
}

async function ask(
  users: TracedUsers,
  user: string,
  request: Request,
  options: WriteOptions
): Promise<Answer> {
  try {
    switch (request.kind) {
      case 'get': {
        const { value } = await users.get(user, options)
        return { kind: 'read', ...seenOf(value) }
      }
      case 'set':
        return written(await users.set(user, profileOf(request.mark), options))
      case 'create':
        return written(await users.set(user, profileOf(request.mark), { ...options, ifAbsent: true }))
      case 'replace':
        return written(
          await users.set(user, profileOf(request.mark), { ...options, ifVersion: request.version })
        )
      case 'patch':
        return written(await users.patch(user, patchOf(request), options))
      case 'delete':
        return (await users.delete(user, options)).value ? { kind: 'done' } : { kind: 'absent' }
    }
  } catch (error) {
    return failed(error, request)
  }
}

function profileOf(mark: string) {
  const status = mark.endsWith(OFFLINE_MARK) ? 'OFFLINE' : 'ONLINE'
  return { status, profile: { set: mark } } as const
}

function patchOf({ mark, leases = false }: Extract<Request, { kind: 'patch' }>) {
  return { profile: { patch: mark }, ...(leases && { ttlMs: LONG_TTL_MS }) }
}

function written({ value, created, replayed }: Traced<User>): Answer {
  return replayed ? { kind: 'done', created } : { kind: 'done', created, ...seenOf(value) }
}

export function seenOf(user: User | undefined): Seen {
  if (user === undefined) return { state: undefined, version: undefined }
  const { set, patch = '' } = user.profile
  return { state: `${set}/${patch}`, version: user.version }
}

function failed(error: unknown, { kind }: Request): Answer {
  switch (errorName(error)) {
    case 'NotFoundError':
      // Of a repeated write: it was done, and the user has been deleted since.
      return kind === 'patch' ? { kind: 'gone' } : { kind: 'done' }
    case 'ConflictError': {
      const current = seenOf((error as { current?: User }).current)
      return { kind: 'conflict', ...current, later: kind === 'create' }
    }
    case 'InvalidUserError':
      return { kind: 'offline' }
    case 'BusyError':
    case 'UnavailableError':
    case 'NotRunningError':
      return { kind: 'rejected' }
    case undefined:
    case 'OutcomeUnknownError':
    case 'OperationTooOldError':
    case 'TimeoutError':
      return { kind: 'unknown' }
    default:
      throw error
  }
}
