/** What all protocols of a host share, and what they do about a peer that breaks them. */
import type { Registrar } from '@libp2p/interface-internal'
import type { Peer } from '../chord/ring-node.ts'
import { AnilloError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Runtime } from '../runtime.ts'
import type { Dialer } from './dialer.ts'
import type { HelloPolicy } from './hello.ts'
import type { Refusals } from './refusals.ts'

export interface Wire {
  readonly registrar: Registrar
  readonly dialer: Dialer
  readonly hello: HelloPolicy
  readonly runtime: Runtime
  readonly events: Events
  readonly refusals: Refusals
}

/**
 * A stream that failed. What we have a name for is the peer's doing and is said here, once, as nobody knows it any
 * more two steps later; everything else (an unreachable peer, a reset, a closed socket) is daily life.
 */
export function reportFailed(wire: Wire, protocol: string, peer: Peer, error: unknown): void {
  const { message } = error as Error
  if (error instanceof AnilloError && error.name !== 'UnavailableError') {
    const untold = wire.refusals.admit(peer)
    if (untold === undefined) return
    const more = untold === 0 ? {} : { untold }
    wire.runtime.log.warn('peer refused', { protocol, peer, error: error.name, detail: message, ...more })
    wire.events.emit({ type: 'wire.refused', peer, error: error.name, detail: message })
  } else {
    wire.runtime.log.debug('stream lost', { protocol, peer, reason: message })
  }
}
