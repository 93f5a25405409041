/**
 * Protocol buffers by hand, for the one message that is sent for every write and every read, several times: there the
 * generated codec would be most of the cost. Packed columns, which that codec cannot read, are whole numbers below 2^53.
 */

import { assert, ProtocolViolationError } from '../errors.ts'
import { BODY_BYTES_MAX } from './frame.ts'

const VARINT = 0
const FIXED_64 = 1
const LENGTH_DELIMITED = 2
const FIXED_32 = 5
/** The bytes of 2^53-1. */
const VARINT_BYTES_MAX = 8

/** Where messages are put together, one after the other; what leaves is a copy. */
const scratch = new Uint8Array(BODY_BYTES_MAX)

export class FieldWriter {
  #at = 0

  number(field: number, value: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX)
    this.#varint((field << 3) | VARINT)
    this.#varint(value)
  }

  bytes(field: number, value: Uint8Array): void {
    this.#reserve(2 * VARINT_BYTES_MAX + value.byteLength)
    this.#varint((field << 3) | LENGTH_DELIMITED)
    this.#varint(value.byteLength)
    scratch.set(value, this.#at)
    this.#at += value.byteLength
  }

  /** Number `index` of each row, packed. */
  column(field: number, rows: readonly (readonly number[])[], index: number): void {
    let length = 0
    for (const row of rows) length += varintBytes(row[index]!)
    this.#reserve(2 * VARINT_BYTES_MAX + length)
    this.#varint((field << 3) | LENGTH_DELIMITED)
    this.#varint(length)
    for (const row of rows) this.#varint(row[index]!)
  }

  /** @throws InternalError it is longer than a frame's body */
  finish(): Uint8Array {
    const message = Buffer.allocUnsafe(this.#at)
    message.set(scratch.subarray(0, this.#at))
    return message
  }

  #reserve(bytes: number): void {
    assert(this.#at + bytes <= scratch.byteLength, `A message over ${scratch.byteLength} bytes`)
  }

  #varint(value: number): void {
    let rest = value
    while (rest > 0x7fffffff) {
      scratch[this.#at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    while (rest > 0x7f) {
      scratch[this.#at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    scratch[this.#at++] = rest
  }
}

function varintBytes(value: number): number {
  if (value < 0x80) return 1
  let bytes = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++
  return bytes
}

/** Goes through the fields of a message; every method throws ProtocolViolationError where it is none. */
export class FieldReader {
  readonly #bytes: Uint8Array
  #at = 0
  #wireType = VARINT
  /** Of a length-delimited field: where its value ends. */
  #end = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Number of the next field, 0 at the end. Then its value is to be read or skipped. */
  next(): number {
    if (this.#at === this.#bytes.byteLength) return 0
    const tag = this.#varint(this.#bytes.byteLength)
    this.#wireType = tag & 7
    if (this.#wireType === LENGTH_DELIMITED) {
      const length = this.#varint(this.#bytes.byteLength)
      this.#end = this.#at + length
      if (this.#end > this.#bytes.byteLength) throw new ProtocolViolationError('A field is cut off')
    }
    const field = Math.floor(tag / 8)
    if (field === 0) throw new ProtocolViolationError('There is no field 0')
    return field
  }

  number(): number {
    this.#expect(VARINT)
    return this.#varint(this.#bytes.byteLength)
  }

  /** A view into what is read. */
  bytes(): Uint8Array {
    this.#expect(LENGTH_DELIMITED)
    const value = this.#bytes.subarray(this.#at, this.#end)
    this.#at = this.#end
    return value
  }

  /** At most `countMax` packed numbers. */
  column(countMax: number): number[] {
    this.#expect(LENGTH_DELIMITED)
    const numbers: number[] = []
    while (this.#at < this.#end) {
      if (numbers.length === countMax) {
        throw new ProtocolViolationError(`More than ${countMax} numbers in a column`)
      }
      numbers.push(this.#varint(this.#end))
    }
    return numbers
  }

  skip(): void {
    if (this.#wireType === VARINT) this.#varint(this.#bytes.byteLength)
    else if (this.#wireType === LENGTH_DELIMITED) this.#at = this.#end
    else if (this.#wireType === FIXED_64) this.#at += 8
    else if (this.#wireType === FIXED_32) this.#at += 4
    else throw new ProtocolViolationError(`A field of the unknown wire type ${this.#wireType}`)
    if (this.#at > this.#bytes.byteLength) throw new ProtocolViolationError('A field is cut off')
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) {
      throw new ProtocolViolationError(`A field of wire type ${this.#wireType}, not ${wireType}`)
    }
  }

  #varint(end: number): number {
    let value = 0
    for (let scale = 1, count = 0; count < VARINT_BYTES_MAX; count++, scale *= 0x80) {
      if (this.#at >= end) throw new ProtocolViolationError('A number is cut off')
      const byte = this.#bytes[this.#at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
    }
    throw new ProtocolViolationError('A number of 2^53 or more')
  }
}
