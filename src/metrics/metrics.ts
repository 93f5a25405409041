/**
 * The metrics of one peer, in a registry of its own: several peers may run in one process. What happens is counted from
 * events and by wrapping the ports; what is so at the moment is read when somebody asks.
 */
import { Registry } from 'prom-client'
import type { Events } from '../events.ts'
import type { GatewayMetrics } from '../gateway/exchange.ts'
import { type Clock, deadlineAfter, raceSignal } from '../runtime.ts'
import type { DiskSpace, Store } from '../storage/store.ts'
import type { TracedUsers } from '../users/users.ts'
import { countEvents } from './event-metrics.ts'
import { HttpMetrics } from './http-metrics.ts'
import { Instruments } from './instruments.ts'
import { Libp2pMetrics } from './libp2p-metrics.ts'
import { MeasuredStore, StoreMetrics } from './measured-store.ts'
import { MeasuredUsers, UsersMetrics } from './measured-users.ts'
import { ProcessMetrics } from './process-metrics.ts'
import { RingMetrics, type RingSource } from './ring-metrics.ts'

export interface PeerMetricsInit {
  /** Of anillo. */
  readonly version: string
  readonly events: Events
  readonly clock: Clock
  /** @default a new one; never prom-client's own, which is one for the whole process */
  readonly registry?: Registry | undefined
}

/** A disk that hangs is seen by what is missing, and must not keep the other numbers back. */
const SPACE_TIMEOUT_MS = 1_000

export class PeerMetrics implements GatewayMetrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE
  /** For the host of the peer. */
  readonly libp2p: Libp2pMetrics
  readonly requests: HttpMetrics
  readonly #registry: Registry
  readonly #make: Instruments
  readonly #clock: Clock
  readonly #processMetrics: ProcessMetrics
  readonly #store: StoreMetrics
  readonly #users: UsersMetrics
  readonly #uncount: () => void
  #ring: RingMetrics | undefined
  #spaceOf: (() => Promise<DiskSpace>) | undefined
  #space: DiskSpace | undefined
  #spaceAsked: Promise<DiskSpace | undefined> | undefined
  #scrape: Promise<string> | undefined

  constructor({ version, events, clock, registry = new Registry() }: PeerMetricsInit) {
    const make = new Instruments(registry)
    this.#registry = registry
    this.#make = make
    this.#clock = clock
    make.gaugesOf('anillo_build_info', 'Version of anillo; always 1', ['version'], () => [[{ version }, 1]])
    this.requests = new HttpMetrics(make)
    this.#users = new UsersMetrics(make)
    this.#uncount = countEvents(events, make)
    this.#store = new StoreMetrics(make)
    make.gaugeOf(
      'anillo_storage_file_bytes',
      'Size of the file with the data of this peer, which does not shrink',
      () => this.#space?.file
    )
    make.gaugeOf(
      'anillo_storage_free_bytes',
      'What the disk with that file still takes',
      () => this.#space?.free
    )
    this.#processMetrics = new ProcessMetrics(make)
    this.libp2p = new Libp2pMetrics(registry)
  }

  /** The same store, measured. `space`: of the disk that it is on. @default it is on none */
  measuredStore(store: Store, space?: () => Promise<DiskSpace>): Store {
    this.#spaceOf = space
    return new MeasuredStore(store, this.#store, this.#clock)
  }

  /** The same users, measured. */
  measuredUsers(users: TracedUsers): TracedUsers {
    return new MeasuredUsers(users, this.#users, this.#clock)
  }

  /** The peer is in its ring. Called once. */
  watch(source: RingSource): void {
    this.#ring = new RingMetrics(this.#make, source)
  }

  /** The exposition format of Prometheus. One scrape serves all who ask meanwhile. */
  text(): Promise<string> {
    this.#scrape ??= this.#read().finally(() => {
      this.#scrape = undefined
    })
    return this.#scrape
  }

  /** Nothing is counted or observed any more. */
  stop(): void {
    this.#uncount()
    this.#processMetrics.stop()
    this.#registry.clear()
  }

  async #read(): Promise<string> {
    this.#ring?.refresh()
    this.#space = await this.#spaceNow()
    await this.libp2p.refresh()
    const text = await this.#registry.metrics()
    this.#processMetrics.scraped()
    return text
  }

  /** One question is under way at most: on a disk that hangs each holds a thread, and the store's writes need them too. */
  async #spaceNow(): Promise<DiskSpace | undefined> {
    this.#spaceAsked ??= this.#spaceOf?.()
      .catch(() => undefined) // the system does not say
      .finally(() => {
        this.#spaceAsked = undefined
      })
    if (this.#spaceAsked === undefined) return undefined
    using deadline = deadlineAfter(this.#clock, SPACE_TIMEOUT_MS)
    return await raceSignal(this.#spaceAsked, deadline.signal).catch(() => undefined)
  }
}
