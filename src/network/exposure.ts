/** Which listen addresses other machines can reach: a peer has a lock on those, or is told that it needs none. */
import { multiaddr } from '@multiformats/multiaddr'
import { ConfigurationError } from '../errors.ts'

export interface Locks {
  readonly psk?: unknown
  readonly allow?: unknown
  /** The network itself keeps strangers out. */
  readonly insecure?: boolean | undefined
}

/** @throws ConfigurationError whoever reaches this machine could join */
export function refuseOpenDoor(listen: readonly string[], { psk, allow, insecure = false }: Locks): void {
  if (psk !== undefined || allow !== undefined || insecure) return
  const open = listen.find(address => !isLoopback(address))
  if (open === undefined) return
  throw new ConfigurationError(
    `On ${open} whoever reaches this machine could join the ring. Give a pre-shared key (--psk FILE, \`anillo key psk\` makes one), or the peers that may connect (--allow PEERID for each), or say --insecure if the network itself keeps strangers out`
  )
}

function isLoopback(address: string): boolean {
  const [host] = multiaddr(address).getComponents()
  switch (host?.name) {
    case 'ip4':
      return host.value?.startsWith('127.') === true
    case 'ip6':
      return host.value === '::1'
    case 'dns':
    case 'dns4':
    case 'dns6':
      return host.value === 'localhost'
    default:
      return host?.name === 'unix' || host?.name === 'memory'
  }
}
