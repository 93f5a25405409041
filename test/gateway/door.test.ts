import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  REFUSALS_LOGGED_PER_MINUTE,
  WRONG_TOKENS_AT_ONCE,
  WRONG_TOKENS_PER_SECOND
} from '../../src/constants.ts'
import { Events } from '../../src/events.ts'
import { OPEN_PATHS } from '../../src/gateway/access.ts'
import { createApp, routesOf } from '../../src/gateway/app.ts'
import { type Caller, Door, type DoorOptions } from '../../src/gateway/door.ts'
import { Tokens } from '../../src/gateway/tokens.ts'
import { type LogFields, silentLog, systemRandom } from '../../src/runtime.ts'
import { FakeMetrics } from './fake-metrics.ts'
import { FakeRing, FakeUsers, fakeMany } from './fake-users.ts'
import { BASE, type Harness, harness, ManualClock, problemOf } from './harness.ts'

const READER = 'reader'.padEnd(22, '0')
const WRITER = 'writer'.padEnd(22, '0')
const ADMIN = 'admin'.padEnd(22, '0')
const WRONG = 'wrong'.padEnd(22, '0')
const TOKENS = [
  { token: READER, scopes: ['read'], name: 'reader' },
  { token: WRITER, scopes: ['write'], name: 'writer' },
  { token: ADMIN, scopes: ['admin'], name: 'admin' }
] as const

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

interface Guarded extends Harness {
  readonly clock: ManualClock
  readonly door: Door
  readonly logged: LogFields[]
  /** As somebody at an address. */
  from(address: string, token: string | undefined, path?: string): Promise<Response>
}

function guarded(options: DoorOptions = { tokens: TOKENS }): Guarded {
  const clock = new ManualClock()
  const door = new Door(clock, options)
  const logged: LogFields[] = []
  const log = { ...silentLog, warn: (_message: string, fields: LogFields = {}) => logged.push(fields) }
  const made = harness(clock, { door, runtime: { clock, random: systemRandom, log } })
  const from = (address: string, token: string | undefined, path = '/v1/ring') => {
    const caller: Caller = { address }
    return made.gateway.fetch(new Request(BASE + path, { headers: token ? bearer(token) : {} }), caller)
  }
  return { ...made, clock, door, logged, from }
}

/** Every route with an id in it, as method and path. */
function everyRoute(): [method: string, path: string][] {
  const runtime = { clock: new ManualClock(), random: systemRandom, log: silentLog }
  const ring = new FakeRing()
  const recover = async () => ring.recover({ slots: 'all', from: '' })
  const users = new FakeUsers()
  const app = createApp({
    users,
    many: fakeMany(users),
    ring,
    tasks: ring.tasks,
    events: new Events(),
    metrics: new FakeMetrics(),
    leave: () => '',
    recover,
    runtime,
    version: ''
  })
  return routesOf(app).map(route => {
    const [method = '', path = ''] = route.split(' ')
    return [method, path.replace(':id', '7').replace(':script', 'main.js')]
  })
}

const BODY = { body: { status: 0 } }
const statusOf = async (answer: Promise<Response>) => (await answer).status

describe('a gateway with tokens', () => {
  it('lets nobody without one get anywhere, on any route but the probes and the description', async () => {
    const { ask, users, ring } = guarded()
    const others = ['TRACE', 'QUERY', 'put', 'LEAVE'].map((method): [string, string] => [
      method,
      '/v1/users/7'
    ])
    const odd = [
      '//v1/users/7',
      '/v1/users/',
      '/v1/users/a/b',
      '/status',
      '/V1/users/7',
      '/livez/',
      '/livez/../v1/ring'
    ]
    const routes = [
      ...everyRoute(),
      ...others.filter(([method]) => method !== 'TRACE'),
      ...odd.flatMap((path): [string, string][] => [
        ['GET', path],
        ['POST', path]
      ])
    ]
    assert.ok(routes.length > 20)
    for (const [method, path] of routes) {
      const open = OPEN_PATHS.has(path)
      for (const headers of [
        {},
        { Authorization: '' },
        { Authorization: 'Bearer' },
        { Authorization: READER },
        { Authorization: `Basic ${READER}` },
        { Authorization: `Bearer ${READER}, Bearer ${READER}` },
        bearer(WRONG),
        { 'X-Authorization': `Bearer ${READER}` }
      ] as Record<string, string>[]) {
        const answer = await ask(method, path, { headers, ...(method !== 'GET' && BODY) })
        const what = `${method} ${path} ${JSON.stringify(headers)}`
        assert.equal(answer.status, open ? 200 : 401, what)
        if (!open) assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="anillo"/, what)
      }
    }
    assert.deepEqual([users.calls, ring.leaving], [0, false])
  })

  it('takes a token for what its scopes allow, and answers 403 to the rest', async () => {
    const may: Record<string, string[]> = {
      [READER]: ['GET', 'HEAD', 'OPTIONS'],
      [WRITER]: ['GET', 'HEAD', 'OPTIONS', 'users'],
      [ADMIN]: ['GET', 'HEAD', 'OPTIONS', 'operators']
    }
    for (const [token, allowed] of Object.entries(may)) {
      for (const [method, path] of [
        ...everyRoute(),
        ['HEAD', '/v1/ring'],
        ['OPTIONS', '/v1/users/7']
      ] as const) {
        if (OPEN_PATHS.has(path)) continue
        const { ask, users, ring } = guarded()
        const answer = await ask(method, path, {
          headers: bearer(token),
          ...(method !== 'GET' && method !== 'HEAD' && BODY)
        })
        const kind =
          method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
            ? method
            : path.endsWith(':batchGet')
              ? 'GET'
              : /^\/(v1\/users[/:]|status\/)/.test(path)
                ? 'users'
                : 'operators'
        const what = `${method} ${path} with ${token}`
        if (allowed.includes(kind)) assert.ok(![401, 403].includes(answer.status), what)
        else {
          assert.equal(answer.status, 403, what)
          assert.match(answer.headers.get('www-authenticate') ?? '', /error="insufficient_scope"/)
          assert.deepEqual([users.calls, ring.leaving], [0, false], what)
        }
      }
    }
  })

  it('says in a problem document what to do, and on the routes of the original in their form', async () => {
    const { ask } = guarded()
    const missing = await problemOf(await ask('GET', '/v1/ring'), 401)
    assert.equal(missing.type, 'urn:anillo:error:unauthorised')
    assert.match(String(missing.detail), /Authorization: Bearer …/)
    const unknown = await ask('GET', '/v1/ring', { headers: bearer(WRONG) })
    assert.equal(unknown.headers.get('www-authenticate'), 'Bearer realm="anillo", error="invalid_token"')
    const poor = await problemOf(await ask('DELETE', '/v1/users/7', { headers: bearer(READER) }), 403)
    assert.equal(poor.type, 'urn:anillo:error:forbidden')
    assert.match(
      String(poor.detail),
      /^DELETE \/v1\/users\/7 needs the scope write, which this token does not have/
    )
    const original = await ask('POST', '/status/7', BODY)
    assert.equal(original.status, 401)
    assert.equal(original.headers.get('www-authenticate'), 'Bearer realm="anillo"')
    assert.match((await original.json()).error, /needs a token/)
    const head = await ask('HEAD', '/v1/users/7')
    assert.deepEqual([head.status, await head.text()], [401, ''])
  })

  it('takes the scheme in any case, as RFC 9110 has it', async () => {
    const { ask } = guarded()
    for (const scheme of ['bearer', 'BEARER', 'Bearer  ']) {
      assert.equal(
        await statusOf(ask('GET', '/v1/ring', { headers: { Authorization: `${scheme} ${READER}` } })),
        200
      )
    }
  })

  it('turns somebody away before it reads anything of a body', async () => {
    const { ask } = guarded()
    let pulled = 0
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 })
    assert.equal(await statusOf(ask('PUT', '/v1/users/7', { body })), 401)
    assert.equal(pulled, 0)
  })

  it('takes others from one moment to the next', async () => {
    const { from, door } = guarded()
    door.changeTokens(new Tokens([{ token: WRONG, scopes: ['read'] }]))
    assert.deepEqual(
      [await statusOf(from('10.0.0.1', WRONG)), await statusOf(from('10.0.0.1', READER))],
      [200, 401]
    )
  })

  it('logs refusals with their reason and never a token, and no more than its share of a minute', async () => {
    const { from, clock, logged } = guarded()
    await from('10.0.0.1', WRONG)
    assert.deepEqual(
      { ...logged[0], requestId: '' },
      {
        requestId: '',
        method: 'GET',
        path: '/v1/ring',
        address: '10.0.0.1',
        error: 'UnauthorisedError',
        detail: 'This token is not known here; send a token of this peer: Authorization: Bearer …'
      }
    )
    for (let count = 0; count < REFUSALS_LOGGED_PER_MINUTE + 41; count++) await from('10.0.0.1', undefined)
    assert.equal(logged.length, REFUSALS_LOGGED_PER_MINUTE)
    clock.advance(60_000)
    await from('10.0.0.1', undefined, `/v1/users/${'x'.repeat(5_000)}`)
    assert.equal(logged.at(-1)?.leftOutBefore, 42)
    assert.ok(JSON.stringify(logged.at(-1)).length < 1_000)
    assert.ok(!JSON.stringify(logged).includes(WRONG))
  })
})

describe('a gateway without tokens, for its own machine', () => {
  const ask = (made: Guarded, host: string, path = '/v1/ring') =>
    statusOf(made.gateway.fetch(new Request(`http://${host}${path}`), { address: '127.0.0.1' }))

  it('serves no host name that DNS could lead here: a web page of that name would pass for its own', async () => {
    const made = guarded({ local: true })
    for (const host of ['127.0.0.1:5000', 'localhost', 'a.localhost:5000', '[::1]:5000', '192.0.2.1']) {
      assert.equal(await ask(made, host), 200, host)
    }
    for (const host of [
      'evil.example:5000',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'xlocalhost'
    ]) {
      assert.equal(await ask(made, host), 403, host)
      assert.equal(await ask(made, host, '/livez'), 200)
    }
    const problem = await problemOf(
      await made.gateway.fetch(new Request('http://evil.example:81/v1/ring'), { address: '127.0.0.1' }),
      403
    )
    assert.match(
      String(problem.detail),
      /ask 127\.0\.0\.1:81, or start the peer with --token-file or --insecure/
    )
  })

  it('does not mind names when a token is needed, nor in a server that mounts it', async () => {
    const made = guarded({ local: true, tokens: TOKENS })
    const request = new Request('http://db.example/v1/ring', { headers: bearer(READER) })
    assert.equal(await statusOf(made.gateway.fetch(request, { address: '10.0.0.1' })), 200)
    assert.equal(await statusOf(guarded({ local: true }).ask('GET', '/v1/ring')), 200)
  })
})

describe('the log of refusals', () => {
  it('names a known token that was not enough, by the name that it was given', async () => {
    const { ask, logged } = guarded()
    await ask('POST', '/v1/peer/leave', { headers: bearer(WRITER) })
    assert.deepEqual([logged[0]?.error, logged[0]?.token], ['ForbiddenError', 'writer'])
    assert.ok(!JSON.stringify(logged).includes(WRITER))
  })

  it('has what pages of other sites were refused, too', async () => {
    const { ask, logged } = guarded({})
    await ask('POST', '/v1/peer/leave', { headers: { Origin: 'http://evil.test' } })
    assert.deepEqual(
      [logged.length, logged[0]?.error, logged[0]?.path],
      [1, 'ForbiddenError', '/v1/peer/leave']
    )
  })
})

describe('guessing tokens', () => {
  const exhaust = async ({ from }: Guarded, address: string) => {
    for (let count = 0; count < WRONG_TOKENS_AT_ONCE; count++)
      assert.equal(await statusOf(from(address, WRONG)), 401)
  }

  it('is slow: after some wrong ones an address is not told whether the next is right', async () => {
    const made = guarded()
    await exhaust(made, '10.0.0.1')
    const blocked = await made.from('10.0.0.1', READER)
    const problem = await problemOf(blocked, 429)
    assert.equal(problem.type, 'urn:anillo:error:too-many-requests')
    assert.equal(blocked.headers.get('retry-after'), '1')
    assert.equal(await statusOf(made.from('10.0.0.1', WRONG)), 429)
    made.clock.advance(1_000 / WRONG_TOKENS_PER_SECOND)
    assert.equal(await statusOf(made.from('10.0.0.1', WRONG)), 401)
    assert.equal(await statusOf(made.from('10.0.0.1', WRONG)), 429)
  })

  it('is slow for a whole IPv6 network, and for nobody else', async () => {
    const made = guarded()
    await exhaust(made, '2001:db8::1')
    assert.equal(await statusOf(made.from('2001:db8::2', WRONG)), 429)
    assert.equal(await statusOf(made.from('2001:db8:0:1::1', WRONG)), 401)
    assert.equal(await statusOf(made.from('10.0.0.1', READER)), 200)
  })

  it('locks nobody out who shares the address and whose token has been right from there', async () => {
    const made = guarded()
    await made.from('10.0.0.1', READER)
    await exhaust(made, '10.0.0.1')
    assert.equal(await statusOf(made.from('10.0.0.1', READER)), 200)
    assert.equal(await statusOf(made.from('10.0.0.1', WRITER)), 429)
  })

  it('does not shut the probes, nor count who shows no token at all', async () => {
    const made = guarded()
    for (let count = 0; count <= WRONG_TOKENS_AT_ONCE; count++) {
      assert.equal(await statusOf(made.from('10.0.0.1', undefined)), 401)
    }
    assert.equal(await statusOf(made.from('10.0.0.1', READER)), 200)
    await exhaust(made, '10.0.0.2')
    assert.equal(await statusOf(made.from('10.0.0.2', WRONG, '/livez')), 200)
  })
})

describe('a rate limit', () => {
  it('is of each address where there are no tokens, and passes over the probes', async () => {
    const { from, clock } = guarded({ rateLimit: 2 })
    for (let count = 0; count < 4; count++) assert.equal(await statusOf(from('10.0.0.1', undefined)), 200)
    const refused = await from('10.0.0.1', undefined)
    assert.match(String((await problemOf(refused, 429)).detail), /nothing was done, try again in 1 s/)
    assert.equal(refused.headers.get('retry-after'), '1')
    assert.equal(await statusOf(from('10.0.0.1', undefined, '/readyz')), 200)
    assert.equal(await statusOf(from('10.0.0.2', undefined)), 200)
    clock.advance(500)
    assert.equal(await statusOf(from('10.0.0.1', undefined)), 200)
    assert.equal(await statusOf(from('10.0.0.1', undefined)), 429)
  })

  it('is of each token where there are tokens, whatever addresses it comes from', async () => {
    const { from } = guarded({ tokens: TOKENS, rateLimit: 1 })
    for (const address of ['10.0.0.1', '10.0.0.2']) assert.equal(await statusOf(from(address, READER)), 200)
    assert.equal(await statusOf(from('10.0.0.3', READER)), 429)
    assert.equal(await statusOf(from('10.0.0.1', WRITER)), 200)
  })

  it('is off unless it is asked for', async () => {
    const { from, ask } = guarded({})
    for (let count = 0; count < 1_000; count++) assert.equal(await statusOf(from('10.0.0.1', undefined)), 200)
    assert.equal((await ask('PUT', '/v1/users/7', BODY)).status, 201)
  })
})
