/**
 * The demo's peers together: what can be done to them, and what they are. Whoever calls has looked whether it makes sense
 * (interpreter.ts); nothing is printed here.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { ConfigurationError, TimeoutError } from '../../errors.ts'
import { Api } from '../api.ts'
import { freePortsFrom } from '../free-port.ts'
import { untilGone } from '../peer-leave.ts'
import { DemoPeer } from './demo-peer.ts'
import { Islands } from './islands.ts'
import { type KeptPeer, writeKept } from './kept.ts'
import type { Gateway } from './load.ts'
import type { RingInfo } from './state.ts'

const HOST = '127.0.0.1'
export const PEER_PORT_FIRST = 50_051
/** Peers are processes of some 100 MB each. */
export const PEERS_MAX = 64
/** A peer that has not drained by then is killed at the end, and said to hang before. */
const STOP_TIMEOUT_MS = 15_000
/** Between the last answer of a peer that leaves and the end of its process. */
const LEFT_TIMEOUT_MS = 10_000

export interface DemoRingOptions {
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Ends starting; `stop` is still to be called then. */
  readonly signal: AbortSignal
  /** Origin of the page that may ask the peers' gateways. */
  readonly dashboard: () => string | undefined
  /** `info` is another one. */
  readonly onChange: () => void
  /** Something was broken just now, on purpose or not. */
  readonly onFault: () => void
  /** A process has ended that nobody here ended: with this exit code or signal. */
  readonly onDeath: (peer: DemoPeer, how: number | string) => void
}

export class DemoRing {
  readonly #options: DemoRingOptions
  readonly #peers: DemoPeer[] = []
  readonly #gone: KeptPeer[] = []
  readonly #islands = new Islands()
  /** The last `add`: two at once would take the same ports. */
  #adding: Promise<unknown> = Promise.resolve()
  #saving: Promise<unknown> = Promise.resolve()
  #filled = false
  #stopping = false

  constructor(options: DemoRingOptions) {
    this.#options = options
  }

  get peers(): readonly DemoPeer[] {
    return this.#peers
  }

  get info(): RingInfo {
    const present = this.#peers.filter(({ state }) => state !== 'left').map(({ number }) => number)
    return {
      peers: this.#peers.map(({ info }) => info),
      partitions: this.#islands.whole ? [] : this.#islands.sides(present)
    }
  }

  /** Of the peers that can be asked. */
  get gateways(): Gateway[] {
    return this.#peers
      .filter(({ serving }) => serving)
      .map(({ number, ready }) => ({ number, url: ready.http }))
  }

  /** A number that is not used again. */
  forget(peer: KeptPeer): void {
    this.#gone.push(peer)
  }

  /**
   * A place for a peer, which is not started yet: on this port, or on a higher one where that is taken, found out
   * only now since others start peers on this machine too.
   */
  async place({ number, port: wanted }: Omit<KeptPeer, 'left'>, httpPort: number): Promise<void> {
    const { directory, dashboard, env, onChange } = this.#options
    const port = await freePortFrom(wanted, this.#peers)
    this.#peers.push(
      new DemoPeer({ number, directory, port, httpPort, corsOrigin: dashboard(), env, onChange })
    )
  }

  /** @throws FailedStart */
  async start(number: number): Promise<void> {
    const peer = this.#peer(number)
    const { signal } = this.#options
    await peer.start({ join: this.#contactOf(peer), apart: this.#apartFrom(peer), signal })
    void this.#watch(peer)
    // Those that run have not heard of a new peer's id, and a cut may have been made while it started.
    if (!this.#islands.whole) await this.#enforceCuts()
  }

  async kill(number: number): Promise<void> {
    const killed = this.#peer(number).kill()
    this.#options.onFault()
    await killed
  }

  /** @throws TimeoutError it is still at it */
  async drain(number: number): Promise<void> {
    const drained = this.#peer(number).drain(STOP_TIMEOUT_MS)
    this.#options.onFault()
    if (await drained) return
    throw new TimeoutError(
      `peer ${number} did not drain within ${STOP_TIMEOUT_MS} ms; kill ${number} ends it`
    )
  }

  pause(number: number): void {
    this.#peer(number).pause()
    this.#options.onFault()
  }

  resume(number: number): void {
    this.#peer(number).resume()
  }

  /** The sides that there would be. */
  sidesAfter(numbers: readonly number[]): number {
    const islands = new Islands(this.#islands)
    islands.split(numbers)
    return islands.sides(this.#peers.filter(({ state }) => state !== 'left').map(({ number }) => number))
      .length
  }

  /** Cuts these peers from all others. Resolves when that is in force. */
  async partition(numbers: readonly number[]): Promise<void> {
    this.#islands.split(numbers)
    this.#options.onFault()
    await this.#enforceCuts()
    this.#options.onChange()
  }

  async join(): Promise<void> {
    this.#islands.heal()
    await this.#enforceCuts()
    this.#options.onChange()
  }

  /** One more peer; resolves with its number. @throws FailedStart, ConfigurationError no port is free or nobody to join */
  async add(): Promise<number> {
    const added = this.#adding.catch(() => {}).then(() => this.#addNext())
    this.#adding = added
    return added
  }

  /** Its slots move to others first. @throws UnavailableError it could not move all of them and stays */
  async leave(number: number): Promise<void> {
    const peer = this.#peer(number)
    const api = new Api(peer.ready.http, this.#options.signal)
    await peer.whileLeaving(async () => {
      const task = await api.leave()
      this.#options.onFault()
      await untilGone(api, task, () => {})
      await peer.endAsLeft(LEFT_TIMEOUT_MS)
    })
    await this.#save()
  }

  /** The demo's users are stored: the next demo on this directory leaves them as they are. */
  async filled(): Promise<void> {
    this.#filled = true
    await this.#save()
  }

  /** Drains all peers; kills those that take too long, or all when `atOnce` settles. True when some were killed. */
  async stop(atOnce: Promise<unknown>): Promise<boolean> {
    this.#stopping = true
    for (const peer of this.#peers) {
      peer.signal('SIGTERM')
      if (peer.state === 'paused') peer.resume()
    }
    const allEnded = Promise.all(this.#peers.map(peer => peer.ended))
    const patience = new AbortController()
    const tooLong = pause(STOP_TIMEOUT_MS, undefined, { signal: patience.signal }).catch(() => {})
    await Promise.race([allEnded, atOnce, tooLong])
    patience.abort()
    const stragglers = this.#peers.filter(peer => peer.running)
    for (const peer of stragglers) peer.signal('SIGKILL')
    await allEnded
    await this.#saving
    return stragglers.length > 0
  }

  #peer(number: number): DemoPeer {
    return this.#peers.find(peer => peer.number === number)!
  }

  async #addNext(): Promise<number> {
    const number = Math.max(0, ...[...this.#peers, ...this.#gone].map(peer => peer.number)) + 1
    if (this.#contactOf({ number }) === undefined) {
      throw new ConfigurationError('No peer runs that a new one could join: heal, and add again')
    }
    const lastPort = Math.max(...this.#peers.map(({ port }) => port))
    const lastHttpPort = Math.max(...this.#peers.map(({ httpPort }) => httpPort))
    const [httpPort] = await freePortsFrom(lastHttpPort + 1, 1, HOST)
    await this.place({ number, port: lastPort + 1 }, httpPort!)
    try {
      await this.start(number)
    } catch (error) {
      // There never was such a peer; its number is free again. Where its process runs still, `stop` is to end it.
      const at = this.#peers.findIndex(peer => peer.number === number)
      const peer = this.#peers[at]
      if (peer !== undefined && peer.peerId === undefined && !peer.running) this.#peers.splice(at, 1)
      throw error
    }
    await this.#save()
    return number
  }

  /** Somebody on its side who can be asked to let it in. */
  #contactOf(peer: { readonly number: number }): string | undefined {
    const contact = this.#peers.find(
      other =>
        other.number !== peer.number && other.serving && !this.#islands.apart(other.number, peer.number)
    )
    return contact?.ready.addresses[0]
  }

  #apartFrom(peer: DemoPeer): string[] {
    return this.#peers.flatMap(({ number, peerId }) =>
      peerId !== undefined && this.#islands.apart(number, peer.number) ? [peerId] : []
    )
  }

  async #enforceCuts(): Promise<void> {
    await Promise.all(this.#peers.map(peer => peer.cutFrom(this.#apartFrom(peer))))
  }

  async #watch(peer: DemoPeer): Promise<void> {
    const how = await peer.ended
    if (this.#stopping || peer.wasEnded || this.#options.signal.aborted) return
    this.#options.onFault()
    this.#options.onDeath(peer, how)
    if (peer.state === 'left') await this.#save()
  }

  /** As a whole, one after another. */
  #save(): Promise<void> {
    const saved = this.#saving
      .catch(() => {})
      .then(() => {
        const present = this.#peers.map(({ number, port, state }) => ({
          number,
          port,
          left: state === 'left'
        }))
        const peers = [...present, ...this.#gone].sort((a, b) => a.number - b.number)
        return writeKept(this.#options.directory, { peers, filled: this.#filled })
      })
    this.#saving = saved.catch(() => {}) // whoever asked for it is told
    return saved
  }
}

/** A peer that is down has its port still. */
async function freePortFrom(wanted: number, peers: readonly DemoPeer[]): Promise<number> {
  const candidates = await freePortsFrom(wanted, peers.length + 1, HOST)
  return candidates.find(port => peers.every(peer => peer.port !== port))!
}
