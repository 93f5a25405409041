/** createPeer(): the one place where everything meets. */
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import type { ConnectionGater } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Origin } from './chord/entry.ts'
import type { RingOptions } from './chord/genesis.ts'
import type { RingFinder } from './chord/ring-finder.ts'
import type { Peer } from './chord/ring-node.ts'
import { type ChordService, chord, type PeerData } from './chord/service.ts'
import { Ending } from './ending.ts'
import { ConfigurationError } from './errors.ts'
import { Events } from './events.ts'
import { Cors } from './gateway/cors.ts'
import { type Caller, Door } from './gateway/door.ts'
import { createGateway, type Gateway } from './gateway/gateway.ts'
import {
  checkHttpOptions,
  HTTP_HOST_DEFAULT,
  type HttpOptions,
  type HttpSecrets,
  sendsTokensInClear
} from './gateway/http-options.ts'
import { type GatewayServer, serve } from './gateway/server.ts'
import { Tokens } from './gateway/tokens.ts'
import { PeerMetrics } from './metrics/metrics.ts'
import type { RingSource } from './metrics/ring-metrics.ts'
import { connectionGate } from './network/connection-gate.ts'
import { refuseOpenDoor } from './network/exposure.ts'
import { createHost } from './network/host.ts'
import { newPreSharedKey as preSharedKeyFile, privateNetwork } from './network/pre-shared-key.ts'
import { OutputFiles, type OutputSource } from './output/output-files.ts'
import { deadlineAfter, type Log, type Runtime, silentLog, systemClock, systemRandom } from './runtime.ts'
import { identityAt, openDataDirectory } from './storage/data-directory.ts'
import { openIdentity } from './storage/identity.ts'
import { MemoryStore } from './storage/memory-store.ts'
import type { DiskSpace } from './storage/store.ts'
import { leaveOnce } from './users/leave-once.ts'
import type { RingInspector } from './users/ring-report.ts'
import { plainUsers } from './users/ring-users.ts'
import { type LeaveOptions, type UsersService, users } from './users/service.ts'
import type { TracedUsers, Users } from './users/users.ts'
import type { UsersPart } from './users/users-part.ts'
import { VERSION } from './version.ts'

export interface PeerOptions extends RingOptions {
  /** Multiaddrs to listen on. @default ['/ip4/127.0.0.1/tcp/50051'] */
  readonly listen?: readonly string[] | undefined
  /** Multiaddrs of any peers of the ring, with or without /p2p/<id>. None: make a new ring, unless `dataDir` holds one. */
  readonly join?: readonly string[] | undefined
  /**
   * Serve the users of the ring of `join` without being a peer of it: nothing is kept, nobody is listened for, and no peer of
   * the ring relies on this one. Not together with `dataDir`, `listen` or `announce`. @default false
   */
  readonly clientMode?: boolean | undefined
  /** Multiaddrs to tell others instead of what is listened on. */
  readonly announce?: readonly string[] | undefined
  /**
   * The text of a pre-shared key file (`newPreSharedKey()`, or `anillo key psk`), the same for all peers of the ring: no other
   * gets past its first bytes. @default none
   */
  readonly psk?: string | undefined
  /** PeerIds: nobody else may connect, and nobody else is connected to. An empty list is nobody. @default everybody */
  readonly allow?: readonly Peer[] | undefined
  /**
   * Listen where other machines can reach this one, with neither `psk` nor `allow`: the network keeps strangers out. @default false
   */
  readonly insecure?: boolean | undefined
  /** Serve HTTP. @default not at all */
  readonly http?: HttpOptions | undefined
  /** Where identity and users are kept. @default in memory: gone with the process */
  readonly dataDir?: string | undefined
  /** A member of a slot that cannot be reached is replaced after so long, ms. @default 30 000 */
  readonly replaceAfterMs?: number | undefined
  /** Slots follow the ring when it has been the same around them for so long, ms. @default 5 000 */
  readonly placementStableMs?: number | undefined
  /** The best placed member of a slot leads after it has lacked nothing for so long, ms. @default 10 000 */
  readonly leaderSpreadMs?: number | undefined
  /** Where users.txt, finger.txt and log.txt are written. @default nowhere */
  readonly outputDir?: string | undefined
  /** libp2p's, which is asked about each connection. @default every connection is let in */
  readonly connectionGater?: ConnectionGater | undefined
  /** @default silent */
  readonly log?: Log | undefined
  /** Ends the attempt to start and join. */
  readonly signal?: AbortSignal | undefined
}

export interface AnilloPeer extends AsyncDisposable {
  readonly peer: Peer
  readonly ringId: string
  /** What the first peer of the ring chose. */
  readonly replicas: number
  readonly slots: number
  readonly virtualNodes: number
  /** Whether this start made the ring, joined one, came back to the one of its data directory, or is a client of one. */
  readonly origin: Origin
  /** Dialable multiaddrs, each ending in /p2p/<peer>. */
  readonly addresses: readonly string[]
  /** Base URL of the gateway, when it is served. */
  readonly httpUrl: string | undefined
  readonly users: Users
  readonly ring: RingInspector
  readonly events: Events
  /** The gateway as a web-standard function, to be mounted in any server. It keeps to `http`, as far as that was given. */
  readonly fetch: (request: Request, caller?: Caller) => Promise<Response>
  /**
   * Other tokens, or another certificate, from now on; what is left out stays.
   * @throws ConfigurationError says what is wrong with them; then all stays as it was
   */
  updateHttp(secrets: HttpSecrets): void
  /**
   * Leaves for good: every slot goes to another peer first, then the peer stops.
   * @throws UnavailableError there is nobody to take them, or none was taken for too long; the peer keeps the rest and goes on
   * @throws NotRunningError it was stopped before everything had moved
   */
  leave(options?: LeaveOptions): Promise<void>
  /** Finishes what is in flight, flushes and stops; the peer stays a member of the ring and comes back with its data. */
  stop(): Promise<void>
  /** Settles when the peer has stopped, with the error when it stopped because of one (a failed disk). */
  readonly stopped: Promise<Error | undefined>
}

export type { HttpOptions, HttpSecrets } from './gateway/http-options.ts'
export type { TlsOptions } from './gateway/server.ts'
export type { HttpToken, Scope } from './gateway/tokens.ts'

const LISTEN_DEFAULT = '/ip4/127.0.0.1/tcp/50051'
/** A request that is not answered by then is cut off when the peer stops. */
const HTTP_DRAIN_MS = 10_000

/**
 * Starts a peer and resolves when it serves users.
 * @throws ConfigurationError, DataDirectoryError, JoinError, NotAdmittedError; nothing is left running then
 */
export async function createPeer(options: PeerOptions = {}): Promise<AnilloPeer> {
  const { outputDir, log: outerLog = silentLog, http, signal } = options
  signal?.throwIfAborted()
  checkClient(options)
  const entrance = entranceOf(http)
  const output = outputFiles(outputDir, outerLog)
  const runtime: Runtime = { clock: systemClock, random: systemRandom, log: output?.log ?? outerLog }
  const events = new Events(runtime.log)
  const doors = doorsOf(options, runtime, events)
  const metrics = new PeerMetrics({ version: VERSION, events, clock: runtime.clock })
  const ending = new Ending()
  ending.add(async () => metrics.stop())
  try {
    let service: UsersService | undefined
    const opened = await openData(options.dataDir, runtime, error => {
      service?.storageFailed(error)
      ending.fail(error)
    })
    ending.add(() => opened.close())
    const data = { ...opened, store: metrics.measuredStore(opened.store, opened.space) }
    const host = await createPeerHost(options, data, { runtime, events, metrics, doors }, error =>
      ending.fail(error)
    )
    const departure = { final: false }
    ending.add(() => stopHost(host, departure.final))
    service = host.services.users
    const { genesis, origin } = await service.ready(signal)
    const { node } = service
    const leave = async (how?: LeaveOptions) => {
      await host.services.users.handOver(how)
      departure.final = true
      await ending.end()
    }
    const measured = metrics.measuredUsers(node.traced)
    metrics.watch(ringSource(host.peerId.toString(), genesis.ringId, host.services.chord.chord, node))
    const gateway = gatewayOf(node, { users: measured, metrics, events, leave, runtime, entrance })
    const server = http && (await serveGateway(gateway, http, runtime, ending))
    if (output !== undefined) {
      ending.add(() => output.stop())
      await output.start(outputSource(node, events))
    }
    return {
      peer: host.peerId.toString(),
      ringId: genesis.ringId,
      replicas: genesis.replicas,
      slots: genesis.slots,
      virtualNodes: genesis.virtualNodes,
      origin,
      addresses: host.getMultiaddrs().map(String),
      httpUrl: server?.url,
      users: plainUsers(measured, node.many),
      ring: node.ring,
      events,
      fetch: (request, caller) => gateway.fetch(request, caller),
      updateHttp: secrets => updateHttp(secrets, { door: entrance.door, gateway, server }),
      leave,
      stop: () => ending.end(),
      stopped: ending.ended,
      [Symbol.asyncDispose]: () => ending.end()
    }
  } catch (error) {
    const { failure } = ending // what made it stop while it started is the reason, not that it was stopping
    await ending.end()
    throw failure ?? error
  }
}

type PeerHost = Awaited<ReturnType<typeof createPeerHost>>
type OpenData = PeerData & { readonly space?: () => Promise<DiskSpace>; close(): Promise<void> }

async function openData(
  dataDir: string | undefined,
  runtime: Runtime,
  onFailure: (error: Error) => void
): Promise<OpenData> {
  if (dataDir !== undefined) return openDataDirectory(dataDir, runtime, { onFailure })
  const store = new MemoryStore()
  return { store, identity: await openIdentity(store, runtime.random), close: () => store.close() }
}

/** The text of a new pre-shared key file, for `psk`. */
export function newPreSharedKey(): string {
  return preSharedKeyFile(systemRandom)
}

/**
 * The PeerId of the peer whose data is in `dataDir`, running or not; with `create` one is made where there is none yet.
 * @throws DataDirectoryError there is none, or the directory cannot be used
 */
export async function peerIdAt(dataDir: string, { create = false } = {}): Promise<Peer> {
  const identity = await identityAt(dataDir).catch(async error => {
    if (!create) throw error
    const directory = await openDataDirectory(dataDir, { random: systemRandom }, { onFailure: () => {} })
    await directory.close()
    return directory.identity
  })
  return peerIdFromPrivateKey(privateKeyFromProtobuf(identity.privateKey)).toString()
}

/** @throws ConfigurationError */
function checkClient({ clientMode, dataDir, listen, announce }: PeerOptions): void {
  if (!clientMode) return
  if (dataDir !== undefined)
    throw new ConfigurationError(
      'A client keeps nothing: leave dataDir (--data) out, or be a peer of the ring'
    )
  if (listen !== undefined || announce !== undefined)
    throw new ConfigurationError('A client answers no peer: leave listen (-l, -a, -p) and announce out')
}

function listenOf({ listen, clientMode }: PeerOptions): readonly string[] {
  return listen ?? (clientMode ? [] : [LISTEN_DEFAULT])
}

/** Who gets in. @throws ConfigurationError */
function doorsOf(options: PeerOptions, runtime: Runtime, events: Events) {
  const { psk, allow, insecure, connectionGater } = options
  refuseOpenDoor(listenOf(options), { psk, allow, insecure })
  if (allow !== undefined && connectionGater !== undefined)
    throw new ConfigurationError('allow and connectionGater both decide who may connect: give one of them')
  const protector = psk === undefined ? undefined : privateNetwork(psk)
  const gate = connectionGater ?? connectionGate({ allow, isPrivate: psk !== undefined, runtime, events })
  return { protector, gate }
}

interface HostParts {
  readonly runtime: Runtime
  readonly events: Events
  readonly metrics: PeerMetrics
  readonly doors: ReturnType<typeof doorsOf>
}

function createPeerHost(
  options: PeerOptions,
  data: PeerData,
  { runtime: { log }, events, metrics, doors }: HostParts,
  onStorageFailure: (error: Error) => void
) {
  const { announce, join, clientMode, replicas, slots, virtualNodes } = options
  const { replaceAfterMs, placementStableMs, leaderSpreadMs } = options
  return createHost<{ chord: ChordService; users: UsersService }>({
    privateKey: privateKeyFromProtobuf(data.identity.privateKey),
    listen: listenOf(options),
    announce,
    ...doors,
    metrics: metrics.libp2p,
    services: {
      chord: chord({ join, clientMode, replicas, slots, virtualNodes, events, log }),
      users: users(
        clientMode ? {} : { data, onStorageFailure, replaceAfterMs, placementStableMs, leaderSpreadMs }
      )
    }
  })
}

/** What gateway and metrics need of the rest. */
interface Surface {
  readonly users: TracedUsers
  readonly metrics: PeerMetrics
  readonly events: Events
  readonly leave: () => Promise<void>
  readonly runtime: Runtime
  readonly entrance: Entrance
}

function gatewayOf(node: UsersPart, surface: Surface): Gateway {
  const { users, metrics, events, leave, runtime, entrance } = surface
  return createGateway({
    users,
    many: node.many,
    metrics,
    ring: node.ring,
    leave: () => leaveOnce(node.jobs, leave, runtime.log),
    tasks: node.jobs,
    events,
    recover: (request, how) => node.recover(request, how),
    runtime,
    ...entrance,
    version: VERSION
  })
}

function ringSource(peer: Peer, ringId: string, chord: RingFinder, node: UsersPart): RingSource {
  return {
    peer,
    ringId,
    ring: node.ring,
    jobs: node.jobs,
    peers: () => chord.peers(),
    rounds: () => chord.rounds,
    slots: () => node.slotCounts(),
    onLookup: listener => chord.onLookup(listener)
  }
}

async function stopHost(host: PeerHost, final: boolean): Promise<void> {
  try {
    if (final) await host.services.chord.chord.leave()
  } finally {
    await host.stop()
  }
}

interface Entrance {
  readonly door: Door
  readonly cors: Cors
}

/** Who may come in; checked before anything is started. @throws ConfigurationError */
function entranceOf(http: HttpOptions | undefined): Entrance {
  if (http !== undefined) checkHttpOptions(http)
  const local = http !== undefined && !http.insecure
  return { door: new Door(systemClock, { ...http, local }), cors: new Cors(http?.corsOrigins) }
}

async function serveGateway(
  gateway: Gateway,
  http: HttpOptions,
  { log }: Runtime,
  ending: Ending
): Promise<GatewayServer> {
  const { host = HTTP_HOST_DEFAULT, port, tls } = http
  const server = await serve({ gateway, host, port, tls, log })
  ending.add(() => closeServer(server, gateway))
  if (sendsTokensInClear(http)) {
    log.warn('Tokens are sent in the clear: serve HTTPS (--tls-cert, --tls-key), here or in front of it', {
      host
    })
  }
  return server
}

function updateHttp(
  { tokens, tls }: HttpSecrets,
  { door, gateway, server }: { door: Door; gateway: Gateway; server: GatewayServer | undefined }
): void {
  if (tls !== undefined && server === undefined) throw new ConfigurationError('This peer serves no HTTP')
  const known = tokens && new Tokens(tokens)
  if (tls !== undefined) server?.changeTls(tls)
  if (known === undefined) return
  door.changeTokens(known)
  gateway.reviewStreams()
}

async function closeServer(server: GatewayServer, gateway: Gateway): Promise<void> {
  gateway.endStreams()
  using deadline = deadlineAfter(systemClock, HTTP_DRAIN_MS)
  await server.close({ signal: deadline.signal })
}

function outputFiles(dir: string | undefined, log: Log): OutputFiles | undefined {
  return dir === undefined ? undefined : new OutputFiles({ dir, clock: systemClock, log })
}

function outputSource(node: UsersPart, events: Events): OutputSource {
  return {
    self: () => node.ring.self(),
    users: () => ({ count: node.userCount, rows: node.heldUsers() }),
    backups: () => ({ count: node.backupCount, rows: node.backups() }),
    usersStamp: () => node.usersStamp,
    events
  }
}
