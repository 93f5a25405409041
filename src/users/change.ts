/** What happened to a user: the events of the feed. */
import type { Entry, EntryId } from '../replica/entry.ts'
import type { Slot } from '../ring/slot.ts'
import { userIdOfRow } from '../storage/keys.ts'
import { changeIn } from './row.ts'
import type { Status, User } from './user.ts'
import type { CallOptions } from './users.ts'

interface OfUser {
  readonly slot: Slot
  readonly id: string
  /** The user's version after it; of a delete one that nobody has. With the id it names the event for ever. */
  readonly version: string
}

/** The order of a slot is that in which it happened there; there is none between slots. */
export type Change =
  /** Written; `expire`: became OFFLINE as the lease was over. */
  | (OfUser & { readonly type: 'put' | 'expire'; readonly user: User })
  | (OfUser & { readonly type: 'delete' })
  /** What was known of the users of the slot may lack changes: those that there are follow as `put`. */
  | { readonly type: 'reset'; readonly slot: Slot }

/** An event, and with some of them the place to go on after it. */
export type WatchEvent = Change & { readonly cursor?: string | undefined }

export interface WatchOptions extends CallOptions {
  /**
   * `now`: what happens from now on. `0`: all users as they are, then what happens. `reset`: the same, each slot with a
   * `reset` before it. Or the `cursor` of an event, from whichever peer: what happened since. @default 'now'
   */
  readonly since?: string | undefined
  /** Of these users only. */
  readonly ids?: readonly string[] | undefined
  /** Only of users that have this status after it; deletes always. */
  readonly status?: Status | undefined
}

/** How far a slot has been followed; undefined: not at all. */
export type Place = EntryId | undefined

/** Undefined of entries that change no user: heartbeats, refusals, and what forgets. */
export function changeOf(slot: Slot, { epoch, sequence, key, payload }: Entry): Change | undefined {
  const change = changeIn(payload)
  if (change === undefined) return undefined
  const of = { slot, id: userIdOfRow(key), version: `${epoch}.${sequence}` }
  return change.kind === 'delete'
    ? { type: 'delete', ...of }
    : { type: change.kind, ...of, user: change.user }
}

export function passes(
  change: Change,
  { ids, status }: { readonly ids?: ReadonlySet<string> | undefined; readonly status?: Status | undefined }
): boolean {
  if (change.type === 'reset') return true
  if (ids !== undefined && !ids.has(change.id)) return false
  return status === undefined || change.type === 'delete' || change.user.status === status
}

/** Of the entry that made the version. */
export function sequenceOf(change: Change): number {
  return change.type === 'reset' ? 0 : sequenceIn(change.version)
}

export function sequenceIn(version: string): number {
  return Number(version.slice(version.indexOf('.') + 1))
}

/** Made once for all who are told of it. */
const json = new WeakMap<Change, string>()

/** All of it but the type, as an object of JSON that is never empty. */
export function jsonOf(change: Change): string {
  const made = json.get(change)
  if (made !== undefined) return made
  const { type: _, ...data } = change
  const text = JSON.stringify(data)
  json.set(change, text)
  return text
}
