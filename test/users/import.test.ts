import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/runtime.ts'
import { importUsers } from '../../src/users/import.ts'
import type { User } from '../../src/users/user.ts'
import type { Traced } from '../../src/users/users.ts'

test('of lines about one user the last is written last, although the others do not wait', async () => {
  const begun: string[] = []
  const done: (() => void)[] = []
  const users = {
    set: (id: string, { profile }: { profile?: unknown }) => {
      begun.push(`${id} ${JSON.stringify(profile)}`)
      return new Promise<Traced<User> & { created: boolean }>(resolve =>
        done.push(() =>
          resolve({
            value: { id, version: '1.1' } as User,
            created: true,
            replayed: false,
            route: {} as never
          })
        )
      )
    }
  }
  const lines = ['ada', 'bob', 'ada', 'cy', 'ada'].map((id, n) => ({
    id,
    status: 'ONLINE' as const,
    profile: { n }
  }))
  const imported = importUsers(lines, { users, clock: systemClock, mode: 'upsert' })
  const first = imported.next()
  const turn = () => new Promise(resolve => setImmediate(resolve))
  await turn()
  assert.deepEqual(begun, ['ada {"n":0}', 'bob {"n":1}', 'cy {"n":3}'])
  done[0]!()
  await first
  await turn()
  assert.deepEqual(begun.slice(3), ['ada {"n":2}'])
  done[3]!()
  await turn()
  assert.deepEqual(begun.slice(4), ['ada {"n":4}'])
  for (const each of done) each()
  const results: number[] = [1]
  for await (const { line } of imported) results.push(line)
  assert.deepEqual(results, [1, 2, 3, 4, 5])
})
