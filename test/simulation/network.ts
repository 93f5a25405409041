/**
 * A network of hosts, as bytes see it: every message has its own delay and may be lost; directions can be cut. A call
 * either ends in the answer's bytes or, at its timeout, in nothing; requests and what is posted arrive once, twice or
 * never, in any order. Everything that crosses is added to a hash, the run's trace.
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
  /** Part of the requests and of what is posted that arrives twice. @default 0 */
  readonly doubled?: number
}

export type Server = (from: Peer, service: string, body: Uint8Array) => Promise<Uint8Array>

/** Takes what is posted to a peer. */
export type Receiver = (from: Peer, body: Uint8Array) => void

export type Cut = (from: Peer, to: Peer) => boolean

const TRACE_BYTES = 64 * 1024

/** A hash of much that is small: hashed in large pieces. */
class Trace {
  readonly #hash = createHash('sha256')
  readonly #piece = Buffer.allocUnsafe(TRACE_BYTES)
  #filled = 0

  add(text: string, body: Uint8Array): void {
    if (this.#filled + text.length + body.byteLength > TRACE_BYTES) this.#flush()
    if (text.length + body.byteLength > TRACE_BYTES) {
      this.#hash.update(text).update(body)
      return
    }
    this.#filled += this.#piece.write(text, this.#filled, 'latin1')
    this.#piece.set(body, this.#filled)
    this.#filled += body.byteLength
  }

  digest(): string {
    this.#flush()
    return this.#hash.copy().digest('hex')
  }

  #flush(): void {
    this.#hash.update(this.#piece.subarray(0, this.#filled))
    this.#filled = 0
  }
}

const SOUND: Required<NetworkOptions> = {
  delayMs: [0.5, 5],
  slow: 0,
  slowMs: [200, 1500],
  loss: 0,
  doubled: 0
}

export class SimulatedNetwork {
  readonly #clock: Clock
  readonly #random: Random
  #options: Required<NetworkOptions>
  readonly #servers = new Map<Peer, Server>()
  readonly #receivers = new Map<Peer, Receiver>()
  readonly #cuts = new Set<Cut>()
  readonly #trace = new Trace()
  /** Messages that were sent, by service. */
  readonly sent = new Map<string, number>()
  bytesSent = 0

  constructor(clock: Clock, random: Random, options: NetworkOptions = {}) {
    this.#clock = clock
    this.#random = random
    this.#options = { ...SOUND, ...options }
  }

  /** Instead of the options that it was made with. */
  setOptions(options: NetworkOptions): void {
    this.#options = { ...SOUND, ...options }
  }

  /** From now on `peer` is reachable. */
  attach(peer: Peer, server: Server, receiver: Receiver = () => {}): void {
    this.#servers.set(peer, server)
    this.#receivers.set(peer, receiver)
  }

  /** From now on nothing arrives at `peer`, and nobody is told. */
  detach(peer: Peer): void {
    this.#servers.delete(peer)
    this.#receivers.delete(peer)
  }

  /** Messages for which `cut` says so are lost; one that looks at the direction cuts one way only. Returns what mends it. */
  cut(cut: Cut): () => void {
    this.#cuts.add(cut)
    return () => this.#cuts.delete(cut)
  }

  /** Hex, over everything sent so far. */
  trace(): string {
    return this.#trace.digest()
  }

  /** One way; nobody is told what became of it. */
  post(from: Peer, to: Peer, service: string, body: Uint8Array): void {
    const arrive = (arrived: Uint8Array) => this.#receivers.get(to)?.(from, arrived)
    this.#send(from, to, service, body, arrive)
    if (this.#doubles()) this.#send(from, to, service, body, arrive)
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
      const ask = (arrived: Uint8Array) => {
        this.#servers
          .get(to)?.(from, service, arrived)
          .then(
            answer => this.#send(to, from, service, answer, back => this.#servers.has(from) && end(back)),
            () => {} // refused: as good as lost to whoever asked
          )
      }
      this.#send(from, to, service, body, ask)
      if (this.#doubles()) this.#send(from, to, service, body, ask)
    })
  }

  /** Draws nothing when nothing is doubled, so that older seeds give the runs that they always gave. */
  #doubles(): boolean {
    const { doubled } = this.#options
    return doubled > 0 && this.#random.next() < doubled
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
    this.#trace.add(`${this.#clock.monotonic()} ${from} ${to} ${service} `, body)
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
