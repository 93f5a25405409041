/**
 * What pages of other origins may do here (the CORS protocol of the Fetch standard). A page brings no cookies and no
 * stored password: `Access-Control-Allow-Credentials` is never sent, so that whatever it may do, it does with a token
 * that it was given. That makes `*` as safe as any origin where there are tokens; where there are none, it opens reading only.
 */
import { ConfigurationError } from '../errors.ts'

const METHODS = 'GET, HEAD, PUT, POST, PATCH, DELETE'
/** Of requests; `*` would not cover Authorization. */
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Idempotency-Key',
  'Idempotency-Age',
  'Last-Event-ID',
  'Request-Id'
].join(', ')
/** Of answers. */
const ANSWER_HEADERS = [
  'Allow',
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'Request-Id',
  'Retry-After',
  'Ring-Age',
  'Ring-Consistency',
  'Ring-Hops',
  'Ring-Owner',
  'Server-Timing',
  'WWW-Authenticate'
].join(', ')
/** Seconds for which a browser need not ask again; after a peer was started with other origins it should, soon. */
const PREFLIGHT_AGE_S = 600

export class Cors {
  readonly #named: ReadonlySet<string>
  readonly #any: boolean

  /** `origins`: as a browser sends them, `https://app.example`, or `*`. @throws ConfigurationError one that is none */
  constructor(origins: readonly string[] = []) {
    for (const origin of origins) checkOrigin(origin)
    this.#any = origins.includes('*')
    this.#named = new Set(origins.filter(origin => origin !== '*'))
  }

  /** Whether pages of the origin may change something. `guarded`: a token is needed for it. */
  mayChange(origin: string, guarded: boolean): boolean {
    return this.#named.has(origin) || (this.#any && guarded)
  }

  /** The answer to a browser that asks whether a page may send a request; undefined for any other request. */
  preflight({ method, headers }: Request): Response | undefined {
    if (method !== 'OPTIONS' || !headers.has('access-control-request-method')) return undefined
    if (this.#allowed(headers.get('origin')) === undefined) return undefined
    return new Response(null, {
      status: 204,
      headers: {
        'Access-Control-Allow-Methods': METHODS,
        'Access-Control-Allow-Headers': REQUEST_HEADERS,
        'Access-Control-Max-Age': String(PREFLIGHT_AGE_S)
      }
    })
  }

  /** Says on an answer, an error too, which page may read it. */
  mark(asked: Headers, answer: Headers): void {
    // Whether there is an Origin or not: a cache must not give one page's answer to another.
    if (this.#named.size > 0) answer.append('Vary', 'Origin')
    const allowed = this.#allowed(asked.get('origin'))
    if (allowed === undefined) return
    answer.set('Access-Control-Allow-Origin', allowed)
    answer.set('Access-Control-Expose-Headers', ANSWER_HEADERS)
  }

  #allowed(origin: string | null): string | undefined {
    if (origin === null) return undefined
    if (this.#named.has(origin)) return origin
    return this.#any ? '*' : undefined
  }
}

function checkOrigin(origin: string): void {
  if (origin === '*') return
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url?.origin === origin && /^https?:\/\/[^*]+$/.test(origin)) return
  const meant = url !== undefined && url.origin !== 'null' ? url.origin : 'https://app.example'
  throw new ConfigurationError(
    `${JSON.stringify(origin)} is not an origin as browsers send it: give scheme, host and port alone, as in ${meant}, or *`
  )
}
