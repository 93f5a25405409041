/**
 * Who may come in. Decided from the method, the path and the headers alone, before anything of the body is read, so that
 * turning somebody away costs little.
 */
import {
  HTTP_CLIENTS_MAX,
  RATE_BURST_SECONDS,
  WRONG_TOKENS_AT_ONCE,
  WRONG_TOKENS_PER_SECOND
} from '../constants.ts'
import { type AnilloError, ForbiddenError, TooManyRequestsError, UnauthorisedError } from '../errors.ts'
import type { Clock } from '../runtime.ts'
import { scopeNeeded } from './access.ts'
import { Allowances } from './allowances.ts'
import { clientOf, isLocalName } from './client-address.ts'
import { Recent } from './recent.ts'
import { type Grant, type HttpToken, type Scope, Tokens } from './tokens.ts'

/** Whom the transport knows to be asking. */
export interface Caller {
  /** IP address of the socket's other end; without one, what is limited by address is not limited. */
  readonly address?: string | undefined
}

export interface DoorOptions {
  /** Who may do what. @default anybody may do everything */
  readonly tokens?: readonly HttpToken[] | undefined
  /** Requests a second of each client: of each token, or of each address where there are no tokens. @default no limit */
  readonly rateLimit?: number | undefined
  /**
   * As long as no token is needed, sockets are served under an address or localhost only. A web page whose own name leads
   * to 127.0.0.1 all of a sudden (DNS rebinding) is of the gateway's origin for every browser. @default false
   */
  readonly local?: boolean | undefined
}

export interface Refusal {
  readonly error: AnilloError
  readonly headers: Record<string, string>
  /** For the log: the name of the token that was shown, when it is known. */
  readonly token?: string
}

const BEARER = /^Bearer +(\S+)$/i
const SEND_ONE = 'send a token of this peer: Authorization: Bearer …'

export class Door {
  #tokens: Tokens | undefined
  readonly #local: boolean
  readonly #rate: Allowances | undefined
  readonly #wrong: Allowances
  /** By client and token: that token has been right from there. */
  readonly #proven = new Recent<true>(HTTP_CLIENTS_MAX)

  /** @throws ConfigurationError a token that cannot be used */
  constructor(clock: Clock, options: DoorOptions = {}) {
    const { tokens, rateLimit, local = false } = options
    this.#local = local
    this.#tokens = tokens && new Tokens(tokens)
    this.#wrong = new Allowances(clock, { atOnce: WRONG_TOKENS_AT_ONCE, perSecond: WRONG_TOKENS_PER_SECOND })
    this.#rate =
      rateLimit === undefined
        ? undefined
        : new Allowances(clock, { atOnce: Math.max(1, rateLimit * RATE_BURST_SECONDS), perSecond: rateLimit })
  }

  /** Whether a token is needed. */
  get guarded(): boolean {
    return this.#tokens !== undefined
  }

  /** From now on these. */
  changeTokens(tokens: Tokens): void {
    this.#tokens = tokens
  }

  /** Why the request may not come in; undefined when it may. */
  refusal({ method, headers }: Request, url: URL, { address }: Caller): Refusal | undefined {
    const { pathname } = url
    const scope = scopeNeeded(method, pathname)
    if (scope === undefined) return undefined
    const client = address === undefined ? undefined : clientOf(address)
    if (this.#tokens === undefined) {
      const misled = this.#local && address !== undefined && !isLocalName(url.hostname)
      return misled ? elsewhere(url) : this.#tooMany(client)
    }
    const grant = this.#identify(this.#tokens, headers.get('authorization'), client)
    if ('error' in grant) return grant
    if (!grant.scopes.has(scope)) return lacking(grant, scope, method, pathname)
    return this.#tooMany(grant.id, grant.name)
  }

  /** Whether what the request was answered with, which goes on for long, may go on. Counts against no limit. */
  stillAdmits({ method, headers }: Request, { pathname }: URL): boolean {
    const scope = scopeNeeded(method, pathname)
    if (scope === undefined || this.#tokens === undefined) return true
    const token = BEARER.exec(headers.get('authorization') ?? '')?.[1]
    return token !== undefined && this.#tokens.find(token)?.scopes.has(scope) === true
  }

  #identify(tokens: Tokens, authorization: string | null, client: string | undefined): Grant | Refusal {
    if (authorization === null) {
      return unauthorised(`This needs a token; ${SEND_ONE}`, '')
    }
    const grant = tokens.find(BEARER.exec(authorization)?.[1] ?? '')
    const pair = grant && `${client} ${grant.id}`
    // Who has guessed too often is not told any more whether a guess was right. But callers behind one proxy share its
    // address, and none of them shall lock out the others: a token that was right from there before still is.
    const waitMs = client === undefined ? 0 : this.#wrong.waitMs(client)
    if (waitMs > 0 && (pair === undefined || this.#proven.get(pair) === undefined)) {
      return tooMany('Too many wrong tokens came from this address', waitMs)
    }
    if (grant === undefined || pair === undefined) {
      if (client !== undefined) this.#wrong.take(client)
      return unauthorised(`This token is not known here; ${SEND_ONE}`, ', error="invalid_token"')
    }
    this.#proven.set(pair, true)
    return grant
  }

  #tooMany(client: string | undefined, token?: string): Refusal | undefined {
    if (this.#rate === undefined || client === undefined) return undefined
    const waitMs = this.#rate.take(client)
    if (waitMs === 0) return undefined
    const refusal = tooMany('You ask more often than this peer lets a client', waitMs)
    return token === undefined ? refusal : { ...refusal, token }
  }
}

function unauthorised(detail: string, reason: string): Refusal {
  const headers = { 'WWW-Authenticate': `Bearer realm="anillo"${reason}` }
  return { error: new UnauthorisedError(detail), headers }
}

function elsewhere({ host, port }: URL): Refusal {
  const detail = `Without tokens this peer serves its own machine only, and ${host} may be anybody's name: ask ${port === '' ? '127.0.0.1' : `127.0.0.1:${port}`}, or start the peer with --token-file or --insecure`
  return { error: new ForbiddenError(detail), headers: {} }
}

function lacking({ name }: Grant, scope: Scope, method: string, path: string): Refusal {
  const detail = `${method} ${path} needs the scope ${scope}, which this token does not have; use one that has it`
  const headers = {
    'WWW-Authenticate': `Bearer realm="anillo", error="insufficient_scope", scope="${scope}"`
  }
  return { error: new ForbiddenError(detail), headers, token: name }
}

function tooMany(detail: string, retryAfterMs: number): Refusal {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const error = new TooManyRequestsError(`${detail}; nothing was done, try again in ${seconds} s`, {
    retryAfterMs
  })
  return { error, headers: {} }
}
