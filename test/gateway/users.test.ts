import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BATCH_IDS_MAX } from '../../src/constants.ts'
import { OperationTooOldError, UnavailableError } from '../../src/errors.ts'
import { ManualClock } from '../users/manual-clock.ts'
import { harness, problemOf } from './harness.ts'

const PUT = { body: { status: 'ONLINE', profile: { name: 'Ada' } } }

test('PUT creates with 201 and Location, then replaces with 200; the ETag is the version', async () => {
  const { ask } = harness()
  const created = await ask('PUT', '/v1/users/a%2Fb%20%3F', PUT)
  assert.equal(created.status, 201)
  assert.equal(created.headers.get('location'), '/v1/users/a%2Fb%20%3F')
  const user = await created.json()
  assert.equal(user.id, 'a/b ?')
  assert.equal(created.headers.get('etag'), `"${user.version}"`)
  const replaced = await ask('PUT', '/v1/users/a%2Fb%20%3F', { body: { status: 1 } })
  assert.equal(replaced.status, 200)
  assert.equal(replaced.headers.get('location'), null)
  const now = await replaced.json()
  assert.notEqual(now.version, user.version)
  assert.deepEqual([now.status, now.profile], ['OFFLINE', { name: 'Ada' }])
})

test('GET gives the user with the headers of its route, HEAD the same without a body', async () => {
  const { ask } = harness()
  const put = await (await ask('PUT', '/v1/users/7', PUT)).json()
  const got = await ask('GET', '/v1/users/7', { headers: { 'Request-Id': 'my-1' } })
  assert.equal(got.status, 200)
  assert.equal(got.headers.get('content-type'), 'application/json')
  assert.equal(got.headers.get('ring-owner'), '12D3KooWOther')
  assert.equal(got.headers.get('ring-hops'), '2')
  assert.equal(got.headers.get('ring-consistency'), 'strong')
  assert.equal(got.headers.get('request-id'), 'my-1')
  assert.equal(got.headers.get('cache-control'), 'no-cache')
  assert.match(got.headers.get('server-timing') ?? '', /^total;dur=\d+\.\d\d$/)
  assert.deepEqual(await got.json(), put)
  const head = await ask('HEAD', '/v1/users/7')
  assert.equal(head.status, 200)
  assert.equal(head.headers.get('etag'), got.headers.get('etag'))
  assert.equal(await head.text(), '')
  const absent = await ask('HEAD', '/v1/users/8')
  assert.deepEqual([absent.status, await absent.text()], [404, ''])
})

test('consistency is asked for in the query, and what is unknown or contradictory there is 400', async () => {
  const { ask, users } = harness()
  await ask('PUT', '/v1/users/7', PUT)
  for (const [query, consistency] of [
    ['', 'strong'],
    ['?consistency=strong', 'strong'],
    ['?consistency=stale', 'stale'],
    ['?stale', 'stale'],
    ['?stale=1', 'stale'],
    ['?stale=false', 'strong'],
    ['?stale&consistency=stale', 'stale']
  ] as const) {
    const response = await ask('GET', `/v1/users/7${query}`)
    assert.equal(response.headers.get('ring-consistency'), consistency, query)
    assert.equal(response.headers.get('ring-age'), consistency === 'stale' ? '1500' : null, query)
  }
  const calls = users.calls
  for (const query of [
    '?x=1',
    '?stale=maybe',
    '?consistency=',
    '?stale&stale',
    '?stale&consistency=strong',
    '?__proto__=1'
  ]) {
    const problem = await problemOf(await ask('GET', `/v1/users/7${query}`), 400)
    assert.equal(problem.type, 'urn:anillo:error:invalid-request', query)
  }
  await problemOf(await ask('PUT', '/v1/users/7?stale', PUT), 400)
  assert.equal(users.calls, calls)
})

test('a user that is not there is 404 for GET, PATCH and DELETE, and DELETE of one is 204', async () => {
  const { ask, users } = harness()
  const absent = await ask('GET', '/v1/users/7')
  assert.equal(absent.headers.get('ring-owner'), '12D3KooWOther')
  assert.equal((await problemOf(absent, 404)).type, 'urn:anillo:error:not-found')
  await problemOf(await ask('PATCH', '/v1/users/7', { body: { status: 0 } }), 404)
  await problemOf(await ask('DELETE', '/v1/users/7'), 404)
  assert.equal(users.writes, 0)
  await ask('PUT', '/v1/users/7', PUT)
  const deleted = await ask('DELETE', '/v1/users/7')
  assert.deepEqual([deleted.status, await deleted.text()], [204, ''])
  assert.equal(users.rows.size, 0)
})

test('PATCH merges: null removes a profile member, the rest stays', async () => {
  const { ask } = harness()
  await ask('PUT', '/v1/users/7', { body: { status: 0, profile: { a: 1, b: { c: 2, d: 3 } } } })
  const headers = { 'Content-Type': 'application/merge-patch+json; charset=utf-8' }
  const patched = await ask('PATCH', '/v1/users/7', { headers, body: '{"profile":{"a":null,"b":{"c":4}}}' })
  assert.deepEqual(await patched.json().then(user => [user.status, user.profile]), [
    'ONLINE',
    { b: { c: 4, d: 3 } }
  ])
  assert.equal(
    (await (await ask('PATCH', '/v1/users/7', { body: { status: 'BUSY' } })).json()).status,
    'BUSY'
  )
})

test('members that cannot be set are listed, each with what to do, and nothing is written', async () => {
  const { ask, users } = harness()
  const cases: [string, string, string[]][] = [
    ['PUT', '{"status":0,"foo":1,"version":"1.1","__proto__":{"x":1}}', ['foo', 'version', '__proto__']],
    ['PUT', '{}', ['status']],
    ['PUT', '{"status":4,"profile":[]}', ['status', 'profile']],
    ['PUT', '{"status":0,"profile":null}', ['profile']],
    ['PUT', '{"status":0,"ttl":30}', ['ttl']],
    ['PUT', '{"status":0,"ttl":"soon"}', ['ttl']],
    ['PUT', '{"status":0,"ttl":"999ms"}', ['ttl']],
    ['PATCH', '{"ttl":"25h"}', ['ttl']],
    ['PUT', '[]', ['']],
    ['PATCH', '{"status":null}', ['status']],
    ['PATCH', '{"profile":null}', ['profile']],
    ['PATCH', '{"id":"8"}', ['id']],
    ['PATCH', '"ONLINE"', ['']]
  ]
  for (const [method, body, paths] of cases) {
    const problem = await problemOf(await ask(method, '/v1/users/7', { body }), 422)
    assert.equal(problem.type, 'urn:anillo:error:invalid-user')
    const errors = problem.errors as { path: string; message: string }[]
    assert.deepEqual(errors.map(error => error.path).sort(), paths.sort(), body)
  }
  const beat = await ask('POST', '/v1/users/7/heartbeat', { body: {} })
  assert.match(String((await problemOf(beat, 422)).detail), /ttl: A ttl is a duration such as "30s"/)
  assert.equal(users.calls, 0)
})

test('whatever is no status is told which there are, a number out of their bounds too', async () => {
  const { ask } = harness()
  for (const status of [4, -1, 1.5, 1e300, 'online', null]) {
    const problem = await problemOf(await ask('PUT', '/v1/users/7', { body: { status } }), 422)
    const is = `this one is ${JSON.stringify(status)}`
    assert.equal(
      problem.detail,
      `status: A status is one of ONLINE (0), OFFLINE (1), AWAY (2), BUSY (3); ${is}`
    )
  }
})

test('more ids than there may be at once are told how many those are', async () => {
  const { ask, users } = harness()
  const ids = Array.from({ length: BATCH_IDS_MAX + 1 }, (_, at) => `u${at}`)
  for (const [path, body] of [
    ['batchGet', { ids }],
    ['heartbeat', { ids, ttl: '30s' }]
  ] as const) {
    const problem = await problemOf(await ask('POST', `/v1/users:${path}`, { body }), 400)
    assert.equal(
      problem.detail,
      `ids: Give at most ${BATCH_IDS_MAX} ids at once; these are ${BATCH_IDS_MAX + 1}`
    )
  }
  assert.equal(users.calls, 0)
})

test('a profile comes back exactly as the JSON values that were given', async () => {
  const { ask } = harness()
  const profile =
    '{"__proto__":{"admin":true},"constructor":null,"toString":"x","":[],"n":[0,-1.5,1e-7,1.7976931348623157e308,9007199254740991],"s":"\\u0000\\ud83d\\ude00é\\ud800","deep":[[[{"a":[]}]]],"10":1,"2":2}'
  await ask('PUT', '/v1/users/7', { body: `{"status":0,"profile":${profile}}` })
  const text = await (await ask('GET', '/v1/users/7')).text()
  assert.deepEqual(JSON.parse(text).profile, JSON.parse(profile))
  assert.ok(text.includes('"__proto__":{"admin":true}'))
  assert.equal(({} as { admin?: boolean }).admin, undefined)
})

test('a write repeated with its Idempotency-Key is done once and answered as the first time', async () => {
  const { ask, users } = harness()
  const headers = { 'Idempotency-Key': '0b2c', 'If-None-Match': '*' }
  const first = await ask('PUT', '/v1/users/7', { headers, ...PUT })
  assert.equal(first.headers.get('idempotency-replayed'), null)
  const again = await ask('PUT', '/v1/users/7', { headers, ...PUT })
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assert.deepEqual([again.status, await again.text()], [201, await first.text()])
  assert.equal(users.writes, 1)
  const other = await problemOf(await ask('PUT', '/v1/users/7', { headers, body: { status: 1 } }), 422)
  assert.equal(other.type, 'urn:anillo:error:idempotency-key-reused')
  const deletion = { headers: { 'Idempotency-Key': 'd' } }
  assert.equal((await ask('DELETE', '/v1/users/7', deletion)).status, 204)
  assert.equal((await ask('DELETE', '/v1/users/7', deletion)).status, 204)
  for (const key of ['', 'x'.repeat(129), 'a b', 'a, b', 'é']) {
    await problemOf(await ask('PUT', '/v1/users/7', { headers: { 'Idempotency-Key': key }, ...PUT }), 400)
  }
  assert.equal(users.writes, 2)
})

test('a repeated write hands on how old it is; an age without a key, or that is none, is 400', async () => {
  const { ask, users } = harness()
  const aged = (age: string, key = 'k') => ({ 'Idempotency-Key': key, 'Idempotency-Age': age })
  await ask('PUT', '/v1/users/7', { headers: aged('12'), ...PUT })
  await ask('DELETE', '/v1/users/7', { headers: aged('0', 'l') })
  await ask('DELETE', '/v1/users/7')
  const [told, ...others] = users.ages
  assert.ok(told! >= 12_000 && told! < 13_000)
  assert.deepEqual(others, [0, 0])
  for (const headers of [aged('-1'), aged('1.5'), aged(''), aged('1, 2'), { 'Idempotency-Age': '1' }])
    await problemOf(await ask('DELETE', '/v1/users/7', { headers }), 400)
  users.failure = new OperationTooOldError('Read the user, and decide anew')
  const problem = await problemOf(await ask('DELETE', '/v1/users/7', { headers: aged('301') }), 409)
  assert.equal(problem.type, 'urn:anillo:error:operation-too-old')
})

test('a repeated write grows older while its body comes', async () => {
  const clock = new ManualClock()
  const { gateway, users } = harness(clock)
  const body = new TransformStream<Uint8Array, Uint8Array>()
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k', 'Idempotency-Age': '12' }
  const init = { method: 'PUT', headers, body: body.readable, duplex: 'half' } as const
  const answer = gateway.fetch(new Request('http://a.test/v1/users/7', init))
  await clock.pass(6_000)
  const writer = body.writable.getWriter()
  void writer.write(new TextEncoder().encode(JSON.stringify(PUT.body)))
  void writer.close()
  assert.equal((await answer).status, 201)
  assert.deepEqual(users.ages, [18_000])
})

test('a strong read without a majority is 503, a stale one is answered', async () => {
  const { ask, users } = harness()
  await ask('PUT', '/v1/users/7', PUT)
  users.withoutMajority = new UnavailableError('No majority', { retryAfterMs: 1_000 })
  const refused = await ask('GET', '/v1/users/7')
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal((await problemOf(refused, 503)).type, 'urn:anillo:error:unavailable')
  const stale = await ask('GET', '/v1/users/7?stale')
  assert.deepEqual([stale.status, (await stale.json()).id], [200, '7'])
  const absent = await ask('GET', '/v1/users/8?consistency=stale')
  assert.deepEqual([absent.status, absent.headers.get('ring-consistency')], [404, 'stale'])
})

test('of a thousand racing creations exactly one is 201', async () => {
  const { ask } = harness()
  const races = Array.from({ length: 1_000 }, () =>
    ask('PUT', '/v1/users/7', { headers: { 'If-None-Match': '*' }, ...PUT })
  )
  const statuses = (await Promise.all(races)).map(response => response.status)
  assert.equal(statuses.filter(status => status === 201).length, 1)
  assert.equal(statuses.filter(status => status === 412).length, 999)
})

test('a lease comes with a ttl, goes on with heartbeats, and a user without one has none to renew', async () => {
  const { ask } = harness()
  const beat = (id: string, ttl = '30s') => ask('POST', `/v1/users/${id}/heartbeat`, { body: { ttl } })
  await problemOf(await beat('a%2Fb'), 404)
  const put = await (await ask('PUT', '/v1/users/a%2Fb', { body: { status: 'BUSY', ttl: '5m' } })).json()
  const renewed = await beat('a%2Fb', '1h')
  assert.equal(renewed.headers.get('etag'), `"${put.version}"`)
  const { expiresAt, ...presence } = await renewed.json()
  assert.deepEqual(presence, { id: 'a/b', status: 'BUSY', version: put.version })
  assert.equal(Date.parse(expiresAt) - Date.parse(put.expiresAt), 55 * 60_000)
  const ended = await ask('PATCH', '/v1/users/a%2Fb', { body: { ttl: null } })
  assert.equal((await ended.json()).expiresAt, null)
  await problemOf(await beat('a%2Fb'), 412)
  await problemOf(await ask('POST', '/v1/users/a/b/heartbeat', { body: { ttl: '30s' } }), 404)
})
