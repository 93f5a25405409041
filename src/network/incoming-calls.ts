/** Another peer's questions and messages, over a stream that it opened and on which both sides have said hello. */
import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { Refusal } from '../../protocols/stream.ts'
import type { Peer } from '../chord/ring-node.ts'
import {
  INFLIGHT_HANDLERS_MAX,
  PAUSED_STREAM_BYTES_MAX,
  STREAM_WRITE_BUFFER_BYTES_MAX
} from '../constants.ts'
import {
  AnilloError,
  errorName,
  InternalError,
  ProtocolViolationError,
  TooLargeError,
  UnavailableError
} from '../errors.ts'
import type { Incarnation } from '../replica/view.ts'
import { BODY_BYTES_MAX, type Frame, FrameDecoder, FrameType } from './frame.ts'
import { FrameWriter } from './frame-writer.ts'
import { DETAIL_LENGTH_MAX, type Met } from './hello.ts'
import { endStream } from './stream-end.ts'
import { reportFailed, type Wire } from './wire.ts'

/**
 * Answers a request of `from`, the connection's authenticated peer. `body` is a view into what was received: what is
 * kept after the answer is copied. An AnilloError that it throws reaches the caller by name; any other error as
 * InternalError, without its text.
 */
export type RpcHandler = (
  from: Peer,
  body: Uint8Array,
  call: IncomingCall
) => Uint8Array | Promise<Uint8Array>

/**
 * Takes a one-way message of `from`, in the order in which they were posted. `body` is a view, as above. What it throws
 * is told to nobody but the log: the message is lost, and the stream goes on.
 */
export type MessageHandler = (from: Incarnation, body: Uint8Array) => void

export interface Handlers {
  /** Left out by protocols without requests. */
  readonly request?: RpcHandler | undefined
  /** Left out by protocols without messages. */
  readonly message?: MessageHandler | undefined
}

/** More unread answers than this, and no further request is read until the other side has taken some. */
const UNREAD_REPLY_BYTES = 1024 * 1024
const NOTHING = new Uint8Array(0)

/** A request that is being worked on. */
export class IncomingCall {
  /** It is a client's, which is no peer of the ring: it may ask, and has nothing to say about the ring. */
  readonly fromClient: boolean
  #controller: AbortController | undefined
  #cancelled = false

  constructor(fromClient: boolean) {
    this.fromClient = fromClient
  }

  /**
   * Aborts when the caller says that it does not wait any more, or its stream is lost. What it says is not read while too
   * much of the stream is worked on. Made when it is first asked for: most handlers never do.
   */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#cancelled) this.cancel()
    return this.#controller.signal
  }

  get cancelled(): boolean {
    return this.#cancelled
  }

  cancel(): void {
    this.#cancelled = true
    this.#controller?.abort(new UnavailableError('The caller does not wait any more'))
  }
}

export class IncomingCalls {
  readonly #wire: Wire
  readonly #protocol: string
  readonly #from: Peer
  readonly #incarnation: Incarnation
  readonly #client: boolean
  readonly #stream: Stream
  readonly #handlers: Handlers
  readonly #writer: FrameWriter
  readonly #decoder = new FrameDecoder()
  /** Requests whose handler has not settled, cancelled or not. */
  readonly #inFlight = new Map<number, IncomingCall>()
  #paused = false
  #gone = false

  constructor(wire: Wire, protocol: string, met: Met, stream: Stream, handlers: Handlers) {
    this.#wire = wire
    this.#protocol = protocol
    this.#from = met.peer
    this.#incarnation = met.incarnation
    this.#client = met.client
    this.#stream = stream
    this.#handlers = handlers
    this.#writer = new FrameWriter(stream, wire.runtime.clock, () => this.#resume())
    stream.maxReadBufferLength = PAUSED_STREAM_BYTES_MAX
    stream.addEventListener('message', ({ data }) => this.#onData(data))
    stream.addEventListener('end', () => this.#onEnd())
    stream.addEventListener('close', () => this.#lose())
    if (stream.status !== 'open') this.#lose()
  }

  #onData(data: Uint8Array | Uint8ArrayList): void {
    this.#decoder.push(data)
    if (!this.#paused) this.#handleAll()
  }

  /** Everything that was received, as far as the bounds allow. */
  #handleAll(): void {
    try {
      while (!this.#gone) {
        if (this.#overloaded()) {
          this.#pause()
          return
        }
        const frame = this.#decoder.next()
        if (frame === undefined) return
        this.#onFrame(frame)
      }
    } catch (error) {
      this.#violated(error as Error)
    }
  }

  #overloaded(): boolean {
    return this.#inFlight.size >= INFLIGHT_HANDLERS_MAX || this.#writer.bufferedBytes > UNREAD_REPLY_BYTES
  }

  #onFrame({ type, id, body }: Frame): void {
    if (type === FrameType.cancel) {
      this.#inFlight.get(id)?.cancel()
      return
    }
    const { request, message } = this.#handlers
    if (type === FrameType.message && message !== undefined && !this.#client) {
      this.#take(id, body, message)
      return
    }
    if (type !== FrameType.request || request === undefined) {
      throw new ProtocolViolationError(`A frame of type ${type} from the side that asks`)
    }
    if (id === 0 || this.#inFlight.has(id)) {
      throw new ProtocolViolationError(`A request with the id ${id}, which is taken`)
    }
    const call = new IncomingCall(this.#client)
    let reply: Uint8Array | Promise<Uint8Array>
    try {
      reply = request(this.#from, body, call)
    } catch (error) {
      this.#refuse(id, error)
      return
    }
    if (reply instanceof Uint8Array) this.#reply(id, reply)
    else this.#replyLater(id, call, reply)
  }

  /** With an id, its sender wants to know that this stream is alive. */
  #take(id: number, body: Uint8Array, handler: MessageHandler): void {
    try {
      handler(this.#incarnation, body)
    } catch (error) {
      if (errorName(error) === 'ProtocolViolationError') {
        reportFailed(this.#wire, this.#protocol, this.#from, error)
      } else {
        const { log } = this.#wire.runtime
        log.error('message failed', { protocol: this.#protocol, peer: this.#from, error })
      }
    }
    if (id !== 0) this.#write(FrameType.reply, id, NOTHING)
  }

  #replyLater(id: number, call: IncomingCall, reply: Promise<Uint8Array>): void {
    this.#inFlight.set(id, call)
    reply.then(
      body => this.#finish(id, call, () => this.#reply(id, body)),
      error => this.#finish(id, call, () => this.#refuse(id, error))
    )
  }

  #finish(id: number, call: IncomingCall, answer: () => void): void {
    this.#inFlight.delete(id)
    if (this.#gone) return
    if (!call.cancelled) answer()
    this.#resume()
  }

  #reply(id: number, body: Uint8Array): void {
    if (body.byteLength > BODY_BYTES_MAX) {
      this.#refuse(
        id,
        new InternalError(`A reply of ${body.byteLength} bytes: at most ${BODY_BYTES_MAX} fit`)
      )
    } else {
      this.#write(FrameType.reply, id, body)
    }
  }

  #refuse(id: number, error: unknown): void {
    const name = errorName(error) ?? 'InternalError'
    if (name === 'InternalError') {
      this.#wire.runtime.log.error('request failed', { protocol: this.#protocol, peer: this.#from, error })
    }
    const ours = error instanceof AnilloError ? error : undefined
    const detail = ours?.message ?? 'The peer could not answer; its log says why'
    const retryAfterMs = ours?.retryAfterMs ?? 0
    this.#write(
      FrameType.error,
      id,
      Refusal.encode({ name, detail: detail.slice(0, DETAIL_LENGTH_MAX), retryAfterMs })
    )
  }

  #write(type: FrameType, id: number, body: Uint8Array): void {
    if (!this.#writer.write(type, id, body)) {
      this.#violated(
        new TooLargeError(`Over ${STREAM_WRITE_BUFFER_BYTES_MAX} bytes of answers were not read`)
      )
    }
  }

  #pause(): void {
    // Closed for reading: what is left is in the decoder.
    if (this.#stream.readStatus === 'readable') this.#stream.pause()
    this.#paused = true
  }

  #resume(): void {
    if (!this.#paused || this.#gone || this.#overloaded()) return
    this.#paused = false
    this.#handleAll()
    if (this.#paused || this.#gone) return
    // resume() delivers at once what the stream has buffered, and must not be paused from within: it would go on
    // granting the sender a window. So what it delivers is only collected, and handled afterwards.
    if (this.#stream.readStatus === 'paused') {
      this.#paused = true
      try {
        this.#stream.resume()
      } catch (error) {
        this.#violated(error as Error) // the connection is gone and its streams have not been told yet
        return
      }
      this.#paused = false
      this.#handleAll()
    }
  }

  /** The other side will ask no more, so it takes no answers either: a half-open rpc stream does not exist. */
  #onEnd(): void {
    if (this.#gone) return
    if (this.#decoder.bufferedBytes > 0 && !this.#paused) {
      this.#violated(new ProtocolViolationError('The stream ended within a frame'))
      return
    }
    this.#lose()
    void endStream(this.#stream, this.#wire.runtime.clock)
  }

  #violated(error: Error): void {
    if (this.#gone) return
    reportFailed(this.#wire, this.#protocol, this.#from, error)
    this.#lose()
    this.#stream.abort(error)
  }

  #lose(): void {
    this.#gone = true
    for (const call of this.#inFlight.values()) call.cancel()
    this.#inFlight.clear()
  }
}
