/** The feed of users as it looks over HTTP. */
import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { HTTP_CURSOR_CHARACTERS_MAX } from '../../src/constants.ts'
import { asSlot } from '../../src/ring/slot.ts'
import type { WatchBatch } from '../../src/users/many-users.ts'
import type { User } from '../../src/users/user.ts'
import { FakeUsers, fakeMany } from './fake-users.ts'
import { BASE, harness, ManualClock } from './harness.ts'

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

describe('a feed in which nothing happens', () => {
  const KEEP_ALIVES = 50
  const KEEP_ALIVE_MS = 15_000

  /** A silent feed: how often its next batch was subscribed to, and ways for the batch to come or to fail. */
  async function silent() {
    const clock = new ManualClock()
    const next = Promise.withResolvers<IteratorResult<WatchBatch>>()
    const then = mock.method(next.promise, 'then')
    const batches = { next: () => next.promise } as AsyncGenerator<WatchBatch>
    const watch = { cursor: 'first', batches: () => batches, end() {} }
    const many = { ...fakeMany(new FakeUsers()), open: async () => watch }
    const response = await harness(clock, { many }).ask('GET', '/v1/changes')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const read = async () => (await reader.read()).value
    assert.match((await read()) ?? '', /^retry: /)
    return { clock, read, subscribed: () => then.mock.callCount(), next }
  }

  /** What comes when the time of a keep-alive is over. */
  async function keepAlive({ clock, read }: Awaited<ReturnType<typeof silent>>) {
    const piece = read()
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
    clock.advance(KEEP_ALIVE_MS)
    return piece
  }

  test('is subscribed to once, however often it is kept alive', async () => {
    const feed = await silent()
    for (let count = 0; count < KEEP_ALIVES; count++) assert.equal(await keepAlive(feed), ':\n\n')
    assert.equal(feed.subscribed(), 1)
  })

  test('tells what comes between two keep-alives, and waits for the time of none', async () => {
    const feed = await silent()
    assert.equal(await keepAlive(feed), ':\n\n')
    const piece = feed.read()
    feed.next.resolve({ done: false, value: { changes: [CHANGE], cursor: 'next' } })
    assert.match((await piece) ?? '', /^event: put\n.*\nid: next\n/)
  })

  test('fails with what its next batch fails with', async () => {
    const feed = await silent()
    assert.equal(await keepAlive(feed), ':\n\n')
    feed.next.reject(new Error('the feed broke'))
    await assert.rejects(feed.read(), /the feed broke/)
  })
})
