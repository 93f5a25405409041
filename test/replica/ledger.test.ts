import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Effects } from '../../src/replica/effects.ts'
import { Ledger } from '../../src/replica/ledger.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { rowKey } from '../../src/storage/keys.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'

const SLOT = 0 as Slot
const machine = { apply: () => new Uint8Array(), isLive: () => true, dueMs: () => undefined }

function newLedger(atMs: number): Ledger {
  const effects = new Effects()
  const store = new MemoryStore()
  return new Ledger({ slot: SLOT, slots: 1, store, machine: machine as never, effects: () => effects }, atMs)
}

function entryOf(sequence: number, timeMs: number) {
  const key = rowKey(SLOT, new Uint8Array(20), 'ada')
  return { epoch: 1, sequence, timeMs, key, payload: new Uint8Array() }
}

test('log time goes on as real time does, however many entries it is in, and is never ahead', () => {
  const beganMs = 17.3
  const ledger = newLedger(beganMs)
  let atMs = beganMs
  for (let sequence = 1; sequence <= 3_000; sequence++) {
    atMs += 0.7
    ledger.appendOwn(entryOf(sequence, ledger.logTimeMs(atMs)))
    const behindMs = atMs - beganMs - ledger.logTimeMs(atMs)
    assert.ok(behindMs >= -1e-6 && behindMs < 1 + 1e-6, `${behindMs} ms behind`)
  }
})

test('time for which nobody led is not made up for by the entries that follow', () => {
  const ledger = newLedger(0)
  ledger.append([entryOf(1, 1_000)], 0)
  ledger.skipLogTime(5_000, 5_000)
  ledger.appendOwn(entryOf(2, ledger.logTimeMs(5_000)))
  assert.equal(ledger.logTimeMs(5_000), 1_000)
  ledger.appendOwn(entryOf(3, ledger.logTimeMs(5_010)))
  assert.equal(ledger.logTimeMs(5_010), 1_010)
})
