import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { HTTP_BODY_TIMEOUT_MS, HTTP_HEADER_BYTES_MAX } from '../../src/constants.ts'
import { type GatewayServer, serve } from '../../src/gateway/server.ts'
import { type Clock, silentLog, systemClock } from '../../src/runtime.ts'
import { type Harness, harness } from './harness.ts'

interface Served extends Harness {
  readonly server: GatewayServer
  /** Sends bytes, gives all that came back when the other side closes. */
  exchange(bytes: string | Buffer): Promise<string>
  open(): Promise<Socket>
}

async function served(context: TestContext, clock?: Clock): Promise<Served> {
  const made = harness(clock)
  const server = await serve({ gateway: made.gateway, host: '127.0.0.1', port: 0, log: silentLog })
  context.after(() => server.close({ signal: AbortSignal.abort() }))
  const port = Number(new URL(server.url).port)
  async function open() {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    context.after(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  async function exchange(bytes: string | Buffer) {
    const socket = await open()
    socket.write(bytes)
    return received(socket)
  }
  return { ...made, server, open, exchange }
}

async function received(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  await once(socket, 'close')
  return text
}

/** The bytes that come until they contain `mark`. */
async function until(socket: Socket, mark: string): Promise<string> {
  let text = ''
  socket.setEncoding('utf8')
  while (!text.includes(mark)) text += (await once(socket, 'data'))[0]
  return text
}

const PUT = 'PUT /v1/users/7 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
const GET = 'GET /v1/users/7 HTTP/1.1\r\nHost: x\r\n'

test('the same answers as without a socket, and connections are kept', async context => {
  const { server, users } = await served(context)
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  const headers = { 'Content-Type': 'application/json' }
  const created = await fetch(`${server.url}/v1/users/a%2Fb`, {
    method: 'PUT',
    headers,
    body: '{"status":0}'
  })
  assert.equal(created.status, 201)
  assert.equal((await created.json()).id, 'a/b')
  const head = await fetch(`${server.url}/v1/users/a%2Fb`, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('etag')], [200, created.headers.get('etag')])
  const unchanged = await fetch(`${server.url}/v1/users/a%2Fb`, {
    headers: { 'If-None-Match': head.headers.get('etag')! }
  })
  assert.deepEqual([unchanged.status, await unchanged.text()], [304, ''])
  assert.equal((await fetch(`${server.url}/v1/users/a%2Fb`, { method: 'DELETE' })).status, 204)
  assert.equal(users.rows.size, 0)
})

test('raw UTF-8 in a request target names no user: it is 400 and says to encode it', async context => {
  const { exchange, users } = await served(context)
  assert.match(
    await exchange('GET /v1/users/é HTTP/1.1\r\nHost: x\r\n\r\n'),
    /^HTTP\/1\.1 400 .*percent-encoded/s
  )
  assert.equal(users.calls, 0)
})

test('a request target or a Host that cannot be read is a 400 problem', async context => {
  const { exchange } = await served(context)
  for (const request of [
    'GET /a\\b HTTP/1.1\r\nHost: x\r\n',
    'GET * HTTP/1.1\r\nHost: x\r\n',
    'GET /v1/ring HTTP/1.1\r\nHost: a b\r\n',
    'GET ftp://x/ HTTP/1.1\r\nHost: x\r\n'
  ]) {
    const answer = await exchange(`${request}Connection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 400 .*urn:anillo:error:invalid-request/s, request)
  }
  assert.match(await exchange('GET /livez HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /)
})

test('headers over their bound are 431 with the limit, and the connection is closed', async context => {
  const { exchange, server } = await served(context)
  const answer = await exchange(`${GET}X: ${'x'.repeat(HTTP_HEADER_BYTES_MAX)}\r\n\r\n`)
  assert.match(answer, /^HTTP\/1\.1 431 .*urn:anillo:error:too-large/s)
  assert.match(answer, new RegExp(`"limit":${HTTP_HEADER_BYTES_MAX}`))
  assert.equal((await fetch(`${server.url}/livez`)).status, 200)
})

test('garbage is a 400 problem; after a request that is being worked on it only ends the connection', async context => {
  const { exchange, users, open } = await served(context)
  assert.match(
    await exchange('\u0016\u0003\u0001 garbage\r\n\r\n'),
    /^HTTP\/1\.1 400 .*urn:anillo:error:invalid-request/s
  )
  const write = `${PUT}Content-Length: 12\r\n\r\n{"status":0}`
  const answered = await open()
  answered.write(write)
  await until(answered, '"expiresAt":null}')
  answered.write('garbage\r\n\r\n')
  assert.match(await received(answered), /^HTTP\/1\.1 400 /)
  // A 400 here would be taken for the answer to the write, which may be executed.
  let go = () => {}
  users.gate = new Promise<void>(resolve => {
    go = resolve
  })
  const piped = exchange(`${write}garbage\r\n\r\n`)
  assert.equal(await piped, '')
  go()
})

test('a slow body is cut with 408, one over its bound with 413, and the connection ends with it', async context => {
  let fire = () => {}
  const clock: Clock = {
    ...systemClock,
    timer: (ms, due) => {
      if (ms === HTTP_BODY_TIMEOUT_MS) fire = due
      return systemClock.timer(ms, due)
    }
  }
  const { exchange, open, users } = await served(context, clock)
  const slow = await open()
  slow.write(`${PUT}Content-Length: 12\r\n\r\n{"sta`)
  const answer = received(slow)
  const ticking = setInterval(() => fire(), 5)
  assert.match(await answer, /^HTTP\/1\.1 408 .*Connection: close.*urn:anillo:error:request-timeout/is)
  clearInterval(ticking)
  const huge = await exchange(`${PUT}Content-Length: 99999999\r\n\r\n${'x'.repeat(1_000)}`)
  assert.match(huge, /^HTTP\/1\.1 413 .*Connection: close.*"limit":/is)
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  const chunked = await exchange(`${PUT}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`)
  assert.match(chunked, /^HTTP\/1\.1 413 /)
  assert.equal(users.calls, 0)
})

test('a caller that goes away in the middle of its body writes nothing', async context => {
  const { open, users, server, errors } = await served(context)
  const socket = await open()
  socket.write(`${PUT}Content-Length: 12\r\n\r\n{"status"`)
  await new Promise(next => setImmediate(next))
  socket.destroy()
  assert.equal((await fetch(`${server.url}/livez`)).status, 200)
  assert.deepEqual([users.calls, errors.length], [0, 0])
})

test('close finishes what is in flight, closes idle and silent connections at once, and takes no new ones', async context => {
  const { server, open, users } = await served(context)
  let go = () => {}
  const busy = await open()
  busy.write(`${PUT}Content-Length: 12\r\n\r\n{"status":0}`)
  users.gate = new Promise<void>(resolve => {
    go = resolve
  })
  while (users.calls < 1) await new Promise(next => setImmediate(next))
  const silent = await open()
  const idle = await open()
  idle.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(idle, 'ok\n')
  const closed = server.close()
  await Promise.all([received(silent), received(idle)])
  await assert.rejects(fetch(`${server.url}/livez`))
  const answer = received(busy)
  go()
  assert.match(await answer, /^HTTP\/1\.1 201 .*Connection: close/is)
  await closed
  assert.equal(users.writes, 1)
})

test('close cuts off what is in flight when its signal says so', async context => {
  const { server, open, users } = await served(context)
  users.gate = new Promise(() => {})
  const busy = await open()
  busy.write(`${GET}\r\n`)
  while (users.calls < 1) await new Promise(next => setImmediate(next))
  const controller = new AbortController()
  const closed = server.close({ signal: controller.signal })
  controller.abort()
  assert.equal(await received(busy), '')
  await closed
})

test('a port that cannot be had is a ConfigurationError that says what to do', async context => {
  const { gateway } = harness()
  const taken = createServer().listen(0, '127.0.0.1')
  context.after(() => taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  await assert.rejects(serve({ gateway, host: '127.0.0.1', port, log: silentLog }), {
    name: 'ConfigurationError',
    message: `HTTP cannot be served on 127.0.0.1 port ${port}: the port is in use; choose another one (0: any), or stop what listens there`
  })
  await assert.rejects(serve({ gateway, host: '192.0.2.1', port: 0, log: silentLog }), {
    name: 'ConfigurationError',
    message: /this machine has no such address/
  })
})

test('the globals of the process are left as they are', async context => {
  const { Request: before } = globalThis
  await served(context)
  assert.equal(globalThis.Request, before)
})
