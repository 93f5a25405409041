/** A store so simple that it is right: every key in a map, sorted when somebody asks. Not durable, never in doubt. */
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { Range, Store, Write } from '../../src/storage/store.ts'

/** Value by the hexadecimal digits of the key, which sort like its bytes. */
export type Model = Map<string, Uint8Array>

export type Operation =
  | { readonly type: 'write'; readonly writes: readonly Write[]; readonly wait: boolean }
  | { readonly type: 'get'; readonly key: Uint8Array }
  | { readonly type: 'range'; readonly range: Range; readonly leaveAfter: number }

/** Few different bytes, so that keys meet, lie next to each other and are prefixes of each other. */
const byte = fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff)
const bytes = (minLength: number) =>
  fc.array(byte, { minLength, maxLength: 3 }).map(items => Uint8Array.from(items))
const key = bytes(1)
const value = fc
  .tuple(fc.constantFrom(0, 1, 100, 3_000, 40_000), fc.nat(255))
  .map(([length, fill]) => new Uint8Array(length).fill(fill))
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ key, value }),
  key.map(at => ({ key: at, value: null }))
)
const range = fc.record({ start: bytes(0), end: bytes(0), limit: fc.nat(12) })

export const operationsArbitrary: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('write' as const),
        writes: fc.array(write, { maxLength: 8 }),
        wait: fc.boolean()
      })
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('get' as const), key }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('range' as const), range, leaveAfter: fc.nat(12) })
    }
  ),
  { maxLength: 40 }
)

const hex = (at: Uint8Array): string => Buffer.from(at).toString('hex')

export function modelRange(model: Model, { start, end, limit }: Range): [Uint8Array, Uint8Array][] {
  return [...model]
    .filter(([at]) => at >= hex(start) && at < hex(end))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([at, bytes]) => [new Uint8Array(Buffer.from(at, 'hex')), bytes])
}

/** Does the operations to both and compares what they answer. Reads wait for the writes before them. */
export async function runOperations(
  store: Store,
  model: Model,
  operations: readonly Operation[]
): Promise<void> {
  let written: Promise<void> = Promise.resolve()
  for (const operation of operations) {
    if (operation.type === 'write') {
      for (const { key: at, value: bytes } of operation.writes) {
        if (bytes === null) model.delete(hex(at))
        else model.set(hex(at), bytes)
      }
      written = store.write(operation.writes)
      if (operation.wait) await written
    } else if (operation.type === 'get') {
      await written
      assert.deepEqual(store.get(operation.key), model.get(hex(operation.key)))
    } else {
      await written
      await compareRange(store, model, operation)
    }
  }
  await written
}

async function compareRange(
  store: Store,
  model: Model,
  operation: Operation & { type: 'range' }
): Promise<void> {
  const expected = modelRange(model, operation.range).slice(0, operation.leaveAfter)
  const seen: (readonly [Uint8Array, Uint8Array])[] = []
  for (const entry of store.range(operation.range)) {
    if (seen.length === operation.leaveAfter) break
    seen.push(entry)
    if (seen.length % 3 === 0) await turn()
  }
  assert.deepEqual(seen, expected)
}
