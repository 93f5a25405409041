import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SlotTruth } from './slot-truth.ts'
import { type StaleRead, StaleReads } from './stale-reads.ts'

/** One user: there is none until the first entry, which makes 1.1; the third makes 1.3. */
const SHOWN = new Map<string | undefined, readonly [begin: number, end: number]>([
  [undefined, [0, 0]],
  ['1.1', [1, 2]],
  ['1.3', [3, 9]]
])
const truth = {
  firstShowing: (_id: string, version: string | undefined, from: number) => {
    const shown = SHOWN.get(version)
    return shown === undefined || from > shown[1] ? undefined : Math.max(shown[0], from)
  }
} as unknown as SlotTruth

function faultsOf(...reads: (readonly [version: string | undefined, start: number | undefined])[]): string[] {
  const all = new StaleReads()
  for (const [at, [version, start]] of reads.entries()) {
    const seen = { user: 'u', state: undefined, version, replica: 'peer', start }
    all.add(0, { ...seen, calledMs: 10 * at, answeredMs: 10 * at + 5 } satisfies StaleRead)
  }
  return all.faults(0, truth)
}

test('a replica that shows older and newer states in their order is right, and so is one that was restarted', () => {
  assert.deepEqual(faultsOf([undefined, 1], ['1.1', 1], ['1.1', 1], ['1.3', 1], ['1.1', 2]), [])
  assert.deepEqual(faultsOf(['1.3', undefined], ['1.1', undefined]), [])
})

test('a replica that goes back is found, also to when there was no such user', () => {
  assert.match(faultsOf(['1.3', 1], ['1.1', 1])[0]!, /when 3 entries had shown there already/)
  assert.match(faultsOf(['1.1', 1], [undefined, 1])[0]!, /when 1 entries/)
})

test('what never was is found, whoever showed it', () => {
  assert.match(faultsOf(['2.1', undefined])[0]!, /never committed/)
})
