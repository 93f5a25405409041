/** One peer of the demo: a child process, so that killing it is real. */
import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const EXECUTABLE = fileURLToPath(new URL('../../../bin/anillo', import.meta.url))
const READY_POLL_MS = 20
const READY_TIMEOUT_MS = 60_000
/** The end of what a peer said before it failed. */
const REASON_LENGTH_MAX = 2_000

export interface DemoPeerOptions {
  readonly number: number
  readonly directory: string
  readonly port: number
  readonly httpPort: number
  /** Multiaddr of a peer of the ring; none for the first. */
  readonly join: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** What the peer writes into its ready file. */
interface Ready {
  readonly peer: string
  readonly ring: string
  readonly addresses: readonly string[]
  readonly http: string
}

/** The process ended before its peer was ready. */
export class FailedStart extends Error {
  readonly code: number | null
  /** What the process said last. */
  readonly reason: string

  constructor(number: number, code: number | null, reason: string) {
    super(`peer ${number} did not start`)
    this.code = code
    this.reason = reason
  }
}

export class DemoPeer {
  readonly #child: ChildProcess
  readonly #options: DemoPeerOptions
  /** Settles with the exit code, or what else ended it: the name of a signal. */
  readonly ended: Promise<number | string>
  #running = true
  #ready: Ready | undefined

  private constructor(child: ChildProcess, options: DemoPeerOptions) {
    this.#child = child
    this.#options = options
    this.ended = new Promise(resolve => {
      const end = (how: number | string) => {
        this.#running = false
        resolve(how)
      }
      child.on('exit', (code, signal) => end(code ?? signal ?? 'unknown'))
      child.on('error', error => end(error.message))
    })
  }

  /** Starts the process without waiting for its peer. */
  static async spawn(options: DemoPeerOptions): Promise<DemoPeer> {
    const { env, directory, number } = options
    const attendance = ['--log-format', 'pretty', '--ready-file', readyFile(options)]
    await rm(readyFile(options), { force: true })
    const log = await open(join(directory, `peer-${number}.log`), 'w')
    try {
      const child = spawn(process.execPath, [EXECUTABLE, ...peerArguments(options), ...attendance], {
        // Ctrl-C in the terminal is for the demo, which then stops its peers one way only.
        detached: true,
        // Over the IPC channel the peer notices that the demo is gone, however it went.
        stdio: ['ignore', 'ignore', log.fd, 'ipc'],
        // The settings of the person's own peer are not those of the demo's.
        env: Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ANILLO_')))
      })
      return new DemoPeer(child, options)
    } finally {
      await log.close()
    }
  }

  /** @throws FailedStart the process ended first, or was not ready in time; the signal's reason when that aborts */
  async untilReady(): Promise<void> {
    const { number, signal, directory } = this.#options
    const untilMs = performance.now() + READY_TIMEOUT_MS
    while (this.#running && performance.now() < untilMs) {
      signal.throwIfAborted()
      const text = await readFile(readyFile(this.#options), 'utf8').catch(() => undefined)
      if (text !== undefined) {
        this.#ready = JSON.parse(text) as Ready
        return
      }
      await pause(READY_POLL_MS)
    }
    const said = await readFile(join(directory, `peer-${number}.log`), 'utf8')
    const reason = said.slice(-REASON_LENGTH_MAX).trim()
    throw new FailedStart(number, this.#child.exitCode, reason || `no word within ${READY_TIMEOUT_MS} ms`)
  }

  get number(): number {
    return this.#options.number
  }

  get ready(): Ready {
    if (this.#ready === undefined) throw new Error(`Peer ${this.number} is not ready`)
    return this.#ready
  }

  get running(): boolean {
    return this.#running
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The arguments that start the same peer again from its data, beside the others. */
  restartArguments(join: string): string[] {
    return peerArguments({ ...this.#options, join })
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#running) this.#child.kill(signal)
  }
}

function peerArguments({ directory, number, port, httpPort, join: target }: DemoPeerOptions): string[] {
  return [
    ...['peer', 'start', '-l', `/ip4/127.0.0.1/tcp/${port}`, '-P', String(httpPort)],
    ...(target === undefined ? [] : ['-j', target]),
    ...['--data', join(directory, 'data', String(number)), '--output', join(directory, 'output')]
  ]
}

function readyFile({ directory, number }: DemoPeerOptions): string {
  return join(directory, `peer-${number}.ready.json`)
}
