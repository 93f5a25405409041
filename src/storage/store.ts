/**
 * The disk port: ordered byte keys, atomic batches, and one promise that means durable. `lmdb-store.ts` is the
 * real one, `memory-store.ts` the one of tests and simulator; test/contracts/store.ts holds both to what is said here.
 */

export type Write =
  | { readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly key: Uint8Array; readonly value: null }

/** Keys from `start` (included) to `end` (not included), in byte order. */
export interface Range {
  readonly start: Uint8Array
  readonly end: Uint8Array
  /** At most so many. @default no bound */
  readonly limit?: number
}

export interface Store {
  /** The value last written, or undefined. The caller owns the bytes. */
  get(key: Uint8Array): Uint8Array | undefined

  /**
   * Key and value in ascending byte order, as they were at one instant: what is written while somebody iterates
   * is not seen. Ends its read transaction when the iteration ends or is left with `break`.
   */
  range(range: Range): Iterable<readonly [key: Uint8Array, value: Uint8Array]>

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
