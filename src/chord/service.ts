/**
 * Chord as a libp2p service, beside kad-dht or instead of it: `services: { identify: identify(), chord: chord() }`.
 * It joins the host to a ring, keeps its place there, answers `lookup`, and provides peer routing. Users are another
 * service, which uses this one.
 */

import {
  type ComponentLogger,
  type Libp2pEvents,
  type Logger,
  type PeerId,
  type PeerRouting,
  type PrivateKey,
  peerRoutingSymbol,
  type Startable,
  serviceCapabilities,
  serviceDependencies
} from '@libp2p/interface'
import type { AddressManager, ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { TypedEventTarget } from 'main-event'
import { PEER_BOOK_MAX } from '../constants.ts'
import { AnilloError, ConfigurationError, NotRunningError } from '../errors.ts'
import { Events } from '../events.ts'
import { CHORD_PROTOCOL, ChordProtocol } from '../network/chord-protocol.ts'
import { Dialer } from '../network/dialer.ts'
import type { Met } from '../network/hello.ts'
import { OwnRecord } from '../network/own-record.ts'
import { Refusals } from '../network/refusals.ts'
import type { Wire } from '../network/wire.ts'
import type { Incarnation } from '../replica/view.ts'
import { holdProcess, type Log, type Runtime, raceSignal, systemClock, systemRandom } from '../runtime.ts'
import { type Identity, markRolledBack, openIdentity } from '../storage/identity.ts'
import { KnownBoots } from '../storage/known-boots.ts'
import { MemoryStore } from '../storage/memory-store.ts'
import type { Store } from '../storage/store.ts'
import { VERSION } from '../version.ts'
import { Chord } from './chord.ts'
import { ChordClient } from './chord-client.ts'
import { Doors } from './doors.ts'
import { type Entry, enterRing, type Origin, visitRing } from './entry.ts'
import type { Genesis, RingOptions } from './genesis.ts'
import { PeerBook } from './peer-book.ts'
import { chordPeerRouting } from './peer-routing.ts'
import type { RingFinder } from './ring-finder.ts'
import type { Peer } from './ring-node.ts'

/** Every field is optional. */
export interface ChordInit extends RingOptions {
  /** Multiaddrs of any peers of the ring, with or without /p2p/<id>. @default none: make a new ring, or return to the store's */
  readonly join?: readonly string[] | undefined
  /**
   * Finds its way in the ring of `join`, and uses its users, without being a peer of it: this host takes no position, keeps nothing,
   * and nobody asks it anything. @default false
   */
  readonly clientMode?: boolean | undefined
  /** @default '/anillo/chord/1.0.0' */
  readonly protocol?: string | undefined
  /** @default the store of the users service, or memory */
  readonly store?: Store | undefined
  /** Where events go. @default an emitter of its own */
  readonly events?: Events | undefined
  /** @default the host's logger, component `libp2p:chord` */
  readonly log?: Log | undefined
}

export interface ChordComponents {
  readonly peerId: PeerId
  readonly privateKey: PrivateKey
  readonly registrar: Registrar
  readonly connectionManager: ConnectionManager
  readonly addressManager: AddressManager
  readonly events: TypedEventTarget<Libp2pEvents>
  readonly logger: ComponentLogger
}

/** What a data directory knows of its peer. */
export interface PeerData {
  readonly store: Store
  readonly identity: Identity
  /** Keeps lines in a file beside the store, for people. @default there is no place for files */
  readonly saveConflicts?:
    | ((name: string, lines: Iterable<string>) => Promise<string | undefined>)
    | undefined
}

export interface Joined {
  readonly genesis: Genesis
  readonly origin: Origin
}

/** What exists only between a start and a stop. */
interface Running {
  readonly stopping: AbortController
  readonly joined: PromiseWithResolvers<Joined>
  /** It has begun, so `joined` is going to settle. */
  joining: boolean
}

export function chord(init: ChordInit = {}): (components: ChordComponents) => ChordService {
  return components => new ChordService(components, init)
}

export class ChordService implements Startable {
  readonly [Symbol.toStringTag] = '@anillo/chord'
  readonly [serviceCapabilities]: string[] = ['@anillo/chord', '@libp2p/peer-routing']
  readonly [serviceDependencies]: string[] = ['@libp2p/identify']

  readonly peer: Peer
  /** It is a client of its ring, and no peer of it. */
  readonly clientMode: boolean
  readonly events: Events
  readonly runtime: Runtime
  /** Shared with the protocols of the users service. */
  readonly wire: Wire
  readonly #record: OwnRecord
  readonly #init: ChordInit
  #data: PeerData | undefined
  #book: PeerBook | undefined
  #boots: KnownBoots | undefined
  #protocol: ChordProtocol | undefined
  #chord: Chord | ChordClient | undefined
  #genesis: Genesis | undefined
  /** Of every peer the one that was met last. */
  readonly #met = new Map<Peer, Incarnation>()
  readonly #metListeners = new Set<(incarnation: Incarnation) => void>()
  readonly #rolledBackListeners: ((error: Error) => void)[] = []
  #rolledBack = false
  #beforeGenesis: ((origin: Origin, genesis: Genesis) => Promise<void>) | undefined
  #running: Running | undefined
  /** A client listens on nothing, and may lose every connection: its callers are waiting all the same. */
  #hold: Disposable | undefined

  /** @throws ConfigurationError a client with nobody to ask, or with a store */
  constructor(components: ChordComponents, init: ChordInit) {
    this.clientMode = init.clientMode ?? false
    if (this.clientMode) checkClient(init)
    this.#init = init
    this.peer = components.peerId.toString()
    const log = init.log ?? libp2pLog(components.logger.forComponent('libp2p:chord'))
    this.events = init.events ?? new Events(log)
    this.runtime = { clock: systemClock, random: systemRandom, log }
    this.#record = new OwnRecord(components, this.runtime)
    this.wire = {
      registrar: components.registrar,
      dialer: new Dialer(components.connectionManager, peer => this.addressesOf(peer)),
      hello: this.#helloPolicy(),
      runtime: this.runtime,
      events: this.events,
      refusals: new Refusals(this.runtime.clock)
    }
  }

  /** The store of a service that keeps more than this one; before `start`. */
  useData(data: PeerData): void {
    this.#data = data
  }

  /**
   * Tells `listener` of every peer that was met so far, and from now on of each that says hello, each time that it does.
   * Returns what ends that.
   */
  onMet(listener: (incarnation: Incarnation) => void): () => void {
    for (const incarnation of this.#met.values()) listener(incarnation)
    this.#metListeners.add(listener)
    return () => this.#metListeners.delete(listener)
  }

  /** Another peer has found out that the store is an old copy: the host is to be stopped. Called once, before `start`. */
  onRolledBack(listener: (error: Error) => void): void {
    this.#rolledBackListeners.push(listener)
  }

  /** What must be durable before this peer belongs to a ring; before `start`. */
  beforeGenesis(prepare: (origin: Origin, genesis: Genesis) => Promise<void>): void {
    this.#beforeGenesis = prepare
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return
    this.#data ??= await this.#ownData()
    this.#book = new PeerBook(this.#data.store, this.runtime)
    this.#boots = new KnownBoots(this.#data.store, this.runtime)
    this.#protocol = new ChordProtocol(this.wire, this.#book, this.#init.protocol ?? CHORD_PROTOCOL)
    await this.#protocol.start()
    if (this.clientMode) this.#hold = holdProcess()
    const running = {
      stopping: new AbortController(),
      joined: Promise.withResolvers<Joined>(),
      joining: false
    }
    running.joined.promise.catch(() => {}) // whoever waits for it gets the error
    this.#running = running
  }

  /** Begins to join and does not wait for it, so that a host starts although its ring cannot be reached: see `joined`. */
  afterStart(): void {
    const running = this.#running
    if (running === undefined) return
    running.joining = true
    this.#join(running.stopping.signal).then(running.joined.resolve, error => {
      const said = error instanceof AnilloError ? { error: error.name, detail: error.message } : { error }
      if (!running.stopping.signal.aborted) this.runtime.log.error('not in a ring', said)
      running.joined.reject(error)
    })
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    this.#record.stop()
    this.#hold?.[Symbol.dispose]()
    const stopping = new NotRunningError('This peer is stopping')
    running.stopping.abort(stopping)
    if (!running.joining) running.joined.reject(stopping) // a service beside this one did not start
    await running.joined.promise.catch(() => {})
    this.#protocol?.serve(undefined)
    await this.#chord?.stop()
    await this.#protocol?.stop()
    await this.#book?.writeIfPossible()
    await this.#boots?.flush()
    this.#chord = undefined
  }

  /**
   * Settles when the host belongs to a ring, or has given up.
   * @throws JoinError, NotAdmittedError, ConfigurationError, DataDirectoryError; NotRunningError when the host is stopped before
   */
  joined(signal?: AbortSignal): Promise<Joined> {
    if (this.#running === undefined) return Promise.reject(new NotRunningError('Start the host first'))
    return raceSignal(this.#running.joined.promise, signal)
  }

  /** @throws NotRunningError before `joined` */
  get chord(): RingFinder {
    if (this.#chord === undefined) throw new NotRunningError('This peer has not joined its ring yet')
    return this.#chord
  }

  /** What is known of how to reach a peer; multiaddrs without /p2p. */
  addressesOf(peer: Peer): readonly string[] {
    return peer === this.peer ? this.#record.addresses() : (this.#book?.contactOf(peer)?.addresses ?? [])
  }

  get [peerRoutingSymbol](): PeerRouting {
    return chordPeerRouting(
      () => this.chord,
      peer => this.addressesOf(peer)
    )
  }

  async #ownData(): Promise<PeerData> {
    const store = this.#init.store ?? new MemoryStore()
    return { store, identity: await openIdentity(store, this.runtime.random) }
  }

  async #join(signal: AbortSignal): Promise<Joined> {
    const { genesis, origin } = await (this.clientMode ? this.#visit(signal) : this.#enter(signal))
    return { genesis, origin }
  }

  async #visit(signal: AbortSignal): Promise<Entry> {
    const { peer, runtime, events } = this
    const book = this.#book!
    const protocol = this.#protocol!
    await this.#record.withhold()
    const { join = [] } = this.#init
    const greet = (address: string, greeting: AbortSignal) => protocol.greet(address, greeting)
    const entry = await visitRing({ peer, runtime, options: this.#init, join, greet, signal })
    const { genesis } = entry
    this.#genesis = genesis
    for (const contact of entry.contacts) book.put(contact)
    const doors = new Doors({ self: peer, ringId: genesis.ringId, join, greet, book, runtime })
    const client = new ChordClient({ peer, genesis, rpc: protocol, runtime, book, events, doors })
    this.#chord = client
    await client.start(signal)
    return entry
  }

  async #enter(signal: AbortSignal): Promise<Entry> {
    await this.#record.follow(signal)
    const { store } = this.#data!
    const book = this.#book!
    const protocol = this.#protocol!
    const { join = [] } = this.#init
    const greet = (address: string, greeting: AbortSignal) => protocol.greet(address, greeting)
    const entry = await enterRing({
      peer: this.peer,
      store,
      runtime: this.runtime,
      options: this.#init,
      join,
      greet,
      remember: contact => {
        book.put(contact)
        return book.flush()
      },
      beforeGenesis: this.#beforeGenesis ?? (async () => {}),
      signal
    })
    const { genesis } = entry
    this.#genesis = genesis
    for (const contact of entry.contacts) book.put(contact)
    const { peer, runtime, events } = this
    const chord = new Chord({
      peer,
      genesis,
      rpc: protocol,
      runtime,
      book,
      events,
      doors:
        join.length === 0
          ? undefined
          : new Doors({ self: peer, ringId: genesis.ringId, join, greet, book, runtime }),
      version: VERSION
    })
    this.#chord = chord
    protocol.serve(chord)
    await chord.start({
      signal,
      ...(entry.origin === 'joined' ? { join: entry.contacts.map(({ peer }) => peer) } : {})
    })
    return entry
  }

  #helloPolicy(): Wire['hello'] {
    const identity = () => {
      if (this.#data === undefined) throw new NotRunningError('This peer is not started')
      return this.#data.identity
    }
    const genesis = () => this.#genesis
    const record = () => this.#record.bytes
    return {
      get genesis() {
        return genesis()
      },
      get storeId() {
        return identity().storeId
      },
      get boot() {
        return identity().boot
      },
      get nonces() {
        return identity().nonces
      },
      get record() {
        return record()
      },
      client: this.clientMode,
      admit: (incarnation, nonces) => this.#boots?.admit(incarnation, nonces),
      onMet: met => this.#onMet(met),
      onRolledBack: error => this.#onRolledBack(error)
    }
  }

  #onMet({ peer, incarnation, contact }: Met): void {
    this.#book?.put(contact)
    this.#book?.seen(peer)
    this.#protocol?.met(peer)
    this.#chord?.heard(peer)
    if (this.#met.size >= PEER_BOOK_MAX) this.#met.clear()
    this.#met.set(peer, incarnation)
    for (const listener of this.#metListeners) listener(incarnation)
  }

  /** The store remembers it before anybody acts on it: a peer that is stopped is likely to be started again. */
  #onRolledBack(error: AnilloError): void {
    if (this.#rolledBack) return
    this.#rolledBack = true
    const { log } = this.runtime
    log.error('this data directory is an old copy; this peer must stop', { error })
    markRolledBack(this.#data!.store)
      .catch((cause: unknown) =>
        log.error('not written that the data directory is an old copy', { error: cause })
      )
      .finally(() => {
        for (const listener of this.#rolledBackListeners) listener(error)
      })
  }
}

/** @throws ConfigurationError */
function checkClient({ join = [], store }: ChordInit): void {
  if (join.length === 0)
    throw new ConfigurationError('A client needs a ring: give the multiaddr of any of its peers as join (-j)')
  if (store !== undefined)
    throw new ConfigurationError('A client keeps nothing: leave store out, or be a peer of the ring')
}

/** What a host without a log of ours gets: libp2p's own, shown with DEBUG=libp2p:chord*. */
function libp2pLog(logger: Logger): Log {
  const say =
    (write: (format: string, ...args: unknown[]) => void): Log['info'] =>
    (message, fields) =>
      fields === undefined ? write(message) : write('%s %o', message, fields)
  return { debug: say(logger.trace), info: say(logger), warn: say(logger.error), error: say(logger.error) }
}
