/** The libp2p host of a peer: TCP, noise, yamux, and limits that suit a ring rather than a public network. */
import { noise } from '@chainsafe/libp2p-noise'
import { identify } from '@libp2p/identify'
import type {
  ConnectionGater,
  ConnectionProtector,
  Libp2p,
  Metrics,
  PeerId,
  PrivateKey,
  ServiceMap
} from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type ServiceFactoryMap } from 'libp2p'
import {
  CONNECT_TIMEOUT_MS,
  CONNECTIONS_MAX,
  INBOUND_CONNECTIONS_PER_SECOND,
  PENDING_INBOUND_CONNECTIONS_MAX
} from '../constants.ts'
import { ConfigurationError } from '../errors.ts'

export interface HostOptions<T extends ServiceMap> {
  readonly privateKey: PrivateKey
  /** Multiaddrs. */
  readonly listen: readonly string[]
  /** Multiaddrs to tell others instead of what is listened on. */
  readonly announce?: readonly string[] | undefined
  /** Nobody without the same key gets in. @default everybody speaks to everybody */
  readonly protector?: (() => ConnectionProtector) | undefined
  /** @default lets everybody in */
  readonly gate?: ConnectionGater | undefined
  /** Beside identify, which a host does not work without. */
  readonly services: ServiceFactoryMap<T>
  /** Where libp2p's own parts count. @default nowhere */
  readonly metrics?: Metrics | undefined
}

/**
 * Yamux lets a stream's window grow to 16 MiB, but a stream that is paused with more than 4 MiB unread is reset. So
 * windows stay well below: enough for 80 Mbit/s at 100 ms, and this much memory at most for a stream nobody reads.
 */
const STREAM_WINDOW_BYTES_MAX = 1024 * 1024
/** Streams of a connection, all protocols together: libp2p's own, and several of each of ours. */
const CONNECTION_STREAMS_MAX = 64
/** Choosing a stream's protocol, and closing a connection. */
const NEGOTIATION_TIMEOUT_MS = CONNECT_TIMEOUT_MS
const CLOSE_TIMEOUT_MS = 1_000
/** Dials that wait for one of libp2p's dial slots: more than a peer book has peers would be a defect. */
const DIAL_QUEUE_MAX = 4_096

/**
 * A host that is started. What libp2p itself has to say is printed where DEBUG asks for it, as with any libp2p program.
 * @throws ConfigurationError it cannot listen where it is to
 */
export async function createHost<T extends ServiceMap>(
  options: HostOptions<T>
): Promise<Libp2p<T & { identify: unknown }>> {
  const { privateKey, listen, announce, protector, gate, services, metrics } = options
  const starting = createLibp2p({
    privateKey,
    addresses: { listen: [...listen], ...(announce === undefined ? {} : { announce: [...announce] }) },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: CONNECTION_STREAMS_MAX,
        maxOutboundStreams: CONNECTION_STREAMS_MAX,
        streamOptions: { maxStreamWindowSize: STREAM_WINDOW_BYTES_MAX }
      })
    ],
    connectionManager: {
      maxConnections: CONNECTIONS_MAX,
      inboundConnectionThreshold: INBOUND_CONNECTIONS_PER_SECOND,
      maxIncomingPendingConnections: PENDING_INBOUND_CONNECTIONS_MAX,
      maxDialQueueLength: DIAL_QUEUE_MAX,
      dialTimeout: CONNECT_TIMEOUT_MS,
      addressDialTimeout: CONNECT_TIMEOUT_MS / 2, // so that a second address gets its turn
      inboundUpgradeTimeout: CONNECT_TIMEOUT_MS,
      inboundStreamProtocolNegotiationTimeout: NEGOTIATION_TIMEOUT_MS,
      outboundStreamProtocolNegotiationTimeout: NEGOTIATION_TIMEOUT_MS,
      connectionCloseTimeout: CLOSE_TIMEOUT_MS
    },
    ...(protector === undefined ? {} : { connectionProtector: protector }),
    ...(gate === undefined ? {} : { connectionGater: gate }),
    // It would reset a connection at the first slow ping, busy ones first. Chord finds out who is alive.
    connectionMonitor: { enabled: false },
    // Our peer book decides whom we know and for how long.
    peerStore: { maxAddressAge: Infinity, maxPeerAge: Infinity },
    ...(metrics === undefined ? {} : { metrics: () => metrics }),
    services: { identify: identify(), ...services } as ServiceFactoryMap<T & { identify: unknown }>
  })
  let host: Awaited<typeof starting>
  try {
    host = await starting
  } catch (error) {
    throw listenFailure(error as Error) ?? error
  }
  keepOnlyConnected(host)
  return host
}

/**
 * Addresses are in our peer book, and nothing else is wanted of a peer: those who come and go shall leave nothing. What
 * identify and the streams of a connection tell the peer store may be written after the connection's end, and a dial
 * that failed is written down, too: so who is not connected is dropped after a write as well as after the end.
 */
function keepOnlyConnected(host: Libp2p): void {
  const drop = (peer: PeerId) => {
    if (host.getConnections(peer).length > 0) return
    host.peerStore.delete(peer).catch(() => {}) // it is in memory, and the host may have stopped
  }
  host.addEventListener('peer:disconnect', ({ detail }) => drop(detail))
  host.addEventListener('peer:update', ({ detail }) => drop(detail.peer.id))
}

/** libp2p says it with the stack of each address; undefined of other errors. */
function listenFailure(error: Error): ConfigurationError | undefined {
  if (error.name !== 'UnsupportedListenAddressesError') return undefined
  const reasons = [...error.message.matchAll(/^ *(\/\S+): (?:Error: )?(.+)$/gm)]
  const places = reasons.map(([, address, reason]) => `${address} (${reason})`).join(', ')
  return new ConfigurationError(`This peer cannot listen for others on ${places}`, { cause: error })
}
