/** Requests that are written on one connection behind an answer that has no end, and so wait for the connection. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { HTTP_STREAMS_MAX } from '../../src/constants.ts'
import { Events } from '../../src/events.ts'
import { USER } from '../../src/gateway/openapi/examples.ts'
import { serve } from '../../src/gateway/server.ts'
import { silentLog, systemClock } from '../../src/runtime.ts'
import { until } from '../cli/until.ts'
import { FakeUsers, fakeMany } from './fake-users.ts'
import { BASE, harness } from './harness.ts'

const get = (path: string, header = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n`
const FEED = get('/v1/events')
const STREAMS: readonly [what: string, request: string][] = [
  ['a feed of the ring', FEED],
  ['a feed of users', get('/v1/changes')],
  ['a feed of users in lines', get('/v1/changes', 'Accept: application/x-ndjson\r\n')],
  ['an export', get('/v1/users:export')],
  [
    'an import',
    'POST /v1/users:import HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n'
  ]
]

/** A gateway on a socket, and how much of what streams without an end need is held. */
async function endless(context: TestContext) {
  const events = new Events()
  const users = new FakeUsers()
  const held = new Set<object>()
  const begin = { watch: Promise.resolve() }
  const { gateway, metrics } = harness(systemClock, {
    users,
    events: {
      subscribe(listener) {
        const unsubscribe = events.subscribe(listener)
        held.add(unsubscribe)
        return () => {
          held.delete(unsubscribe)
          unsubscribe()
        }
      }
    },
    many: {
      ...fakeMany(users),
      async open() {
        const over = Promise.withResolvers<void>()
        held.add(over)
        over.promise.then(() => held.delete(over))
        await begin.watch
        return {
          cursor: 'begin',
          async *batches() {
            await over.promise
            yield { changes: [], cursor: 'end' }
          },
          end: over.resolve
        }
      },
      async *list() {
        const list = {}
        held.add(list)
        try {
          for (;;) yield USER
        } finally {
          held.delete(list)
        }
      }
    }
  })
  const server = await serve({ gateway, host: '127.0.0.1', port: 0, log: silentLog })
  context.after(() => server.close({ signal: AbortSignal.abort() }))
  async function connected(): Promise<Socket> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.on('error', () => {})
    context.after(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  return { gateway, metrics, users, begin, held, connected }
}

/** @throws AssertionError there is no room for as many streams as there may be */
async function assertRoom({ gateway }: Awaited<ReturnType<typeof endless>>): Promise<void> {
  const asked = Array.from({ length: HTTP_STREAMS_MAX }, () =>
    gateway.fetch(new Request(`${BASE}/v1/events`))
  )
  const answers = await Promise.all(asked)
  assert.equal(answers.filter(({ status }) => status !== 200).length, 0)
  for (const { body } of answers) await body!.cancel()
}

describe('what waits behind a feed for its connection holds nothing any more when that is closed', () => {
  for (const [what, request] of STREAMS) {
    test(what, async context => {
      const world = await endless(context)
      const socket = await world.connected()
      socket.write(FEED + request)
      await until(() => world.metrics.ended.length === 2)
      socket.destroy()
      await until(() => world.held.size === 0)
      await assertRoom(world)
    })
  }

  test('a feed that only then begins', async context => {
    const world = await endless(context)
    const opened = Promise.withResolvers<void>()
    world.begin.watch = opened.promise
    const socket = await world.connected()
    socket.write(FEED + get('/v1/changes'))
    await until(() => world.metrics.ended.length === 1 && world.metrics.inFlight === 1)
    socket.destroy()
    await until(() => socket.closed)
    opened.resolve()
    await until(() => world.held.size === 0)
    await assertRoom(world)
  })
})

test('however many requests wait for one connection, it has no listener for each', async context => {
  const warnings: string[] = []
  const note = ({ name }: Error) => warnings.push(name)
  process.on('warning', note)
  context.after(() => process.off('warning', note))
  const requests = 200
  const { users, metrics, connected } = await endless(context)
  const open = Promise.withResolvers<void>()
  users.gate = open.promise
  const socket = await connected()
  let text = ''
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  socket.write(get('/v1/users/7').repeat(requests))
  await until(() => metrics.inFlight === requests)
  open.resolve()
  const answered = () => text.split('HTTP/1.1 404 ').length - 1
  await until(() => answered() === requests)
  socket.write(get('/livez'))
  await until(() => text.includes('HTTP/1.1 200 '))
  assert.deepEqual(warnings, [])
})
