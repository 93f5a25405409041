/** The records of a transfer, made on one side and checked on the other: a stream that ends is not a transfer that is complete. */
import { createHash, type Hash } from 'node:crypto'
import { TransferError } from '../errors.ts'
import { isRowKey, rowRange } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import type { TransferRecord } from './replica-rpc.ts'
import type { View } from './view.ts'

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

/** What the sender ends up having sent. */
export interface SentRows {
  digest: string
  count: number
}

/** The whole of a sealed slot as records. `sent` is filled in when the last one has been taken. */
export function* transferRecords(store: Store, offer: View, sent: SentRows): Iterable<TransferRecord> {
  yield { type: 'offer', view: offer }
  const digest = new RowDigest()
  for (const [key, value] of store.range(rowRange(offer.slot))) {
    digest.add(key, value)
    yield { type: 'row', key, value }
  }
  sent.count = digest.count
  sent.digest = digest.end()
  yield { type: 'end', count: sent.count, digest: sent.digest }
}

/** One write of the receiver: large enough to share a flush, small enough to bound its memory. */
const STAGE_BYTES = 1024 * 1024
const CLEAR_ROWS = 1024

/**
 * Writes the rows of an offered slot, which this peer does not hold, and resolves with their digest when all of
 * them are durable. Whatever lay there before is cleared first: rows of a slot that is not installed are nobody's.
 * @throws TransferError the records end early, or do not add up
 */
export async function stageRows(
  store: Store,
  offer: View,
  records: AsyncIterable<TransferRecord>
): Promise<string> {
  await clearRows(store, offer.slot)
  const digest = new RowDigest()
  let batch: Write[] = []
  let bytes = 0
  for await (const record of records) {
    if (record.type === 'offer') throw new TransferError('A second offer in one transfer')
    if (record.type === 'end') {
      const actual = digest.end()
      if (record.count !== digest.count || record.digest !== actual) {
        throw new TransferError(
          `${digest.count} rows with digest ${actual} came, ${record.count} with ${record.digest} were sent`
        )
      }
      await store.write(batch)
      return actual
    }
    if (!isRowKey(offer.slot, record.key)) throw new TransferError(`A row that is not of slot ${offer.slot}`)
    digest.add(record.key, record.value)
    batch.push(record)
    bytes += record.key.byteLength + record.value.byteLength
    if (bytes >= STAGE_BYTES) {
      await store.write(batch)
      batch = []
      bytes = 0
    }
  }
  throw new TransferError(`The transfer of slot ${offer.slot} ended before its end record`)
}

/** Deletes a slot's rows, some at a time. */
export async function clearRows(store: Store, slot: number): Promise<void> {
  for (;;) {
    const writes: Write[] = []
    for (const [key] of store.range({ ...rowRange(slot), limit: CLEAR_ROWS }))
      writes.push({ key, value: null })
    if (writes.length === 0) return
    await store.write(writes)
  }
}
