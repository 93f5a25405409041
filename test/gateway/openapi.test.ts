import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { HTTP_BODY_BYTES_MAX, HTTP_BODY_TIMEOUT_MS, HTTP_INFLIGHT_MAX } from '../../src/constants.ts'
import { errorByName, NotRunningError, problemType, TimeoutError } from '../../src/errors.ts'
import { Events } from '../../src/events.ts'
import { createApp, ROUTES, routesOf } from '../../src/gateway/app.ts'
import { type Caller, Door, type DoorOptions } from '../../src/gateway/door.ts'
import type { RouteDescription } from '../../src/gateway/openapi/description.ts'
import { USER } from '../../src/gateway/openapi/examples.ts'
import { EVERY_ANSWER } from '../../src/gateway/openapi/headers.ts'
import { errorsOf } from '../../src/gateway/openapi/route-errors.ts'
import { type HttpErrorName, isOriginal, statusOf } from '../../src/gateway/problems.ts'
import { ALWAYS_ANSWERED } from '../../src/gateway/routes/metrics.ts'
import { type Clock, systemClock } from '../../src/runtime.ts'
import { assertFits, DOCUMENT, describedAs } from './described.ts'
import { FakeMetrics } from './fake-metrics.ts'
import { fakeMany, OTHER } from './fake-users.ts'
import { type Harness, harness, ManualClock } from './harness.ts'

interface Asked {
  path: string
  headers: Record<string, string>
  body: unknown
  caller: Caller
}

const nameOf = ({ method, path }: RouteDescription) => `${method} ${path}`
const turn = () => new Promise(resolve => setImmediate(resolve))

/** A gateway that knows the user of the examples, who has a lease, and the example of the route. */
function prepared(
  route: RouteDescription,
  clock: Clock = systemClock,
  door?: DoorOptions
): { made: Harness; asked: Asked } {
  const made = harness(clock, { door: new Door(clock, door) })
  made.users.rows.set('ada', { ...USER, expiresAt: USER.updatedAt })
  made.ring.leave() // which is a task
  const body = route.path === '/v1/ring/recover' ? { ...RECOVERY, from: OTHER } : route.body?.example
  const headers = route.body === undefined ? {} : { 'Content-Type': route.body.types[0]! }
  const caller = { address: '192.0.2.1' }
  return { made, asked: { path: pathOf(route), headers, body, caller } }
}

/** Of what the fakes have. */
const pathOf = ({ path }: RouteDescription) =>
  path.replace('/:id', '/ada').replace('/:task', '/leave-1').replace('/:script', '/main.js')

const RECOVERY = { slots: 17, acceptDataLoss: true }

/** How to meet an answer that the example of the route does not. Whoever describes a status says here how it comes about. */
const ANSWERS: Record<string, (made: Harness, asked: Asked) => void> = {
  'GET /v1/users/:id 304': (_, { headers }) => {
    headers['If-None-Match'] = '"3.41"'
  },
  'PUT /v1/users/:id 201': ({ users }) => users.rows.clear(),
  'GET /readyz 503': ({ ring }) => ring.checks.push({ name: 'storage', ok: false })
}

/** How to meet an error; all others are thrown by the fakes. */
const ERRORS: Partial<Record<HttpErrorName, (made: Harness, asked: Asked) => void>> = {
  InvalidRequestError: (_, asked) => {
    asked.path = isOriginal(asked.path) ? '/status/%' : `${asked.path}?nobody=knows`
  },
  ForbiddenError: () => {}, // the door does it
  UnauthorisedError: () => {},
  TooManyRequestsError: () => {},
  NotFoundError: ({ users }, asked) => {
    users.rows.clear()
    asked.path = asked.path.replace('leave-1', 'leave-2').replace('main.js', 'gone.js')
  },
  UnknownPathError: (_, asked) => {
    asked.path = asked.path.replace('ada', 'ada/lovelace')
  },
  InvalidUserError: (_, asked) => {
    asked.path = asked.path.replace('ada', '%00')
    if (asked.path.endsWith(':batchGet')) asked.body = { ids: [''] }
  },
  UnsupportedMediaTypeError: (_, { headers }) => {
    headers['Content-Type'] = 'text/plain'
  },
  TooLargeError: (_, asked) => {
    asked.body = ' '.repeat(HTTP_BODY_BYTES_MAX + 1)
  },
  TimeoutError: ({ users, ring }, { headers }) => {
    headers['If-Match'] = 'W/"3.41"' // for which a write reads; a write itself has then an unknown outcome
    users.failure = ring.failure = new TimeoutError('Provoked')
  },
  NotRunningError: ({ users, ring, gateway }) => {
    gateway.endStreams()
    users.failure = ring.failure = new NotRunningError('Provoked')
  },
  RequestTimeoutError: (_, asked) => {
    asked.body = new ReadableStream()
  }
}

const TOKEN = 'a-token-of-the-tests-of-the-description'
/** Of the errors that the door answers: without tokens to a caller under a foreign name, with them to one without a token. */
const DOORS: Partial<Record<HttpErrorName, DoorOptions>> = {
  ForbiddenError: { local: true },
  UnauthorisedError: { tokens: [{ token: TOKEN, scopes: ['read'] }] },
  TooManyRequestsError: { rateLimit: 1e-6 }
}

describe('the description', () => {
  test('it is OpenAPI 3.1, and given as JSON', async () => {
    const response = await harness().ask('GET', '/openapi.json')
    assert.equal(response.headers.get('content-type'), 'application/json')
    const document = await response.json()
    assert.deepEqual(document, JSON.parse(JSON.stringify(DOCUMENT)))
    const validator = new Validator()
    const { valid, errors } = await validator.validate(document)
    assert.ok(valid, JSON.stringify(errors))
    assert.equal(validator.version, '3.1')
  })

  test('it has every route, and no other', () => {
    const { users, ring } = harness()
    const many = fakeMany(users)
    const runtime = { clock: systemClock, random: undefined as never, log: undefined as never }
    const recover = async () => ring.recover({ slots: 'all', from: OTHER })
    const app = createApp({
      users,
      many,
      ring,
      tasks: ring.tasks,
      events: new Events(),
      metrics: new FakeMetrics(),
      leave: () => '',
      recover,
      runtime,
      version: ''
    })
    assert.deepEqual(ROUTES.map(nameOf).sort(), routesOf(app).sort())
    const operations = ROUTES.map(({ operation }) => operation)
    assert.equal(new Set(operations).size, operations.length, 'an operation has a name of its own')
    for (const route of ROUTES) {
      const found = describedAs(route.method, pathOf(route))
      assert.equal(found?.operation.operationId, route.operation)
    }
  })

  test('its examples fit its schemas', () => {
    for (const [path, methods] of Object.entries(DOCUMENT.paths)) {
      for (const [method, { requestBody, responses }] of Object.entries(methods)) {
        for (const [type, { example }] of Object.entries(requestBody?.content ?? {})) {
          assert.ok(example !== undefined, `${method} ${path} has no example of its body`)
          assertFits(example, 'paths', path, method, 'requestBody', 'content', type, 'schema')
        }
        for (const [status, { content = {} }] of Object.entries(responses)) {
          for (const [type, { example }] of Object.entries(content)) {
            const place = ['paths', path, method, 'responses', status, 'content', type, 'schema']
            if (example !== undefined) assertFits(example, ...place)
          }
        }
      }
    }
  })
})

describe('every answer that is described is met, and is as it is described', () => {
  for (const route of ROUTES) {
    test(`${nameOf(route)}, when all is well or as the route expects`, async () => {
      for (const status of Object.keys(route.answers)) {
        const { made, asked } = prepared(route)
        ANSWERS[`${nameOf(route)} ${status}`]?.(made, asked)
        const response = await made.ask(route.method, asked.path, asked)
        assert.equal(`${response.status}`, status, `say in ANSWERS how ${nameOf(route)} comes to ${status}`)
        const carried = [...(route.answers[Number(status)]?.headers ?? []), ...EVERY_ANSWER]
        for (const name of carried) assert.ok(response.headers.has(name), `${status} lacks ${name}`)
      }
    })

    test(`${nameOf(route)}, in every error`, async () => {
      for (const name of errorsOf(route, true).filter(name => name !== 'BusyError')) {
        const clock = name === 'RequestTimeoutError' ? new ManualClock() : systemClock
        const { made, asked } = prepared(route, clock, DOORS[name])
        const provoke = ERRORS[name]
        if (provoke === undefined) made.users.failure = made.ring.failure = errorByName(name, 'Provoked')
        else provoke(made, asked)
        if (name === 'TooManyRequestsError') await made.ask('GET', '/v1/peer', { caller: asked.caller }) // the one that it may
        const asking = made.ask(route.method, asked.path, asked)
        if (clock instanceof ManualClock) {
          while (clock.pending < 2) await turn()
          clock.advance(HTTP_BODY_TIMEOUT_MS)
        }
        await assertIs(await asking, name, asked.path)
      }
    })
  }

  test('every route but the probes, when the gateway is full', async () => {
    const { made } = prepared(ROUTES[0]!)
    const open = Promise.withResolvers<void>()
    made.users.gate = open.promise
    const held = Array.from({ length: HTTP_INFLIGHT_MAX }, () => made.ask('GET', '/v1/users/ada'))
    while (made.users.calls < HTTP_INFLIGHT_MAX) await turn()
    for (const route of ROUTES.filter(({ path }) => !ALWAYS_ANSWERED.has(path))) {
      const { asked } = prepared(route)
      await assertIs(await made.ask(route.method, asked.path, asked), 'BusyError', asked.path)
    }
    open.resolve()
    await Promise.all(held)
  })
})

/** The error arrived under its status and type. */
async function assertIs(response: Response, name: HttpErrorName, path: string): Promise<void> {
  const body = await response.json()
  assert.equal(response.status, statusOf(name, path), `${path} in ${name}: ${JSON.stringify(body)}`)
  if (!isOriginal(path)) assert.equal(body.type, problemType(name))
}

test('where tokens are needed, the description says of each route which scope, and is itself open to everybody', async () => {
  const door = new Door(systemClock, { tokens: [{ token: TOKEN, scopes: ['read'] }] })
  const guarded = await (await harness(systemClock, { door }).ask('GET', '/openapi.json')).json()
  const { valid, errors } = await new Validator().validate(guarded)
  assert.ok(valid, JSON.stringify(errors))
  assert.deepEqual(Object.keys(guarded.components.securitySchemes), ['token'])
  const user = guarded.paths['/v1/users/{id}']
  assert.deepEqual(user?.get?.security, [{ token: ['read'] }])
  assert.deepEqual(user?.put?.security, [{ token: ['write'] }])
  assert.ok(user.get.responses[401].headers['WWW-Authenticate'])
  assert.equal(DOCUMENT.paths['/v1/users/{id}']?.get?.responses[401], undefined)
  assert.equal(guarded.paths['/livez']?.get?.security, undefined)
  assert.equal(DOCUMENT.components.securitySchemes, undefined)
})
