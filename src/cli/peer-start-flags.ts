/** The flags of `anillo peer start`, their environment variables and defaults. */
import type { Command } from 'commander'
import { RATE_LIMIT_MAX } from '../constants.ts'
import { CONFIG_SOURCE } from './config-file.ts'
import { durationValue, EnvOption, multiaddrValue, portValue, wholeNumber } from './flags.ts'
import type { GatewaySecretFiles } from './gateway-secrets.ts'
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from './log.ts'
import { type AddressFlags, joinValue } from './peer-addresses.ts'

export interface PeerStartFlags extends AddressFlags, GatewaySecretFiles {
  /** No peer of the ring. */
  readonly client?: boolean
  readonly httpPort: number
  readonly httpHost: string
  readonly corsOrigin?: string[]
  /** Requests a second of each client. */
  readonly rateLimit?: number
  /** @default data/<p2p port> */
  readonly data?: string
  /** The directory above output/<p2p port>; false: no output files. */
  readonly output: string | false
  readonly replicas?: number
  readonly slots?: number
  readonly virtualNodes?: number
  /** ms */
  readonly replaceAfter?: number
  readonly announce?: string[]
  readonly logLevel: LogLevel
  /** @default pretty on a terminal, json otherwise */
  readonly logFormat?: LogFormat
  readonly readyFile?: string
  /** A file. */
  readonly psk?: string
  readonly allow?: string[]
  readonly insecure?: boolean
  /** A file with more of these. */
  readonly config?: string
}

const flag = (flags: string, description: string) => new EnvOption(flags, description)

/** Keeps nonsense out; the bounds of a ring are lower, and `createPeer` checks each and names the value. */
const count = wholeNumber(1, 65_536)

export function addPeerStartFlags(command: Command): Command {
  const options = [
    flag(
      '-l, --listen <multiaddr>',
      'address for other peers, repeatable (default: /ip4/127.0.0.1/tcp/50051)'
    ),
    flag(
      '-j, --join <multiaddr>',
      'any peer of the ring to join, with or without /p2p/<id>, repeatable; a bare number is a port on -J'
    ),
    flag(
      '--client',
      'no peer of the ring: serves HTTP for it, keeps nothing, listens for nobody; needs --join'
    ),
    flag('-P, --http-port <port>', 'port of the HTTP API; 0 takes a free one')
      .argParser(portValue)
      .default(5000),
    flag('--http-host <address>', 'address of the HTTP API').default('127.0.0.1'),
    flag(
      '--token-file <file>',
      'who may use the HTTP API: on each line a token and its scopes, read, write or admin'
    ),
    flag('--tls-cert <file>', 'serve HTTPS with this certificate (PEM, with what leads to its root)'),
    flag('--tls-key <file>', 'and its private key'),
    flag(
      '--cors-origin <origin>',
      'web pages of this origin may use the HTTP API, repeatable; *: those of any'
    ).repeatable(text => text),
    flag(
      '--rate-limit <n>',
      'requests a second of each token, or of each address where no token is needed (default: no limit)'
    ).argParser(wholeNumber(1, RATE_LIMIT_MAX)),
    flag('--data <dir>', 'where identity and users are kept (default: data/<p2p port>)'),
    flag('--output <dir>', 'where <p2p port>/users.txt, finger.txt and log.txt are written').default(
      'output'
    ),
    flag('--no-output', 'write no such files'),
    flag(
      '--replicas <n>',
      'first peer of a ring only: copies of every user, where there are so many peers (default: 3)'
    ).argParser(count),
    flag(
      '--slots <n>',
      'first peer of a ring only: slices of the ring, a power of two (default: 256)'
    ).argParser(count),
    flag('--virtual-nodes <n>', 'first peer of a ring only: positions of each peer (default: 32)').argParser(
      count
    ),
    flag(
      '--replace-after <duration>',
      'a peer that cannot be reached is replaced after so long, by those that lead its slots (default: 30s)'
    ).argParser(durationValue),
    flag(
      '--announce <multiaddr>',
      'address to tell others instead of what is listened on, repeatable'
    ).repeatable(multiaddrValue),
    flag('--log-level <level>', 'the least of what is logged').choices(LOG_LEVELS).default('info'),
    flag('--log-format <format>', 'how it is logged (default: pretty on a terminal, json otherwise)').choices(
      LOG_FORMATS
    ),
    flag('--ready-file <file>', 'written when the peer is ready: JSON with peer, ring, addresses and http'),
    flag('-a, --address <ip>', 'listen on this IP address, as -l /ip4/<ip>/tcp/<port>'),
    flag('-p, --port <port>', 'listen on this port, as -l /ip4/127.0.0.1/tcp/<port>').argParser(portValue),
    flag('-J, --join-address <host>', 'IP address or name that a bare port of -j is on (default: 127.0.0.1)')
  ]
  options[0]!.repeatable(multiaddrValue)
  options[1]!.repeatable(joinValue)
  for (const option of [...options, ...doorFlags(), configFlag()]) command.addOption(option)
  return command
}

/** Who may connect to the peer. */
function doorFlags(): EnvOption[] {
  return [
    flag('--psk <file>', 'pre-shared key of the ring: no peer without it gets in. See anillo key psk'),
    flag(
      '--allow <peerid>',
      'only these peers may connect, repeatable; the same for every peer of the ring. See anillo key show'
    ).repeatable(text => text),
    flag(
      '--insecure',
      'serve other machines all the same: peers without --psk or --allow, HTTP without --token-file'
    )
  ]
}

function configFlag(): EnvOption {
  return flag(
    '--config <file>',
    'YAML or JSON with flags as its keys (http-port: 5000), for what is not said here'
  )
}

/** Where a value may come from, the strongest last. */
const SOURCES = ['default', CONFIG_SOURCE, 'env', 'cli']

/**
 * The flags as given. The two spellings of where to listen exclude each other, but one from a stronger source wins over
 * the other: on the command line over the environment, there over the file.
 */
export function peerStartFlags(command: Command): PeerStartFlags {
  const flags = { ...command.opts<PeerStartFlags>() }
  const rank = (name: string) => SOURCES.indexOf(command.getOptionValueSource(name) ?? '')
  const listen = rank('listen')
  const original = Math.max(rank('address'), rank('port'))
  if (listen < original) return { ...flags, listen: undefined }
  if (listen > original) return { ...flags, address: undefined, port: undefined }
  return flags
}
