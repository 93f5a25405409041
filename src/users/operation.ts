/** What an operation does to a user: the machine that runs inside a slot. Pure. */
import { createHash } from 'node:crypto'
import { IDEMPOTENCY_OUTCOMES_MAX, IDEMPOTENCY_WINDOW_MS } from '../constants.ts'
import type { Evaluation, EvaluationContext, SlotMachine } from '../replica/slot-machine.ts'
import { keyOf, positionToBytes } from '../ring/position.ts'
import type { Slot } from '../ring/slot.ts'
import { rowKey } from '../storage/keys.ts'
import { decodeRow, EMPTY_ROW, encodeRow, isLiveRow, type PastOutcome, type UserRow } from './row.ts'
import { checkProfile, checkStatus, type Profile, type User } from './user.ts'

const FINGERPRINT_LENGTH = 11

export interface Get {
  readonly kind: 'get'
  readonly id: string
}

interface Change {
  readonly id: string
  readonly ifVersion?: string | undefined
  /** 32 hex digits, the same whenever the same intention is sent again. */
  readonly operationId: string
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

  isForgettable(bytes, nowMs) {
    return !isLiveRow(bytes) && decodeRow(bytes).past.every(outcome => isPast(outcome, nowMs))
  },

  evaluate(bytes, operation, context) {
    const row = bytes === undefined ? EMPTY_ROW : decodeRow(bytes)
    if (operation.kind === 'get') return { outcome: { ...presence(row.user), replayed: false } }
    const before = row.past.find(
      past => past.operationId === operation.operationId && !isPast(past, context.nowMs)
    )
    if (before !== undefined) return { outcome: replay(before, operation, row.user) }
    // Versions never return, so a version that does not hold never will: nothing to remember.
    if (operation.ifVersion !== undefined && row.user?.version !== operation.ifVersion) {
      return { outcome: { ...presence(row.user), kind: 'conflict', replayed: false } }
    }
    return record(row, operation, execute(row.user, operation, context), context.nowMs)
  }
}

/** What an operation does to a user, before it is remembered. */
interface Effect {
  readonly kind: OutcomeKind
  readonly user: User | undefined
}

function execute(user: User | undefined, operation: Write, { version, nowMs }: EvaluationContext): Effect {
  if (operation.kind === 'set' && operation.ifAbsent === true && user !== undefined)
    return { kind: 'conflict', user }
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
              : mergePatch(user.profile, operation.change.profile),
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
          profile: operation.change.profile ?? user?.profile ?? {},
          version,
          nowMs
        })
      }
  }
}

interface Written {
  readonly id: string
  readonly status: unknown
  readonly profile: unknown
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
    profile: checkProfile(profile),
    version,
    createdAt: before?.createdAt ?? updatedAt,
    updatedAt,
    expiresAt: null
  }
}

/**
 * Every write is remembered with what came of it, refusals too: a late duplicate of "delete: there is none" must
 * not delete a user that was created since.
 */
function record(row: UserRow, operation: Write, { kind, user }: Effect, nowMs: number): Evaluation<Outcome> {
  const changed = kind === 'created' || kind === 'updated' || kind === 'deleted'
  const now = changed ? user : row.user
  const past = {
    operationId: operation.operationId,
    kind,
    fingerprint: fingerprintOf(operation),
    version: now?.version ?? '',
    atMs: nowMs
  }
  const kept = row.past.filter(outcome => !isPast(outcome, nowMs)).slice(1 - IDEMPOTENCY_OUTCOMES_MAX)
  return {
    outcome: { kind, user: kind === 'conflict' ? row.user : now, version: past.version, replayed: false },
    row: encodeRow({ user: now, past: [...kept, past] })
  }
}

function replay(before: PastOutcome, operation: Write, user: User | undefined): Outcome {
  const same = before.fingerprint === fingerprintOf(operation)
  return { kind: same ? before.kind : 'reused', user, version: before.version, replayed: same }
}

function isPast({ atMs }: PastOutcome, nowMs: number): boolean {
  return nowMs - atMs > IDEMPOTENCY_WINDOW_MS
}

function presence(user: User | undefined): { kind: OutcomeKind; user: User | undefined; version: string } {
  return { kind: user === undefined ? 'absent' : 'found', user, version: user?.version ?? '' }
}

/** Tells whether two operations with one id ask for the same: guards against mistakes, not against malice. */
function fingerprintOf(operation: Write): string {
  const { status, profile } = operation.kind === 'delete' ? {} : operation.change
  const ifAbsent = operation.kind === 'set' && operation.ifAbsent === true
  const asked = [operation.kind, operation.id, operation.ifVersion, ifAbsent, status, profile]
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, FINGERPRINT_LENGTH)
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
