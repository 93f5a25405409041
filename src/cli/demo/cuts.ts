/**
 * Connections that a peer of the demo may not have, so that a ring on one machine can be cut in two. A libp2p connection
 * gater; peer-process.ts alone makes one, and the demo alone tells it whom to cut off.
 */
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** libp2p copies a gater's own properties: methods of the class would be lost, so these are functions. */
export class Cuts implements ConnectionGater {
  #apart: ReadonlySet<string> = new Set()
  readonly #open = new Map<string, Set<MultiaddrConnection>>()

  /** Cuts off exactly these peers from now on; what there is of connections to them ends at once. */
  cut(peers: readonly string[]): void {
    this.#apart = new Set(peers)
    for (const peer of peers) {
      for (const connection of this.#open.get(peer) ?? []) connection.abort(new Error('cut off by the demo'))
    }
  }

  readonly denyDialPeer = (peer: PeerId): boolean => this.#apart.has(peer.toString())

  readonly denyDialMultiaddr = (address: Multiaddr): boolean =>
    address.getComponents().some(({ name, value }) => name === 'p2p' && this.#apart.has(value ?? ''))

  readonly denyInboundEncryptedConnection = (peer: PeerId, connection: MultiaddrConnection): boolean =>
    this.#meet(peer.toString(), connection)

  readonly denyOutboundEncryptedConnection = (peer: PeerId, connection: MultiaddrConnection): boolean =>
    this.#meet(peer.toString(), connection)

  /** Only now is it known who the other one is. */
  #meet(peer: string, connection: MultiaddrConnection): boolean {
    if (this.#apart.has(peer)) return true
    const open = this.#open.get(peer) ?? new Set()
    this.#open.set(peer, open.add(connection))
    connection.addEventListener('close', () => {
      open.delete(connection)
      if (open.size === 0 && this.#open.get(peer) === open) this.#open.delete(peer)
    })
    return false
  }
}
