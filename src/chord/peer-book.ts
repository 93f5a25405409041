/**
 * Every peer that this one ever met, and how to reach it. Peers that are down stay in it for a month of this peer's running: it
 * is what lets two halves of a cut ring, or a whole ring after a power cut, find each other again. While everything is switched
 * off nobody is forgotten, and however the wall clock jumps.
 *
 * Writing is behind by up to a second. What a crash takes away is heard again from the next peer that is met.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { PEER_BOOK_MAX } from '../constants.ts'
import type { Runtime, Timer } from '../runtime.ts'
import { peerKey, peerOfKey, peerRange } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Contact, Contacts } from './contact.ts'
import type { Peer } from './ring-node.ts'

export interface Acquaintance {
  readonly contact: Contact
  /** On the book's own clock, ms: the last direct contact; of a peer only heard of, when it was first heard of. */
  readonly seenAtMs: number
}

const WRITE_DELAY_MS = 1_000
const FORGET_AFTER_MS = 30 * 24 * 3_600_000
/** Being seen is only written down again after so long: nobody asks for more precision than forgetting needs. */
const SEEN_PRECISION_MS = 3_600_000

/** Others may still tell of a peer that left, until they know it too. */
const LEFT_DEAF_MS = 10_000

export class PeerBook implements Contacts {
  readonly #store: Store
  readonly #runtime: Runtime
  readonly #entries = new Map<Peer, Acquaintance>()
  /** Peers that left a moment ago: when, in monotonic ms. */
  readonly #leftAtMs = new Map<Peer, number>()
  /** Peers whose entry differs from the disk's. */
  readonly #unwritten = new Set<Peer>()
  /** The book's clock at the moment of the monotonic one when it was opened. It stands still while nobody runs. */
  readonly #openedAtMs: number
  readonly #openedMonotonicMs: number
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()

  /** Reads what the store has. */
  constructor(store: Store, runtime: Runtime) {
    this.#store = store
    this.#runtime = runtime
    for (const [key, value] of store.range(peerRange)) {
      const entry = readEntry(peerOfKey(key), value)
      if (entry !== undefined) this.#entries.set(entry.contact.peer, entry)
    }
    const seen = [...this.#entries.values()].map(({ seenAtMs }) => seenAtMs)
    this.#openedAtMs = seen.length === 0 ? runtime.clock.now() : Math.max(...seen)
    this.#openedMonotonicMs = runtime.clock.monotonic()
    this.#forgetOld()
  }

  peers(): Peer[] {
    return [...this.#entries.keys()]
  }

  get(peer: Peer): Acquaintance | undefined {
    return this.#entries.get(peer)
  }

  contactOf(peer: Peer): Contact | undefined {
    return this.#entries.get(peer)?.contact
  }

  /** Keeps a verified contact unless a newer one is known, or the peer left just now. */
  put(contact: Contact): void {
    if (this.#isLeaving(contact.peer)) return
    const known = this.#entries.get(contact.peer)
    if (known !== undefined && known.contact.sequence >= contact.sequence) return
    this.#set({ contact, seenAtMs: known?.seenAtMs ?? this.#now() })
    if (this.#entries.size > PEER_BOOK_MAX) this.#forgetOldest(contact.peer)
  }

  /** A peer that we spoke with just now. */
  seen(peer: Peer): void {
    const known = this.#entries.get(peer)
    const nowMs = this.#now()
    if (known !== undefined && nowMs - known.seenAtMs >= SEEN_PRECISION_MS)
      this.#set({ contact: known.contact, seenAtMs: nowMs })
  }

  /** A peer that left for good. */
  remove(peer: Peer): void {
    this.#leftAtMs.set(peer, this.#runtime.clock.monotonic())
    if (this.#leftAtMs.size > PEER_BOOK_MAX) this.#leftAtMs.clear()
    this.#forget(peer)
  }

  /** Resolves when everything said so far is on disk. @throws StorageError */
  async flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const writes: Write[] = [...this.#unwritten].map(peer => {
      const entry = this.#entries.get(peer)
      return { key: peerKey(peer), value: entry === undefined ? null : writeEntry(entry) }
    })
    this.#unwritten.clear()
    if (writes.length > 0) this.#writing = this.#store.write(writes)
    await this.#writing
  }

  /** The same for whoever goes on without it: a disk that fails stops the peer through the store's other users. */
  async writeIfPossible(): Promise<void> {
    try {
      await this.flush()
    } catch (error) {
      this.#runtime.log.error('the peer book was not written', { error })
    }
  }

  #forget(peer: Peer): void {
    if (this.#entries.delete(peer)) this.#writeLater(peer)
  }

  #isLeaving(peer: Peer): boolean {
    const leftAtMs = this.#leftAtMs.get(peer)
    if (leftAtMs === undefined) return false
    if (this.#runtime.clock.monotonic() - leftAtMs < LEFT_DEAF_MS) return true
    this.#leftAtMs.delete(peer)
    return false
  }

  #set(entry: Acquaintance): void {
    this.#entries.set(entry.contact.peer, entry)
    this.#writeLater(entry.contact.peer)
  }

  #writeLater(peer: Peer): void {
    this.#unwritten.add(peer)
    this.#timer ??= this.#runtime.clock.timer(WRITE_DELAY_MS, () => {
      this.#forgetOld()
      void this.writeIfPossible()
    })
  }

  #forgetOld(): void {
    const oldest = this.#now() - FORGET_AFTER_MS
    for (const [peer, { seenAtMs }] of this.#entries) if (seenAtMs < oldest) this.#forget(peer)
  }

  #now(): number {
    return this.#openedAtMs + this.#runtime.clock.monotonic() - this.#openedMonotonicMs
  }

  #forgetOldest(except: Peer): void {
    let oldest: Acquaintance | undefined
    for (const entry of this.#entries.values()) {
      if (entry.contact.peer !== except && entry.seenAtMs < (oldest?.seenAtMs ?? Number.POSITIVE_INFINITY)) {
        oldest = entry
      }
    }
    if (oldest !== undefined) this.#forget(oldest.contact.peer)
  }
}

/** JSON, with the sequence as a decimal string and the record as base64. */
function writeEntry({ contact, seenAtMs }: Acquaintance): Uint8Array {
  const { addresses, sequence, record } = contact
  return fromString(
    JSON.stringify({ addresses, sequence: `${sequence}`, record: bytesToString(record, 'base64'), seenAtMs })
  )
}

/** Undefined of an entry that cannot be read: it will be met again. */
function readEntry(peer: Peer, value: Uint8Array): Acquaintance | undefined {
  try {
    const { addresses, sequence, record, seenAtMs } = JSON.parse(bytesToString(value))
    if (!Array.isArray(addresses) || typeof seenAtMs !== 'number') return undefined
    return {
      contact: { peer, addresses, sequence: BigInt(sequence), record: fromString(record, 'base64') },
      seenAtMs
    }
  } catch {
    return undefined
  }
}
