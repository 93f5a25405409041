import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyOf, positionToBytes } from '../../src/ring/position.ts'
import { asSlot } from '../../src/ring/slot.ts'
import { rowKey } from '../../src/storage/keys.ts'
import { type ListQuery, pageOf } from '../../src/users/listing.ts'
import { usersMachine } from '../../src/users/operation.ts'

const SLOT = asSlot(0, 1)
const APPLIED = { epoch: 1, sequence: 9, logTimeMs: 0, live: 10_000, due: 0 }

function rowOf(id: string): [Uint8Array, Uint8Array] {
  const context = { version: '1.1', nowMs: 0, logTimeMs: 0 }
  const set = { kind: 'set', id, operationId: '0'.repeat(32), change: { status: 'ONLINE' } } as const
  const { payload } = usersMachine.evaluate(undefined, set, context)
  const key = rowKey(SLOT, positionToBytes(keyOf(id)), id)
  return [key, usersMachine.apply(undefined, payload!, context)!]
}

describe('a slot with 10,000 users', () => {
  const rows = Array.from({ length: 10_000 }, (_, number) => rowOf(`user-${number}`)).sort(([a], [b]) =>
    Buffer.compare(a, b)
  )
  let looked = 0
  const after = function* (key: Uint8Array | undefined) {
    for (const row of rows) {
      if (key !== undefined && Buffer.compare(row[0], key) <= 0) continue
      looked++
      yield row
    }
  }
  const pages = (query: Omit<ListQuery, 'slot'>) => {
    const found = { ids: [] as string[], count: 0, mostLooked: 0 }
    let next: Uint8Array | undefined
    do {
      looked = 0
      const page = pageOf(after(next), APPLIED, { ...query, slot: SLOT, after: next })
      found.ids.push(...page.users.map(({ id }) => id))
      found.count += page.count
      found.mostLooked = Math.max(found.mostLooked, looked)
      next = page.next
    } while (next !== undefined)
    return found
  }

  it('is searched for few users in steps of a bounded number of rows, and they are found', () => {
    const { ids, mostLooked } = pages({ limit: 100, prefix: 'user-999' })
    assert.equal(ids.length, 11)
    assert.equal(new Set(ids).size, 11)
    assert.ok(mostLooked < 5_000, `${mostLooked} rows in one step`)
  })

  it('is counted by a prefix in such steps, too, and as a whole without a look', () => {
    const { count, mostLooked } = pages({ limit: 0, prefix: 'user-99' })
    assert.equal(count, 111)
    assert.ok(mostLooked < 5_000, `${mostLooked} rows in one step`)
    assert.deepEqual(pages({ limit: 0 }), { ids: [], count: 10_000, mostLooked: 0 })
  })

  it('gives every user once in pages of any size', () => {
    for (const limit of [1_000, 4_097]) assert.equal(new Set(pages({ limit }).ids).size, 10_000)
  })
})
