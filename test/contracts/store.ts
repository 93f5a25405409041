/** What src/storage/store.ts promises, as tests that every store has to pass. */
import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import {
  KEY_BYTES_MAX,
  type Range,
  type Store,
  VALUE_BYTES_MAX,
  type Write
} from '../../src/storage/store.ts'
import { type Model, modelRange, operationsArbitrary, runOperations } from './store-model.ts'

/** Gives a new, empty store; whatever it made is removed when the test `t` ends, the store being closed by then. */
export type OpenStore = (t: TestContext) => Store

const FIRST = new Uint8Array()
const LAST = new Uint8Array(KEY_BYTES_MAX).fill(0xff)
const everything: Range = { start: FIRST, end: LAST }
const seed = Number(process.env.ANILLO_SEED ?? Date.now() % 2 ** 31)

const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)
const value = (byte: number, length = 1): Uint8Array => new Uint8Array(length).fill(byte)
const put = (at: Uint8Array, byte: number, length = 1): Write => ({ key: at, value: value(byte, length) })
const remove = (at: Uint8Array): Write => ({ key: at, value: null })
const number = (n: number): Uint8Array => key(n >> 16, (n >> 8) & 0xff, n & 0xff)

const keysOf = (store: Store, range = everything): number[][] =>
  Array.from(store.range(range), ([at]) => [...at])
const firstBytes = (store: Store, range = everything): number[] =>
  Array.from(store.range(range), ([, bytes]) => bytes[0]!)

/** `valueBytesMax`: what the store takes, where that is less than the port allows. */
export function storeContract(name: string, open: OpenStore, valueBytesMax = VALUE_BYTES_MAX): void {
  const contract = (title: string, run: (store: Store, t: TestContext) => Promise<void>): void => {
    test(title, async t => {
      const store = open(t)
      try {
        await run(store, t)
      } finally {
        await store.close()
      }
    })
  }
  describe(`${name}: values`, () => values(contract, valueBytesMax))
  describe(`${name}: ranges`, () => ranges(contract))
  describe(`${name}: writes`, () => writes(contract))
  describe(`${name}: closing`, () => closing(contract))
  describe(`${name}: model`, () => model(contract))
}

type Contract = (title: string, run: (store: Store, t: TestContext) => Promise<void>) => void

function values(contract: Contract, valueBytesMax: number): void {
  contract('a value is read as it was written, whatever its length', async store => {
    for (const length of [0, 1, 7, 255, 4_096, 20_000, 65_536, 300_000, valueBytesMax]) {
      const written = Uint8Array.from({ length }, (_, i) => i * 31)
      await store.write([{ key: key(1), value: written }])
      assert.deepEqual(store.get(key(1)), written)
      assert.deepEqual([...store.range(everything)], [[key(1), written]])
    }
  })

  contract('a key that was never written, or was deleted, has no value', async store => {
    await store.write([put(key(1), 1)])
    assert.equal(store.get(key(1, 0)), undefined)
    await store.write([remove(key(1))])
    assert.equal(store.get(key(1)), undefined)
    assert.deepEqual(keysOf(store), [])
  })

  contract('deleting what is not there is no error', async store => {
    await store.write([remove(key(9))])
    await store.write([remove(key(9)), put(key(1), 1)])
    assert.deepEqual(keysOf(store), [[1]])
  })

  contract('bytes that were read can be changed without changing the store', async store => {
    await store.write([put(key(5), 1, 10)])
    store.get(key(5))!.fill(9)
    for (const [at, bytes] of store.range(everything)) {
      at.slice().fill(9)
      at.fill(9)
      bytes.fill(9)
    }
    assert.deepEqual([...store.range(everything)], [[key(5), value(1, 10)]])
  })

  contract('what is read are plain byte arrays, whose slice is a copy', async store => {
    await store.write([put(key(5), 1, 10)])
    const [entry] = store.range(everything)
    for (const bytes of [store.get(key(5))!, ...entry!]) {
      assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype)
    }
  })

  contract(
    'an empty key, a key or a value over its bound is refused and nothing of its batch written',
    async store => {
      const wrong: Write[] = [
        put(key(), 1),
        put(new Uint8Array(KEY_BYTES_MAX + 1), 1),
        { key: key(2), value: new Uint8Array(valueBytesMax + 1) }
      ]
      for (const write of wrong) {
        await assert.rejects(store.write([put(key(1), 1), write]), { name: 'InternalError' })
      }
      assert.throws(() => store.get(key()), { name: 'InternalError' })
      await store.write([put(new Uint8Array(KEY_BYTES_MAX), 1)])
      assert.equal(keysOf(store).length, 1, 'only the longest allowed key')
    }
  )
}

function ranges(contract: Contract): void {
  const sorted = [[0], [0, 0], [0, 1], [1], [1, 0xff], [2], [0x7f], [0x80], [0xff], [0xff, 0], [0xff, 0xff]]

  contract('keys come in the order of their unsigned bytes, a prefix before what it begins', async store => {
    for (const bytes of [...sorted].reverse()) await store.write([put(key(...bytes), 1)])
    assert.deepEqual(keysOf(store), sorted)
  })

  contract('a range has its start and not its end', async store => {
    await store.write(sorted.map(bytes => put(key(...bytes), 1)))
    assert.deepEqual(keysOf(store, { start: key(1), end: key(2) }), [[1], [1, 0xff]])
    assert.deepEqual(keysOf(store, { start: key(0, 2), end: key(1, 0xff) }), [[1]])
    assert.deepEqual(keysOf(store, { start: key(0xff), end: key(0xff, 0xff) }), [[0xff], [0xff, 0]])
  })

  contract('a range without room, or the wrong way round, is empty', async store => {
    await store.write(sorted.map(bytes => put(key(...bytes), 1)))
    assert.deepEqual(keysOf(store, { start: key(1), end: key(1) }), [])
    assert.deepEqual(keysOf(store, { start: key(2), end: key(1) }), [])
    assert.deepEqual(keysOf(store, { start: FIRST, end: FIRST }), [])
    assert.deepEqual(keysOf(store, { start: key(3), end: key(4) }), [])
  })

  contract('keys are counted as a range has them', async store => {
    await store.write(sorted.map(bytes => put(key(...bytes), 1)))
    const bounds = [FIRST, ...sorted.map(bytes => key(...bytes)), key(3), key(0xff, 0xff, 0)]
    for (const start of bounds)
      for (const end of bounds)
        assert.equal(store.count({ start, end }), [...store.range({ start, end })].length)
    await store.write([remove(key(1)), put(key(1, 1), 2)])
    assert.equal(store.count({ start: key(1), end: key(2) }), 2)
  })

  contract('a limit ends the range early', async store => {
    await store.write(sorted.map(bytes => put(key(...bytes), 1)))
    for (const limit of [0, 1, 5, sorted.length, 1_000]) {
      assert.deepEqual(
        Array.from(store.range({ ...everything, limit }), ([at]) => [...at]),
        sorted.slice(0, limit)
      )
    }
  })

  contract('a range shows one instant: nothing written during the iteration is seen', async store => {
    await store.write([1, 3, 5, 7].map(n => put(key(n), n)))
    const seen: number[][] = []
    for (const [at, bytes] of store.range(everything)) {
      seen.push([at[0]!, bytes[0]!])
      await store.write([remove(key(1)), put(key(3), 33), put(key(4), 4), remove(key(5)), put(key(9), 9)])
      await turn()
    }
    assert.deepEqual(seen, [
      [1, 1],
      [3, 3],
      [5, 5],
      [7, 7]
    ])
    assert.deepEqual(keysOf(store), [[3], [4], [7], [9]])
  })

  contract('several ranges and reads at once do not disturb each other', async store => {
    await store.write(Array.from({ length: 50 }, (_, n) => put(key(n), n)))
    const older = store.range(everything)[Symbol.iterator]()
    older.next()
    await store.write([put(key(7), 70)])
    const newer = store.range(everything)[Symbol.iterator]()
    for (let n = 1; n < 50; n++) {
      assert.deepEqual(newer.next().value, [key(n - 1), value(n - 1 === 7 ? 70 : n - 1)])
      assert.deepEqual(older.next().value, [key(n), value(n)])
      assert.deepEqual(store.get(key(7)), value(70))
      if (n % 10 === 0) await turn()
    }
    assert.equal(older.next().done, true)
    newer.return?.()
  })

  contract('ranges that are left early leave nothing behind, however many', async store => {
    await store.write(Array.from({ length: 20 }, (_, n) => put(key(n), n)))
    for (let i = 0; i < 500; i++) {
      for (const [at] of store.range(everything)) if (at[0] === 3) break
      assert.throws(() => {
        for (const _entry of store.range(everything)) throw new Error('left by an error')
      }, /left by an error/)
      if (i % 50 === 0) await store.write([put(key(100), i & 0xff)])
    }
    assert.equal(keysOf(store).length, 21)
  })
}

function writes(contract: Contract): void {
  contract('what is written can be read when the promise resolves', async store => {
    for (let n = 0; n < 100; n++) {
      await store.write([put(key(1), n)])
      assert.deepEqual(store.get(key(1)), value(n))
      assert.deepEqual(firstBytes(store), [n])
    }
  })

  contract('the last write of a batch to a key counts', async store => {
    await store.write([
      put(key(1), 1),
      put(key(1), 2),
      remove(key(1)),
      put(key(1), 3),
      put(key(2), 4),
      remove(key(2))
    ])
    assert.deepEqual([...store.range(everything)], [[key(1), value(3)]])
  })

  contract('an empty batch is durable at once', async store => {
    await store.write([])
    const order: string[] = []
    await Promise.all([
      store.write([put(key(1), 1)]).then(() => order.push('before')),
      store.write([]).then(() => order.push('empty'))
    ])
    assert.deepEqual(order, ['before', 'empty'])
  })

  contract('calls under way at once are applied and acknowledged in call order', async store => {
    const acknowledged: number[] = []
    const under: Promise<unknown>[] = []
    for (let n = 0; n < 300; n++) {
      under.push(store.write([put(key(1), n & 0xff), put(number(n), 1)]).then(() => acknowledged.push(n)))
      if (n % 70 === 0) await turn()
    }
    await Promise.all(under)
    assert.deepEqual(
      acknowledged,
      Array.from({ length: 300 }, (_, n) => n)
    )
    assert.deepEqual(store.get(key(1)), value(299 & 0xff))
  })

  contract('an acknowledged write has every earlier one before it', async store => {
    let last = -1
    const under: Promise<void>[] = []
    for (let n = 0; n < 200; n++) {
      under.push(
        store.write([put(number(n), 1)]).then(() => {
          last = Math.max(last, n)
          for (let earlier = 0; earlier <= n; earlier++)
            assert.ok(store.get(number(earlier)), `${earlier} before ${n}`)
        })
      )
    }
    await Promise.all(under)
    assert.equal(last, 199)
  })

  contract('writers that do not wait for each other lose nothing', async store => {
    await Promise.all(
      Array.from({ length: 32 }, async (_, writer) => {
        for (let n = 0; n < 20; n++) {
          await store.write([put(key(writer, n), n), ...(n > 0 ? [remove(key(writer, n - 1))] : [])])
          assert.deepEqual(store.get(key(writer, n)), value(n))
        }
      })
    )
    assert.deepEqual(
      keysOf(store),
      Array.from({ length: 32 }, (_, writer) => [writer, 19])
    )
  })

  contract('a batch of puts and deletes is seen whole or not at all', async store => {
    const rows = 1_500
    const batch = (side: number): Write[] =>
      Array.from({ length: rows }, (_, n) => [
        put(key(side, ...number(n)), side),
        remove(key(3 - side, ...number(n)))
      ]).flat()
    await store.write(batch(1))
    for (let round = 0; round < 6; round++) {
      let done = false
      const write = store.write(batch(2 - (round % 2))).then(() => {
        done = true
      })
      while (!done) {
        const sides = new Set(firstBytes(store))
        const count = keysOf(store).length
        assert.ok(sides.size === 1 && count === rows, `${count} rows of ${sides.size} batches at once`)
        await turn()
      }
      await write
      assert.deepEqual(new Set(firstBytes(store)), new Set([2 - (round % 2)]))
    }
  })
}

function closing(contract: Contract): void {
  contract('closing waits for the writes under way', async store => {
    let acknowledged = 0
    for (let n = 0; n < 50; n++) {
      void store.write([put(key(n), n)]).then(() => acknowledged++)
    }
    await store.close()
    assert.equal(acknowledged, 50)
  })

  contract('a closed store refuses every call and may be closed again', async store => {
    await store.write([put(key(1), 1)])
    const late = store.range(everything)
    await store.close()
    await store.close()
    const closed = { name: 'NotRunningError' }
    assert.throws(() => store.get(key(1)), closed)
    assert.throws(() => store.range(everything), closed)
    assert.throws(() => [...late], closed)
    await assert.rejects(store.write([put(key(1), 2)]), closed)
  })

  contract('an iteration that is under way when the store closes ends with an error', async store => {
    await store.write(Array.from({ length: 20 }, (_, n) => put(key(n), n)))
    const iteration = store.range(everything)[Symbol.iterator]()
    iteration.next()
    await store.write([put(key(1), 2)])
    await store.close()
    assert.throws(() => iteration.next(), { name: 'NotRunningError' })
    assert.equal(iteration.next().done, true)
  })
}

function model(contract: Contract): void {
  contract('any sequence of calls gives what a sorted map gives', async (store, t) => {
    t.diagnostic(`ANILLO_SEED=${seed}`)
    await fc.assert(
      fc.asyncProperty(operationsArbitrary, async operations => {
        await store.write(Array.from(store.range(everything), ([at]) => remove(at)))
        const expected: Model = new Map()
        await runOperations(store, expected, operations)
        assert.deepEqual([...store.range(everything)], modelRange(expected, everything))
      }),
      { seed, numRuns: 60 }
    )
  })
}
