/**
 * A place in the list of all users, for whoever goes on from there at any other gateway. The list is in ring order, so
 * the last user that was given says where it goes on: base64url of version u8 | id.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { InvalidRequestError } from '../errors.ts'
import { keyOf, positionToBytes } from '../ring/position.ts'
import { type Slot, slotOf } from '../ring/slot.ts'
import { rowKey } from '../storage/keys.ts'
import { checkUserId } from './user.ts'

export interface ListPlace {
  readonly slot: Slot
  /** The key of the row that comes before. */
  readonly after: Uint8Array
}

const VERSION = 1

export function cursorAfter(id: string): string {
  return bytesToString(Uint8Array.of(VERSION, ...fromString(id)), 'base64url')
}

/** @throws InvalidRequestError it is none that a list gave */
export function placeOf(cursor: string, slots: number): ListPlace {
  try {
    const bytes = fromString(cursor, 'base64url')
    const id = checkUserId(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(1)))
    if (bytes[0] !== VERSION) throw new RangeError(`version ${bytes[0]}`)
    const key = keyOf(id)
    const slot = slotOf(key, slots)
    return { slot, after: rowKey(slot, positionToBytes(key), id) }
  } catch (cause) {
    throw new InvalidRequestError(
      'This cursor is none that a list of users gave: take `next` as it is, or begin without one',
      { cause }
    )
  }
}
