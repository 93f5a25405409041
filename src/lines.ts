/** Text that comes in pieces, cut into lines: one at a time, each bounded, never as a whole. */
import { HTTP_BODY_BYTES_MAX } from './constants.ts'
import { type AnilloError, InvalidRequestError, TooLargeError } from './errors.ts'

const NEWLINE = 0x0a

export interface TextLine {
  /** Without blanks around it and possibly empty; or why it cannot be read: too long, or not UTF-8. */
  readonly text: string | AnilloError
  /** Bytes of all lines up to its end. */
  readonly endByte: number
}

/** A line has at most as many bytes as the body of a request. */
export class LineCutter {
  #bytes = new Uint8Array(1024)
  #length = 0
  #tooLong = false
  #endByte = 0

  /** What came after the last newline. */
  rest(): TextLine {
    return this.#take()
  }

  /** The lines that end in `chunk`. All of them must be taken before the next call. */
  *add(chunk: Uint8Array): Generator<TextLine> {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.#append(chunk.subarray(from, at))
      this.#endByte++
      from = at + 1
      yield this.#take()
    }
    this.#append(chunk.subarray(from))
  }

  #append(part: Uint8Array): void {
    this.#endByte += part.byteLength
    const length = this.#length + part.byteLength
    if (length > HTTP_BODY_BYTES_MAX) this.#tooLong = true
    if (this.#tooLong) return
    if (length > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.byteLength, length))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(part, this.#length)
    this.#length = length
  }

  #take(): TextLine {
    const text = this.#tooLong ? tooLong() : decoded(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    this.#tooLong = false
    return { text, endByte: this.#endByte }
  }
}

function tooLong(): TooLargeError {
  return new TooLargeError(`A line is at most ${HTTP_BODY_BYTES_MAX} bytes`, { limit: HTTP_BODY_BYTES_MAX })
}

function decoded(bytes: Uint8Array): string | InvalidRequestError {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim()
  } catch (cause) {
    return new InvalidRequestError('The line is not UTF-8', { cause })
  }
}
