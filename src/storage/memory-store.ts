/**
 * The store in memory: for peers without a data directory, for tests, and for the simulator, which decides when a
 * write becomes durable and what a power cut leaves.
 */
import { compare } from 'uint8arrays/compare'
import { NotRunningError } from '../errors.ts'
import { checkKey, checkWrites, type Range, type Store, type Write } from './store.ts'

type Entry = readonly [key: Uint8Array, value: Uint8Array]

export interface MemoryStoreOptions {
  /** Writes are visible at once but durable, and acknowledged, only after `flush()`. @default false */
  readonly holdWrites?: boolean
}

interface Unflushed {
  readonly writes: readonly Write[]
  readonly resolve: () => void
}

export class MemoryStore implements Store {
  readonly #holdWrites: boolean
  readonly #visible = new SortedTable()
  readonly #durable = new SortedTable()
  #unflushed: Unflushed[] = []
  #end: 'closed' | 'crashed' | undefined

  constructor({ holdWrites = false }: MemoryStoreOptions = {}) {
    this.#holdWrites = holdWrites
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#assertOpen()
    checkKey(key)
    return this.#visible.get(key)?.slice()
  }

  range(range: Range): Iterable<Entry> {
    this.#assertOpen()
    return this.#scan(range)
  }

  *#scan({ start, end, limit = Number.POSITIVE_INFINITY }: Range): Iterable<Entry> {
    this.#assertOpen()
    for (const [key, value] of this.#visible.slice(start, end, limit)) {
      this.#assertOpen()
      yield [key.slice(), value.slice()]
    }
  }

  count({ start, end }: Range): number {
    this.#assertOpen()
    return this.#visible.count(start, end)
  }

  write(writes: readonly Write[]): Promise<void> {
    return new Promise(resolve => {
      this.#assertOpen()
      checkWrites(writes)
      const copies = writes.map(({ key, value }) => ({ key: key.slice(), value: value?.slice() ?? null }))
      this.#visible.apply(copies)
      this.#unflushed.push({ writes: copies, resolve })
      if (!this.#holdWrites) this.flush()
    })
  }

  async close(): Promise<void> {
    if (this.#end !== undefined) return
    this.flush()
    this.#end = 'closed'
  }

  /** Everything written so far becomes durable; the promises resolve in call order. */
  flush(): void {
    const flushed = this.#unflushed
    this.#unflushed = []
    for (const { writes, resolve } of flushed) {
      this.#durable.apply(writes)
      resolve()
    }
  }

  /**
   * A power cut: the store that the next start finds. This one refuses every call from now on, and promises that
   * are pending stay so. A disk may keep what it never acknowledged: `kept` unflushed writes, the oldest, survive.
   */
  crash(kept = 0): MemoryStore {
    this.#assertOpen()
    this.#end = 'crashed'
    const next = new MemoryStore({ holdWrites: this.#holdWrites })
    for (const { writes } of this.#unflushed.slice(0, kept)) this.#durable.apply(writes)
    next.#visible.copy(this.#durable)
    next.#durable.copy(this.#durable)
    return next
  }

  #assertOpen(): void {
    if (this.#end !== undefined) throw new NotRunningError(`The store has ${this.#end}`)
  }
}

/** Entries in key order. They are replaced, never changed, so a slice of them is a snapshot. */
class SortedTable {
  #entries: Entry[] = []

  get(key: Uint8Array): Uint8Array | undefined {
    const entry = this.#entries[this.#indexOf(key)]
    return entry !== undefined && compare(entry[0], key) === 0 ? entry[1] : undefined
  }

  slice(start: Uint8Array, end: Uint8Array, limit: number): readonly Entry[] {
    const from = this.#indexOf(start)
    return this.#entries.slice(from, Math.min(this.#indexOf(end), from + limit))
  }

  count(start: Uint8Array, end: Uint8Array): number {
    return Math.max(0, this.#indexOf(end) - this.#indexOf(start))
  }

  apply(writes: readonly Write[]): void {
    for (const { key, value } of writes) {
      const index = this.#indexOf(key)
      const entry = this.#entries[index]
      const present = entry !== undefined && compare(entry[0], key) === 0 ? 1 : 0
      if (value === null) this.#entries.splice(index, present)
      else this.#entries.splice(index, present, [key, value])
    }
  }

  copy(other: SortedTable): void {
    this.#entries = other.#entries.slice()
  }

  /** The index of the first entry whose key is not below `key`. */
  #indexOf(key: Uint8Array): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(this.#entries[middle]![0], key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
