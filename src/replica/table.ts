/**
 * The rows of a slot as its committed entries made them: what is read is read here, and nothing uncommitted ever is.
 * Rows go to disk lazily, together with how far the table has come; until they are there they are kept in memory.
 */

import type { Slot } from '../ring/slot.ts'
import { appliedKey, rowRange, stagedKey } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import { Agenda } from './agenda.ts'
import { type Applied, decodeApplied, encodeApplied, NOTHING_APPLIED } from './applied.ts'
import type { Entry } from './entry.ts'
import type { Row, SlotMachine } from './slot-machine.ts'

/** A row that the disk may not have yet. */
interface Fresh {
  readonly row: Uint8Array | null
  readonly sequence: number
}

type Machine = Pick<SlotMachine<never, unknown>, 'apply' | 'isLive' | 'dueMs'>

export class Table {
  readonly #slot: Slot
  readonly #store: Store
  readonly #machine: Machine
  readonly #fresh = new Map<string, Fresh>()
  #applied: Applied
  #durable: number
  /** The snapshot that the disk may not have put in the place of the rows yet: how far it goes. */
  #switching: number | undefined
  /** Made when it is first asked for. */
  #agenda: Agenda | undefined

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
    return this.#switching === undefined ? this.#store.get(key) : this.#whileSwitching(key)
  }

  /** What an entry does to a row that is `row` so far. The same on every replica. */
  after(row: Uint8Array | undefined, { epoch, sequence, timeMs, payload }: Entry): Uint8Array | null {
    const { apply, isLive } = this.#machine
    if (payload.byteLength > 0) {
      return apply(row, payload, { version: `${epoch}.${sequence}`, logTimeMs: timeMs })
    }
    if (row === undefined) return null
    return !isLive(row) && (this.#dueMs(row) ?? Number.POSITIVE_INFINITY) <= timeMs ? null : row
  }

  /** Takes in the next committed entry. `known`: the row after it, where somebody has worked it out already. */
  apply(entry: Entry, known?: Uint8Array | null): Write {
    const before = this.get(entry.key)
    const row = known === undefined ? this.after(before, entry) : known
    const { epoch, sequence, timeMs } = entry
    const { live, due } = this.#applied
    const dueMs = this.#dueMs(row)
    this.#applied = {
      epoch,
      sequence,
      logTimeMs: timeMs,
      live: live + this.#isLive(row) - this.#isLive(before),
      due: due + Number(dueMs !== undefined) - Number(this.#dueMs(before) !== undefined)
    }
    this.#fresh.set(textOf(entry.key), { row, sequence })
    this.#agenda?.set(textOf(entry.key), dueMs)
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
    this.#agenda = undefined
  }

  /** Nothing is left of the table on disk. */
  cleared(): void {
    this.#fresh.clear()
    this.#applied = NOTHING_APPLIED
    this.#durable = NOTHING_APPLIED.sequence
    this.#switching = undefined
    this.#agenda = undefined
  }

  /** Rows after `after`, in key order; undefined for the moments in which a snapshot is switched. */
  rows(after?: Uint8Array): Iterable<Row> | undefined {
    return this.#isSwitching() ? undefined : this.#merged(after)
  }

  *#merged(after: Uint8Array | undefined): Iterable<Row> {
    const from = after === undefined ? '' : textOf(after)
    // Keys as texts have the order of their bytes.
    const fresh = [...this.#fresh].filter(([key]) => key > from).sort(([a], [b]) => (a < b ? -1 : 1))
    let next = 0
    const before = function* (key: string | undefined): Iterable<Row> {
      for (; next < fresh.length && (key === undefined || fresh[next]![0] < key); next++) {
        const [text, { row }] = fresh[next]!
        if (row !== null) yield [Buffer.from(text, 'latin1'), row]
      }
    }
    const { start, end } = rowRange(this.#slot)
    for (const [key, row] of this.#store.range({ start: after ?? start, end })) {
      const text = textOf(key)
      if (text === from) continue
      yield* before(text)
      if (fresh[next]?.[0] !== text) yield [key, row]
      else if (fresh[next++]![1].row !== null) yield [key, fresh[next - 1]![1].row!]
    }
    yield* before(undefined)
  }

  /** Or else all rows have to be read once: of many slots that is too much at a time. */
  get knowsDue(): boolean {
    return this.#applied.due === 0 || this.#agenda !== undefined
  }

  /** Keys of rows that are due at that log time, so many at most. */
  dueKeys(logTimeMs: number, max: number): Uint8Array[] {
    // While a snapshot is switched the rows on disk are not all those of the table.
    if (this.#applied.due === 0 || max <= 0 || this.#isSwitching()) return []
    this.#agenda ??= this.#makeAgenda()
    return this.#agenda.due(logTimeMs, max).map(key => Buffer.from(key, 'latin1'))
  }

  #makeAgenda(): Agenda {
    const agenda = new Agenda()
    for (const [key, row] of this.#store.range(rowRange(this.#slot)))
      agenda.set(textOf(key), this.#dueMs(row))
    for (const [key, { row }] of this.#fresh) agenda.set(key, this.#dueMs(row))
    return agenda
  }

  /**
   * A write is seen by readers when it is committed. Until then the rows of the snapshot are where they were staged, and
   * what is in their place is the table of before. They are read first: the switch may happen between the two reads.
   */
  #whileSwitching(key: Uint8Array): Uint8Array | undefined {
    const staged = this.#store.get(stagedKey(key))
    return this.#isSwitching() ? staged : this.#store.get(key)
  }

  #isSwitching(): boolean {
    if (this.#switching === undefined) return false
    const applied = this.#store.get(appliedKey(this.#slot))
    if (applied === undefined || decodeApplied(applied).sequence < this.#switching) return true
    this.#switching = undefined
    return false
  }

  #isLive(row: Uint8Array | null | undefined): number {
    return row != null && this.#machine.isLive(row) ? 1 : 0
  }

  #dueMs(row: Uint8Array | null | undefined): number | undefined {
    return row == null ? undefined : this.#machine.dueMs(row)
  }
}

/** A key as a map takes it. */
export function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
