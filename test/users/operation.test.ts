import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IDEMPOTENCY_OUTCOMES_MAX, IDEMPOTENCY_WINDOW_MS } from '../../src/constants.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { mergePatch, type Operation, type Outcome, usersMachine } from '../../src/users/operation.ts'
import { decodeRow, isLiveRow, statusOfRow } from '../../src/users/row.ts'

/** One user's row and the operations done to it, each at its own version. */
class OneUser {
  row: Uint8Array | undefined
  nowMs = Date.UTC(2026, 0, 1)
  #sequence = 0

  do(operation: Partial<Operation> & { kind: Operation['kind'] }): Outcome {
    this.#sequence++
    const full = { id: 'ada', operationId: `${this.#sequence}`.padStart(32, '0'), ...operation } as Operation
    const { outcome, row } = usersMachine.evaluate(this.row, full, {
      version: `1.${this.#sequence}`,
      nowMs: this.nowMs
    })
    if (row !== undefined) this.row = row ?? undefined
    return outcome
  }
}

const online = { status: 'ONLINE' }

describe('an operation on a user', () => {
  it('creates, replaces, and keeps the profile that a set leaves out', () => {
    const user = new OneUser()
    const created = user.do({ kind: 'set', change: { status: 'ONLINE', profile: { name: 'Ada' } } })
    assert.equal(created.kind, 'created')
    user.nowMs += 60_000
    const updated = user.do({ kind: 'set', change: { status: 'AWAY' } })
    assert.equal(updated.kind, 'updated')
    assert.deepEqual(updated.user, {
      id: 'ada',
      status: 'AWAY',
      profile: { name: 'Ada' },
      version: '1.2',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:01:00.000Z',
      expiresAt: null
    })
    assert.deepEqual(user.do({ kind: 'get' }).user, updated.user)
  })

  it('never lets a user grow younger when the wall clock is set back', () => {
    const user = new OneUser()
    const before = user.do({ kind: 'set', change: online })
    user.nowMs -= 3_600_000
    const after = user.do({ kind: 'set', change: { status: 'BUSY' } })
    assert.equal(after.user?.updatedAt, before.user?.updatedAt)
  })

  it('is decided by its conditions, and a refused one changes nothing', () => {
    const user = new OneUser()
    assert.equal(user.do({ kind: 'set', change: online, ifVersion: '1.9' }).kind, 'conflict')
    assert.equal(user.row, undefined)
    const { version } = user.do({ kind: 'set', change: online, ifAbsent: true })
    const refused = user.do({ kind: 'set', change: { status: 'BUSY' }, ifAbsent: true })
    assert.equal(refused.kind, 'conflict')
    assert.equal(refused.user?.version, version)
    assert.equal(user.do({ kind: 'delete', ifVersion: '0.0' }).kind, 'conflict')
    assert.equal(user.do({ kind: 'get' }).user?.status, 'ONLINE')
    assert.equal(user.do({ kind: 'patch', change: { status: 'BUSY' }, ifVersion: version }).kind, 'updated')
  })

  it('done twice with one id happens once, and both answers are the same', () => {
    const user = new OneUser()
    const operation = { kind: 'set', change: online, operationId: 'a'.repeat(32) } as const
    const first = user.do(operation)
    const again = user.do(operation)
    assert.deepEqual({ ...again, replayed: false }, first)
    assert.equal(again.replayed, true)
  })

  it('with a used id and another content is refused', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: online, operationId: 'a'.repeat(32) })
    const reused = user.do({ kind: 'set', change: { status: 'BUSY' }, operationId: 'a'.repeat(32) })
    assert.equal(reused.kind, 'reused')
    assert.equal(user.do({ kind: 'get' }).user?.status, 'ONLINE')
  })

  it('that found nothing to delete does not delete, as a late duplicate, what was created since', () => {
    const user = new OneUser()
    const operation = { kind: 'delete', operationId: 'd'.repeat(32) } as const
    assert.equal(user.do(operation).kind, 'absent')
    user.do({ kind: 'set', change: online })
    assert.equal(user.do(operation).kind, 'absent')
    assert.equal(user.do({ kind: 'get' }).user?.status, 'ONLINE')
  })

  it('that lost against an existing user does not win, as a late duplicate, after that one was deleted', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: online })
    const operation = {
      kind: 'set',
      change: { status: 'BUSY' },
      ifAbsent: true,
      operationId: 'c'.repeat(32)
    } as const
    assert.equal(user.do(operation).kind, 'conflict')
    user.do({ kind: 'delete' })
    assert.equal(user.do(operation).kind, 'conflict')
    assert.equal(user.do({ kind: 'get' }).kind, 'absent')
  })

  it('is remembered for ten minutes, and of many only the last sixty-four', () => {
    const user = new OneUser()
    const operation = { kind: 'set', change: online, operationId: 'e'.repeat(32) } as const
    user.do(operation)
    for (let i = 1; i < IDEMPOTENCY_OUTCOMES_MAX; i++) user.do({ kind: 'set', change: { status: 'BUSY' } })
    assert.equal(user.do(operation).replayed, true)
    user.do({ kind: 'set', change: { status: 'BUSY' } })
    assert.equal(user.do(operation).replayed, false)
    user.nowMs += IDEMPOTENCY_WINDOW_MS + 1
    assert.equal(user.do(operation).replayed, false)
    assert.equal(decodeRow(user.row!).past.length, 1)
  })

  it('deletes the user but not what it must remember, until nobody can ask again', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: online })
    user.do({ kind: 'delete' })
    assert.equal(isLiveRow(user.row!), false)
    assert.equal(usersMachine.isForgettable(user.row!, user.nowMs), false)
    assert.equal(usersMachine.isForgettable(user.row!, user.nowMs + IDEMPOTENCY_WINDOW_MS + 1), true)
  })

  it('refuses a patch that would make the profile too large, and changes nothing', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: { status: 'ONLINE', profile: { a: 'x'.repeat(40_000) } } })
    assert.throws(() => user.do({ kind: 'patch', change: { profile: { b: 'x'.repeat(40_000) } } }), {
      name: 'TooLargeError'
    })
    assert.deepEqual(Object.keys(user.do({ kind: 'get' }).user!.profile), ['a'])
  })

  it('keeps its rows under one key for the same id, apart for different ones', () => {
    const key = (id: string) =>
      Buffer.from(usersMachine.keyOf(3 as Slot, { kind: 'get', id })).toString('hex')
    assert.equal(key('ada'), key('ada'))
    assert.notEqual(key('ada'), key('Ada'))
  })
})

describe('a row', () => {
  it('tells its status without being decoded', () => {
    const user = new OneUser()
    for (const status of ['ONLINE', 'OFFLINE', 'AWAY', 'BUSY']) {
      user.do({ kind: 'set', change: { status, profile: { text: 'a\nb' } } })
      assert.equal(statusOfRow(user.row!), status)
    }
  })

  it('that is damaged is a StorageError, never a user', () => {
    for (const text of ['', '1.1 0\n{"id":', '1.1 0\n{}', '\n\n{']) {
      assert.throws(() => decodeRow(Buffer.from(text)), { name: 'StorageError' })
    }
  })
})

describe('a merge patch', () => {
  // RFC 7396, appendix A.
  const cases: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd']
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }]
  ]
  it('does what RFC 7396 says', () => {
    for (const [target, patch, result] of cases) assert.deepEqual(mergePatch(target, patch), result)
  })

  it('takes a member named __proto__ for a member', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"admin":true}}')) as Record<string, unknown>
    assert.deepEqual(Object.keys(merged), ['__proto__'])
    assert.equal(merged.admin, undefined)
  })
})
