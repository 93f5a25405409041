import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { HTTP_ANSWER_TIMEOUT_MS, HTTP_INFLIGHT_MAX } from '../../src/constants.ts'
import {
  BusyError,
  ERROR_KINDS,
  type ErrorName,
  errorByName,
  NotRunningError,
  UnavailableError
} from '../../src/errors.ts'
import { HTTP_ERRORS } from '../../src/gateway/problems.ts'
import { patchBody, putBody } from '../../src/gateway/schemas.ts'
import { OTHER, SELF } from './fake-users.ts'
import { BASE, harness, ManualClock, problemOf } from './harness.ts'

const PUT = { body: { status: 0 } }

test('the ring, a lookup and the peer are shown; hops only when traced', async () => {
  const { ask, ring } = harness()
  assert.deepEqual(await (await ask('GET', '/v1/ring')).json(), await ring.ring())
  assert.deepEqual(await (await ask('GET', '/v1/peer')).json(), ring.self())
  const traced = await ring.lookup('7')
  for (const query of ['?trace=1', '?trace', '?trace=true']) {
    assert.deepEqual(await (await ask('GET', `/v1/ring/lookup/7${query}`)).json(), traced)
  }
  for (const query of ['', '?trace=0']) {
    assert.deepEqual(await (await ask('GET', `/v1/ring/lookup/7${query}`)).json(), { ...traced, hops: [] })
  }
  for (const path of [
    '/v1/ring?x',
    '/v1/ring/lookup/7?trace=2',
    '/v1/peer?x=1',
    '/livez?x',
    '/readyz?verbose=no',
    '/version?x'
  ]) {
    await problemOf(await ask('GET', path), 400)
  }
})

test('leaving is accepted with where to watch it, and can be asked for again', async () => {
  const { ask, ring } = harness()
  await problemOf(await ask('POST', '/v1/peer/leave?now=1'), 400)
  assert.equal(ring.leaving, false)
  for (let time = 0; time < 2; time++) {
    const response = await ask('POST', '/v1/peer/leave')
    const watch = '/v1/tasks/leave-1'
    assert.deepEqual([response.status, response.headers.get('location')], [202, watch])
    const body = await response.json()
    assert.deepEqual([body.state, body.slotsLeft, body.watch], ['leaving', 1, watch])
    const task = await (await ask('GET', watch)).json()
    assert.deepEqual([task.kind, task.state, task.progress.total], ['leave', 'running', 1])
  }
})

test('recovering takes a slot or all, the peer, and the word that data may be lost', async () => {
  const { ask } = harness()
  const path = '/v1/ring/recover'
  const body = { slots: 'all', from: OTHER, acceptDataLoss: true }
  const response = await ask('POST', path, { body })
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { peer: OTHER, recovered: [1, 2], users: 5, elsewhere: [] })
  assert.equal((await ask('POST', path, { body: { ...body, slots: 17 } })).status, 200)
  for (const change of [
    { acceptDataLoss: false },
    { acceptDataLoss: undefined },
    { slots: -1 },
    { slots: '17' },
    { more: 1 }
  ]) {
    const problem = await problemOf(await ask('POST', path, { body: { ...body, ...change } }), 400)
    assert.equal(problem.type, 'urn:anillo:error:invalid-request', JSON.stringify(change))
  }
  await problemOf(await ask('POST', path, { body: { ...body, from: SELF } }), 400)
})

test('readiness names each check and is 503 while any fails; liveness and the version do not depend on it', async () => {
  const { ask, ring } = harness()
  assert.equal(await (await ask('GET', '/readyz')).text(), 'ok\n')
  assert.equal(await (await ask('GET', '/readyz?verbose')).text(), '[+]storage ok\n[+]ring ok\nready\n')
  ring.checks = [
    { name: 'storage', ok: true },
    { name: 'ring', ok: false, detail: 'no successor answers' }
  ]
  for (const path of ['/readyz', '/readyz?verbose']) {
    const response = await ask('GET', path)
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '1'])
    assert.equal(await response.text(), '[+]storage ok\n[-]ring no successor answers\nnot ready\n')
  }
  assert.equal((await ask('HEAD', '/readyz')).status, 503)
  assert.deepEqual(
    [(await ask('GET', '/livez')).status, await (await ask('GET', '/livez')).text()],
    [200, 'ok\n']
  )
  assert.deepEqual(await (await ask('GET', '/version')).json(), {
    name: 'anillo',
    version: '1.2.3',
    api: 'v1'
  })
})

test('every error that a caller can meet has its status and title; the others are 500 and tell nothing', async () => {
  const { gateway, users, errors } = harness()
  for (const name of Object.keys(ERROR_KINDS) as ErrorName[]) {
    users.failure = errorByName(name, 'secret /var/lib/anillo')
    const shown = HTTP_ERRORS.some(known => known === name) && ERROR_KINDS[name].status !== 500
    const before = errors.length
    const response = await gateway.fetch(new Request(`${BASE}/v1/users/7`)) // ask() knows what no read answers
    const problem = await problemOf(response, shown ? ERROR_KINDS[name].status : 500)
    assert.equal(JSON.stringify(problem).includes('secret'), shown, name)
    assert.equal(errors.length - before, shown ? 0 : 1, name)
    if (shown) assert.equal(problem.title, ERROR_KINDS[name].title)
  }
})

test('an unforeseen exception is a 500 problem without internals, logged with the request id', async () => {
  const { ask, users, ring, errors } = harness()
  for (const failure of [
    new TypeError('secret x'),
    'a secret string',
    null,
    { secret: 1 },
    new Error('secret')
  ]) {
    users.failure = failure ?? undefined
    ring.failure = failure ?? 0
    const path = failure === null ? '/v1/ring' : '/v1/users/7'
    const response = await ask('GET', path, { headers: { 'Request-Id': 'r-1' } })
    const problem = await problemOf(response, 500)
    assert.equal(problem.type, 'urn:anillo:error:internal')
    assert.doesNotMatch(JSON.stringify(problem), /secret/)
    assert.match(String(problem.detail), /r-1/)
    assert.equal(errors.at(-1)?.requestId, 'r-1')
  }
})

test('a 503 says in whole seconds, at least one, when to try again', async () => {
  const { ask, users } = harness()
  for (const [error, seconds] of [
    [new UnavailableError('x'), '1'],
    [new UnavailableError('x', { retryAfterMs: 1 }), '1'],
    [new BusyError('x', { retryAfterMs: 1_001 }), '2'],
    [new NotRunningError('x', { retryAfterMs: 5_000 }), '5']
  ] as const) {
    users.failure = error
    const response = await ask('PUT', '/v1/users/7', PUT)
    assert.equal(response.headers.get('retry-after'), seconds)
    await problemOf(response, 503)
  }
})

test('a request id is taken when it is sane, and made otherwise', async () => {
  const { ask } = harness()
  const long = 'x'.repeat(129)
  for (const given of ['', 'a b', 'a\tb', '<script>', long, 'a,b', 'é']) {
    const id = (await ask('GET', '/livez', { headers: { 'Request-Id': given } })).headers.get('request-id')
    assert.match(String(id), /^[0-9a-f]{24}$/)
  }
  const given = '2f91c04e-0000-4000-8000-00000000000a'
  assert.equal(
    (await ask('GET', '/x', { headers: { 'Request-Id': given } })).headers.get('request-id'),
    given
  )
})

test('no more requests than the bound are worked on at once; the rest is 503, and health still answers', async () => {
  const { ask, users } = harness()
  let open = () => {}
  users.gate = new Promise<void>(resolve => {
    open = resolve
  })
  const held = Array.from({ length: HTTP_INFLIGHT_MAX }, () => ask('PUT', '/v1/users/7', PUT))
  while (users.calls < HTTP_INFLIGHT_MAX) await new Promise(next => setImmediate(next))
  const refused = await ask('PUT', '/v1/users/8', PUT)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal((await problemOf(refused, 503)).type, 'urn:anillo:error:busy')
  assert.equal((await ask('GET', '/livez')).status, 200)
  open()
  for (const response of await Promise.all(held)) assert.ok(response.ok)
  assert.equal(users.rows.has('8'), false)
  assert.equal((await ask('PUT', '/v1/users/8', PUT)).status, 201)
})

test('whatever does not answer is answered for: a read with 504 timeout, a write with 504 outcome-unknown', async () => {
  const clock = new ManualClock()
  const { ask, users } = harness(clock)
  users.gate = new Promise(() => {})
  const asked = [ask('GET', '/v1/users/7'), ask('PUT', '/v1/users/7', PUT), ask('DELETE', '/v1/users/7')]
  while (users.calls < 3) await new Promise(next => setImmediate(next))
  clock.advance(HTTP_ANSWER_TIMEOUT_MS)
  const types = await Promise.all((await Promise.all(asked)).map(response => problemOf(response, 504)))
  assert.deepEqual(
    types.map(problem => problem.type),
    ['timeout', 'outcome-unknown', 'outcome-unknown'].map(type => `urn:anillo:error:${type}`)
  )
  assert.equal(clock.pending, 0)
})

test('a caller that goes away is no defect', async () => {
  const { gateway, users, errors } = harness()
  users.gate = new Promise(() => {})
  const controller = new AbortController()
  const request = new Request('http://gateway.test/v1/users/7', { signal: controller.signal })
  const response = gateway.fetch(request)
  controller.abort()
  assert.equal((await response).status, 408)
  assert.equal(errors.length, 0)
})

test('answers are not for caches, and are what they say they are', async () => {
  const { ask } = harness()
  for (const path of ['/v1/ring', '/livez', '/nothing', '/v1/users/7', '/status/7']) {
    const { headers } = await ask('GET', path)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  }
})

test('a long value in a request is not repeated at length in the error', async () => {
  const { ask } = harness()
  const long = 'x'.repeat(100_000)
  const answers = [
    await ask('PUT', '/v1/users/7', { body: { status: long } }),
    await ask('PUT', '/v1/users/7', { body: { [long]: 1, status: 0 } }),
    await ask('PUT', '/v1/users/7', { body: `[${long}]` }),
    await ask('GET', `/${long}`)
  ]
  for (const answer of answers) assert.ok((await answer.text()).length < 6_000)
})

test('the schemas of bodies can be written as JSON Schema', () => {
  for (const schema of [putBody, patchBody]) {
    const written = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
    assert.equal(written.additionalProperties, false)
    const { profile } = written.properties as { profile: { type: string } }
    assert.equal(profile.type, 'object')
  }
})
