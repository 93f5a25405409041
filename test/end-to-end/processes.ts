/** Peers as real processes over real sockets: started by the binary, killed and paused for real, started again with their data. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LookupReport, RingReport } from '../../src/users/ring-report.ts'

export const ANILLO = fileURLToPath(new URL('../../../bin/anillo', import.meta.url))
/** A loaded machine starts sixteen of them in this time. */
const START_TIMEOUT_MS = 120_000
const POLL_MS = 50
/** A census asks every peer of the ring: taken without a pause it would be most of what a small machine does. */
const CENSUS_POLL_MS = 500

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Resolves with what `probe` finds, as soon as it finds something. @throws what is still missing at the deadline */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  timeoutMs = 60_000,
  pollMs = POLL_MS
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  let last: unknown
  for (;;) {
    try {
      const found = await probe()
      if (found !== undefined && found !== false) return found
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last })
    await new Promise(resolve => setTimeout(resolve, pollMs))
  }
}

/** Runs a command of the binary to its end. */
export async function anillo(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [ANILLO, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = ['', '']
  child.stdout.on('data', chunk => (texts[0] += chunk))
  child.stderr.on('data', chunk => (texts[1] += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: texts[0]!, stderr: texts[1]! }
}

/** One peer and its directory; the process behind it may change. */
export class PeerProcess {
  readonly dir: string
  peer = ''
  address = ''
  http = ''
  readonly #flags: readonly string[]
  #child: ChildProcess | undefined
  #ended: Promise<Ended> | undefined
  #said = ''

  /** `flags`: of `peer start`, given at each start. */
  constructor(dir: string, flags: readonly string[] = []) {
    this.dir = dir
    this.#flags = flags
  }

  /** Started again it takes the same ports. @throws Error with everything it said, when it ends instead */
  async start(joins: readonly string[] = []): Promise<this> {
    const ready = join(this.dir, 'ready.json')
    await rm(ready, { force: true })
    const child = spawn(process.execPath, [ANILLO, 'peer', 'start', ...this.#args(ready, joins)], {
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.#child = child
    this.#ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
    this.#said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (this.#said += chunk))
    const facts = await until(
      'a peer is ready',
      async () => {
        if (child.exitCode !== null || child.signalCode !== null) return 'ended'
        return JSON.parse(await readFile(ready, 'utf8'))
      },
      START_TIMEOUT_MS
    )
    if (facts === 'ended') {
      const { code, signal } = await this.#ended
      throw new Error(`the peer ended with ${code ?? signal}: ${this.#said}`)
    }
    this.peer = facts.peer
    this.address = facts.addresses[0]
    this.http = facts.http
    return this
  }

  /** Resolves when the process has ended. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.#child?.kill(signal)
    return (await this.#ended) ?? { code: null, signal: null }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child!.kill(signal)
  }

  /** When the process ends by itself. */
  get ended(): Promise<Ended> {
    return this.#ended!
  }

  /** Everything it printed since it started. */
  get said(): string {
    return this.#said
  }

  get pid(): number {
    return this.#child!.pid!
  }

  /** Stops the process where it is, as a sleeping machine does. */
  pause(): void {
    this.#child!.kill('SIGSTOP')
  }

  resume(): void {
    this.#child!.kill('SIGCONT')
  }

  /** Of a peer that is not running: its disk is lost. */
  async wipe(): Promise<void> {
    await rm(this.#data, { recursive: true })
  }

  /** Of a peer that is not running: its data directory is copied aside, */
  async backUp(): Promise<void> {
    await cp(this.#data, `${this.#data}.copy`, { recursive: true })
  }

  /** and the copy takes the place of what it has become. */
  async restore(): Promise<void> {
    await this.wipe()
    await rename(`${this.#data}.copy`, this.#data)
  }

  async ring(): Promise<RingReport> {
    const response = await fetch(`${this.http}/v1/ring`)
    return (await response.json()) as RingReport
  }

  async lookup(id: string): Promise<LookupReport> {
    const response = await fetch(`${this.http}/v1/ring/lookup/${encodeURIComponent(id)}`)
    return (await response.json()) as LookupReport
  }

  get #data(): string {
    return join(this.dir, 'data')
  }

  #args(ready: string, joins: readonly string[]): string[] {
    const listen = this.address === '' ? '/ip4/127.0.0.1/tcp/0' : this.address.split('/p2p/')[0]!
    const port = this.http === '' ? '0' : new URL(this.http).port
    const places = ['--data', this.#data, '--output', join(this.dir, 'output'), '--ready-file', ready]
    const ports = ['-l', listen, '-P', port, ...joins.flatMap(address => ['-j', address])]
    return [...ports, ...places, '--log-format', 'json', ...this.#flags]
  }
}

export class Processes implements AsyncDisposable {
  readonly peers: PeerProcess[] = []
  readonly #dir: string
  readonly #flags: readonly string[]

  private constructor(dir: string, flags: readonly string[]) {
    this.#dir = dir
    this.#flags = flags
  }

  /** `flags`: of every peer's start. */
  static async create(flags: readonly string[] = []): Promise<Processes> {
    return new Processes(await mkdtemp(join(tmpdir(), 'anillo-')), flags)
  }

  /** A ring of `size` peers, started one after another, and ready. */
  static async ring(size: number, flags: readonly string[] = []): Promise<Processes> {
    const ring = await Processes.create(flags)
    try {
      for (let i = 0; i < size; i++) await ring.add()
      await ring.ready()
      return ring
    } catch (error) {
      await ring[Symbol.asyncDispose]()
      throw error
    }
  }

  /** One more peer, which joins through the first. */
  async add(): Promise<PeerProcess> {
    const peer = new PeerProcess(join(this.#dir, String(this.peers.length)), this.#flags)
    const joins = this.peers.slice(0, 1).map(({ address }) => address)
    this.peers.push(peer)
    return peer.start(joins)
  }

  /** All of `peers` see one ring of just them, and nothing is wrong with it. Peers that were replaced do not count. */
  async ready(peers: readonly PeerProcess[] = this.peers, timeoutMs = 60_000): Promise<void> {
    await Promise.all(
      peers.map(peer =>
        until(
          `a ready ring of ${peers.length}, seen by ${peer.peer}`,
          async () => {
            const { ready, problems, peers: seen } = await peer.ring()
            const up = seen.filter(({ status }) => status === 'up')
            if (ready && up.length === peers.length) return true
            throw new Error(`${up.length} peers are up; ${JSON.stringify(problems)}`)
          },
          timeoutMs,
          CENSUS_POLL_MS
        )
      )
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.peers.map(peer => peer.end('SIGKILL')))
    await rm(this.#dir, { recursive: true, force: true })
  }
}
