/** The feed of users as it looks over HTTP. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HTTP_CURSOR_CHARACTERS_MAX } from '../../src/constants.ts'
import { asSlot } from '../../src/ring/slot.ts'
import type { WatchBatch } from '../../src/users/many-users.ts'
import type { User } from '../../src/users/user.ts'
import { FakeUsers, fakeMany } from './fake-users.ts'
import { BASE, harness } from './harness.ts'

const SLOT = asSlot(17, 256)
const CHANGE = { type: 'put', slot: SLOT, id: 'ada', version: '1.1', user: { id: 'ada' } as User } as const
const GONE = { type: 'delete', slot: SLOT, id: 'ada', version: '1.2' } as const

/** A gateway whose feed tells these batches, and ends. */
function feed(batches: readonly WatchBatch[], cursor = 'first') {
  const watch = {
    cursor,
    async *batches() {
      yield* batches
    },
    end() {}
  }
  return harness(undefined, { many: { ...fakeMany(new FakeUsers()), open: async () => watch } })
}

describe('the feed of users', () => {
  const batches = [
    { changes: [CHANGE, GONE], cursor: undefined },
    { changes: [GONE], cursor: 'next' },
    { changes: [], cursor: 'last' }
  ]

  test('has an id where there is one, also without an event', async () => {
    const text = await (await feed(batches).ask('GET', '/v1/changes')).text()
    const data = '{"slot":17,"id":"ada","version":"1.2"}'
    assert.deepEqual(text.split('\n\n').slice(1), [
      'event: put\ndata: {"slot":17,"id":"ada","version":"1.1","user":{"id":"ada"}}',
      `event: delete\ndata: ${data}`,
      `event: delete\ndata: ${data}\nid: next`,
      'id: last',
      ''
    ])
  })

  test('says the same in lines', async () => {
    const { gateway } = feed(batches)
    const headers = { accept: 'application/x-ndjson' }
    const text = await (await gateway.fetch(new Request(`${BASE}/v1/changes`, { headers }))).text()
    const lines = text.trimEnd().split('\n')
    assert.deepEqual(
      lines.map(line => JSON.parse(line)),
      [
        { type: 'begin', cursor: 'first' },
        CHANGE,
        GONE,
        { ...GONE, cursor: 'next' },
        { type: 'place', cursor: 'last' }
      ]
    )
  })

  test('never gives an id that nobody could send back, but one that tells all users anew', async () => {
    const long = 'A'.repeat(HTTP_CURSOR_CHARACTERS_MAX + 1)
    const told = [{ changes: [CHANGE], cursor: long }]
    const text = await (await feed(told, long).ask('GET', '/v1/changes')).text()
    assert.deepEqual(
      [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id),
      ['reset', 'reset']
    )
  })
})
