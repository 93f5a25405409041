/** One peer of the demo: a place on this machine, and the process that is there now, so that killing it is real. */
import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { CutOrder, PeerWord } from './peer-channel.ts'
import type { Doing, PeerInfo, PeerState } from './state.ts'

const EXECUTABLE = fileURLToPath(new URL('./peer-process.js', import.meta.url))
const READY_POLL_MS = 20
const READY_TIMEOUT_MS = 60_000
/** A process that runs takes an order within a turn of its event loop; one that does not is stuck, or busy beyond use. */
const ORDER_TIMEOUT_MS = 5_000
/** The end of what a peer said before it failed. */
const REASON_LENGTH_MAX = 2_000

export interface DemoPeerOptions {
  readonly number: number
  /** Of the whole demo. */
  readonly directory: string
  readonly port: number
  readonly httpPort: number
  /** Of the page that may ask its gateway. */
  readonly corsOrigin: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** The peer's info is another one. */
  readonly onChange: () => void
}

export interface StartOptions {
  /** Multiaddr of a peer of the ring; none for the first, or when nobody can be reached. */
  readonly join: string | undefined
  /** PeerIds that it is cut off from. */
  readonly apart: readonly string[]
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
  readonly #options: DemoPeerOptions
  readonly #orders = new Map<number, () => void>()
  #child: ChildProcess | undefined
  #ended: Promise<number | string> = Promise.resolve(0)
  #running = false
  #starts = 0
  #lastOrder = 0
  #ready: Ready | undefined
  #state: PeerState = 'stopped'
  #doing: Doing | null = null
  /** What its end will have made of it, when that was asked for here. */
  #fate: PeerState | undefined
  #wasEnded = false

  constructor(options: DemoPeerOptions) {
    this.#options = options
  }

  get number(): number {
    return this.#options.number
  }

  get port(): number {
    return this.#options.port
  }

  get httpPort(): number {
    return this.#options.httpPort
  }

  get state(): PeerState {
    return this.#state
  }

  get doing(): Doing | null {
    return this.#doing
  }

  /** Of its last start. @throws Error it was never ready */
  get ready(): Ready {
    if (this.#ready === undefined) throw new Error(`Peer ${this.number} was never ready`)
    return this.#ready
  }

  get peerId(): string | undefined {
    return this.#ready?.peer
  }

  /** Its gateway can be asked, as far as is known here. */
  get serving(): boolean {
    const { state, doing } = this
    return (
      this.#running &&
      state === 'running' &&
      this.#fate === undefined &&
      (doing === null || doing === 'leaving')
    )
  }

  /** The end of its last process was asked for here. */
  get wasEnded(): boolean {
    return this.#wasEnded
  }

  /** There is a process, be it paused. */
  get running(): boolean {
    return this.#running
  }

  /** Settles with the exit code of the present process, or what else ended it: the name of a signal. */
  get ended(): Promise<number | string> {
    return this.#ended
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get info(): PeerInfo {
    return {
      number: this.number,
      peerId: this.#ready?.peer ?? null,
      url: this.#ready?.http ?? null,
      pid: this.#running ? this.pid : null,
      state: this.#state,
      doing: this.#doing
    }
  }

  /**
   * Starts a process on the peer's data, and resolves when its peer is ready.
   * @throws FailedStart the process ended first, or was not ready in time; the signal's reason when that aborts
   */
  async start(how: StartOptions): Promise<void> {
    const { number, directory } = this.#options
    this.#do('starting')
    try {
      await rm(readyFile(this.#options), { force: true })
      // What it said before it was killed is of interest; what it said in an earlier demo is not.
      const log = await open(logFile(directory, number), this.#starts++ === 0 ? 'w' : 'a')
      try {
        const { size } = await log.stat()
        how.signal.throwIfAborted() // whoever stops the peers sees those that have a process
        this.#spawn(how, log.fd)
        this.#ready = await this.#untilReady(how.signal, size)
        this.#state = 'running'
      } finally {
        await log.close()
      }
    } finally {
      this.#do(null)
    }
  }

  /** Nothing but -9: what it does not survive on disk is gone. */
  async kill(): Promise<void> {
    this.#fate = 'killed'
    this.#wasEnded = true
    this.signal('SIGKILL')
    await this.#ended
  }

  /** Drains. Resolves when the process has ended, or at `timeoutMs`, false then. */
  async drain(timeoutMs: number): Promise<boolean> {
    this.#fate = 'stopped'
    this.#wasEnded = true
    this.#do('stopping')
    this.signal('SIGTERM')
    return this.endedWithin(timeoutMs).finally(() => this.#do(null))
  }

  /** While `work` runs, this peer is about to leave the ring. @throws what `work` does, and then the peer stays */
  async whileLeaving(work: () => Promise<void>): Promise<void> {
    this.#wasEnded = true
    this.#do('leaving')
    try {
      await work()
    } catch (error) {
      this.#wasEnded = !this.#running
      throw error
    } finally {
      this.#do(null)
    }
  }

  /** Its last slot has moved, and it has left whatever becomes of its process, which is killed when it takes too long to end. */
  async endAsLeft(timeoutMs: number): Promise<void> {
    if (await this.endedWithin(timeoutMs)) return
    this.#fate = 'left'
    this.signal('SIGKILL')
    await this.#ended
  }

  /** Stops the process where it is, as a machine that sleeps. */
  pause(): void {
    this.signal('SIGSTOP')
    this.#state = 'paused'
    this.#options.onChange()
  }

  resume(): void {
    this.signal('SIGCONT')
    this.#state = 'running'
    this.#options.onChange()
  }

  /** Cuts it off from exactly these. Of a peer that is paused: as soon as it goes on. @throws Error it does not listen */
  async cutFrom(peers: readonly string[]): Promise<void> {
    if (!this.#running) return
    const order = ++this.#lastOrder
    const inForce = new Promise<void>(resolve => this.#orders.set(order, resolve))
    this.#child!.send({ kind: 'cut', order, peers } satisfies CutOrder, () => {})
    if (this.#state === 'paused') return
    const patience = new AbortController()
    const late = pause(ORDER_TIMEOUT_MS, 'late' as const, { signal: patience.signal }).catch(() => undefined)
    const end = await Promise.race([inForce, this.#ended, late])
    patience.abort()
    if (end === 'late')
      throw new Error(`peer ${this.number} did not take an order within ${ORDER_TIMEOUT_MS} ms`)
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#running) this.#child!.kill(signal)
  }

  #spawn({ join: target, apart }: StartOptions, log: number): void {
    const { env } = this.#options
    const child = spawn(process.execPath, [EXECUTABLE, ...peerArguments(this.#options, target)], {
      // Ctrl-C in the terminal is for the demo, which then stops its peers one way only.
      detached: true,
      // Over the IPC channel the peer is told whom it is cut off from, and notices that the demo is gone, however it went.
      stdio: ['ignore', 'ignore', log, 'ipc'],
      // The settings of the person's own peer are not those of the demo's.
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ANILLO_')))
    })
    this.#child = child
    this.#running = true
    this.#fate = undefined
    this.#wasEnded = false
    this.#orders.clear()
    this.#ended = new Promise(resolve => {
      const end = (how: number | string) => {
        this.#running = false
        this.#state = this.#fate ?? (how === 0 ? 'stopped' : 'killed')
        resolve(how)
        this.#options.onChange()
      }
      child.on('exit', (code, signal) => end(code ?? signal ?? 'unknown'))
      child.on('error', error => end(error.message))
    })
    child.on('message', (word: PeerWord) => this.#hear(word))
    child.send({ kind: 'cut', order: ++this.#lastOrder, peers: apart } satisfies CutOrder, () => {})
  }

  #hear(word: PeerWord): void {
    if (word.kind === 'left') this.#fate = 'left'
    else {
      this.#orders.get(word.order)?.()
      this.#orders.delete(word.order)
    }
  }

  /** `from`: where in its log this start begins, bytes. */
  async #untilReady(signal: AbortSignal, from: number): Promise<Ready> {
    const { number, directory } = this.#options
    const untilMs = performance.now() + READY_TIMEOUT_MS
    while (this.#running && performance.now() < untilMs) {
      signal.throwIfAborted()
      const text = await readFile(readyFile(this.#options), 'utf8').catch(() => undefined)
      if (text !== undefined) return JSON.parse(text) as Ready
      await pause(READY_POLL_MS)
    }
    const said = (await readFile(logFile(directory, number))).subarray(from).toString()
    const reason = said.slice(-REASON_LENGTH_MAX).trim()
    // It may yet become ready, when nobody waits for it any more.
    this.signal('SIGKILL')
    await this.#ended
    throw new FailedStart(number, this.#child!.exitCode, reason || `no word within ${READY_TIMEOUT_MS} ms`)
  }

  /** False: it still runs. */
  async endedWithin(timeoutMs: number): Promise<boolean> {
    const patience = new AbortController()
    const late = pause(timeoutMs, 'late' as const, { signal: patience.signal }).catch(() => undefined)
    const end = await Promise.race([this.#ended, late])
    patience.abort()
    return end !== 'late'
  }

  #do(doing: Doing | null): void {
    this.#doing = doing
    this.#options.onChange()
  }
}

function peerArguments(options: DemoPeerOptions, target: string | undefined): string[] {
  const { directory, number, port, httpPort, corsOrigin } = options
  return [
    ...['peer', 'start', '-l', `/ip4/127.0.0.1/tcp/${port}`, '-P', String(httpPort)],
    ...(corsOrigin === undefined ? [] : ['--cors-origin', corsOrigin]),
    ...(target === undefined ? [] : ['-j', target]),
    ...['--data', join(directory, 'data', String(number)), '--output', join(directory, 'output')],
    ...['--log-format', 'pretty', '--ready-file', readyFile(options)]
  ]
}

function readyFile({ directory, number }: DemoPeerOptions): string {
  return join(directory, `peer-${number}.ready.json`)
}

function logFile(directory: string, number: number): string {
  return join(directory, `peer-${number}.log`)
}
