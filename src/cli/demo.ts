/** `anillo demo`: a ring of processes on this machine, to look at and to break. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import type { Context } from './context.ts'
import { FailedStart } from './demo-peer.ts'
import { DemoRing } from './demo-ring.ts'
import { renderFirstSteps } from './demo-steps.ts'
import { EXIT_FAILURE, EXIT_OK, Exit } from './exit.ts'
import { EnvOption, wholeNumber } from './flags.ts'
import { freePortsFrom } from './free-port.ts'
import { counted } from './render.ts'
import { exitCodeOf, StopRequests } from './stop-requests.ts'
import { line, type Terminal } from './terminal.ts'

const HELP = `
Each peer is a process of its own, so that kill -9 is a real crash. Ctrl-C stops them all and removes their data,
unless it is kept with --keep; started again with the same directory, the same peers come back.

Examples:
  anillo demo
  anillo demo -n 3 --users 100 -P 8000
  anillo demo --keep ./ring`

const HOST = '127.0.0.1'
const PEER_PORT_FIRST = 50_051
/** Peers are processes of some 100 MB each. */
const PEERS_MAX = 64

interface DemoFlags {
  readonly peers: number
  readonly users: number
  readonly httpPort: number
  readonly keep?: string
}

export function demoCommand({ terminal }: Context): Command {
  return new Command('demo')
    .description('a ring of several peers on this machine, with users, ready to be tried and broken')
    .addOption(
      new EnvOption('-n, --peers <n>', 'how many peers').argParser(wholeNumber(1, PEERS_MAX)).default(5)
    )
    .addOption(
      new EnvOption('--users <n>', 'how many users to store')
        .argParser(wholeNumber(0, 10_000_000))
        .default(1000)
    )
    .addOption(
      new EnvOption('-P, --http-port <port>', 'first HTTP port; taken ones are passed over')
        .argParser(wholeNumber(1, 65_535))
        .default(5000)
    )
    .addOption(
      new EnvOption(
        '--keep <dir>',
        'keep the data there (default: a temporary directory, removed at the end)'
      )
    )
    .addHelpText('after', HELP)
    .action(async (flags: DemoFlags) => {
      const code = await runDemo(terminal, flags)
      if (code !== EXIT_OK) throw new Exit(code)
    })
}

/** Resolves with the exit code when everything is stopped and cleaned up. */
async function runDemo(terminal: Terminal, flags: DemoFlags): Promise<number> {
  using requests = new StopRequests(terminal)
  const temporary = flags.keep === undefined
  const directory = temporary ? await mkdtemp(join(tmpdir(), 'anillo-demo-')) : resolve(flags.keep!)
  await mkdir(directory, { recursive: true })
  const ring = new DemoRing(terminal, directory, requests.signal)
  let code = EXIT_FAILURE
  try {
    code = await openAndWait(terminal, flags, directory, ring, requests)
  } finally {
    const killed = await ring.stop(requests.second)
    if (temporary) await rm(directory, { recursive: true, force: true })
    if (killed && requests.signal.aborted) code = exitCodeOf(await requests.first)
  }
  return code
}

async function openAndWait(
  terminal: Terminal,
  flags: DemoFlags,
  directory: string,
  ring: DemoRing,
  requests: StopRequests
): Promise<number> {
  const { out, err } = terminal
  const { bold, dim } = out.colours
  const { red } = err.colours
  try {
    const httpPorts = await freePortsFrom(flags.httpPort, flags.peers, HOST)
    const ports = await freePortsFrom(PEER_PORT_FIRST, flags.peers, HOST)
    const fate = flags.keep === undefined ? 'removed at the end' : 'kept'
    line(
      out,
      `${bold('anillo demo')}   ${counted(flags.peers, 'peer')}   data in ${directory} ${dim(`(${fate})`)}`
    )
    if (httpPorts.at(-1)! >= flags.httpPort + flags.peers) {
      line(err, `some HTTP ports from ${flags.httpPort} on are in use: taking ${httpPorts.join(', ')}`)
    }
    line(out)
    for (const [index, httpPort] of httpPorts.entries()) await ring.start(ports[index]!, httpPort)
    await ring.fill(flags.users)
    const [nextHttpPort] = await freePortsFrom(httpPorts.at(-1)! + 1, 1, HOST)
    for (const text of renderFirstSteps(terminal, ring.peers, flags.users, nextHttpPort!)) line(out, text)
    await requests.first
    line(err, '\nstopping all peers (once more to kill them)')
    return EXIT_OK
  } catch (error) {
    if (requests.signal.aborted) return exitCodeOf(await requests.first)
    if (!(error instanceof FailedStart)) throw error
    line(err, `${red('✗')} ${error.message}${error.code === null ? '' : ` (exit ${error.code})`}:`)
    line(err, error.reason.replace(/^/gm, '  '))
    return error.code || EXIT_FAILURE
  }
}
