/** A machine that runs Chord and nothing else. */
import type {
  CallOptions,
  ChordHandler,
  ChordQuestion,
  ChordReply,
  ChordRequest,
  ChordRpc,
  ReplyOf
} from '../../src/chord/chord-rpc.ts'
import type { Peer } from '../../src/chord/ring-node.ts'
import {
  decodeChordReply,
  decodeChordRequest,
  encodeChordReply,
  encodeChordRequest
} from '../../src/network/chord-codec.ts'
import type { Random, Runtime } from '../../src/runtime.ts'
import { Machine } from './machine.ts'
import type { SimulatedNetwork } from './network.ts'
import type { VirtualTime } from './virtual-time.ts'

const CHORD = 'chord'

export interface HostOptions {
  readonly peer: Peer
  readonly time: VirtualTime
  readonly random: Random
  readonly network: SimulatedNetwork
  readonly virtualNodes: number
  /** Another peer was spoken with. */
  readonly onContact: (peer: Peer) => void
  /** Whether it says in its hello that it is a client. @default nobody is */
  readonly isClient?: ((peer: Peer) => boolean) | undefined
  /** Sees every answer. */
  readonly onReply?: ((reply: ChordReply) => void) | undefined
}

export class SimulatedHost implements ChordRpc {
  readonly peer: Peer
  readonly #machine: Machine
  readonly #options: HostOptions

  constructor(options: HostOptions) {
    this.#options = options
    this.peer = options.peer
    this.#machine = new Machine(options)
  }

  get runtime(): Runtime {
    return this.#machine.runtime
  }

  get errors(): readonly unknown[] {
    return this.#machine.errors
  }

  get pendingTimers(): number {
    return this.#machine.pendingTimers
  }

  pause(ms: number): void {
    this.#machine.pause(ms)
  }

  serve(handler: ChordHandler): void {
    const { network, peer, virtualNodes, onContact, isClient } = this.#options
    network.attach(peer, async (from, _service, body) => {
      await this.#machine.running()
      const { message } = decodeChordRequest(body, { from, virtualNodes })
      if (isClient?.(from)) return encodeChordReply(await handler.inform(message as ChordQuestion))
      onContact(from)
      return encodeChordReply(await handler.handle(from, message))
    })
  }

  /** Answers nobody: what it asks is answered all the same. */
  askOnly(): void {
    const { network, peer } = this.#options
    network.attach(peer, () => Promise.reject(new Error('a client answers nobody')))
  }

  switchOff(): void {
    this.#machine.switchOff()
    this.#options.network.detach(this.peer)
  }

  async call<T extends ChordRequest['type']>(
    peer: Peer,
    request: Extract<ChordRequest, { type: T }>,
    options: CallOptions
  ): Promise<ReplyOf[T] | undefined> {
    const { network, virtualNodes, onContact, onReply } = this.#options
    const body = encodeChordRequest(request)
    const answer = await network.call(this.peer, peer, CHORD, body, options)
    await this.#machine.running()
    if (answer === undefined) return undefined
    onContact(peer)
    const { message } = decodeChordReply(answer, { request: request.type, virtualNodes })
    onReply?.(message)
    return message as ChordReply as ReplyOf[T]
  }
}
