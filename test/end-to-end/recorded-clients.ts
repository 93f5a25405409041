/**
 * Clients that use a few users in every way there is, through any gateway, and write down what they asked and were
 * told, for the checkers of histories. A write whose outcome is in doubt is sent again with its idempotency key, by way of
 * another gateway, until somebody says what came of it: all its tries are one call.
 */
import assert from 'node:assert/strict'
import type { User } from '../../src/users/user.ts'
import type { Answer, Call, Request, State } from '../simulation/history.ts'
import { describeCall } from '../simulation/history.ts'
import { checkLinearizable } from '../simulation/linearizability.ts'
import { seededRandom } from '../simulation/random.ts'
import { versionFaults } from '../simulation/version-order.ts'
import { ask, type GatewayAnswer, type GatewayRequest, userPath } from './gateway-call.ts'

/** A slot without a leader has one again long before. */
const GIVE_UP_MS = 20_000
const RETRY_MS = 50
/** Each client has so many users, so that a user has as many clients: the search for an order is exponential in them. */
const USERS_OF_CLIENT = 6

export interface RecordedClientsOptions {
  readonly clients: number
  readonly users: readonly string[]
  /** Those that may be asked now. */
  readonly gateways: () => readonly string[]
  readonly seed: string
  /** Between two calls of a client. */
  readonly pauseMs: number
}

/** What a client last saw of a user. */
interface Sight {
  readonly state: State
  readonly version: string
}

export class RecordedClients implements AsyncDisposable {
  readonly statuses = new Map<number, number>()
  readonly #options: RecordedClientsOptions
  readonly #calls: Call[] = []
  readonly #running: Promise<void>[]
  #stopped = false

  constructor(options: RecordedClientsOptions) {
    this.#options = options
    this.#running = Array.from({ length: options.clients }, (_, client) => this.#run(client))
  }

  get calls(): number {
    return this.#calls.length
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#running)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** Reads every user once more through `gateway`, and puts what was found at the end of its history. */
  async readAll(gateway: string): Promise<void> {
    for (const user of this.#options.users) {
      const calledMs = performance.now()
      const answer = await ask(gateway, { method: 'GET', path: userPath(user) })
      assert.ok(answer !== undefined && [200, 404].includes(answer.status), `${user}: ${answer?.status}`)
      const request = { kind: 'get' } as const
      this.#record({ user, client: 'last', request, calledMs, answer: outcomeOf(request, answer) })
    }
  }

  /** @throws AssertionError the history of a user is not that of one copy, or a version is wrong */
  check(): void {
    for (const user of this.#options.users) {
      const calls = this.#calls.filter(call => call.user === user)
      const history = calls.sort((a, b) => a.calledMs - b.calledMs)
      assert.deepEqual(versionFaults(history), [], `versions of ${user}`)
      const { kind } = checkLinearizable(history)
      assert.equal(kind, 'yes', `linearizable: ${user}\n${history.map(describeCall).join('\n')}`)
    }
  }

  async #run(index: number): Promise<void> {
    const { users, seed, pauseMs } = this.#options
    const client = `c${index}`
    const random = seededRandom(seed, client)
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)]!
    const sights = new Map<string, Sight>()
    for (let number = 1; !this.#stopped; number++) {
      const user = users[(index + Math.floor(random.next() * USERS_OF_CLIENT)) % users.length]!
      const mark = `${client}-${number}`
      const seen = sights.get(user)
      const requests: Request[] = [
        { kind: 'get' },
        { kind: 'set', mark },
        { kind: 'create', mark },
        { kind: 'patch', mark },
        { kind: 'delete' }
      ]
      if (seen !== undefined) {
        const replace = { kind: 'replace', mark, version: seen.version, expected: seen.state } as const
        requests.push(replace, replace, replace)
      }
      const request = pick(requests)
      const sight = await this.#call(client, user, request, mark, Math.floor(random.next() * 100))
      if (sight !== undefined) sights.set(user, sight)
      await pause(pauseMs)
    }
  }

  /** One call with all its tries. Resolves with what it saw of the user. */
  async #call(
    client: string,
    user: string,
    request: Request,
    idempotencyKey: string,
    firstGateway: number
  ): Promise<Sight | undefined> {
    const calledMs = performance.now()
    const answer = await this.#answer(user, request, idempotencyKey, firstGateway)
    this.#record({ user, client, request, calledMs, answer, idempotencyKey })
    if (!('state' in answer) || answer.state === undefined || answer.version === undefined) return undefined
    return { state: answer.state, version: answer.version }
  }

  async #answer(
    user: string,
    request: Request,
    idempotencyKey: string,
    firstGateway: number
  ): Promise<Answer> {
    const untilMs = performance.now() + GIVE_UP_MS
    let doubtSinceMs: number | undefined
    for (let tries = 0, nowMs = performance.now(); nowMs < untilMs; tries++, nowMs = performance.now()) {
      const gateways = this.#options.gateways()
      const gateway = gateways[(firstGateway + tries) % gateways.length]!
      const ageS = doubtSinceMs === undefined ? 0 : Math.ceil((nowMs - doubtSinceMs) / 1_000)
      const answer = await ask(gateway, httpOf(user, request, idempotencyKey, ageS))
      const status = answer?.status ?? 0
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
      if (answer === undefined || status === 504) doubtSinceMs ??= nowMs
      else if (status !== 503) return outcomeOf(request, answer)
      await pause(RETRY_MS)
    }
    return { kind: request.kind === 'get' || doubtSinceMs !== undefined ? 'unknown' : 'rejected' }
  }

  #record(call: Omit<Call, 'answeredMs'>): void {
    this.#calls.push({ ...call, answeredMs: performance.now() })
  }
}

function httpOf(user: string, request: Request, idempotencyKey: string, ageS: number): GatewayRequest {
  const path = userPath(user)
  if (request.kind === 'get') return { method: 'GET', path }
  const headers = {
    'idempotency-key': idempotencyKey,
    ...(ageS > 0 && { 'idempotency-age': String(ageS) }),
    ...(request.kind === 'create' && { 'if-none-match': '*' }),
    ...(request.kind === 'replace' && { 'if-match': `"${request.version}"` })
  }
  switch (request.kind) {
    case 'delete':
      return { method: 'DELETE', path, headers }
    case 'patch':
      return { method: 'PATCH', path, headers, body: { profile: { patch: request.mark } } }
    default:
      return { method: 'PUT', path, headers, body: { status: 'ONLINE', profile: { set: request.mark } } }
  }
}

/** @throws AssertionError no such answer is foreseen */
function outcomeOf(request: Request, { status, headers, body }: GatewayAnswer): Answer {
  const isRead = request.kind === 'get'
  if (status === 200 || status === 201) {
    const user = body as User
    // What a repeated write is answered is the user as it is now, and not as the write left it.
    if (headers.get('idempotency-replayed') === 'true') return { kind: 'done' }
    return { kind: isRead ? 'read' : 'done', state: stateOf(user), version: user.version }
  }
  if (status === 204) return { kind: 'done' }
  if (status === 404) {
    if (isRead) return { kind: 'read', state: undefined, version: undefined }
    if (request.kind === 'delete') return { kind: 'absent' }
    if (request.kind === 'patch') return { kind: 'gone' } // or it was done at the gateway's first try, and the user deleted since
    return { kind: 'done' } // a set is never refused so: it was done before, and the user deleted since
  }
  assert.equal(status, 412, `${JSON.stringify(request)} was answered ${status}: ${JSON.stringify(body)}`)
  const { current } = body as { current: User | null }
  // That there was a user is remembered, which one it was is not: a gateway that asked twice is told of the one now.
  const later = request.kind === 'create'
  if (current === null) return { kind: 'conflict', state: undefined, version: undefined, later }
  return { kind: 'conflict', state: stateOf(current), version: current.version, later }
}

function stateOf({ profile }: User): State {
  const { set = '', patch = '' } = profile as { set?: string; patch?: string }
  return `${set}/${patch}`
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
