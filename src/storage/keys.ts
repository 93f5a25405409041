/**
 * The key layout of a peer's one store. Everything binary and big-endian, so that byte order is the order we want:
 *
 * ```
 * m ‖ name                             meta: identity, store id, boot, genesis
 * p ‖ peer id (text)                   the peer book
 * s ‖ slot u16 ‖ 0                     what this peer knows of a slot: its view, or where it went
 * s ‖ slot u16 ‖ 1 ‖ key (20) ‖ id     the slot's users, in ring order: one contiguous range
 * s ‖ slot u16 ‖ 2 ‖ key (20) ‖ id     users that are being received and are not the slot's yet
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
const ROW = 1
const STAGED = 2
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

function slotPrefix(slot: number, kind: number): Uint8Array {
  return Uint8Array.of(SLOT, slot >> 8, slot & 0xff, kind)
}

export function slotStateKey(slot: number): Uint8Array {
  return slotPrefix(slot, STATE)
}

/** `position` is the user's key, 20 bytes. */
export function rowKey(slot: number, position: Uint8Array, userId: string): Uint8Array {
  return concat([slotPrefix(slot, ROW), position, fromString(userId)])
}

export function userIdOfRow(key: Uint8Array): string {
  return bytesToString(key.subarray(SLOT_PREFIX_BYTES + POSITION_BYTES))
}

export function rowRange(slot: number): Range {
  return { start: slotPrefix(slot, ROW), end: slotPrefix(slot, ROW + 1) }
}

export function stagedRange(slot: number): Range {
  return { start: slotPrefix(slot, STAGED), end: slotPrefix(slot, STAGED + 1) }
}

/** The same row's key among the staged rows, and back: only the kind byte differs. */
export function stagedKey(key: Uint8Array): Uint8Array {
  return withKind(key, STAGED)
}

export function unstagedKey(key: Uint8Array): Uint8Array {
  return withKind(key, ROW)
}

function withKind(key: Uint8Array, kind: number): Uint8Array {
  const copy = key.slice()
  copy[SLOT_PREFIX_BYTES - 1] = kind
  return copy
}
