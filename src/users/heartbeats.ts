/** The heartbeats of many users, as whoever keeps track of presence sends them: some at a time, within one deadline. */
import { USERS_TIMEOUT_MS } from '../constants.ts'
import { type AnilloError, errorName } from '../errors.ts'
import { type Clock, deadlineAfter, parallel } from '../runtime.ts'
import type { HeartbeatResult } from './many-users.ts'
import { sharedSignal } from './shared-signal.ts'
import type { CallOptions, TracedUsers } from './users.ts'

/** Under way at once: enough for each slot's leader to flush several together, and for slots without one not to hold up the others. */
const HEARTBEATS_AT_ONCE = 128

export interface HeartbeatsInit extends CallOptions {
  readonly users: Pick<TracedUsers, 'heartbeat'>
  readonly clock: Clock
  readonly ttlMs: number
}

/** In the order of `ids`, each once. @throws NotRunningError it is so of each, and another peer is asked; the signal's reason */
export async function heartbeatUsers(
  ids: readonly string[],
  { users, clock, ttlMs, signal }: HeartbeatsInit
): Promise<readonly HeartbeatResult[]> {
  const results = new Map<string, HeartbeatResult | undefined>(ids.map(id => [id, undefined]))
  using deadline = deadlineAfter(clock, USERS_TIMEOUT_MS, signal)
  const options = { signal: sharedSignal(deadline.signal) }
  let stopped: unknown
  await parallel([...results.keys()], HEARTBEATS_AT_ONCE, async id => {
    try {
      const { value } = await users.heartbeat(id, ttlMs, options)
      results.set(id, { ...value, result: 'renewed' })
    } catch (error) {
      signal?.throwIfAborted()
      if (errorName(error) === 'NotRunningError') stopped = error
      results.set(id, resultOf(id, error))
    }
  })
  const answers = [...results.values()].map(result => result!)
  if (stopped !== undefined && answers.every(isNotRunning)) throw stopped
  return answers
}

function isNotRunning(answer: HeartbeatResult): boolean {
  return answer.result === 'failed' && answer.error === 'NotRunningError'
}

/** @throws what is a defect, and no result of this user */
function resultOf(id: string, error: unknown): HeartbeatResult {
  const name = errorName(error)
  switch (name) {
    case 'NotFoundError':
      return { id, result: 'missing' }
    case 'ConflictError':
      return { id, result: 'no-lease' }
    case 'InternalError':
    case undefined:
      throw error
    case 'TimeoutError': {
      // The deadline of all of them; one that was sent by then is an OutcomeUnknownError.
      const detail = `It was not sent: those before it took ${USERS_TIMEOUT_MS} ms; send it again`
      return { id, result: 'failed', error: 'UnavailableError', detail }
    }
    default:
      return { id, result: 'failed', error: name, detail: (error as AnilloError).message }
  }
}
