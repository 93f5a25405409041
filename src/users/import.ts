/** Importing users: a window of writes, whose results come out in the order of the lines. */
import { AnilloError, errorName, InvalidUserError } from '../errors.ts'
import type { Clock } from '../runtime.ts'
import { interruptible } from './interruptible.ts'
import type { ImportItem, ImportMode, ImportResult } from './many-users.ts'
import { sharedSignal } from './shared-signal.ts'
import type { User } from './user.ts'
import type { CallOptions, TracedUsers } from './users.ts'

/** Writes under way at once: enough for each slot's leader to flush several together. */
const WINDOW = 128

export interface ImportInit extends CallOptions {
  readonly users: Pick<TracedUsers, 'set'>
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly mode: ImportMode
  /** The import sent again with it writes nothing twice: each line is known by it and its number. @default none */
  readonly idempotencyKey?: string | undefined
  /** As of `WriteOptions`, when the import begins. */
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
  const shared = { ...init, signal: sharedSignal(init.signal), beganMs: init.clock.monotonic() }
  let number = 0
  for await (const line of interruptible(lines, init.signal)) {
    const at = ++number
    // Whoever embeds this may give anything.
    const id = line instanceof AnilloError ? undefined : (line as ImportItem | null)?.id
    // Of lines about one user the last one counts, so they are written one after another.
    const before = id === undefined ? undefined : window.findLast(other => other.id === id)?.result
    const result = before === undefined ? write(line, at, shared) : before.then(() => write(line, at, shared))
    result.catch(() => {}) // looked at in its turn
    window.push({ id, result })
    if (window.length >= WINDOW) yield await window.shift()!.result
  }
  for (const { result } of window) yield await result
}

interface Begun extends ImportInit {
  /** On the monotonic clock. */
  readonly beganMs: number
}

async function write(line: Line, number: number, init: Begun): Promise<ImportResult> {
  const { users, mode, idempotencyKey: key, signal } = init
  if (line instanceof AnilloError) return failed(number, null, line)
  if (typeof line !== 'object' || line === null)
    return failed(number, null, new InvalidUserError(`A user is an object; this one is ${String(line)}`))
  const { id, status, profile, ttlMs, expiresAt } = line
  try {
    const idempotencyKey = key === undefined ? undefined : `${key}:${number}`
    const options = { ifAbsent: mode !== 'upsert', idempotencyKey, ageMs: ageOf(init), signal }
    const { value, created } = await users.set(id, { status, profile, ttlMs, expiresAt }, options)
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

/** Of a line, when it is written: an import may take longer than what came of its first try is remembered. */
function ageOf({ ageMs = 0, clock, beganMs }: Begun): number {
  return ageMs === 0 ? 0 : ageMs + clock.monotonic() - beganMs
}

function failed(line: number, id: string | null, { name, message }: AnilloError): ImportResult {
  return { line, id, result: 'failed', error: name, detail: message }
}
