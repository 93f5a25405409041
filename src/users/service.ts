/**
 * Users as a libp2p service beside chord: `services: { identify: identify(), chord: chord(), users: users({ dataDir }) }`.
 * It keeps this peer's slots, answers other peers for them, and serves all users of the ring to the program.
 */
import { type Startable, serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { toString as bytesToString } from 'uint8arrays/to-string'
import type { ChordService, Joined, PeerData } from '../chord/service.ts'
import { RETRY_AFTER_MS } from '../constants.ts'
import { ConfigurationError, NotRunningError, UnavailableError } from '../errors.ts'
import { REPLICA_PROTOCOL } from '../network/replica-protocol.ts'
import { TRANSFER_PROTOCOL, TransferProtocol } from '../network/transfer-protocol.ts'
import { USERS_PROTOCOL, UsersProtocol } from '../network/users-protocol.ts'
import { createViews, forgetSlots } from '../replica/genesis-views.ts'
import type { Incarnation } from '../replica/view.ts'
import { raceSignal } from '../runtime.ts'
import { type DataDirectory, openDataDirectory } from '../storage/data-directory.ts'
import { claimStore, type Identity, openIdentity } from '../storage/identity.ts'
import { MemoryStore } from '../storage/memory-store.ts'
import { LEAVE_STUCK_MS, untilEmpty } from './hand-over.ts'
import { sharedSignal } from './shared-signal.ts'
import { UsersClient } from './users-client.ts'
import { UsersNode, type UsersNodeInit } from './users-node.ts'
import type { UsersPart } from './users-part.ts'

/** Every field is optional. */
export interface UsersInit {
  /** Where users are kept; not together with the `clientMode` of chord. @default in memory: gone with the process */
  readonly dataDir?: string | undefined
  /** An open store instead of `dataDir`; whoever opened it closes it, after the host has stopped. */
  readonly data?: PeerData | undefined
  /** The disk, or what is on it, cannot be used: the host is to be stopped. Called once. */
  readonly onStorageFailure?: ((error: Error) => void) | undefined
  /** A member of a slot that cannot be reached is replaced after so long, ms. @default 30 000 */
  readonly replaceAfterMs?: number | undefined
  /** Slots follow the ring when it has been the same around them for so long, ms. @default 5 000 */
  readonly placementStableMs?: number | undefined
  /** The best placed member of a slot leads after it has lacked nothing for so long, ms. @default 10 000 */
  readonly leaderSpreadMs?: number | undefined
  /** @default '/anillo/users/1.0.0' */
  readonly protocol?: string | undefined
  /** @default '/anillo/replica/1.0.0' */
  readonly replicaProtocol?: string | undefined
  /** @default '/anillo/transfer/1.0.0' */
  readonly transferProtocol?: string | undefined
}

export interface UsersComponents {
  readonly chord: ChordService
}

export function users(init: UsersInit = {}): (components: UsersComponents) => UsersService {
  return components => new UsersService(components, init)
}

export class UsersService implements Startable {
  readonly [Symbol.toStringTag] = '@anillo/users'
  readonly [serviceCapabilities]: string[] = ['@anillo/users']
  readonly [serviceDependencies]: string[] = ['@anillo/chord']

  readonly #chord: ChordService
  readonly #init: UsersInit
  readonly #protocol: UsersProtocol
  readonly #transfer: TransferProtocol
  #directory: DataDirectory | undefined
  #data: PeerData | undefined
  /** Of a peer of the ring; a client has the other. */
  #node: UsersNode | undefined
  #client: UsersClient | undefined
  #ready: Promise<Joined> | undefined
  #storageFailure: Error | undefined
  #forgetMet: () => void = () => {}
  /** Aborts when the host begins to stop. */
  #stopping = new AbortController()

  /** @throws ConfigurationError a client with data */
  constructor({ chord }: UsersComponents, init: UsersInit) {
    if (chord.clientMode && (init.dataDir ?? init.data) !== undefined) {
      throw new ConfigurationError(
        'A client keeps nothing: leave dataDir and data out, or be a peer of the ring'
      )
    }
    this.#chord = chord
    this.#init = init
    this.#protocol = new UsersProtocol(
      chord.wire,
      init.protocol ?? USERS_PROTOCOL,
      init.replicaProtocol ?? REPLICA_PROTOCOL
    )
    this.#transfer = new TransferProtocol(chord.wire, init.transferProtocol ?? TRANSFER_PROTOCOL)
    chord.onRolledBack(error => this.storageFailed(error))
  }

  /** Opens the data before chord starts, as the ring that this peer belongs to is written in it. */
  async beforeStart(): Promise<void> {
    if (this.#stopping.signal.aborted) this.#stopping = new AbortController()
    if (this.#data !== undefined || this.#chord.clientMode) return
    const { runtime } = this.#chord
    if (this.#init.dataDir !== undefined) {
      this.#directory = await openDataDirectory(this.#init.dataDir, runtime, {
        onFailure: error => this.storageFailed(error)
      })
    }
    this.#data = this.#init.data ?? this.#directory ?? (await memoryData(runtime.random))
    const { store, identity } = this.#data
    await claimStore(store, this.#chord.peer)
    const self = incarnationOf(this.#chord.peer, identity)
    this.#chord.useData(this.#data)
    this.#chord.beforeGenesis((origin, genesis) =>
      origin === 'created' ? createViews(store, self, genesis) : forgetSlots(store)
    )
  }

  async start(): Promise<void> {
    await this.#protocol.start()
    if (!this.#chord.clientMode) await this.#transfer.start()
  }

  afterStart(): void {
    this.#ready ??= this.#chord.clientMode ? this.#visit() : this.#open()
    this.#ready.catch(() => {}) // chord has said why
  }

  /** Others lead from now on; nothing is accepted any more, and what was is made durable, while the network is still there. */
  async beforeStop(): Promise<void> {
    this.#stopping.abort(new NotRunningError('This peer is stopping'))
    await this.#node?.stop()
    this.#client?.stop()
  }

  async stop(): Promise<void> {
    this.#protocol.serve(undefined)
    this.#transfer.serve(undefined)
    await this.#protocol.stop()
    await this.#transfer.stop()
  }

  async afterStop(): Promise<void> {
    await this.#ready?.catch(() => {})
    await this.#node?.stop() // one that was made while the host was stopping already
    this.#client?.stop()
    this.#forgetMet() // a host that is started again has another node
    this.#ready = undefined
    this.#node = undefined
    this.#client = undefined
    this.#data = undefined
    await this.#directory?.close()
    this.#directory = undefined
  }

  /** Settles when this peer serves users, or cannot. @throws as chord's `joined` */
  ready(signal?: AbortSignal): Promise<Joined> {
    if (this.#ready === undefined) return Promise.reject(new NotRunningError('Start the host first'))
    return raceSignal(this.#ready, signal)
  }

  /** @throws NotRunningError before `ready` */
  get node(): UsersPart {
    const part = this.#node ?? this.#client
    if (part === undefined) throw new NotRunningError('This peer has not joined its ring yet')
    return part
  }

  /** The disk refused, or what it has is damaged or an old copy: whoever owns the host must stop it. */
  storageFailed(error: Error): void {
    if (this.#storageFailure !== undefined) return
    this.#storageFailure = error
    this.#node?.halt() // stopping takes its time: requests that are under way are waited for
    this.#chord.runtime.log.error('the data of this peer cannot be used; it must stop', { error })
    this.#chord.events.emit({ type: 'storage.failed', detail: error.message })
    this.#init.onStorageFailure?.(error)
  }

  /**
   * Hands every slot to another peer, then leaves the ring for good. The host is to be stopped afterwards.
   * @throws UnavailableError there is nobody to take them, or none was taken for too long; this peer keeps the rest
   * @throws NotRunningError the host is stopped before they are
   */
  async leave(options: LeaveOptions = {}): Promise<void> {
    await this.handOver(options)
    await this.#chord.chord.leave(options.signal)
  }

  /** The first part of leaving: afterwards this peer holds nothing, and is still in the ring. @throws as `leave` */
  async handOver(options: LeaveOptions = {}): Promise<void> {
    const total = this.#node?.slotsLeft ?? 0
    const job = this.node.jobs.begin({
      kind: 'leave',
      detail: 'slots move to other peers',
      unit: 'slots',
      total
    })
    try {
      const onProgress = (left: number) => {
        job.reach(Math.max(0, total - left), Math.max(total, left))
        options.onProgress?.(left)
      }
      if (this.#node !== undefined) await this.#giveAway(this.#node, { signal: options.signal, onProgress })
      job.done('every slot moved; this peer leaves the ring and stops')
    } catch (error) {
      job.failed((error as Error).message)
      throw error
    }
  }

  async #giveAway(node: UsersNode, { signal, onProgress }: LeaveOptions): Promise<void> {
    const { clock } = this.#chord.runtime
    const stopping = this.#stopping.signal
    stopping.throwIfAborted()
    if (![...this.#chord.chord.peers().values()].includes('up')) {
      throw new UnavailableError(
        'There is no other peer that could take the users: start one that joins, or stop this peer instead'
      )
    }
    node.leave()
    try {
      await untilEmpty({ node, clock, signal: sharedSignal(signal, stopping), onProgress })
    } catch {
      stopping.throwIfAborted() // it hands over what it leads, and would begin to plan again if it were told to stay
      node.stay()
      signal?.throwIfAborted()
      throw new UnavailableError(
        `${node.slotsLeft} slots could not be moved, none within ${LEAVE_STUCK_MS} ms: this peer keeps them, try again`,
        { retryAfterMs: RETRY_AFTER_MS }
      )
    }
  }

  async #visit(): Promise<Joined> {
    const joined = await this.#chord.joined()
    const { peer, chord, runtime } = this.#chord
    this.#client = new UsersClient({
      self: peer,
      genesis: joined.genesis,
      chord,
      rpc: this.#protocol,
      runtime,
      addressesOf: peer => this.#chord.addressesOf(peer)
    })
    return joined
  }

  async #open(): Promise<Joined> {
    const joined = await this.#chord.joined()
    const { store, identity } = this.#data!
    const self = incarnationOf(this.#chord.peer, identity)
    const node = new UsersNode({
      self,
      genesis: joined.genesis,
      madeRing: joined.origin === 'created',
      chord: this.#chord.chord,
      store,
      runtime: this.#chord.runtime,
      events: this.#chord.events,
      rpc: this.#protocol,
      replicaRpc: {
        post: (to, messages) => this.#protocol.post(to, messages),
        sendSnapshot: (to, records, options) => this.#transfer.sendSnapshot(to, records, options),
        advertise: (to, views, options) => this.#protocol.advertise(to, views, options),
        leaving: (to, options) => this.#protocol.leaving(to, options)
      },
      times: {
        stableMs: this.#init.placementStableMs,
        replaceAfterMs: this.#init.replaceAfterMs,
        spreadMs: this.#init.leaderSpreadMs
      },
      saveConflicts: this.#data!.saveConflicts,
      addressesOf: peer => this.#chord.addressesOf(peer),
      storageOk: () => this.#storageFailure === undefined,
      onStorageFailure: error => this.storageFailed(error)
    } satisfies UsersNodeInit)
    const { handler } = node
    node.start()
    this.#node = node
    this.#forgetMet = this.#chord.onMet(handler.met)
    this.#protocol.serve(handler)
    this.#transfer.serve((from, records) => handler.receiveSnapshot(from, records))
    return joined
  }
}

export interface LeaveOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with the number of slots that are still here. */
  readonly onProgress?: ((slotsLeft: number) => void) | undefined
}

async function memoryData(random: Parameters<typeof openIdentity>[1]): Promise<PeerData> {
  const store = new MemoryStore()
  return { store, identity: await openIdentity(store, random) }
}

function incarnationOf(peer: string, { storeId, boot }: Identity): Incarnation {
  return { peer, store: bytesToString(storeId, 'base16'), boot }
}
