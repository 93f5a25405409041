/**
 * The unit of an rpc stream:
 *
 *     uvarint length | type u8 | call id u32, big-endian | body
 *
 * where `length` counts what follows it and is at most FRAME_BYTES_MAX. Reading is synchronous: nothing here makes a
 * promise for a message, which is what makes many small messages cheap.
 */
import type { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_BYTES_MAX } from '../constants.ts'
import { FrameTooLargeError, ProtocolViolationError } from '../errors.ts'

export const FrameType = { hello: 0, request: 1, reply: 2, error: 3, cancel: 4, message: 5 } as const
export type FrameType = (typeof FrameType)[keyof typeof FrameType]
const TYPE_MAX = FrameType.message

export interface Frame {
  readonly type: FrameType
  /** 1 to 2^32-1, chosen by the side that asks; 0 in a hello, and in a message that wants no answer. */
  readonly id: number
  /** A view into what was received: whoever keeps it for long copies it. */
  readonly body: Uint8Array
}

/** Type and call id. */
const HEADER_BYTES = 5
/** The longest body of a frame. */
export const BODY_BYTES_MAX = FRAME_BYTES_MAX - HEADER_BYTES
/** Lengths of four bytes are read, to tell a frame that is too large from one that is no frame; a fifth is never. */
const LENGTH_BYTES_MAX = 4

/** Bytes of a frame on the wire. */
export function frameBytes(bodyBytes: number): number {
  const length = HEADER_BYTES + bodyBytes
  return length + (length < 0x80 ? 1 : length < 0x4000 ? 2 : 3)
}

/** Writes a frame to `target` from `offset` on and returns where it ends. The body is at most BODY_BYTES_MAX. */
export function writeFrame(target: Uint8Array, offset: number, frame: Frame): number {
  const { id, body } = frame
  let at = offset
  let length = HEADER_BYTES + body.byteLength
  while (length >= 0x80) {
    target[at++] = (length & 0x7f) | 0x80
    length >>>= 7
  }
  target[at++] = length
  target[at++] = frame.type
  target[at++] = id >>> 24
  target[at++] = id >>> 16
  target[at++] = id >>> 8
  target[at++] = id
  target.set(body, at)
  return at + body.byteLength
}

export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = new Uint8Array(frameBytes(frame.body.byteLength))
  writeFrame(bytes, 0, frame)
  return bytes
}

/**
 * Cuts what arrives into frames, wherever it was split. Chunks are put together only when they hold all bytes that
 * the next step needs, so that every byte is copied a small number of times at most, in whatever pieces it comes.
 */
export class FrameDecoder {
  #chunks: Uint8Array[] = []
  /** Bytes of the first chunk that are already read. */
  #offset = 0
  /** Unread bytes, all chunks together. */
  #buffered = 0
  /** Trying again is of no use before so many bytes are there. */
  #needed = 1
  readonly #bytesMax: number

  /** @param bytesMax the largest length that is accepted */
  constructor(bytesMax = FRAME_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** Received and not yet returned by {@link next}. */
  get bufferedBytes(): number {
    return this.#buffered
  }

  push(data: Uint8Array | Uint8ArrayList): void {
    if (data instanceof Uint8Array) this.#chunks.push(data)
    else for (const chunk of data) this.#chunks.push(chunk)
    this.#buffered += data.byteLength
  }

  /**
   * The next whole frame, or undefined when more bytes are needed. After an error the stream cannot be understood
   * any more.
   * @throws FrameTooLargeError | ProtocolViolationError
   */
  next(): Frame | undefined {
    if (this.#buffered < this.#needed) return undefined
    const bytes = this.#contiguous()
    let at = this.#offset
    const end = at + this.#buffered
    let length = 0
    for (let shift = 0; ; shift += 7) {
      if (at === end) return this.#waitFor(this.#buffered + 1)
      const byte = bytes[at++]!
      length |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        if (byte === 0 && shift > 0) throw new ProtocolViolationError('A frame length has needless bytes')
        break
      }
      if (at - this.#offset === LENGTH_BYTES_MAX) {
        throw new ProtocolViolationError(`A frame length has more than ${LENGTH_BYTES_MAX} bytes`)
      }
    }
    if (length > this.#bytesMax) {
      throw new FrameTooLargeError(`A frame of ${length} bytes: at most ${this.#bytesMax} are read here`)
    }
    if (length < HEADER_BYTES) {
      throw new ProtocolViolationError(`A frame of ${length} bytes: its header alone has ${HEADER_BYTES}`)
    }
    if (end - at < length) return this.#waitFor(at - this.#offset + length)
    return this.#take(bytes, at, length)
  }

  #waitFor(bytes: number): undefined {
    this.#needed = bytes
    return undefined
  }

  #take(bytes: Uint8Array, at: number, length: number): Frame {
    const type = bytes[at]!
    if (type > TYPE_MAX) throw new ProtocolViolationError(`A frame of the unknown type ${type}`)
    const id =
      ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0
    const end = at + length
    this.#buffered -= end - this.#offset
    this.#offset = end
    this.#needed = 1
    if (this.#buffered === 0) {
      this.#chunks = []
      this.#offset = 0
    }
    return { type: type as FrameType, id, body: bytes.subarray(at + HEADER_BYTES, end) }
  }

  /** All unread bytes in one piece, beginning at #offset. */
  #contiguous(): Uint8Array {
    if (this.#chunks.length > 1) {
      const joined = new Uint8Array(this.#buffered)
      let at = -this.#offset
      for (const chunk of this.#chunks) {
        joined.set(at < 0 ? chunk.subarray(-at) : chunk, Math.max(at, 0))
        at += chunk.byteLength
      }
      this.#chunks = [joined]
      this.#offset = 0
    }
    return this.#chunks[0]!
  }
}
