/**
 * The disk port: ordered byte keys, atomic batches, and one promise that means durable. `lmdb-store.ts` is the
 * real one, `memory-store.ts` the one of tests and simulator; test/contracts/store.ts holds both to what is said here.
 */
import { assert } from '../errors.ts'

/** Bytes of a key: what LMDB takes with its 4 KiB pages. There is no empty key. */
export const KEY_BYTES_MAX = 1978
/** Bytes of a value: a user with the largest profile fits many times; a value is flushed and sent in one piece. */
export const VALUE_BYTES_MAX = 1024 * 1024

/** `value: null` deletes. The store reads the bytes until its promise settles: do not change them before. */
export type Write =
  | { readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly key: Uint8Array; readonly value: null }

/** Keys from `start` (included; empty: the first) to `end` (not included), in byte order. */
export interface Range {
  readonly start: Uint8Array
  readonly end: Uint8Array
  /** At most so many. @default no bound */
  readonly limit?: number
}

/** Bytes. */
export interface DiskSpace {
  /** Of the store's file, which does not shrink. */
  readonly file: number
  /** What the disk still takes from this process. */
  readonly free: number
}

export interface Store {
  /** The value last written, or undefined. The caller owns the bytes. */
  get(key: Uint8Array): Uint8Array | undefined

  /**
   * Key and value in ascending byte order, as they were when the iteration began: what is written while somebody
   * iterates is not seen. Ends its read transaction when the iteration ends or is left with `break`.
   */
  range(range: Range): Iterable<readonly [key: Uint8Array, value: Uint8Array]>

  /** How many keys there are, without reading what is stored at them: thousands in the time of one `get` or two. */
  count(range: Omit<Range, 'limit'>): number

  /**
   * Applies all of `writes` (`value: null` deletes) or none of them, in call order with respect to other calls.
   * They become visible to `get` and `range` no later than the promise resolves, and **when it resolves they are
   * durable**: a power cut does not take them back. Many calls under way at once share one flush (group commit).
   *
   * @throws StorageError the disk refused; nothing may be assumed about these writes and the store refuses every
   * later call: the peer must stop (a flush that failed is never tried again).
   */
  write(writes: readonly Write[]): Promise<void>

  /** Waits for what is under way, then gives the files free. Further calls throw. Closing twice is allowed. */
  close(): Promise<void>
}

/** A key that no store can hold is a defect of the caller, found before anything is written. @throws InternalError */
export function checkKey(key: Uint8Array): void {
  assert(
    key.length > 0 && key.length <= KEY_BYTES_MAX,
    `A key has ${key.length} bytes; 1 to ${KEY_BYTES_MAX} are allowed`
  )
}

/** {@link checkKey} and the bound of the value, for each of `writes`. @throws InternalError */
export function checkWrites(writes: readonly Write[]): void {
  for (const { key, value } of writes) {
    checkKey(key)
    const length = value?.length ?? 0
    assert(length <= VALUE_BYTES_MAX, `A value has ${length} bytes; at most ${VALUE_BYTES_MAX} are allowed`)
  }
}
