import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { type TestContext, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { HTTP_HEADER_BYTES_MAX } from '../../src/constants.ts'
import { type GatewayServer, serve } from '../../src/gateway/server.ts'
import { silentLog } from '../../src/runtime.ts'
import { FIRST, SECOND } from './certificates.ts'
import { type Harness, harness } from './harness.ts'

interface Served extends Harness {
  readonly server: GatewayServer
  readonly port: number
}

async function served(context: TestContext): Promise<Served> {
  const made = harness()
  const server = await serve({
    gateway: made.gateway,
    host: '127.0.0.1',
    port: 0,
    tls: FIRST,
    log: silentLog
  })
  context.after(() => server.close({ signal: AbortSignal.abort() }))
  return { ...made, server, port: Number(new URL(server.url).port) }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Asks whoever shows `cert`, on a connection of its own. Rejects when another certificate is shown. */
async function ask(url: string, cert: string, method = 'GET', body = ''): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' }
  const asking = request(url, { method, ca: cert, agent: false, headers })
  asking.end(body)
  const [answer] = await once(asking, 'response')
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  return { status: answer.statusCode, headers: answer.headers, text }
}

async function shaken(context: TestContext, port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca: FIRST.cert })
  socket.on('error', () => {})
  context.after(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

async function received(socket: TLSSocket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  await once(socket, 'close')
  return text
}

test('the same answers over TLS, under an https URL', async context => {
  const { server, users } = await served(context)
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/)
  const put = await ask(`${server.url}/v1/users/7`, FIRST.cert, 'PUT', '{"status":0}')
  assert.equal(put.status, 201)
  assert.equal(put.headers.location, '/v1/users/7')
  assert.equal(JSON.parse((await ask(`${server.url}/v1/users/7`, FIRST.cert)).text).status, 'ONLINE')
  assert.equal(users.writes, 1)
  await assert.rejects(ask(`${server.url}/v1/users/7`, SECOND.cert), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})

test('another certificate is shown from one connection to the next, and an unusable one leaves the old', async context => {
  const { server, port } = await served(context)
  const kept = await shaken(context, port)
  server.changeTls(SECOND)
  assert.equal((await ask(`${server.url}/livez`, SECOND.cert)).status, 200)
  await assert.rejects(ask(`${server.url}/livez`, FIRST.cert))
  for (const wrong of [
    { ...FIRST, key: SECOND.key },
    { ...FIRST, cert: 'none' },
    { cert: '', key: '' }
  ]) {
    assert.throws(() => server.changeTls(wrong), {
      name: 'ConfigurationError',
      message: /^The TLS certificate and key cannot be used \(.+\): give both in PEM/
    })
  }
  assert.equal((await ask(`${server.url}/livez`, SECOND.cert)).status, 200)
  kept.write('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  assert.match(await received(kept), /^HTTP\/1\.1 200 .*ok\n$/s)
})

test('a certificate and a key that do not belong together are a ConfigurationError before anything listens', async () => {
  const { gateway } = harness()
  const tls = { cert: FIRST.cert, key: SECOND.key }
  await assert.rejects(serve({ gateway, host: '127.0.0.1', port: 0, tls, log: silentLog }), {
    name: 'ConfigurationError',
    message: /the certificate that was made for this key/
  })
})

test('a server without TLS takes no certificate while it runs', async context => {
  const { gateway } = harness()
  const server = await serve({ gateway, host: '127.0.0.1', port: 0, log: silentLog })
  context.after(() => server.close({ signal: AbortSignal.abort() }))
  assert.throws(() => server.changeTls(FIRST), {
    name: 'ConfigurationError',
    message: /start the peer again/
  })
})

test('the bounds hold behind TLS too: headers, garbage', async context => {
  const { port } = await served(context)
  const large = await shaken(context, port)
  large.write(`GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(HTTP_HEADER_BYTES_MAX)}\r\n\r\n`)
  assert.match(await received(large), /^HTTP\/1\.1 431 .*urn:anillo:error:too-large/s)
  const garbage = await shaken(context, port)
  garbage.write('garbage\r\n\r\n')
  assert.match(await received(garbage), /^HTTP\/1\.1 400 .*urn:anillo:error:invalid-request/s)
})

test('who speaks no TLS is cut off, and the others are served on', async context => {
  const { server, port, errors } = await served(context)
  const plain = connectPlain(port, '127.0.0.1')
  context.after(() => plain.destroy())
  plain.on('error', () => {})
  plain.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(plain, 'close')
  assert.equal((await ask(`${server.url}/livez`, FIRST.cert)).status, 200)
  assert.equal(errors.length, 0)
})

test('close finishes what is in flight, and waits for nobody who has not shaken hands or says nothing', async context => {
  const { server, port, users } = await served(context)
  let go = () => {}
  users.gate = new Promise<void>(resolve => {
    go = resolve
  })
  const busy = await shaken(context, port)
  busy.write(
    'PUT /v1/users/7 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"status":0}'
  )
  while (users.calls < 1) await new Promise(next => setImmediate(next))
  const unshaken = connectPlain(port, '127.0.0.1')
  context.after(() => unshaken.destroy())
  unshaken.on('error', () => {})
  await once(unshaken, 'connect')
  const silent = await shaken(context, port)
  const closed = server.close()
  await Promise.all([received(silent), once(unshaken, 'close')])
  const answer = received(busy)
  go()
  assert.match(await answer, /^HTTP\/1\.1 201 .*Connection: close/is)
  await closed
})
