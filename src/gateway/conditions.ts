/**
 * Conditional requests (RFC 9110, section 13). A user's version is its strong ETag. Conditions on a write are handed
 * to whoever decides them, the leader of the slot; the gateway only refuses those that could not be decided there.
 */
import { InvalidRequestError } from '../errors.ts'

export interface EntityTag {
  readonly weak: boolean
  readonly version: string
}

export function etagOf(version: string): string {
  return `"${version}"`
}

/** One list element, empty ones too, up to the next. No two runs of blanks meet in it, so it cannot backtrack far. */
const TAG = /(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,[ \t]*|$)/y
/** More tags than this in one header are a mistake or an attack. */
const TAGS_MAX = 64

/** The tags of an If-Match or If-None-Match header. @throws InvalidRequestError says how one looks */
export function parseTags(name: string, value: string): '*' | EntityTag[] {
  const header = value.trim()
  if (header === '*') return '*'
  const refuse = (what: string) =>
    new InvalidRequestError(
      `${name} ${what}; send * or the ETag of an answer in its quotes, as in ${name}: "3.41"`
    )
  const tags: EntityTag[] = []
  TAG.lastIndex = 0
  while (TAG.lastIndex < header.length) {
    const found = TAG.exec(header)
    if (found === null) throw refuse('is not a list of entity tags')
    if (found[2] !== undefined) tags.push({ weak: found[1] !== undefined, version: found[2] })
    if (tags.length > TAGS_MAX) throw refuse(`has more than ${TAGS_MAX} tags`)
  }
  if (tags.length === 0) throw refuse('is empty')
  return tags
}

/** What a read comes to, given the version that it found. If-Match compares strongly and goes first. */
export function readVerdict(headers: Headers, version: string): 'send' | 'not-modified' | 'failed' {
  const match = headers.get('if-match')
  if (match !== null) {
    const tags = parseTags('If-Match', match)
    if (tags !== '*' && !tags.some(tag => !tag.weak && tag.version === version)) return 'failed'
  }
  const noneMatch = headers.get('if-none-match')
  if (noneMatch !== null) {
    const tags = parseTags('If-None-Match', noneMatch)
    if (tags === '*' || tags.some(tag => tag.version === version)) return 'not-modified'
  }
  return 'send'
}

/** @throws InvalidRequestError: passed over, a condition would be taken for one that held */
export function refuseConditions(headers: Headers): void {
  const name = ['If-Match', 'If-None-Match'].find(each => headers.has(each))
  if (name === undefined) return
  throw new InvalidRequestError(
    `A heartbeat takes no ${name}, as it makes no new version: leave the header out, or renew with PATCH, a ttl and If-Match`
  )
}

/** The condition of a write. `never`: it cannot hold whatever the user is, since weak tags match nothing strongly. */
export interface WriteCondition {
  readonly ifVersion?: string
  readonly ifAbsent?: true
  readonly never?: true
}

/**
 * The condition of a PUT, PATCH or DELETE. PATCH and DELETE never create, so `If-Match: *` asks nothing of them that
 * their 404 does not say (section 13.2.1); PUT does, and the leader has no such condition for it.
 * @throws InvalidRequestError for a condition that the leader of the slot cannot decide
 */
export function writeCondition(headers: Headers, creates: boolean): WriteCondition {
  const match = headers.get('if-match')
  const noneMatch = headers.get('if-none-match')
  if (noneMatch !== null && (!creates || parseTags('If-None-Match', noneMatch) !== '*')) {
    throw new InvalidRequestError(
      'On a write the one If-None-Match is PUT with If-None-Match: *, which creates; to change a version, send it in If-Match'
    )
  }
  if (match === null) return noneMatch === null ? {} : { ifAbsent: true }
  if (noneMatch !== null) {
    throw new InvalidRequestError('If-Match and If-None-Match: * together can never hold; send one of them')
  }
  const tags = parseTags('If-Match', match)
  if (tags === '*') {
    if (!creates) return {}
    throw new InvalidRequestError(
      'PUT does not take If-Match: *; send a version, or PATCH, which never creates'
    )
  }
  const versions = new Set(tags.filter(tag => !tag.weak).map(tag => tag.version))
  const [version, ...others] = versions
  if (version === undefined) return { never: true }
  if (others.length > 0)
    throw new InvalidRequestError('A write depends on one version; send one ETag in If-Match')
  return { ifVersion: version }
}
