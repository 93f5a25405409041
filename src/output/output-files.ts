/**
 * The files that people look at with `watch cat`: users.txt, finger.txt and log.txt in one directory. They tell about
 * the peer and are nothing that it relies on: a disk that refuses them is logged once, and the peer goes on.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Events } from '../events.ts'
import type { Clock, Log, LogFields, Timer } from '../runtime.ts'
import type { SelfReport } from '../users/ring-report.ts'
import { fingerText } from './finger-file.ts'
import { LogFile } from './log-file.ts'
import { type UserRows, usersText } from './users-file.ts'

/** As often as in the original. */
export const OUTPUT_INTERVAL_MS = 1_000

/** What the files tell about. Read from at most once per interval. */
export interface OutputSource {
  self(): SelfReport
  /** Users of the slots that this peer leads. */
  users(): UserRows
  /** Users of the slots that it holds while another peer answers for them. */
  backups(): UserRows
  /** Two are the same while `users` and `backups` are. */
  usersStamp(): string
  readonly events: Events
}

export interface OutputOptions {
  readonly dir: string
  readonly clock: Clock
  /** Where trouble with the files is told. */
  readonly log: Log
}

export class OutputFiles {
  readonly #dir: string
  readonly #clock: Clock
  readonly #outerLog: Log
  readonly #logFile: LogFile
  #source: OutputSource | undefined
  #unsubscribe: (() => void) | undefined
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  #usersStamp: string | undefined
  /** They changed just before they were read last, and what changed may have reached the disk after that. */
  #usersUnsettled = false
  /** What each file holds, so that it is written only when it changed. */
  readonly #written = new Map<string, string>()
  #failing = false

  constructor({ dir, clock, log }: OutputOptions) {
    this.#dir = dir
    this.#clock = clock
    this.#outerLog = log
    this.#logFile = new LogFile(dir)
  }

  /** The log given at the start, with a copy of every line but debug's in log.txt. */
  get log(): Log {
    const outer = this.#outerLog
    const tee = (write: Log['info']) => (message: string, fields?: LogFields) => {
      write.call(outer, message, fields)
      this.#logFile.line(this.#clock.now(), message)
    }
    return {
      debug: (message, fields) => outer.debug(message, fields),
      info: tee(outer.info),
      warn: tee(outer.warn),
      error: tee(outer.error)
    }
  }

  /** Writes the files for the first time, then keeps them up to date. */
  async start(source: OutputSource): Promise<void> {
    this.#source = source
    this.#unsubscribe = source.events.subscribe(event => {
      this.#logFile.event(this.#clock.now(), event)
    })
    await this.#write()
    this.#scheduleNext()
  }

  /** Writes what changed since the last time, and ends. */
  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#timer?.cancel()
    await this.#writing
    this.#timer?.cancel()
    if (this.#source !== undefined) await this.#write()
    this.#source = undefined
  }

  /** The interval runs from the end of one round, so that rounds never pile up on a slow disk. */
  #scheduleNext(): void {
    if (this.#unsubscribe === undefined) return
    this.#timer = this.#clock.timer(OUTPUT_INTERVAL_MS, () => {
      void this.#write().then(() => this.#scheduleNext())
    })
  }

  #write(): Promise<void> {
    this.#writing = this.#writeChanged().then(
      () => {
        this.#failing = false
      },
      error => {
        if (!this.#failing)
          this.#outerLog.warn('The output files cannot be written', { dir: this.#dir, error })
        this.#failing = true
        this.#usersUnsettled = true
      }
    )
    return this.#writing
  }

  async #writeChanged(): Promise<void> {
    const source = this.#source!
    await mkdir(this.#dir, { recursive: true })
    const self = source.self()
    await this.#replace('finger.txt', fingerText(self))
    const stamp = source.usersStamp()
    const changed = stamp !== this.#usersStamp
    if (changed || this.#usersUnsettled) {
      this.#usersStamp = stamp
      this.#usersUnsettled = changed
      await this.#replace('users.txt', usersText(self, source.users(), source.backups()))
    }
    await this.#logFile.flush(this.#clock.now())
  }

  /** Whoever reads sees the old file or the new one, never a part: not synced, since nothing depends on it. */
  async #replace(name: string, text: string): Promise<void> {
    if (this.#written.get(name) === text) return
    const path = join(this.#dir, name)
    await writeFile(`${path}.tmp`, text)
    await rename(`${path}.tmp`, path)
    this.#written.set(name, text)
  }
}
