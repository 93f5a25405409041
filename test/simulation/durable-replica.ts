/** What one store has on disk of one slot, kept up to date write by write, so that it can be looked at after each. */
import { type Applied, decodeApplied, NOTHING_APPLIED } from '../../src/replica/applied.ts'
import { decodeEntry, type Entry, type EntryId } from '../../src/replica/entry.ts'
import { type ReplicaState, UNKNOWN_SLOT } from '../../src/replica/replica-state.ts'
import { appliedKey, logKey, slotStateKey } from '../../src/storage/keys.ts'
import type { Write } from '../../src/storage/store.ts'

/** The parts of a key of a slot, after `storage/keys.ts`. */
const SLOT_PREFIX = slotStateKey(0)[0]!
const KIND_AT = 3
const STATE = slotStateKey(0)[KIND_AT]!
const APPLIED = appliedKey(0)[KIND_AT]!
const LOG = logKey(0, 0)[KIND_AT]!
const ROW = APPLIED + 1

/** The slot that a key is about; undefined when it is about something else. */
export function slotOfKey(key: Uint8Array): number | undefined {
  return key[0] === SLOT_PREFIX && key.length > KIND_AT ? (key[1]! << 8) | key[2]! : undefined
}

/** One batch, as far as it is about one slot. */
export interface Change {
  readonly before: ReplicaState
  readonly after: ReplicaState
  readonly stateDeleted: boolean
  readonly appliedBefore: Applied
  readonly entries: readonly Entry[]
  /** Keys, as text, of rows that were written or deleted. */
  readonly rows: readonly string[]
  readonly entriesCut: number
}

export class DurableReplica {
  state: ReplicaState = UNKNOWN_SLOT
  applied: Applied = NOTHING_APPLIED
  /** By sequence. */
  readonly log = new Map<number, Entry>()
  /** What is gone from the beginning of the log, up to here. */
  start: EntryId = NOTHING_APPLIED
  last: EntryId = NOTHING_APPLIED
  readonly rows = new Map<string, Uint8Array>()

  take(writes: readonly Write[]): Change {
    const { state: before, applied: appliedBefore, start: startBefore } = this
    const entries: Entry[] = []
    const rows: string[] = []
    let stateDeleted = false
    let entriesCut = 0
    for (const { key, value } of writes) {
      switch (key[KIND_AT]) {
        case STATE:
          stateDeleted ||= value === null
          this.state = value === null ? UNKNOWN_SLOT : JSON.parse(Buffer.from(value).toString())
          break
        case APPLIED:
          this.applied = value === null ? NOTHING_APPLIED : decodeApplied(value)
          break
        case ROW:
          rows.push(textOf(key))
          if (value === null) this.rows.delete(rows.at(-1)!)
          else this.rows.set(rows.at(-1)!, value)
          break
        case LOG:
          if (value === null) entriesCut += this.#cut(sequenceOf(key))
          else entries.push(...this.#logged(sequenceOf(key), decodeEntry(value)))
          break
      }
    }
    // A log that was empty may begin anew further on without an entry written or cut.
    if (entries.length > 0 || entriesCut > 0 || this.start !== startBefore) this.#findLast()
    const kept = entries.filter(entry => this.log.get(entry.sequence) === entry)
    return { before, after: this.state, stateDeleted, appliedBefore, entries: kept, rows, entriesCut }
  }

  /** The epoch of an entry that is in the log, or with which the log or the table begins. */
  epochAt(sequence: number): number | undefined {
    if (sequence === this.applied.sequence) return this.applied.epoch
    return sequence === this.start.sequence ? this.start.epoch : this.log.get(sequence)?.epoch
  }

  /** The log has no gap between what is gone and what is last. */
  get isContiguous(): boolean {
    return this.log.size === this.last.sequence - this.start.sequence
  }

  /** Sequence 0 holds what is gone. */
  #logged(sequence: number, entry: Entry): Entry[] {
    if (sequence === 0) {
      this.start = entry
      return []
    }
    this.log.set(sequence, entry)
    return [entry]
  }

  #cut(sequence: number): number {
    if (sequence === 0) this.start = NOTHING_APPLIED
    return Number(this.log.delete(sequence))
  }

  #findLast(): void {
    let last: EntryId = this.log.get(this.last.sequence) ?? this.start
    for (const entry of this.log.values()) if (entry.sequence > last.sequence) last = entry
    this.last = last
  }
}

export function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}

function sequenceOf(key: Uint8Array): number {
  return Number(Buffer.from(key.buffer, key.byteOffset + key.byteLength - 8, 8).readBigUInt64BE())
}
