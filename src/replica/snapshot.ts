/**
 * A slot's table, sent as a whole to a member whose log lacks what its leader's log has no more. It is made from one
 * read transaction, so that its rows are the table after exactly one entry; it is taken in beside the present rows,
 * and takes their place in one write once all of it is there and adds up.
 */
import { createHash, type Hash } from 'node:crypto'
import { compare } from 'uint8arrays/compare'
import { TransferError } from '../errors.ts'
import type { Slot } from '../ring/slot.ts'
import {
  appliedKey,
  isRowKey,
  rowKeyOfStaged,
  rowRange,
  stagedKey,
  stagedRange,
  tableRange
} from '../storage/keys.ts'
import type { Range, Store, Write } from '../storage/store.ts'
import { type Applied, decodeApplied, NOTHING_APPLIED } from './applied.ts'
import type { SnapshotRecord } from './replica-rpc.ts'
import type { SlotMachine } from './slot-machine.ts'
import { textOf } from './table.ts'

export type SnapshotOffer = Extract<SnapshotRecord, { type: 'offer' }>

/** A snapshot that is complete and durable here, beside the rows that it is to replace. */
export interface StagedSnapshot {
  readonly slot: Slot
  /** Its rows are counted anew: what the sender says about them is not relied upon. */
  readonly applied: Applied
}

/** SHA-256 over every row in order: u32 key length, key, u32 value length, value. */
class RowDigest {
  readonly #hash: Hash = createHash('sha256')
  readonly #lengths = Buffer.alloc(4)
  count = 0

  add(key: Uint8Array, value: Uint8Array): void {
    for (const part of [key, value]) {
      this.#lengths.writeUInt32BE(part.byteLength)
      this.#hash.update(this.#lengths).update(part)
    }
    this.count++
  }

  /** 64 lower-case hex digits. */
  end(): string {
    return this.#hash.digest('hex')
  }
}

/** The table of a slot as the disk has it when the first record is taken. */
export function* snapshotRecords(store: Store, slot: Slot): Iterable<SnapshotRecord> {
  const place = textOf(appliedKey(slot))
  const digest = new RowDigest()
  let applied: Applied | undefined
  for (const [key, value] of store.range(tableRange(slot))) {
    if (applied === undefined) {
      const begun = textOf(key) === place // where nothing was applied yet there are no rows either
      applied = begun ? decodeApplied(value) : NOTHING_APPLIED
      yield offerOf(slot, applied)
      if (begun) continue
    }
    digest.add(key, value)
    yield { type: 'row', key, value }
  }
  if (applied === undefined) yield offerOf(slot, NOTHING_APPLIED)
  yield { type: 'end', count: digest.count, digest: digest.end() }
}

function offerOf(slot: Slot, { epoch, sequence, logTimeMs }: Applied): SnapshotOffer {
  return { type: 'offer', slot, applied: { epoch, sequence }, logTimeMs }
}

/** One write of the receiver: large enough to share a flush, small enough to bound its memory. */
const STAGE_BYTES = 1024 * 1024
const CLEAR_KEYS = 1024

/**
 * Takes a snapshot in beside the slot's rows, and resolves when all of it is durable. `admit` may refuse the offer by
 * throwing, before anything is written. What an earlier one left there is cleared first, so two of one slot must not
 * be staged at once.
 * @throws TransferError the records end early, or do not add up
 */
export async function stageSnapshot(
  store: Store,
  records: AsyncIterator<SnapshotRecord>,
  machine: Pick<SlotMachine<never, unknown>, 'isLive' | 'dueMs'>,
  admit: (offer: SnapshotOffer) => void = () => {}
): Promise<StagedSnapshot> {
  const first = await records.next()
  if (first.done === true || first.value.type !== 'offer')
    throw new TransferError('A snapshot begins with an offer')
  const offer = first.value
  const { slot } = offer
  admit(offer)
  await clearRange(store, stagedRange(slot))
  const digest = new RowDigest()
  let [live, due] = [0, 0]
  let before: Uint8Array | undefined
  let batch: Write[] = []
  let bytes = 0
  for await (const record of { [Symbol.asyncIterator]: () => records }) {
    if (record.type === 'offer') throw new TransferError('A second offer in one snapshot')
    if (record.type === 'end') {
      checkEnd(record, digest)
      await store.write(batch)
      const { epoch, sequence } = offer.applied
      const { logTimeMs } = offer
      return { slot, applied: { epoch, sequence, logTimeMs, live, due } }
    }
    const { key, value } = record
    if (!isRowKey(slot, key)) throw new TransferError(`A row that is not of slot ${slot}`)
    if (before !== undefined && compare(before, key) >= 0) throw new TransferError('Rows out of order')
    before = key
    digest.add(key, value)
    if (machine.isLive(value)) live++
    if (machine.dueMs(value) !== undefined) due++
    batch.push({ key: stagedKey(key), value })
    bytes += key.byteLength + value.byteLength
    if (bytes >= STAGE_BYTES) {
      await store.write(batch)
      batch = []
      bytes = 0
    }
  }
  throw new TransferError(`The snapshot of slot ${slot} ended before its end record`)
}

function checkEnd({ count, digest }: Extract<SnapshotRecord, { type: 'end' }>, came: RowDigest): void {
  const actual = came.end()
  if (count === came.count && digest === actual) return
  throw new TransferError(`${came.count} rows with digest ${actual} came, ${count} with ${digest} were sent`)
}

/**
 * Puts the staged rows in the place of the present ones. For one write, together with how far they come: a crash
 * leaves the one table or the other.
 */
export function installWrites(store: Store, slot: Slot): Write[] {
  const writes: Write[] = []
  const staged = new Set<string>()
  for (const [key, value] of store.range(stagedRange(slot))) {
    const row = rowKeyOfStaged(key)
    staged.add(textOf(row))
    writes.push({ key: row, value }, { key, value: null })
  }
  for (const [key] of store.range(rowRange(slot))) {
    if (!staged.has(textOf(key))) writes.push({ key, value: null })
  }
  return writes
}

/** Deletes whatever is there, some at a time so that nobody waits long for the disk. */
export async function clearRange(store: Store, range: Range): Promise<void> {
  for (;;) {
    const writes: Write[] = []
    for (const [key] of store.range({ ...range, limit: CLEAR_KEYS })) writes.push({ key, value: null })
    if (writes.length === 0) return
    await store.write(writes)
  }
}
