/**
 * Where a peer listens and whom it joins, from either spelling: multiaddrs (`-l`, `-j`), or the original's addresses
 * and ports (`-a IP -p PORT -J IP -j PORT`).
 */
import { isIP } from 'node:net'
import { ConfigurationError } from '../errors.ts'
import { multiaddrValue, portValue } from './flags.ts'

const LOCALHOST = '127.0.0.1'
const PEER_PORT_DEFAULT = 50_051

export interface AddressFlags {
  readonly listen?: readonly string[] | undefined
  /** Multiaddrs, and bare ports on `joinAddress`. */
  readonly join?: readonly string[] | undefined
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly joinAddress?: string | undefined
}

/** The value of -j: a multiaddr, or a bare port. @throws InvalidArgumentError */
export function joinValue(text: string): string {
  return isPort(text) ? String(portValue(text)) : multiaddrValue(text)
}

/** @throws ConfigurationError both spellings at once, or a host name to listen on */
export function listenAddresses({ listen, address, port }: AddressFlags): string[] {
  const original = address !== undefined || port !== undefined
  if (listen !== undefined && original) {
    throw new ConfigurationError('Say where to listen once: with -l MULTIADDR, or with -a IP -p PORT')
  }
  if (listen !== undefined) return [...listen]
  const host = address ?? LOCALHOST
  if (isIP(host) === 0 && host !== 'localhost') {
    throw new ConfigurationError(`-a is ${JSON.stringify(host)}: give an IP address of this machine`)
  }
  return [`${hostPart(host)}/tcp/${port ?? PEER_PORT_DEFAULT}`]
}

/** @throws ConfigurationError -J without a port to go with it */
export function joinAddresses({ join = [], joinAddress }: AddressFlags): string[] {
  if (joinAddress !== undefined && !join.some(isPort)) {
    throw new ConfigurationError(
      `-J ${joinAddress} needs the port of the peer to join: add -j ${PEER_PORT_DEFAULT}`
    )
  }
  const host = hostPart(joinAddress ?? LOCALHOST)
  return join.map(target => (isPort(target) ? `${host}/tcp/${target}` : target))
}

function isPort(text: string): boolean {
  return /^[0-9]+$/.test(text)
}

function hostPart(host: string): string {
  if (host === 'localhost') return `/ip4/${LOCALHOST}`
  const version = isIP(host)
  return version === 0 ? multiaddrHost(host) : `/ip${version}/${host}`
}

function multiaddrHost(name: string): string {
  if (!/^[a-z0-9.-]+$/i.test(name)) {
    throw new ConfigurationError(`${JSON.stringify(name)} is neither an IP address nor a host name`)
  }
  return `/dns/${name}`
}
