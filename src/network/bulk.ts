/**
 * Bulk transfer: a stream for each, apart from the rpc streams, so that a large one delays no question. After the
 * hellos the opener sends records, each with its length before it, and the receiver answers with one verdict. That
 * everything arrived is for the records themselves to say (an end record with count and digest): a stream that ends
 * is not a transfer that is complete.
 */
import type { Connection, Stream } from '@libp2p/interface'
import * as lengthPrefixed from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { Peer } from '../chord/ring-node.ts'
import { CONNECT_TIMEOUT_MS, FRAME_BYTES_MAX, INBOUND_TRANSFERS_MAX } from '../constants.ts'
import { AnilloError, FrameTooLargeError, ProtocolViolationError, TransferError } from '../errors.ts'
import { deadlineAfter, raceSignal } from '../runtime.ts'
import { answerHello, sayHello } from './hello.ts'
import { InboundStreams } from './inbound-streams.ts'
import { endStream } from './stream-end.ts'
import { gathered, type PipeLimits, sinkTo, sourceFrom } from './stream-pipe.ts'
import { reportFailed, type Wire } from './wire.ts'

/** The part of a protons codec that is used. */
export interface BulkCodec<T> {
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}

export interface BulkProtocol<Sent, Verdict> {
  readonly id: string
  /** An encoded record has 1 to FRAME_BYTES_MAX bytes. */
  readonly record: BulkCodec<Sent>
  readonly verdict: BulkCodec<Verdict>
}

/**
 * Takes in the records of `from`, the connection's authenticated peer, and returns what the sender is told; it need
 * not read them to their end. They throw TransferError when the stream is lost. What the receiver throws is logged,
 * and the sender sees a lost stream.
 */
export type BulkReceiver<Sent, Verdict> = (from: Peer, records: AsyncIterable<Sent>) => Promise<Verdict>

/** How long the other side may neither send nor take anything; a receiver's flush to disk is part of it. */
export const BULK_IDLE_MS = 5_000

export class BulkEndpoint<Sent, Verdict> {
  readonly #wire: Wire
  readonly #protocol: BulkProtocol<Sent, Verdict>
  readonly #receive: BulkReceiver<Sent, Verdict>
  readonly #incoming = new InboundStreams(INBOUND_TRANSFERS_MAX)
  readonly #receiving = new Set<Promise<void>>()
  #stopped: AbortController | undefined

  constructor(wire: Wire, protocol: BulkProtocol<Sent, Verdict>, receive: BulkReceiver<Sent, Verdict>) {
    this.#wire = wire
    this.#protocol = protocol
    this.#receive = receive
  }

  async start(): Promise<void> {
    if (this.#stopped !== undefined) return
    this.#stopped = new AbortController()
    const limits = { maxInboundStreams: INBOUND_TRANSFERS_MAX, maxOutboundStreams: INBOUND_TRANSFERS_MAX }
    await this.#wire.registrar.handle(
      this.#protocol.id,
      (stream, connection) => this.#accept(stream, connection),
      limits
    )
  }

  /**
   * Transfers that are under way are cut off: both sides see a TransferError. Waits for this side's receivers to end,
   * BULK_IDLE_MS at most.
   */
  async stop(): Promise<void> {
    if (this.#stopped === undefined) return
    this.#stopped.abort(new TransferError('This peer is stopping'))
    this.#stopped = undefined
    await this.#wire.registrar.unhandle(this.#protocol.id)
    for (const stream of this.#incoming.all()) stream.abort(new TransferError('This peer is stopping'))
    const { clock, log } = this.#wire.runtime
    const deadline = deadlineAfter(clock, BULK_IDLE_MS)
    await raceSignal(Promise.all(this.#receiving), deadline.signal).catch(() => {
      log.warn('a receiver of a transfer does not end', { protocol: this.#protocol.id })
    })
    deadline.clear()
  }

  /**
   * Sends every record, as fast as `peer` takes them, and resolves with its verdict, which may come early: then the
   * remaining records are not read. A source that was begun is closed.
   * @throws TransferError the stream was lost, idle, or not opened; UnavailableError `peer` cannot be reached; the
   *   refusal of `peer` by name; what the source throws; the reason of `signal`
   */
  async send(
    peer: Peer,
    records: AsyncIterable<Sent> | Iterable<Sent>,
    signal?: AbortSignal
  ): Promise<Verdict> {
    if (this.#stopped === undefined) throw new TransferError('This peer is not running')
    const { clock } = this.#wire.runtime
    const end = new AbortController()
    const abort = () =>
      end.abort(signal?.aborted ? signal.reason : new TransferError('This peer is stopping'))
    const { signal: stopped } = this.#stopped
    signal?.addEventListener('abort', abort)
    stopped.addEventListener('abort', abort)
    let stream: Stream | undefined
    try {
      if (signal?.aborted) throw signal.reason
      stream = await this.#open(peer, end.signal)
      const limits = { clock, idleMs: BULK_IDLE_MS, signal: end.signal }
      const verdict = await this.#exchange(stream, records, limits)
      void endStream(stream, clock)
      return verdict
    } catch (error) {
      stream?.abort(error as Error)
      throw end.signal.aborted ? end.signal.reason : error
    } finally {
      signal?.removeEventListener('abort', abort)
      stopped.removeEventListener('abort', abort)
    }
  }

  async #open(peer: Peer, signal: AbortSignal): Promise<Stream> {
    const { dialer, hello, runtime } = this.#wire
    const deadline = deadlineAfter(runtime.clock, CONNECT_TIMEOUT_MS, signal)
    try {
      const stream = await dialer.open(peer, this.#protocol.id, deadline.signal)
      try {
        await sayHello(stream, peer, hello, runtime.clock, signal)
        return stream
      } catch (error) {
        stream.abort(error as Error)
        reportFailed(this.#wire, this.#protocol.id, peer, error)
        throw error
      }
    } finally {
      deadline.clear()
    }
  }

  /** Listens for the verdict from the beginning: a receiver need not read everything before it refuses. */
  async #exchange(
    stream: Stream,
    records: AsyncIterable<Sent> | Iterable<Sent>,
    limits: PipeLimits
  ): Promise<Verdict> {
    const { record, verdict } = this.#protocol
    const answer = sourceFrom(stream, limits)
    const sending = new AbortController()
    let answered = false
    const onAnswer = () => {
      answered = true
      sending.abort()
    }
    const onAbort = () => sending.abort(limits.signal!.reason)
    stream.addEventListener('message', onAnswer)
    limits.signal?.addEventListener('abort', onAbort)
    try {
      await pipe(
        encoded(records, record, sending.signal),
        source => lengthPrefixed.encode(source, { maxDataLength: FRAME_BYTES_MAX }),
        gathered,
        sinkTo(stream, { ...limits, signal: sending.signal })
      )
    } catch (error) {
      if (!answered) throw error
    } finally {
      stream.removeEventListener('message', onAnswer)
      limits.signal?.removeEventListener('abort', onAbort)
    }
    for await (const message of decoded(answer, verdict)) return message
    throw new TransferError('The stream ended without a verdict')
  }

  async #accept(stream: Stream, connection: Connection): Promise<void> {
    const receiving = this.#serve(stream, connection).finally(() => this.#receiving.delete(receiving))
    this.#receiving.add(receiving)
    await receiving
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const { hello, runtime } = this.#wire
    const from = connection.remotePeer.toString()
    this.#incoming.add(from, stream)
    try {
      const met = await answerHello(stream, from, hello, runtime.clock)
      if (met?.client) throw new ProtocolViolationError('A client sends no slots')
      if (met !== undefined) await this.#take(stream, from)
      await endStream(stream, runtime.clock)
    } catch (error) {
      if (error instanceof AnilloError) reportFailed(this.#wire, this.#protocol.id, from, error)
      else runtime.log.error('transfer failed', { protocol: this.#protocol.id, peer: from, error })
      await endStream(stream, runtime.clock)
    }
  }

  async #take(stream: Stream, from: Peer): Promise<void> {
    const { clock } = this.#wire.runtime
    const limits = { clock, idleMs: BULK_IDLE_MS }
    try {
      const records = decoded(sourceFrom(stream, limits), this.#protocol.record)
      const verdict = await this.#receive(from, records)
      stream.send(lengthPrefixed.encode.single(this.#protocol.verdict.encode(verdict)))
    } catch (error) {
      stream.abort(error as Error)
      throw error
    }
  }
}

async function* encoded<T>(
  records: AsyncIterable<T> | Iterable<T>,
  codec: BulkCodec<T>,
  until: AbortSignal
): AsyncGenerator<Uint8Array> {
  for await (const record of records) {
    until.throwIfAborted()
    yield codec.encode(record)
  }
}

async function* decoded<T>(
  source: AsyncIterable<Uint8Array | Uint8ArrayList>,
  codec: BulkCodec<T>
): AsyncGenerator<T> {
  try {
    for await (const bytes of lengthPrefixed.decode(source, { maxDataLength: FRAME_BYTES_MAX })) {
      yield decode(bytes.subarray(), codec)
    }
  } catch (cause) {
    if (cause instanceof AnilloError) throw cause
    const { name, message } = cause as Error
    if (name === 'InvalidDataLengthError') {
      throw new FrameTooLargeError(`A record is over ${FRAME_BYTES_MAX} bytes`, { cause })
    }
    throw new TransferError(`The records cannot be read: ${message}`, { cause })
  }
}

function decode<T>(bytes: Uint8Array, codec: BulkCodec<T>): T {
  try {
    return codec.decode(bytes)
  } catch (cause) {
    throw new ProtocolViolationError(`A message cannot be read: ${(cause as Error).message}`, { cause })
  }
}
