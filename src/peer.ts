/** createPeer(): the one place where everything meets. */
import type { RingOptions } from './chord/genesis.ts'
import type { Peer } from './chord/ring-node.ts'
import type { Events } from './events.ts'
import type { Log } from './runtime.ts'
import type { RingInspector } from './users/ring-report.ts'
import type { Users } from './users/users.ts'

export interface PeerOptions extends RingOptions {
  /** Multiaddrs to listen on. @default ['/ip4/127.0.0.1/tcp/50051'] */
  readonly listen?: readonly string[] | undefined
  /** Multiaddrs of any peers of the ring, with or without /p2p/<id>. None: make a new ring, unless `dataDir` holds one. */
  readonly join?: readonly string[] | undefined
  /** Multiaddrs to tell others instead of what is listened on. */
  readonly announce?: readonly string[] | undefined
  /** Serve HTTP. @default not at all */
  readonly http?: { readonly port: number; readonly host?: string | undefined } | undefined
  /** Where identity and users are kept. @default in memory: gone with the process */
  readonly dataDir?: string | undefined
  /** Where users.txt, finger.txt and log.txt are written. @default nowhere */
  readonly outputDir?: string | undefined
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
  /** Whether this start made the ring, joined one, or came back to the one of its data directory. */
  readonly origin: 'created' | 'joined' | 'restarted'
  /** Dialable multiaddrs, each ending in /p2p/<peer>. */
  readonly addresses: readonly string[]
  /** Base URL of the gateway, when it is served. */
  readonly httpUrl: string | undefined
  readonly users: Users
  readonly ring: RingInspector
  readonly events: Events
  /** The gateway as a web-standard function, to be mounted in any server. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Leaves for good: every slot goes to another peer first, then the peer stops. @throws UnavailableError what could not be moved in time */
  leave(options?: {
    signal?: AbortSignal | undefined
    onProgress?: (slotsLeft: number) => void
  }): Promise<void>
  /** Finishes what is in flight, flushes and stops; the peer stays a member of the ring and comes back with its data. */
  stop(): Promise<void>
  /** Settles when the peer has stopped, with the error when it stopped because of one (a failed disk). */
  readonly stopped: Promise<Error | undefined>
}

export function createPeer(_options: PeerOptions = {}): Promise<AnilloPeer> {
  throw new Error('being built')
}
