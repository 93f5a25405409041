/**
 * The two ends of a pipeline over a stream, with backpressure that reaches from the slowest consumer back to the
 * producer: js-libp2p's own iterators collect whatever arrives, without a bound.
 */
import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { PAUSED_STREAM_BYTES_MAX } from '../constants.ts'
import { TransferError } from '../errors.ts'
import { type Clock, deadlineAfter } from '../runtime.ts'
import { SEND_BYTES_MAX } from './frame-writer.ts'

type Bytes = Uint8Array | Uint8ArrayList

export interface PipeLimits {
  readonly clock: Clock
  /** How long the other side may neither send nor take anything while we wait for it. */
  readonly idleMs: number
  readonly signal?: AbortSignal | undefined
}

/** Received and not yet consumed: above the first the stream is paused, below the second it is read again. */
const QUEUE_BYTES_HIGH = 256 * 1024
const QUEUE_BYTES_LOW = 64 * 1024

/** Puts small pieces together, as every send costs the same whatever its size. */
export async function* gathered(source: AsyncIterable<Bytes>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of source) {
    if (bytes + piece.byteLength > SEND_BYTES_MAX && bytes > 0) {
      yield Buffer.concat(pieces, bytes)
      pieces = []
      bytes = 0
    }
    pieces.push(piece.subarray())
    bytes += piece.byteLength
  }
  if (bytes > 0) yield Buffer.concat(pieces, bytes)
}

/**
 * Sends everything from its source, no faster than the other side takes it, then ends the writing direction.
 * Throws what the source threw, or a TransferError when the stream was lost.
 */
export function sinkTo(
  stream: Stream,
  limits: PipeLimits
): (source: AsyncIterable<Uint8Array>) => Promise<void> {
  return async source => {
    for await (const bytes of source) {
      for (let at = 0; at < bytes.byteLength; at += SEND_BYTES_MAX) {
        if (stream.writeStatus !== 'writable') throw new TransferError('The stream was closed')
        if (!stream.send(bytes.subarray(at, at + SEND_BYTES_MAX))) await waitFor(stream, 'drain', limits)
      }
    }
    const deadline = deadlineAfter(limits.clock, limits.idleMs, limits.signal)
    try {
      await stream.close({ signal: deadline.signal })
    } catch (cause) {
      throw new TransferError('The stream was lost before everything was sent', { cause })
    } finally {
      deadline.clear()
    }
  }
}

/**
 * What arrives, until the other side ends its writing direction. Listens from the call on, so call it as soon as there
 * is a stream; take what it returns in one loop. Throws TransferError when the stream is lost or idle.
 */
export function sourceFrom(stream: Stream, limits: PipeLimits): AsyncGenerator<Bytes> {
  const queue = new ReceiveQueue(stream)
  return (async function* () {
    try {
      for (;;) {
        const bytes = queue.take()
        if (bytes !== undefined) yield bytes
        else if (queue.lost !== undefined) throw queue.lost
        else if (queue.ended) return
        else await waitFor(stream, 'message', limits)
      }
    } finally {
      queue.stop()
    }
  })()
}

class ReceiveQueue {
  readonly #stream: Stream
  #chunks: Bytes[] = []
  #bytes = 0
  #resuming = false
  ended = false
  lost: TransferError | undefined

  constructor(stream: Stream) {
    this.#stream = stream
    stream.maxReadBufferLength = PAUSED_STREAM_BYTES_MAX
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
    this.ended = stream.readableEnded
    if (stream.status === 'reset' || stream.status === 'aborted')
      this.lost = new TransferError('The stream was reset')
  }

  stop(): void {
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('end', this.#onEnd)
    this.#stream.removeEventListener('close', this.#onClose)
  }

  take(): Bytes | undefined {
    const chunk = this.#chunks.shift()
    if (chunk === undefined) return undefined
    this.#bytes -= chunk.byteLength
    if (this.#bytes <= QUEUE_BYTES_LOW && this.#stream.readStatus === 'paused') this.#resume()
    return chunk
  }

  /** It delivers at once what the stream has buffered, and must not be paused from within. */
  #resume(): void {
    this.#resuming = true
    try {
      this.#stream.resume()
    } catch {
      // The connection is gone and cannot be told that we read on; what was buffered has been delivered.
    }
    this.#resuming = false
    this.#pauseWhenFull()
  }

  #pauseWhenFull(): void {
    if (this.#bytes >= QUEUE_BYTES_HIGH && this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  readonly #onMessage = ({ data }: { data: Bytes }): void => {
    this.#chunks.push(data)
    this.#bytes += data.byteLength
    if (!this.#resuming) this.#pauseWhenFull()
  }

  readonly #onEnd = (): void => {
    this.ended = true
  }

  readonly #onClose = ({ error }: { error?: Error }): void => {
    if (error !== undefined)
      this.lost = new TransferError(`The stream was lost: ${error.message}`, { cause: error })
  }
}

/** Resolves at the event, and at the end of the reading direction; rejects when neither comes in time, or ever. */
function waitFor(
  stream: Stream,
  event: 'drain' | 'message',
  { clock, idleMs, signal }: PipeLimits
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      timer.cancel()
      stream.removeEventListener(event, onEvent)
      if (event === 'message') stream.removeEventListener('end', onEvent)
      stream.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const onEvent = () => finish(resolve)
    const onClose = ({ error }: { error?: Error }) => {
      const message = `The stream was lost: ${error?.message ?? 'it was closed'}`
      finish(() => reject(new TransferError(message, { cause: error })))
    }
    const onAbort = () => finish(() => reject(signal!.reason))
    const timer = clock.timer(idleMs, () =>
      finish(() => reject(new TransferError(`Nothing moved for ${idleMs} ms`)))
    )
    stream.addEventListener(event, onEvent)
    if (event === 'message') stream.addEventListener('end', onEvent)
    stream.addEventListener('close', onClose)
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
  })
}
