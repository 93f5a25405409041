/** The gateway that is asked: every question goes there, with the token, and how long answers take is noted. */
import type { LookupReport, RingReport, SelfReport, TaskReport } from '../../../users/ring-report.ts'

const TOKEN_KEY = 'anillo.token'
/** RFC 6750, section 2.1. `fetch` throws at others before it asks anybody: a line break, what hides in copied text, "…". */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/
/** Longer than the gateway lets an answer take. */
const ANSWER_TIMEOUT_MS = 30_000
/** What a feed may take to begin. */
const FEED_TIMEOUT_MS = 10_000

export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** The gateway answered, but not what was asked for. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

export class Api {
  /** Is told the milliseconds of every answer. */
  onAnswer: (ms: number) => void = () => {}
  /** A token is needed, or the one that was given is not right; `why` is for people. */
  onUnauthorised: (why: string) => void = () => {}
  #token = remembered()
  #origin: string
  /** Aborts what is asked of this gateway. */
  #turn = new AbortController()

  /** @default the gateway that served the page */
  constructor(origin: string = location.origin) {
    this.#origin = origin
  }

  get origin(): string {
    return this.#origin
  }

  /** Aborts when another gateway is asked. */
  get turn(): AbortSignal {
    return this.#turn.signal
  }

  /** Asks another gateway from now on; what was asked of the one before is given up. */
  turnTo(origin: string): void {
    this.#origin = origin
    const before = this.#turn
    this.#turn = new AbortController()
    before.abort(new Error('Another peer is asked now: ask again'))
  }

  get hasToken(): boolean {
    return this.#token !== ''
  }

  /** It must be one, as isToken says. */
  set token(token: string) {
    this.#token = token
    try {
      sessionStorage.setItem(TOKEN_KEY, token)
    } catch {
      // A browser that keeps nothing asks again after a reload.
    }
  }

  /** Which version this is, and whether it wants a token; asked of what needs none, so that no request has to fail for it. */
  async about(): Promise<{ version: string; guarded: boolean }> {
    const description = (await this.#json('/openapi.json')) as {
      info: { version: string }
      components: { securitySchemes?: object }
    }
    const { info, components } = description
    return { version: info.version, guarded: components.securitySchemes !== undefined }
  }

  async ring(): Promise<RingReport> {
    return (await this.#json('/v1/ring')) as RingReport
  }

  async self(): Promise<SelfReport> {
    return (await this.#json('/v1/peer')) as SelfReport
  }

  async lookup(id: string): Promise<LookupReport> {
    return (await this.#json(`/v1/ring/lookup/${encodeURIComponent(id)}?trace=1`)) as LookupReport
  }

  async tasks(): Promise<readonly TaskReport[]> {
    return ((await this.#json('/v1/tasks')) as { items: TaskReport[] }).items
  }

  async feed(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), FEED_TIMEOUT_MS)
    try {
      const response = await fetch(this.#origin + path, {
        headers: this.#headers(),
        signal: AbortSignal.any([signal, late.signal, this.turn])
      })
      if (!response.ok || response.body === null) throw await this.#refusal(response)
      return response.body
    } finally {
      clearTimeout(timer)
    }
  }

  async #json(path: string): Promise<unknown> {
    const started = performance.now()
    const response = await fetch(this.#origin + path, {
      headers: this.#headers(),
      signal: AbortSignal.any([AbortSignal.timeout(ANSWER_TIMEOUT_MS), this.turn])
    })
    if (!response.ok) throw await this.#refusal(response)
    const body = await response.json()
    this.onAnswer(performance.now() - started)
    return body
  }

  async #refusal(response: Response): Promise<Refused> {
    const problem = (await response.json().catch(() => ({}))) as { detail?: string }
    const detail = problem.detail ?? `The peer answered ${response.status}`
    if (response.status === 401) this.onUnauthorised(detail)
    return new Refused(response.status, detail)
  }

  #headers(): Record<string, string> {
    return this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` }
  }
}

function remembered(): string {
  try {
    const token = sessionStorage.getItem(TOKEN_KEY) ?? ''
    if (isToken(token)) return token
    sessionStorage.removeItem(TOKEN_KEY)
    return ''
  } catch {
    return ''
  }
}
