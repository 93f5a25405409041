import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HTTP_INFLIGHT_MAX } from '../../src/constants.ts'
import { harness, problemOf } from './harness.ts'

test('metrics are text as Prometheus reads it', async () => {
  const { ask } = harness()
  const response = await ask('GET', '/metrics')
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.match(await response.text(), /^up 1$/m)
  assert.equal(await (await ask('HEAD', '/metrics')).text(), '')
  await problemOf(await ask('GET', '/metrics?name[]=up'), 400)
})

test('requests are counted by the pattern of their route, never by their path', async () => {
  const { ask, metrics } = harness()
  const body = { status: 0 }
  await ask('PUT', '/v1/users/7', { body })
  await ask('HEAD', '/v1/users/a%2Fb')
  await ask('GET', '/v1/users/8')
  await ask('POST', '/status/7', { body })
  await ask('GET', '/v1/ring/lookup/7')
  await ask('GET', '/v1/tasks/leave-1')
  await ask('GET', '/livez')
  await ask('GET', '/v1/nothing/7')
  await ask('DELETE', '/v1/ring')
  await ask('OPTIONS', '/v1/users/7')
  await ask('PUT', '/v1/users/7', { body, headers: { Origin: 'http://evil.test' } })
  assert.deepEqual(
    metrics.ended.map(({ method, route, status }) => `${method} ${route} ${status}`),
    [
      'PUT /v1/users/:id 201',
      'HEAD /v1/users/:id 404',
      'GET /v1/users/:id 404',
      'POST /status/:id 200',
      'GET /v1/ring/lookup/:id 200',
      'GET /v1/tasks/:task 404',
      'GET /livez 200',
      'GET unmatched 404',
      'DELETE unmatched 405',
      'OPTIONS unmatched 204',
      'PUT /v1/users/:id 403'
    ]
  )
  assert.ok(metrics.ended.every(({ ms }) => ms >= 0))
  assert.equal(metrics.inFlight, 0)
})

test('metrics are answered also when the gateway works on all the requests that it may', async () => {
  const { ask, users, metrics } = harness()
  const gate = Promise.withResolvers<void>()
  users.gate = gate.promise
  const held = Array.from({ length: HTTP_INFLIGHT_MAX }, () => ask('GET', '/v1/users/7'))
  assert.equal(metrics.inFlight, HTTP_INFLIGHT_MAX)
  assert.equal((await ask('GET', '/v1/users/7')).status, 503)
  assert.equal((await ask('GET', '/metrics')).status, 200)
  gate.resolve()
  await Promise.all(held)
  assert.equal(metrics.inFlight, 0)
})
