/**
 * This peer's questions and messages to one other peer, over one stream that this peer opens. It is made for the first
 * of them and is gone with its stream: the next makes another. Whatever happens to the stream, every call has ended by
 * its deadline. Of messages nobody hears whether they arrive, so now and then one asks for an empty answer: a stream
 * that carries nothing else would not notice for many minutes that there is nobody at its other end.
 */
import type { Stream } from '@libp2p/interface'
import { setMaxListeners } from 'main-event'
import type { Uint8ArrayList } from 'uint8arraylist'
import { Refusal } from '../../protocols/stream.ts'
import type { Peer } from '../chord/ring-node.ts'
import {
  CONNECT_TIMEOUT_MS,
  MESSAGES_WAITING_BYTES_MAX,
  PENDING_CALLS_MAX,
  STREAM_WRITE_BUFFER_BYTES_MAX
} from '../constants.ts'
import {
  type ErrorName,
  errorName,
  ProtocolViolationError,
  TimeoutError,
  UnavailableError
} from '../errors.ts'
import { deadlineAfter, type Timer } from '../runtime.ts'
import { BODY_BYTES_MAX, type Frame, FrameDecoder, FrameType, frameBytes } from './frame.ts'
import { FrameWriter } from './frame-writer.ts'
import { DETAIL_LENGTH_MAX, sayHello } from './hello.ts'
import { endStream } from './stream-end.ts'
import { reportFailed, type Wire } from './wire.ts'

export type CallResult =
  | { readonly kind: 'reply'; readonly body: Uint8Array }
  /** The other peer (or this one, before anything was sent) refused: nothing was executed, unless `name` says otherwise. */
  | {
      readonly kind: 'refused'
      readonly name: ErrorName
      readonly detail: string
      readonly retryAfterMs: number | undefined
    }
  /** `sent` false: the request certainly never left this peer. */
  | { readonly kind: 'no-reply'; readonly sent: boolean; readonly reason: string }

export interface CallOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * One timer looks after the deadlines of all calls of a stream, this often, as a timer for each would cost more than
 * all the rest of a call. So a call ends up to this much after its deadline.
 */
const SWEEP_MS = 20
/** A stream on which a call timed out and nothing at all came in for so long is taken for dead, and opened anew. */
const SILENT_STREAM_MS = 5_000
/** Of the messages of one stream, one in so much time asks whether the stream is alive. */
const PROBE_MS = 1_000

const NOTHING = new Uint8Array(0)
const IDS = 2 ** 32

interface PendingCall {
  readonly deadline: number
  readonly resolve: (result: CallResult) => void
  /** Until the stream is open. */
  unsent: Uint8Array | undefined
  readonly signal: AbortSignal | undefined
  readonly onAbort: (() => void) | undefined
}

export class OutgoingCalls {
  readonly #wire: Wire
  readonly #protocol: string
  readonly #peer: Peer
  readonly #onGone: (opened: boolean) => void
  readonly #pending = new Map<number, PendingCall>()
  readonly #decoder = new FrameDecoder()
  readonly #abandon = new AbortController()
  readonly #opening: Promise<void>
  /** Calls made; its last 32 bits are the id of the last one. */
  #issued = 0
  #unsentBytes = 0
  #stream: Stream | undefined
  #writer: FrameWriter | undefined
  #sweep: Timer | undefined
  #gone = false
  /** When the first request left since something last came in. */
  #silentSince: number | undefined
  /** Messages that wait for the stream to be open. */
  #messages: Uint8Array[] = []
  /** From when on the next message asks for an answer; never while one waits for it. */
  #probeAt = Number.NEGATIVE_INFINITY

  /** @param onGone called once, when the stream is lost or could not be opened, before the calls learn of it */
  constructor(wire: Wire, protocol: string, peer: Peer, onGone: (opened: boolean) => void) {
    this.#wire = wire
    this.#protocol = protocol
    this.#peer = peer
    this.#onGone = onGone
    this.#opening = this.#open()
  }

  call(body: Uint8Array, { timeoutMs, signal }: CallOptions): Promise<CallResult> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const refusal = this.#refusal(body)
      if (refusal !== undefined) {
        resolve(refusal)
        return
      }
      const id = this.#nextId()
      let onAbort: (() => void) | undefined
      if (signal !== undefined) {
        onAbort = () => {
          this.#forget(id)
          reject(signal.reason)
        }
        setMaxListeners(Infinity, signal) // a caller may have any number of calls under one
        signal.addEventListener('abort', onAbort, { once: true })
      }
      const now = this.#wire.runtime.clock.monotonic()
      const call: PendingCall = { deadline: now + timeoutMs, resolve, unsent: undefined, signal, onAbort }
      this.#pending.set(id, call)
      this.#sweep ??= this.#wire.runtime.clock.timer(SWEEP_MS, this.#endLateCalls)
      if (this.#writer !== undefined) {
        this.#writer.write(FrameType.request, id, body)
        this.#silentSince ??= now
      } else {
        call.unsent = body
        this.#unsentBytes += frameBytes(body.byteLength)
      }
    })
  }

  /** Sends a message one way; false when too much waits already, and then it is dropped. */
  post(body: Uint8Array): boolean {
    const bytes = frameBytes(body.byteLength)
    if (this.#waitingBytes + bytes > MESSAGES_WAITING_BYTES_MAX || body.byteLength > BODY_BYTES_MAX)
      return false
    if (this.#writer !== undefined) return this.#writer.write(FrameType.message, this.#probe(), body)
    this.#messages.push(body)
    this.#unsentBytes += bytes
    return true
  }

  /** The id of the next message: 0, or of a call if it is time to ask whether the stream is alive. */
  #probe(): number {
    const { clock } = this.#wire.runtime
    const now = clock.monotonic()
    if (now < this.#probeAt || this.#pending.size >= PENDING_CALLS_MAX) return 0
    this.#probeAt = Number.POSITIVE_INFINITY
    const id = this.#nextId()
    this.#pending.set(id, {
      deadline: now + SILENT_STREAM_MS,
      resolve: () => {
        this.#probeAt = clock.monotonic() + PROBE_MS
      },
      unsent: undefined,
      signal: undefined,
      onAbort: undefined
    })
    this.#sweep ??= clock.timer(SWEEP_MS, this.#endLateCalls)
    this.#silentSince ??= now
    return id
  }

  /** Ends every call now and closes the stream. */
  async stop(reason: string): Promise<void> {
    this.#lose(reason)
    if (this.#stream !== undefined) await endStream(this.#stream, this.#wire.runtime.clock)
    await this.#opening
  }

  async #open(): Promise<void> {
    const { clock } = this.#wire.runtime
    const deadline = deadlineAfter(clock, CONNECT_TIMEOUT_MS, this.#abandon.signal)
    try {
      const stream = await this.#wire.dialer.open(this.#peer, this.#protocol, deadline.signal)
      this.#stream = stream
      await sayHello(stream, this.#peer, this.#wire.hello, clock, this.#abandon.signal)
      this.#begin(stream)
    } catch (error) {
      if (!this.#gone) reportFailed(this.#wire, this.#protocol, this.#peer, error)
      this.#lose((error as Error).message)
      this.#stream?.abort(error as Error)
    } finally {
      deadline.clear()
    }
  }

  #begin(stream: Stream): void {
    if (this.#gone || stream.status !== 'open') throw new UnavailableError('the stream was closed')
    stream.addEventListener('message', ({ data }) => this.#onData(data))
    stream.addEventListener('end', () => this.#onEnd(stream))
    stream.addEventListener('close', ({ error }) => this.#lose(error?.message ?? 'the stream was closed'))
    this.#writer = new FrameWriter(stream, this.#wire.runtime.clock)
    for (const [id, call] of this.#pending) {
      this.#writer.write(FrameType.request, id, call.unsent!)
      call.unsent = undefined
    }
    for (const body of this.#messages) this.#writer.write(FrameType.message, this.#probe(), body)
    this.#messages = []
    this.#unsentBytes = 0
    if (this.#pending.size > 0) this.#silentSince = this.#wire.runtime.clock.monotonic()
  }

  #onData(data: Uint8Array | Uint8ArrayList): void {
    if (this.#gone) return
    this.#silentSince = undefined
    try {
      this.#decoder.push(data)
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        this.#onFrame(frame)
      }
    } catch (error) {
      this.#violated(error as Error)
    }
  }

  #onFrame(frame: Frame): void {
    if (frame.type !== FrameType.reply && frame.type !== FrameType.error) {
      throw new ProtocolViolationError(`A frame of type ${frame.type} from the side that answers`)
    }
    if (frame.id === 0 || (this.#issued < IDS && frame.id > this.#issued)) {
      throw new ProtocolViolationError(`An answer to call ${frame.id}, which was never made`)
    }
    const call = this.#pending.get(frame.id)
    // Of calls that have ended meanwhile the answers still come.
    if (call === undefined) return
    const result: CallResult =
      frame.type === FrameType.reply ? { kind: 'reply', body: frame.body } : readRefusal(frame.body)
    this.#settle(frame.id, call, result)
  }

  /** The other side will say no more: an rpc stream is of no use with one direction. */
  #onEnd(stream: Stream): void {
    if (this.#decoder.bufferedBytes > 0) {
      this.#violated(new ProtocolViolationError('The stream ended within a frame'))
    } else {
      this.#lose('the other side closed the stream')
      void endStream(stream, this.#wire.runtime.clock)
    }
  }

  #violated(error: Error): void {
    if (this.#gone) return
    reportFailed(this.#wire, this.#protocol, this.#peer, error)
    this.#lose(error.message)
    this.#stream!.abort(error)
  }

  #lose(reason: string): void {
    if (this.#gone) return
    this.#gone = true
    this.#messages = []
    this.#onGone(this.#writer !== undefined)
    this.#abandon.abort(new UnavailableError(reason))
    this.#sweep?.cancel()
    this.#sweep = undefined
    for (const [id, call] of this.#pending) {
      this.#settle(id, call, { kind: 'no-reply', sent: call.unsent === undefined, reason })
    }
  }

  readonly #endLateCalls = (): void => {
    const { clock } = this.#wire.runtime
    const now = clock.monotonic()
    let late = 0
    for (const [id, call] of this.#pending) {
      if (call.deadline > now) continue
      late++
      this.#forget(id)
      call.resolve({ kind: 'no-reply', sent: call.unsent === undefined, reason: 'no answer in time' })
    }
    if (late > 0 && this.#silentSince !== undefined && now - this.#silentSince >= SILENT_STREAM_MS) {
      this.#violated(
        new TimeoutError(`Calls were not answered and nothing came in for ${SILENT_STREAM_MS} ms`)
      )
      return
    }
    this.#sweep = this.#pending.size > 0 ? clock.timer(SWEEP_MS, this.#endLateCalls) : undefined
  }

  /** Ends a call whose answer nobody wants any more, and tells the other side so. */
  #forget(id: number): void {
    const call = this.#pending.get(id)
    if (call === undefined) return
    this.#remove(id, call)
    if (call.unsent !== undefined) this.#unsentBytes -= frameBytes(call.unsent.byteLength)
    else this.#writer?.write(FrameType.cancel, id, NOTHING)
  }

  #settle(id: number, call: PendingCall, result: CallResult): void {
    this.#remove(id, call)
    call.resolve(result)
  }

  #remove(id: number, call: PendingCall): void {
    this.#pending.delete(id)
    if (call.onAbort !== undefined) call.signal!.removeEventListener('abort', call.onAbort)
  }

  #refusal(body: Uint8Array): CallResult | undefined {
    if (body.byteLength > BODY_BYTES_MAX) {
      return refused(
        'FrameTooLargeError',
        `A request of ${body.byteLength} bytes: at most ${BODY_BYTES_MAX} fit`
      )
    }
    if (this.#pending.size >= PENDING_CALLS_MAX) {
      return refused('BusyError', `${PENDING_CALLS_MAX} calls to ${this.#peer} wait for their answer`)
    }
    const waiting = this.#waitingBytes
    if (waiting + frameBytes(body.byteLength) > STREAM_WRITE_BUFFER_BYTES_MAX) {
      return refused('BusyError', `${waiting} bytes to ${this.#peer} wait to be sent`)
    }
    return undefined
  }

  get #waitingBytes(): number {
    return this.#writer === undefined ? this.#unsentBytes : this.#writer.bufferedBytes
  }

  #nextId(): number {
    do this.#issued++
    while (this.#issued % IDS === 0 || this.#pending.has(this.#issued % IDS))
    return this.#issued % IDS
  }
}

function refused(name: ErrorName, detail: string, retryAfterMs?: number): CallResult {
  return { kind: 'refused', name, detail, retryAfterMs }
}

/** @throws ProtocolViolationError */
function readRefusal(body: Uint8Array): CallResult {
  let refusal: Refusal
  try {
    refusal = Refusal.decode(body)
  } catch (cause) {
    throw new ProtocolViolationError(`A refusal cannot be read: ${(cause as Error).message}`, { cause })
  }
  const name = errorName(refusal) ?? 'InternalError'
  return refused(name, refusal.detail.slice(0, DETAIL_LENGTH_MAX), refusal.retryAfterMs || undefined)
}
