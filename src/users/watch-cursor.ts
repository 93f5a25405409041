/**
 * How far each slot of the ring has been followed, for whoever goes on from there at any other peer: base64url of
 * version u8 | first 4 bytes of the ring id | for each slot two varints, 1 + the epoch and the sequence of the last entry,
 * or 0 alone where the slot was not followed yet.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { InvalidRequestError } from '../errors.ts'
import type { Slot } from '../ring/slot.ts'
import type { Place } from './change.ts'

const VERSION = 1
const RING_BYTES = 4
const HEADER_BYTES = 1 + RING_BYTES
/** Two numbers of at most 53 bits, seven to a byte. */
const PLACE_BYTES_MAX = 16

export function encodePlaces(ringId: string, slots: number, placeOf: (slot: Slot) => Place): string {
  const bytes = new Uint8Array(HEADER_BYTES + slots * PLACE_BYTES_MAX)
  bytes[0] = VERSION
  bytes.set(fromString(ringId, 'base16').subarray(0, RING_BYTES), 1)
  let at = HEADER_BYTES
  const write = (value: number) => {
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80
    bytes[at++] = rest
  }
  for (let slot = 0; slot < slots; slot++) {
    const place = placeOf(slot as Slot)
    write(place === undefined ? 0 : 1 + place.epoch)
    if (place !== undefined) write(place.sequence)
  }
  return bytesToString(bytes.subarray(0, at), 'base64url')
}

/** Where a feed may begin without a cursor. */
const BEGINNINGS: ReadonlySet<string> = new Set(['now', '0', 'reset'])

/** @throws InvalidRequestError no feed of this ring begins there */
export function checkSince(since: string, ringId: string, slots: number): void {
  if (!BEGINNINGS.has(since)) decodePlaces(since, ringId, slots)
}

/** @throws InvalidRequestError it is none of this ring */
export function decodePlaces(cursor: string, ringId: string, slots: number): Place[] {
  try {
    const bytes = fromString(cursor, 'base64url')
    const ring = bytesToString(bytes.subarray(1, HEADER_BYTES), 'base16')
    if (bytes[0] !== VERSION || !ringId.startsWith(ring) || ring.length < 2 * RING_BYTES)
      throw new RangeError('of another ring or version')
    let at = HEADER_BYTES
    const read = () => {
      let value = 0
      for (let factor = 1; ; factor *= 0x80) {
        const byte = bytes[at++]
        if (byte === undefined) throw new RangeError('cut off')
        value += (byte & 0x7f) * factor
        if (!Number.isSafeInteger(value)) throw new RangeError('too large')
        if (byte < 0x80) return value
      }
    }
    const places = Array.from({ length: slots }, (): Place => {
      const epoch = read()
      return epoch === 0 ? undefined : { epoch: epoch - 1, sequence: read() }
    })
    if (at !== bytes.byteLength) throw new RangeError('too long')
    return places
  } catch (cause) {
    throw new InvalidRequestError(
      'This cursor is none that a feed of this ring gave: take the last one as it is, or begin with since=0',
      { cause }
    )
  }
}
