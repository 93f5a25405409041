import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IDEMPOTENCY_OUTCOMES_MAX, IDEMPOTENCY_WINDOW_MS, OPERATION_AGE_MAX_MS } from '../../src/constants.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { mergePatch, type Operation, type Outcome, usersMachine } from '../../src/users/operation.ts'
import { isLiveRow, rowAfter, statusOfRow, UserRow } from '../../src/users/row.ts'

/** One user's row and the operations done to it, each in an entry of its own. */
class OneUser {
  row: Uint8Array | undefined
  nowMs = Date.UTC(2026, 0, 1)
  logTimeMs = 0
  /** Payloads with the log times of their entries. */
  readonly log: { readonly payload: Uint8Array; readonly logTimeMs: number }[] = []
  #sequence = 0

  do(operation: Partial<Operation> & { kind: Operation['kind'] }): Outcome {
    this.#sequence++
    const { nowMs, logTimeMs } = this
    const full = { id: 'ada', operationId: `${this.#sequence}`.padStart(32, '0'), ...operation } as Operation
    const version = `1.${this.#sequence}`
    const { outcome, payload } = usersMachine.evaluate(this.row, full, { version, nowMs, logTimeMs })
    if (payload === undefined) return outcome
    this.log.push({ payload, logTimeMs })
    this.row = usersMachine.apply(this.row, payload, { version, logTimeMs })!
    return outcome
  }

  /** Whether the next write with that id is taken for one that was executed before. */
  remembers(operation: Partial<Operation> & { kind: Operation['kind'] }): boolean {
    const { row, log, logTimeMs } = this
    const { replayed } = this.do(operation)
    Object.assign(this, { row, logTimeMs })
    log.length -= Number(!replayed)
    return replayed
  }
}

const online = { status: 'ONLINE' }
const busy = { status: 'BUSY' }

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
    const after = user.do({ kind: 'set', change: busy })
    assert.equal(after.user?.updatedAt, before.user?.updatedAt)
  })

  it('is decided by its conditions, and a refused one changes nothing', () => {
    const user = new OneUser()
    assert.equal(user.do({ kind: 'set', change: online, ifVersion: '1.9' }).kind, 'conflict')
    assert.equal(user.row, undefined)
    const { version } = user.do({ kind: 'set', change: online, ifAbsent: true })
    const refused = user.do({ kind: 'set', change: busy, ifAbsent: true })
    assert.equal(refused.kind, 'conflict')
    assert.equal(refused.user?.version, version)
    assert.equal(user.do({ kind: 'delete', ifVersion: '0.0' }).kind, 'conflict')
    assert.equal(user.do({ kind: 'get' }).user?.status, 'ONLINE')
    assert.equal(user.do({ kind: 'patch', change: busy, ifVersion: version }).kind, 'updated')
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
    const reused = user.do({ kind: 'set', change: busy, operationId: 'a'.repeat(32) })
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

  it('that asked for a lease of an OFFLINE user does not get it, as a late duplicate, when the user is there again', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: { status: 'OFFLINE' } })
    const operation = { kind: 'patch', change: { ttlMs: 30_000 }, operationId: 'e'.repeat(32) } as const
    assert.equal(user.do(operation).kind, 'offline')
    user.do({ kind: 'set', change: online })
    const late = user.do(operation)
    assert.deepEqual([late.kind, late.replayed, late.user?.expiresAt], ['offline', true, null])
  })

  it('that lost against an existing user does not win, as a late duplicate, after that one was deleted', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: online })
    const operation = {
      kind: 'set',
      change: busy,
      ifAbsent: true,
      operationId: 'c'.repeat(32)
    } as const
    assert.equal(user.do(operation).kind, 'conflict')
    user.do({ kind: 'delete' })
    assert.equal(user.do(operation).kind, 'conflict')
    assert.equal(user.do({ kind: 'get' }).kind, 'absent')
  })

  it('is remembered for ten minutes of log time, whatever the wall clock says', () => {
    const user = new OneUser()
    const operation = { kind: 'set', change: online, operationId: 'e'.repeat(32) } as const
    user.do(operation)
    user.nowMs += 24 * IDEMPOTENCY_WINDOW_MS
    user.logTimeMs = IDEMPOTENCY_WINDOW_MS
    user.do({ kind: 'set', change: busy })
    assert.equal(user.remembers(operation), true)
    user.logTimeMs++
    assert.equal(user.remembers(operation), false)
    const before = user.row!.byteLength
    user.do({ kind: 'set', change: busy })
    assert.equal(user.row!.byteLength, before, 'the one that is past made room')
  })

  it('is remembered before all that followed it, up to 256 of them', () => {
    const user = new OneUser()
    const operation = { kind: 'set', change: online, operationId: 'e'.repeat(32) } as const
    user.do(operation)
    for (let i = 1; i < IDEMPOTENCY_OUTCOMES_MAX; i++) user.do({ kind: 'set', change: busy })
    assert.equal(user.remembers(operation), true)
    user.do({ kind: 'set', change: busy })
    assert.equal(user.remembers(operation), false)
  })

  it('that may have been executed and forgotten is refused, one that cannot have been is not', () => {
    const user = new OneUser()
    for (let i = 0; i <= IDEMPOTENCY_OUTCOMES_MAX; i++) {
      user.logTimeMs += 10
      user.do({ kind: 'set', change: busy })
    }
    // The one of log time 10 was evicted; the oldest that is remembered was made at 20.
    const aged = (ageMs: number) => () => user.remembers({ kind: 'set', change: online, ageMs })
    assert.throws(aged(user.logTimeMs - 10), { name: 'OperationTooOldError' })
    assert.throws(aged(OPERATION_AGE_MAX_MS), { name: 'OperationTooOldError' })
    assert.equal(aged(user.logTimeMs - 11)(), false)
    assert.equal(aged(0)(), false)
    assert.equal(
      user.remembers({
        kind: 'set',
        change: busy,
        ageMs: user.logTimeMs,
        operationId: `${IDEMPOTENCY_OUTCOMES_MAX}`.padStart(32, '0')
      }),
      true,
      'what is remembered is answered, however old'
    )
  })

  it('older than five minutes is refused, also of a user that nobody ever changed', () => {
    const user = new OneUser()
    assert.throws(() => user.do({ kind: 'delete', ageMs: OPERATION_AGE_MAX_MS + 1 }), {
      name: 'OperationTooOldError'
    })
    assert.equal(user.row, undefined)
    assert.equal(user.do({ kind: 'delete', ageMs: OPERATION_AGE_MAX_MS }).kind, 'absent')
  })

  it('needs the log unless nothing has to be remembered of it', () => {
    const user = new OneUser()
    const logged = (operation: Partial<Operation> & { kind: Operation['kind'] }) => {
      const before = user.log.length
      user.do(operation)
      return user.log.length > before
    }
    assert.equal(logged({ kind: 'get' }), false)
    assert.equal(logged({ kind: 'delete' }), true)
    assert.equal(logged({ kind: 'patch', change: busy }), true)
    assert.equal(logged({ kind: 'set', change: online, operationId: 'a'.repeat(32) }), true)
    assert.equal(logged({ kind: 'set', change: online, operationId: 'a'.repeat(32) }), false)
    assert.equal(logged({ kind: 'set', change: busy, ifAbsent: true }), true)
    assert.equal(logged({ kind: 'set', change: busy, ifVersion: '1.1' }), false)
    assert.equal(logged({ kind: 'delete', ifVersion: '1.1' }), false)
  })

  it('deletes the user but not what it must remember, until nobody can ask again', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: online })
    user.do({ kind: 'delete' })
    assert.equal(isLiveRow(user.row!), false)
    assert.equal(usersMachine.dueMs(user.row!), IDEMPOTENCY_WINDOW_MS + 1)
    user.do({ kind: 'set', change: online })
    assert.equal(usersMachine.dueMs(user.row!), undefined)
  })

  it('refuses a patch that would make the profile too large, and changes nothing', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: { status: 'ONLINE', profile: { a: 'x'.repeat(40_000) } } })
    const large = { kind: 'patch', change: { profile: { b: 'x'.repeat(40_000) } } } as const
    assert.equal(user.do({ ...large, operationId: 'a'.repeat(32) }).kind, 'outgrown')
    assert.deepEqual(Object.keys(user.do({ kind: 'get' }).user!.profile), ['a'])
    user.do({ kind: 'set', change: { status: 'ONLINE', profile: {} } })
    const late = user.do({ ...large, operationId: 'a'.repeat(32) })
    assert.deepEqual([late.kind, late.replayed, late.user!.profile], ['outgrown', true, {}])
  })

  it('keeps its rows under one key for the same id, apart for different ones', () => {
    const key = (id: string) =>
      Buffer.from(usersMachine.keyOf(3 as Slot, { kind: 'get', id })).toString('hex')
    assert.equal(key('ada'), key('ada'))
    assert.notEqual(key('ada'), key('Ada'))
  })
})

describe('a row', () => {
  it('is the same on every replica that applies the same entries, and the one that was evaluated on', () => {
    const user = new OneUser()
    const writes = [
      { kind: 'set', change: { status: 'ONLINE', profile: { name: 'Ada', text: 'a\nb \ud800 é' } } },
      { kind: 'set', change: busy, ifAbsent: true },
      { kind: 'patch', change: { profile: { name: null } } },
      { kind: 'delete' },
      { kind: 'delete' },
      { kind: 'set', change: online }
    ] as const
    for (let round = 0; round < 60; round++) {
      user.logTimeMs += round < 50 ? 1 : IDEMPOTENCY_WINDOW_MS / 3
      for (const write of writes) user.do(write)
    }
    let row: Uint8Array | undefined
    for (const { payload, logTimeMs } of user.log) row = rowAfter(row, payload, logTimeMs)
    assert.deepEqual(row, user.row)
    assert.deepEqual(new UserRow(row).user, user.do({ kind: 'get' }).user)
  })

  it('tells its status without being decoded', () => {
    const user = new OneUser()
    for (const status of ['ONLINE', 'OFFLINE', 'AWAY', 'BUSY']) {
      user.do({ kind: 'set', change: { status, profile: { text: 'a\nb' } } })
      assert.equal(statusOfRow(user.row!), status)
    }
  })

  it('keeps what a refused operation did not change', () => {
    const user = new OneUser()
    user.do({ kind: 'delete' })
    assert.equal(isLiveRow(user.row!), false)
    const made = user.do({ kind: 'set', change: { status: 'AWAY', profile: { name: 'Ada' } } }).user
    user.do({ kind: 'set', change: online, ifAbsent: true })
    assert.equal(statusOfRow(user.row!), 'AWAY')
    assert.deepEqual(user.do({ kind: 'get' }).user, made)
  })

  it('that is damaged is a StorageError, never a user', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: online })
    const row = user.row!
    const bad = [new Uint8Array(), row.subarray(0, 29), row.subarray(0, row.byteLength - 1)]
    for (const at of [26, 29, 31]) bad.push(row.with(at, row[at]! ^ 0xff))
    for (const bytes of bad) {
      assert.throws(() => new UserRow(bytes).user, { name: 'StorageError' })
    }
    assert.throws(() => rowAfter(row, new Uint8Array(10), 1), { name: 'StorageError' })
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

describe('a presence lease', () => {
  const leased = { status: 'BUSY', ttlMs: 30_000 }
  /** What the leader of the slot would log at that log time because it has passed. */
  const elapse = (user: OneUser, logTimeMs: number): boolean => {
    user.logTimeMs = logTimeMs
    user.nowMs += logTimeMs
    const context = { version: '2.1', nowMs: user.nowMs, logTimeMs }
    const payload = usersMachine.elapse(user.row!, context)
    if (payload !== undefined) user.row = usersMachine.apply(user.row, payload, context)!
    return payload !== undefined
  }
  const read = (user: OneUser) => user.do({ kind: 'get' }).user!

  it('makes the user OFFLINE when it is over, not a millisecond before, and that is a new version', () => {
    const user = new OneUser()
    const set = user.do({ kind: 'set', change: leased })
    assert.equal(set.user!.expiresAt, '2026-01-01T00:00:30.000Z')
    assert.equal(usersMachine.dueMs(user.row!), 30_001, 'log time is in whole ms')
    assert.equal(elapse(user, 30_000), false)
    assert.equal(elapse(user, 30_001), true)
    const { status, version, expiresAt } = read(user)
    assert.deepEqual([status, version, expiresAt], ['OFFLINE', '2.1', null])
    assert.equal(usersMachine.dueMs(user.row!), undefined)
    assert.equal(user.remembers({ kind: 'set', change: leased, operationId: '1'.padStart(32, '0') }), true)
  })

  it('is renewed by a heartbeat, which changes nothing else', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: { ...leased, profile: { name: 'Ada' } } })
    const before = read(user)
    user.logTimeMs = 20_000
    user.nowMs += 20_000
    const renewed = user.do({ kind: 'heartbeat', ttlMs: 60_000 })
    assert.equal(renewed.kind, 'renewed')
    assert.deepEqual(read(user), { ...before, expiresAt: '2026-01-01T00:01:20.000Z' })
    assert.equal(usersMachine.dueMs(user.row!), 80_001)
    user.do({ kind: 'heartbeat', ttlMs: 1_000 })
    assert.equal(usersMachine.dueMs(user.row!), 80_001, 'and none makes it shorter')
  })

  it('that is restored lasts for what is left of it, also for who sends it again when less or nothing is left', () => {
    const user = new OneUser()
    const expiresAt = new Date(user.nowMs + 60_000).toISOString()
    const restored = {
      kind: 'set',
      change: { status: 'BUSY', expiresAt },
      operationId: 'f'.repeat(32)
    } as const
    const first = user.do(restored)
    assert.deepEqual([first.kind, first.user?.status, first.user?.expiresAt], ['created', 'BUSY', expiresAt])
    for (const ms of [10_000, 60_000]) {
      user.nowMs += ms
      const again = user.do(restored)
      assert.deepEqual([again.kind, again.replayed], ['created', true])
    }
    const late = user.do({ ...restored, operationId: 'e'.repeat(32) })
    assert.deepEqual([late.user?.status, late.user?.expiresAt], ['OFFLINE', null])
  })

  it('brings a user whose lease has ended back as it was', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: leased })
    elapse(user, 30_001)
    const back = user.do({ kind: 'heartbeat', ttlMs: 30_000 })
    assert.deepEqual([back.kind, back.user!.status], ['renewed', 'BUSY'])
    assert.notEqual(back.version, '2.1')
    assert.equal(usersMachine.dueMs(user.row!), 60_002)
    assert.deepEqual(read(user), back.user)
  })

  it('is not given by a heartbeat to whoever has none: who was set for good, who left, who never was', () => {
    const user = new OneUser()
    assert.equal(user.do({ kind: 'heartbeat', ttlMs: 30_000 }).kind, 'absent')
    user.do({ kind: 'set', change: leased })
    user.do({ kind: 'set', change: online })
    assert.equal(usersMachine.dueMs(user.row!), undefined, 'a set without a ttl ends the lease')
    assert.equal(user.do({ kind: 'heartbeat', ttlMs: 30_000 }).kind, 'conflict')
    user.do({ kind: 'set', change: leased })
    elapse(user, 30_001)
    user.do({ kind: 'set', change: { status: 'OFFLINE' } })
    assert.equal(user.do({ kind: 'heartbeat', ttlMs: 30_000 }).kind, 'conflict')
  })

  it('stays as it is through a patch of something else, and ends with a patch to OFFLINE or of a null ttl', () => {
    const user = new OneUser()
    user.do({ kind: 'set', change: leased })
    const due = () => usersMachine.dueMs(user.row!)
    user.do({ kind: 'patch', change: { status: 'AWAY', profile: { a: 1 } } })
    assert.equal(due(), 30_001)
    user.do({ kind: 'patch', change: { ttlMs: 90_000 } })
    assert.equal(due(), 90_001)
    user.do({ kind: 'patch', change: { ttlMs: null } })
    assert.deepEqual([due(), read(user).status], [undefined, 'AWAY'])
    user.do({ kind: 'set', change: leased })
    user.do({ kind: 'patch', change: { status: 'OFFLINE' } })
    assert.equal(due(), undefined)
    assert.equal(user.do({ kind: 'patch', change: { ttlMs: 30_000 } }).kind, 'offline')
  })
})
