/**
 * One entry of a slot's log. Entries are numbered without gaps, across epochs too, and never change; an epoch has one
 * leader incarnation that makes them, so (epoch, sequence) names one entry for ever, and of two logs that agree on
 * one entry the shorter is a prefix of the longer up to it.
 */
import { ProtocolViolationError } from '../errors.ts'

export interface EntryId {
  /** The epoch in which the entry was made; 0 before the first. */
  readonly epoch: number
  /** 1 for a slot's first entry, one more for each; 0 before the first. */
  readonly sequence: number
}

export const BEFORE_FIRST: EntryId = { epoch: 0, sequence: 0 }

export interface Entry extends EntryId {
  /**
   * Log time: ms that passed at the leaders since the slot's first entry, as far as they were there to see it. It
   * never runs faster than real time and rests on no wall clock, so what is remembered for ten minutes of it is
   * remembered for ten minutes.
   */
  readonly timeMs: number
  /** Of the row that the entry is about, as `storage/keys.ts` makes it. */
  readonly key: Uint8Array
  /** What it does to the row, in the machine's own words; empty: forget the row, if it only remembers and is due. */
  readonly payload: Uint8Array
}

export function compareIds(a: EntryId, b: EntryId): number {
  return a.epoch - b.epoch || a.sequence - b.sequence
}

export function sameId(a: EntryId, b: EntryId): boolean {
  return a.epoch === b.epoch && a.sequence === b.sequence
}

const HEADER_BYTES = 26

/**
 * On disk and on the wire alike: epoch u64 | sequence u64 | log time u64 | key length u16 | key | payload,
 * big-endian.
 */
export function encodeEntry({ epoch, sequence, timeMs, key, payload }: Entry): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + key.byteLength + payload.byteLength)
  const view = new DataView(bytes.buffer)
  writeSafe(view, 0, epoch)
  writeSafe(view, 8, sequence)
  writeSafe(view, 16, timeMs)
  view.setUint16(24, key.byteLength)
  bytes.set(key, HEADER_BYTES)
  bytes.set(payload, HEADER_BYTES + key.byteLength)
  return bytes
}

/** @throws ProtocolViolationError it is no entry */
export function decodeEntry(bytes: Uint8Array): Entry {
  if (bytes.byteLength < HEADER_BYTES) throw new ProtocolViolationError('A log entry is cut off')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const keyEnd = HEADER_BYTES + view.getUint16(24)
  if (bytes.byteLength < keyEnd) throw new ProtocolViolationError('The key of a log entry is cut off')
  return {
    epoch: readSafe(view, 0),
    sequence: readSafe(view, 8),
    timeMs: readSafe(view, 16),
    key: bytes.subarray(HEADER_BYTES, keyEnd),
    payload: bytes.subarray(keyEnd)
  }
}

function writeSafe(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, Math.floor(value / 2 ** 32))
  view.setUint32(offset + 4, value >>> 0)
}

function readSafe(view: DataView, offset: number): number {
  const value = view.getUint32(offset) * 2 ** 32 + view.getUint32(offset + 4)
  if (!Number.isSafeInteger(value)) throw new ProtocolViolationError('A number of a log entry is too large')
  return value
}
