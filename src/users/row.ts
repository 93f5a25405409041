/**
 * A user on disk, and what a log entry does to it. Both are bytes that a replica moves without understanding them:
 * no JSON is read or written to apply an entry.
 *
 * row: presence | evicted f64 | length of the user u32 | user as JSON | past outcomes
 * presence: state u8 (0: no user, else 1 + its status) | lapsed u8 (0, or 1 + the status that its lease ended) |
 *   lease's end in log time f64 | the same by the wall clock f64 (both 0: no lease)
 * payload of an entry: form u8, and then
 *   WRITES: outcome | presence | user as JSON       KEEPS: outcome
 *   LAPSES: presence | user as JSON                 RENEWS: presence, of which only the lease counts
 * The JSON lacks `expiresAt`, so that a lease is renewed without it.
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
  pastFrom,
  readOutcome,
  timeOf,
  writeOutcome,
  writeTime
} from './past-outcome.ts'
import { STATUSES, type Status, type User } from './user.ts'

const ABSENT = 0

/** Somebody has written the user, or deleted it. */
const WRITES = 1
/** The user stays as it is: the entry only remembers. */
const KEEPS = 2
/** A lease ended, or somebody whose lease had ended is back. Nobody asks again what came of it. */
const LAPSES = 3
/** A lease goes on. */
const RENEWS = 4

const LAPSED_AT = 1
const LEASE_AT = 2
const EXPIRES_AT = 10
const PRESENCE_BYTES = 18
const EVICTED_AT = PRESENCE_BYTES
const LENGTH_AT = EVICTED_AT + 8
const ROW_HEADER_BYTES = LENGTH_AT + 4

/** A presence lease. */
export interface Lease {
  /** Log time from which on it is over. */
  readonly untilMs: number
  /** The same moment by the wall clock of the leader that granted it. */
  readonly expiresAtMs: number
}

/** What an entry does to a user. `user`: as it is then; undefined: there is none then. */
export type Effect =
  | {
      readonly form: 'writes'
      readonly outcome: PastOutcome
      readonly user: User | undefined
      readonly lease?: Lease | undefined
    }
  | { readonly form: 'keeps'; readonly outcome: PastOutcome }
  | {
      readonly form: 'lapses'
      readonly user: User
      readonly lease?: Lease | undefined
      /** The status that ended with the lease. */
      readonly lapsed?: Status | undefined
    }
  | { readonly form: 'renews'; readonly lease: Lease }

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
      const json = bytesToString(this.#bytes.subarray(ROW_HEADER_BYTES, this.#outcomesAt))
      return { ...JSON.parse(json), expiresAt: expiryText(this.lease) }
    } catch (cause) {
      throw damaged(cause)
    }
  }

  get lease(): Lease | undefined {
    return leaseAt(this.#view, 0)
  }

  /** The status that ended with its lease, if nobody has written the user since. */
  get lapsed(): Status | undefined {
    return STATUSES[this.#bytes[LAPSED_AT]! - 1]
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

  /**
   * Log time from which on something becomes of the row by itself: a user's lease ends, or what is left of a deleted one
   * is forgotten, as no outcome is left that anybody may count on. Undefined: nothing will.
   */
  get dueMs(): number | undefined {
    if (isLiveRow(this.#bytes)) return this.lease?.untilMs
    const newest = this.#view.byteLength - OUTCOME_BYTES
    return newest < this.#outcomesAt ? 0 : pastFrom(this.#view, newest)
  }
}

export function encodeEffect(effect: Effect): Uint8Array {
  switch (effect.form) {
    case 'writes':
      return payloadOf(WRITES, effect.outcome, effect.user, effect)
    case 'keeps':
      return payloadOf(KEEPS, effect.outcome)
    case 'lapses':
      return payloadOf(LAPSES, undefined, effect.user, effect)
    case 'renews':
      return payloadOf(RENEWS, undefined, undefined, effect)
  }
}

function payloadOf(
  form: number,
  outcome: PastOutcome | undefined,
  user?: User,
  { lease, lapsed }: { readonly lease?: Lease | undefined; readonly lapsed?: Status | undefined } = {}
): Uint8Array {
  const { expiresAt: _, ...kept } = user ?? { expiresAt: null }
  const json = user === undefined ? new Uint8Array() : fromString(JSON.stringify(kept))
  const presence = presenceAt(form)
  const length = form === KEEPS ? presence : presence + PRESENCE_BYTES + json.byteLength
  const payload = new Uint8Array(length)
  const view = viewOf(payload)
  payload[0] = form
  if (outcome !== undefined) writeOutcome(view, 1, outcome)
  if (form === KEEPS) return payload
  payload[presence] = user === undefined ? ABSENT : stateOf(user.status)
  payload[presence + LAPSED_AT] = lapsed === undefined ? 0 : stateOf(lapsed)
  if (lease !== undefined) {
    view.setFloat64(presence + LEASE_AT, lease.untilMs)
    view.setFloat64(presence + EXPIRES_AT, lease.expiresAtMs)
  }
  payload.set(json, presence + PRESENCE_BYTES)
  return payload
}

/** Whether an entry may have that payload: an effect, or nothing, of a row that goes. A user's JSON is not looked into. */
export function isPayload(payload: Uint8Array): boolean {
  if (payload.byteLength === 0) return true
  const form = payload[0]!
  if (form < WRITES || form > RENEWS) return false
  const presence = presenceAt(form)
  if (form === KEEPS) return payload.byteLength === presence
  return payload.byteLength >= presence + PRESENCE_BYTES && payload[presence]! <= STATUSES.length
}

/** The row after an entry of that log time. */
export function rowAfter(row: Uint8Array = NOTHING, payload: Uint8Array, logTimeMs: number): Uint8Array {
  const form = payload[0]!
  const presence = presenceAt(form)
  const json = presence + PRESENCE_BYTES
  if (payload.byteLength < (form === KEEPS ? presence : json)) throw damaged()
  if (form === RENEWS) {
    const after = row.slice()
    after.set(payload.subarray(presence + LEASE_AT, json), LEASE_AT)
    return after
  }
  const user = outcomesAt(viewOf(row))
  const left = hasOutcome(form) ? outcomesLeft(row, user, logTimeMs) : leftAsTheyAre(row, user)
  const of = form === KEEPS ? row.subarray(0, PRESENCE_BYTES) : payload.subarray(presence, json)
  const text = form === KEEPS ? row.subarray(ROW_HEADER_BYTES, user) : payload.subarray(json)
  const outcome = ROW_HEADER_BYTES + text.byteLength + left.outcomes.byteLength
  const after = new Uint8Array(hasOutcome(form) ? outcome + OUTCOME_BYTES : outcome)
  const view = viewOf(after)
  after.set(of)
  view.setFloat64(EVICTED_AT, left.evictedMs)
  view.setUint32(LENGTH_AT, text.byteLength)
  after.set(text, ROW_HEADER_BYTES)
  after.set(left.outcomes, ROW_HEADER_BYTES + text.byteLength)
  if (hasOutcome(form)) {
    after.set(payload.subarray(1, 1 + OUTCOME_BYTES), outcome)
    writeTime(view, outcome, logTimeMs)
  }
  return after
}

interface Left {
  readonly outcomes: Uint8Array
  readonly evictedMs: number
}

/** Outcomes that are past are dropped, and the oldest ones when one more would be too many, which the row remembers. */
function outcomesLeft(row: Uint8Array, from: number, logTimeMs: number): Left {
  const view = viewOf(row)
  let kept = from
  while (kept < row.byteLength && isPast(view, kept, logTimeMs)) kept += OUTCOME_BYTES
  let evictedMs = view.getFloat64(EVICTED_AT)
  const room = kept + OUTCOME_BYTES * (IDEMPOTENCY_OUTCOMES_MAX - 1)
  if (row.byteLength > room) {
    kept += row.byteLength - room
    evictedMs = timeOf(view, kept - OUTCOME_BYTES)
  }
  return { outcomes: row.subarray(kept), evictedMs }
}

function leftAsTheyAre(row: Uint8Array, from: number): Left {
  return { outcomes: row.subarray(from), evictedMs: viewOf(row).getFloat64(EVICTED_AT) }
}

function hasOutcome(form: number): boolean {
  return form === WRITES || form === KEEPS
}

/** Where a payload's presence begins. @throws StorageError there is no such form */
function presenceAt(form: number): number {
  if (form === WRITES || form === KEEPS) return 1 + OUTCOME_BYTES
  if (form === LAPSES || form === RENEWS) return 1
  throw damaged()
}

function leaseAt(view: DataView, presence: number): Lease | undefined {
  const untilMs = view.getFloat64(presence + LEASE_AT)
  return untilMs === 0 ? undefined : { untilMs, expiresAtMs: view.getFloat64(presence + EXPIRES_AT) }
}

function expiryText(lease: Lease | undefined): string | null {
  return lease === undefined ? null : new Date(lease.expiresAtMs).toISOString()
}

function stateOf(status: Status): number {
  return 1 + STATUSES.indexOf(status)
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

/** What an entry's payload changed of its user, as far as anybody else is concerned; undefined: nothing. */
export type RowChange = { readonly kind: 'put' | 'expire'; readonly user: User } | { readonly kind: 'delete' }

/** @throws StorageError it is damaged */
export function changeIn(payload: Uint8Array): RowChange | undefined {
  const form = payload[0]
  if (form !== WRITES && form !== LAPSES) return undefined
  const presence = presenceAt(form)
  if (payload.byteLength < presence + PRESENCE_BYTES) throw damaged()
  if (payload[presence] === ABSENT) return { kind: 'delete' }
  try {
    const json = bytesToString(payload.subarray(presence + PRESENCE_BYTES))
    const expiresAt = expiryText(leaseAt(viewOf(payload), presence))
    return {
      kind: form === LAPSES && payload[presence + LAPSED_AT] !== 0 ? 'expire' : 'put',
      user: { ...JSON.parse(json), expiresAt }
    }
  } catch (cause) {
    throw damaged(cause)
  }
}
