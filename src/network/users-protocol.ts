/** UsersRpc, and ReplicaRpc but for its snapshots, over libp2p. */
import type { Peer } from '../chord/ring-node.ts'
import { errorByName, NotRunningError, ProtocolViolationError } from '../errors.ts'
import type { ReplicaMessage } from '../replica/message.ts'
import type { ReplicaHandler, ReplicaRpc, RpcOptions } from '../replica/replica-rpc.ts'
import type { View } from '../replica/view.ts'
import type { Slot } from '../ring/slot.ts'
import type { FollowedSlot, SlotChanges } from '../users/change-source.ts'
import type { ListPage, ListQuery } from '../users/listing.ts'
import type { Get, Operation, Outcome } from '../users/operation.ts'
import type {
  Answered,
  OperateOptions,
  OperationResult,
  StaleResult,
  Tally,
  UsersRpc
} from '../users/users-rpc.ts'
import type { IncomingCall } from './incoming-calls.ts'
import { REPLICA_PROTOCOL, ReplicaProtocol } from './replica-protocol.ts'
import { type CallResult, RpcEndpoint } from './rpc.ts'
import {
  decodeUsersAnswer,
  decodeUsersMessage,
  encodeUsersAnswer,
  encodeUsersMessage,
  type UsersAnswer,
  type UsersMessage
} from './users-codec.ts'
import { reportFailed, type Wire } from './wire.ts'

export const USERS_PROTOCOL = '/anillo/users/1.0.0'

/** What only a peer of the ring may say: others act on it. */
const OF_PEERS: ReadonlySet<UsersMessage['type']> = new Set(['advertise', 'leaving'])

interface Elsewhere {
  readonly kind: 'elsewhere'
  readonly view: View | undefined
}

/** What answers other peers; a thrown AnilloError is told to them by name. */
export interface UsersHandler extends Pick<ReplicaHandler, 'received'> {
  /** @param ageMs since the first try of the operation that may have been executed; 0 when there was none */
  operate(operation: Operation, ageMs: number): Promise<{ kind: 'done'; outcome: Outcome } | Elsewhere>
  list(query: ListQuery): Promise<{ kind: 'done'; outcome: ListPage } | Elsewhere>
  /** @param signal aborts when the caller does not wait any more */
  follow(slots: readonly FollowedSlot[], waitMs: number, signal?: AbortSignal): Promise<SlotChanges[]>
  readStale(get: Get): { kind: 'done'; outcome: Outcome; ageMs: number } | Elsewhere
  whereIs(slots: readonly Slot[]): readonly View[]
  advertised(views: readonly View[]): void
  /** `peer` is about to leave the ring. */
  leaving(peer: Peer): void
  tally(): Tally
}

export class UsersProtocol implements UsersRpc, Pick<ReplicaRpc, 'post' | 'advertise' | 'leaving'> {
  readonly #wire: Wire
  readonly #protocol: string
  readonly #endpoint: RpcEndpoint
  readonly #replicas: ReplicaProtocol
  #handler: UsersHandler | undefined

  constructor(wire: Wire, protocol = USERS_PROTOCOL, replicaProtocol = REPLICA_PROTOCOL) {
    this.#wire = wire
    this.#protocol = protocol
    this.#endpoint = new RpcEndpoint(wire, protocol, {
      request: (from, body, call) => this.#answer(from, body, call)
    })
    this.#replicas = new ReplicaProtocol(wire, replicaProtocol)
  }

  async start(): Promise<void> {
    await Promise.all([this.#endpoint.start(), this.#replicas.start()])
  }

  async stop(): Promise<void> {
    await Promise.all([this.#endpoint.stop(), this.#replicas.stop()])
  }

  /** Who answers other peers; until then they are refused with NotRunningError, and their messages are lost. */
  serve(handler: UsersHandler | undefined): void {
    this.#handler = handler
    this.#replicas.serve(handler)
  }

  post(to: Peer, messages: readonly ReplicaMessage[]): void {
    this.#replicas.post(to, messages)
  }

  async operate(peer: Peer, operation: Operation, options: OperateOptions): Promise<OperationResult> {
    const request = encodeUsersMessage({ type: 'operation', operation, ageMs: options.ageMs })
    const result = await this.#endpoint.call(peer, request, options)
    return result.kind === 'reply' ? this.#resultOf(peer, result.body) : unanswered(result)
  }

  async follow(
    peer: Peer,
    slots: readonly FollowedSlot[],
    { waitMs, ...options }: RpcOptions & { readonly waitMs: number }
  ): Promise<readonly SlotChanges[] | undefined> {
    const answer = await this.#ask(peer, { type: 'follow', slots, waitMs }, options)
    return answer?.type === 'followed' ? answer.slots : undefined
  }

  async list(peer: Peer, query: ListQuery, options: RpcOptions): Promise<Answered<ListPage>> {
    const result = await this.#endpoint.call(peer, encodeUsersMessage({ type: 'list', query }), options)
    if (result.kind !== 'reply') return unanswered(result)
    const answer = this.#decode(peer, result.body)
    if (answer?.type === 'page') return { kind: 'done', outcome: answer.page }
    if (answer?.type === 'views') return { kind: 'elsewhere', view: answer.views[0] }
    return { kind: 'no-reply', sent: true, reason: 'an answer that cannot be read' }
  }

  async readStale(peer: Peer, get: Get, options: RpcOptions): Promise<StaleResult> {
    const request = encodeUsersMessage({ type: 'stale-read', operation: get })
    const result = await this.#endpoint.call(peer, request, options)
    return result.kind === 'reply' ? this.#resultOf(peer, result.body) : unanswered(result)
  }

  async whereIs(
    peer: Peer,
    slots: readonly Slot[],
    options: RpcOptions
  ): Promise<readonly View[] | undefined> {
    const answer = await this.#ask(peer, { type: 'where-is', slots }, options)
    return answer?.type === 'views' ? answer.views : undefined
  }

  async tally(peer: Peer, options: RpcOptions): Promise<Tally | undefined> {
    const answer = await this.#ask(peer, { type: 'tally' }, options)
    return answer?.type === 'tally' ? answer.tally : undefined
  }

  async advertise(peer: Peer, views: readonly View[], options: RpcOptions): Promise<void> {
    await this.#ask(peer, { type: 'advertise', views }, options)
  }

  async leaving(peer: Peer, options: RpcOptions): Promise<void> {
    await this.#ask(peer, { type: 'leaving' }, options)
  }

  #resultOf(peer: Peer, body: Uint8Array): StaleResult {
    const answer = this.#decode(peer, body)
    if (answer?.type === 'outcome') return { kind: 'done', outcome: answer.outcome, ageMs: answer.ageMs }
    if (answer?.type === 'views') return { kind: 'elsewhere', view: answer.views[0] }
    return { kind: 'no-reply', sent: true, reason: 'an answer that cannot be read' }
  }

  /** The answer, or undefined for none. */
  async #ask(peer: Peer, message: UsersMessage, options: RpcOptions): Promise<UsersAnswer | undefined> {
    const result = await this.#endpoint.call(peer, encodeUsersMessage(message), options)
    if (result.kind === 'reply') return this.#decode(peer, result.body)
    const reason = result.kind === 'refused' ? `${result.name}: ${result.detail}` : result.reason
    this.#wire.runtime.log.debug('no reply', { peer, request: message.type, reason })
    return undefined
  }

  #decode(peer: Peer, body: Uint8Array): UsersAnswer | undefined {
    try {
      return decodeUsersAnswer(body, this.#slotCount)
    } catch (error) {
      reportFailed(this.#wire, this.#protocol, peer, error)
      return undefined
    }
  }

  async #answer(from: Peer, body: Uint8Array, call: IncomingCall): Promise<Uint8Array> {
    if (this.#handler === undefined) throw new NotRunningError('This peer has not joined its ring yet')
    const message = this.#decodeRequest(from, body)
    if (call.fromClient && OF_PEERS.has(message.type)) {
      const error = new ProtocolViolationError(`A client has nothing to say by ${message.type}`)
      reportFailed(this.#wire, this.#protocol, from, error)
      throw error
    }
    return encodeUsersAnswer(await this.#handle(this.#handler, from, message, call))
  }

  #decodeRequest(from: Peer, body: Uint8Array): UsersMessage {
    try {
      return decodeUsersMessage(body, this.#slotCount)
    } catch (error) {
      reportFailed(this.#wire, this.#protocol, from, error)
      throw error
    }
  }

  async #handle(
    handler: UsersHandler,
    from: Peer,
    message: UsersMessage,
    call: IncomingCall
  ): Promise<UsersAnswer> {
    switch (message.type) {
      case 'operation': {
        const result = await handler.operate(message.operation, message.ageMs)
        return result.kind === 'done' ? { type: 'outcome', outcome: result.outcome, ageMs: 0 } : views(result)
      }
      case 'list': {
        const result = await handler.list(message.query)
        return result.kind === 'done' ? { type: 'page', page: result.outcome } : views(result)
      }
      case 'follow':
        return {
          type: 'followed',
          slots: await handler.follow(message.slots, message.waitMs, call.signal)
        }
      case 'stale-read': {
        const result = handler.readStale(message.operation)
        return result.kind === 'done' ? { type: 'outcome', ...result } : views(result)
      }
      case 'where-is':
        return { type: 'views', views: handler.whereIs(message.slots) }
      case 'advertise':
        handler.advertised(message.views)
        return { type: 'done' }
      case 'leaving':
        handler.leaving(from)
        return { type: 'done' }
      case 'tally':
        return { type: 'tally', tally: handler.tally() }
    }
  }

  get #slotCount(): number {
    const { genesis } = this.#wire.hello
    if (genesis === undefined) throw new ProtocolViolationError('This peer belongs to no ring yet')
    return genesis.slots
  }
}

function views({ view }: Elsewhere): UsersAnswer {
  return { type: 'views', views: view === undefined ? [] : [view] }
}

function unanswered(result: Exclude<CallResult, { kind: 'reply' }>) {
  if (result.kind === 'no-reply') return result
  const { name, detail, retryAfterMs } = result
  const details = retryAfterMs === undefined ? {} : { retryAfterMs }
  return { kind: 'refused', error: errorByName(name, detail, details) } as const
}
