/**
 * Requests with their answers, and one-way messages, between peers, over one protocol id: one long-lived stream to each
 * peer that is asked or told something, opened when it is first needed and kept, with any number of calls on it at once.
 * Each side opens its own stream for what it has to say, so that nobody has to agree on one.
 */
import type { Connection, Stream } from '@libp2p/interface'
import type { Peer } from '../chord/ring-node.ts'
import { CONNECT_TIMEOUT_MS, INBOUND_STREAMS_MAX, PEER_BOOK_MAX } from '../constants.ts'
import { AnilloError, UnavailableError } from '../errors.ts'
import { deadlineAfter } from '../runtime.ts'
import { streamFailure } from './dial-failure.ts'
import { newStream } from './dialer.ts'
import { answerHello, askGenesis, type Greeting } from './hello.ts'
import { InboundStreams } from './inbound-streams.ts'
import { type Handlers, IncomingCalls } from './incoming-calls.ts'
import { type CallOptions, type CallResult, OutgoingCalls } from './outgoing-calls.ts'
import { endStream } from './stream-end.ts'
import { reportFailed, type Wire } from './wire.ts'

export type { Greeting } from './hello.ts'
export type { Handlers, MessageHandler, RpcHandler } from './incoming-calls.ts'
export type { CallOptions, CallResult } from './outgoing-calls.ts'

/** A peer to which no stream could be opened gets no messages for so long: they come too often to dial for each. */
const REOPEN_MS = 250

export class RpcEndpoint {
  readonly #wire: Wire
  readonly #protocol: string
  readonly #handlers: Handlers
  readonly #outgoing = new Map<Peer, OutgoingCalls>()
  readonly #incoming = new InboundStreams(INBOUND_STREAMS_MAX)
  /** Peers to which the last stream could not be opened: when, in monotonic ms. */
  readonly #unreachable = new Map<Peer, number>()
  #running = false

  constructor(wire: Wire, protocol: string, handlers: Handlers) {
    this.#wire = wire
    this.#protocol = protocol
    this.#handlers = handlers
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
    if (this.#wire.hello.client) return // nobody has anything to ask of it
    await this.#wire.registrar.handle(
      this.#protocol,
      (stream, connection) => this.#accept(stream, connection),
      { maxInboundStreams: INBOUND_STREAMS_MAX, maxOutboundStreams: INBOUND_STREAMS_MAX }
    )
  }

  /** Ends every call at once, and every stream. */
  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    await this.#wire.registrar.unhandle(this.#protocol)
    const { clock } = this.#wire.runtime
    await Promise.all([
      ...[...this.#outgoing.values()].map(calls => calls.stop('this peer is stopping')),
      ...this.#incoming.all().map(stream => endStream(stream, clock))
    ])
  }

  /**
   * Asks `peer`. Ends within `timeoutMs` (late by one sweep at most) whatever the other side does, and rejects only
   * with the reason of `signal`.
   */
  call(peer: Peer, body: Uint8Array, options: CallOptions): Promise<CallResult> {
    if (!this.#running) {
      return Promise.resolve({ kind: 'no-reply', sent: false, reason: 'this peer is not running' })
    }
    return this.#callsTo(peer).call(body, options)
  }

  /**
   * Sends a message one way. What was posted arrives in order, once, or not at all. False when it is certainly lost: too
   * much waits for `peer` already, it could not be reached a moment ago, or this peer is not running.
   */
  post(peer: Peer, body: Uint8Array): boolean {
    if (!this.#running) return false
    const unreachableAtMs = this.#unreachable.get(peer)
    if (unreachableAtMs !== undefined) {
      if (this.#wire.runtime.clock.monotonic() - unreachableAtMs < REOPEN_MS) return false
      this.#unreachable.delete(peer)
    }
    return this.#callsTo(peer).post(body)
  }

  #callsTo(peer: Peer): OutgoingCalls {
    const present = this.#outgoing.get(peer)
    if (present !== undefined) return present
    const made = new OutgoingCalls(this.#wire, this.#protocol, peer, opened => {
      if (this.#outgoing.get(peer) === made) this.#outgoing.delete(peer)
      if (!opened) this.#noteUnreachable(peer)
    })
    this.#outgoing.set(peer, made)
    return made
  }

  #noteUnreachable(peer: Peer): void {
    if (this.#unreachable.size >= PEER_BOOK_MAX) this.#unreachable.clear()
    this.#unreachable.set(peer, this.#wire.runtime.clock.monotonic())
  }

  /**
   * Asks whoever answers at `address` (a multiaddr, with or without /p2p/<peer>) which ring it belongs to.
   * @throws an AnilloError: the other side's refusal by name, UnavailableError when nobody answers there, NotAdmittedError when it lets us not in
   */
  async greet(address: string, signal?: AbortSignal): Promise<Greeting> {
    const { runtime, dialer, hello } = this.#wire
    const deadline = deadlineAfter(runtime.clock, CONNECT_TIMEOUT_MS, signal)
    let stream: Stream | undefined
    try {
      const connection = await dialer.connect(address, deadline.signal)
      const from = connection.remotePeer.toString()
      stream = await newStream(connection, this.#protocol, deadline.signal).catch(error => {
        throw streamFailure(address, from, error)
      })
      const greeting = await askGenesis(stream, from, hello, runtime.clock, signal)
      void endStream(stream, runtime.clock)
      return greeting
    } catch (error) {
      stream?.abort(error as Error)
      signal?.throwIfAborted()
      if (error instanceof AnilloError) throw error
      throw new UnavailableError(`${address} cannot be reached: ${(error as Error).message}`, {
        cause: error
      })
    } finally {
      deadline.clear()
    }
  }

  async #accept(stream: Stream, connection: Connection): Promise<void> {
    const { hello, runtime } = this.#wire
    const from = connection.remotePeer.toString()
    this.#incoming.add(from, stream)
    try {
      const met = await answerHello(stream, from, hello, runtime.clock)
      if (met === undefined || !this.#running) await endStream(stream, runtime.clock)
      else new IncomingCalls(this.#wire, this.#protocol, met, stream, this.#handlers)
    } catch (error) {
      reportFailed(this.#wire, this.#protocol, from, error)
      // A refusal that was said should arrive; what cannot be understood gets none.
      if (stream.status === 'open' && stream.writeStatus === 'writable')
        await endStream(stream, runtime.clock)
    }
  }
}
