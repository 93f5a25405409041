/** Answers that go on for long, as far as they have something in common. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HTTP_STREAMS_MAX } from '../../src/constants.ts'
import { Events } from '../../src/events.ts'
import { Door } from '../../src/gateway/door.ts'
import { USER } from '../../src/gateway/openapi/examples.ts'
import { Tokens } from '../../src/gateway/tokens.ts'
import { systemClock } from '../../src/runtime.ts'
import { FakeUsers, fakeMany, NO_CURSOR } from './fake-users.ts'
import { BASE, harness } from './harness.ts'

const NDJSON = { accept: 'application/x-ndjson' }
const STREAMS: readonly [path: string, headers: Record<string, string>][] = [
  ['/v1/changes', {}],
  ['/v1/changes', NDJSON],
  ['/v1/events', {}],
  ['/v1/users:export', {}],
  ['/v1/users', NDJSON]
]
const OF_ONE_REQUEST = ['request-id', 'server-timing']

const headersOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => !OF_ONE_REQUEST.includes(name)))

/** A gateway, and how much of what a stream needs was begun. */
function counting() {
  const events = new Events()
  const fake = fakeMany(new FakeUsers())
  const begun = { subscriptions: 0, watches: 0, lists: 0 }
  const { gateway } = harness(systemClock, {
    events: {
      subscribe(listener) {
        begun.subscriptions++
        return events.subscribe(listener)
      }
    },
    many: {
      ...fake,
      open(options) {
        begun.watches++
        return fake.open(options)
      },
      async *list() {
        begun.lists++
        for (;;) yield USER
      }
    }
  })
  const ask = (method: string, path: string, headers: Record<string, string>) =>
    gateway.fetch(new Request(BASE + path, { method, headers }))
  return { gateway, ask, begun }
}

describe('HEAD of a stream', () => {
  for (const [path, headers] of STREAMS) {
    const stream = headers === NDJSON ? `${path} in lines` : path
    test(`${stream} has the headers of GET, and holds nothing`, async () => {
      const { ask, begun } = counting()
      for (let count = 0; count <= HTTP_STREAMS_MAX; count++) {
        const head = await ask('HEAD', path, headers)
        assert.equal(head.status, 200)
        assert.equal(head.body, null)
      }
      assert.deepEqual(begun, { subscriptions: 0, watches: 0, lists: 0 })
      const got = await ask('GET', path, headers)
      assert.equal(got.status, 200)
      assert.deepEqual(headersOf(await ask('HEAD', path, headers)), headersOf(got))
      await got.body!.cancel()
    })

    test(`${stream} is refused with a query that GET would refuse`, async () => {
      const { ask } = counting()
      assert.equal((await ask('HEAD', `${path}?unknown=1`, headers)).status, 400)
    })
  }

  test('/v1/changes is refused with a cursor that is none, wherever it stands, and not with others', async () => {
    const { ask, begun } = counting()
    assert.equal((await ask('HEAD', `/v1/changes?since=${NO_CURSOR}`, {})).status, 400)
    assert.equal((await ask('HEAD', '/v1/changes', { 'last-event-id': NO_CURSOR })).status, 400)
    assert.equal((await ask('HEAD', '/v1/changes?since=now', {})).status, 200)
    assert.equal(begun.watches, 0)
  })

  test('/v1/changes is refused with an id that is none', async () => {
    const { ask } = counting()
    assert.equal((await ask('HEAD', '/v1/changes?ids=%25zz', {})).status, 400)
  })
})

describe('a stream whose caller is gone', () => {
  for (const [path, headers] of STREAMS) {
    const stream = headers === NDJSON ? `${path} in lines` : path
    test(`${stream} makes room for another, though nobody reads or cancels its body`, async () => {
      const { gateway } = counting()
      const left: ReadableStream[] = [] // whoever has a body may still read it
      for (let count = 0; count <= HTTP_STREAMS_MAX; count++) {
        const caller = new AbortController()
        const init = { headers, signal: caller.signal }
        const { status, body } = await gateway.fetch(new Request(BASE + path, init))
        assert.equal(status, 200)
        left.push(body!)
        caller.abort()
      }
    })

    test(`${stream} is not begun for whoever is gone before`, async () => {
      const { gateway, begun } = counting()
      const init = { headers, signal: AbortSignal.abort() }
      await gateway.fetch(new Request(BASE + path, init))
      assert.deepEqual(begun, { subscriptions: 0, watches: 0, lists: 0 })
    })
  }
})

test('a feed ends when its token is taken away, and no other does', async () => {
  const [kept, gone] = ['k'.repeat(22), 'g'.repeat(22)]
  const door = new Door(systemClock, { tokens: [kept, gone].map(token => ({ token, scopes: ['read'] })) })
  const { gateway } = harness(systemClock, { door })
  const feed = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const { status, body } = await gateway.fetch(new Request(`${BASE}/v1/events`, { headers }))
    assert.equal(status, 200)
    return body!.getReader()
  }
  const ended = async (reader: Awaited<ReturnType<typeof feed>>) => {
    for (;;) if ((await reader.read()).done) return 'ended'
  }
  const [good, bad] = [await feed(kept), await feed(gone)]
  const turn = () => new Promise(resolve => setImmediate(() => resolve('open')))
  const ends = [ended(good), ended(bad)]
  for (const end of ends) assert.equal(await Promise.race([end, turn()]), 'open')
  door.changeTokens(new Tokens([{ token: kept, scopes: ['read'] }]))
  gateway.reviewStreams()
  assert.equal(await ends[1], 'ended')
  assert.equal(await Promise.race([ends[0], turn()]), 'open')
  gateway.endStreams()
  assert.equal(await ends[0], 'ended')
})
