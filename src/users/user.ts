/** What a user is, and what is refused at the door. The contract of every surface: HTTP, CLI, library and wire. */
import {
  JSON_DEPTH_MAX,
  LEASE_MAX_MS,
  LEASE_MIN_MS,
  PROFILE_BYTES_MAX,
  USER_ID_BYTES_MAX
} from '../constants.ts'
import { InvalidUserError, TooLargeError } from '../errors.ts'

/** In the order of their numbers: ONLINE is 0, as in the original. */
export const STATUSES = ['ONLINE', 'OFFLINE', 'AWAY', 'BUSY'] as const
export type Status = (typeof STATUSES)[number]

export type Profile = { readonly [member: string]: unknown }

export interface User {
  readonly id: string
  readonly status: Status
  readonly profile: Profile
  /** Opaque; changes with every write. Never compare two of them for order. */
  readonly version: string
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
  /** When the presence lease ends; null without one. */
  readonly expiresAt: string | null
}

/** A user without what a heartbeat has nothing to do with. */
export type Presence = Pick<User, 'id' | 'status' | 'version' | 'expiresAt'>

/** What a caller sets. `profile` is kept as it was when it is left out. @default {} for a new user */
export interface UserInput {
  /** A name, or its number. */
  readonly status: Status | number
  readonly profile?: Profile | undefined
  /**
   * Of a presence lease, ms: when it is over and was not renewed the user becomes OFFLINE by itself. Without it the user
   * has no lease from then on. An OFFLINE user has none.
   */
  readonly ttlMs?: number | undefined
}

/** A user as it was exported. */
export interface RestoredInput extends UserInput {
  /** Without `ttlMs`: the lease is what is left of it by the leader's clock; `OFFLINE` if nothing is. ISO 8601. */
  readonly expiresAt?: string | null | undefined
}

/** A JSON merge patch (RFC 7396): null removes a profile member, and the lease. */
export interface UserPatch {
  readonly status?: Status | number | undefined
  readonly profile?: Profile | undefined
  /** @default the lease stays as it is, but for a user who becomes OFFLINE */
  readonly ttlMs?: number | null | undefined
}

const encoder = new TextEncoder()
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** @throws InvalidUserError says what a user id is */
export function checkUserId(id: unknown): string {
  const refuse = (message: string) => new InvalidUserError(message, { issues: [{ path: 'id', message }] })
  if (typeof id !== 'string') throw refuse('A user id is a string')
  if (!id.isWellFormed()) throw refuse('A user id is well-formed Unicode')
  if (CONTROL.test(id)) throw refuse('A user id has no control characters')
  const bytes = encoder.encode(id).byteLength
  if (bytes < 1 || bytes > USER_ID_BYTES_MAX) {
    throw refuse(`A user id is 1 to ${USER_ID_BYTES_MAX} bytes of UTF-8; this one is ${bytes}`)
  }
  return id
}

/** `007` means `7` on the routes of the original, whose ids were integers. */
export function canonicalDecimalId(id: string): string {
  return /^[0-9]+$/.test(id) ? id.replace(/^0+(?=[0-9])/, '') : id
}

/** The name of a status given by name or number. @throws InvalidUserError lists the statuses */
export function checkStatus(status: unknown): Status {
  const found = typeof status === 'number' ? STATUSES[status] : STATUSES.find(name => name === status)
  if (found === undefined) {
    const message = `A status is one of ${STATUSES.map((name, number) => `${name} (${number})`).join(', ')}; this one is ${JSON.stringify(status)}`
    throw new InvalidUserError(message, { issues: [{ path: 'status', message }] })
  }
  return found
}

/** A lease that a user of that status may have. @throws InvalidUserError names the bounds */
export function checkTtl(ttlMs: unknown, status?: Status): number {
  const refuse = (message: string) => new InvalidUserError(message, { issues: [{ path: 'ttl', message }] })
  const isTtl = Number.isInteger(ttlMs) && Number(ttlMs) >= LEASE_MIN_MS && Number(ttlMs) <= LEASE_MAX_MS
  if (!isTtl) {
    throw refuse(
      `A ttl is ${LEASE_MIN_MS / 1_000} s to ${LEASE_MAX_MS / 3_600_000} h; this one is ${JSON.stringify(ttlMs)} ms`
    )
  }
  if (status === 'OFFLINE') throw offlineLease()
  return Number(ttlMs)
}

/** @throws InvalidUserError */
export function checkExpiry(expiresAt: unknown): string {
  if (typeof expiresAt === 'string' && !Number.isNaN(Date.parse(expiresAt))) return expiresAt
  const message = `expiresAt is a time, as an export has it; this one is ${JSON.stringify(expiresAt)}`
  throw new InvalidUserError(message, { issues: [{ path: 'expiresAt', message }] })
}

export function offlineLease(): InvalidUserError {
  const message = 'An OFFLINE user has no lease: leave the ttl out'
  return new InvalidUserError(message, { issues: [{ path: 'ttl', message }] })
}

/** @throws InvalidUserError not a JSON object @throws TooLargeError over 64 KiB encoded */
export function checkProfile(profile: unknown): Profile {
  if (typeof profile !== 'object' || profile === null || Array.isArray(profile)) {
    throw refuseProfile('profile', 'A profile is a JSON object')
  }
  checkJson(profile, 'profile', 1)
  const bytes = encoder.encode(JSON.stringify(profile)).byteLength
  if (bytes > PROFILE_BYTES_MAX) {
    const message = `A profile is at most ${PROFILE_BYTES_MAX} bytes of JSON; this one is ${bytes}`
    throw new TooLargeError(message, { limit: PROFILE_BYTES_MAX })
  }
  return profile as Profile
}

/** A profile is kept as it was given, so what JSON would silently change or drop is refused. */
function checkJson(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuseProfile(path, `${value} is no JSON number`)
    return
  }
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    throw refuseProfile(path, `A ${typeof value} that is no JSON value`)
  }
  if (depth > JSON_DEPTH_MAX) throw refuseProfile(path, `A profile nests at most ${JSON_DEPTH_MAX} levels`)
  for (const [name, member] of Object.entries(value as object))
    checkJson(member, `${path}.${name}`, depth + 1)
}

function refuseProfile(path: string, message: string): InvalidUserError {
  return new InvalidUserError(message, { issues: [{ path, message }] })
}
