/** `anillo demo`: a ring of processes on this machine, to look at and to break. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import { type Random, systemRandom } from '../../runtime.ts'
import type { Context } from '../context.ts'
import { EXIT_FAILURE, EXIT_OK, Exit } from '../exit.ts'
import { EnvOption, wholeNumber } from '../flags.ts'
import { freePortsFrom } from '../free-port.ts'
import { counted } from '../render.ts'
import { exitCodeOf, StopRequests } from '../stop-requests.ts'
import { line, type Terminal } from '../terminal.ts'
import { commandHelp } from './command.ts'
import { FailedStart } from './demo-peer.ts'
import { PEER_PORT_FIRST, PEERS_MAX } from './demo-ring.ts'
import { renderFirstSteps } from './first-steps.ts'
import { type Kept, readKept } from './kept.ts'
import { openRing, type PlannedPeer } from './opening.ts'
import { Session } from './session.ts'

const HELP = `
Each peer is a process of its own, so that a crash is a real one. A load of some fifty operations a second
runs on users of its own, load-1 to load-32. Its meters show whether a write was lost that had been
acknowledged, and for how long some of the users could not be written after the last fault.

Commands, at the prompt, as lines on stdin, as buttons of the dashboard, or over HTTP at the URL that the
demo prints:
${commandHelp().join('\n').replace(/^/gm, '  ')}

Ctrl-C, quit, Ctrl-D at the prompt and a closed terminal stop all peers and remove their data, unless it is kept
with --keep. Started again with the same directory, the same peers come back with their users; -n and --users are
for a new one. Without a terminal the demo goes on when stdin ends.

Examples:
  anillo demo
  anillo demo -n 3 --users 100 -P 8000
  anillo demo --keep ./ring
  printf 'kill 3\\nheal\\nstatus\\nquit\\n' | anillo demo`

const HOST = '127.0.0.1'

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
      const code = await runDemo(terminal, flags, systemRandom)
      if (code !== EXIT_OK) throw new Exit(code)
    })
}

/** Resolves with the exit code when everything is stopped and cleaned up. */
async function runDemo(terminal: Terminal, flags: DemoFlags, random: Random): Promise<number> {
  using requests = new StopRequests(terminal, { also: ['SIGHUP', 'unread'] })
  const temporary = flags.keep === undefined
  const directory = temporary ? await mkdtemp(join(tmpdir(), 'anillo-demo-')) : resolve(flags.keep!)
  await mkdir(directory, { recursive: true })
  const ending = new AbortController()
  const signal = AbortSignal.any([requests.signal, ending.signal])
  const session = new Session({ terminal, directory, random, signal })
  let code = EXIT_FAILURE
  try {
    code = await openAndWait(terminal, flags, directory, session, requests)
  } finally {
    ending.abort(new Error('the demo ends'))
    await session.stop()
    // After `quit` no signal has been asked for yet: the first one is then the one that kills.
    const atOnce = requests.signal.aborted ? requests.second : requests.first
    const killed = await session.ring.stop(atOnce)
    if (temporary) await rm(directory, { recursive: true, force: true })
    if (killed && requests.signal.aborted) code = exitCodeOf(await requests.first)
  }
  return code
}

async function openAndWait(
  terminal: Terminal,
  flags: DemoFlags,
  directory: string,
  session: Session,
  requests: StopRequests
): Promise<number> {
  const { out, err } = terminal
  const { red } = err.colours
  try {
    const kept = await readKept(directory)
    const plan = await planPeers(terminal, flags, directory, kept)
    const users = kept?.filled ? undefined : flags.users
    const { ring } = session
    const url = await session.serve()
    await openRing({ terminal, ring, plan, users, random: systemRandom, signal: requests.signal })
    const steps = { peers: ring.peers, users: flags.users, url }
    for (const text of renderFirstSteps(terminal, steps)) line(out, text)
    session.run(() => process.kill(process.pid, 'SIGINT'))
    await Promise.race([requests.first, session.quit])
    await session.stop()
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

/** Those of the directory's last demo, or as many new ones as were asked for. */
async function planPeers(
  { out, err }: Terminal,
  { peers: count, httpPort, keep }: DemoFlags,
  directory: string,
  kept: Kept | undefined
): Promise<PlannedPeer[]> {
  const { bold, dim } = out.colours
  const asked = Array.from({ length: count }, (_, index) => index + 1)
  const fresh = asked.map(number => ({ number, port: PEER_PORT_FIRST + number - 1, left: false }))
  const known = kept?.peers ?? fresh
  const present = known.filter(({ left }) => !left)
  if (present.length === 0) {
    throw new ConfigurationError(
      `Every peer of the ring in ${directory} has left it: give --keep another directory`
    )
  }
  const httpPorts = await freePortsFrom(httpPort, present.length, HOST)
  const fate = keep === undefined ? 'removed at the end' : 'kept'
  line(
    out,
    `${bold('anillo demo')}   ${counted(present.length, 'peer')}   data in ${directory} ${dim(`(${fate})`)}`
  )
  if (httpPorts.at(-1)! >= httpPort + present.length) {
    line(err, `some HTTP ports from ${httpPort} on are in use: taking ${httpPorts.join(', ')}`)
  }
  line(out)
  return known.map(peer => ({ ...peer, httpPort: httpPorts[present.indexOf(peer)] ?? httpPort }))
}
