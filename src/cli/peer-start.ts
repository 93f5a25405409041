/** `anillo peer start`: runs a peer until a signal, a failed disk, or its leaving ends it. */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { Command } from 'commander'
import { ConfigurationError, TimeoutError } from '../errors.ts'
import { type AnilloEvent, describeEvent } from '../events.ts'
import type { AnilloPeer, HttpOptions } from '../peer.ts'
import { type Log, sleep, systemClock } from '../runtime.ts'
import { applyConfigFile } from './config-file.ts'
import type { Context } from './context.ts'
import { EXIT_OK, Exit } from './exit.ts'
import { tcpPort } from './flags.ts'
import { freePort, freePortsFrom } from './free-port.ts'
import { GatewaySecrets } from './gateway-secrets.ts'
import { limitHeapGrowth } from './heap-growth.ts'
import { createLog, type LogLevel } from './log.ts'
import { joinAddresses, listenAddresses } from './peer-addresses.ts'
import { addPeerStartFlags, type PeerStartFlags, peerStartFlags } from './peer-start-flags.ts'
import { readPreSharedKey } from './pre-shared-key-file.ts'
import { duration } from './render.ts'
import { startBlock } from './start-block.ts'
import { exitCodeOf, StopRequests } from './stop-requests.ts'
import { line, type Terminal } from './terminal.ts'

/** Longer than any request may take; a drain that is not over by then is stuck. */
const DRAIN_TIMEOUT_MS = 30_000
const FRESH_PORT_TRIES_MAX = 32

const HELP = `
Without --join the peer makes a new ring, or comes back to the one of its data directory.
Ctrl-C (or SIGTERM) drains and stops: others lead its slots first, and it comes back as the same peer with its data.
A second one stops at once. SIGHUP reads the token file and the certificate again, if one of them was given;
otherwise it ends the process at once.
To take a peer out of the ring for good, see: anillo peer leave.

Examples:
  anillo peer start                                       the first peer, HTTP on port 5000
  anillo peer start -p 50052 -P 5001 -j 50051             one more on this machine
  anillo peer start -l /ip4/0.0.0.0/tcp/50051 --psk ring.key -j /dns/other.example/tcp/50051
  anillo peer start --http-host 0.0.0.0 --token-file tokens --tls-cert cert.pem --tls-key key.pem
  anillo peer start --client -P 5002 -j 50051             HTTP for the ring, without any of its data
  ANILLO_HTTP_PORT=8080 anillo peer start                 every flag is also ANILLO_<FLAG>`

export function peerStartCommand(context: Context): Command {
  const command = addPeerStartFlags(new Command('start'))
    .description('start a peer: make a ring, join one, or come back to it')
    .addHelpText('after', HELP)
  command.hook('preAction', applyConfigFile)
  return command.action(async () => {
    const code = await runPeer(context, peerStartFlags(command))
    if (code !== EXIT_OK) throw new Exit(code)
  })
}

/** Resolves with the exit code when the peer has ended. @throws what it failed with */
async function runPeer({ terminal, createPeer }: Context, flags: PeerStartFlags): Promise<number> {
  limitHeapGrowth()
  using requests = new StopRequests(terminal)
  terminal.outliveReader() // the ring has use for the peer when nobody reads what it prints
  const format = flags.logFormat ?? (terminal.err.interactive ? 'pretty' : 'json')
  const log = createLog({ level: flags.logLevel, format, stream: terminal.err })
  using secrets = new GatewaySecrets(terminal, flags, log)
  const http = { ...httpOptions(flags), ...(await secrets.read()) }
  const psk = flags.psk === undefined ? undefined : await readPreSharedKey(flags.psk)
  const place = await placeOf(flags)
  // Whoever waits for the file must not read the one of an earlier start.
  const { readyFile } = flags
  if (readyFile !== undefined) await readyFileStep(readyFile, () => rm(readyFile, { force: true }))

  const beganMs = performance.now()
  const starting = createPeer({
    listen: place.listen,
    clientMode: flags.client,
    join: joinAddresses(flags),
    announce: flags.announce,
    http,
    dataDir: place.dataDir,
    outputDir: place.outputDir,
    replicas: flags.replicas,
    slots: flags.slots,
    virtualNodes: flags.virtualNodes,
    replaceAfterMs: flags.replaceAfter,
    psk,
    allow: flags.allow,
    insecure: flags.insecure,
    log,
    signal: requests.signal
  })
  const peer = await orStopped(starting, requests)
  if (peer === undefined) {
    line(terminal.err, 'stopped before the peer was ready')
    return exitCodeOf(await requests.first)
  }
  secrets.follow(peer)
  using _ = unsubscribing(peer.events.subscribe(event => logEvent(log, event)))
  try {
    await announceReady(terminal, flags, place, peer, performance.now() - beganMs)
  } catch (error) {
    await peer.stop()
    throw error
  }

  const ending = await Promise.race([requests.first, peer.stopped.then(error => ({ error }))])
  if (typeof ending === 'string') return drain(terminal, peer, place, requests)
  if (ending.error !== undefined) throw ending.error
  line(terminal.err, 'the peer has left the ring and stopped')
  return EXIT_OK
}

function httpOptions({ httpPort, httpHost, corsOrigin, rateLimit, insecure }: PeerStartFlags): HttpOptions {
  return {
    port: httpPort,
    host: httpHost,
    ...(corsOrigin && { corsOrigins: corsOrigin }),
    ...(rateLimit && { rateLimit }),
    ...(insecure && { insecure })
  }
}

/** Undefined when the start was ended by a request: by its signal, or at once by the second one. */
async function orStopped(
  starting: Promise<AnilloPeer>,
  requests: StopRequests
): Promise<AnilloPeer | undefined> {
  const unlessAborted = starting.catch(error => {
    if (requests.signal.aborted) return undefined
    throw error
  })
  return Promise.race([unlessAborted, requests.second.then(() => undefined)])
}

interface Place {
  /** Undefined of a client, unless it was given, which it must not be. */
  readonly listen: readonly string[] | undefined
  /** As `listen`. */
  readonly dataDir: string | undefined
  readonly outputDir: string | undefined
}

/**
 * The directories of a peer are named after its p2p port. A port left to the system (/tcp/0) is chosen here, so that
 * it is known before they are opened; one whose data directory exists belongs to another peer.
 */
async function placeOf(flags: PeerStartFlags): Promise<Place> {
  const { client, listen: given, address, port: givenPort } = flags
  if (client) {
    const listens = (given ?? address ?? givenPort) !== undefined
    return { listen: listens ? listenAddresses(flags) : undefined, dataDir: flags.data, outputDir: undefined }
  }
  const [first, ...others] = listenAddresses(flags)
  let port = tcpPort(first!)
  if (port === undefined) {
    throw new ConfigurationError(`-l ${first} has no TCP port: give one such as /ip4/127.0.0.1/tcp/50051`)
  }
  const dataDirOf = (each: number) => flags.data ?? join('data', String(each))
  let listen = first!
  if (port === 0) {
    const host = multiaddr(first!).getComponents()[0]?.value ?? '127.0.0.1'
    port = await freePort(host)
    for (let tries = 1; flags.data === undefined && existsSync(dataDirOf(port)); tries++) {
      if (tries === FRESH_PORT_TRIES_MAX)
        throw new ConfigurationError('No unused data/<port>: give one with --data')
      port = await freePort(host)
    }
    listen = first!.replace('/tcp/0', `/tcp/${port}`)
  }
  return {
    listen: [listen, ...others],
    dataDir: dataDirOf(port),
    outputDir: flags.output === false ? undefined : join(flags.output, String(port))
  }
}

async function announceReady(
  { out, program }: Terminal,
  flags: PeerStartFlags,
  { dataDir, outputDir }: Place,
  peer: AnilloPeer,
  readyMs: number
): Promise<void> {
  const { readyFile } = flags
  const block = {
    peer,
    peers: peer.ring.size(),
    dataDir,
    outputDir,
    readyMs,
    nextHttpPort: await nextHttpPort(flags, peer),
    program,
    doors: flags
  }
  for (const text of startBlock(block, out.colours)) line(out, text)
  if (readyFile === undefined) return
  const ready = { peer: peer.peer, ring: peer.ringId, addresses: peer.addresses, http: peer.httpUrl ?? null }
  await readyFileStep(readyFile, async () => {
    await mkdir(dirname(readyFile), { recursive: true })
    await writeFile(`${readyFile}.tmp`, `${JSON.stringify(ready)}\n`)
    await rename(`${readyFile}.tmp`, readyFile)
  })
}

/** For a hint only, which must not end a peer that has started: 0, for any, where none is free above its own. */
async function nextHttpPort(
  { httpPort, httpHost }: PeerStartFlags,
  { httpUrl }: AnilloPeer
): Promise<number> {
  // URLs leave out 80 and 443 where they are usual, and then it is the one that was asked for.
  const own = Number(httpUrl && new URL(httpUrl).port) || httpPort
  const [next = 0] = await freePortsFrom(own + 1, 1, httpHost).catch(() => [])
  return next
}

async function readyFileStep(file: string, step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (cause) {
    const message = `The ready file ${file} cannot be written: ${(cause as Error).message}`
    throw new ConfigurationError(message, { cause })
  }
}

async function drain(
  { err }: Terminal,
  peer: AnilloPeer,
  { dataDir }: Place,
  requests: StopRequests
): Promise<number> {
  const handingOver = dataDir === undefined ? '' : 'others lead from now on, '
  line(err, `draining: ${handingOver}what is in flight is finished (once more to stop at once)`)
  const beganMs = performance.now()
  const deadline = sleep(systemClock, DRAIN_TIMEOUT_MS).then(() => {
    throw new TimeoutError(`The peer did not drain within ${DRAIN_TIMEOUT_MS} ms and was stopped at once`)
  })
  const second = await Promise.race([peer.stop(), requests.second, deadline])
  if (second !== undefined) {
    line(err, 'stopped at once')
    return exitCodeOf(second)
  }
  const again = dataDir === undefined ? '' : `; the same peer starts again from ${dataDir}`
  line(err, `stopped in ${duration(performance.now() - beganMs)}${again}`)
  return EXIT_OK
}

const EVENT_LEVELS: Partial<Record<AnilloEvent['type'], LogLevel>> = {
  'ring.changed': 'debug',
  'slot.changing': 'debug',
  'slot.taken-over': 'debug',
  'view.installed': 'debug',
  'user.changed': 'debug',
  'peer.suspect': 'warn',
  'peer.down': 'warn',
  'member.regressed': 'error', // until somebody acts, its slots have a copy less
  'storage.failed': 'error'
}

/** Who refused somebody has logged it, with more than the event says. */
function logEvent(log: Log, event: AnilloEvent): void {
  if (event.type === 'wire.refused') return
  log[EVENT_LEVELS[event.type] ?? 'info'](describeEvent(event))
}

function unsubscribing(unsubscribe: () => void): Disposable {
  return { [Symbol.dispose]: unsubscribe }
}
