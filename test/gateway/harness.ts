/** A gateway over the fakes, and short ways to ask it. */
import assert from 'node:assert/strict'
import { Events } from '../../src/events.ts'
import type { Caller } from '../../src/gateway/door.ts'
import type { GatewayOptions } from '../../src/gateway/exchange.ts'
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts'
import type { Clock, Runtime } from '../../src/runtime.ts'
import { type LogFields, silentLog, systemClock, systemRandom } from '../../src/runtime.ts'
import { assertDescribed } from './described.ts'
import { FakeMetrics } from './fake-metrics.ts'
import { FakeRing, FakeUsers, fakeMany } from './fake-users.ts'

export const BASE = 'http://gateway.test'

export interface Options {
  readonly headers?: HeadersInit
  readonly body?: unknown
  readonly caller?: Caller
}

export interface Harness {
  readonly users: FakeUsers
  readonly ring: FakeRing
  readonly metrics: FakeMetrics
  readonly events: Events
  readonly gateway: Gateway
  readonly errors: LogFields[]
  /**
   * `body`: a string or bytes as they are, anything else as JSON with its content type. Every answer is held against
   * the OpenAPI description.
   */
  ask(method: string, path: string, options?: Options): Promise<Response>
}

export function harness(clock: Clock = systemClock, more: Partial<GatewayOptions> = {}): Harness {
  const users = new FakeUsers()
  const ring = new FakeRing()
  const metrics = new FakeMetrics()
  const events = new Events()
  const errors: LogFields[] = []
  const log = { ...silentLog, error: (_message: string, fields: LogFields = {}) => errors.push(fields) }
  const runtime: Runtime = { clock, random: systemRandom, log }
  const gateway = createGateway({
    users,
    many: fakeMany(users),
    ring,
    leave: () => ring.leave(),
    tasks: ring.tasks,
    events,
    metrics,
    recover: async request => ring.recover(request),
    runtime,
    version: '1.2.3',
    ...more
  })
  return {
    users,
    ring,
    metrics,
    events,
    gateway,
    errors,
    async ask(method, path, { headers, body, caller } = {}) {
      const all = new Headers(headers)
      const raw =
        body === undefined ||
        typeof body === 'string' ||
        body instanceof Uint8Array ||
        body instanceof ReadableStream
      if (body !== undefined && !all.has('content-type')) all.set('content-type', 'application/json')
      const payload = raw ? (body as BodyInit | undefined) : JSON.stringify(body)
      const init = { method, headers: all, ...(payload !== undefined && { body: payload, duplex: 'half' }) }
      const request = new Request(BASE + path, init as RequestInit)
      const response = await gateway.fetch(request, caller)
      await assertDescribed(request, response, more.door?.guarded)
      return response
    }
  }
}

/** The problem document of an answer, after its form was checked. */
export async function problemOf(response: Response, status: number): Promise<Record<string, unknown>> {
  const text = await response.text()
  assert.equal(response.status, status, text)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const problem = JSON.parse(text)
  assert.equal(problem.status, status)
  assert.match(problem.type, /^urn:anillo:error:[a-z-]+$/)
  assert.ok(problem.title.length > 0)
  assert.ok(problem.detail.length > 0)
  assert.equal(problem.instance, response.headers.get('request-id'))
  return problem
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #now = 0
  readonly #timers = new Set<{ at: number; fire: () => void }>()

  now() {
    return this.#now
  }

  monotonic() {
    return this.#now
  }

  timer(ms: number, fire: () => void) {
    const timer = { at: this.#now + ms, fire }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  soon(work: () => void) {
    this.timer(0, work)
  }

  get pending() {
    return this.#timers.size
  }

  advance(ms: number) {
    this.#now += ms
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue
      this.#timers.delete(timer)
      timer.fire()
    }
  }
}
