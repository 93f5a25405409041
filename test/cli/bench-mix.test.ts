import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { drawOperation, formatMix, mixValue } from '../../src/cli/bench-mix.ts'
import { seededRandom } from '../../src/cli/seeded-random.ts'
import { chooseSeed } from '../simulation/random.ts'

const SEED = Number(chooseSeed()) || 0

describe('the mix of a bench', () => {
  const READ_AS: [text: string, parts: string][] = [
    ['mixed', 'read=90,write=10'],
    ['presence', 'heartbeat=1'],
    ['read', 'read=1'],
    ['stale', 'stale=1'],
    ['write', 'write=1'],
    ['update', 'update=1'],
    ['read=50, stale=40,update', 'read=50,stale=40,update=1']
  ]
  for (const [text, parts] of READ_AS) {
    it(`${text} is ${parts}`, () => assert.equal(formatMix(mixValue(text)), parts))
  }

  for (const text of [
    '',
    'reads',
    'read=',
    'read=0',
    'read=-1',
    'read=1.5',
    'read=1000001',
    'read,',
    'toString'
  ]) {
    it(`is not ${JSON.stringify(text)}`, () =>
      assert.throws(() => mixValue(text), /Give mixed, presence, read,/))
  }

  it('names no operation twice', () => {
    assert.throws(() => mixValue('read=1,read=2'), /It has read twice/)
  })

  it('is done in the proportion of its weights', () => {
    const mix = mixValue('read=70,write=20,update=10')
    const random = seededRandom(SEED)
    const draws = 20_000
    const counts = { read: 0, stale: 0, write: 0, update: 0, heartbeat: 0 }
    for (let i = 0; i < draws; i++) counts[drawOperation(mix, random)]++
    assert.deepEqual([counts.stale, counts.heartbeat], [0, 0])
    // Six standard deviations: a seed in hundreds of millions fails.
    for (const { operation, weight } of mix) {
      const expected = (draws * weight) / 100
      const bound = 6 * Math.sqrt(expected * (1 - weight / 100))
      assert.ok(Math.abs(counts[operation] - expected) < bound, `${operation} ${counts[operation]} times`)
    }
  })
})

describe('seeded random numbers', () => {
  const first = (seed: number) => {
    const random = seededRandom(seed)
    return Array.from({ length: 100 }, () => random.next())
  }

  it('are the same for the same seed, and others for another', () => {
    assert.deepEqual(first(SEED), first(SEED))
    assert.notDeepEqual(first(SEED), first(SEED + 1))
  })

  it('are from 0 up to 1', () => {
    for (const number of first(SEED)) assert.ok(number >= 0 && number < 1, `${number}`)
  })
})
