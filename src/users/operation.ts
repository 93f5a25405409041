/** What an operation does to a user: the machine that runs inside a slot. Pure. */
import { createHash } from 'node:crypto'
import { LEASE_MAX_MS, LEASE_MIN_MS, OPERATION_AGE_MAX_MS } from '../constants.ts'
import { errorName, OperationTooOldError } from '../errors.ts'
import type { Evaluation, EvaluationContext, SlotMachine } from '../replica/slot-machine.ts'
import { keyOf, positionToBytes } from '../ring/position.ts'
import type { Slot } from '../ring/slot.ts'
import { rowKey } from '../storage/keys.ts'
import { elapse, LAPSED_STATUS, leased, leaseFor, renew } from './lease.ts'
import type { PastOutcome } from './past-outcome.ts'
import { encodeEffect, isLiveRow, isPayload, type Lease, rowAfter, UserRow } from './row.ts'
import {
  checkExpiry,
  checkProfile,
  checkStatus,
  checkTtl,
  type Profile,
  type Status,
  type User
} from './user.ts'

export interface Get {
  readonly kind: 'get'
  readonly id: string
}

interface Change {
  readonly id: string
  readonly ifVersion?: string | undefined
  /** 32 hex digits, the same whenever the same intention is sent again. */
  readonly operationId: string
  /** Since its first try that may have been executed, as who sends it says; whole ms. @default 0: this is the first */
  readonly ageMs?: number | undefined
}

export interface SetUser extends Change {
  readonly kind: 'set'
  /** `ttlMs`: of a presence lease, ms; without it the user has none from then on, but for what is left until `expiresAt`. */
  readonly change: {
    readonly status: unknown
    readonly profile?: unknown
    readonly ttlMs?: unknown
    readonly expiresAt?: unknown
  }
  readonly ifAbsent?: boolean | undefined
}

export interface PatchUser extends Change {
  readonly kind: 'patch'
  /** `ttlMs`: null ends the lease; without it the lease stays as it is. */
  readonly change: { readonly status?: unknown; readonly profile?: unknown; readonly ttlMs?: unknown }
}

export interface DeleteUser extends Change {
  readonly kind: 'delete'
}

/** Whoever set the user's status is still there. Said twice it is as true as said once, so nobody remembers it. */
export interface Heartbeat {
  readonly kind: 'heartbeat'
  readonly id: string
  readonly ttlMs: number
}

export type Operation = Get | Heartbeat | Write
/** What is executed once, however often it is sent. */
export type Write = SetUser | PatchUser | DeleteUser

export function isWrite(operation: Operation): operation is Write {
  return operation.kind !== 'get' && operation.kind !== 'heartbeat'
}

export type OutcomeKind =
  | 'found'
  | 'created'
  | 'updated'
  | 'deleted'
  | 'absent'
  | 'conflict'
  | 'reused'
  | 'renewed'
  | 'offline'
  | 'outgrown'

export interface Outcome {
  readonly kind: OutcomeKind
  /** The user after the operation; of a conflict the one that stood in its way; undefined when there is none. */
  readonly user: User | undefined
  /** Made by the operation, or read by it; empty when there is none. */
  readonly version: string
  /** The operation had been executed before: this is what came of it then, with the user as it is now. */
  readonly replayed: boolean
}

export const usersMachine: SlotMachine<Operation, Outcome> = {
  keyOf: (slot: Slot, { id }) => rowKey(slot, positionToBytes(keyOf(id)), id),

  isRead: ({ kind }) => kind === 'get',

  isLive: isLiveRow,

  dueMs: bytes => new UserRow(bytes).dueMs,

  elapse,

  evaluate(bytes, operation, context) {
    const row = new UserRow(bytes)
    const { user } = row
    if (operation.kind === 'get') return { outcome: { ...presence(user), replayed: false } }
    if (operation.kind === 'heartbeat') return renew(row, operation, context)
    const before = row.outcomeOf(operation.operationId, context.logTimeMs)
    if (before !== undefined) return { outcome: replay(before, operation, user) }
    refuseTooOld(operation, row, context.logTimeMs)
    // Versions never return, so a version that does not hold never will: nothing to remember.
    if (operation.ifVersion !== undefined && user?.version !== operation.ifVersion) {
      return { outcome: { ...presence(user), kind: 'conflict', replayed: false } }
    }
    return record(operation, user, execute(row, operation, context))
  },

  isPayload,

  apply: (bytes, payload, { logTimeMs }) => rowAfter(bytes, payload, logTimeMs)
}

/**
 * Log time is never faster than the time of whoever waits, so what was executed since the first try was sent has a
 * log time of at least `logTimeMs - ageMs`. If outcomes as young as that were evicted, this one may be among them.
 */
function refuseTooOld({ ageMs = 0 }: Write, row: UserRow, logTimeMs: number): void {
  const maybeForgotten = ageMs > OPERATION_AGE_MAX_MS || logTimeMs - ageMs <= row.evictedMs
  if (ageMs === 0 || !maybeForgotten) return
  throw new OperationTooOldError(
    `The write was first sent ${Math.ceil(ageMs / 1000)} s ago, and what may have come of it then is not remembered: read the user, and decide anew`
  )
}

/** What an operation does to a user, before it is remembered. */
interface Executed {
  readonly kind: OutcomeKind
  /** Undefined as well when it is not changed. */
  readonly user: User | undefined
  readonly lease?: Lease | undefined
}

function execute(row: UserRow, operation: Write, context: EvaluationContext): Executed {
  const { user } = row
  if (operation.kind === 'set' && operation.ifAbsent === true && user !== undefined)
    return { kind: 'conflict', user: undefined }
  switch (operation.kind) {
    case 'delete':
      return { kind: user === undefined ? 'absent' : 'deleted', user: undefined }
    case 'patch':
      return user === undefined ? { kind: 'absent', user } : patched(row, user, operation, context)
    case 'set': {
      const { status, lease } = presenceIn(operation, context)
      return {
        kind: user === undefined ? 'created' : 'updated',
        ...written(user, context, {
          id: operation.id,
          status,
          profile:
            operation.change.profile === undefined
              ? (user?.profile ?? {})
              : checkProfile(operation.change.profile),
          lease
        })
      }
    }
  }
}

/**
 * What a user is like may stand in the way of a patch, and not any more when a late duplicate of it comes: so these
 * refusals are outcomes, which are remembered, and no errors.
 */
function patched(row: UserRow, user: User, operation: PatchUser, context: EvaluationContext): Executed {
  const { change } = operation
  const status = checkStatus(change.status ?? user.status)
  if (status === 'OFFLINE' && typeof change.ttlMs === 'number') return { kind: 'offline', user: undefined }
  const profile = change.profile === undefined ? user.profile : merged(user.profile, change.profile)
  if (profile === undefined) return { kind: 'outgrown', user: undefined }
  const lease = leaseAfterPatch(row, operation, context)
  return { kind: 'updated', ...written(user, context, { id: user.id, status, profile, lease }) }
}

/** Undefined: it would be too large. */
function merged(profile: Profile, patch: unknown): Profile | undefined {
  try {
    return checkProfile(mergePatch(profile, patch))
  } catch (error) {
    if (errorName(error) === 'TooLargeError') return undefined
    throw error
  }
}

function leaseAfterPatch(row: UserRow, { change }: PatchUser, context: EvaluationContext): Lease | undefined {
  const status = checkStatus(change.status ?? row.user!.status)
  if (change.ttlMs === undefined) return status === 'OFFLINE' ? undefined : row.lease
  return change.ttlMs === null ? undefined : leaseAsked(change.ttlMs, status, context)
}

/** A user who had a lease must not be there for good after a restore. */
function presenceIn({ change }: SetUser, context: EvaluationContext): Pick<Written, 'status' | 'lease'> {
  const status = checkStatus(change.status)
  if (change.ttlMs !== undefined || change.expiresAt === undefined)
    return { status, lease: leaseAsked(change.ttlMs, status, context) }
  const leftMs = Date.parse(checkExpiry(change.expiresAt)) - context.nowMs
  if (leftMs < LEASE_MIN_MS) return { status: LAPSED_STATUS, lease: undefined }
  return { status, lease: leaseAsked(Math.min(Math.floor(leftMs), LEASE_MAX_MS), status, context) }
}

function leaseAsked(ttlMs: unknown, status: Status, context: EvaluationContext): Lease | undefined {
  if (ttlMs === undefined) return undefined
  return leaseFor(checkTtl(ttlMs, status), context)
}

interface Written {
  readonly id: string
  readonly status: Status
  readonly profile: Profile
  readonly lease: Lease | undefined
}

function written(
  before: User | undefined,
  { version, nowMs }: EvaluationContext,
  { id, status, profile, lease }: Written
): { readonly user: User; readonly lease: Lease | undefined } {
  // A wall clock that was set back must not make a user younger than its last change.
  const updatedMs = before === undefined ? nowMs : Math.max(nowMs, Date.parse(before.updatedAt))
  const updatedAt = new Date(updatedMs).toISOString()
  const createdAt = before?.createdAt ?? updatedAt
  const user = { id, status, profile, version, createdAt, updatedAt, expiresAt: null }
  return { user: leased(user, lease), lease }
}

/**
 * Every write is logged with what came of it, refusals too: a late duplicate of "delete: there is none" must not
 * delete a user that was created since.
 */
function record(
  operation: Write,
  before: User | undefined,
  { kind, user, lease }: Executed
): Evaluation<Outcome> {
  const changed = kind === 'created' || kind === 'updated' || kind === 'deleted'
  const now = changed ? user : before
  const { operationId } = operation
  const version = now?.version ?? ''
  const outcome = { operationId, kind, fingerprint: fingerprintOf(operation), version }
  return {
    outcome: { kind, user: now, version, replayed: false },
    payload: encodeEffect(changed ? { form: 'writes', outcome, user, lease } : { form: 'keeps', outcome })
  }
}

function replay(before: Omit<PastOutcome, 'operationId'>, operation: Write, user: User | undefined): Outcome {
  const same = before.fingerprint === fingerprintOf(operation)
  return { kind: same ? before.kind : 'reused', user, version: before.version, replayed: same }
}

function presence(user: User | undefined): { kind: OutcomeKind; user: User | undefined; version: string } {
  return { kind: user === undefined ? 'absent' : 'found', user, version: user?.version ?? '' }
}

/** Tells whether two operations with one id ask for the same: guards against mistakes, not against malice. */
function fingerprintOf(operation: Write): bigint {
  const { status, profile, ttlMs } = operation.kind === 'delete' ? {} : operation.change
  const ifAbsent = operation.kind === 'set' && operation.ifAbsent === true
  const asked = [operation.kind, operation.id, operation.ifVersion, ifAbsent, status, profile, ttlMs]
  if (operation.kind === 'set' && operation.change.expiresAt !== undefined)
    asked.push(operation.change.expiresAt)
  return createHash('sha256').update(JSON.stringify(asked)).digest().readBigUInt64BE()
}

/** JSON merge patch, RFC 7396 section 2. Built with own properties only, so that a member named __proto__ is just a member. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const members = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name)
    else members.set(name, mergePatch(members.get(name), value))
  }
  return Object.fromEntries(members)
}

function isObject(value: unknown): value is Profile {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
