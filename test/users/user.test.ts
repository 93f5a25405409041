import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { JSON_DEPTH_MAX } from '../../src/constants.ts'
import { canonicalDecimalId, checkProfile, checkStatus, checkUserId } from '../../src/users/user.ts'

describe('a user id', () => {
  it('is 1 to 256 bytes of any characters but control ones', () => {
    for (const id of ['7', 'a/b?c#d %', '😀', 'é'.repeat(128), '.', 'x'.repeat(256)])
      assert.equal(checkUserId(id), id)
    for (const id of [
      '',
      'x'.repeat(257),
      'é'.repeat(129),
      'a\nb',
      'a\u0000',
      '\u007f',
      '\u0085',
      '\ud800',
      7,
      undefined
    ]) {
      assert.throws(() => checkUserId(id), { name: 'InvalidUserError' })
    }
  })

  it('that is decimal means the same with leading zeros, on the routes of the original', () => {
    const cases = { '007': '7', '0': '0', '000': '0', '7a': '7a', '07a': '07a', '': '' }
    for (const [id, canonical] of Object.entries(cases)) assert.equal(canonicalDecimalId(id), canonical)
  })
})

describe('a status', () => {
  it('is a name or its number', () => {
    assert.deepEqual([0, 1, 2, 3, 'BUSY'].map(checkStatus), ['ONLINE', 'OFFLINE', 'AWAY', 'BUSY', 'BUSY'])
    for (const status of [4, -1, 0.5, 'online', '0', null, undefined, {}, 'length']) {
      assert.throws(() => checkStatus(status), { name: 'InvalidUserError', message: /ONLINE \(0\)/ })
    }
  })
})

describe('a profile', () => {
  it('is a JSON object of at most 64 KiB', () => {
    const profile = { name: 'Ada', tags: ['a', null, true, 1.5], nested: { deep: {} } }
    assert.deepEqual(checkProfile(profile), profile)
    assert.throws(() => checkProfile({ text: 'x'.repeat(65_536) }), { name: 'TooLargeError' })
    for (const other of [null, [], 'text', 1, undefined])
      assert.throws(() => checkProfile(other), { name: 'InvalidUserError' })
  })

  it('holds nothing that JSON would change or drop', () => {
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      undefined,
      () => 1,
      1n,
      new Date(0),
      new Map(),
      Symbol('s')
    ]) {
      assert.throws(() => checkProfile({ a: { b: [value] } }), { name: 'InvalidUserError' })
    }
  })

  it('nests only so deep, so that no peer runs out of stack with it', () => {
    let deep: unknown = {}
    for (let level = 0; level < JSON_DEPTH_MAX; level++) deep = { deep }
    assert.throws(() => checkProfile(deep), { name: 'InvalidUserError', message: /nests/ })
    const loop: Record<string, unknown> = {}
    loop.self = loop
    assert.throws(() => checkProfile(loop), { name: 'InvalidUserError' })
  })
})
