import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import {
  HTTP_ANSWER_TIMEOUT_MS,
  HTTP_BODY_BYTES_MAX,
  HTTP_BODY_TIMEOUT_MS,
  HTTP_CLIENTS_MAX,
  HTTP_CONNECTIONS_MAX,
  HTTP_HEADER_BYTES_MAX,
  HTTP_INFLIGHT_MAX,
  IDEMPOTENCY_KEY_LENGTH_MAX,
  IDEMPOTENCY_WINDOW_MS,
  JSON_DEPTH_MAX,
  PROFILE_BYTES_MAX,
  REFUSALS_LOGGED_PER_MINUTE,
  TOKEN_LENGTH_MAX,
  TOKEN_LENGTH_MIN,
  TOKENS_MAX,
  USER_ID_BYTES_MAX,
  WRONG_TOKENS_AT_ONCE
} from '../../src/constants.ts'
import { ERROR_KINDS, problemType } from '../../src/errors.ts'
import { Events } from '../../src/events.ts'
import { createApp, routesOf } from '../../src/gateway/app.ts'
import { HTTP_ERRORS } from '../../src/gateway/problems.ts'
import { silentLog, systemClock, systemRandom } from '../../src/runtime.ts'
import { FakeMetrics } from './fake-metrics.ts'
import { FakeRing, FakeUsers, fakeMany } from './fake-users.ts'

const reference = await readFile(new URL('../../../docs/http.md', import.meta.url), 'utf8')

test('the reference lists every route, and only routes that exist', () => {
  const runtime = { clock: systemClock, random: systemRandom, log: silentLog }
  const ring = new FakeRing()
  const app = createApp({
    users: new FakeUsers(),
    many: fakeMany(new FakeUsers()),
    ring,
    leave: () => ring.leave(),
    tasks: ring.tasks,
    events: new Events(),
    metrics: new FakeMetrics(),
    recover: async request => ring.recover(request),
    runtime,
    version: ''
  })
  const listed = [...reference.matchAll(/^\| `((?:GET|PUT|POST|PATCH|DELETE) [^`]+)` \|/gm)].map(
    row => row[1]
  )
  assert.deepEqual(listed.sort(), routesOf(app).sort())
})

test('the reference lists every error that a caller can meet with its status and type, and no other', () => {
  const rows = reference.matchAll(/^\| (\d+) \| `([^`]+)` \| (\w+) \| .+ \|$/gm)
  const listed = [...rows].map(([, status, type, name]) => `${status} ${type} ${name}`)
  const known = HTTP_ERRORS.map(name => `${ERROR_KINDS[name].status} ${problemType(name)} ${name}`)
  assert.deepEqual(listed.sort(), known.sort())
})

/** Each limit as the page has it, in the place of the % of its phrase. */
function says(page: string, limits: readonly (readonly [limit: number, phrase: string])[]): void {
  const text = page.replace(/\s+/g, ' ')
  for (const [limit, phrase] of limits) {
    const said = phrase.replace('%', limit.toLocaleString('en-US'))
    assert.ok(text.includes(said), said)
  }
}

test('the limits in the reference are those of the code', () => {
  says(reference, [
    [USER_ID_BYTES_MAX, '1 to % bytes of UTF-8'],
    [PROFILE_BYTES_MAX / 1024, 'at most % KiB'],
    [JSON_DEPTH_MAX, 'more than % levels'],
    [IDEMPOTENCY_KEY_LENGTH_MAX, '1 to % visible ASCII'],
    [IDEMPOTENCY_WINDOW_MS / 60_000, 'within % minutes'],
    [PROFILE_BYTES_MAX, '% for a profile'],
    [HTTP_BODY_BYTES_MAX, '% for a body'],
    [HTTP_HEADER_BYTES_MAX, '% for all headers'],
    [HTTP_INFLIGHT_MAX, 'works on % requests'],
    [HTTP_BODY_TIMEOUT_MS / 1000, 'body has % seconds'],
    [HTTP_ANSWER_TIMEOUT_MS / 1000, '% seconds in all'],
    [HTTP_CONNECTIONS_MAX, 'takes % connections']
  ])
})

test('the limits in the page on security are those of the code', async () => {
  says(await readFile(new URL('../../../docs/security.md', import.meta.url), 'utf8'), [
    [TOKEN_LENGTH_MIN, 'A token has % to'],
    [TOKEN_LENGTH_MAX, 'to % characters'],
    [TOKENS_MAX, 'up to % of them'],
    [WRONG_TOKENS_AT_ONCE, 'may show % at once'],
    [HTTP_CLIENTS_MAX, '% clients are remembered'],
    [REFUSALS_LOGGED_PER_MINUTE, 'token: % a minute']
  ])
})
