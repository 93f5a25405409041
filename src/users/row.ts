/**
 * A user on disk, three lines of text: `version status` (found without parsing the rest), the user as JSON, and
 * what came of the last writes as JSON. A deleted user leaves the first two lines empty and keeps the third until
 * a late duplicate of those writes can no longer come.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { StorageError } from '../errors.ts'
import type { OutcomeKind } from './operation.ts'
import { STATUSES, type Status, type User } from './user.ts'

/** What came of a write, kept for whoever sends it again. */
export interface PastOutcome {
  readonly operationId: string
  readonly kind: OutcomeKind
  readonly fingerprint: string
  /** The user's version after it; empty when there was none. */
  readonly version: string
  readonly atMs: number
}

export interface UserRow {
  readonly user: User | undefined
  /** Oldest first. */
  readonly past: readonly PastOutcome[]
}

export const EMPTY_ROW: UserRow = { user: undefined, past: [] }

const NEWLINE = 0x0a

type PackedOutcome = [
  operationId: string,
  kind: OutcomeKind,
  fingerprint: string,
  version: string,
  atMs: number
]

export function encodeRow({ user, past }: UserRow): Uint8Array {
  const packed = past.map(({ operationId, kind, fingerprint, version, atMs }): PackedOutcome => {
    return [operationId, kind, fingerprint, version, atMs]
  })
  const head = user === undefined ? '' : `${user.version} ${STATUSES.indexOf(user.status)}`
  const body = user === undefined ? '' : JSON.stringify(user)
  return fromString(`${head}\n${body}\n${JSON.stringify(packed)}`)
}

/** @throws StorageError the row is damaged */
export function decodeRow(bytes: Uint8Array): UserRow {
  try {
    const [, body, past] = bytesToString(bytes).split('\n')
    return {
      user: body === '' ? undefined : JSON.parse(body!),
      past: (JSON.parse(past!) as PackedOutcome[]).map(([operationId, kind, fingerprint, version, atMs]) => {
        return { operationId, kind, fingerprint, version, atMs }
      })
    }
  } catch (cause) {
    throw new StorageError('A user on disk is damaged: restore the data directory or start it empty', {
      cause
    })
  }
}

/** Whether the row has a user, without decoding it. */
export function isLiveRow(bytes: Uint8Array): boolean {
  return bytes[0] !== NEWLINE
}

/** The status of a live row, without decoding the rest. */
export function statusOfRow(bytes: Uint8Array): Status {
  return STATUSES[bytes[bytes.indexOf(NEWLINE) - 1]! - 0x30]!
}
