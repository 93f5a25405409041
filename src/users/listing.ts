/**
 * Users of a slot, many at once: a page of those that somebody asks for, or their number. Pure. The order is that of
 * the ring, so that a place in it means the same at every peer.
 */
import { PAGE_BYTES_MAX } from '../constants.ts'
import type { Applied } from '../replica/applied.ts'
import type { EntryId } from '../replica/entry.ts'
import type { Row } from '../replica/slot-machine.ts'
import type { Slot } from '../ring/slot.ts'
import { userIdOfRow } from '../storage/keys.ts'
import { isLiveRow, statusOfRow, UserRow } from './row.ts'
import type { Status, User } from './user.ts'

export interface Filter {
  readonly status?: Status | undefined
  /** Of the id. */
  readonly prefix?: string | undefined
}

export interface ListQuery extends Filter {
  readonly slot: Slot
  /** The key of the last row of the page before. */
  readonly after?: Uint8Array | undefined
  /** Users at most; 0: their number alone is asked for. */
  readonly limit: number
}

export interface ListPage {
  readonly users: readonly User[]
  /** There are more: ask for those after this key. */
  readonly next: Uint8Array | undefined
  /** All that match; only of a query with a limit of 0. */
  readonly count: number
  /** The entry after which the table was like that. */
  readonly at: EntryId
}

export function pageOf(rows: Iterable<Row>, { epoch, sequence, live }: Applied, query: ListQuery): ListPage {
  const at = { epoch, sequence }
  if (query.limit === 0) return { users: [], next: undefined, count: countOf(rows, live, query), at }
  const users: User[] = []
  let bytes = 0
  let last: Uint8Array | undefined
  for (const [key, row] of rows) {
    if (!matches(key, row, query)) continue
    bytes += row.byteLength
    if (users.length === query.limit || (users.length > 0 && bytes > PAGE_BYTES_MAX))
      return { users, next: last, count: 0, at }
    users.push(new UserRow(row).user!)
    last = key
  }
  return { users, next: undefined, count: 0, at }
}

function countOf(rows: Iterable<Row>, live: number, query: ListQuery): number {
  if (query.status === undefined && !query.prefix) return live
  let count = 0
  for (const [key, row] of rows) if (matches(key, row, query)) count++
  return count
}

/** Without decoding the user. */
function matches(key: Uint8Array, row: Uint8Array, { status, prefix }: Filter): boolean {
  if (!isLiveRow(row) || (status !== undefined && statusOfRow(row) !== status)) return false
  return !prefix || userIdOfRow(key).startsWith(prefix)
}
