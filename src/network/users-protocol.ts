/** UsersRpc and the small messages of ReplicaRpc over libp2p. */
import type { Peer } from '../chord/ring-node.ts'
import { errorByName, NotRunningError, ProtocolViolationError } from '../errors.ts'
import type { ReplicaRpc, RpcOptions } from '../replica/replica-rpc.ts'
import type { View } from '../replica/view.ts'
import type { Slot } from '../ring/slot.ts'
import type { Operation, Outcome } from '../users/operation.ts'
import type { OperationResult, Tally, UsersRpc } from '../users/users-rpc.ts'
import { RpcEndpoint } from './rpc.ts'
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

/** What answers other peers; a thrown AnilloError is told to them by name. */
export interface UsersHandler {
  operate(
    operation: Operation
  ): Promise<{ kind: 'done'; outcome: Outcome } | { kind: 'elsewhere'; view: View | undefined }>
  whereIs(slots: readonly Slot[]): readonly View[]
  advertised(views: readonly View[]): void
  install(view: View, digest: string): Promise<void>
  tally(): Tally
}

export class UsersProtocol implements UsersRpc, Pick<ReplicaRpc, 'install' | 'advertise'> {
  readonly #wire: Wire
  readonly #protocol: string
  readonly #endpoint: RpcEndpoint
  #handler: UsersHandler | undefined

  constructor(wire: Wire, protocol = USERS_PROTOCOL) {
    this.#wire = wire
    this.#protocol = protocol
    this.#endpoint = new RpcEndpoint(wire, protocol, (from, body) => this.#answer(from, body))
  }

  start(): Promise<void> {
    return this.#endpoint.start()
  }

  stop(): Promise<void> {
    return this.#endpoint.stop()
  }

  /** Who answers other peers; until then they are refused with NotRunningError. */
  serve(handler: UsersHandler | undefined): void {
    this.#handler = handler
  }

  async operate(peer: Peer, operation: Operation, options: RpcOptions): Promise<OperationResult> {
    const result = await this.#endpoint.call(
      peer,
      encodeUsersMessage({ type: 'operation', operation }),
      options
    )
    if (result.kind === 'no-reply') return result
    if (result.kind === 'refused') {
      const { name, detail, retryAfterMs } = result
      return {
        kind: 'refused',
        error: errorByName(name, detail, retryAfterMs === undefined ? {} : { retryAfterMs })
      }
    }
    const answer = this.#decode(peer, result.body)
    if (answer?.type === 'outcome') return { kind: 'done', outcome: answer.outcome }
    if (answer?.type === 'views') return { kind: 'elsewhere', view: answer.views[0] }
    return { kind: 'no-reply', sent: true, reason: 'an answer that cannot be read' }
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

  async install(peer: Peer, view: View, digest: string, options: RpcOptions): Promise<boolean> {
    const answer = await this.#ask(peer, { type: 'install', view, digest }, options)
    return answer?.type === 'done'
  }

  async advertise(peer: Peer, views: readonly View[], options: RpcOptions): Promise<void> {
    await this.#ask(peer, { type: 'advertise', views }, options)
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

  async #answer(from: Peer, body: Uint8Array): Promise<Uint8Array> {
    if (this.#handler === undefined) throw new NotRunningError('This peer has not joined its ring yet')
    return encodeUsersAnswer(await this.#handle(this.#handler, this.#decodeRequest(from, body)))
  }

  #decodeRequest(from: Peer, body: Uint8Array): UsersMessage {
    try {
      return decodeUsersMessage(body, this.#slotCount)
    } catch (error) {
      reportFailed(this.#wire, this.#protocol, from, error)
      throw error
    }
  }

  async #handle(handler: UsersHandler, message: UsersMessage): Promise<UsersAnswer> {
    switch (message.type) {
      case 'operation': {
        const result = await handler.operate(message.operation)
        if (result.kind === 'done') return { type: 'outcome', outcome: result.outcome }
        return { type: 'views', views: result.view === undefined ? [] : [result.view] }
      }
      case 'where-is':
        return { type: 'views', views: handler.whereIs(message.slots) }
      case 'advertise':
        handler.advertised(message.views)
        return { type: 'done' }
      case 'install':
        await handler.install(message.view, message.digest)
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
