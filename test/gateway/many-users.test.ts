/** Streams of users go at the pace of whoever takes them: nothing is made, read or written ahead of that. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { UnavailableError } from '../../src/errors.ts'
import { serve } from '../../src/gateway/server.ts'
import { silentLog, systemClock } from '../../src/runtime.ts'
import type { User } from '../../src/users/user.ts'
import { FakeUsers, fakeMany } from './fake-users.ts'
import { BASE, harness } from './harness.ts'

const KiB = 1024
/** More than two chunks of an export. */
const AHEAD_CHARACTERS = 400 * KiB

function large(number: number): User {
  const at = '2026-11-22T10:00:00.000Z'
  const profile = { text: 'x'.repeat(60 * KiB) }
  const times = { createdAt: at, updatedAt: at, expiresAt: null }
  return { id: String(number), status: 'ONLINE', profile, version: '1.1', ...times }
}

/** A gateway with so many large users, and how much of them was listed. */
function listing(count: number) {
  const listed = { characters: 0, ended: false }
  const many = {
    ...fakeMany(new FakeUsers()),
    async *list() {
      try {
        for (let number = 0; number < count; number++) {
          const user = large(number)
          listed.characters += JSON.stringify(user).length + 1
          yield user
        }
      } finally {
        listed.ended = true
      }
    }
  }
  return { ...harness(systemClock, { many }), listed }
}

/** Whatever can go on by itself has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
}

test('an export lists what its reader takes and a little more, and ends when the reader does', async () => {
  const { gateway, listed } = listing(Number.POSITIVE_INFINITY)
  const response = await gateway.fetch(new Request(`${BASE}/v1/users:export`))
  const reader = response.body!.getReader()
  let taken = 0
  for (let chunk = 0; chunk < 20; chunk++) {
    await settled()
    assert.ok(listed.characters <= taken + AHEAD_CHARACTERS, `${listed.characters} listed, ${taken} taken`)
    taken += (await reader.read()).value!.byteLength
  }
  await reader.cancel()
  assert.ok(listed.ended)
})

test('an export that nobody reads any more ends with its gateway, and is not taken for complete', async () => {
  const { gateway, listed } = listing(Number.POSITIVE_INFINITY)
  const response = await gateway.fetch(new Request(`${BASE}/v1/users:export`))
  await settled()
  assert.ok(!listed.ended)
  gateway.endStreams()
  await settled()
  assert.ok(listed.ended)
  await assert.rejects(response.text(), { name: 'NotRunningError' })
})

test('an export over a socket waits for a reader that reads nothing for a while, and is whole in the end', async context => {
  const users = 2_000
  const { gateway, listed } = listing(users)
  const server = await serve({ gateway, host: '127.0.0.1', port: 0, log: silentLog })
  context.after(() => server.close({ signal: AbortSignal.abort() }))
  const [response] = (await once(get(`${server.url}/v1/users:export`), 'response')) as [IncomingMessage]
  // It stands still when many other requests are answered without a user more being listed.
  for (let still = 0, before = -1; still < 50; still++) {
    if (listed.characters !== before) still = 0
    before = listed.characters
    await (await fetch(`${server.url}/livez`)).text()
  }
  assert.ok(!listed.ended, `all ${listed.characters} characters were listed for nobody`)
  let lines = 0
  for await (const chunk of response) lines += chunk.toString('latin1').split('\n').length - 1
  assert.equal(lines, users)
})

test('an import reads as fast as it writes and as its results are taken', async () => {
  const lines = 2_000
  const { gateway, users } = harness()
  const encoder = new TextEncoder()
  let read = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (read === lines) controller.close()
        else controller.enqueue(encoder.encode(`{"id":"u${read++}","status":0}\n`))
      }
    },
    { highWaterMark: 0 }
  )
  const open = Promise.withResolvers<void>()
  users.gate = open.promise
  const headers = { 'Content-Type': 'application/x-ndjson' }
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
  const response = await gateway.fetch(new Request(`${BASE}/v1/users:import`, init))
  await settled()
  assert.ok(read > 0 && read < 300, `${read} lines were read while none could be written`)
  open.resolve()
  await settled()
  assert.ok(read < 300, `${read} lines were read while nobody took a result`)
  assert.ok(users.writes <= read)
  const results = (await response.text()).trimEnd().split('\n')
  assert.deepEqual(JSON.parse(results.at(-1)!).summary.created, lines)
})

test('an export that fails halfway breaks off: no reader takes what it got for complete', async context => {
  const printed = context.mock.method(console, 'error', () => {})
  const many = {
    ...fakeMany(new FakeUsers()),
    async *list() {
      for (let number = 0; number < 10; number++) yield large(number)
      throw new UnavailableError('Provoked')
    }
  }
  const { gateway } = harness(systemClock, { many })
  const server = await serve({ gateway, host: '127.0.0.1', port: 0, log: silentLog })
  context.after(() => server.close({ signal: AbortSignal.abort() }))
  const response = await fetch(`${server.url}/v1/users:export`)
  assert.equal(response.status, 200)
  await assert.rejects(response.text())
  assert.equal(printed.mock.callCount(), 0, 'what is normal is no stack trace')
})

test('an import and a feed that a stopping gateway ends break off as well', async context => {
  const printed = context.mock.method(console, 'error', () => {})
  const { gateway } = harness()
  const server = await serve({ gateway, host: '127.0.0.1', port: 0, log: silentLog })
  context.after(() => server.close({ signal: AbortSignal.abort() }))
  const feed = await fetch(`${server.url}/v1/events`)
  const headers = { 'Content-Type': 'application/x-ndjson' }
  const first = new TextEncoder().encode('{"id":"1","status":0}\n')
  const body = new ReadableStream({ start: controller => controller.enqueue(first) }) // and it does not end
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
  const answer = await fetch(`${server.url}/v1/users:import`, init)
  gateway.endStreams()
  assert.equal(await answer.text(), '', 'and no summary')
  await feed.text().catch(() => {}) // it has no end that somebody could wait for
  assert.equal(printed.mock.callCount(), 0)
})
