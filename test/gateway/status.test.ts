import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OutcomeUnknownError, StorageError, UnavailableError } from '../../src/errors.ts'
import { harness, ManualClock } from './harness.ts'

async function answer(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()]
}

test('a status is set by number or name and read by its name', async () => {
  const { ask } = harness()
  for (const [given, name] of [
    [0, 'ONLINE'],
    [1, 'OFFLINE'],
    ['AWAY', 'AWAY'],
    [3, 'BUSY']
  ]) {
    assert.deepEqual(await answer(await ask('POST', '/status/7', { body: { status: given } })), [
      200,
      { success: true }
    ])
    assert.deepEqual(await answer(await ask('GET', '/status/7')), [200, { status: name }])
  }
})

test('an unknown user is 404 with the text of the original', async () => {
  const { ask } = harness()
  assert.deepEqual(await answer(await ask('GET', '/status/7')), [404, { error: 'User not found' }])
})

test('decimal ids are canonical here: 007 is 7, and other ids are themselves', async () => {
  const { ask, users } = harness()
  await ask('POST', '/status/007', { body: { status: 0 } })
  await ask('POST', '/status/000', { body: { status: 0 } })
  await ask('POST', '/status/0x7', { body: { status: 0 } })
  assert.deepEqual([...users.rows.keys()], ['7', '0', '0x7'])
  assert.equal((await ask('GET', '/status/0007')).status, 200)
  assert.equal((await ask('GET', '/v1/users/007')).status, 404)
})

test('JSON under the form type of curl, or under none, is taken', async () => {
  const { ask, gateway } = harness()
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  assert.equal((await ask('POST', '/status/1', { headers, body: '{"status": 1}' })).status, 200)
  const untyped = new Request('http://gateway.test/status/1', {
    method: 'POST',
    body: new TextEncoder().encode('{"status": 1}')
  })
  assert.equal((await gateway.fetch(untyped)).status, 200)
})

test('members other than the status are passed over, and the profile stays', async () => {
  const { ask, users } = harness()
  await ask('PUT', '/v1/users/7', { body: { status: 0, profile: { name: 'Ada' } } })
  assert.equal((await ask('POST', '/status/7', { body: { status: 1, profile: {}, x: 1 } })).status, 200)
  assert.deepEqual(users.rows.get('7')?.profile, { name: 'Ada' })
  assert.equal(users.rows.get('7')?.status, 'OFFLINE')
})

test('bad input is 400 with an error text, and nothing is written', async () => {
  const { ask, users } = harness()
  const bodies = [
    '{"status": 4}',
    '{"status": true}',
    '{"status": "online"}',
    '{}',
    '[]',
    'status=1',
    '{"status":',
    ''
  ]
  for (const body of bodies) {
    const [status, text] = await answer(await ask('POST', '/status/7', { body }))
    assert.equal(status, 400, body)
    assert.equal(typeof (text as { error: string }).error, 'string')
  }
  for (const path of ['/status/', '/status/%zz', '/status/%0a', `/status/${'x'.repeat(257)}`]) {
    assert.equal((await answer(await ask('POST', path, { body: { status: 0 } })))[0], 400, path)
  }
  assert.equal(users.writes, 0)
})

test('errors keep the form of the original and say when to try again', async () => {
  const { ask, users } = harness()
  users.failure = new UnavailableError('Nobody who may answer can be reached', { retryAfterMs: 2_500 })
  const response = await ask('GET', '/status/7')
  assert.equal(response.headers.get('retry-after'), '3')
  assert.deepEqual(await answer(response), [503, { error: 'Nobody who may answer can be reached' }])
  users.failure = new OutcomeUnknownError('It may have been written')
  assert.deepEqual(await answer(await ask('POST', '/status/7', { body: { status: 0 } })), [
    504,
    { error: 'It may have been written' }
  ])
  const refused = await ask('DELETE', '/status/7')
  assert.equal(refused.headers.get('allow'), 'GET, POST, HEAD, OPTIONS')
  assert.equal((await answer(refused))[0], 405)
})

test('without a majority a status is read from any replica, and the answer says so', async () => {
  const { ask, users } = harness()
  await ask('POST', '/status/7', { body: { status: 0 } })
  const strong = await ask('GET', '/status/7')
  assert.deepEqual([strong.headers.get('ring-consistency'), strong.headers.get('ring-age')], ['strong', null])
  users.withoutMajority = new UnavailableError('No majority')
  const stale = await ask('GET', '/status/7')
  assert.deepEqual([stale.headers.get('ring-consistency'), stale.headers.get('ring-age')], ['stale', '1500'])
  assert.deepEqual(await answer(stale), [200, { status: 'ONLINE' }])
  const absent = await ask('GET', '/status/8')
  assert.equal(absent.headers.get('ring-consistency'), 'stale')
  assert.deepEqual(await answer(absent), [404, { error: 'User not found' }])
  assert.deepEqual(await answer(await ask('POST', '/status/7', { body: { status: 1 } })), [
    503,
    { error: 'No majority' }
  ])
  users.withoutMajority = new StorageError('Something else')
  assert.equal((await ask('GET', '/status/7')).status, 500, 'only a slot that cannot answer is read stale')
})

test('a leader that does not answer is waited for two seconds, then a status is read from any replica', async () => {
  const clock = new ManualClock()
  const { ask, users } = harness(clock)
  await ask('POST', '/status/7', { body: { status: 0 } })
  users.leaderGate = new Promise(() => {})
  const call = ask('GET', '/status/7')
  while (clock.pending < 2) await new Promise(setImmediate)
  clock.advance(1_999)
  assert.equal(await Promise.race([call, new Promise(resolve => setImmediate(resolve, 'waits'))]), 'waits')
  clock.advance(1)
  const response = await call
  assert.deepEqual([response.status, response.headers.get('ring-consistency')], [200, 'stale'])
  assert.equal(clock.pending, 0)
})
