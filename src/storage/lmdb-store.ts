/**
 * The store on disk: one LMDB environment in one file, used by this process alone.
 *
 * What makes `write` durable. lmdb's `overlappingSync` is switched off, so a commit is LMDB's own: write the pages,
 * `fdatasync`, then write the meta page through a descriptor opened with O_DSYNC. Only after that does the promise
 * of `batch()` resolve, and whichever of the three steps fails, it rejects. With `overlappingSync` (lmdb's default)
 * the promise to wait for would be `db.flushed`, but that one never settles when the `fdatasync` fails, and lmdb
 * 3.5 takes a failed write of the flushed meta page for success: the write would be acknowledged and a power cut
 * would take it back. Flushing beside the next commit, which is what the option buys, is no faster here: commits
 * do not overlap, because of the group commit below.
 *
 * Group commit. One transaction is under way at a time. Calls that arrive meanwhile wait, and the next transaction
 * takes them together: one flush for all, in call order. A call is never split over two transactions.
 *
 * Failure is final. After the first error nothing is written any more: what the page cache holds after a failed
 * flush is unknown, and a second flush that succeeds would prove nothing.
 *
 * Size. The map is MAP_BYTES of address space, not of memory or disk; a file that grows beyond it is mapped anew by
 * lmdb with twice the size. The bound is the disk, and a full disk is a failure like every other.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { open, type RootDatabase, type RootDatabaseOptions } from 'lmdb'
import { compare } from 'uint8arrays/compare'
import { NotRunningError, StorageError } from '../errors.ts'
import { checkKey, checkWrites, type Range, type Store, type Write } from './store.ts'

const MAP_BYTES = 16 * 1024 ** 3
/** Bytes that calls are grouped up to: more would delay the first of them and win nothing, the flush is paid for. */
const GROUP_BYTES_MAX = 4 * 1024 * 1024
/** How LMDB's meta pages begin, in 32-bit words: page header, magic, version, address, map size, page size. */
const META_WORDS = 13
const META_MAGIC = 0xbeefc0de
const META_VERSION = 2
/** The file holds the peer's private key. */
const FILE_MODE = 0o600

export interface LmdbStoreOptions {
  /** Called once, when the disk first refuses something; the store refuses every call from then on. */
  readonly onFailure: (error: StorageError) => void
  /** Only look, also beside the process that uses the file: LMDB's readers and its writer keep out of each other's way. @default false */
  readonly readOnly?: boolean | undefined
}

interface Call {
  readonly writes: readonly Write[]
  readonly bytes: number
  readonly resolve: () => void
  readonly reject: (error: StorageError) => void
}

type Scan = Iterator<{ key: Uint8Array; value: Uint8Array }>

export class LmdbStore implements Store {
  readonly #file: string
  readonly #onFailure: (error: StorageError) => void
  readonly #db: RootDatabase<Uint8Array, Uint8Array>
  /** Calls that the next transaction will take; as long as their callers, each waiting for its own, let it become. */
  #waiting: Call[] = []
  #committing: Promise<void> | undefined
  readonly #scans = new Set<Scan>()
  #failure: StorageError | undefined
  #closing: Promise<void> | undefined

  /** Opens `file`, or makes it with mode 0600; its folder must exist. @throws Error `file` cannot be used: why */
  constructor(file: string, { onFailure, readOnly = false }: LmdbStoreOptions) {
    checkMetaPages(file)
    const options: RootDatabaseOptions & { permissionsMode: number } = {
      noSubdir: true,
      permissionsMode: FILE_MODE,
      keyEncoding: 'binary',
      encoding: 'binary',
      overlappingSync: false,
      mapSize: MAP_BYTES,
      readOnly
    }
    this.#file = file
    this.#onFailure = onFailure
    this.#db = open(file, options)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#assertUsable()
    checkKey(key)
    const value = this.#read(() => this.#db.getBinary(key))
    return value && plain(value)
  }

  range(range: Range): Iterable<readonly [Uint8Array, Uint8Array]> {
    this.#assertUsable()
    return compare(range.start, range.end) < 0 ? this.#scan(range) : []
  }

  /** Each scan reads in a transaction of its own snapshot, from its first step until it is done or left. */
  *#scan({
    start,
    end,
    limit = Number.POSITIVE_INFINITY
  }: Range): Iterable<readonly [Uint8Array, Uint8Array]> {
    this.#assertUsable()
    const scan = this.#read(() => this.#db.getRange({ start, end, limit })[Symbol.iterator]()) as Scan
    this.#scans.add(scan)
    try {
      for (;;) {
        this.#assertUsable()
        const { done, value: entry } = this.#read(() => scan.next())
        if (done) return
        yield [plain(entry.key), plain(entry.value)]
      }
    } finally {
      this.#end(scan)
    }
  }

  count({ start, end }: Range): number {
    this.#assertUsable()
    return compare(start, end) < 0 ? this.#read(() => this.#db.getKeysCount({ start, end })) : 0
  }

  write(writes: readonly Write[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#assertUsable()
      checkWrites(writes)
      let bytes = 0
      for (const { key, value } of writes) bytes += key.length + (value?.length ?? 0)
      this.#waiting.push({ writes, bytes, resolve, reject })
      this.#committing ??= Promise.resolve().then(() => this.#commitWaiting())
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // A read transaction that outlived its environment would be read from unmapped memory.
    for (const scan of this.#scans) this.#end(scan)
    await this.#committing
    await this.#db.close()
  }

  /** Commits group after group until nobody waits. Never rejects. */
  async #commitWaiting(): Promise<void> {
    while (this.#waiting.length > 0 && this.#failure === undefined) {
      const group = this.#takeGroup()
      try {
        await this.#commit(group)
        for (const call of group) call.resolve()
      } catch (error) {
        // lmdb's own error says only that there is a second one; the reason is in the promise that comes with it.
        const reason: unknown = (error as { commitError?: Promise<never> }).commitError
        const cause = await Promise.resolve(reason ?? error).catch(rejection => rejection)
        this.#fail(cause, group)
      }
    }
    this.#committing = undefined
  }

  #takeGroup(): Call[] {
    let count = 0
    let bytes = 0
    for (const call of this.#waiting) {
      if (count > 0 && bytes + call.bytes > GROUP_BYTES_MAX) break
      bytes += call.bytes
      count++
    }
    return this.#waiting.splice(0, count)
  }

  /**
   * One transaction for the whole group: `batch()` brackets its operations, and lmdb's writer neither commits nor
   * yields between the brackets unless a synchronous transaction interrupts it, of which there are none here. An
   * operation that fails aborts the transaction.
   */
  async #commit(group: readonly Call[]): Promise<void> {
    await this.#db.batch(() => {
      for (const { writes } of group) {
        for (const { key, value } of writes) {
          if (value === null) this.#db.remove(key)
          else this.#db.put(key, value)
        }
      }
    })
  }

  #read<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.#fail(error)
    }
  }

  #end(scan: Scan): void {
    if (this.#scans.delete(scan)) scan.return?.()
  }

  #assertUsable(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#closing !== undefined) throw new NotRunningError(`The store ${this.#file} is closed`)
  }

  /** Makes the failure final, refuses all calls and tells the owner, who hears of it before any caller goes on. */
  #fail(cause: unknown, failed: readonly Call[] = []): StorageError {
    const first = this.#failure === undefined
    const reason = cause instanceof Error ? cause.message : String(cause)
    this.#failure ??= new StorageError(
      `${this.#file}: ${reason}. Nothing more is written: see to the disk, then start the peer again`,
      { cause }
    )
    for (const call of [...failed, ...this.#waiting.splice(0)]) call.reject(this.#failure)
    if (first) this.#onFailure(this.#failure)
    return this.#failure
  }
}

/** lmdb hands out Buffers, whose `slice` shares memory where every other Uint8Array's copies. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * lmdb 3.5 ends the process when it opens what is not an LMDB file, so its first two pages, the meta pages, are looked
 * at before. The numbers are in this machine's byte order, as LMDB wrote them.
 */
function checkMetaPages(file: string): void {
  if (!existsSync(file)) return
  const descriptor = openSync(file, 'r')
  const metaPage = (offset: number) => {
    const words = new Uint32Array(META_WORDS)
    const bytes = readSync(descriptor, words, 0, words.byteLength, offset)
    return { bytes, magic: words[6], version: words[7], pageBytes: words[12]! }
  }
  try {
    const first = metaPage(0)
    if (first.bytes === 0) return // an empty file is how LMDB begins
    const second = metaPage(first.pageBytes)
    if ([first, second].some(page => page.magic !== META_MAGIC || page.version !== META_VERSION)) {
      throw new Error('its first pages are not those of an LMDB file')
    }
  } finally {
    closeSync(descriptor)
  }
}
