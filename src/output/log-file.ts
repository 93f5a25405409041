/** `log.txt`: what the peer did, a line each, in a file that rotates. */
import { appendFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnilloEvent } from '../events.ts'
import { describeEvent } from '../events.ts'

/** Then log.txt becomes log.1.txt, in place of the one before: a peer's log takes twice this at most. */
export const LOG_FILE_BYTES_MAX = 1024 * 1024
/** Lines that wait for the disk, and characters of each: together they fit the file. What is above is counted and dropped. */
const WAITING_LINES_MAX = 1_000
const LINE_LENGTH_MAX = 1_000

export class LogFile {
  readonly #path: string
  readonly #rotatedPath: string
  #waiting: string[] = []
  #dropped = 0
  #usersStored = 0
  #usersDeleted = 0
  #bytes: number | undefined

  constructor(dir: string) {
    this.#path = join(dir, 'log.txt')
    this.#rotatedPath = join(dir, 'log.1.txt')
  }

  /** Hundreds of users may change in a second: they are counted, everything else has its line. */
  event(nowMs: number, event: AnilloEvent): void {
    if (event.type !== 'user.changed') this.line(nowMs, describeEvent(event))
    else if (event.change === 'put') this.#usersStored++
    else this.#usersDeleted++
  }

  line(nowMs: number, text: string): void {
    if (this.#waiting.length >= WAITING_LINES_MAX) this.#dropped++
    else this.#waiting.push(logLine(nowMs, text))
  }

  /** Appends what waits. What a failing disk refuses is lost: a log must not fill the memory. */
  async flush(nowMs: number): Promise<void> {
    this.#summarise(nowMs)
    if (this.#waiting.length === 0) return
    const text = this.#waiting.join('')
    const textBytes = Buffer.byteLength(text)
    this.#waiting = []
    this.#bytes ??= await sizeOf(this.#path)
    if (this.#bytes > 0 && this.#bytes + textBytes > LOG_FILE_BYTES_MAX) {
      await rename(this.#path, this.#rotatedPath)
      this.#bytes = 0
    }
    await appendFile(this.#path, text)
    this.#bytes += textBytes
  }

  #summarise(nowMs: number): void {
    if (this.#usersStored > 0) this.line(nowMs, `Stored ${this.#usersStored} users`)
    if (this.#usersDeleted > 0) this.line(nowMs, `Deleted ${this.#usersDeleted} users`)
    if (this.#dropped > 0) this.#waiting.push(logLine(nowMs, `${this.#dropped} lines were dropped`))
    this.#usersStored = 0
    this.#usersDeleted = 0
    this.#dropped = 0
  }
}

/** `[2024-12-01 10:00:00.000000] text`, as in the original, in UTC so that the logs of several machines compare. */
export function logLine(nowMs: number, text: string): string {
  const [date, time] = new Date(nowMs).toISOString().slice(0, -1).split('T')
  const oneLine = text.slice(0, LINE_LENGTH_MAX).replace(/[\r\n]+/g, ' ')
  return `[${date} ${time}000] ${oneLine}\n`
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return 0
  }
}
