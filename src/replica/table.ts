/**
 * The rows of a slot as its committed entries made them: what is read is read here, and nothing uncommitted ever is.
 * Rows go to disk lazily, together with how far the table has come; until they are there they are kept in memory.
 */

import type { Slot } from '../ring/slot.ts'
import { appliedKey, rowRange, stagedKey } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import { type Applied, decodeApplied, encodeApplied, NOTHING_APPLIED } from './applied.ts'
import type { Entry } from './entry.ts'
import type { SlotMachine } from './slot-machine.ts'

/** A row that the disk may not have yet. */
interface Fresh {
  readonly row: Uint8Array | null
  readonly sequence: number
}

type Machine = Pick<SlotMachine<never, unknown>, 'apply' | 'isLive' | 'isForgettable'>

export class Table {
  readonly #slot: Slot
  readonly #store: Store
  readonly #machine: Machine
  readonly #fresh = new Map<string, Fresh>()
  #applied: Applied
  #durable: number
  /** The snapshot that the disk may not have put in the place of the rows yet: how far it goes. */
  #switching: number | undefined

  /** As the disk has it. */
  constructor(slot: Slot, store: Store, machine: Machine) {
    this.#slot = slot
    this.#store = store
    this.#machine = machine
    const applied = store.get(appliedKey(slot))
    this.#applied = applied === undefined ? NOTHING_APPLIED : decodeApplied(applied)
    this.#durable = this.#applied.sequence
  }

  /** The last entry that the table has. */
  get applied(): Applied {
    return this.#applied
  }

  /** The last entry whose row is certainly on disk, together with all before. */
  get durableSequence(): number {
    return this.#durable
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const fresh = this.#fresh.get(textOf(key))
    if (fresh !== undefined) return fresh.row ?? undefined
    return this.#switching === undefined ? this.#store.get(key) : this.#whileSwitching(key, this.#switching)
  }

  /** What an entry does to a row that is `row` so far. The same on every replica. */
  after(row: Uint8Array | undefined, { epoch, sequence, timeMs, payload }: Entry): Uint8Array | null {
    const { apply, isLive, isForgettable } = this.#machine
    if (payload.byteLength > 0) {
      return apply(row, payload, { version: `${epoch}.${sequence}`, logTimeMs: timeMs })
    }
    return row === undefined || (!isLive(row) && isForgettable(row, timeMs)) ? null : row
  }

  /** Takes in the next committed entry. `known`: the row after it, where somebody has worked it out already. */
  apply(entry: Entry, known?: Uint8Array | null): Write {
    const before = this.get(entry.key)
    const row = known === undefined ? this.after(before, entry) : known
    const { epoch, sequence, timeMs } = entry
    const { live, remembered } = this.#applied
    this.#applied = {
      epoch,
      sequence,
      logTimeMs: timeMs,
      live: live + this.#isLive(row) - this.#isLive(before),
      remembered: remembered + this.#isRemembered(row) - this.#isRemembered(before)
    }
    this.#fresh.set(textOf(entry.key), { row, sequence })
    return { key: entry.key, value: row }
  }

  appliedWrite(): Write {
    return { key: appliedKey(this.#slot), value: encodeApplied(this.#applied) }
  }

  /** The rows that entries up to `sequence` made are on disk. */
  durable(sequence: number): void {
    this.#durable = Math.max(this.#durable, sequence)
    for (const [key, fresh] of this.#fresh) if (fresh.sequence <= sequence) this.#fresh.delete(key)
  }

  /** Rows that are not on disk yet. */
  get freshRows(): number {
    return this.#fresh.size
  }

  /** The rows of a snapshot, which are on disk beside the present ones, take their place with the next write. */
  replaced(applied: Applied): void {
    this.#fresh.clear()
    this.#applied = applied
    this.#durable = applied.sequence
    this.#switching = applied.sequence
  }

  /** Nothing is left of the table on disk. */
  cleared(): void {
    this.#fresh.clear()
    this.#applied = NOTHING_APPLIED
    this.#durable = NOTHING_APPLIED.sequence
    this.#switching = undefined
  }

  /** Keys of rows that may be forgotten, so many at most. */
  forgettable(logTimeMs: number, max: number): Uint8Array[] {
    const keys: Uint8Array[] = []
    if (this.#applied.remembered === 0 || max <= 0) return keys
    for (const [key] of this.#store.range(rowRange(this.#slot))) {
      const row = this.get(key)
      if (row === undefined || this.#machine.isLive(row) || !this.#machine.isForgettable(row, logTimeMs))
        continue
      keys.push(key)
      if (keys.length >= max) break
    }
    return keys
  }

  /**
   * A write is seen by readers when it is committed. Until then the rows of the snapshot are where they were staged, and
   * what is in their place is the table of before. They are read first: the switch may happen between the two reads.
   */
  #whileSwitching(key: Uint8Array, sequence: number): Uint8Array | undefined {
    const staged = this.#store.get(stagedKey(key))
    const applied = this.#store.get(appliedKey(this.#slot))
    if (applied === undefined || decodeApplied(applied).sequence < sequence) return staged
    this.#switching = undefined
    return this.#store.get(key)
  }

  #isLive(row: Uint8Array | null | undefined): number {
    return row != null && this.#machine.isLive(row) ? 1 : 0
  }

  #isRemembered(row: Uint8Array | null | undefined): number {
    return row != null && !this.#machine.isLive(row) ? 1 : 0
  }
}

/** A key as a map takes it. */
export function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
