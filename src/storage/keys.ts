/**
 * The key layout of a peer's one store. Everything binary and big-endian, so that byte order is the order we want:
 *
 * ```
 * m ‖ name                             meta: identity, store id, boot, genesis
 * p ‖ peer id (text)                   the peer book
 * s ‖ slot u16 ‖ 0                     what this peer knows of a slot: its view, or where it went
 * s ‖ slot u16 ‖ 1                     the slot's sequence: the number of its last write here
 * s ‖ slot u16 ‖ 2 ‖ key (20) ‖ id     the slot's users, in ring order: one contiguous range
 * ```
 */
import { concat } from 'uint8arrays/concat'
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import type { Range } from './store.ts'

const META = 0x6d
const PEER = 0x70
const SLOT = 0x73
const STATE = 0
const SEQUENCE = 1
const ROW = 2
const SLOT_PREFIX_BYTES = 4
const POSITION_BYTES = 20

export function metaKey(name: string): Uint8Array {
  return concat([Uint8Array.of(META), fromString(name)])
}

export function peerKey(peer: string): Uint8Array {
  return concat([Uint8Array.of(PEER), fromString(peer)])
}

export function peerOfKey(key: Uint8Array): string {
  return bytesToString(key.subarray(1))
}

export const peerRange: Range = { start: Uint8Array.of(PEER), end: Uint8Array.of(PEER + 1) }

/** Everything of every slot. */
export const slotsRange: Range = { start: Uint8Array.of(SLOT), end: Uint8Array.of(SLOT + 1) }

function slotKey(slot: number, kind: number): Uint8Array {
  return Uint8Array.of(SLOT, slot >> 8, slot & 0xff, kind)
}

export function slotStateKey(slot: number): Uint8Array {
  return slotKey(slot, STATE)
}

export function slotSequenceKey(slot: number): Uint8Array {
  return slotKey(slot, SEQUENCE)
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
