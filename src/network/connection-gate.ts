/**
 * Who may connect to this peer, and whom it connects to. libp2p asks at every step of a new connection; connections that
 * are there are never looked at again. Being refused costs this peer a handshake and, at most, a line in the log.
 */
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Peer } from '../chord/ring-node.ts'
import { PEER_BOOK_MAX } from '../constants.ts'
import { ConfigurationError, NotAdmittedError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Runtime } from '../runtime.ts'
import { Refusals } from './refusals.ts'

export interface GateOptions {
  /** Who may connect and be connected to. @default everybody */
  readonly allow?: readonly Peer[] | undefined
  /** Whether the host has a pre-shared key. */
  readonly isPrivate: boolean
  readonly runtime: Runtime
  readonly events: Events
}

/** Whoever is refused tries again and again: told once in this time, with how often it was. */
const TOLD_AGAIN_MS = 60 * 60_000
/** Refusals of all peers and addresses together that are told: new PeerIds cost a stranger nothing. */
const TOLD_PER_MINUTE = 30

/** @throws ConfigurationError a PeerId is none, or there are more than a peer book has */
export function connectionGate({ allow, isPrivate, runtime, events }: GateOptions): ConnectionGater {
  const allowed = allow === undefined ? undefined : allowList(allow)
  const isAllowed = (peerId: PeerId) => allowed === undefined || allowed.has(peerId.toString())
  const refuseToDial = (peerId: PeerId) => {
    if (isAllowed(peerId)) return false
    throw new NotAdmittedError(
      `${peerId} is not on this peer's own allow list: start with --allow ${peerId} as well to connect to it`
    )
  }
  const tell = new RefusalLog(runtime, events, isPrivate)
  const known = new WeakSet<object>()
  return {
    denyDialPeer: refuseToDial,
    denyOutboundEncryptedConnection: refuseToDial,
    denyInboundConnection(connection) {
      connection.addEventListener('close', () => {
        if (!known.has(connection)) tell.unknown(hostOf(connection))
      })
      return false
    },
    denyInboundEncryptedConnection(peerId, connection) {
      known.add(connection)
      if (isAllowed(peerId)) return false
      tell.unlisted(peerId.toString(), hostOf(connection))
      return true
    }
  }
}

/** What is told of the refused, and how often. */
class RefusalLog {
  readonly #runtime: Runtime
  readonly #events: Events
  readonly #isPrivate: boolean
  readonly #each: Refusals
  readonly #all: Refusals

  constructor(runtime: Runtime, events: Events, isPrivate: boolean) {
    this.#runtime = runtime
    this.#events = events
    this.#isPrivate = isPrivate
    this.#each = new Refusals(runtime.clock, { toldMax: 1, windowMs: TOLD_AGAIN_MS })
    this.#all = new Refusals(runtime.clock, { toldMax: TOLD_PER_MINUTE })
  }

  /** It came from `host` and went before it had proven who it is. */
  unknown(host: string): void {
    const untold = this.#admit(host)
    if (untold === undefined) return
    const why = this.#isPrivate
      ? 'it has no pre-shared key or another one than this peer (--psk), looks for another peer here, or is no peer'
      : 'it may have a pre-shared key, and this peer has none (--psk), it looks for another peer here, or it is no peer'
    // Whoever opens its port to strangers gets them; who has a key wants to know who lacks it.
    const level = this.#isPrivate ? 'warn' : 'info'
    this.#runtime.log[level](`Refused ${host}, whose handshake failed: ${why}`, untold)
  }

  unlisted(peer: Peer, host: string): void {
    const untold = this.#admit(peer)
    if (untold === undefined) return
    const error = 'NotAdmittedError'
    const detail = `${peer} at ${host} is not on the allow list: start with --allow ${peer} as well to let it in`
    this.#runtime.log.warn('peer refused', { peer, error, detail, ...untold })
    this.#events.emit({ type: 'wire.refused', peer, error, detail })
  }

  /** Undefined when it is not to be told. */
  #admit(who: string): { readonly untold?: number } | undefined {
    const untold = this.#each.admit(who)
    if (untold === undefined || this.#all.admit('all') === undefined) return undefined
    return untold === 0 ? {} : { untold }
  }
}

function allowList(peers: readonly Peer[]): ReadonlySet<Peer> {
  if (peers.length > PEER_BOOK_MAX) {
    throw new ConfigurationError(`allow has ${peers.length} peers: at most ${PEER_BOOK_MAX} are allowed`)
  }
  return new Set(peers.map(canonical))
}

function canonical(peer: string): Peer {
  try {
    return peerIdFromString(peer).toString()
  } catch {
    throw new ConfigurationError(
      `allow has ${JSON.stringify(peer)}, which is no PeerId: they look like 12D3KooW…, and \`anillo key show\` prints a peer's`
    )
  }
}

/** The address without the port, which is another one each time. */
function hostOf({ remoteAddr }: MultiaddrConnection): string {
  return remoteAddr.getComponents()[0]?.value ?? remoteAddr.toString()
}
