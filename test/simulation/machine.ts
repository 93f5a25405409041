/**
 * A computer of the simulation: the clocks, the chance and the log of what runs on it. It can stop for a while, have its
 * clocks wrong, and be switched off; what ran on it then gets no timer and no answer any more, as after kill -9.
 */

import { type Random, type Runtime, silentLog, type Timer } from '../../src/runtime.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface MachineOptions {
  readonly time: VirtualTime
  readonly random: Random
  /** In which order it reads what came while it stood still. @default in that in which it came */
  readonly waking?: Random | undefined
  /** Its monotonic clock runs so much faster than real time. @default 0 */
  readonly drift?: number
  /** Its wall clock is so far ahead. @default 0 */
  readonly wallAheadMs?: number
}

/** What waits for the end of a pause. */
interface Held {
  work: () => void
  /** The socket that it came through; undefined: it came from a timer or a disk. */
  readonly socket: string | undefined
}

export class Machine {
  readonly runtime: Runtime
  readonly #time: VirtualTime
  readonly #speed: number
  readonly #timers = new Set<Timer>()
  #wallAheadMs: number
  #pausedUntilMs = 0
  readonly #held: Held[] = []
  readonly #waking: Random | undefined
  #off = false
  /** Errors that were logged: a test expects none. */
  readonly errors: unknown[] = []

  constructor({ time, random, waking, drift = 0, wallAheadMs = 0 }: MachineOptions) {
    this.#time = time
    this.#waking = waking
    this.#speed = 1 + drift
    this.#wallAheadMs = wallAheadMs
    this.runtime = {
      clock: {
        now: () => Math.floor(time.now() + this.#wallAheadMs),
        monotonic: () => time.monotonic() * this.#speed,
        timer: (ms, fire) => this.#timer(ms / this.#speed, fire),
        soon: work => this.#timer(0, work)
      },
      random,
      log: { ...silentLog, error: (message, fields) => this.errors.push({ message, ...fields }) }
    }
  }

  get off(): boolean {
    return this.#off
  }

  get paused(): boolean {
    return this.#pausedUntilMs > this.#time.monotonic()
  }

  /** Timers that would still fire. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** As SIGSTOP, and SIGCONT after `ms`: everything meant for this machine happens then, late. */
  pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#time.monotonic() + ms)
  }

  resume(): void {
    this.#pausedUntilMs = 0
    this.#wake()
  }

  /** Somebody sets the wall clock. */
  setWall(aheadMs: number): void {
    this.#wallAheadMs = aheadMs
  }

  /** Does `work` as soon as this machine runs, in the order of the calls: at once as a rule, never when it is off. */
  whenRunning(work: () => void): void {
    this.#whenRunning(work, undefined)
  }

  /** The same for what comes over the network: after a pause sockets are read in any order, each as far as it goes. */
  whenRead(socket: string, work: () => void): void {
    this.#whenRunning(work, socket)
  }

  #whenRunning(work: () => void, socket: string | undefined): void {
    if (this.#off) return
    if (!this.paused && this.#held.length === 0) {
      work()
      return
    }
    this.#held.push({ work, socket })
    if (this.#held.length === 1) this.#releaseLater()
  }

  /** Resolves when this machine runs and reads what came through `socket`; never when it is off. */
  running(socket = 'of a client'): Promise<void> {
    return new Promise(resolve => this.whenRead(socket, resolve))
  }

  /** Gracefully or not: nothing happens here any more. */
  switchOff(): void {
    this.#off = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  #releaseLater(): void {
    // A little late: the sum of two times may round to just before the end of the pause.
    this.#time.timer(this.#pausedUntilMs - this.#time.monotonic() + 0.001, () => {
      if (this.paused) this.#releaseLater()
      else this.#wake()
    })
  }

  #wake(): void {
    this.#shuffle()
    this.#release()
  }

  #release(): void {
    const next = this.#held.shift()
    if (this.#off || next === undefined) return
    next.work()
    // Each for itself, as a process does it: what follows from one is done before the next is looked at.
    if (this.#held.length > 0)
      this.#time.timer(0, () => (this.paused ? this.#releaseLater() : this.#release()))
  }

  #shuffle(): void {
    const waking = this.#waking
    if (waking === undefined) return
    const arrived = this.#held.filter(({ socket }) => socket !== undefined)
    const ranks = new Map<string | undefined, number>()
    for (const { socket } of arrived) if (!ranks.has(socket)) ranks.set(socket, waking.next())
    const works = arrived
      .map(({ socket, work }) => ({ work, rank: ranks.get(socket)! }))
      .sort((a, b) => a.rank - b.rank)
    for (const [at, held] of arrived.entries()) held.work = works[at]!.work
  }

  #timer(ms: number, fire: () => void): Timer {
    if (this.#off) return { cancel() {} }
    const timer = this.#time.timer(ms, () =>
      this.whenRunning(() => {
        if (this.#timers.delete(handle)) fire()
      })
    )
    const handle: Timer = {
      cancel: () => {
        this.#timers.delete(handle)
        timer.cancel()
      }
    }
    this.#timers.add(handle)
    return handle
  }
}
