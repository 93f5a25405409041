import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HTTP_CURSOR_CHARACTERS_MAX } from '../../src/constants.ts'
import { checkSince, decodePlaces, encodePlaces } from '../../src/users/watch-cursor.ts'

const RING_ID = 'ab'.repeat(16)

describe('the cursor of a feed', () => {
  it('is read as it was written', () => {
    const places = [undefined, { epoch: 0, sequence: 0 }, { epoch: 300, sequence: 2 ** 40 }, undefined]
    assert.deepEqual(
      decodePlaces(
        encodePlaces(RING_ID, 4, slot => places[slot]),
        RING_ID,
        4
      ),
      places
    )
  })

  it('is told from what is none, or of another ring, and from the words that stand for one', () => {
    const cursor = encodePlaces(RING_ID, 4, () => undefined)
    for (const since of ['now', '0', 'reset', cursor]) checkSince(since, RING_ID, 4)
    for (const since of [
      'rubbish',
      '',
      '1',
      `${cursor}AA`,
      encodePlaces('cd'.repeat(16), 4, () => undefined)
    ])
      assert.throws(() => checkSince(since, RING_ID, 4), { name: 'InvalidRequestError' }, since)
  })

  it('fits a header in a ring of 1,024 slots, each with 16,000 changes of leader and 250 million of users', () => {
    const cursor = encodePlaces(RING_ID, 1_024, () => ({ epoch: 16_000, sequence: 250_000_000 }))
    assert.ok(cursor.length <= HTTP_CURSOR_CHARACTERS_MAX, `${cursor.length} characters`)
  })
})
