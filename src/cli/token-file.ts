/**
 * A token file: a token on each line, and what it may do after it.
 *
 *     # made with: openssl rand -hex 32
 *     4f5c…  read,write   # the web application
 *     b01d…  admin        # whoever operates the ring
 *
 * A peer knows all of its tokens; a command shows the first one, and does not look at what it may do.
 */
import { ConfigurationError } from '../errors.ts'
import type { HttpToken, Scope } from '../peer.ts'
import { GROUP_AND_OTHERS, readSecret } from './secret-file.ts'

interface Line {
  /** For errors, which never repeat the line: it is secret. */
  readonly name: string
  readonly token: string
  readonly words: readonly string[]
}

/** @throws ConfigurationError the file is no token file; what is wrong with a token, the peer says under its line */
export async function readTokens(file: string): Promise<HttpToken[]> {
  return (await linesOf(file)).map(({ name, token, words }) => {
    const scopes = words.flatMap(word => word.split(',')).filter(scope => scope !== '')
    if (scopes.length === 0) {
      throw new ConfigurationError(
        `${name} says not what the token may do: put read, write or admin after it, with commas between`
      )
    }
    return { name, token, scopes: scopes as Scope[] }
  })
}

/** The one that commands show. @throws ConfigurationError */
export async function readFirstToken(file: string): Promise<string> {
  const [first] = await linesOf(file)
  if (first === undefined) throw new ConfigurationError(`The token file ${file} has no token`)
  return first.token
}

async function linesOf(file: string): Promise<Line[]> {
  const text = await readSecret(file, 'token file', GROUP_AND_OTHERS)
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [token, ...words] = line
      .replace(/^\uFEFF/, '')
      .replace(/#.*/, '')
      .split(/[ \t]+/)
      .filter(word => word !== '')
    return token === undefined ? [] : [{ name: `${file} line ${index + 1}`, token, words }]
  })
}
