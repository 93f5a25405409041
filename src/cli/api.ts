/** The HTTP API of one peer, as the commands use it. */
import {
  type AnilloError,
  type ErrorName,
  errorByName,
  nameOfProblem,
  TimeoutError,
  UnavailableError
} from '../errors.ts'
import type { LookupReport, RingReport, SelfReport } from '../users/ring-report.ts'

/** Longer than a peer takes to give up on a request, so that its own, better answer arrives. */
const REQUEST_TIMEOUT_MS = 15_000

export class Api {
  readonly url: string
  readonly #signal: AbortSignal | undefined

  /** `signal` ends every call. */
  constructor(url: string, signal?: AbortSignal) {
    this.url = url
    this.#signal = signal
  }

  async ring(): Promise<RingReport> {
    return this.#json('GET', '/v1/ring')
  }

  /** `trace` asks for the hops too. */
  async lookup(id: string, trace: boolean): Promise<LookupReport> {
    return this.#json('GET', `/v1/ring/lookup/${encodeURIComponent(id)}${trace ? '?trace=1' : ''}`)
  }

  async self(): Promise<SelfReport> {
    return this.#json('GET', '/v1/peer')
  }

  /** The lines of /readyz?verbose, such as `[+]storage ok`; they come with a 503 while one of them fails. */
  async health(): Promise<string[]> {
    const response = await this.#request('GET', '/readyz?verbose')
    if (!response.ok && response.status !== 503) throw await errorOf(response)
    return (await response.text()).split('\n').filter(text => text !== '')
  }

  /** Asks the peer to leave for good; it does so in the background. */
  async leave(): Promise<void> {
    const response = await this.#request('POST', '/v1/peer/leave')
    if (!response.ok) throw await errorOf(response)
    await response.arrayBuffer()
  }

  /** Sets a user through the original's route. @throws UnavailableError with `retryAfterMs`: it was not written */
  async setStatus(id: number, status: number): Promise<void> {
    const response = await this.#request('POST', `/status/${id}`, { status })
    if (!response.ok) throw await errorOf(response)
    await response.arrayBuffer()
  }

  async #json<T>(method: string, path: string): Promise<T> {
    const response = await this.#request(method, path)
    if (!response.ok) throw await errorOf(response)
    return (await response.json()) as T
  }

  async #request(method: string, path: string, body?: object): Promise<Response> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const signal = this.#signal === undefined ? timeout : AbortSignal.any([this.#signal, timeout])
    const json = { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
    try {
      return await fetch(this.url + path, { method, signal, ...(body !== undefined && json) })
    } catch (cause) {
      throw withoutAnswer(this.url, cause)
    }
  }
}

/** Nobody listens at the URL. */
export class UnreachableError extends UnavailableError {}

/** What a request that got no answer is to a person. */
function withoutAnswer(url: string, cause: unknown): AnilloError {
  if ((cause as { name?: unknown }).name === 'TimeoutError') {
    return new TimeoutError(`${url} gave no answer within ${REQUEST_TIMEOUT_MS} ms`, { cause })
  }
  return new UnreachableError(
    `No peer answers at ${url}: start one with \`anillo peer start\`, or say where one is with -u URL`,
    { cause }
  )
}

interface Problem {
  readonly type?: unknown
  readonly detail?: unknown
  /** The message of the original's routes, which have no more than that. */
  readonly error?: unknown
}

/** The error that the answer names. */
async function errorOf(response: Response): Promise<AnilloError> {
  const problem = (await response.json().catch(() => ({}))) as Problem
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const details = { retryAfterMs: retryAfterSeconds >= 0 ? retryAfterSeconds * 1_000 : undefined }
  const name = nameOfProblem(problem.type)
  if (name !== undefined && typeof problem.detail === 'string')
    return errorByName(name, problem.detail, details)
  if (typeof problem.error === 'string')
    return errorByName(originalName(response.status), problem.error, details)
  return new UnavailableError(
    `HTTP ${response.status} from ${response.url}, which is not what a peer says: is it the HTTP API of a peer?`
  )
}

function originalName(status: number): ErrorName {
  if (status === 503) return 'UnavailableError'
  return status === 504 ? 'OutcomeUnknownError' : 'InvalidRequestError'
}
