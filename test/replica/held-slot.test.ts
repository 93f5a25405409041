import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IDEMPOTENCY_WINDOW_MS, SLOT_PENDING_WRITES_MAX } from '../../src/constants.ts'
import { HeldSlot } from '../../src/replica/held-slot.ts'
import { singleMemberView } from '../../src/replica/view.ts'
import { systemClock } from '../../src/runtime.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { usersMachine } from '../../src/users/operation.ts'
import { SLOT, setOperation } from './fixtures.ts'

const view = singleMemberView(SLOT, 1, { peer: 'a', store: 'aaaaaaaaaaaaaaaa' })
const get = { kind: 'get', id: 'ada' } as const

function heldSlot(store: MemoryStore) {
  return new HeldSlot(view, store, systemClock, usersMachine)
}

async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  promise.finally(() => {
    done = true
  })
  await new Promise(setImmediate)
  return done
}

describe('a held slot', () => {
  it('acknowledges a write only when it is durable', async () => {
    const store = new MemoryStore({ holdWrites: true })
    const slot = heldSlot(store)
    const write = slot.execute(setOperation('ada'))
    assert.equal(await settled(write), false)
    store.flush()
    await write
  })

  it('shows nobody a row that a crash could still take back', async () => {
    const store = new MemoryStore({ holdWrites: true })
    const slot = heldSlot(store)
    const write = slot.execute(setOperation('ada'))
    const read = slot.execute(get)
    const refused = slot.execute({ ...setOperation('ada'), ifVersion: '0.0' } as never)
    assert.equal(await settled(read), false)
    assert.equal(await settled(refused), false)
    store.flush()
    await write
    const result = await read
    assert.ok(result !== 'gone' && result.kind === 'done')
    assert.equal(result.outcome.user?.status, 'ONLINE')
  })

  it('decides each condition on the write before it, durable or not', async () => {
    const store = new MemoryStore({ holdWrites: true })
    const slot = heldSlot(store)
    const races = Array.from({ length: 100 }, () =>
      slot.execute({ ...setOperation('ada'), ifAbsent: true } as never)
    )
    store.flush()
    const outcomes = (await Promise.all(races)).map(result =>
      result !== 'gone' && result.kind === 'done' ? result.outcome.kind : ''
    )
    assert.equal(outcomes.filter(kind => kind === 'created').length, 1)
    assert.equal(outcomes.filter(kind => kind === 'conflict').length, 99)
  })

  it('comes back from a crash with all it acknowledged, and with versions that go on', async () => {
    const store = new MemoryStore({ holdWrites: true })
    const slot = heldSlot(store)
    const first = slot.execute(setOperation('ada'))
    store.flush()
    await first
    void slot.execute(setOperation('ada', 'BUSY')) // never durable
    const left = store.crash()
    const after = heldSlot(left)
    const read = await after.execute(get)
    assert.ok(read !== 'gone' && read.kind === 'done')
    assert.equal(read.outcome.user?.status, 'ONLINE')
    assert.equal(after.users, 1)
    const writing = after.execute(setOperation('bob'))
    left.flush()
    const next = await writing
    assert.ok(next !== 'gone' && next.kind === 'done')
    assert.equal(next.outcome.version, '1.2')
  })

  it('is refused when too many writes wait for the disk, and nothing of them is executed', async () => {
    const store = new MemoryStore({ holdWrites: true })
    const slot = heldSlot(store)
    const writes = Array.from({ length: SLOT_PENDING_WRITES_MAX }, (_, i) =>
      slot.execute(setOperation(`user-${i}`))
    )
    await assert.rejects(slot.execute(setOperation('one-too-many')), { name: 'BusyError' })
    store.flush()
    await Promise.all(writes)
    assert.equal(slot.users, SLOT_PENDING_WRITES_MAX)
  })

  it('makes those who come while it is sealed wait, then go on or be sent elsewhere', async () => {
    const slot = heldSlot(new MemoryStore())
    await slot.seal()
    const waiting = slot.execute(setOperation('ada'))
    assert.equal(await settled(waiting), false)
    slot.unseal()
    assert.notEqual(await waiting, 'gone')
    await slot.seal()
    const late = slot.execute(get)
    slot.retire()
    assert.equal(await late, 'gone')
    assert.equal(await slot.execute(get), 'gone')
  })

  it('answers 503 to those who wait for a seal too long', async () => {
    const impatient = {
      ...systemClock,
      timer: (_ms: number, fire: () => void) => {
        const handle = setImmediate(fire)
        return { cancel: () => clearImmediate(handle) }
      }
    }
    const slot = new HeldSlot(view, new MemoryStore(), impatient, usersMachine)
    await slot.seal()
    await assert.rejects(slot.execute(get), { name: 'UnavailableError' })
  })

  it('counts users, and forgets deleted ones when nobody can ask again', async () => {
    const store = new MemoryStore()
    const slot = heldSlot(store)
    await slot.execute(setOperation('ada'))
    await slot.execute(setOperation('bob'))
    await slot.execute({ kind: 'delete', id: 'ada', operationId: 'f'.repeat(32) })
    assert.equal(slot.users, 1)
    const rows = () =>
      [...store.range({ start: Uint8Array.of(0x73, 0, 0, 2), end: Uint8Array.of(0x73, 0, 0, 3) })].length
    await slot.sweep(systemClock.now())
    assert.equal(rows(), 2)
    await slot.sweep(systemClock.now() + IDEMPOTENCY_WINDOW_MS + 1)
    assert.equal(rows(), 1)
    assert.equal(heldSlot(store).users, 1)
  })
})
