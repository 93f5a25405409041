/**
 * A process that writes to the store in the file of its first argument for ever, from several writers, and says on
 * stdout what was acknowledged: one number per batch. Batch n moves n: it puts the keys a‖n and b‖n and deletes c‖n,
 * which the batch before has put. When the store fails, a line of JSON says how, and the process ends.
 */
import { LmdbStore } from '../../src/storage/lmdb-store.ts'
import type { Write } from '../../src/storage/store.ts'

const [file, from, valueBytes] = process.argv.slice(2)
const WRITERS = 8
let next = Number(from)
let failures = 0
const store = new LmdbStore(file!, { onFailure: () => failures++ })

function keyOf(kind: string, n: number): Uint8Array {
  return Buffer.from(`${kind}${String(n).padStart(9, '0')}`)
}

function batch(n: number): Write[] {
  const value = new Uint8Array(Number(valueBytes)).fill(n)
  return [
    { key: keyOf('a', n), value },
    { key: keyOf('c', n), value: null },
    { key: keyOf('b', n), value },
    { key: keyOf('c', n + WRITERS), value }
  ]
}

async function nameOf(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'none'
  } catch (error) {
    return (error as Error).name
  }
}

async function writer(): Promise<void> {
  for (;;) {
    const n = next++
    await store.write(batch(n))
    process.stdout.write(`${n}\n`)
  }
}

const outcomes = await Promise.allSettled(Array.from({ length: WRITERS }, writer))
const report = {
  writes: outcomes.map(outcome => (outcome as PromiseRejectedResult).reason.name),
  reason: (outcomes[0] as PromiseRejectedResult).reason.message,
  failures,
  laterWrite: await nameOf(() => store.write(batch(0))),
  laterGet: await nameOf(() => store.get(keyOf('a', 0))),
  laterRange: await nameOf(() => store.range({ start: keyOf('a', 0), end: keyOf('b', 0) })),
  close: await nameOf(() => store.close())
}
process.stdout.write(`${JSON.stringify(report)}\n`)
