/** `users.txt`: the users that a peer holds, in the form of the original. */
import type { Status } from '../users/user.ts'
import { type NodeName, nodeText, shortHex } from './node-text.ts'

/**
 * Of either kind. Nobody reads more with `watch cat`, and a peer whose users change reads them anew each second, in one step
 * of the event loop: 10,000 of either kind took a sixth of a second of each.
 */
export const USERS_SHOWN_MAX = 1_000

export interface UserRow {
  readonly id: string
  /** The user's key, in hex. */
  readonly hash: string
  readonly status: Status
}

/** Users in ascending order of their hash. Only the first {@link USERS_SHOWN_MAX} rows are read. */
export interface UserRows {
  readonly count: number
  readonly rows: Iterable<UserRow>
}

export function usersText(self: NodeName, users: UserRows, backups: UserRows): string {
  const lines = [
    `ID: ${nodeText(self)}`,
    'ID\tHASH\tSTATUS',
    '',
    ...rowLines(users),
    '',
    'BACKUP',
    ...rowLines(backups)
  ]
  return `${lines.join('\n')}\n`
}

function rowLines({ count, rows }: UserRows): string[] {
  const lines: string[] = []
  if (count === 0) return lines
  for (const { id, hash, status } of rows) {
    lines.push(`${id.padStart(2)}\t${shortHex(hash).padStart(4)}\t${status}`)
    if (lines.length === USERS_SHOWN_MAX) break
  }
  if (count > lines.length) lines.push(`… and ${count - lines.length} more`)
  return lines
}
