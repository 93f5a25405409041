/**
 * What came of a write, kept with the user for whoever sends the write again. Records of one size, oldest first, so
 * that a replica appends one, drops the oldest and finds one without decoding the others:
 * operation id 16 bytes | kind u8 | fingerprint u64 | version's epoch f64 | its number f64 | log time f64, big-endian.
 */
import { IDEMPOTENCY_WINDOW_MS } from '../constants.ts'
import type { OutcomeKind } from './operation.ts'

/** In the order of their numbers on disk: never change it, only append. */
const KINDS: readonly OutcomeKind[] = [
  'found',
  'created',
  'updated',
  'deleted',
  'absent',
  'conflict',
  'reused',
  'renewed',
  'offline',
  'outgrown'
]

export interface PastOutcome {
  /** 32 hex digits. */
  readonly operationId: string
  readonly kind: OutcomeKind
  /** Of what was asked for: 64 bits of its SHA-256. */
  readonly fingerprint: bigint
  /** The user's version after it; empty when there was none. */
  readonly version: string
}

export const OUTCOME_BYTES = 49
const KIND_AT = 16
const FINGERPRINT_AT = 17
const EPOCH_AT = 25
const NUMBER_AT = 33
const TIME_AT = 41

/** Writes the record that begins at `at`; when it was executed, only the entry knows. */
export function writeOutcome(view: DataView, at: number, outcome: PastOutcome): void {
  const { operationId, kind, fingerprint, version } = outcome
  for (let word = 0; word < 4; word++) view.setUint32(at + 4 * word, wordOf(operationId, word))
  view.setUint8(at + KIND_AT, KINDS.indexOf(kind))
  view.setBigUint64(at + FINGERPRINT_AT, fingerprint)
  const dot = version.indexOf('.')
  view.setFloat64(at + EPOCH_AT, Number(version.slice(0, Math.max(0, dot))))
  view.setFloat64(at + NUMBER_AT, Number(version.slice(dot + 1)))
}

export function writeTime(view: DataView, at: number, logTimeMs: number): void {
  view.setFloat64(at + TIME_AT, logTimeMs)
}

export function timeOf(view: DataView, at: number): number {
  return view.getFloat64(at + TIME_AT)
}

/** The window is over: nobody who comes now may still count on it. */
export function isPast(view: DataView, at: number, logTimeMs: number): boolean {
  return logTimeMs >= pastFrom(view, at)
}

/** The first log time at which its window is over. */
export function pastFrom(view: DataView, at: number): number {
  return timeOf(view, at) + IDEMPOTENCY_WINDOW_MS + 1
}

/** Where the last outcome of that operation is among the records from `start` to the end of the view. */
export function findOutcome(view: DataView, start: number, operationId: string): number | undefined {
  const first = wordOf(operationId, 0)
  for (let at = view.byteLength - OUTCOME_BYTES; at >= start; at -= OUTCOME_BYTES) {
    if (view.getUint32(at) === first && isOf(view, at, operationId)) return at
  }
  return undefined
}

export function readOutcome(view: DataView, at: number): Omit<PastOutcome, 'operationId'> {
  const epoch = view.getFloat64(at + EPOCH_AT)
  return {
    kind: KINDS[view.getUint8(at + KIND_AT)]!,
    fingerprint: view.getBigUint64(at + FINGERPRINT_AT),
    version: epoch === 0 ? '' : `${epoch}.${view.getFloat64(at + NUMBER_AT)}`
  }
}

function isOf(view: DataView, at: number, operationId: string): boolean {
  for (let word = 1; word < 4; word++) {
    if (view.getUint32(at + 4 * word) !== wordOf(operationId, word)) return false
  }
  return true
}

/** 32 bits of an operation id. */
function wordOf(operationId: string, word: number): number {
  return Number.parseInt(operationId.slice(8 * word, 8 * word + 8), 16)
}
