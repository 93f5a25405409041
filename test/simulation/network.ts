/**
 * A network of hosts, as bytes see it: every ordered pair has its own delays, losses and cuts. A call either ends in the
 * answer's bytes or, at its timeout, in nothing. Everything that crosses is added to a hash, the run's trace.
 */
import { createHash } from 'node:crypto'
import type { CallOptions } from '../../src/chord/chord-rpc.ts'
import type { Peer } from '../../src/chord/ring-node.ts'
import type { Clock, Random, Timer } from '../../src/runtime.ts'

export interface NetworkOptions {
  /** Ordinary delays of one way are uniform between these. @default [0.5, 5] */
  readonly delayMs?: readonly [min: number, max: number]
  /** Part of the messages that take the long way… @default 0 */
  readonly slow?: number
  /** …which is uniform between these. @default [200, 1500] */
  readonly slowMs?: readonly [min: number, max: number]
  /** Part of the messages that never arrive. @default 0 */
  readonly loss?: number
}

export type Server = (from: Peer, service: string, body: Uint8Array) => Promise<Uint8Array>

export type Cut = (from: Peer, to: Peer) => boolean

export class SimulatedNetwork {
  readonly #clock: Clock
  readonly #random: Random
  readonly #options: Required<NetworkOptions>
  readonly #servers = new Map<Peer, Server>()
  readonly #cuts = new Set<Cut>()
  readonly #trace = createHash('sha256')
  /** Messages that were sent, by service. */
  readonly sent = new Map<string, number>()
  bytesSent = 0

  constructor(clock: Clock, random: Random, options: NetworkOptions = {}) {
    this.#clock = clock
    this.#random = random
    this.#options = { delayMs: [0.5, 5], slow: 0, slowMs: [200, 1500], loss: 0, ...options }
  }

  /** From now on `peer` is reachable. */
  attach(peer: Peer, server: Server): void {
    this.#servers.set(peer, server)
  }

  /** From now on nothing arrives at `peer`, and nobody is told. */
  detach(peer: Peer): void {
    this.#servers.delete(peer)
  }

  /** Messages for which `cut` says so are lost; one that looks at the direction cuts one way only. Returns what mends it. */
  cut(cut: Cut): () => void {
    this.#cuts.add(cut)
    return () => this.#cuts.delete(cut)
  }

  /** Hex, over everything sent so far. */
  trace(): string {
    return this.#trace.copy().digest('hex')
  }

  call(
    from: Peer,
    to: Peer,
    service: string,
    body: Uint8Array,
    { timeoutMs, signal }: CallOptions
  ): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const end = (answer: Uint8Array | undefined) => {
        timeout.cancel()
        signal?.removeEventListener('abort', onAbort)
        resolve(answer)
      }
      const onAbort = () => {
        timeout.cancel()
        reject(signal!.reason)
      }
      const timeout = this.#clock.timer(timeoutMs, () => end(undefined))
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#send(from, to, service, body, arrived => {
        this.#servers
          .get(to)?.(from, service, arrived)
          .then(
            answer => this.#send(to, from, service, answer, back => this.#servers.has(from) && end(back)),
            () => {} // refused: as good as lost to whoever asked
          )
      })
    })
  }

  #send(
    from: Peer,
    to: Peer,
    service: string,
    body: Uint8Array,
    arrive: (body: Uint8Array) => void
  ): Timer | undefined {
    this.sent.set(service, (this.sent.get(service) ?? 0) + 1)
    this.bytesSent += body.byteLength
    this.#trace.update(`${this.#clock.monotonic()} ${from} ${to} ${service} `).update(body)
    const { delayMs, slow, slowMs, loss } = this.#options
    const lost = this.#random.next() < loss
    const [min, max] = this.#random.next() < slow ? slowMs : delayMs
    const ms = min + (max - min) * this.#random.next()
    if (lost || this.#isCut(from, to)) return undefined
    return this.#clock.timer(ms, () => {
      if (!this.#isCut(from, to)) arrive(body)
    })
  }

  #isCut(from: Peer, to: Peer): boolean {
    for (const cut of this.#cuts) if (cut(from, to)) return true
    return false
  }
}
