import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidUserError } from '../../src/errors.ts'
import { systemClock } from '../../src/runtime.ts'
import { importUsers } from '../../src/users/import.ts'
import type { User } from '../../src/users/user.ts'
import type { SetOptions, Traced } from '../../src/users/users.ts'
import { ManualClock } from './manual-clock.ts'

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

const written = { value: { version: '1.1' } as User, created: true, replayed: false, route: {} as never }

test('lines of an import that is repeated are as old as they are when they are written', async () => {
  const clock = new ManualClock()
  const ages: unknown[] = []
  const set = async (_id: string, _input: unknown, options?: SetOptions) => {
    ages.push(options?.ageMs)
    return written
  }
  async function* lines() {
    yield { id: 'ada', status: 'ONLINE' as const }
    await clock.pass(700_000)
    yield { id: 'bob', status: 'ONLINE' as const }
  }
  for (const ageMs of [11_000, 0]) {
    const init = { users: { set }, clock, mode: 'upsert', idempotencyKey: 'k', ageMs } as const
    for await (const { result } of importUsers(lines(), init)) assert.equal(result, 'created')
  }
  assert.deepEqual(ages, [11_000, 711_000, 0, 0])
})

test('an import ends with its signal, also while nobody comes up with the next line', async () => {
  const controller = new AbortController()
  async function* lines() {
    yield { id: 'ada', status: 'ONLINE' as const }
    await new Promise(() => {})
  }
  const users = { set: async () => written }
  const imported = importUsers(lines(), {
    users,
    clock: systemClock,
    mode: 'upsert',
    signal: controller.signal
  })
  const next = imported.next()
  controller.abort(new Error('enough'))
  await assert.rejects(next, { message: 'enough' })
})

test('what is no user is refused in its line, and the others are written', async () => {
  const users = { set: async () => written }
  const lines = [null, 'ada', { id: 'bob', status: 'ONLINE' }] as never[]
  const results: string[] = []
  for await (const result of importUsers(lines, { users, clock: systemClock, mode: 'upsert' }))
    results.push(result.result === 'failed' ? result.error : result.result)
  assert.deepEqual(results, [InvalidUserError.name, InvalidUserError.name, 'created'])
})
