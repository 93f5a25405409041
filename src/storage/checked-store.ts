/**
 * A store that finds damage out: every value carries a checksum over its key and itself, which is looked at each time
 * that it is read. So neither bits that turned, nor a value that stands at the place of another, is ever taken for what
 * was written. What a checksum cannot tell is that a value is old, or is not there any more.
 *
 * The checksum is CRC-32, the last four bytes of what is stored. It guards against accidents and not against anybody:
 * of damage at random it overlooks one in four thousand million.
 *
 * Damage is final, as a failed flush is (lmdb-store.ts): a disk that spoiled one value is not to be trusted with the
 * others, and what the peer promised may have been in it. After the first damaged value every call is refused, and
 * writes that are under way are not acknowledged any more.
 */
import { crc32 } from 'node:zlib'
import { StoreDamagedError } from '../errors.ts'
import { describeKey } from './keys.ts'
import { type Range, type Store, VALUE_BYTES_MAX, type Write } from './store.ts'

/** What the checksum adds to each value. */
const CHECKSUM_BYTES = 4
/** Bytes of a value, so that the store below has room for its checksum. */
export const CHECKED_VALUE_BYTES_MAX = VALUE_BYTES_MAX - CHECKSUM_BYTES

export interface CheckedStoreInit {
  /** Where the values are, for whoever reads the error. */
  readonly place: string
  /** Called once, when the first damaged value is found, before its reader goes on. */
  readonly onDamage: (error: StoreDamagedError) => void
}

export class CheckedStore implements Store {
  readonly #store: Store
  readonly #init: CheckedStoreInit
  #damage: StoreDamagedError | undefined

  constructor(store: Store, init: CheckedStoreInit) {
    this.#store = store
    this.#init = init
  }

  /** @throws StoreDamagedError */
  get(key: Uint8Array): Uint8Array | undefined {
    this.#assertSound()
    const stored = this.#store.get(key)
    return stored && this.#valueOf(key, stored)
  }

  /** @throws StoreDamagedError from here, or from the step of the iteration that met the damage */
  range(range: Range): Iterable<readonly [Uint8Array, Uint8Array]> {
    this.#assertSound()
    return this.#scan(this.#store.range(range))
  }

  *#scan(entries: Iterable<readonly [Uint8Array, Uint8Array]>): Iterable<readonly [Uint8Array, Uint8Array]> {
    for (const [key, stored] of entries) {
      this.#assertSound()
      yield [key, this.#valueOf(key, stored)]
    }
  }

  /** @throws StoreDamagedError */
  count(range: Range): number {
    this.#assertSound()
    return this.#store.count(range)
  }

  /** @throws StoreDamagedError before it is written, or afterwards: then these writes may be on disk, and are not to be relied upon */
  async write(writes: readonly Write[]): Promise<void> {
    this.#assertSound()
    await this.#store.write(writes.map(withChecksum))
    this.#assertSound()
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #valueOf(key: Uint8Array, stored: Uint8Array): Uint8Array {
    if (!isSound(key, stored)) throw this.#fail(key)
    return withoutChecksum(stored)
  }

  #assertSound(): void {
    if (this.#damage !== undefined) throw this.#damage
  }

  #fail(key: Uint8Array): StoreDamagedError {
    const { place, onDamage } = this.#init
    this.#damage = new StoreDamagedError(
      `${place}: ${describeKey(key)} is damaged: its checksum does not fit. The disk has changed what was written to it. Nothing of it is used any more: replace the disk, or at least remove the data directory, and start again as a new peer; the others of the ring make its copies anew`
    )
    onDamage(this.#damage)
    return this.#damage
  }
}

/** As it is stored. */
export function withChecksum(write: Write): Write {
  const { key, value } = write
  if (value === null) return write
  const { length } = value
  const stored = new Uint8Array(length + CHECKSUM_BYTES)
  const sum = checksum(key, value)
  stored.set(value)
  for (let at = 0; at < CHECKSUM_BYTES; at++) stored[length + at] = sum >>> (8 * at)
  return { key, value: stored }
}

/** The value, whether or not its checksum fits. */
export function withoutChecksum(stored: Uint8Array): Uint8Array {
  return stored.subarray(0, -CHECKSUM_BYTES)
}

/** The checksum of what is stored at `key` fits. */
export function isSound(key: Uint8Array, stored: Uint8Array): boolean {
  const length = stored.length - CHECKSUM_BYTES
  if (length < 0) return false
  const sum = checksum(key, withoutChecksum(stored))
  for (let at = 0; at < CHECKSUM_BYTES; at++)
    if (stored[length + at] !== ((sum >>> (8 * at)) & 0xff)) return false
  return true
}

function checksum(key: Uint8Array, value: Uint8Array): number {
  return crc32(value, crc32(key))
}
