/**
 * One call, over the gateways that are known: to the next one when one cannot be reached or may not answer, within
 * one deadline. A write keeps its idempotency key through all tries, so that it is executed once however often it
 * arrives; what is known about it in the end is what the error says.
 */
import {
  type AnilloError,
  errorName,
  OutcomeUnknownError,
  TimeoutError,
  UnavailableError
} from '../errors.ts'
import { type Clock, deadlineAfter, raceSignal, sleep } from '../runtime.ts'
import { errorOf } from './answer.ts'

export interface Call {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'
  /** Encoded, from the first slash. */
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
  /** A question whatever its method is: without an answer nothing is in doubt. @default only a GET */
  readonly isRead?: boolean
  /** Of a write: how long ago it was first sent, before this call. */
  readonly ageMs?: number
  readonly signal?: AbortSignal | undefined
}

export interface GatewaysOptions {
  /** Base URLs without a slash at the end, at least one. */
  readonly urls: readonly string[]
  /** The token to send, if any, of each call. @throws ConfigurationError */
  readonly token: () => Promise<string | undefined>
  readonly fetch: (request: Request) => Promise<Response>
  readonly timeoutMs: number
  readonly clock: Clock
}

export interface Stream {
  readonly body: ReadableStream<Uint8Array>
  /** It ended or broke off: the next one comes from the next gateway. */
  over(): void
}

/** How often each gateway is asked at most. */
const ROUNDS_MAX = 3
/** Between two rounds when no gateway said how long to wait. */
const ROUND_PAUSE_MS = 100

/** What a try came to: an answer, an error that another try would only repeat, or one that it may not. */
type Try<T> = { answer: T } | { final: AnilloError } | { failed: AnilloError; pauseMs: number | undefined }

export class Gateways {
  readonly #options: GatewaysOptions
  /** The one that answered last is asked first. */
  #preferred = 0

  constructor(options: GatewaysOptions) {
    this.#options = options
  }

  /**
   * `read` takes the body of a success. @throws what the gateway named, UnavailableError, TimeoutError or
   * OutcomeUnknownError of this call, or the reason of its signal
   */
  async call<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const { urls, timeoutMs, clock, token } = this.#options
    using deadline = deadlineAfter(clock, timeoutMs, call.signal)
    const startedMs = clock.monotonic()
    const { ageMs: givenMs = 0 } = call
    const headers = withToken(call.headers, await raceSignal(token(), deadline.signal))
    const first = this.#preferred % urls.length
    let doubtful: AnilloError | undefined
    let doubtSinceMs: number | undefined
    let last: AnilloError | undefined
    let longestMs = 0
    for (let round = 0; round < ROUNDS_MAX && !deadline.signal.aborted; round++) {
      let pauseMs = ROUND_PAUSE_MS
      for (let step = 0; step < urls.length && !deadline.signal.aborted; step++) {
        const index = (first + step) % urls.length
        const triedAtMs = clock.monotonic()
        const sinceMs = givenMs > 0 ? startedMs : doubtSinceMs
        const ageMs = sinceMs === undefined ? 0 : givenMs + triedAtMs - sinceMs
        const result = await this.#try(urls[index]!, { ...call, headers, ageMs }, read, deadline.signal)
        if ('answer' in result) {
          this.#preferred = index
          return result.answer
        }
        if ('final' in result) throw doubtful === undefined ? result.final : inDoubt(doubtful, result.final)
        last = result.failed
        if (last.name === 'OutcomeUnknownError') {
          doubtful = last
          doubtSinceMs ??= triedAtMs
        }
        pauseMs = Math.max(pauseMs, result.pauseMs ?? 0)
        longestMs = Math.max(longestMs, clock.monotonic() - triedAtMs)
      }
      const leftMs = timeoutMs - (clock.monotonic() - startedMs)
      // A write that was certainly not done would be in doubt, if the next try were cut off before it is answered as late as this one.
      const enoughMs = pauseMs + (call.method === 'GET' || call.isRead ? 0 : longestMs)
      if (round + 1 === ROUNDS_MAX || enoughMs >= leftMs) break
      await sleep(clock, pauseMs, deadline.signal).catch(() => {}) // the deadline is looked at above
    }
    if (call.signal?.aborted) throw call.signal.reason
    // A later try that certainly wrote nothing says nothing about an earlier one of which no answer came.
    throw doubtful ?? last ?? new TimeoutError(`No gateway answered within ${timeoutMs} ms`)
  }

  /**
   * An answer that goes on, from the gateway that answered last. @throws what the gateway named, or UnavailableError; the
   * next call asks the next one then
   */
  async stream(path: string, signal: AbortSignal): Promise<Stream> {
    const { urls, fetch, token, clock, timeoutMs } = this.#options
    const index = this.#preferred % urls.length
    const url = urls[index]!
    try {
      using deadline = deadlineAfter(clock, timeoutMs, signal)
      const headers = withToken(
        { Accept: 'application/x-ndjson' },
        await raceSignal(token(), deadline.signal)
      )
      const asked = fetch(new Request(url + path, { headers, signal }))
      const response = await raceSignal(asked, deadline.signal)
      if (response.ok && response.body !== null)
        return { body: response.body, over: () => this.#passOver(index) }
      throw await raceSignal(errorOf(response), deadline.signal)
    } catch (cause) {
      this.#passOver(index)
      if (errorName(cause) !== undefined) throw cause
      throw new UnavailableError(`${url} cannot be reached`, { cause })
    }
  }

  /** The next call asks the next one first, unless another call has found a better one meanwhile. */
  #passOver(index: number): void {
    const { length } = this.#options.urls
    if (this.#preferred % length === index) this.#preferred = (index + 1) % length
  }

  async #try<T>(
    url: string,
    call: Call,
    read: (response: Response) => Promise<T>,
    parent: AbortSignal
  ): Promise<Try<T>> {
    const { urls, timeoutMs, clock, fetch } = this.#options
    // One that hangs leaves half of the time for the others.
    using deadline = deadlineAfter(clock, urls.length > 1 ? timeoutMs / 2 : timeoutMs, parent)
    const request = requestOf(url, call, deadline.signal)
    try {
      const response = await raceSignal(fetch(request), deadline.signal)
      if (response.ok) return { answer: await raceSignal(read(response), deadline.signal) }
      const error = await raceSignal(errorOf(response), deadline.signal)
      if (error.kind.status === 503 || error.kind.status === 429)
        return { failed: error, pauseMs: error.retryAfterMs }
      if (error.kind.status === 504) return { failed: error, pauseMs: undefined }
      return { final: error }
    } catch (cause) {
      if (errorName(cause) === 'ConfigurationError') return { final: cause as AnilloError }
      return { failed: unanswered(url, call, cause), pauseMs: undefined }
    }
  }
}

/**
 * What a leader says of the repetition is true of the write. What anybody else refuses, a gateway to which the token is
 * no good as a rule, says nothing of the try that was not answered.
 */
const SAID_BY_LEADER: ReadonlySet<string> = new Set([
  'NotFoundError',
  'ConflictError',
  'IdempotencyKeyReusedError',
  'OperationTooOldError'
])

function inDoubt(doubtful: AnilloError, refusal: AnilloError): AnilloError {
  if (SAID_BY_LEADER.has(refusal.name)) return refusal
  const message = `${doubtful.message}. Repeated, it was refused: ${refusal.message}`
  return new OutcomeUnknownError(message, { cause: refusal })
}

function withToken(headers: Call['headers'], token: string | undefined): Record<string, string> {
  return token === undefined ? { ...headers } : { ...headers, Authorization: `Bearer ${token}` }
}

function requestOf(url: string, call: Call, signal: AbortSignal): Request {
  const { method, path, headers, body, ageMs = 0 } = call
  return new Request(url + path, {
    method,
    signal,
    headers: {
      Accept: 'application/json',
      ...headers,
      ...(ageMs > 0 && { 'Idempotency-Age': String(Math.ceil(ageMs / 1000)) })
    },
    ...(body !== undefined && { body })
  })
}

/**
 * Of a connection that was never made, or on which TLS was not agreed on: nothing can have arrived. Only Node says so; a
 * browser keeps it to itself.
 */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER'
])

/** Whether what `fetch` failed with says that the request never left. */
export function neverSent(cause: unknown): boolean {
  return NEVER_SENT.has((cause as { cause?: { code?: string } } | undefined)?.cause?.code ?? '')
}

function unanswered(url: string, call: Call, cause: unknown): AnilloError {
  const { message, cause: inner } = (cause ?? {}) as Partial<Error> & {
    cause?: { code?: string; message?: string }
  }
  const why = inner?.message || inner?.code || message
  if (call.method === 'GET' || call.isRead || neverSent(cause)) {
    if (errorName(cause) === 'TimeoutError')
      return new TimeoutError(`${url} did not answer in time`, { cause })
    return new UnavailableError(`${url} cannot be reached: ${why}`, { cause })
  }
  return new OutcomeUnknownError(
    `${url} gave no answer (${why}): it may have been written or not; repeat the call with the same idempotencyKey`,
    { cause }
  )
}
