import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { harness } from './harness.ts'

const seed = Number(process.env.ANILLO_SEED ?? Date.now() % 2 ** 31)

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
    'users:count',
    'users:export',
    'users:import',
    'users:batchGet',
    'users:heartbeat',
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
    '/v1/users:',
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
