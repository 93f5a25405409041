import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTags } from '../../src/gateway/conditions.ts'
import { harness, problemOf } from './harness.ts'

async function withUser() {
  const made = harness()
  const response = await made.ask('PUT', '/v1/users/7', { body: { status: 0 } })
  const etag = response.headers.get('etag')!
  return { ...made, etag, user: await response.json() }
}

test('lists of entity tags are read as RFC 9110 writes them', () => {
  const strong = (version: string) => ({ weak: false, version })
  assert.equal(parseTags('If-Match', ' * '), '*')
  assert.deepEqual(parseTags('If-Match', '"a"'), [strong('a')])
  assert.deepEqual(parseTags('If-Match', '"a", W/"b" ,,"c,d" , ""'), [
    strong('a'),
    { weak: true, version: 'b' },
    strong('c,d'),
    strong('')
  ])
  for (const bad of [
    '',
    ' ',
    ',',
    'a',
    '3.41',
    '"a',
    'a"',
    '"a" "b"',
    'w/"a"',
    '*, "a"',
    '"a b"',
    `${'"a",'.repeat(65)}`
  ]) {
    assert.throws(() => parseTags('If-Match', bad), { name: 'InvalidRequestError' }, bad)
  }
})

test('a list of tags costs time in proportion to its length', () => {
  const started = performance.now()
  assert.throws(() => parseTags('If-Match', `${' \t'.repeat(500_000)}x`))
  assert.ok(performance.now() - started < 1_000)
})

test('GET: If-None-Match compares weakly and gives 304 with the ETag and no body', async () => {
  const { ask, etag } = await withUser()
  for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const response = await ask('GET', '/v1/users/7', { headers: { 'If-None-Match': tags } })
    assert.deepEqual(
      [response.status, response.headers.get('etag'), await response.text()],
      [304, etag, ''],
      tags
    )
    assert.equal(response.headers.get('ring-hops'), '2')
  }
  assert.equal((await ask('GET', '/v1/users/7', { headers: { 'If-None-Match': '"x"' } })).status, 200)
  assert.equal((await ask('GET', '/v1/users/8', { headers: { 'If-None-Match': '*' } })).status, 404)
  await problemOf(await ask('GET', '/v1/users/7', { headers: { 'If-None-Match': 'x' } }), 400)
})

test('GET: If-Match compares strongly, goes first, and is passed over where there is no user', async () => {
  const { ask, etag, user } = await withUser()
  for (const tags of [etag, `"x", ${etag}`, '*']) {
    assert.equal((await ask('GET', '/v1/users/7', { headers: { 'If-Match': tags } })).status, 200, tags)
  }
  for (const tags of ['"x"', `W/${etag}`]) {
    const headers = { 'If-Match': tags, 'If-None-Match': etag }
    assert.deepEqual((await problemOf(await ask('GET', '/v1/users/7', { headers }), 412)).current, user, tags)
  }
  const both = { 'If-Match': etag, 'If-None-Match': etag }
  assert.equal((await ask('GET', '/v1/users/7', { headers: both })).status, 304)
  assert.equal((await ask('GET', '/v1/users/8', { headers: { 'If-Match': '"x"' } })).status, 404)
})

test('a write with If-Match is done only to that version; else it is 412 with the present user', async () => {
  const { ask, users, etag, user } = await withUser()
  const body = { status: 1 }
  for (const [method, ifMatch] of [
    ['PUT', '"x"'],
    ['PATCH', '"x"'],
    ['DELETE', '"x"'],
    ['PUT', `W/${etag}`],
    ['PATCH', `W/${etag}`],
    ['DELETE', `W/${etag}, W/"x"`]
  ] as const) {
    const options = { headers: { 'If-Match': ifMatch }, ...(method !== 'DELETE' && { body }) }
    const problem = await problemOf(await ask(method, '/v1/users/7', options), 412)
    assert.equal(problem.type, 'urn:anillo:error:conflict')
    assert.deepEqual(problem.current, user, `${method} ${ifMatch}`)
  }
  assert.equal(users.writes, 1)
  const put = await ask('PUT', '/v1/users/7', { headers: { 'If-Match': `W/"x", ${etag}` }, body })
  assert.equal(put.status, 200)
  const patched = await ask('PATCH', '/v1/users/7', {
    headers: { 'If-Match': put.headers.get('etag')! },
    body
  })
  assert.equal(patched.status, 200)
  const deletion = { headers: { 'If-Match': patched.headers.get('etag')! } }
  assert.equal((await ask('DELETE', '/v1/users/7', deletion)).status, 204)
  const absent = await problemOf(
    await ask('PUT', '/v1/users/7', { headers: { 'If-Match': etag }, body }),
    412
  )
  assert.equal(absent.current, null)
  for (const ifMatch of [etag, `W/${etag}`]) {
    const gone = await ask('PATCH', '/v1/users/7', { headers: { 'If-Match': ifMatch }, body })
    assert.equal((await problemOf(gone, 412)).current, null)
  }
})

test('If-None-Match: * creates and never replaces', async () => {
  const { ask, user } = await withUser()
  const options = { headers: { 'If-None-Match': '*' }, body: { status: 1 } }
  assert.deepEqual((await problemOf(await ask('PUT', '/v1/users/7', options), 412)).current, user)
  assert.equal((await ask('PUT', '/v1/users/8', options)).status, 201)
})

test('If-Match: * asks nothing of PATCH and DELETE, which never create', async () => {
  const { ask } = await withUser()
  const headers = { 'If-Match': '*' }
  assert.equal((await ask('PATCH', '/v1/users/7', { headers, body: { status: 1 } })).status, 200)
  assert.equal((await ask('PATCH', '/v1/users/8', { headers, body: { status: 1 } })).status, 404)
  assert.equal((await ask('DELETE', '/v1/users/7', { headers })).status, 204)
  assert.equal((await ask('DELETE', '/v1/users/7', { headers })).status, 404)
})

test('a heartbeat with a condition is refused, and says that PATCH takes one', async () => {
  const { ask, users, etag } = await withUser()
  const patch = { body: { status: 1, ttl: '30s' }, headers: { 'If-Match': etag } }
  const leased = await ask('PATCH', '/v1/users/7', patch)
  const { calls } = users
  const heartbeat = (headers: Record<string, string>) =>
    ask('POST', '/v1/users/7/heartbeat', { headers, body: { ttl: '30s' } })
  for (const value of [leased.headers.get('etag')!, etag, '*', 'x']) {
    for (const name of ['If-Match', 'If-None-Match']) {
      const { type, detail } = await problemOf(await heartbeat({ [name]: value }), 400)
      assert.equal(type, 'urn:anillo:error:invalid-request')
      assert.match(String(detail), new RegExp(`takes no ${name}, .* PATCH, a ttl and If-Match`))
    }
  }
  assert.equal(users.calls, calls)
  assert.equal((await heartbeat({})).status, 200)
})

test('conditions that the holder of a slot could not decide are refused before anything is asked of it', async () => {
  const { ask, users, etag } = await withUser()
  const calls = users.calls
  const cases: [string, HeadersInit][] = [
    ['PUT', { 'If-Match': '*' }],
    ['PUT', { 'If-Match': `${etag}, "x"` }],
    ['PUT', { 'If-Match': etag, 'If-None-Match': '*' }],
    ['PUT', { 'If-None-Match': etag }],
    ['PATCH', { 'If-None-Match': '*' }],
    ['DELETE', { 'If-None-Match': etag }],
    ['PUT', { 'If-Match': 'x' }]
  ]
  for (const [method, headers] of cases) {
    const options = { headers, ...(method !== 'DELETE' && { body: { status: 1 } }) }
    const problem = await problemOf(await ask(method, '/v1/users/7', options), 400)
    assert.equal(problem.type, 'urn:anillo:error:invalid-request')
  }
  assert.equal(users.calls, calls)
})
