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

/**
 * Rows looked at in one step, whether they match or not: some 10 ms of a leader, in which it says to nobody that it is
 * there. Whoever asked goes on after them.
 */
const ROWS_LOOKED_AT_MAX = 4_096

export interface Filter {
  readonly status?: Status | undefined
  /** Of the id. */
  readonly prefix?: string | undefined
}

export interface ListQuery extends Filter {
  readonly slot: Slot
  /** The `next` of the page before. */
  readonly after?: Uint8Array | undefined
  /** Users at most; 0: their number alone is asked for. */
  readonly limit: number
}

export interface ListPage {
  readonly users: readonly User[]
  /** There may be more, which were not looked at: ask for those after this key. */
  readonly next: Uint8Array | undefined
  /** Of the rows looked at those that match; only of a query with a limit of 0. */
  readonly count: number
  /** The entry after which the table was like that. */
  readonly at: EntryId
}

export function pageOf(rows: Iterable<Row>, { epoch, sequence, live }: Applied, query: ListQuery): ListPage {
  const at = { epoch, sequence }
  if (query.limit === 0) {
    const all = query.status === undefined && !query.prefix
    return { users: [], at, ...(all ? { count: live, next: undefined } : countOf(rows, query)) }
  }
  const users: User[] = []
  let bytes = 0
  let looked = 0
  let last: Uint8Array | undefined
  for (const [key, row] of rows) {
    if (looked++ === ROWS_LOOKED_AT_MAX) return { users, next: last, count: 0, at }
    if (matches(key, row, query)) {
      bytes += row.byteLength
      if (users.length === query.limit || (users.length > 0 && bytes > PAGE_BYTES_MAX))
        return { users, next: last, count: 0, at }
      users.push(new UserRow(row).user!)
    }
    last = key
  }
  return { users, next: undefined, count: 0, at }
}

function countOf(rows: Iterable<Row>, query: ListQuery): Pick<ListPage, 'count' | 'next'> {
  let count = 0
  let looked = 0
  let last: Uint8Array | undefined
  for (const [key, row] of rows) {
    if (looked++ === ROWS_LOOKED_AT_MAX) return { count, next: last }
    if (matches(key, row, query)) count++
    last = key
  }
  return { count, next: undefined }
}

/** Without decoding the user. */
function matches(key: Uint8Array, row: Uint8Array, { status, prefix }: Filter): boolean {
  if (!isLiveRow(row) || (status !== undefined && statusOfRow(row) !== status)) return false
  return !prefix || userIdOfRow(key).startsWith(prefix)
}
