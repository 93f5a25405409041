/** Pages of users on the wire. */
import type * as wire from '../../protocols/users.ts'
import { PAGE_USERS_MAX, USER_ID_BYTES_MAX } from '../constants.ts'
import { ProtocolViolationError } from '../errors.ts'
import { isRowKey } from '../storage/keys.ts'
import type { ListPage, ListQuery } from '../users/listing.ts'
import { STATUSES, type User } from '../users/user.ts'
import { atMost, checkedSlot, parsedObject, safe } from './view-codec.ts'

const NONE = new Uint8Array()

export function packList({ slot, after, limit, status, prefix }: ListQuery): wire.List {
  return {
    slot,
    after: after === undefined ? NONE : new Uint8Array(after),
    limit,
    status: status === undefined ? 0 : 1 + STATUSES.indexOf(status),
    prefix: prefix ?? ''
  }
}

/** @throws ProtocolViolationError */
export function unpackList({ slot, after, limit, status, prefix }: wire.List, slotCount: number): ListQuery {
  const checked = checkedSlot(slot, slotCount)
  atMost('users of a page', limit, PAGE_USERS_MAX)
  atMost('statuses', status, STATUSES.length)
  atMost('characters of a prefix', prefix.length, USER_ID_BYTES_MAX)
  if (after.byteLength > 0 && !isRowKey(slot, after))
    throw new ProtocolViolationError(`A page that begins after no row of slot ${slot}`)
  return {
    slot: checked,
    after: after.byteLength === 0 ? undefined : after,
    limit,
    status: STATUSES[status - 1],
    prefix
  }
}

export function packPage({ users, next, count, at }: ListPage): wire.Page {
  return {
    users: users.map(user => JSON.stringify(user)),
    next: next === undefined ? NONE : new Uint8Array(next),
    count,
    ...at
  }
}

/** @throws ProtocolViolationError */
export function unpackPage({ users, next, count, epoch, sequence }: wire.Page): ListPage {
  atMost('users of a page', users.length, PAGE_USERS_MAX)
  return {
    users: users.map(user => parsedObject('user', user) as unknown as User),
    next: next.byteLength === 0 ? undefined : next,
    count: safe('count', count),
    at: { epoch: safe('epoch', epoch), sequence: safe('sequence', sequence) }
  }
}
