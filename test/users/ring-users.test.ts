import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { USERS_TIMEOUT_MS } from '../../src/constants.ts'
import { NotRunningError, UnavailableError } from '../../src/errors.ts'
import type { View } from '../../src/replica/view.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { type Clock, silentLog, systemRandom } from '../../src/runtime.ts'
import type { Locator } from '../../src/users/locator.ts'
import type { Operation, Outcome } from '../../src/users/operation.ts'
import { RingUsers } from '../../src/users/ring-users.ts'
import type { OperationResult, UsersRpc } from '../../src/users/users-rpc.ts'

/** Time that a test moves; what is due fires then. */
class ManualClock implements Clock {
  #nowMs = 0
  readonly #timers = new Set<{ atMs: number; fire: () => void }>()

  now(): number {
    return this.#nowMs
  }

  monotonic(): number {
    return this.#nowMs
  }

  timer(ms: number, fire: () => void) {
    const timer = { atMs: this.#nowMs + ms, fire }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  /** One timer at a time, and whatever follows from it before the next. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      const [next] = [...this.#timers].sort((a, b) => a.atMs - b.atMs)
      if (next === undefined || next.atMs > endMs) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.fire()
    }
    this.#nowMs = endMs
  }
}

const view: View = { slot: 0 as Slot, epoch: 1, members: [{ peer: 'holder', store: '00' }], leader: 'holder' }
const never = new Promise<never>(() => {})

interface World {
  operate?: (operation: Operation, signal: AbortSignal | undefined) => Promise<OperationResult>
  execute?: () => Promise<never>
  search?: () => Promise<View | undefined>
  status?: 'up' | 'down'
}

function worldOf({ operate, execute, search, status = 'up' }: World) {
  const clock = new ManualClock()
  const stopping = new AbortController()
  const asked: Operation[] = []
  const held = execute === undefined ? view : { ...view, leader: 'self' }
  const users = new RingUsers({
    self: 'self',
    slotCount: 1,
    slots: { execute: execute ?? (() => never), installed: () => [], known: () => undefined },
    locator: { known: () => held, search: search ?? (async () => held), hint() {} } as unknown as Locator,
    rpc: {
      operate: (_peer, operation, { signal }) => {
        asked.push(operation)
        return operate!(operation, signal)
      }
    } as UsersRpc,
    chord: { status: () => status },
    runtime: { clock, random: systemRandom, log: silentLog },
    stopping: stopping.signal
  })
  return { users, clock, asked, stopping }
}

function done(outcome: Partial<Outcome>): OperationResult {
  return {
    kind: 'done',
    outcome: { kind: 'absent', user: undefined, version: '', replayed: false, ...outcome }
  }
}

/** Until the call fails, with its time bound over. */
async function failure(call: Promise<unknown>, clock: ManualClock): Promise<string> {
  const caught = call.then(
    () => 'no error',
    (error: Error) => error.name
  )
  await clock.pass(USERS_TIMEOUT_MS + 10)
  return caught
}

describe('an operation on a user of another peer', () => {
  it('that left and was not answered has an unknown outcome, however it ends', async () => {
    const untilAborted = (_: Operation, signal: AbortSignal | undefined) =>
      new Promise<never>((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
    const lost = async (): Promise<OperationResult> => ({ kind: 'no-reply', sent: true, reason: 'lost' })
    const worlds: World[] = [
      { operate: untilAborted },
      { operate: () => never },
      { operate: lost },
      { operate: lost, status: 'down' },
      { operate: lost, search: () => Promise.reject(new NotRunningError('stopping')) }
    ]
    for (const world of worlds) {
      const { users, clock } = worldOf(world)
      assert.equal(await failure(users.set('ada', { status: 'ONLINE' }), clock), 'OutcomeUnknownError')
    }
  })

  it('that never left was certainly not executed', async () => {
    const unsent = async (): Promise<OperationResult> => ({
      kind: 'no-reply',
      sent: false,
      reason: 'refused'
    })
    for (const status of ['up', 'down'] as const) {
      const { users, clock } = worldOf({ operate: unsent, status })
      assert.equal(await failure(users.set('ada', { status: 'ONLINE' }), clock), 'UnavailableError')
    }
  })

  it('that only reads is never of unknown outcome', async () => {
    const { users, clock } = worldOf({ operate: () => never })
    assert.equal(await failure(users.get('ada'), clock), 'UnavailableError')
  })

  it('is sent again with the id it had', async () => {
    let tries = 0
    const { users, clock, asked } = worldOf({
      operate: async () =>
        ++tries < 3 ? { kind: 'no-reply', sent: true, reason: 'lost' } : done({ kind: 'deleted' })
    })
    const deleted = users.delete('ada')
    await clock.pass(2_000)
    assert.equal((await deleted).value, true)
    assert.equal(
      new Set(asked.map(operation => (operation.kind === 'get' ? '' : operation.operationId))).size,
      1
    )
  })

  it('ends at once when this peer stops, and says whether it may have been done', async () => {
    const write = worldOf({ operate: () => never })
    const written = write.users.set('ada', { status: 'ONLINE' })
    const read = worldOf({ operate: () => never })
    const got = read.users.get('ada')
    for (const { stopping } of [write, read]) stopping.abort(new UnavailableError('This peer is stopping'))
    await assert.rejects(written, { name: 'OutcomeUnknownError' })
    await assert.rejects(got, { name: 'UnavailableError' })
  })

  it('never loses its condition on the way, whatever stands in it', async () => {
    for (const ifVersion of ['', 'x'.repeat(1_000), '1', '1.1; drop']) {
      const { users, asked } = worldOf({ operate: async () => done({ kind: 'conflict' }) })
      await assert.rejects(users.set('ada', { status: 'ONLINE' }, { ifVersion }), { name: 'ConflictError' })
      assert.equal(asked[0]?.kind === 'set' && asked[0].ifVersion, '0.0')
    }
  })

  it('that found nobody to patch says so again when it is repeated after somebody was created', async () => {
    const user = { id: 'ada' } as Outcome['user']
    const { users } = worldOf({ operate: async () => done({ kind: 'absent', user, replayed: true }) })
    await assert.rejects(users.patch('ada', { status: 'BUSY' }), { name: 'NotFoundError' })
  })
})

describe('an operation on a user of this peer', () => {
  it('ends in time although the disk never answers', async () => {
    const { users, clock } = worldOf({ execute: () => never })
    assert.equal(await failure(users.set('ada', { status: 'ONLINE' }), clock), 'OutcomeUnknownError')
  })
})
