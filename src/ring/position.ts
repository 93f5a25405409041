/**
 * Points of the ring: 160 bits, as in the Chord paper (Stoica et al. 2001, section 4.2), taken from the front of
 * a SHA-256. In memory a position is a bigint (it compares with `<`, is a Map key, and adds without carrying
 * bytes about), on the wire 20 bytes big-endian, for people 40 lower-case hex digits.
 */
import { createHash } from 'node:crypto'
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'

declare const position: unique symbol
/** 0 ≤ position < 2^160. Made only by the functions of this file. */
export type Position = bigint & { readonly [position]: true }

export const POSITION_BITS = 160
export const POSITION_BYTES = POSITION_BITS / 8
/** Where a walk round the ring starts that may start anywhere. */
export const ORIGIN = 0n as Position
const RING_SIZE = 1n << BigInt(POSITION_BITS)

function hash(...parts: Uint8Array[]): Position {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return positionFromBytes(digest.digest().subarray(0, POSITION_BYTES))
}

/** Where a user lives: SHA-256(UTF-8 of the id), first 160 bits. */
export function keyOf(userId: string): Position {
  return hash(new TextEncoder().encode(userId))
}

/** The position of a peer's ring node number `index`: SHA-256(PeerId multihash ‖ index as u16 big-endian), first 160 bits. */
export function ringNodePosition(peerMultihash: Uint8Array, index: number): Position {
  return hash(peerMultihash, Uint8Array.of(index >> 8, index & 0xff))
}

/** @throws RangeError unless there are exactly 20 bytes */
export function positionFromBytes(bytes: Uint8Array): Position {
  if (bytes.byteLength !== POSITION_BYTES) {
    throw new RangeError(`A position is ${POSITION_BYTES} bytes, not ${bytes.byteLength}`)
  }
  return BigInt(`0x${bytesToString(bytes, 'base16')}`) as Position
}

export function positionToBytes(point: Position): Uint8Array {
  return fromString(positionToHex(point), 'base16')
}

/** 40 lower-case hex digits. */
export function positionToHex(point: Position): string {
  return point.toString(16).padStart(POSITION_BYTES * 2, '0')
}

/** @throws RangeError unless `hex` is 40 hex digits */
export function positionFromHex(hex: string): Position {
  if (!/^[0-9a-f]{40}$/.test(hex)) throw new RangeError(`Not a position: ${hex}`)
  return BigInt(`0x${hex}`) as Position
}

/** `point + distance`, round the ring; the distance may be negative. */
export function advance(point: Position, distance: bigint): Position {
  return BigInt.asUintN(POSITION_BITS, point + distance) as Position
}

/** How far one goes clockwise from `from` to reach `to`: 0 ≤ distance < 2^160. */
export function distance(from: Position, to: Position): bigint {
  return BigInt.asUintN(POSITION_BITS, to - from)
}

/** Where finger `index` (0…159) of `point` starts: point + 2^index. */
export function fingerStart(point: Position, index: number): Position {
  return advance(point, 1n << BigInt(index))
}

/** The part of the ring, 0…1, that lies in (from, to]; all of it when they are equal. */
export function shareOf(from: Position, to: Position): number {
  const width = distance(from, to)
  // 2^53 steps are what a double tells apart; the low 107 bits cannot show.
  return width === 0n ? 1 : Number(width >> 107n) / Number(RING_SIZE >> 107n)
}
