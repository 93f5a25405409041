/**
 * The commands of transcripts, run as in a fresh clone after `npm ci`: in a directory that has nothing but what a program
 * in it needs, with no settings of ours. What runs until Ctrl-C goes on in the background until that, or the end.
 *
 * Where the ports that a page names are taken, the free ones after them stand in, which are those that `anillo demo` takes as well.
 * A page about several machines calls its terminals peer1, peer2, …, the machines at 10.0.0.1, 10.0.0.2, …: their ports are
 * other ports of this machine, and so are the names of their data directories.
 */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePortsFrom } from '../../src/cli/free-port.ts'
import { matches, type Step } from './transcript.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const HOST = '127.0.0.1'
const HTTP_PORTS = [5000, 5001, 5002, 5003, 5004, 5005]
const PEER_PORTS = [50_051, 50_052, 50_053, 50_054]
const AS_SHOWN: FirstPorts = { http: HTTP_PORTS[0]!, peers: PEER_PORTS[0]! }
/** What a page names is of one of its machines, or a port that another machine would not have. */
const PLACE = /\b10\.0\.0\.(\d)(\/tcp\/|:)(\d+)\b|\b50\d\d+\b/g
const MACHINE = /^peer(\d)$/
const WITHIN_CLONE = ['bin', 'dist', 'node_modules', 'package.json']
/** Five peers, one after another, on a machine that has other things to do. */
const STEP_TIMEOUT_MS = 90_000
const STOP_TIMEOUT_MS = 20_000
/** Was done before: it would install and build under the feet of the tests. */
const INSTALL = /^npm ci && /
/** What a person ends with Ctrl-C. */
const STAYS = /^npm start$|^(\.\/bin\/)?anillo (demo|peer start)\b/
const CTRL_C = '^C'

export interface FirstPorts {
  readonly http: number
  readonly peers: number
}

interface Running {
  readonly terminal: string
  readonly command: string
  readonly child: ChildProcess
  readonly printed: { out: string; err: string }
  readonly ended: Promise<number | null>
}

export class Clone implements AsyncDisposable {
  readonly #directory: string
  readonly #ports: ReadonlyMap<string, string>
  readonly #staying: Running[] = []

  private constructor(directory: string, ports: ReadonlyMap<string, string>) {
    this.#directory = directory
    this.#ports = ports
  }

  /** Ports are taken from `first` on, or the free ones after them. */
  static async create(first: FirstPorts = AS_SHOWN): Promise<Clone> {
    const directory = await mkdtemp(join(tmpdir(), 'anillo-readme-'))
    for (const name of WITHIN_CLONE) await symlink(join(ROOT, name), join(directory, name))
    const ports = new Map<string, string>()
    for (const [wanted, from] of [
      [HTTP_PORTS, first.http],
      [PEER_PORTS, first.peers]
    ] as const) {
      const free = await freePortsFrom(from, wanted.length, HOST)
      for (const [index, port] of wanted.entries()) ports.set(String(port), String(free[index]))
    }
    return new Clone(directory, ports)
  }

  /** Runs a step to its end, or until it has printed what it should if it is one that stays. */
  async run({ command, output, typed, terminal }: Step): Promise<void> {
    const expected = output.map(line => this.#here(line, terminal))
    if (typed) return this.#type(command, expected)
    if (command === CTRL_C) return this.#interrupt(terminal)
    const running = this.#spawn(this.#here(command.replace(INSTALL, ''), terminal), terminal)
    const { printed } = running
    const asPromised = () => matches(expected, printed.out)
    const stays = STAYS.test(running.command)
    if (stays) this.#staying.push(running)
    const inTime = await this.#until(running, () => stays && asPromised())
    if (!inTime) signalGroup(running, 'SIGKILL')
    assert.ok(
      inTime && asPromised(),
      `${command}\nshould print\n${expected.join('\n')}\nand printed\n${printed.out}\nand on stderr\n${printed.err}`
    )
  }

  /** Ctrl-C in every terminal, the last one opened first. */
  async stop(): Promise<void> {
    for (let running = this.#staying.pop(); running !== undefined; running = this.#staying.pop())
      await ctrlC(running)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#staying.splice(0)) {
      signalGroup(running, 'SIGKILL')
      await running.ended
    }
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10 })
  }

  /** `text` with the ports that stand in for those that it names, as somebody at `terminal` reads it. */
  #here(text: string, terminal: string): string {
    return text.replace(PLACE, (place, machine, separator, port) => {
      if (machine === undefined) return this.#portAt(MACHINE.exec(terminal)?.[1], place)
      return `${HOST}${separator}${this.#portAt(machine, port)}`
    })
  }

  /** Machines have the ports that the first, the second, … peer of one machine has. */
  #portAt(machine: string | undefined, port: string): string {
    const wanted = machine === undefined ? port : String(Number(port) + Number(machine) - 1)
    return this.#ports.get(wanted) ?? wanted
  }

  /** Ctrl-C at a terminal where something runs. */
  async #interrupt(terminal: string): Promise<void> {
    const index = this.#staying.findLastIndex(running => running.terminal === terminal)
    assert.ok(index >= 0, `nothing runs that ${terminal}$ ${CTRL_C} could end`)
    const [running] = this.#staying.splice(index, 1)
    await ctrlC(running!)
  }

  /** Gives the demo a line on stdin, and waits until it has printed what it should from then on. */
  async #type(command: string, expected: readonly string[]): Promise<void> {
    const [demo] = this.#staying
    assert.ok(demo !== undefined, `${command} is typed, and no demo runs`)
    const before = demo.printed.out.length
    const printed = () => demo.printed.out.slice(before)
    demo.child.stdin!.write(`${command}\n`)
    await this.#until(demo, () => matches(expected, printed()))
    assert.ok(
      matches(expected, printed()),
      `demo> ${command}\nshould print\n${expected.join('\n')}\nand printed\n${printed()}\nand on stderr\n${demo.printed.err}`
    )
  }

  /** What a command takes that says nothing of ports: really its defaults, unless those are taken. */
  #defaults(terminal: string): Record<string, string> {
    const [http, p2p] = [this.#here('5000', terminal), this.#here('50051', terminal)]
    return {
      ...(http === '5000' ? {} : { ANILLO_HTTP_PORT: http, ANILLO_URL: `http://${HOST}:${http}` }),
      ...(p2p === '50051' ? {} : { ANILLO_LISTEN: `/ip4/${HOST}/tcp/${p2p}` })
    }
  }

  #spawn(command: string, terminal: string): Running {
    const settings = Object.entries(process.env).filter(([name]) => !name.startsWith('ANILLO_'))
    const child = spawn('bash', ['-c', command], {
      cwd: this.#directory,
      env: { ...Object.fromEntries(settings), PATH: `bin:${process.env.PATH}`, ...this.#defaults(terminal) },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true // a process group, as a terminal has one, for Ctrl-C
    })
    const printed = { out: '', err: '' }
    child.stdin.on('error', () => {}) // it has ended, which its exit code tells
    if (!STAYS.test(command)) child.stdin.end()
    child.stdout.setEncoding('utf8').on('data', text => (printed.out += text))
    child.stderr.setEncoding('utf8').on('data', text => (printed.err += text))
    const ended = once(child, 'close').then(([code]) => code as number | null)
    return { terminal, command, child, printed, ended }
  }

  /** False at the deadline; true when `condition` holds, or when the command has ended. */
  async #until({ child, ended }: Running, condition: () => boolean): Promise<boolean> {
    if (condition()) return true
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => condition() && resolve()
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', look)
    try {
      return await within(STEP_TIMEOUT_MS, Promise.race([promise, ended]))
    } finally {
      for (const stream of [child.stdout!, child.stderr!]) stream.off('data', look)
    }
  }
}

async function ctrlC(running: Running): Promise<void> {
  signalGroup(running, 'SIGINT')
  const ended = await within(STOP_TIMEOUT_MS, running.ended)
  assert.ok(ended, `${running.command} does not end at Ctrl-C\n${running.printed.err}`)
}

function signalGroup({ child }: Running, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // it has ended already
  }
}

async function within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  try {
    return await Promise.race([work.then(() => true), promise])
  } finally {
    clearTimeout(timer)
  }
}
