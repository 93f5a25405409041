/**
 * Request and response between peers, over one protocol id: one long-lived stream to each peer that is asked, opened
 * for the first call and kept, with any number of calls on it at once. Each side opens its own stream for its own
 * requests, so that nobody has to agree on one.
 */
import type { Connection, Stream } from '@libp2p/interface'
import type { Peer } from '../chord/ring-node.ts'
import { CONNECT_TIMEOUT_MS, INBOUND_STREAMS_MAX } from '../constants.ts'
import { AnilloError, UnavailableError } from '../errors.ts'
import { deadlineAfter } from '../runtime.ts'
import { newStream } from './dialer.ts'
import { answerHello, askGenesis, type Greeting } from './hello.ts'
import { InboundStreams } from './inbound-streams.ts'
import { IncomingCalls, type RpcHandler } from './incoming-calls.ts'
import { type CallOptions, type CallResult, OutgoingCalls } from './outgoing-calls.ts'
import { endStream } from './stream-end.ts'
import { reportFailed, type Wire } from './wire.ts'

export type { Greeting } from './hello.ts'
export type { RpcHandler } from './incoming-calls.ts'
export type { CallOptions, CallResult } from './outgoing-calls.ts'

export class RpcEndpoint {
  readonly #wire: Wire
  readonly #protocol: string
  readonly #handler: RpcHandler
  readonly #outgoing = new Map<Peer, OutgoingCalls>()
  readonly #incoming = new InboundStreams(INBOUND_STREAMS_MAX)
  #running = false

  constructor(wire: Wire, protocol: string, handler: RpcHandler) {
    this.#wire = wire
    this.#protocol = protocol
    this.#handler = handler
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
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
    let calls = this.#outgoing.get(peer)
    if (calls === undefined) {
      const made = new OutgoingCalls(this.#wire, this.#protocol, peer, () => {
        if (this.#outgoing.get(peer) === made) this.#outgoing.delete(peer)
      })
      calls = made
      this.#outgoing.set(peer, calls)
    }
    return calls.call(body, options)
  }

  /**
   * Asks whoever answers at `address` (a multiaddr, with or without /p2p/<peer>) which ring it belongs to.
   * @throws an AnilloError: the other side's refusal by name, or UnavailableError when nobody answers there
   */
  async greet(address: string, signal?: AbortSignal): Promise<Greeting> {
    const { runtime, dialer, hello } = this.#wire
    const deadline = deadlineAfter(runtime.clock, CONNECT_TIMEOUT_MS, signal)
    let stream: Stream | undefined
    try {
      const connection = await dialer.connect(address, deadline.signal)
      stream = await newStream(connection, this.#protocol, deadline.signal)
      const from = connection.remotePeer.toString()
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
      else new IncomingCalls(this.#wire, this.#protocol, from, stream, this.#handler)
    } catch (error) {
      reportFailed(this.#wire, this.#protocol, from, error)
      // A refusal that was said should arrive; what cannot be understood gets none.
      if (stream.status === 'open' && stream.writeStatus === 'writable')
        await endStream(stream, runtime.clock)
    }
  }
}
