/** Importing users: a window of writes, whose results come out in the order of the lines. */
import { LEASE_MAX_MS, LEASE_MIN_MS } from '../constants.ts'
import { AnilloError, errorName } from '../errors.ts'
import type { Clock } from '../runtime.ts'
import type { ImportItem, ImportMode, ImportResult } from './many-users.ts'
import { sharedSignal } from './shared-signal.ts'
import type { User } from './user.ts'
import type { CallOptions, TracedUsers } from './users.ts'

/** Writes under way at once: enough for each slot's leader to flush several together. */
const WINDOW = 128

export interface ImportInit extends CallOptions {
  readonly users: Pick<TracedUsers, 'set'>
  readonly clock: Pick<Clock, 'now'>
  readonly mode: ImportMode
  /** The import sent again with it writes nothing twice: each line is known by it and its number. @default none */
  readonly idempotencyKey?: string | undefined
  /** As of `WriteOptions`. */
  readonly ageMs?: number | undefined
}

/** An item, or why there is none in that line. */
export type Line = ImportItem | AnilloError

/** Ends early when `signal` is aborted; what is under way then may be written. @throws its reason */
export async function* importUsers(
  lines: Iterable<Line> | AsyncIterable<Line>,
  init: ImportInit
): AsyncGenerator<ImportResult> {
  const window: { readonly id: unknown; readonly result: Promise<ImportResult> }[] = []
  const shared = { ...init, signal: sharedSignal(init.signal) }
  let number = 0
  for await (const line of lines) {
    init.signal?.throwIfAborted()
    const at = ++number
    const id = line instanceof AnilloError ? undefined : line.id
    // Of lines about one user the last one counts, so they are written one after another.
    const before = id === undefined ? undefined : window.findLast(other => other.id === id)?.result
    const result = before === undefined ? write(line, at, shared) : before.then(() => write(line, at, shared))
    result.catch(() => {}) // looked at in its turn
    window.push({ id, result })
    if (window.length >= WINDOW) yield await window.shift()!.result
  }
  for (const { result } of window) yield await result
}

async function write(line: Line, number: number, init: ImportInit): Promise<ImportResult> {
  const { users, mode, idempotencyKey: key, ageMs, signal } = init
  if (line instanceof AnilloError) return failed(number, null, line)
  const { id, profile } = line
  try {
    const idempotencyKey = key === undefined ? undefined : `${key}:${number}`
    const options = { ifAbsent: mode !== 'upsert', idempotencyKey, ageMs, signal }
    const { value, created } = await users.set(id, { profile, ...presenceOf(line, init) }, options)
    return { line: number, id, result: created ? 'created' : 'updated', version: value.version }
  } catch (error) {
    signal?.throwIfAborted()
    const name = errorName(error)
    if (name === undefined) throw error
    const version = (error as { readonly current?: User }).current?.version
    if (name === 'ConflictError' && mode === 'skip' && version !== undefined)
      return { line: number, id, result: 'skipped', version }
    return failed(number, typeof id === 'string' ? id : null, error as AnilloError)
  }
}

/** A user who had a lease must not be there for good after a restore. */
function presenceOf({ status, ttlMs, expiresAt }: ImportItem, { clock }: ImportInit) {
  if (ttlMs !== undefined || expiresAt == null) return { status, ttlMs }
  const leftMs = Date.parse(expiresAt) - clock.now()
  return leftMs < LEASE_MIN_MS
    ? { status: 'OFFLINE' as const }
    : { status, ttlMs: Math.min(Math.floor(leftMs), LEASE_MAX_MS) }
}

function failed(line: number, id: string | null, { name, message }: AnilloError): ImportResult {
  return { line, id, result: 'failed', error: name, detail: message }
}
