/** What `anillo peer start` prints when the peer is ready. */
import { multiaddr } from '@multiformats/multiaddr'
import type { AnilloPeer } from '../peer.ts'
import { counted, duration, mediumPeer, shortHex } from './render.ts'
import type { Colours } from './terminal.ts'

export interface StartBlock {
  readonly peer: Pick<
    AnilloPeer,
    'peer' | 'ringId' | 'replicas' | 'slots' | 'origin' | 'addresses' | 'httpUrl'
  >
  /** Peers of the ring that this one knows, itself included. */
  readonly peers: number
  /** Undefined: of a client, which keeps nothing and cannot be joined. */
  readonly dataDir: string | undefined
  readonly outputDir: string | undefined
  readonly readyMs: number
  /** A port for the HTTP API of the next peer. */
  readonly nextHttpPort: number
  readonly program: string
  /** @default none */
  readonly doors?: DoorFlags | undefined
}

/** What a peer was told about who may connect: the next one is to be told the same. */
export interface DoorFlags {
  readonly psk?: string | undefined
  readonly allow?: readonly string[] | undefined
  readonly insecure?: boolean | undefined
}

const ORIGINS = {
  created: 'new ring',
  joined: 'joined the ring',
  restarted: 'the same peer as before, with its data',
  client: 'a client of the ring'
} as const

export function startBlock(block: StartBlock, { bold, cyan, dim, green }: Colours): string[] {
  const { peer, dataDir, outputDir } = block
  const { allow } = block.doors ?? {}
  const doors = { ...block.doors, allow: allow && [...allow, peer.peer] }
  const facts = [
    `ring ${shortHex(peer.ringId)}`,
    counted(block.peers, 'peer'),
    `replicas ${peer.replicas}`,
    `slots ${peer.slots}`
  ]
  return [
    `${green('●')} ${bold(mediumPeer(peer.peer))}   ${facts.join('   ')}`,
    ...peer.addresses.map((address, index) => `  ${dim(index === 0 ? 'p2p ' : '    ')}  ${address}`),
    `  ${dim('http')}  ${peer.httpUrl === undefined ? 'not served' : cyan(peer.httpUrl)}`,
    `  ${dim('data')}  ${dataDir ?? 'none'}${outputDir === undefined ? '' : `   ${dim('output')} ${outputDir}`}`,
    `  ready in ${duration(block.readyMs)} (${ORIGINS[peer.origin]})`,
    ...(dataDir === undefined
      ? []
      : [`  ${dim('join:')} ${joinCommand(block.program, peer.addresses, block.nextHttpPort, doors)}`])
  ]
}

/** Starts one more peer, from any directory, beside this one: its ports are free. */
export function joinCommand(
  program: string,
  addresses: readonly string[],
  httpPort: number,
  { psk, allow = [], insecure = false }: DoorFlags = {}
): string {
  const target = addresses.find(address => !isLoopback(address)) ?? addresses[0]
  if (target === undefined) return `${program} peer start -P ${httpPort}`
  const doors = [
    ...(psk === undefined ? [] : [` --psk ${psk}`]),
    ...new Set(allow.map(peer => ` --allow ${peer}`)),
    ...(insecure && !isLoopback(target) ? [' --insecure'] : [])
  ].join('')
  // A peer that listens on loopback only could not be reached by one on another machine.
  const listen = isLoopback(target) ? '/ip4/127.0.0.1/tcp/0' : '/ip4/0.0.0.0/tcp/0'
  return `${program} peer start -l ${listen} -P ${httpPort} -j ${target}${doors}`
}

function isLoopback(address: string): boolean {
  const host = multiaddr(address).getComponents()[0]?.value
  return host === '::1' || host?.startsWith('127.') === true
}
