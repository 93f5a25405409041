/** The HTTP API of one peer, as the commands use it: the HTTP client, and what only a person at a terminal asks for. */
import { errorOf } from '../client/answer.ts'
import { neverSent } from '../client/gateways.ts'
import { type Client, createClient } from '../client.ts'
import {
  type AnilloError,
  type ErrorName,
  errorByName,
  errorName,
  OutcomeUnknownError,
  UnavailableError
} from '../errors.ts'
import type {
  LookupReport,
  RecoveryReport,
  RecoveryRequest,
  RingReport,
  SelfReport,
  TaskReport
} from '../users/ring-report.ts'

/** Longer than a peer takes to give up on a request, so that its own, better answer arrives. */
const REQUEST_TIMEOUT_MS = 15_000
const JSON_TYPE = { 'Content-Type': 'application/json' }

export class Api {
  readonly url: string
  readonly #client: Client
  readonly #signal: AbortSignal | undefined
  /** Read once, however many calls there are. */
  readonly #token: () => Promise<string | undefined>

  /** `signal` ends every call but those of `users`, which have their own. `readToken` is called with the first call. */
  constructor(
    url: string,
    signal?: AbortSignal,
    readToken = async (): Promise<string | undefined> => undefined
  ) {
    let token: Promise<string | undefined> | undefined
    this.url = url
    this.#token = () => {
      token ??= readToken()
      return token
    }
    this.#client = createClient({ url, timeoutMs: REQUEST_TIMEOUT_MS, token: this.#token })
    this.#signal = signal
  }

  get users(): Client {
    return this.#client
  }

  ring(): Promise<RingReport> {
    return this.#client.ring({ signal: this.#signal })
  }

  /** `trace` asks for the hops too. */
  lookup(id: string, trace: boolean): Promise<LookupReport> {
    return this.#client.lookup(id, { trace, signal: this.#signal })
  }

  self(): Promise<SelfReport> {
    return this.#client.peer({ signal: this.#signal })
  }

  /** The lines of /readyz?verbose, such as `[+]storage ok`; they come with a 503 while one of them fails. */
  async health(): Promise<string[]> {
    const response = await this.#ask('GET', '/readyz?verbose')
    if (!response.ok && response.status !== 503) throw await errorOf(response)
    return (await response.text()).split('\n').filter(text => text !== '')
  }

  /** Asks the peer to leave for good; it does so in the background. Returns the path of the task that tells how far it is. */
  async leave(): Promise<string> {
    const response = await this.#ask('POST', '/v1/peer/leave')
    if (!response.ok) throw await errorOf(response)
    return ((await response.json()) as { watch: string }).watch
  }

  async task(path: string): Promise<TaskReport> {
    const response = await this.#ask('GET', path)
    if (!response.ok) throw await errorOf(response)
    return (await response.json()) as TaskReport
  }

  /** The caller has said that data may be lost. */
  async recover(request: RecoveryRequest): Promise<RecoveryReport> {
    const response = await this.#ask('POST', '/v1/ring/recover', { ...request, acceptDataLoss: true })
    if (!response.ok) throw await errorOf(response)
    return (await response.json()) as RecoveryReport
  }

  /** Sets a user through the original's route. @throws UnavailableError it was not written: try again after its `retryAfterMs` */
  async setStatus(id: number, status: number): Promise<void> {
    const response = await this.#ask('POST', `/status/${id}`, { status })
    if (!response.ok) throw await originalErrorOf(response)
    await response.arrayBuffer()
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const signal = this.#signal === undefined ? timeout : AbortSignal.any([this.#signal, timeout])
    const token = await this.#token()
    const headers = {
      ...(body !== undefined && JSON_TYPE),
      ...(token !== undefined && { Authorization: `Bearer ${token}` })
    }
    try {
      return await fetch(this.url + path, {
        method,
        signal,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) })
      })
    } catch (cause) {
      if (method === 'GET' || neverSent(cause)) {
        throw new UnavailableError(`${this.url} cannot be reached`, { cause })
      }
      throw new OutcomeUnknownError(`${this.url} gave no answer; it may have done what it was asked to`, {
        cause
      })
    }
  }
}

/** No connection was made, or it was cut: an answer that somebody gave has no cause. */
export function isUnreachable(error: unknown): boolean {
  return errorName(error) === 'UnavailableError' && (error as Error).cause !== undefined
}

const ORIGINAL_ERRORS: Readonly<Record<number, ErrorName>> = {
  401: 'UnauthorisedError',
  403: 'ForbiddenError',
  429: 'TooManyRequestsError',
  503: 'UnavailableError',
  504: 'OutcomeUnknownError'
}

/** The original's routes answer `{"error": …}`, and say the rest by the status. */
async function originalErrorOf(response: Response): Promise<AnilloError> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  const error = (body as { error?: unknown } | undefined)?.error
  if (typeof error !== 'string') return errorOf(response)
  const retryAfter = response.headers.get('retry-after')
  return errorByName(ORIGINAL_ERRORS[response.status] ?? 'InvalidRequestError', error, {
    retryAfterMs: retryAfter === null ? undefined : Number(retryAfter) * 1_000
  })
}
