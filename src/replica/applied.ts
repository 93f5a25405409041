/** How far a slot's table has come. It is written together with the rows, so the two never disagree. */
import { StorageError } from '../errors.ts'
import type { EntryId } from './entry.ts'

export interface Applied extends EntryId {
  /** Log time of that entry. */
  readonly logTimeMs: number
  /** Rows that are users. */
  readonly live: number
  /** Rows that something becomes of by itself when time passes. */
  readonly due: number
}

export const NOTHING_APPLIED: Applied = { epoch: 0, sequence: 0, logTimeMs: 0, live: 0, due: 0 }

const FIELDS = ['epoch', 'sequence', 'logTimeMs', 'live', 'due'] as const

/** Five numbers as big-endian f64, which holds every safe integer. */
export function encodeApplied(applied: Applied): Uint8Array {
  const bytes = new Uint8Array(FIELDS.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [at, field] of FIELDS.entries()) view.setFloat64(at * 8, applied[field])
  return bytes
}

/** @throws StorageError */
export function decodeApplied(bytes: Uint8Array): Applied {
  if (bytes.byteLength !== FIELDS.length * 8)
    throw new StorageError('A slot on disk is damaged: how far its table came cannot be read')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [epoch, sequence, logTimeMs, live, due] = FIELDS.map((_, at) => view.getFloat64(at * 8))
  return { epoch: epoch!, sequence: sequence!, logTimeMs: logTimeMs!, live: live!, due: due! }
}
