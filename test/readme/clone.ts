/**
 * The commands of transcripts, run as in a fresh clone after `npm ci`: in a directory that has nothing but `bin` and
 * `package.json`, with no settings of ours. What runs until Ctrl-C goes on in the background until the end.
 *
 * Where the ports that a README names are taken, the free ones after them stand in, which are those that `anillo demo` takes as well.
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
const PEER_PORTS = [50_051, 50_052]
/** Five peers, one after another, on a machine that has other things to do. */
const STEP_TIMEOUT_MS = 90_000
const STOP_TIMEOUT_MS = 20_000
/** Was done before: it would install and build under the feet of the tests. */
const INSTALL = /^npm ci && /
/** What a person ends with Ctrl-C. */
const STAYS = /^npm start$|^\.\/bin\/anillo (demo|peer start)\b/

interface Running {
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

  static async create(): Promise<Clone> {
    const directory = await mkdtemp(join(tmpdir(), 'anillo-readme-'))
    for (const name of ['bin', 'package.json']) await symlink(join(ROOT, name), join(directory, name))
    const ports = new Map<string, string>()
    for (const wanted of [HTTP_PORTS, PEER_PORTS]) {
      const free = await freePortsFrom(wanted[0]!, wanted.length, HOST)
      for (const [index, port] of wanted.entries()) ports.set(String(port), String(free[index]))
    }
    return new Clone(directory, ports)
  }

  /** Runs a step to its end, or until it has printed what it should if it is one that stays. */
  async run({ command, output, typed }: Step): Promise<void> {
    const expected = output.map(line => this.#here(line))
    if (typed) {
      await this.#type(command, expected)
      return
    }
    const running = this.#spawn(this.#here(command.replace(INSTALL, '')))
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
    for (let running = this.#staying.pop(); running !== undefined; running = this.#staying.pop()) {
      signalGroup(running, 'SIGINT')
      const ended = await within(STOP_TIMEOUT_MS, running.ended)
      assert.ok(ended, `${running.command} does not end at Ctrl-C\n${running.printed.err}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#staying.splice(0)) {
      signalGroup(running, 'SIGKILL')
      await running.ended
    }
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10 })
  }

  #here(text: string): string {
    return text.replace(/\b50\d\d+\b/g, port => this.#ports.get(port) ?? port)
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
  #defaults(): Record<string, string> {
    const [http, p2p] = [this.#here('5000'), this.#here('50051')]
    return {
      ...(http === '5000' ? {} : { ANILLO_HTTP_PORT: http, ANILLO_URL: `http://${HOST}:${http}` }),
      ...(p2p === '50051' ? {} : { ANILLO_LISTEN: `/ip4/${HOST}/tcp/${p2p}` })
    }
  }

  #spawn(command: string): Running {
    const settings = Object.entries(process.env).filter(([name]) => !name.startsWith('ANILLO_'))
    const child = spawn('bash', ['-c', command], {
      cwd: this.#directory,
      env: { ...Object.fromEntries(settings), ...this.#defaults() },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true // a process group, as a terminal has one, for Ctrl-C
    })
    const printed = { out: '', err: '' }
    child.stdin.on('error', () => {}) // it has ended, which its exit code tells
    if (!STAYS.test(command)) child.stdin.end()
    child.stdout.setEncoding('utf8').on('data', text => (printed.out += text))
    child.stderr.setEncoding('utf8').on('data', text => (printed.err += text))
    const ended = once(child, 'close').then(([code]) => code as number | null)
    return { command, child, printed, ended }
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
