import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { HTTP_CLIENTS_MAX, HTTP_INFLIGHT_MAX, HTTP_STREAMS_MAX, RATE_LIMIT_MAX } from '../../src/constants.ts'
import { Door } from '../../src/gateway/door.ts'
import { type Clock, systemClock } from '../../src/runtime.ts'
import { BASE, harness } from './harness.ts'

const seed = Number(process.env.ANILLO_SEED ?? Date.now() % 2 ** 31)

/** Different ones, and how often all of them are made between two looks at the heap. */
const REQUESTS = 300
const PASSES = 20
/** Nothing that is kept of a request is so small; what else changes in the heap, divided by all of them, is. */
const GROWTH_BYTES_MAX = 200

const segment = fc.oneof(
  fc.constantFrom(
    'v1',
    'users',
    'status',
    'ring',
    'lookup',
    'peer',
    'leave',
    'livez',
    'readyz',
    'version',
    '7',
    '',
    '..',
    '%2e',
    '%',
    '%00',
    '%2F',
    '%F0%9F%98%80',
    '%ff',
    '__proto__',
    ':count',
    ':export',
    ':import',
    ':batchGet',
    ':heartbeat',
    'changes',
    'tasks',
    'metrics',
    'docs'
  ),
  fc.string({ unit: 'binary', maxLength: 12 })
)
const query = fc.oneof(
  fc.constantFrom(
    '',
    '?',
    '?stale',
    '?consistency=stale',
    '?verbose',
    '?trace=1',
    '?stale=%',
    '?limit=2&cursor=AWFkYQ',
    '?since=0&ids=7,%25',
    '?mode=skip',
    '?status=ONLINE&prefix=7',
    '?__proto__=1',
    '?a[]=1&a[]=2'
  ),
  fc.string({ maxLength: 12 }).map(text => `?${text}`)
)
const known = fc.tuple(
  fc.constantFrom(
    '/v1/users/',
    '/v1/users',
    '/v1/changes',
    '/v1/tasks/',
    '/status/',
    '/v1/ring/lookup/',
    '/v1/ring',
    '/v1/peer',
    '/readyz',
    '/metrics'
  ),
  segment
)
const path = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: known.map(parts => parts.join('')) },
    fc.array(segment, { maxLength: 5 }).map(parts => `/${parts.join('/')}`)
  ),
  query
)
// Half of the requests name a user that others name too: noise alone would never get past the door.
const target = fc.oneof(fc.constant(['/v1/users/7', ''] as [string, string]), path)
const method = fc.constantFrom(
  'GET',
  'HEAD',
  'PUT',
  'POST',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'QUERY',
  'PROPFIND',
  'put'
)
const headerValue = fc.oneof(
  fc.constantFrom(
    '*',
    '"1.1"',
    'W/"1.1"',
    '"a","b"',
    '"',
    '',
    'application/json',
    'application/merge-patch+json',
    'application/x-ndjson',
    'text/plain',
    '-1',
    '1e9',
    'gzip',
    'cross-site',
    'null'
  ),
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map(code => String.fromCharCode(code)),
    maxLength: 20
  })
)
const headerName = fc.constantFrom(
  'if-match',
  'if-none-match',
  'idempotency-key',
  'content-type',
  'content-length',
  'content-encoding',
  'request-id',
  'origin',
  'sec-fetch-site',
  'accept'
)
const headers = fc.oneof(fc.constant({}), fc.dictionary(headerName, headerValue, { maxKeys: 4 }))
const body = fc.oneof(
  { weight: 2, arbitrary: fc.constant('{"status":0}') },
  fc.constantFrom(
    '{"status":0}',
    '{"status":"ONLINE","profile":{"a":null}}',
    '{"status":0,"profile":{"__proto__":1}}',
    '{"ids":["7","","8"]}',
    '{"ids":["7","","8"],"ttl":"30s"}',
    '[',
    '{}',
    'null',
    ''
  ),
  fc.json(),
  fc.uint8Array({ maxLength: 64 })
)

test(`no request whatever gives a 500 or a thrown error, and a refused one writes nothing (seed ${seed})`, async () => {
  const { ask, users, errors } = harness()
  await fc.assert(
    fc.asyncProperty(method, target, headers, body, async (method, [path, query], headers, body) => {
      const bodied = !['GET', 'HEAD'].includes(method)
      const all = new Headers({ 'content-type': 'application/json', ...headers })
      const before = users.writes
      const response = await ask(method, path.replace(/[\t\n\r]/g, '') + query, {
        headers: all,
        ...(bodied && { body })
      })
      const text = await response.text()
      assert.ok(response.status < 500, `${response.status} ${text}`)
      assert.ok(response.headers.get('request-id'))
      if (response.status >= 400) assert.equal(users.writes, before, text)
      if (method === 'HEAD' || response.status === 304) assert.equal(text, '')
      else if (response.status >= 400) assert.ok('status' in JSON.parse(text) || 'error' in JSON.parse(text))
      assert.equal(errors.length, 0)
    }),
    { seed, numRuns: 3_000 }
  )
  assert.ok(users.writes > 20, 'some requests were good')
})

type Asked = [method: string, target: [string, string], headers: object, body: BodyInit]
/** What noise alone would hardly ever ask for: streams, and many users at once. */
const LINES = { 'content-type': 'application/x-ndjson' }
const GOOD: readonly Asked[] = [
  ['GET', ['/v1/users:export', ''], {}, ''],
  ['GET', ['/v1/users', '?limit=2'], {}, ''],
  ['GET', ['/v1/changes', '?since=now'], {}, ''],
  ['POST', ['/v1/users:import', ''], LINES, '{"id":"7","status":0}\n{"id":"8","status":0,"ttl":"30s"}\n{'],
  ['POST', ['/v1/users:batchGet', ''], {}, '{"ids":["7","8","9"]}'],
  ['POST', ['/v1/users:heartbeat', ''], {}, '{"ids":["7","8","9"],"ttl":"30s"}']
]

test(`the same requests over and over leave nothing behind (seed ${seed})`, async () => {
  const collectGarbage = garbageCollector()
  const clock = new CountingClock()
  const made = harness(clock, { door: new Door(clock, { rateLimit: RATE_LIMIT_MAX }) })
  const { gateway, users, metrics } = made
  const noise = fc.sample(fc.tuple(method, target, headers, body), { seed, numRuns: REQUESTS - GOOD.length })
  const requests: Asked[] = [...GOOD, ...(noise as Asked[])]
  let callers = 0
  const pass = async (times: number) => {
    for (let at = 0; at < times * REQUESTS; at++) {
      const [method, [path, query], headers, body] = requests[at % REQUESTS]!
      const bodied = !['GET', 'HEAD'].includes(method)
      const all = new Headers({ 'content-type': 'application/json', ...headers })
      const url = BASE + path.replace(/[\t\n\r]/g, '') + query
      const request = new Request(url, { method, headers: all, ...(bodied && { body }) })
      const response = await gateway.fetch(request, { address: `client-${callers++}` })
      await response.arrayBuffer()
      if (at % REQUESTS < GOOD.length) assert.equal(response.status, 200, `${path} after ${at} requests`)
    }
    metrics.ended.length = users.ages.length = 0 // what the fakes remember
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  // By then every client that is remembered has a successor, and what is made once has been made.
  await pass(Math.ceil((2 * HTTP_CLIENTS_MAX) / REQUESTS))
  const before = Math.min(await pass(1), await pass(1), await pass(1))
  await pass(PASSES)
  const grown = Math.min(await pass(1), await pass(1), await pass(1)) - before
  const each = grown / ((PASSES + 3) * REQUESTS)
  assert.ok(each < GROWTH_BYTES_MAX, `each request leaves ${each.toFixed(0)} bytes behind`)
  assert.deepEqual([clock.pending, metrics.inFlight], [0, 0], 'no timer, and none that is worked on')

  const open = Promise.withResolvers<void>()
  users.gate = open.promise
  const callsBefore = users.calls
  const held = Array.from({ length: HTTP_INFLIGHT_MAX }, () => made.ask('GET', '/v1/users/7'))
  while (users.calls < callsBefore + HTTP_INFLIGHT_MAX) await new Promise(setImmediate)
  open.resolve()
  assert.ok(
    (await Promise.all(held)).every(({ status }) => status !== 503),
    'there is room for as many as ever'
  )
  const feeds = Array.from({ length: HTTP_STREAMS_MAX }, () => made.ask('GET', '/v1/events'))
  const answers = await Promise.all(feeds)
  assert.ok(
    answers.every(({ status }) => status === 200),
    'there is room for as many streams as ever'
  )
  await Promise.all(answers.map(({ body }) => body!.cancel()))
})

/** The system's clock, with its timers counted. */
class CountingClock implements Clock {
  pending = 0
  now = systemClock.now
  monotonic = systemClock.monotonic
  soon = systemClock.soon

  timer(ms: number, fire: () => void) {
    let over = false
    const end = () => {
      if (!over) this.pending--
      over = true
    }
    this.pending++
    const timer = systemClock.timer(ms, () => {
      end()
      fire()
    })
    const cancel = () => {
      end()
      timer.cancel()
    }
    return { cancel }
  }
}

/** Node's, which it gives to nobody who does not ask for it before it starts. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose_gc')
  return runInNewContext('gc')
}

const line = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ max: 9 }).map(n => `{"id":"${n}","status":0,"profile":{"n":${n}}}`) },
  fc.constantFrom(
    '{"id":"","status":0}',
    '{"id":"7"}',
    '[]',
    '"7"',
    '{"id":7,"status":0}',
    '{"id":"7","status":0,"ttl":"1m"}'
  ),
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 30 }).map(text => text.replaceAll('\n', ' '))
)

test(`an import answers each line that is not blank with one result, whatever the line is (seed ${seed})`, async () => {
  const { ask, users, errors } = harness()
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), async (lines, end) => {
      const before = users.writes
      const headers = { 'content-type': 'application/x-ndjson' }
      const body = Buffer.from(lines.join(end))
      const response = await ask('POST', '/v1/users:import', { headers, body })
      const told = (await response.text()).trimEnd().split('\n')
      const { summary } = JSON.parse(told.pop()!)
      const results = told.map(text => JSON.parse(text))
      const given = body
        .toString()
        .split('\n')
        .filter(text => text.trim() !== '')
      assert.deepEqual(
        results.map(({ line }) => line),
        given.map((_, at) => at + 1)
      )
      assert.equal(summary.lines, given.length)
      assert.equal(users.writes - before, summary.created + summary.updated)
      assert.equal(errors.length, 0)
    }),
    { seed, numRuns: 300 }
  )
})
