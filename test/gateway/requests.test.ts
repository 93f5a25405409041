import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HTTP_BODY_BYTES_MAX, HTTP_BODY_TIMEOUT_MS, PROFILE_BYTES_MAX } from '../../src/constants.ts'
import { harness, ManualClock, problemOf } from './harness.ts'

const PUT = { body: { status: 0 } }

test('a user id may hold any character but control characters; it is decoded exactly once', async () => {
  const { ask, users } = harness()
  const ids = [
    'a/b',
    '/',
    '//',
    'a%2Fb',
    '%',
    '%25',
    '😀',
    'a b',
    '?',
    '#',
    'a?b=c&d',
    '"',
    '\\',
    ';',
    ':',
    '*',
    '{.*}',
    '...',
    'é',
    'e\u0301',
    '__proto__',
    'constructor',
    'x'.repeat(256),
    '😀'.repeat(64),
    '\ufffd',
    'count',
    "~!@$&'()+,"
  ]
  for (const id of ids) {
    const created = await ask('PUT', `/v1/users/${encodeURIComponent(id)}`, PUT)
    assert.equal(created.status, 201, id)
    assert.equal((await ask('GET', created.headers.get('location')!)).status, 200, id)
    const looked = await ask('GET', `/v1/ring/lookup/${encodeURIComponent(id)}`)
    assert.equal((await looked.json()).id, id)
  }
  assert.deepEqual([...users.rows.keys()], ids)
})

test('ids that are none get a 4xx that says what an id is', async () => {
  const { ask, users } = harness()
  const cases: [string, number][] = [
    ['', 422],
    ['x'.repeat(257), 422],
    [`${encodeURIComponent('😀'.repeat(64))}x`, 422],
    ['%00', 422],
    ['a%0Ab', 422],
    ['%7F', 422],
    ['%C2%85', 422],
    ['%', 400],
    ['%z0', 400],
    ['%2', 400],
    ['%FF', 400],
    ['%C0%AF', 400],
    ['%ED%A0%80', 400],
    ['%F0%9F%98', 400],
    ['a/b', 404],
    ['a/', 404],
    ['/', 404],
    ['a/%2F', 404]
  ]
  for (const [id, status] of cases) {
    for (const prefix of ['/v1/users/', '/v1/ring/lookup/'])
      await problemOf(await ask('GET', prefix + id), status)
    await problemOf(await ask('PUT', `/v1/users/${id}`, PUT), status)
    await problemOf(await ask('DELETE', `/v1/users/${id}`), status)
  }
  const slash = await problemOf(await ask('GET', '/v1/users/a/b'), 404)
  assert.equal(slash.type, 'urn:anillo:error:unknown-path')
  assert.match(String(slash.detail), /written %2F: \/v1\/users\/a%2Fb/)
  assert.equal(users.calls, 0)
})

test('a URL has no place for the ids . and .., which name no user by accident', async () => {
  const { ask, users } = harness()
  for (const dots of ['..', '%2e%2E', '../x', '%2e%2e/%2e%2e/v1/users/']) {
    const { status } = await ask('DELETE', `/v1/users/${dots}`)
    assert.ok(status === 404 || status === 422, `${dots}: ${status}`)
  }
  assert.equal((await ask('GET', '/v1/users/%2e')).status, 422)
  assert.equal(users.calls, 0)
})

test('a path that there is not is 404 and says where to look; reserved names are no users', async () => {
  const { ask, users } = harness()
  for (const path of [
    '/',
    '/v1',
    '/v1/',
    '/v1/users:',
    '/v1/users:countx',
    '/v1/changesx',
    '/v1/ring/',
    '/v2/ring',
    '/__proto__',
    '/livez/',
    '/V1/ring'
  ]) {
    const problem = await problemOf(await ask('GET', path), 404)
    assert.equal(problem.type, 'urn:anillo:error:unknown-path', path)
    assert.match(String(problem.detail), /\/v1\/users\/:id/)
    await problemOf(await ask('POST', path, { body: {} }), 404)
  }
  assert.equal(users.calls, 0)
})

test('a method that a path does not have is 405 with Allow, and OPTIONS says which it has', async () => {
  const { ask, users } = harness()
  const allow: [string, string][] = [
    ['/v1/users/7', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'],
    ['/v1/ring', 'GET, HEAD, OPTIONS'],
    ['/v1/ring/lookup/7', 'GET, HEAD, OPTIONS'],
    ['/v1/peer', 'GET, HEAD, OPTIONS'],
    ['/v1/ring/recover', 'POST, OPTIONS'],
    ['/v1/peer/leave', 'POST, OPTIONS'],
    ['/livez', 'GET, HEAD, OPTIONS'],
    ['/readyz', 'GET, HEAD, OPTIONS'],
    ['/version', 'GET, HEAD, OPTIONS']
  ]
  for (const [path, methods] of allow) {
    const options = await ask('OPTIONS', path)
    assert.deepEqual([options.status, options.headers.get('allow'), await options.text()], [204, methods, ''])
    for (const method of ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY']) {
      if (methods.includes(method)) continue
      const refused = await ask(method, path)
      assert.equal(refused.headers.get('allow'), methods)
      assert.equal((await problemOf(refused, 405)).type, 'urn:anillo:error:method-not-allowed')
    }
  }
  assert.equal((await ask('OPTIONS', '/nothing')).status, 404)
  assert.equal((await ask('HEAD', '/v1/peer/leave')).status, 405)
  assert.equal(users.calls, 0)
})

test('a body that is not JSON in UTF-8 is refused, and nothing is written', async () => {
  const { ask, users } = harness()
  const utf8 = new TextEncoder()
  const bodies: [string | Uint8Array, RegExp][] = [
    ['', /empty/],
    ['{"status":', /position 10/],
    ['{"status":0}}', /position 12/],
    ['{"status":0,"status":1}', /twice/],
    ['{"status":0,"profile":{"n":1e999}}', /double/],
    [`{"status":0,"profile":{"x":${'['.repeat(200)}${']'.repeat(200)}}}`, /128 levels/],
    [new Uint8Array([...utf8.encode('{"status":"'), 0xff, 0x22, 0x7d]), /UTF-8/]
  ]
  for (const [body, detail] of bodies) {
    const problem = await problemOf(await ask('PUT', '/v1/users/7', { body }), 400)
    assert.match(String(problem.detail), detail)
  }
  assert.equal(users.calls, 0)
})

test('a media type, charset or coding that is not taken is 415 and says what is', async () => {
  const { ask, gateway, users } = harness()
  const cases: HeadersInit[] = [
    { 'Content-Type': 'text/plain' },
    { 'Content-Type': 'application/x-www-form-urlencoded' },
    { 'Content-Type': 'application/merge-patch+json' },
    { 'Content-Type': 'application/json; charset=latin1' },
    { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
  ]
  for (const headers of cases) {
    const problem = await problemOf(await ask('PUT', '/v1/users/7', { headers, body: '{"status":0}' }), 415)
    assert.equal(problem.type, 'urn:anillo:error:unsupported-media-type')
  }
  const untyped = new Request('http://gateway.test/v1/users/7', {
    method: 'PUT',
    body: new Uint8Array([123, 125])
  })
  await problemOf(await gateway.fetch(untyped), 415)
  assert.equal(users.calls, 0)
  const headers = { 'Content-Type': 'Application/JSON; Charset="UTF-8"', 'Content-Encoding': 'identity' }
  assert.equal((await ask('PUT', '/v1/users/7', { headers, body: '{"status":0}' })).status, 201)
})

/** A body of `length` bytes in chunks, which counts what was taken of it. */
function stream(length: number, chunk = 16_384) {
  const taken = { bytes: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken.bytes >= length) return controller.close()
        taken.bytes += chunk
        controller.enqueue(new Uint8Array(chunk).fill(0x20))
      },
      cancel() {
        taken.cancelled = true
      }
    },
    { highWaterMark: 0 }
  )
  return { body, taken }
}

test('a body over the bound is 413 with the limit, and is read no further, whatever its Content-Length says', async () => {
  const { ask, users } = harness()
  for (const headers of [{}, { 'Content-Length': '10' }, { 'Content-Length': 'x' }] as HeadersInit[]) {
    const { body, taken } = stream(64 * HTTP_BODY_BYTES_MAX)
    const problem = await problemOf(await ask('PUT', '/v1/users/7', { headers, body }), 413)
    assert.equal(problem.limit, HTTP_BODY_BYTES_MAX)
    assert.ok(taken.bytes <= HTTP_BODY_BYTES_MAX + 16_384, String(taken.bytes))
    assert.equal(taken.cancelled, true)
  }
  const { body, taken } = stream(64 * HTTP_BODY_BYTES_MAX)
  const headers = { 'Content-Length': String(HTTP_BODY_BYTES_MAX + 1) }
  await problemOf(await ask('PUT', '/v1/users/7', { headers, body }), 413)
  assert.equal(taken.bytes, 0)
  assert.equal(users.calls, 0)
})

test('a profile of exactly 64 KiB is kept, one of 65 KiB is 413 with its limit', async () => {
  const { ask, users } = harness()
  const profile = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) })
  assert.equal(
    (await ask('PUT', '/v1/users/7', { body: { status: 0, profile: profile(PROFILE_BYTES_MAX) } })).status,
    201
  )
  const over = await ask('PUT', '/v1/users/7', {
    body: { status: 0, profile: profile(PROFILE_BYTES_MAX + 1024) }
  })
  assert.equal((await problemOf(over, 413)).limit, PROFILE_BYTES_MAX)
  assert.equal(users.writes, 1)
  const escaped = JSON.stringify({ status: 0, profile: profile(PROFILE_BYTES_MAX) }).replaceAll(
    'x',
    '\\u0078'
  )
  assert.equal((await ask('PUT', '/v1/users/7', { body: escaped })).status, 200)
})

test('a body that does not arrive in time is 408, one that breaks off is 400, and nothing is written', async () => {
  const clock = new ManualClock()
  const { ask, users } = harness(clock)
  const silent = new ReadableStream({
    start: controller => controller.enqueue(new TextEncoder().encode('{'))
  })
  const slow = ask('PUT', '/v1/users/7', { body: silent })
  await new Promise(resolve => setImmediate(resolve))
  clock.advance(HTTP_BODY_TIMEOUT_MS)
  assert.equal((await problemOf(await slow, 408)).type, 'urn:anillo:error:request-timeout')
  const broken = new ReadableStream({ start: controller => controller.error(new Error('reset')) })
  await problemOf(await ask('PUT', '/v1/users/7', { body: broken }), 400)
  assert.equal(users.calls, 0)
  assert.equal(clock.pending, 0)
})

test('a web page of another site cannot change anything; its own and programs can', async () => {
  const { ask, users, ring } = harness()
  const foreign: HeadersInit[] = [
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://evil.test' },
    { 'Sec-Fetch-Site': 'same-site', Origin: 'http://gateway.test:81' },
    { Origin: 'http://evil.test' },
    { Origin: 'null' }
  ]
  for (const headers of foreign) {
    const problem = await problemOf(await ask('POST', '/v1/peer/leave', { headers }), 403)
    assert.equal(problem.type, 'urn:anillo:error:forbidden')
    assert.equal((await ask('POST', '/status/7', { headers, ...PUT })).status, 403)
    assert.equal((await ask('GET', '/v1/ring', { headers })).status, 200)
  }
  assert.equal(users.calls, 0)
  assert.equal(ring.leaving, false)
  for (const headers of [
    {},
    { Origin: 'http://gateway.test' },
    { 'Sec-Fetch-Site': 'same-origin' }
  ] as HeadersInit[]) {
    assert.ok((await ask('PUT', '/v1/users/7', { headers, ...PUT })).ok)
  }
})
