/**
 * A disk of the simulation. It takes its time to flush, loses on a power cut what it had not acknowledged, or only the
 * end of it, can refuse, spoil what it has, be wiped, and be put back to an older image. What is durable on it can be
 * watched.
 */
import { NotRunningError, StorageError } from '../../src/errors.ts'
import type { Random } from '../../src/runtime.ts'
import { CheckedStore, withChecksum, withoutChecksum } from '../../src/storage/checked-store.ts'
import { slotStateKey } from '../../src/storage/keys.ts'
import { checkKey, checkWrites, type Range, type Store, type Write } from '../../src/storage/store.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface DiskOptions {
  readonly time: VirtualTime
  readonly random: Random
  /** A flush takes between these. @default [0.2, 2] */
  readonly flushMs?: readonly [min: number, max: number] | undefined
  /** What was written is seen by readers when it is durable only, as with LMDB; otherwise at once. @default false */
  readonly lateReads?: boolean | undefined
  /** These have just become durable, all at once. */
  readonly onDurable?: ((writes: readonly Write[]) => void) | undefined
  /** A flush was refused: the peer must stop. */
  readonly onFailure?: (() => void) | undefined
  /** Something was read that is not what was written: the peer must stop, and not start again with this disk. */
  readonly onDamage?: (() => void) | undefined
}

/** How a value is spoiled: a bit of it turns, it is cut short, or another value is found in its place. */
export const DAMAGES = ['flip', 'cut', 'misdirect'] as const

export interface Damage {
  readonly how: (typeof DAMAGES)[number]
  /** Which sort of values: states, entries, rows, what chord keeps… Each is as likely, however many values it has. */
  readonly sort: number
  /** Which value of that sort, and where in it. */
  readonly at: number
}

interface Unflushed {
  readonly writes: readonly Write[]
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Everything on a disk at one moment. */
export type DiskImage = SortedTable

export class SimulatedDisk {
  readonly #options: DiskOptions
  #durable = new SortedTable()
  #mounted: MountedStore | undefined
  #damaged: Entry | undefined
  flushMs: readonly [min: number, max: number]

  constructor(options: DiskOptions) {
    this.#options = options
    this.flushMs = options.flushMs ?? [0.2, 2]
  }

  /** The store of whoever starts now. `whenRunning`: acknowledgements wait for the machine. */
  mount(whenRunning: (work: () => void) => void = work => work()): Store {
    this.#mounted?.end('crashed')
    const { time, random, lateReads = false, onFailure, onDamage } = this.#options
    this.#mounted = new MountedStore(this.#durable, {
      lateReads,
      whenRunning,
      flushSoon: flush => {
        const [min, max] = this.flushMs
        time.timer(min + (max - min) * random.next(), flush)
      },
      onDurable: writes => this.#told(writes),
      onFailure: () => onFailure?.()
    })
    return new CheckedStore(this.#mounted, { place: 'the simulated disk', onDamage: () => onDamage?.() })
  }

  /**
   * A power cut: promises that are pending stay so, and calls are refused. `kept`, from 0 to 1, is the part of the
   * writes under way, oldest first, that reached the platter all the same.
   */
  crash(kept = 0): void {
    this.#mounted?.crash(kept)
    this.#mounted = undefined
  }

  /** The next flush fails, and so does everything after it. */
  refuse(): void {
    this.#mounted?.refuse()
  }

  /** There was no flush to refuse so far, and the next one is done. */
  relent(): void {
    this.#mounted?.relent()
  }

  /** Spoils one value; so far nobody has read it. False: there is nothing on the disk. */
  damage({ how, sort, at }: Damage): boolean {
    const sorts = new Map<string, Entry[]>()
    for (const entry of this.#durable.slice(new Uint8Array(), LAST)) {
      const sort = sortOf(entry[0])
      sorts.set(sort, [...(sorts.get(sort) ?? []), entry])
    }
    const chosen = [...sorts.values()][sort % sorts.size]
    if (chosen === undefined) return false
    const entry = chosen[at % chosen.length]!
    const other = chosen[(at + 1) % chosen.length]!
    const spoiled = how === 'misdirect' && other !== entry ? other[1] : spoil(entry[1], how, at)
    this.#damaged = [entry[0], spoiled]
    this.#mounted?.spoil(entry, spoiled)
    this.#durable.apply([{ key: entry[0], value: spoiled }])
    return true
  }

  /** What was spoiled is still there: nobody has written over it. */
  get isDamaged(): boolean {
    return this.#damaged !== undefined && this.#durable.get(this.#damaged[0])?.[1] === this.#damaged[1]
  }

  /** Writes what was there before anything started. */
  prepare(writes: readonly Write[]): void {
    const stored = writes.map(withChecksum)
    this.#durable.apply(stored)
    this.#told(stored)
  }

  image(): DiskImage {
    return this.#durable.copy()
  }

  emptyImage(): DiskImage {
    return new SortedTable()
  }

  /** Somebody puts an old copy in the place of what was there. Only while nothing is mounted. */
  restore(image: DiskImage): void {
    this.#durable = image.copy()
  }

  /** What a power cut now would leave. */
  durable(key: Uint8Array): Uint8Array | undefined {
    const stored = this.#durable.get(key)?.[1]
    return stored && withoutChecksum(stored)
  }

  durableRange({ start, end }: Range): readonly Entry[] {
    return this.#durable.slice(start, end).map(([key, stored]) => [key, withoutChecksum(stored)])
  }

  #told(writes: readonly Write[]): void {
    this.#options.onDurable?.(
      writes.map(({ key, value }) => ({ key, value: value && withoutChecksum(value) }))
    )
  }
}

interface Mount {
  readonly lateReads: boolean
  readonly whenRunning: (work: () => void) => void
  readonly flushSoon: (flush: () => void) => void
  readonly onDurable: (writes: readonly Write[]) => void
  readonly onFailure: () => void
}

class MountedStore implements Store {
  readonly #durable: SortedTable
  readonly #visible: SortedTable
  readonly #mount: Mount
  #waiting: Unflushed[] = []
  /** What the flush under way takes. */
  #flushing: Unflushed[] = []
  #refusing = false
  #end: string | undefined
  #closed: Promise<void> | undefined

  constructor(durable: SortedTable, mount: Mount) {
    this.#durable = durable
    this.#visible = mount.lateReads ? durable : durable.copy()
    this.#mount = mount
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#assertOpen()
    checkKey(key)
    return this.#visible.get(key)?.[1].slice()
  }

  range(range: Range): Iterable<Entry> {
    this.#assertOpen()
    return this.#scan(range)
  }

  *#scan({ start, end, limit }: Range): Iterable<Entry> {
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
    return new Promise((resolve, reject) => {
      this.#assertOpen()
      checkWrites(writes)
      const copies = writes.map(({ key, value }) => ({ key: key.slice(), value: value?.slice() ?? null }))
      if (!this.#mount.lateReads) this.#visible.apply(copies)
      this.#waiting.push({ writes: copies, resolve, reject })
      this.#flush()
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    if (this.#end !== undefined) return
    await this.write([])
    this.end('closed')
  }

  end(how: string): void {
    this.#end ??= how
  }

  crash(kept: number): void {
    const pending = [...this.#flushing, ...this.#waiting]
    this.end('crashed')
    for (const { writes } of pending.slice(0, Math.round(kept * pending.length))) this.#persist(writes)
  }

  refuse(): void {
    this.#refusing = true
  }

  relent(): void {
    this.#refusing = false
  }

  /** In the place of `entry`, if that is what readers still see. */
  spoil([key, stored]: Entry, spoiled: Uint8Array): void {
    if (this.#visible.get(key)?.[1] === stored) this.#visible.apply([{ key, value: spoiled }])
  }

  /** One flush at a time; what comes meanwhile goes with the next. */
  #flush(): void {
    if (this.#flushing.length > 0 || this.#waiting.length === 0) return
    this.#flushing = this.#waiting
    this.#waiting = []
    this.#mount.flushSoon(() => {
      if (this.#end !== undefined) return
      if (this.#refusing) this.#fail()
      else this.#flushed()
    })
  }

  #flushed(): void {
    const flushed = this.#flushing
    this.#flushing = []
    for (const { writes } of flushed) this.#persist(writes)
    this.#mount.whenRunning(() => {
      for (const { resolve } of flushed) resolve()
    })
    this.#flush()
  }

  #fail(): void {
    this.end('failed')
    const failed = [...this.#flushing, ...this.#waiting]
    this.#mount.whenRunning(() => {
      for (const { reject } of failed) reject(new StorageError('The simulated disk refused to flush'))
      this.#mount.onFailure()
    })
  }

  #persist(writes: readonly Write[]): void {
    this.#durable.apply(writes)
    this.#mount.onDurable(writes)
  }

  #assertOpen(): void {
    if (this.#end === 'failed') throw new StorageError('The simulated disk has failed')
    if (this.#end !== undefined) throw new NotRunningError(`The store has ${this.#end}`)
  }
}

type Entry = readonly [key: Uint8Array, value: Uint8Array]

/** Entries by key, as text whose order is that of the bytes. Entries are replaced, never changed. */
class SortedTable {
  #keys: string[]
  readonly #entries: Map<string, Entry>

  constructor(keys: string[] = [], entries = new Map<string, Entry>()) {
    this.#keys = keys
    this.#entries = entries
  }

  copy(): SortedTable {
    return new SortedTable([...this.#keys], new Map(this.#entries))
  }

  get(key: Uint8Array): Entry | undefined {
    return this.#entries.get(textOf(key))
  }

  slice(start: Uint8Array, end: Uint8Array, limit = Number.POSITIVE_INFINITY): readonly Entry[] {
    const from = this.#indexOf(textOf(start))
    const to = Math.min(this.#indexOf(textOf(end)), from + limit)
    return this.#keys.slice(from, to).map(key => this.#entries.get(key)!)
  }

  count(start: Uint8Array, end: Uint8Array): number {
    return Math.max(0, this.#indexOf(textOf(end)) - this.#indexOf(textOf(start)))
  }

  apply(writes: readonly Write[]): void {
    for (const { key, value } of writes) {
      const text = textOf(key)
      const present = this.#entries.has(text)
      if (value === null) {
        if (present) this.#keys.splice(this.#indexOf(text), 1)
        this.#entries.delete(text)
      } else {
        if (!present) this.#keys.splice(this.#indexOf(text), 0, text)
        this.#entries.set(text, [key, value])
      }
    }
  }

  /** The index of the first key that is not below `text`. */
  #indexOf(text: string): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! < text) low = middle + 1
      else high = middle
    }
    return low
  }
}

const LAST = Uint8Array.of(0xff)
const [SLOT_PREFIX] = slotStateKey(0)
/** Of a key of a slot: whether it is a state, an entry, a row… */
const KIND_AT = slotStateKey(0).length - 1

function sortOf(key: Uint8Array): string {
  return key[0] === SLOT_PREFIX ? `${key[0]} ${key[KIND_AT]}` : `${key[0]}`
}

function spoil(stored: Uint8Array, how: Damage['how'], at: number): Uint8Array {
  if (how === 'cut') return stored.slice(0, at % stored.length)
  const spoiled = stored.slice()
  spoiled[at % stored.length]! ^= 1 << (at % 8)
  return spoiled
}

/** One character for each byte. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
