/** What an operation does to a user: the machine that runs inside a slot. Pure. */
import { createHash } from 'node:crypto'
import { OPERATION_AGE_MAX_MS } from '../constants.ts'
import { OperationTooOldError } from '../errors.ts'
import type { Evaluation, EvaluationContext, SlotMachine } from '../replica/slot-machine.ts'
import { keyOf, positionToBytes } from '../ring/position.ts'
import type { Slot } from '../ring/slot.ts'
import { rowKey } from '../storage/keys.ts'
import type { PastOutcome } from './past-outcome.ts'
import { encodeEffect, isLiveRow, rowAfter, UserRow } from './row.ts'
import { checkProfile, checkStatus, type Profile, type User } from './user.ts'

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
  readonly change: { readonly status: unknown; readonly profile?: unknown }
  readonly ifAbsent?: boolean | undefined
}

export interface PatchUser extends Change {
  readonly kind: 'patch'
  readonly change: { readonly status?: unknown; readonly profile?: unknown }
}

export interface DeleteUser extends Change {
  readonly kind: 'delete'
}

export type Operation = Get | SetUser | PatchUser | DeleteUser
export type Write = Exclude<Operation, Get>

export type OutcomeKind = 'found' | 'created' | 'updated' | 'deleted' | 'absent' | 'conflict' | 'reused'

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

  isForgettable: (bytes, logTimeMs) => !isLiveRow(bytes) && new UserRow(bytes).isForgettable(logTimeMs),

  evaluate(bytes, operation, context) {
    const row = new UserRow(bytes)
    const { user } = row
    if (operation.kind === 'get') return { outcome: { ...presence(user), replayed: false } }
    const before = row.outcomeOf(operation.operationId, context.logTimeMs)
    if (before !== undefined) return { outcome: replay(before, operation, user) }
    refuseTooOld(operation, row, context.logTimeMs)
    // Versions never return, so a version that does not hold never will: nothing to remember.
    if (operation.ifVersion !== undefined && user?.version !== operation.ifVersion) {
      return { outcome: { ...presence(user), kind: 'conflict', replayed: false } }
    }
    return record(operation, user, execute(user, operation, context))
  },

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
}

function execute(user: User | undefined, operation: Write, { version, nowMs }: EvaluationContext): Executed {
  if (operation.kind === 'set' && operation.ifAbsent === true && user !== undefined)
    return { kind: 'conflict', user: undefined }
  switch (operation.kind) {
    case 'delete':
      return { kind: user === undefined ? 'absent' : 'deleted', user: undefined }
    case 'patch':
      if (user === undefined) return { kind: 'absent', user }
      return {
        kind: 'updated',
        user: written(user, {
          id: user.id,
          status: operation.change.status ?? user.status,
          profile:
            operation.change.profile === undefined
              ? user.profile
              : checkProfile(mergePatch(user.profile, operation.change.profile)),
          version,
          nowMs
        })
      }
    case 'set':
      return {
        kind: user === undefined ? 'created' : 'updated',
        user: written(user, {
          id: operation.id,
          status: operation.change.status,
          profile:
            operation.change.profile === undefined
              ? (user?.profile ?? {})
              : checkProfile(operation.change.profile),
          version,
          nowMs
        })
      }
  }
}

interface Written {
  readonly id: string
  readonly status: unknown
  readonly profile: Profile
  readonly version: string
  readonly nowMs: number
}

function written(before: User | undefined, { id, status, profile, version, nowMs }: Written): User {
  // A wall clock that was set back must not make a user younger than its last change.
  const updatedMs = before === undefined ? nowMs : Math.max(nowMs, Date.parse(before.updatedAt))
  const updatedAt = new Date(updatedMs).toISOString()
  return {
    id,
    status: checkStatus(status),
    profile,
    version,
    createdAt: before?.createdAt ?? updatedAt,
    updatedAt,
    expiresAt: null
  }
}

/**
 * Every write is logged with what came of it, refusals too: a late duplicate of "delete: there is none" must not
 * delete a user that was created since.
 */
function record(operation: Write, before: User | undefined, { kind, user }: Executed): Evaluation<Outcome> {
  const changed = kind === 'created' || kind === 'updated' || kind === 'deleted'
  const now = changed ? user : before
  const { operationId } = operation
  const version = now?.version ?? ''
  const outcome = { operationId, kind, fingerprint: fingerprintOf(operation), version }
  return {
    outcome: { kind, user: now, version, replayed: false },
    payload: encodeEffect({ user: changed ? user : 'kept', outcome })
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
  const { status, profile } = operation.kind === 'delete' ? {} : operation.change
  const ifAbsent = operation.kind === 'set' && operation.ifAbsent === true
  const asked = [operation.kind, operation.id, operation.ifVersion, ifAbsent, status, profile]
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
