/**
 * ChordRpc over libp2p. Besides carrying the messages it lets addresses travel with the peers that they belong to:
 * whoever is named in a message to a peer that may not know it yet is sent along, once, as its signed peer record.
 */
import type {
  CallOptions,
  ChordHandler,
  ChordQuestion,
  ChordReply,
  ChordRequest,
  ChordRpc,
  ReplyOf
} from '../chord/chord-rpc.ts'
import type { Contacts } from '../chord/contact.ts'
import type { Peer, RingNode } from '../chord/ring-node.ts'
import { NotRunningError, ProtocolViolationError } from '../errors.ts'
import {
  decodeChordReply,
  decodeChordRequest,
  encodeChordReply,
  encodeChordRequest,
  MESSAGE_CONTACTS_MAX
} from './chord-codec.ts'
import { verifyContact } from './contact-record.ts'
import { Introductions } from './introductions.ts'
import { type Greeting, RpcEndpoint } from './rpc.ts'
import { reportFailed, type Wire } from './wire.ts'

export const CHORD_PROTOCOL = '/anillo/chord/1.0.0'

export class ChordProtocol implements ChordRpc {
  readonly #wire: Wire
  readonly #contacts: Contacts
  readonly #endpoint: RpcEndpoint
  readonly #protocol: string
  readonly #introductions: Introductions
  #handler: ChordHandler | undefined

  constructor(wire: Wire, contacts: Contacts, protocol = CHORD_PROTOCOL) {
    this.#wire = wire
    this.#contacts = contacts
    this.#introductions = new Introductions(contacts)
    this.#protocol = protocol
    this.#endpoint = new RpcEndpoint(wire, protocol, {
      request: (from, body, { fromClient }) =>
        fromClient ? this.#inform(from, body) : this.#answer(from, body)
    })
  }

  start(): Promise<void> {
    return this.#endpoint.start()
  }

  stop(): Promise<void> {
    return this.#endpoint.stop()
  }

  /** Who answers other peers; until then they are refused with NotRunningError. */
  serve(handler: ChordHandler | undefined): void {
    this.#handler = handler
  }

  /** A stream with `peer` is new: it may have lost what it was told. */
  met(peer: Peer): void {
    this.#introductions.forget(peer)
  }

  greet(address: string, signal?: AbortSignal): Promise<Greeting> {
    return this.#endpoint.greet(address, signal)
  }

  async call<T extends ChordRequest['type']>(
    peer: Peer,
    request: Extract<ChordRequest, { type: T }>,
    options: CallOptions
  ): Promise<ReplyOf[T] | undefined> {
    const body = encodeChordRequest(request, this.#introductions.recordsFor(peer, namedInRequest(request)))
    const result = await this.#endpoint.call(peer, body, options)
    if (result.kind !== 'reply') {
      // What was said may be lost: the next message says it again.
      this.#introductions.forget(peer)
      const reason = result.kind === 'refused' ? `${result.name}: ${result.detail}` : result.reason
      this.#wire.runtime.log.debug('no reply', { peer, request: request.type, reason })
      return undefined
    }
    try {
      const { message, contacts } = decodeChordReply(result.body, {
        request: request.type,
        virtualNodes: this.#virtualNodes
      })
      await this.#learn(contacts)
      return message as ReplyOf[T]
    } catch (error) {
      reportFailed(this.#wire, this.#protocol, peer, error)
      return undefined
    }
  }

  async #answer(from: Peer, body: Uint8Array): Promise<Uint8Array> {
    const handler = this.#serving
    try {
      const { message, contacts } = decodeChordRequest(body, { from, virtualNodes: this.#virtualNodes })
      await this.#learn(contacts)
      const reply = await handler.handle(from, message)
      return encodeChordReply(reply, this.#introductions.recordsFor(from, namedInReply(reply)))
    } catch (error) {
      reportFailed(this.#wire, this.#protocol, from, error)
      throw error
    }
  }

  /** Clients come and go: what one was told is not remembered, and what it says of others is not believed. */
  async #inform(from: Peer, body: Uint8Array): Promise<Uint8Array> {
    const handler = this.#serving
    try {
      const { message } = decodeChordRequest(body, { from, virtualNodes: this.#virtualNodes })
      const reply = await handler.inform(questionOf(message))
      return encodeChordReply(reply, this.#recordsOf(namedInReply(reply)))
    } catch (error) {
      reportFailed(this.#wire, this.#protocol, from, error)
      throw error
    }
  }

  /** @throws NotRunningError */
  get #serving(): ChordHandler {
    if (this.#handler === undefined) throw new NotRunningError('This peer has not joined its ring yet')
    return this.#handler
  }

  get #virtualNodes(): number {
    return this.#wire.hello.genesis?.virtualNodes ?? 0
  }

  /** Contacts, after their signatures have been checked. */
  async #learn(records: readonly Uint8Array[]): Promise<void> {
    for (const record of records) {
      const contact = await verifyContact(record)
      this.#contacts.put(contact)
    }
  }

  #recordsOf(named: Iterable<Peer>): Uint8Array[] {
    const contacts = Array.from(named, peer => this.#contacts.contactOf(peer))
    return contacts.flatMap(contact => contact?.record ?? []).slice(0, MESSAGE_CONTACTS_MAX)
  }
}

/** @throws ProtocolViolationError it is for peers of the ring */
function questionOf(request: ChordRequest): ChordQuestion {
  switch (request.type) {
    case 'closest':
    case 'ping':
    case 'probe':
    case 'describe':
      return request
    default:
      throw new ProtocolViolationError(`A client has nothing to say by ${request.type}`)
  }
}

function namedInRequest(request: ChordRequest): Iterable<Peer> {
  if (request.type === 'introduce') return [request.node.peer]
  return request.type === 'probe' ? [request.peer] : []
}

function namedInReply(reply: ChordReply): Iterable<Peer> {
  switch (reply.type) {
    case 'neighbours':
      return peersOf([reply.predecessor, ...reply.successors])
    case 'closest':
      return peersOf([reply.predecessor, ...reply.successors, ...reply.closer])
    case 'description':
      return reply.peers.map(({ peer }) => peer)
    default:
      return []
  }
}

function peersOf(nodes: readonly (RingNode | undefined)[]): Set<Peer> {
  return new Set(nodes.flatMap(node => (node === undefined ? [] : [node.peer])))
}
