/**
 * Which start of its store every other peer was last met with. A data directory that is put back from an old copy has
 * forgotten promises that others rely on, and its peer must not vote again: it is found out because it says a start
 * that lies before one that is known, or a start of the same number that was another one.
 *
 * Being met does not wait for the disk. What a crash takes away is only needed if the other peer's directory is put
 * back in the same moment, and then every other peer that met it still knows.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { BOOT_NONCE_BYTES, PEER_BOOK_MAX } from '../constants.ts'
import { StoreRolledBackError } from '../errors.ts'
import type { Runtime } from '../runtime.ts'
import { bootKey, bootRange } from './keys.ts'
import type { Store, Write } from './store.ts'

/** A start of a store, as its peer says it. */
export interface Boot {
  readonly peer: string
  /** 16 hex digits. */
  readonly store: string
  readonly boot: number
}

interface Known {
  readonly key: Uint8Array
  readonly boot: number
  /** Of that start, hex. */
  readonly nonce: string
  /** When it was new to us, wall clock. */
  readonly sinceMs: number
}

export class KnownBoots {
  readonly #store: Store
  readonly #runtime: Runtime
  /** By peer and store; that which was new the longest ago first. */
  readonly #known = new Map<string, Known>()
  /** Differ from the disk's. */
  readonly #unwritten = new Map<string, Write>()
  #writing: Promise<void> | undefined

  /** Reads what the store has. */
  constructor(store: Store, runtime: Runtime) {
    this.#store = store
    this.#runtime = runtime
    const found = [...store.range(bootRange)].flatMap(([key, value]) => readKnown(key, value) ?? [])
    for (const known of found.sort((a, b) => a.sinceMs - b.sinceMs)) this.#known.set(hexOf(known.key), known)
  }

  /**
   * Remembers a start that is said to us, if it is newer than what is known.
   * @param nonces of that start and those before it, the newest first, BOOT_NONCE_BYTES each
   * @throws StoreRolledBackError the store is an old copy
   */
  admit({ peer, store, boot }: Boot, nonces: Uint8Array): void {
    const key = bootKey(peer, store)
    const name = hexOf(key)
    const known = this.#known.get(name)
    if (known !== undefined) {
      const starts = boot - known.boot
      const nonce = nonceAt(nonces, starts)
      if (starts < 0 || (nonce !== undefined && nonce !== known.nonce)) {
        throw new StoreRolledBackError(
          `The data directory of ${peer} is an old copy: it says start ${boot} of store ${store}, and start ${known.boot} is known. Start it with an empty directory`
        )
      }
      if (starts === 0) return
    }
    this.#known.delete(name)
    this.#set(name, { key, boot, nonce: nonceAt(nonces, 0)!, sinceMs: this.#runtime.clock.now() })
  }

  /** Resolves when everything known is on disk, or the disk has refused. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  #set(name: string, known: Known): void {
    this.#known.set(name, known)
    this.#unwritten.set(name, { key: known.key, value: writeKnown(known) })
    if (this.#known.size > PEER_BOOK_MAX) {
      const [oldest] = this.#known.keys()
      this.#unwritten.set(oldest!, { key: this.#known.get(oldest!)!.key, value: null })
      this.#known.delete(oldest!)
    }
    this.#writing ??= this.#write()
  }

  /** One write at a time, with everything that has come up meanwhile. */
  async #write(): Promise<void> {
    try {
      while (this.#unwritten.size > 0) {
        const writes = [...this.#unwritten.values()]
        this.#unwritten.clear()
        await this.#store.write(writes)
      }
    } catch (error) {
      // A disk that fails stops the peer through the store's other users.
      this.#runtime.log.error('what starts are known was not written', { error })
    } finally {
      this.#writing = undefined
    }
  }
}

/** Of the start so many before the newest one; undefined if that is not said. */
function nonceAt(nonces: Uint8Array, starts: number): string | undefined {
  const at = starts * BOOT_NONCE_BYTES
  return at >= 0 && at < nonces.byteLength ? hexOf(nonces.subarray(at, at + BOOT_NONCE_BYTES)) : undefined
}

const VALUE_BYTES = 8 + BOOT_NONCE_BYTES + 8

/** boot u64 | nonce | wall-clock ms u64. */
function writeKnown({ boot, nonce, sinceMs }: Known): Uint8Array {
  const value = new Uint8Array(VALUE_BYTES)
  const view = new DataView(value.buffer)
  view.setBigUint64(0, BigInt(boot))
  value.set(fromString(nonce, 'base16'), 8)
  view.setBigUint64(8 + BOOT_NONCE_BYTES, BigInt(Math.trunc(sinceMs)))
  return value
}

/** A record as it lies in a store; undefined of what cannot be read: it will be said again. */
export function readKnown(key: Uint8Array, value: Uint8Array): Known | undefined {
  if (value.byteLength !== VALUE_BYTES) return undefined
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  return {
    key,
    boot: Number(view.getBigUint64(0)),
    nonce: hexOf(value.subarray(8, 8 + BOOT_NONCE_BYTES)),
    sinceMs: Number(view.getBigUint64(8 + BOOT_NONCE_BYTES))
  }
}

function hexOf(bytes: Uint8Array): string {
  return bytesToString(bytes, 'base16')
}
