/**
 * A user on disk, and what a log entry does to it. Both are bytes that a replica moves without understanding them:
 * no JSON is read or written to apply an entry.
 *
 * row: state u8 (0: no user, else 1 + its status) | evicted f64 | length of the user u32 | user as JSON | past outcomes
 * payload of an entry: state u8 (of the row after it, or KEEPS) | outcome | user as JSON
 *
 * A deleted user leaves its outcomes, until a late duplicate of those writes can no longer come.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { IDEMPOTENCY_OUTCOMES_MAX } from '../constants.ts'
import { StorageError } from '../errors.ts'
import {
  findOutcome,
  isPast,
  OUTCOME_BYTES,
  type PastOutcome,
  readOutcome,
  timeOf,
  writeOutcome,
  writeTime
} from './past-outcome.ts'
import { STATUSES, type Status, type User } from './user.ts'

const ABSENT = 0
/** The user stays as it is: the entry only remembers. */
const KEEPS = 0xff

const EVICTED_AT = 1
const LENGTH_AT = 9
const ROW_HEADER_BYTES = 13
const PAYLOAD_HEADER_BYTES = 1 + OUTCOME_BYTES

/** What an entry does to a user. `user`: as it is then; undefined: there is none then. */
export interface Effect {
  readonly user: User | undefined | 'kept'
  readonly outcome: PastOutcome
}

/** Of a user that never was. */
const NOTHING = new Uint8Array(ROW_HEADER_BYTES)
viewOf(NOTHING).setFloat64(EVICTED_AT, Number.NEGATIVE_INFINITY)

/** A row, read as far as it is asked. @throws StorageError it is damaged */
export class UserRow {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #outcomesAt: number

  constructor(bytes: Uint8Array = NOTHING) {
    this.#bytes = bytes
    this.#view = viewOf(bytes)
    this.#outcomesAt = outcomesAt(this.#view)
  }

  get user(): User | undefined {
    if (!isLiveRow(this.#bytes)) return undefined
    try {
      return JSON.parse(bytesToString(this.#bytes.subarray(ROW_HEADER_BYTES, this.#outcomesAt)))
    } catch (cause) {
      throw damaged(cause)
    }
  }

  /** What came of that operation, if it was executed within the window before `logTimeMs` and not evicted since. */
  outcomeOf(operationId: string, logTimeMs: number): Omit<PastOutcome, 'operationId'> | undefined {
    const at = findOutcome(this.#view, this.#outcomesAt, operationId)
    return at === undefined || isPast(this.#view, at, logTimeMs) ? undefined : readOutcome(this.#view, at)
  }

  /** Log time of the newest outcome that had to make room before its window was over; -Infinity: none had to. */
  get evictedMs(): number {
    return this.#view.getFloat64(EVICTED_AT)
  }

  /** No outcome is left that anybody may count on. */
  isForgettable(logTimeMs: number): boolean {
    const newest = this.#view.byteLength - OUTCOME_BYTES
    return newest < this.#outcomesAt || isPast(this.#view, newest, logTimeMs)
  }
}

export function encodeEffect({ user, outcome }: Effect): Uint8Array {
  const json = typeof user === 'object' ? fromString(JSON.stringify(user)) : new Uint8Array()
  const payload = new Uint8Array(PAYLOAD_HEADER_BYTES + json.byteLength)
  payload[0] = user === 'kept' ? KEEPS : user === undefined ? ABSENT : 1 + STATUSES.indexOf(user.status)
  writeOutcome(viewOf(payload), 1, outcome)
  payload.set(json, PAYLOAD_HEADER_BYTES)
  return payload
}

/**
 * The row after an entry of that log time. Outcomes that are past are dropped, and the oldest ones when there are too
 * many, which the row then remembers.
 */
export function rowAfter(row: Uint8Array = NOTHING, payload: Uint8Array, logTimeMs: number): Uint8Array {
  if (payload.byteLength < PAYLOAD_HEADER_BYTES) throw damaged()
  const before = viewOf(row)
  const user = outcomesAt(before)
  let kept = user
  while (kept < row.byteLength && isPast(before, kept, logTimeMs)) kept += OUTCOME_BYTES
  let evictedMs = before.getFloat64(EVICTED_AT)
  const room = kept + OUTCOME_BYTES * (IDEMPOTENCY_OUTCOMES_MAX - 1)
  if (row.byteLength > room) {
    kept += row.byteLength - room
    evictedMs = timeOf(before, kept - OUTCOME_BYTES)
  }

  const keeps = payload[0] === KEEPS
  const json = keeps ? row.subarray(ROW_HEADER_BYTES, user) : payload.subarray(PAYLOAD_HEADER_BYTES)
  const outcome = ROW_HEADER_BYTES + json.byteLength + row.byteLength - kept
  const after = new Uint8Array(outcome + OUTCOME_BYTES)
  const view = viewOf(after)
  after[0] = keeps ? row[0]! : payload[0]!
  view.setFloat64(EVICTED_AT, evictedMs)
  view.setUint32(LENGTH_AT, json.byteLength)
  after.set(json, ROW_HEADER_BYTES)
  after.set(row.subarray(kept), ROW_HEADER_BYTES + json.byteLength)
  after.set(payload.subarray(1, PAYLOAD_HEADER_BYTES), outcome)
  writeTime(view, outcome, logTimeMs)
  return after
}

/** Whether the row has a user. */
export function isLiveRow(bytes: Uint8Array): boolean {
  return bytes[0] !== ABSENT
}

/** The status of a live row. */
export function statusOfRow(bytes: Uint8Array): Status {
  return STATUSES[bytes[0]! - 1]!
}

/** Where the user ends and its outcomes begin. */
function outcomesAt(row: DataView): number {
  const end = row.byteLength < ROW_HEADER_BYTES ? Number.NaN : ROW_HEADER_BYTES + row.getUint32(LENGTH_AT)
  // NaN, or a length that ends beyond the row, gives no whole number of outcomes.
  const outcomes = (row.byteLength - end) / OUTCOME_BYTES
  if (!Number.isInteger(outcomes) || outcomes < 0) throw damaged()
  return end
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function damaged(cause?: unknown): StorageError {
  return new StorageError('A user on disk is damaged: restore the data directory or start it empty', {
    cause
  })
}
