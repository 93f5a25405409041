/** How a peer is to serve HTTP, and whether that is safe. */
import { RATE_LIMIT_MAX } from '../constants.ts'
import { ConfigurationError } from '../errors.ts'
import { isLoopback } from './client-address.ts'
import { checkTls, type TlsOptions } from './server.ts'
import type { HttpToken } from './tokens.ts'

/** What may change while the peer runs. */
export interface HttpSecrets {
  /** Who may do what; without it whoever reaches the port may do everything. @default nobody needs a token */
  readonly tokens?: readonly HttpToken[] | undefined
  /** @default plain HTTP */
  readonly tls?: TlsOptions | undefined
}

export interface HttpOptions extends HttpSecrets {
  /** 0 takes a free one. */
  readonly port: number
  /** @default '127.0.0.1' */
  readonly host?: string | undefined
  /** Origins of web pages that may use the gateway, as browsers send them, or `*`. @default its own only */
  readonly corsOrigins?: readonly string[] | undefined
  /** Requests a second of each token, or of each address where there are no tokens. @default no limit */
  readonly rateLimit?: number | undefined
  /** Serve without tokens where other machines may reach it. @default false */
  readonly insecure?: boolean | undefined
}

export const HTTP_HOST_DEFAULT = '127.0.0.1'

/** @throws ConfigurationError says what to do; of tokens and origins, the door and CORS say it themselves */
export function checkHttpOptions(options: HttpOptions): void {
  const { host = HTTP_HOST_DEFAULT, tokens, tls, rateLimit, insecure } = options
  if (tokens === undefined && !insecure && !isLoopback(host)) {
    throw new ConfigurationError(
      `Whoever reaches HTTP on ${host} could read and change every user: say who may with --token-file FILE (http.tokens), listen on 127.0.0.1, or accept it with --insecure (http.insecure)`
    )
  }
  if (tls !== undefined) checkTls(tls)
  if (rateLimit !== undefined && !(rateLimit > 0 && rateLimit <= RATE_LIMIT_MAX)) {
    throw new ConfigurationError(
      `A rate limit is over 0 and at most ${RATE_LIMIT_MAX} requests a second; this one is ${rateLimit}`
    )
  }
}

/** Whether tokens would be sent where others may read them on the way. */
export function sendsTokensInClear({ host = HTTP_HOST_DEFAULT, tokens, tls }: HttpOptions): boolean {
  return tokens !== undefined && tls === undefined && !isLoopback(host)
}
