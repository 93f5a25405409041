/** Long-running work as whole peers tell of it over HTTP. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AnilloPeer } from '../../src/peer.ts'
import { createRing } from '../../src/testing.ts'
import type { TaskReport } from '../../src/users/ring-report.ts'

const OPTIONS = { slots: 8, virtualNodes: 4, replicas: 2, leaderSpreadMs: 250 }

async function ask<T>({ fetch }: AnilloPeer, method: string, path: string): Promise<T> {
  return (await fetch(new Request(`http://peer.test${path}`, { method }))).json() as Promise<T>
}

const leave = async (peer: AnilloPeer) => (await ask<{ watch: string }>(peer, 'POST', '/v1/peer/leave')).watch

describe('the tasks of a peer', () => {
  it('show how it leaves, and asking again leads to the same one', async () => {
    await using ring = await createRing(2, OPTIONS)
    const [first, second] = ring.peers as [AnilloPeer, AnilloPeer]
    await first.users.set('7', { status: 'ONLINE' })
    const watch = await leave(second)
    assert.equal(await leave(second), watch)
    const begun = await ask<TaskReport>(second, 'GET', watch)
    assert.deepEqual([begun.kind, begun.state, begun.progress?.total], ['leave', 'running', OPTIONS.slots])
    assert.equal(await second.stopped, undefined)
    const ended = await ask<TaskReport>(second, 'GET', watch)
    assert.equal(ended.state, 'done')
    assert.deepEqual(ended.progress, { done: OPTIONS.slots, total: OPTIONS.slots, unit: 'slots' })
    assert.equal((await first.users.get('7'))?.status, 'ONLINE')
  })

  it('say at once of a leaving that cannot be: nobody is there to take the users', async () => {
    await using ring = await createRing(1, OPTIONS)
    const [peer] = ring.peers
    const first = await leave(peer)
    const { state, detail } = await ask<TaskReport>(peer, 'GET', first)
    assert.equal(state, 'failed')
    assert.match(detail, /no other peer that could take the users/)
    assert.notEqual(await leave(peer), first) // it may have changed since
    const { items } = await ask<{ items: TaskReport[] }>(peer, 'GET', '/v1/tasks')
    assert.equal(items.filter(({ kind }) => kind === 'leave').length, 2)
    assert.equal(peer.ring.self().state, 'normal')
  })

  it('are not begun by a peer that has stopped, whether it had failed to leave before or not', async () => {
    for (const failedBefore of [false, true]) {
      await using ring = await createRing(1, OPTIONS)
      const [peer] = ring.peers
      if (failedBefore) await leave(peer)
      await peer.stop()
      const response = await peer.fetch(new Request('http://peer.test/v1/peer/leave', { method: 'POST' }))
      const { type, detail } = (await response.json()) as { type: string; detail: string }
      assert.deepEqual(
        [response.status, type, detail],
        [503, 'urn:anillo:error:not-running', 'This peer has stopped']
      )
    }
  })
})
