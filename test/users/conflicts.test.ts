import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../../src/replica/slot-machine.ts'
import { asSlot } from '../../src/ring/slot.ts'
import type { LogFields } from '../../src/runtime.ts'
import { conflictSalvage } from '../../src/users/conflicts.ts'
import { type Operation, usersMachine } from '../../src/users/operation.ts'

const SLOT = asSlot(3, 8)

/** The row of a user to whom these were done. */
function rowOf(id: string, ...done: Partial<Operation>[]): Row {
  let row: Uint8Array | null = null
  for (const [at, part] of done.entries()) {
    const of = { version: `1.${at + 1}`, logTimeMs: 0 }
    const operation = { id, operationId: `${at}`.repeat(32), ...part } as Operation
    const { payload } = usersMachine.evaluate(row ?? undefined, operation, { ...of, nowMs: 0 })
    row = usersMachine.apply(row ?? undefined, payload!, of)
  }
  return [usersMachine.keyOf(SLOT, { kind: 'get', id }), row!]
}

async function salvage(rows: Row[]) {
  const saved: [name: string, lines: string[]][] = []
  const said: LogFields[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (_: string, fields = {}) => said.push(fields) }
  const save = async (name: string, lines: Iterable<string>) => {
    const all = [...lines]
    saved.push([name, all])
    return all.length > 0 ? `${name}.ndjson` : undefined
  }
  await conflictSalvage(save, log)(SLOT, 2, rows)
  return { saved, said }
}

test('users that are given up are saved as an export has them, and the log says where', async () => {
  const set: Partial<Operation> = { kind: 'set', change: { status: 'BUSY', profile: { town: 'London' } } }
  const { saved, said } = await salvage([rowOf('ada', set), rowOf('bob', set, { kind: 'delete' })])
  const ada = {
    id: 'ada',
    status: 'BUSY',
    profile: { town: 'London' },
    version: '1.1',
    createdAt: '1970-01-01T00:00:00.000Z',
    updatedAt: '1970-01-01T00:00:00.000Z',
    expiresAt: null
  }
  assert.deepEqual(
    saved.map(([name, lines]) => [name, lines.map(line => JSON.parse(line))]),
    [['slot-3-lineage-2', [ada]]]
  )
  assert.deepEqual(said, [{ slot: SLOT, file: 'slot-3-lineage-2.ndjson' }])
})

test('where there was no user nothing is said', async () => {
  assert.deepEqual((await salvage([])).said, [])
})
