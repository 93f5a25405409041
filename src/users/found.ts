/** Several users that were asked for by their ids: all of them, or as many as an answer holds. */
import { assert } from '../errors.ts'
import type { User } from './user.ts'

export interface Found {
  /** In the order in which they were asked for, each once. */
  readonly items: readonly User[]
  readonly missing: readonly string[]
}

/** What one answer holds. */
export interface FoundPart extends Found {
  /** Ids for which there was no room: to be asked for again. Never all of those that were asked for. */
  readonly unread: readonly string[]
}

/** Asks until nothing is left. */
export async function inFull(
  ids: readonly string[],
  ask: (ids: readonly string[]) => Promise<FoundPart>
): Promise<Found> {
  const found = new Map<string, User>()
  for (let left = ids; left.length > 0; ) {
    const { items, unread } = await ask(left)
    assert(unread.length < left.length, 'an answer has room for at least one of the users')
    for (const user of items) found.set(user.id, user)
    left = unread
  }
  const asked = [...new Set(ids)]
  return {
    items: asked.flatMap(id => found.get(id) ?? []),
    missing: asked.filter(id => !found.has(id))
  }
}
