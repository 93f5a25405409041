import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, problemOf } from './harness.ts'

test('the work of a peer is listed, the latest first, and each piece has a path of its own', async () => {
  const { ask, ring } = harness()
  assert.deepEqual(await (await ask('GET', '/v1/tasks')).json(), { items: [] })
  ring.tasks.begin({ kind: 'snapshot-out', detail: 'slot 1 to b', unit: 'rows', total: 9 }).add(4, 1_000)
  ring.leave()
  const { items } = await (await ask('GET', '/v1/tasks')).json()
  assert.deepEqual(
    items.map(({ id }: { id: string }) => id),
    ['leave-2', 'snapshot-out-1']
  )
  assert.deepEqual(items[1], {
    id: 'snapshot-out-1',
    kind: 'snapshot-out',
    state: 'running',
    startedAt: '2026-11-22T00:00:00.000Z',
    endedAt: null,
    progress: { done: 4, total: 9, unit: 'rows' },
    detail: 'slot 1 to b (1,000 bytes)'
  })
  assert.deepEqual(await (await ask('GET', '/v1/tasks/snapshot-out-1')).json(), items[1])
})

test('a task that is not known is 404, and says where those that are known can be seen', async () => {
  const { ask } = harness()
  const problem = await problemOf(await ask('GET', '/v1/tasks/leave-1'), 404)
  assert.equal(problem.type, 'urn:anillo:error:not-found')
  assert.match(String(problem.detail), /no task "leave-1".*\/v1\/tasks lists/)
  await problemOf(await ask('GET', '/v1/tasks?state=running'), 400)
  await problemOf(await ask('GET', '/v1/tasks/leave-1?x'), 400)
})
