/**
 * The user id in a path, decoded once from what stands in the URL. hono's own parameters are not used for it: they
 * decode as far as they can and pass on the rest, so that a broken encoding would name another user.
 */
import { InvalidRequestError, UnknownPathError } from '../errors.ts'
import { checkUserId } from '../users/user.ts'

/** Takes everything after the prefix, also nothing and slashes, so that these get an answer of their own. */
export const USER_ID = ':id{.*}'

/** @throws InvalidRequestError, InvalidUserError, UnknownPathError for a slash that is not written %2F */
export function userIdAfter(prefix: string, url: URL, suffix = ''): string {
  const segment = url.pathname.slice(prefix.length, url.pathname.length - suffix.length)
  if (segment.includes('/')) {
    throw new UnknownPathError(
      `There is nothing at ${url.pathname}; a slash that belongs to a user id is written %2F: ${prefix}${segment.replaceAll('/', '%2F')}`
    )
  }
  let id: string
  try {
    id = decodeURIComponent(segment)
  } catch {
    throw new InvalidRequestError(
      `The percent-encoding of ${segment} is broken: every % is followed by two hex digits, and the bytes are UTF-8`
    )
  }
  return checkUserId(id)
}
