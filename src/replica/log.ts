/**
 * The log of one replica: entries without a gap from `start` (not included: it and what was before are only in the
 * table) to `last`. The newest that this process wrote are in memory too, the others are read from the store.
 */
import { assert, StorageError } from '../errors.ts'
import type { Slot } from '../ring/slot.ts'
import { logKey, logRange } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import { BEFORE_FIRST, decodeEntry, type Entry, type EntryId, encodeEntry } from './entry.ts'

/** Durable entries that stay in memory, and their bytes. */
const TAIL_ENTRIES = 256
const TAIL_BYTES = 64 * 1024
const NOTHING = new Uint8Array()

/** Entries from `from` on are of `epoch`, until the next run. */
interface Run {
  readonly epoch: number
  readonly from: number
}

export class Log {
  readonly #slot: Slot
  readonly #store: Store
  #start: Entry
  #runs: Run[] = []
  /** The newest entries, at least those that may not be durable yet. */
  #tail: Entry[] = []
  #tailBytes = 0
  #last: EntryId
  #lastTimeMs: number
  #durable = 0

  /**
   * As the disk has it. `isGoing`: what is left there is being deleted, from its beginning on, and counts for nothing.
   */
  constructor(slot: Slot, store: Store, { isGoing = false } = {}) {
    this.#slot = slot
    this.#store = store
    this.#start = emptyEntry(BEFORE_FIRST, 0)
    this.#last = this.#start
    this.#lastTimeMs = 0
    if (!isGoing) this.#load()
  }

  /**
   * A peer has logs of hundreds of slots, thousands of entries each: none is read but its last one, and those that tell where
   * epochs begin. That there is no gap is counted. @throws StorageError there is one
   */
  #load(): void {
    const start = this.#store.get(logKey(this.#slot, 0))
    if (start !== undefined) this.#restart(decodeEntry(start))
    const first = this.#start.sequence + 1
    const count = this.#store.count(logRange(this.#slot, 1))
    if (count === 0) return
    const last = this.#stored(this.#start.sequence + count)
    if (this.#store.count(logRange(this.#slot, first, last.sequence)) !== count) throw this.#gap(first)
    for (let from = first; from <= last.sequence; ) {
      const { epoch } = this.#stored(from)
      this.#runs.push({ epoch, from })
      from = epoch === last.epoch ? last.sequence + 1 : this.#endOf(epoch, from, last.sequence)
    }
    this.#last = { epoch: last.epoch, sequence: last.sequence }
    this.#lastTimeMs = last.timeMs
    this.#durable = last.sequence
  }

  /** The first entry of a later epoch: one is between `from`, which is of `epoch`, and `to`, which is not. Epochs never sink. */
  #endOf(epoch: number, from: number, to: number): number {
    let [low, high] = [from, to]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#stored(middle).epoch === epoch) low = middle
      else high = middle
    }
    return high
  }

  #stored(sequence: number): Entry {
    const value = this.#store.get(logKey(this.#slot, sequence))
    const entry = value && decodeEntry(value)
    if (entry?.sequence !== sequence) throw this.#gap(sequence)
    return entry
  }

  #gap(sequence: number): StorageError {
    return new StorageError(`The log of slot ${this.#slot} has a gap at or after entry ${sequence}`)
  }

  /** The last entry that is gone from the log: everything after it is here. */
  get start(): EntryId {
    return this.#start
  }

  get last(): EntryId {
    return this.#last
  }

  /** Log time of the last entry. */
  get lastTimeMs(): number {
    return this.#lastTimeMs
  }

  /** The epoch of an entry from `start` to `last`; undefined of others. */
  epochAt(sequence: number): number | undefined {
    if (sequence < this.#start.sequence || sequence > this.#last.sequence) return undefined
    const run = this.#runs.findLast(({ from }) => from <= sequence)
    return run === undefined ? this.#start.epoch : run.epoch
  }

  has({ epoch, sequence }: EntryId): boolean {
    return this.epochAt(sequence) === epoch
  }

  /** Up to `sequence` everything is on disk: memory need not hold it any more. */
  durable(sequence: number): void {
    this.#durable = Math.max(this.#durable, Math.min(sequence, this.#last.sequence))
    if (this.#tail.length <= 2 * TAIL_ENTRIES && this.#tailBytes <= 2 * TAIL_BYTES) return
    const durable = this.#durable - (this.#last.sequence - this.#tail.length)
    let spare = 0
    while (spare < durable && (this.#tail.length - spare > TAIL_ENTRIES || this.#tailBytes > TAIL_BYTES)) {
      this.#tailBytes -= bytesOf(this.#tail[spare++]!)
    }
    this.#tail.splice(0, spare)
  }

  /** Entries after `sequence`, at least one if there is one, in order, up to so many bytes. `sequence` is not below `start`. */
  after(sequence: number, bytesMax: number, to = this.#last.sequence): Entry[] {
    assert(sequence >= this.#start.sequence, `entry ${sequence + 1} of slot ${this.#slot} is compacted`)
    const entries: Entry[] = []
    let bytes = 0
    for (const entry of this.#from(sequence + 1, to)) {
      bytes += bytesOf(entry)
      if (entries.length > 0 && bytes > bytesMax) break
      entries.push(entry)
    }
    return entries
  }

  /** Puts entries at the end. They continue the log. */
  append(entries: readonly Entry[]): Write[] {
    return entries.map(entry => {
      assert(
        entry.sequence === this.#last.sequence + 1 && entry.epoch >= this.#last.epoch,
        `entry ${entry.epoch}.${entry.sequence} does not follow ${this.#last.epoch}.${this.#last.sequence} of slot ${this.#slot}`
      )
      const value = encodeEntry(entry)
      // The entry stays for long. What it was made of are views of more: of a message with entries of other slots, of Node's pool.
      this.#push(decodeEntry(value))
      return { key: logKey(this.#slot, entry.sequence), value }
    })
  }

  /** Takes away the entries after `sequence`. */
  truncate(sequence: number): Write[] {
    const { sequence: end } = this.#last
    if (sequence >= end) return []
    const epoch = this.epochAt(sequence)
    assert(epoch !== undefined, `slot ${this.#slot} cannot be cut at ${sequence}`)
    const [kept] = sequence === this.#start.sequence ? [this.#start] : this.after(sequence - 1, 0, sequence)
    this.#last = { epoch, sequence }
    this.#lastTimeMs = kept!.timeMs
    this.#durable = Math.min(this.#durable, sequence)
    this.#runs = this.#runs.filter(({ from }) => from <= sequence)
    this.#keepTail(entry => entry.sequence <= sequence)
    return deletions(this.#slot, sequence + 1, end)
  }

  /** Forgets the entries up to `sequence`, which the table has. */
  compact(sequence: number): Write[] {
    const { sequence: from } = this.#start
    if (sequence <= from) return []
    const [entry] = this.after(sequence - 1, 0, sequence)
    this.#start = emptyEntry(entry!, entry!.timeMs)
    const covering = this.#runs.findLast(run => run.from <= sequence + 1)
    this.#runs = this.#runs.filter(run => run === covering || run.from > sequence)
    this.#keepTail(kept => kept.sequence > sequence)
    return [...deletions(this.#slot, from + 1, sequence), this.#startWrite()]
  }

  /** Begins anew behind `id`, with nothing in it. */
  reset(id: EntryId, timeMs: number): Write[] {
    const writes = deletions(this.#slot, this.#start.sequence + 1, this.#last.sequence)
    this.#restart(emptyEntry(id, timeMs))
    this.#durable = id.sequence
    return [...writes, this.#startWrite()]
  }

  #restart(start: Entry): void {
    this.#start = start
    this.#last = { epoch: start.epoch, sequence: start.sequence }
    this.#lastTimeMs = start.timeMs
    this.#runs = []
    this.#keepTail(() => false)
  }

  #push(entry: Entry): void {
    if (this.#runs.at(-1)?.epoch !== entry.epoch)
      this.#runs.push({ epoch: entry.epoch, from: entry.sequence })
    this.#tail.push(entry)
    this.#tailBytes += bytesOf(entry)
    this.#last = { epoch: entry.epoch, sequence: entry.sequence }
    this.#lastTimeMs = entry.timeMs
  }

  #keepTail(isKept: (entry: Entry) => boolean): void {
    this.#tail = this.#tail.filter(isKept)
    this.#tailBytes = this.#tail.reduce((bytes, entry) => bytes + bytesOf(entry), 0)
  }

  *#from(sequence: number, to: number): Iterable<Entry> {
    const inMemory = this.#last.sequence - this.#tail.length + 1
    if (sequence < inMemory) {
      const range = logRange(this.#slot, sequence, Math.min(to, inMemory - 1))
      for (const [, value] of this.#store.range(range)) yield decodeEntry(value)
    }
    for (let at = Math.max(sequence, inMemory); at <= to; at++) yield this.#tail[at - inMemory]!
  }

  #startWrite(): Write {
    return { key: logKey(this.#slot, 0), value: encodeEntry(this.#start) }
  }
}

function bytesOf({ key, payload }: Entry): number {
  return key.byteLength + payload.byteLength
}

function emptyEntry({ epoch, sequence }: EntryId, timeMs: number): Entry {
  return { epoch, sequence, timeMs, key: NOTHING, payload: NOTHING }
}

function deletions(slot: Slot, from: number, to: number): Write[] {
  const writes: Write[] = []
  for (let sequence = from; sequence <= to; sequence++)
    writes.push({ key: logKey(slot, sequence), value: null })
  return writes
}
