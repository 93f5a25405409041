/** The records of a slot's snapshot on the wire, and the receiver's verdict. */
import * as wire from '../../protocols/users.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { SnapshotRecord, SnapshotVerdict } from '../replica/replica-rpc.ts'
import { checkedSlot, decoded, entryId, fromHex, plain, safe, toHex } from './view-codec.ts'

const DIGEST_BYTES = 32

export function encodeSnapshotRecord(record: SnapshotRecord): Uint8Array {
  switch (record.type) {
    case 'offer': {
      const { slot, applied, logTimeMs } = record
      return wire.SnapshotRecord.encode({
        offer: { slot, epoch: applied.epoch, sequence: applied.sequence, logTimeMs }
      })
    }
    case 'row':
      return wire.SnapshotRecord.encode({ row: { key: plain(record.key), value: plain(record.value) } })
    case 'end':
      return wire.SnapshotRecord.encode({ end: { count: record.count, digest: fromHex(record.digest) } })
  }
}

/** @throws ProtocolViolationError */
export function decodeSnapshotRecord(bytes: Uint8Array, slotCount: number): SnapshotRecord {
  const { offer, row, end } = decoded('snapshot record', () => wire.SnapshotRecord.decode(bytes))
  if (offer !== undefined) {
    return {
      type: 'offer',
      slot: checkedSlot(offer.slot, slotCount),
      applied: entryId(offer.epoch, offer.sequence),
      logTimeMs: safe('log_time_ms', offer.logTimeMs)
    }
  }
  if (row !== undefined) return { type: 'row', key: row.key, value: row.value }
  if (end === undefined)
    throw new ProtocolViolationError('A snapshot record without a body that this version knows')
  return {
    type: 'end',
    count: safe('count', end.count),
    digest: toHex('digest', end.digest, DIGEST_BYTES)
  }
}

export function encodeSnapshotVerdict(verdict: SnapshotVerdict): Uint8Array {
  return wire.SnapshotVerdict.encode(
    verdict.kind === 'accepted'
      ? { refusal: '', detail: '' }
      : { refusal: verdict.name, detail: verdict.detail }
  )
}

/** @throws ProtocolViolationError */
export function decodeSnapshotVerdict(bytes: Uint8Array): SnapshotVerdict {
  const { refusal, detail } = decoded('snapshot verdict', () => wire.SnapshotVerdict.decode(bytes))
  return refusal === '' ? { kind: 'accepted' } : { kind: 'refused', name: refusal, detail }
}
