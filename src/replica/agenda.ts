/**
 * Which rows of a table are due, and when, in log time: a wheel of seconds without an end. Rows are due in any order
 * and most are put off before they are (a lease that is renewed), so both cost no search.
 */

const SECOND_MS = 1_000

export class Agenda {
  /** By row key, as text. */
  readonly #dueMs = new Map<string, number>()
  readonly #seconds = new Map<number, Set<string>>()
  /** Nothing is due before. */
  #earliest = Number.POSITIVE_INFINITY

  /** `dueMs` undefined: never. */
  set(key: string, dueMs: number | undefined): void {
    const before = this.#dueMs.get(key)
    if (before === dueMs) return
    if (before !== undefined) this.#remove(key, before)
    if (dueMs === undefined) return
    this.#dueMs.set(key, dueMs)
    const second = secondOf(dueMs)
    const keys = this.#seconds.get(second)
    if (keys === undefined) this.#seconds.set(second, new Set([key]))
    else keys.add(key)
    this.#earliest = Math.min(this.#earliest, second)
  }

  /** Rows that are due at `nowMs`, those of earlier seconds first, so many at most. They stay until they are set anew. */
  due(nowMs: number, max: number): string[] {
    const keys: string[] = []
    if (secondOf(nowMs) < this.#earliest) return keys
    const seconds = [...this.#seconds.keys()]
      .filter(second => second <= secondOf(nowMs))
      .sort((a, b) => a - b)
    this.#earliest = seconds[0] ?? secondOf(nowMs) + 1
    for (const second of seconds) {
      for (const key of this.#seconds.get(second)!) {
        if (keys.length >= max) return keys
        if (this.#dueMs.get(key)! <= nowMs) keys.push(key)
      }
    }
    return keys
  }

  #remove(key: string, dueMs: number): void {
    this.#dueMs.delete(key)
    const second = secondOf(dueMs)
    const keys = this.#seconds.get(second)!
    keys.delete(key)
    if (keys.size === 0) this.#seconds.delete(second)
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / SECOND_MS)
}
