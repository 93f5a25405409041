/** The JSON body of a request: of an accepted media type, bounded in bytes and in time, UTF-8. */
import { HTTP_BODY_BYTES_MAX, HTTP_BODY_TIMEOUT_MS } from '../constants.ts'
import {
  errorName,
  InvalidRequestError,
  RequestTimeoutError,
  TooLargeError,
  UnsupportedMediaTypeError
} from '../errors.ts'
import { type Clock, deadlineAfter, raceSignal } from '../runtime.ts'
import { parseJson } from './json.ts'

export interface BodyOptions {
  /** Media types that are taken for JSON. */
  readonly types: readonly string[]
  /** Whether a body without a Content-Type is taken too. @default false */
  readonly untyped?: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * @throws UnsupportedMediaTypeError, TooLargeError, RequestTimeoutError, or InvalidRequestError for what is no JSON;
 * never after more than HTTP_BODY_BYTES_MAX (and one chunk) were read
 */
export async function readJson(request: Request, options: BodyOptions): Promise<unknown> {
  checkType(request.headers, options)
  const bytes = await readBytes(request, options)
  if (bytes.byteLength === 0) throw new InvalidRequestError('The body is empty; send a JSON object')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new InvalidRequestError('The body is not UTF-8', { cause })
  }
  return parseJson(text)
}

/** @throws UnsupportedMediaTypeError */
export function checkType(headers: Headers, options: Pick<BodyOptions, 'types' | 'untyped'>): void {
  const header = headers.get('content-type')
  const [type = '', ...parameters] = (header ?? '').split(';').map(part => part.trim().toLowerCase())
  const known = header === null ? options.untyped === true : options.types.includes(type)
  if (!known) {
    const given = header === null ? 'no Content-Type' : `Content-Type: ${header}`
    throw new UnsupportedMediaTypeError(`The request has ${given}; send ${options.types.join(' or ')}`)
  }
  const charset = parameters.find(parameter => parameter.startsWith('charset='))
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new UnsupportedMediaTypeError(`The body is sent as ${charset}; JSON is UTF-8`)
  }
  const coding = headers.get('content-encoding')
  if (coding !== null && coding.toLowerCase() !== 'identity') {
    throw new UnsupportedMediaTypeError(`The body is sent with Content-Encoding: ${coding}; send it as it is`)
  }
}

async function readBytes(request: Request, { clock, signal }: BodyOptions): Promise<Uint8Array> {
  // Content-Length may be absent or a lie, so what arrives is counted all the same.
  if (Number(request.headers.get('content-length')) > HTTP_BODY_BYTES_MAX) throw tooLarge()
  if (request.body === null) return new Uint8Array()
  using deadline = deadlineAfter(clock, HTTP_BODY_TIMEOUT_MS, signal)
  const reader = request.body.getReader()
  // One buffer that grows, not a list of chunks: a sender of single bytes would make it a long one.
  let buffer = new Uint8Array(1024)
  let length = 0
  try {
    for (;;) {
      const { done, value } = await raceSignal(reader.read(), deadline.signal)
      if (done) return buffer.subarray(0, length)
      if (length + value.byteLength > HTTP_BODY_BYTES_MAX) throw tooLarge()
      if (length + value.byteLength > buffer.byteLength) {
        const larger = new Uint8Array(Math.max(2 * buffer.byteLength, length + value.byteLength))
        larger.set(buffer.subarray(0, length))
        buffer = larger
      }
      buffer.set(value, length)
      length += value.byteLength
    }
  } catch (error) {
    reader.cancel().catch(() => {}) // the sender may be gone already
    if (errorName(error) === 'TooLargeError') throw error
    if (deadline.signal.aborted && !signal.aborted) {
      throw new RequestTimeoutError(
        `The body did not arrive within ${HTTP_BODY_TIMEOUT_MS} ms; nothing was written`
      )
    }
    throw new InvalidRequestError('The body broke off; nothing was written', { cause: error })
  }
}

function tooLarge(): TooLargeError {
  return new TooLargeError(`A body is at most ${HTTP_BODY_BYTES_MAX} bytes; nothing was written`, {
    limit: HTTP_BODY_BYTES_MAX
  })
}
