/** What is done to one user does the same wherever it is asked: embedded, over HTTP, and by a client of the ring. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Users } from '../../src/users/users.ts'

/** `prefix` keeps the users of one suite apart from those of others. */
export function describeUsers(
  title: string,
  prefix: string,
  users: () => Users,
  elsewhere: () => Users
): void {
  const id = (name: string) => `${prefix}-${name}`

  describe(title, () => {
    it('creates a user, changes parts of it, and deletes it, as others see at once', async () => {
      const made = await users().set(id('a'), { status: 'ONLINE', profile: { name: 'Ada', room: 4 } })
      assert.deepEqual(await elsewhere().get(id('a')), made)
      const changed = await users().patch(id('a'), { status: 'BUSY', profile: { room: null } })
      assert.deepEqual([changed.status, changed.profile], ['BUSY', { name: 'Ada' }])
      assert.notEqual(changed.version, made.version)
      assert.deepEqual(await elsewhere().get(id('a')), changed)
      assert.equal(await users().delete(id('a')), true)
      assert.equal(await users().delete(id('a')), false)
      assert.deepEqual([await users().get(id('a')), await elsewhere().get(id('a'))], [undefined, undefined])
    })

    it('does a conditional write only if its condition holds, and says how the user is', async () => {
      const made = await users().set(id('b'), { status: 'ONLINE' }, { ifAbsent: true })
      const changed = await elsewhere().set(id('b'), { status: 'AWAY' })
      const refused = { name: 'ConflictError', current: changed }
      await assert.rejects(users().set(id('b'), { status: 'BUSY' }, { ifAbsent: true }), refused)
      await assert.rejects(users().patch(id('b'), { status: 'BUSY' }, { ifVersion: made.version }), refused)
      await assert.rejects(users().delete(id('b'), { ifVersion: made.version }), refused)
      assert.equal(await users().delete(id('b'), { ifVersion: changed.version }), true)
      await assert.rejects(users().patch(id('b'), { status: 'BUSY' }), { name: 'NotFoundError' })
    })

    it('does a write once that is repeated with its key, wherever it is repeated', async () => {
      const once = { idempotencyKey: `${prefix}-key`, ifAbsent: true }
      const made = await users().set(id('c'), { status: 'ONLINE' }, once)
      assert.equal((await elsewhere().set(id('c'), { status: 'ONLINE' }, once)).version, made.version)
      await assert.rejects(users().set(id('c'), { status: 'BUSY' }, once), {
        name: 'IdempotencyKeyReusedError'
      })
    })

    it('keeps a presence lease alive, and refuses to where there is none', async () => {
      await users().set(id('d'), { status: 'ONLINE', ttlMs: 60_000 })
      const { status, expiresAt } = await users().heartbeat(id('d'), 120_000)
      assert.equal(status, 'ONLINE')
      assert.equal((await elsewhere().get(id('d')))?.expiresAt, expiresAt)
      await users().set(id('e'), { status: 'ONLINE' })
      await assert.rejects(users().heartbeat(id('e'), 60_000), { name: 'ConflictError' })
      await assert.rejects(users().heartbeat(id('nobody'), 60_000), { name: 'NotFoundError' })
    })

    it('writes back a user that was read, of which the lease it had is no part', async () => {
      const read = await users().set(id('h'), { status: 'ONLINE', profile: { n: 1 }, ttlMs: 60_000 })
      const { status, profile, expiresAt } = await users().set(id('h'), { ...read, status: 'BUSY' })
      assert.deepEqual([status, profile, expiresAt], ['BUSY', { n: 1 }, null])
      await users().patch(id('h'), { ...read, ttlMs: 60_000 })
      assert.equal((await elsewhere().get(id('h')))?.status, 'ONLINE')
    })

    it('reads from any replica when it may be stale', async () => {
      const { version } = await users().set(id('f'), { status: 'ONLINE' })
      const endMs = Date.now() + 20_000
      for (;;) {
        const read = await users().get(id('f'), { consistency: 'stale' })
        if (read?.version === version) break
        assert.ok(Date.now() < endMs, 'no replica has it')
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    })

    it('refuses what is no user, and ends with the reason of a signal', async () => {
      await assert.rejects(users().set('', { status: 'ONLINE' }), { name: 'InvalidUserError' })
      await assert.rejects(users().set(id('g'), { status: 'GONE' as 'AWAY' }), { name: 'InvalidUserError' })
      const reason = new Error('no longer wanted')
      await assert.rejects(users().get(id('g'), { signal: AbortSignal.abort(reason) }), {
        message: reason.message
      })
    })
  })
}
