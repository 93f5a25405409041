/** Connections and new streams to peers, through the addresses that our own peer book knows. */
import type { Connection, Stream } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { setMaxListeners } from 'main-event'
import type { Peer } from '../chord/ring-node.ts'
import { ADDRESSES_MAX, INBOUND_STREAMS_MAX } from '../constants.ts'
import { UnavailableError } from '../errors.ts'
import { dialFailure } from './dial-failure.ts'

const MUXER_CLOSED: ReadonlySet<string> = new Set(['ConnectionClosedError', 'MuxerClosedError'])

export class Dialer {
  readonly #connections: ConnectionManager
  readonly #addressesOf: (peer: Peer) => readonly string[]

  /** @param addressesOf multiaddrs of a peer, with or without its /p2p; none when the peer is not known */
  constructor(connections: ConnectionManager, addressesOf: (peer: Peer) => readonly string[]) {
    this.#connections = connections
    this.#addressesOf = addressesOf
  }

  /**
   * A new stream to `peer`, over a connection that is there or a new one.
   * @throws UnavailableError there is none, or not by the time `signal` aborts
   */
  async open(peer: Peer, protocol: string, signal: AbortSignal): Promise<Stream> {
    setMaxListeners(Infinity, signal)
    const existing = this.#newestConnection(peer)
    try {
      const connection = existing ?? (await this.#dialPeer(peer, signal))
      return await newStream(connection, protocol, signal)
    } catch (cause) {
      // An old connection on which nothing comes back may be what is left of a peer that lost its power, and one whose
      // muxer has closed stays open all the same: the next attempt shall not meet it again.
      if (signal.aborted || MUXER_CLOSED.has((cause as Error).name)) existing?.abort(cause as Error)
      throw new UnavailableError(`${peer} cannot be reached: ${(cause as Error).message}`, { cause })
    }
  }

  /**
   * A connection to whoever answers at `address`, which may end in /p2p/<peer>.
   * @throws UnavailableError, NotAdmittedError
   */
  async connect(address: string, signal: AbortSignal): Promise<Connection> {
    setMaxListeners(Infinity, signal)
    try {
      return await this.#connections.openConnection(multiaddr(address), { signal })
    } catch (cause) {
      throw dialFailure(address, cause as Error)
    }
  }

  /** When both sides dialled at once there are two; after a restart of the other side the older one may be dead. */
  #newestConnection(peer: Peer): Connection | undefined {
    let newest: Connection | undefined
    for (const connection of this.#connections.getConnections(peerIdFromString(peer))) {
      if (connection.status !== 'open') continue
      if (newest === undefined || connection.timeline.open >= newest.timeline.open) newest = connection
    }
    return newest
  }

  async #dialPeer(peer: Peer, signal: AbortSignal): Promise<Connection> {
    const addresses = this.#addressesOf(peer)
      .slice(0, ADDRESSES_MAX)
      .map(address => withPeer(address, peer))
    // Without addresses libp2p would ask its peer routing, which is Chord, which would ask us.
    if (addresses.length === 0) throw new Error('no address of it is known')
    return await this.#connections.openConnection(addresses, { signal })
  }
}

export async function newStream(
  connection: Connection,
  protocol: string,
  signal: AbortSignal
): Promise<Stream> {
  return await connection.newStream(protocol, { signal, maxOutboundStreams: INBOUND_STREAMS_MAX })
}

/** With /p2p/<peer> at its end the connection's handshake fails when another peer answers there. */
function withPeer(address: string, peer: Peer): Multiaddr {
  return multiaddr(address.endsWith(`/p2p/${peer}`) ? address : `${address}/p2p/${peer}`)
}
