/** The HTTP API of one peer, as the commands use it: the HTTP client, and what only a person at a terminal asks for. */
import { bodyOf, errorOf } from '../client/answer.ts'
import { neverSent } from '../client/gateways.ts'
import { type Client, createClient } from '../client.ts'
import {
  AnilloError,
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
    const text = await this.#ask('GET', '/readyz?verbose', async response => {
      if (!response.ok && response.status !== 503) throw await errorOf(response)
      return response.text()
    })
    return text.split('\n').filter(each => each !== '')
  }

  /** Asks the peer to leave for good; it does so in the background. Returns the path of the task that tells how far it is. */
  async leave(): Promise<string> {
    return (await this.#ask('POST', '/v1/peer/leave', answerOf<{ watch: string }>)).watch
  }

  task(path: string): Promise<TaskReport> {
    return this.#ask('GET', path, answerOf<TaskReport>)
  }

  /** The caller has said that data may be lost. */
  recover(request: RecoveryRequest): Promise<RecoveryReport> {
    const body = { ...request, acceptDataLoss: true }
    return this.#ask('POST', '/v1/ring/recover', answerOf<RecoveryReport>, body)
  }

  /** Sets a user through the original's route. @throws UnavailableError it was not written: try again after its `retryAfterMs` */
  setStatus(id: number, status: number): Promise<void> {
    const read = async (response: Response) => {
      if (!response.ok) throw await originalErrorOf(response)
      await response.arrayBuffer()
    }
    return this.#ask('POST', `/status/${id}`, read, { status })
  }

  /** `read` takes the answer, whatever its status: it can be cut, or come from a server in between. */
  async #ask<T>(
    method: 'GET' | 'POST',
    path: string,
    read: (response: Response) => Promise<T>,
    body?: object
  ): Promise<T> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const signal = this.#signal === undefined ? timeout : AbortSignal.any([this.#signal, timeout])
    const token = await this.#token()
    const headers = {
      ...(body !== undefined && JSON_TYPE),
      ...(token !== undefined && { Authorization: `Bearer ${token}` })
    }
    try {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      return await read(await fetch(this.url + path, { method, signal, headers, ...sent }))
    } catch (cause) {
      if (cause instanceof AnilloError) throw cause // not by name: a DOMException is called TimeoutError as well
      const why = reasonOf(cause)
      if (method === 'GET' || neverSent(cause)) {
        throw new UnavailableError(`${this.url} cannot be reached: ${why}`, { cause })
      }
      throw new OutcomeUnknownError(
        `${this.url} gave no answer (${why}); it may have done what it was asked to`,
        {
          cause
        }
      )
    }
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  if (!response.ok) throw await errorOf(response)
  return bodyOf<T>(response)
}

/** Of what `fetch` failed with, whose own message says no more than that it failed. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } }
  return cause?.message || cause?.code || message
}

/** No connection was made, it was cut, or a server in between failed: an answer that a peer gave has no cause. */
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
