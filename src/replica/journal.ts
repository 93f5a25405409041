/**
 * What the replicas of a peer write, in batches: one for each turn, in order, each on disk only after all before it.
 * Messages wait here for the writes of their slot.
 */
import type { Slot } from '../ring/slot.ts'
import type { Clock, Timer } from '../runtime.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Envelope } from './effects.ts'
import type { LedgerMark } from './ledger.ts'
import { LAZY_WRITE_MS, STUCK_DISK_MS } from './timing.ts'

interface Batch {
  readonly sinceMs: number
  /** Slots with writes in it, and how far they are when it is on disk. */
  readonly marks: Map<Slot, LedgerMark>
  /** What may be said then. */
  readonly after: Envelope[]
  /** The same of what came while the disk was stuck: the newest of each type, of a slot to a peer. */
  readonly late: Map<string, Envelope>
}

interface Held {
  readonly slot: Slot
  readonly envelope: Envelope
}

export interface JournalInit {
  readonly markOf: (slot: Slot) => LedgerMark
  readonly onDurable: (marks: ReadonlyMap<Slot, LedgerMark>, envelopes: readonly Envelope[]) => void
  /** The disk refused: nothing that waits here may ever be said. */
  readonly onFailure: () => void
}

export class Journal {
  readonly #store: Store
  readonly #clock: Clock
  readonly #init: JournalInit
  /** In the order in which they were made. */
  #writes: Write[] = []
  #slots = new Set<Slot>()
  /** Those of the slots for whose writes messages wait, in this turn. */
  readonly #urgent = new Set<Slot>()
  #envelopes: Held[] = []
  /** Being written, oldest first. */
  readonly #batches: Batch[] = []
  /** By slot, the newest batch with writes of it. */
  readonly #newest = new Map<Slot, Batch>()
  #lazyTimer: Timer | undefined
  #last: Promise<void> = Promise.resolve()
  #failed = false

  constructor(store: Store, clock: Clock, init: JournalInit) {
    this.#store = store
    this.#clock = clock
    this.#init = init
  }

  /** What is not urgent joins the next write that is, or waits for its time. */
  add(slot: Slot, writes: readonly Write[], urgent: boolean): void {
    if (writes.length === 0) return
    for (const write of writes) this.#writes.push(write)
    this.#slots.add(slot)
    if (urgent) this.#urgent.add(slot)
    else this.#lazyTimer ??= this.#clock.timer(LAZY_WRITE_MS, () => this.#writeAll())
  }

  /** `envelope` leaves when everything that was added of `slot` so far is on disk. */
  after(slot: Slot, envelope: Envelope): void {
    this.#envelopes.push({ slot, envelope })
  }

  /** Gives out the envelopes that wait for nothing. */
  release(post: (envelope: Envelope) => void): void {
    const waiting: Held[] = []
    const { isStuck } = this
    for (const held of this.#envelopes) {
      if (this.#urgent.has(held.slot)) waiting.push(held)
      else {
        const batch = this.#newest.get(held.slot)
        if (batch === undefined) post(held.envelope)
        else if (!isStuck) batch.after.push(held.envelope)
        // Whoever is asked in vain is asked again, for as long as the disk hangs; and any message may be lost.
        else batch.late.set(kindOf(held), held.envelope)
      }
    }
    this.#envelopes = waiting
  }

  /** Writes what the turn added, if anything of it is urgent. */
  write(): void {
    if (this.#urgent.size > 0) this.#writeAll()
  }

  /** A batch has been under way for longer than STUCK_DISK_MS, or failed. */
  get isStuck(): boolean {
    const oldest = this.#batches[0]
    return this.#failed || (oldest !== undefined && this.#clock.monotonic() - oldest.sinceMs > STUCK_DISK_MS)
  }

  /** Resolves when everything added so far, lazy writes included, is on disk. @throws StorageError */
  settled(): Promise<void> {
    this.#writeAll()
    return this.#last
  }

  #writeAll(): void {
    this.#lazyTimer?.cancel()
    this.#lazyTimer = undefined
    if (this.#failed || this.#writes.length === 0) return
    const writes = this.#writes
    const slots = this.#slots
    const marks = new Map([...slots].map(slot => [slot, this.#init.markOf(slot)]))
    const batch: Batch = {
      sinceMs: this.#clock.monotonic(),
      marks,
      after: this.#envelopes.map(({ envelope }) => envelope),
      late: new Map()
    }
    for (const slot of slots) this.#newest.set(slot, batch)
    this.#batches.push(batch)
    this.#writes = []
    this.#slots = new Set()
    this.#urgent.clear()
    this.#envelopes = []
    this.#last = this.#store.write(writes)
    this.#last.then(
      () => this.#durable(batch),
      () => this.#fail()
    )
  }

  #durable(batch: Batch): void {
    this.#batches.shift()
    for (const slot of batch.marks.keys()) if (this.#newest.get(slot) === batch) this.#newest.delete(slot)
    if (!this.#failed) this.#init.onDurable(batch.marks, [...batch.after, ...batch.late.values()])
  }

  #fail(): void {
    if (this.#failed) return
    this.#failed = true
    this.#init.onFailure()
  }
}

function kindOf({ slot, envelope: { to, message } }: Held): string {
  return `${slot} ${message.type} ${to}`
}
