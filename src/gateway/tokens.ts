/** The bearer tokens (RFC 6750) that a gateway knows, and what each may do. Their digests are kept, never they themselves. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { TOKEN_LENGTH_MAX, TOKEN_LENGTH_MIN, TOKENS_MAX } from '../constants.ts'
import { ConfigurationError } from '../errors.ts'

/**
 * `read` looks at users and at the ring. `write` changes users, `admin` is for whoever operates the peer: each of them may
 * read too, since the answer to a write shows the user anyway, and nobody operates blindly. Neither contains the other.
 */
const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export interface HttpToken {
  /** TOKEN_LENGTH_MIN to TOKEN_LENGTH_MAX characters: letters, digits, `-._~+/`, and `=` at the end. Make it of random bytes. */
  readonly token: string
  /** At least one. */
  readonly scopes: readonly Scope[]
  /** What errors and the log call it, which never say the token itself. @default its place in the list */
  readonly name?: string | undefined
}

/** A token that is known. */
export interface Grant {
  readonly name: string
  /** Another one for every token, also when one takes another's name. */
  readonly id: string
  readonly scopes: ReadonlySet<Scope>
}

const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

export class Tokens {
  readonly #known: readonly { readonly digest: Buffer; readonly grant: Grant }[]

  /** @throws ConfigurationError names the first that cannot be used, and why */
  constructor(tokens: readonly HttpToken[]) {
    if (tokens.length === 0) {
      throw new ConfigurationError('There is no token, so nobody could get in: give at least one')
    }
    if (tokens.length > TOKENS_MAX) {
      throw new ConfigurationError(`There are ${tokens.length} tokens; a gateway takes ${TOKENS_MAX}`)
    }
    const names = new Map<string, string>()
    this.#known = tokens.map((each, index) => {
      const name = each.name ?? `token ${index + 1}`
      check(each, name)
      const digest = digestOf(each.token)
      const id = digest.toString('base64')
      const twin = names.get(id)
      if (twin !== undefined) throw new ConfigurationError(`${name} is the token of ${twin} again: keep one`)
      names.set(id, name)
      const scopes = new Set<Scope>(['read', ...each.scopes])
      return { digest, grant: { name, id, scopes } }
    })
  }

  /**
   * What the token may do; undefined of one that is not known. Digests are compared, all of them and each in constant
   * time: how long it takes tells nothing about the tokens that are right.
   */
  find(token: string): Grant | undefined {
    const digest = digestOf(token)
    let found: Grant | undefined
    for (const known of this.#known) if (timingSafeEqual(known.digest, digest)) found = known.grant
    return found
  }
}

function check({ token, scopes }: HttpToken, name: string): void {
  if (token.length < TOKEN_LENGTH_MIN || token.length > TOKEN_LENGTH_MAX) {
    throw new ConfigurationError(
      `${name} has ${token.length} characters; a token has ${TOKEN_LENGTH_MIN} to ${TOKEN_LENGTH_MAX}. One that cannot be guessed: openssl rand -hex 32`
    )
  }
  if (!TOKEN.test(token)) {
    throw new ConfigurationError(
      `${name} has a character that no token has: letters, digits, - . _ ~ + / and = at the end are good`
    )
  }
  const unknown = scopes.find(scope => !SCOPES.includes(scope))
  if (scopes.length === 0 || unknown !== undefined) {
    const what = unknown === undefined ? 'no scope' : `the scope ${JSON.stringify(unknown)}`
    throw new ConfigurationError(`${name} has ${what}; the scopes are ${SCOPES.join(', ')}`)
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
