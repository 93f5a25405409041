/**
 * One machine of the simulation: it gives a peer its ports and can be switched off. A peer that is switched off gets no timer
 * and no answer any more, so its unfinished promises wait for ever, as after kill -9.
 */

import type {
  CallOptions,
  ChordHandler,
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
import { type Clock, type Random, type Runtime, silentLog, type Timer } from '../../src/runtime.ts'
import type { SimulatedNetwork } from './network.ts'

const CHORD = 'chord'

export interface HostOptions {
  readonly peer: Peer
  readonly clock: Clock
  readonly random: Random
  readonly network: SimulatedNetwork
  readonly virtualNodes: number
  /** Another peer was spoken with. */
  readonly onContact: (peer: Peer) => void
}

export class SimulatedHost implements ChordRpc {
  readonly peer: Peer
  readonly runtime: Runtime
  readonly #options: HostOptions
  readonly #timers = new Set<Timer>()
  #off = false
  #pausedUntilMs = 0
  /** Errors that were logged: a test expects none. */
  readonly errors: unknown[] = []

  constructor(options: HostOptions) {
    this.#options = options
    this.peer = options.peer
    const { clock, random } = options
    this.runtime = {
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        timer: (ms, fire) => this.#timer(ms, fire)
      },
      random,
      log: { ...silentLog, error: (message, fields) => this.errors.push({ message, ...fields }) }
    }
  }

  /** Timers that would still fire. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  serve(handler: ChordHandler): void {
    const { network, peer, virtualNodes, onContact } = this.#options
    network.attach(peer, async (from, _service, body) => {
      await this.#running()
      if (this.#off) return new Promise(() => {})
      onContact(from)
      const { message } = decodeChordRequest(body, { from, virtualNodes })
      return encodeChordReply(await handler.handle(from, message))
    })
  }

  /** As SIGSTOP, and SIGCONT after `ms`: everything meant for this machine happens then, late. */
  pause(ms: number): void {
    this.#pausedUntilMs = this.#options.clock.monotonic() + ms
  }

  /** Resolves when the machine is running. */
  #running(): Promise<void> {
    const waitMs = this.#pausedUntilMs - this.#options.clock.monotonic()
    if (waitMs <= 0) return Promise.resolve()
    return new Promise(resolve => this.#options.clock.timer(waitMs, resolve))
  }

  /** Gracefully or not: nothing reaches this machine and nothing happens on it any more. */
  switchOff(): void {
    this.#off = true
    this.#options.network.detach(this.peer)
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  async call<T extends ChordRequest['type']>(
    peer: Peer,
    request: Extract<ChordRequest, { type: T }>,
    options: CallOptions
  ): Promise<ReplyOf[T] | undefined> {
    const { network, virtualNodes, onContact } = this.#options
    const body = encodeChordRequest(request)
    const answer = await network.call(this.peer, peer, CHORD, body, options)
    await this.#running()
    if (this.#off) return new Promise(() => {})
    if (answer === undefined) return undefined
    onContact(peer)
    const { message } = decodeChordReply(answer, { request: request.type, virtualNodes })
    return message as ChordReply as ReplyOf[T]
  }

  #timer(ms: number, fire: () => void): Timer {
    if (this.#off) return { cancel() {} }
    const onTime = () => {
      const lateMs = this.#pausedUntilMs - this.#options.clock.monotonic()
      if (lateMs > 0) {
        timer = this.#options.clock.timer(lateMs, onTime)
        return
      }
      this.#timers.delete(handle)
      fire()
    }
    let timer = this.#options.clock.timer(ms, onTime)
    const handle: Timer = {
      cancel: () => {
        this.#timers.delete(handle)
        timer.cancel()
      }
    }
    this.#timers.add(handle)
    return handle
  }
}
