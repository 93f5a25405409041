/**
 * The one-way messages between replicas over libp2p. They have a protocol id and so streams of their own: a stream of
 * requests is read no further while too many of them are worked on, and what those wait for are these messages.
 */
import type { Peer } from '../chord/ring-node.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { ReplicaMessage } from '../replica/message.ts'
import type { ReplicaHandler } from '../replica/replica-rpc.ts'
import type { Incarnation } from '../replica/view.ts'
import { decodeReplicaMessages, encodeReplicaMessages } from './replica-codec.ts'
import { RpcEndpoint } from './rpc.ts'
import type { Wire } from './wire.ts'

export const REPLICA_PROTOCOL = '/anillo/replica/1.0.0'

export class ReplicaProtocol {
  readonly #wire: Wire
  readonly #endpoint: RpcEndpoint
  #handler: Pick<ReplicaHandler, 'received'> | undefined

  constructor(wire: Wire, protocol = REPLICA_PROTOCOL) {
    this.#wire = wire
    this.#endpoint = new RpcEndpoint(wire, protocol, { message: (from, body) => this.#received(from, body) })
  }

  start(): Promise<void> {
    return this.#endpoint.start()
  }

  stop(): Promise<void> {
    return this.#endpoint.stop()
  }

  /** Who takes what other peers say; until then it is lost. */
  serve(handler: Pick<ReplicaHandler, 'received'> | undefined): void {
    this.#handler = handler
  }

  /** As `post` of ReplicaRpc. */
  post(to: Peer, messages: readonly ReplicaMessage[]): void {
    try {
      for (const body of encodeReplicaMessages(messages)) this.#endpoint.post(to, body)
    } catch (error) {
      // Nobody waits for an answer, so nobody else would say it.
      this.#wire.runtime.log.error('messages that cannot be sent', { peer: to, error })
    }
  }

  #received(from: Incarnation, body: Uint8Array): void {
    const { genesis } = this.#wire.hello
    if (genesis === undefined) throw new ProtocolViolationError('This peer belongs to no ring yet')
    const messages = decodeReplicaMessages(body, genesis.slots)
    this.#handler?.received(from, messages)
  }
}
