import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { USERS_TIMEOUT_MS } from '../../src/constants.ts'
import { NotRunningError, OutcomeUnknownError } from '../../src/errors.ts'
import { raceSignal } from '../../src/runtime.ts'
import { heartbeatUsers } from '../../src/users/heartbeats.ts'
import type { TracedUsers } from '../../src/users/users.ts'
import { ManualClock } from './manual-clock.ts'

type Heartbeat = TracedUsers['heartbeat']
const renewed: Heartbeat = async id => ({
  value: { id, status: 'ONLINE', version: '1.1', expiresAt: '2026-11-22T10:05:30.000Z' },
  created: false,
  replayed: false,
  route: { slot: 0 as never, owner: 'peer', hops: 0, consistency: 'strong' }
})
const hanging = () => new Promise<never>(() => {})

describe('heartbeats of many users', () => {
  const clock = new ManualClock()
  const ids = Array.from({ length: 300 }, (_, at) => `u${at}`)
  const beat = (heartbeat: Heartbeat, signal?: AbortSignal) =>
    heartbeatUsers(ids, { users: { heartbeat }, clock, ttlMs: 30_000, signal })

  it('end with their deadline: those sent may have been renewed, and those not sent certainly have not', async () => {
    let sent = 0
    const answer = beat(async (_id, _ttl, { signal } = {}) => {
      signal?.throwIfAborted()
      sent++
      return raceSignal(hanging(), signal).catch(() => {
        throw new OutcomeUnknownError('no answer in time')
      })
    })
    await clock.pass(USERS_TIMEOUT_MS)
    const errors = (await answer).map(each => ('error' in each ? each.error : each.result))
    assert.ok(sent > 0 && sent < ids.length)
    assert.deepEqual(
      errors,
      ids.map((_, at) => (at < sent ? 'OutcomeUnknownError' : 'UnavailableError'))
    )
    assert.equal(clock.pending, 0)
  })

  it('of a peer that stops in the middle tell which were renewed, and which are to be sent to another one', async () => {
    const renewals = 200
    let asked = 0
    const stopping: Heartbeat = async (id, ...more) => {
      if (asked++ >= renewals) throw new NotRunningError('This peer is stopping')
      return renewed(id, ...more)
    }
    assert.deepEqual(
      (await beat(stopping)).map(each => ('error' in each ? each.error : each.result)),
      ids.map((_, at) => (at < renewals ? 'renewed' : 'NotRunningError'))
    )
  })

  it('are refused as a whole by a peer that does not run, so that another one is asked', async () => {
    const stopped: Heartbeat = async () => {
      throw new NotRunningError('This peer is stopping')
    }
    await assert.rejects(beat(stopped), { name: 'NotRunningError' })
  })

  it('end with the reason of their caller', async () => {
    const caller = new AbortController()
    const answer = beat((_id, _ttl, { signal } = {}) => raceSignal(hanging(), signal), caller.signal)
    caller.abort(new Error('enough'))
    await assert.rejects(answer, { message: 'enough' })
  })

  it('throw what is a defect', async () => {
    await assert.rejects(
      beat(async () => {
        throw new TypeError('a defect')
      }),
      { name: 'TypeError' }
    )
  })
})
