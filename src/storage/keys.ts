/**
 * The key layout of a peer's one store. Everything binary and big-endian, so that byte order is the order we want:
 *
 * ```
 * m ‖ name                             meta: identity, store id, boot, genesis, format
 * b ‖ peer id (text) ‖ / ‖ store id    the last known start of another peer's store
 * p ‖ peer id (text)                   the peer book
 * s ‖ slot u16 ‖ 0                     what this peer knows of a slot: its view, its promises, or where it went
 * s ‖ slot u16 ‖ 1                     the entry that the table of the slot has reached; next to the rows, so that one
 *                                      range reads both in one transaction
 * s ‖ slot u16 ‖ 2 ‖ key (20) ‖ id     the slot's users, in ring order: one contiguous range
 * s ‖ slot u16 ‖ 3 ‖ sequence u64      the slot's log
 * s ‖ slot u16 ‖ 4 ‖ key (20) ‖ id     users of a snapshot that is not complete yet
 * ```
 */
import { concat } from 'uint8arrays/concat'
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import type { Range } from './store.ts'

const BOOT = 0x62
const META = 0x6d
const PEER = 0x70
const SLOT = 0x73
const STATE = 0
const APPLIED = 1
const ROW = 2
const LOG = 3
const STAGED = 4
const SLOT_PREFIX_BYTES = 4
const POSITION_BYTES = 20
const SEQUENCE_BYTES = 8

export function metaKey(name: string): Uint8Array {
  return concat([Uint8Array.of(META), fromString(name)])
}

export function peerKey(peer: string): Uint8Array {
  return concat([Uint8Array.of(PEER), fromString(peer)])
}

export function peerOfKey(key: Uint8Array): string {
  return bytesToString(key.subarray(1))
}

/** `store` is 16 hex digits. */
export function bootKey(peer: string, store: string): Uint8Array {
  return concat([Uint8Array.of(BOOT), fromString(`${peer}/${store}`)])
}

/** What is at `key`, for people. */
export function describeKey(key: Uint8Array): string {
  const rest = () => bytesToString(key.subarray(1))
  if (key[0] === META) return `the ${rest()} of this peer`
  if (key[0] === PEER) return `the peer book's entry of ${rest()}`
  if (key[0] === BOOT) return `the last known start of ${rest()}`
  if (key[0] !== SLOT || key.length < SLOT_PREFIX_BYTES) return `the value at ${bytesToString(key, 'base16')}`
  const slot = (key[1]! << 8) | key[2]!
  switch (key[SLOT_PREFIX_BYTES - 1]) {
    case STATE:
      return `what is known and promised of slot ${slot}`
    case APPLIED:
      return `how far the table of slot ${slot} is`
    case LOG:
      return `entry ${Number(`0x${bytesToString(key.subarray(SLOT_PREFIX_BYTES), 'base16')}`)} of the log of slot ${slot}`
    default:
      return `user ${JSON.stringify(userIdOfRow(key))} of slot ${slot}`
  }
}

export const bootRange: Range = { start: Uint8Array.of(BOOT), end: Uint8Array.of(BOOT + 1) }

export const peerRange: Range = { start: Uint8Array.of(PEER), end: Uint8Array.of(PEER + 1) }

/** Everything of every slot. */
export const slotsRange: Range = { start: Uint8Array.of(SLOT), end: Uint8Array.of(SLOT + 1) }

function slotKey(slot: number, kind: number): Uint8Array {
  return Uint8Array.of(SLOT, slot >> 8, slot & 0xff, kind)
}

export function slotStateKey(slot: number): Uint8Array {
  return slotKey(slot, STATE)
}

export function appliedKey(slot: number): Uint8Array {
  return slotKey(slot, APPLIED)
}

export function logKey(slot: number, sequence: number): Uint8Array {
  const key = new Uint8Array(SLOT_PREFIX_BYTES + SEQUENCE_BYTES)
  key.set(slotKey(slot, LOG))
  const view = new DataView(key.buffer)
  view.setUint32(SLOT_PREFIX_BYTES, Math.floor(sequence / 2 ** 32))
  view.setUint32(SLOT_PREFIX_BYTES + 4, sequence >>> 0)
  return key
}

/** Entries with sequence numbers `from` to `to`, both included. */
export function logRange(slot: number, from = 0, to = Number.MAX_SAFE_INTEGER): Range {
  return {
    start: logKey(slot, from),
    end: to === Number.MAX_SAFE_INTEGER ? slotKey(slot, LOG + 1) : logKey(slot, to + 1)
  }
}

/** Where a row waits until the snapshot that it came with is complete. */
export function stagedKey(rowKey: Uint8Array): Uint8Array {
  const key = rowKey.slice()
  key[SLOT_PREFIX_BYTES - 1] = STAGED
  return key
}

/** The inverse of {@link stagedKey}. */
export function rowKeyOfStaged(stagedKey: Uint8Array): Uint8Array {
  const key = stagedKey.slice()
  key[SLOT_PREFIX_BYTES - 1] = ROW
  return key
}

export function stagedRange(slot: number): Range {
  return { start: slotKey(slot, STAGED), end: slotKey(slot, STAGED + 1) }
}

/** How far the table has come, then its rows: one range is one consistent snapshot. */
export function tableRange(slot: number): Range {
  return { start: slotKey(slot, APPLIED), end: slotKey(slot, ROW + 1) }
}

/** Everything that a replica may lose when it is a member no more: all but its state. */
export function replicaDataRange(slot: number): Range {
  return { start: slotKey(slot, APPLIED), end: slotKey(slot, STAGED + 1) }
}

/** `position` is the user's key, 20 bytes. */
export function rowKey(slot: number, position: Uint8Array, userId: string): Uint8Array {
  return concat([slotKey(slot, ROW), position, fromString(userId)])
}

export function positionOfRow(key: Uint8Array): Uint8Array {
  return key.subarray(SLOT_PREFIX_BYTES, SLOT_PREFIX_BYTES + POSITION_BYTES)
}

export function userIdOfRow(key: Uint8Array): string {
  return bytesToString(key.subarray(SLOT_PREFIX_BYTES + POSITION_BYTES))
}

export function rowRange(slot: number): Range {
  return { start: slotKey(slot, ROW), end: slotKey(slot, ROW + 1) }
}

/** Whether a key, as another peer sent it, is a well-formed row key of this slot. */
export function isRowKey(slot: number, key: Uint8Array): boolean {
  const prefix = slotKey(slot, ROW)
  return key.byteLength > SLOT_PREFIX_BYTES + POSITION_BYTES && prefix.every((byte, at) => key[at] === byte)
}
