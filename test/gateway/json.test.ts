import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JSON_DEPTH_MAX } from '../../src/constants.ts'
import { parseJson } from '../../src/gateway/json.ts'

const seed = Number(process.env.ANILLO_SEED ?? Date.now() % 2 ** 31)

test(`every JSON value is read as JSON.parse reads it (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.nat(3), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent)
      assert.deepEqual(parseJson(spaced), JSON.parse(spaced))
    }),
    { seed, numRuns: 500 }
  )
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), number => {
      assert.equal(parseJson(JSON.stringify(number)), JSON.parse(JSON.stringify(number)))
    }),
    { seed, numRuns: 2_000 }
  )
})

test(`a text that JSON.parse refuses is refused, by name (seed ${seed})`, () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'{}[]":,0-.1eE+truefalsn \\u00"\n\u0000') }),
    fc.json().chain(text => fc.nat(text.length).map(cut => text.slice(0, cut)))
  )
  fc.assert(
    fc.property(texts, text => {
      let valid = true
      try {
        JSON.parse(text)
      } catch {
        valid = false
      }
      if (!valid)
        assert.throws(() => parseJson(text), { name: 'InvalidRequestError', message: /at position \d+$/ })
    }),
    { seed, numRuns: 3_000 }
  )
})

test('an error says where the text breaks', () => {
  assert.throws(() => parseJson('{"a":}'), {
    message: 'The JSON is broken: a value was expected, not "}", at position 5'
  })
  assert.throws(() => parseJson('[1,2'), {
    message: 'The JSON is broken: "," or "]" was expected, not it ends, at position 4'
  })
  assert.throws(() => parseJson('{"a":1} x'), { message: /the end was expected, not "x", at position 8/ })
  assert.throws(() => parseJson("{'a':1}"), { message: /a string was expected, not "'", at position 1/ })
})

test('what JSON.parse would change silently is refused: repeated members and numbers a double cannot hold', () => {
  assert.throws(() => parseJson('{"a":1,"b":{},"\\u0061":2}'), {
    message: /names the member "a" twice, at position 14/
  })
  assert.throws(() => parseJson('{"__proto__":1,"__proto__":2}'), { message: /twice/ })
  for (const number of [
    '1e400',
    '-1e400',
    '12345678901234567890',
    '0.1000000000000000055511151231257827',
    '1e-400'
  ]) {
    assert.throws(() => parseJson(`[${number}]`), { message: /send it as a string, at position 1$/ }, number)
  }
  for (const number of ['1.0', '10e-1', '1E2', '-0', '0.000', '0e999', '1e23', '9007199254740992']) {
    assert.equal(parseJson(number), Number(number), number)
  }
})

test('members named __proto__ and constructor are data', () => {
  const value = parseJson('{"__proto__":{"x":1},"constructor":2}') as object
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor'])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
})

test('depth is bounded, and time grows with the length only', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  assert.doesNotThrow(() => parseJson(nested(JSON_DEPTH_MAX)))
  assert.throws(() => parseJson(nested(JSON_DEPTH_MAX + 2)), { message: /nested more than 128 levels/ })
  assert.throws(() => parseJson('['.repeat(500_000)), { message: /nested more than/ })
  const started = performance.now()
  const zeros = '0'.repeat(500_000)
  for (const text of [
    `1${zeros}1`,
    `0.${zeros}1`,
    `"${'a'.repeat(500_000)}`,
    `"${'\\n'.repeat(250_000)}`,
    `${' '.repeat(500_000)}x`
  ]) {
    assert.throws(() => parseJson(text), { name: 'InvalidRequestError' })
  }
  assert.ok(performance.now() - started < 2_000)
})
