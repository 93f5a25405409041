/** Peers as real processes over real sockets: started by the binary, killed for real, started again with their data. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RingReport } from '../../src/users/ring-report.ts'

const ANILLO = fileURLToPath(new URL('../../../bin/anillo', import.meta.url))
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
  #child: ChildProcess | undefined
  #ended: Promise<Ended> | undefined
  #said = ''

  constructor(dir: string) {
    this.dir = dir
  }

  /** Started again it takes the same ports. */
  async start(joins: readonly string[] = []): Promise<this> {
    const ready = join(this.dir, 'ready.json')
    await rm(ready, { force: true })
    const listen = this.address === '' ? '/ip4/127.0.0.1/tcp/0' : this.address.split('/p2p/')[0]!
    const port = this.http === '' ? '0' : new URL(this.http).port
    const args = [
      'peer',
      'start',
      '-l',
      listen,
      '-P',
      port,
      '--data',
      join(this.dir, 'data'),
      '--output',
      join(this.dir, 'output')
    ]
    args.push('--ready-file', ready, '--log-format', 'json', ...joins.flatMap(address => ['-j', address]))
    const child = spawn(process.execPath, [ANILLO, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
    this.#said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (this.#said += chunk))
    const facts = await Promise.race([
      until('a peer is ready', async () => JSON.parse(await readFile(ready, 'utf8')), START_TIMEOUT_MS),
      this.#ended.then(({ code }) => Promise.reject(new Error(`the peer ended with ${code}: ${this.#said}`)))
    ])
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

  async ring(): Promise<RingReport> {
    const response = await fetch(`${this.http}/v1/ring`)
    return (await response.json()) as RingReport
  }
}

export class Processes implements AsyncDisposable {
  readonly peers: PeerProcess[] = []
  readonly #dir: string

  private constructor(dir: string) {
    this.#dir = dir
  }

  static async create(): Promise<Processes> {
    return new Processes(await mkdtemp(join(tmpdir(), 'anillo-')))
  }

  /** One more peer, which joins through the first. */
  async add(): Promise<PeerProcess> {
    const peer = new PeerProcess(join(this.#dir, String(this.peers.length)))
    const joins = this.peers.slice(0, 1).map(({ address }) => address)
    this.peers.push(peer)
    return peer.start(joins)
  }

  /** All of `peers` see one ring of just them, and nothing is wrong with it. */
  async ready(peers: readonly PeerProcess[] = this.peers, timeoutMs = 60_000): Promise<void> {
    for (const peer of peers) {
      await until(
        `a ready ring of ${peers.length}, seen by ${peer.peer}`,
        async () => {
          const report = await peer.ring()
          if (report.ready && report.peers.length === peers.length) return true
          throw new Error(JSON.stringify(report.problems))
        },
        timeoutMs,
        CENSUS_POLL_MS
      )
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.peers.map(peer => peer.end('SIGKILL')))
    await rm(this.#dir, { recursive: true, force: true })
  }
}
