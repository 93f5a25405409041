/** Stores users 1…n with a random status each, as the original's script does. Ends early with the Api's signal. */
import { setTimeout as pause } from 'node:timers/promises'
import { RETRY_AFTER_MS } from '../constants.ts'
import { type AnilloError, errorName } from '../errors.ts'
import type { Random } from '../runtime.ts'
import type { Api } from './api.ts'

/** Requests under way at once: enough to keep a peer's disk busy, few enough to stay out of others' way. */
const CONCURRENCY = 16
/** A user is tried again for so long while its slot moves from peer to peer. */
const RETRY_FOR_MS = 30_000

export interface StoredUsers {
  readonly online: number
  readonly offline: number
}

export async function storeUsers(
  api: Api,
  count: number,
  random: Random,
  onStored: (stored: number) => void = () => {}
): Promise<StoredUsers> {
  let next = 1
  let stored = 0
  let online = 0
  let failed = false
  const work = async () => {
    while (next <= count && !failed) {
      const id = next++
      const status = random.next() < 0.5 ? 0 : 1
      try {
        await setPatiently(api, id, status)
      } catch (error) {
        failed = true
        throw error
      }
      if (status === 0) online++
      onStored(++stored)
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: CONCURRENCY }, work))
  const rejected = outcomes.find(outcome => outcome.status === 'rejected')
  if (rejected !== undefined) throw rejected.reason
  return { online, offline: stored - online }
}

/** Tries again what was certainly not written, when the peer says that trying again makes sense. */
async function setPatiently(api: Api, id: number, status: number): Promise<void> {
  const untilMs = performance.now() + RETRY_FOR_MS
  for (;;) {
    try {
      return await api.setStatus(id, status)
    } catch (error) {
      const { retryAfterMs } = error as AnilloError
      const name = errorName(error)
      const again =
        (name === 'UnavailableError' || name === 'TooManyRequestsError') && retryAfterMs !== undefined
      if (!again || performance.now() > untilMs) throw error
      await pause(Math.min(retryAfterMs, RETRY_AFTER_MS))
    }
  }
}
