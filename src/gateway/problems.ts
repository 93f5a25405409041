/** Errors as answers: problem documents (RFC 9457), and `{"error": …}` on the routes of the original. */
import { RETRY_AFTER_MS } from '../constants.ts'
import { type AnilloError, ERROR_KINDS, type ErrorName, errorName, problemType } from '../errors.ts'
import type { Exchange } from './exchange.ts'

/** The errors that a caller can meet. Any other is a defect, or another peer's fault, and answered as InternalError. */
export const HTTP_ERRORS = [
  'InvalidUserError',
  'InvalidRequestError',
  'TooLargeError',
  'UnsupportedMediaTypeError',
  'MethodNotAllowedError',
  'RequestTimeoutError',
  'NotFoundError',
  'UnknownPathError',
  'UnauthorisedError',
  'ForbiddenError',
  'ConflictError',
  'IdempotencyKeyReusedError',
  'OperationTooOldError',
  'TooManyRequestsError',
  'BusyError',
  'UnavailableError',
  'NotRunningError',
  'OutcomeUnknownError',
  'TimeoutError',
  'StorageError',
  'StoreDamagedError',
  'InternalError'
] as const satisfies readonly ErrorName[]
export type HttpErrorName = (typeof HTTP_ERRORS)[number]

/** The body of an error. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The Request-Id. */
  readonly instance: string
  /** Field by field, of an invalid user. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  /** The present user when a condition did not hold, null when there is none. */
  readonly current?: unknown
  /** The limit that was passed. */
  readonly limit?: number
}

/** A detail may repeat what the caller sent; this much of it is enough to see what was meant. */
const DETAIL_LENGTH_MAX = 1_000
const ERRORS_MAX = 20

function cut(text: string): string {
  return text.length > DETAIL_LENGTH_MAX ? `${text.slice(0, DETAIL_LENGTH_MAX)}…` : text
}

/** The routes of the original, whose errors keep its form. */
export function isOriginal(path: string): boolean {
  return path === '/status' || path.startsWith('/status/')
}

/** The status of an error there. The original knows one kind of bad input. */
export function statusOf(name: HttpErrorName, path: string): number {
  return name === 'InvalidUserError' && isOriginal(path) ? 400 : ERROR_KINDS[name].status
}

/** Any error as an answer; one that nobody foresaw is logged and keeps its details to itself. */
export function errorResponse(thrown: unknown, exchange: Exchange, headers: HeadersInit = {}): Response {
  const name = HTTP_ERRORS.find(known => known === errorName(thrown)) ?? 'InternalError'
  const error = thrown as Partial<AnilloError>
  const kind = ERROR_KINDS[name]
  const answer = new Headers(headers)
  let detail = cut(error.message ?? '')
  if (kind.status === 500) {
    exchange.log.error('A request failed', {
      requestId: exchange.requestId,
      path: exchange.url.pathname,
      error: thrown
    })
    detail = `A defect or a failed disk; the log of this peer has it as request ${exchange.requestId}`
  }
  if (kind.status === 503 || kind.status === 429) {
    const seconds = Math.ceil((error.retryAfterMs ?? RETRY_AFTER_MS) / 1000)
    answer.set('Retry-After', String(Math.max(1, seconds)))
  }
  if (isOriginal(exchange.url.pathname)) {
    const status = statusOf(name, exchange.url.pathname)
    return json({ error: detail }, status, 'application/json', answer)
  }
  const problem: Problem = {
    type: problemType(name),
    title: kind.title,
    status: kind.status,
    detail,
    instance: exchange.requestId,
    ...(error.issues !== undefined && { errors: error.issues.slice(0, ERRORS_MAX).map(cutIssue) }),
    ...(name === 'ConflictError' && { current: error.current ?? null }),
    ...(error.limit !== undefined && { limit: error.limit })
  }
  return json(problem, kind.status, 'application/problem+json', answer)
}

function cutIssue({ path, message }: { path: string; message: string }) {
  return { path: cut(path), message: cut(message) }
}

function json(body: unknown, status: number, type: string, headers: Headers): Response {
  headers.set('Content-Type', type)
  return new Response(JSON.stringify(body), { status, headers })
}
