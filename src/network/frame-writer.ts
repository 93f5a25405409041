/**
 * Writes frames to a stream. All frames of one turn of the event loop leave in one `send`: with js-libp2p a send costs
 * a system call and an encryption at either end, whatever its size, and under load that is most of what a call costs.
 */
import type { Stream } from '@libp2p/interface'
import { STREAM_WRITE_BUFFER_BYTES_MAX } from '../constants.ts'
import type { Clock } from '../runtime.ts'
import { type Frame, type FrameType, frameBytes, writeFrame } from './frame.ts'

/** Bytes of one send: with the muxer's header it fits one message of noise, 65,519 bytes. */
export const SEND_BYTES_MAX = 63 * 1024

export class FrameWriter {
  readonly #stream: Stream
  readonly #clock: Clock
  readonly #onDrained: () => void
  /** Written and not yet encoded, in order. */
  #frames: Frame[] = []
  #frameBytes = 0
  /** Encoded and not yet sent: one batch. */
  #batch: Uint8Array | undefined
  #batchSent = 0
  #scheduled = false

  /** @param onDrained called whenever everything that was written has been handed to the stream */
  constructor(stream: Stream, clock: Clock, onDrained: () => void = () => {}) {
    this.#stream = stream
    this.#clock = clock
    this.#onDrained = onDrained
    stream.addEventListener('drain', this.#flush)
  }

  /** Written and not taken by the socket. */
  get bufferedBytes(): number {
    const batch = this.#batch === undefined ? 0 : this.#batch.byteLength - this.#batchSent
    return this.#frameBytes + batch + this.#stream.writeBufferLength
  }

  /** False: the frame was not written, because more than STREAM_WRITE_BUFFER_BYTES_MAX would wait for the socket. */
  write(type: FrameType, id: number, body: Uint8Array): boolean {
    const bytes = frameBytes(body.byteLength)
    if (this.bufferedBytes + bytes > STREAM_WRITE_BUFFER_BYTES_MAX) return false
    this.#frames.push({ type, id, body })
    this.#frameBytes += bytes
    if (!this.#scheduled) {
      this.#scheduled = true
      this.#clock.soon(this.#flush)
    }
    return true
  }

  /** Sends what was written in this turn without waiting for its end, as far as the stream takes it. */
  readonly #flush = (): void => {
    this.#scheduled = false
    const stream = this.#stream
    // A stream that is closing says so to its owner; what was not sent is lost with it.
    while (!stream.writableNeedsDrain && stream.writeStatus === 'writable') {
      const batch = this.#batch ?? this.#encode()
      if (batch === undefined) {
        this.#onDrained()
        return
      }
      const end = Math.min(this.#batchSent + SEND_BYTES_MAX, batch.byteLength)
      const chunk = batch.subarray(this.#batchSent, end)
      this.#batch = end === batch.byteLength ? undefined : batch
      this.#batchSent = end === batch.byteLength ? 0 : end
      try {
        stream.send(chunk)
      } catch {
        return // the stream has aborted itself, and its close event tells why
      }
    }
  }

  /** Puts frames together until they fill a send; a larger frame is a batch of its own. */
  #encode(): Uint8Array | undefined {
    if (this.#frames.length === 0) return undefined
    let count = 0
    let bytes = 0
    while (count < this.#frames.length) {
      const next = frameBytes(this.#frames[count]!.body.byteLength)
      if (count > 0 && bytes + next > SEND_BYTES_MAX) break
      bytes += next
      count++
    }
    const batch = Buffer.allocUnsafe(bytes)
    let at = 0
    for (let i = 0; i < count; i++) at = writeFrame(batch, at, this.#frames[i]!)
    if (count === this.#frames.length) this.#frames = []
    else this.#frames.splice(0, count)
    this.#frameBytes -= bytes
    return batch
  }
}
