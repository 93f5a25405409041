/** What a disk has of a slot, all of its log taken for committed: as a recovery from it would go on. */
import { BEFORE_FIRST, type EntryId } from '../../src/replica/entry.ts'
import { UserRow } from '../../src/users/row.ts'
import type { User } from '../../src/users/user.ts'
import { type DurableReplica, textOf } from './durable-replica.ts'
import { rowAfter } from './row-history.ts'

/** By id; none while the slot is being deleted there. */
export function usersOnDisk({ state, rows, log, applied, last }: DurableReplica): Map<string, User> {
  if (state.clearing) return new Map()
  const after = new Map<string, Uint8Array | null>(rows)
  for (let sequence = applied.sequence + 1; sequence <= last.sequence; sequence++) {
    const entry = log.get(sequence)!
    const key = textOf(entry.key)
    after.set(key, rowAfter(after.get(key) ?? undefined, entry))
  }
  const users = new Map<string, User>()
  for (const row of after.values()) {
    const user = row === null ? undefined : new UserRow(row).user
    if (user !== undefined) users.set(user.id, user)
  }
  return users
}

/** How far a copy goes: in the view that is installed everything is that was acknowledged before. */
export function reachOf(disk: DurableReplica | undefined): EntryId {
  if (disk === undefined || disk.state.clearing) return BEFORE_FIRST
  const { state, last } = disk
  if (state.view === null && state.next === null) return BEFORE_FIRST
  return { ...last, epoch: Math.max(state.view?.epoch ?? 0, last.epoch) }
}
