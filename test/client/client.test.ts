import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Client, createClient } from '../../src/client.ts'
import {
  BusyError,
  ConflictError,
  ERROR_KINDS,
  type ErrorName,
  errorByName,
  problemType,
  UnavailableError
} from '../../src/errors.ts'
import { HTTP_ERRORS } from '../../src/gateway/problems.ts'
import { serve } from '../../src/gateway/server.ts'
import { silentLog } from '../../src/runtime.ts'
import { type Harness, harness } from '../gateway/harness.ts'

function direct(): Harness & { client: Client } {
  const made = harness()
  return {
    ...made,
    client: createClient({ url: 'http://gateway.test', fetch: request => made.gateway.fetch(request) })
  }
}

async function served(context: TestContext): Promise<Harness & { url: string }> {
  const made = harness()
  const server = await serve({ gateway: made.gateway, host: '127.0.0.1', port: 0, log: silentLog })
  context.after(() => server.close({ signal: AbortSignal.abort() }))
  return { ...made, url: server.url }
}

/** Where nobody listens any more. */
async function goneUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

const GATEWAYS = ['http://a.test', 'http://b.test', 'http://c.test']

/** A client over three gateways whose answers a test decides; `asked` tells who was asked, with which key. */
function scripted(
  answer: (host: string, request: Request, asked: number) => Promise<Response> | Response,
  timeoutMs = 5_000
) {
  const asked: { host: string; key: string | null }[] = []
  const client = createClient({
    url: GATEWAYS,
    timeoutMs,
    async fetch(request) {
      const host = new URL(request.url).hostname.slice(0, 1)
      asked.push({ host, key: request.headers.get('idempotency-key') })
      return answer(host, request, asked.length)
    }
  })
  return { client, asked, hosts: () => asked.map(({ host }) => host).join('') }
}

async function acts(client: Client): Promise<void> {
  assert.equal(await client.get('a/b 😀'), undefined)
  const made = await client.set(
    'a/b 😀',
    { status: 'ONLINE', profile: { name: 'Ada', x: 1 } },
    { ifAbsent: true }
  )
  assert.deepEqual(await client.get('a/b 😀', { consistency: 'stale' }), made)
  const patched = await client.patch(
    'a/b 😀',
    { status: 3, profile: { x: null } },
    { ifVersion: made.version }
  )
  assert.deepEqual([patched.status, patched.profile], ['BUSY', { name: 'Ada' }])
  await assert.rejects(
    client.set('a/b 😀', { status: 0 }, { ifVersion: made.version }),
    (error: ConflictError) => {
      assert.ok(error instanceof ConflictError)
      assert.deepEqual(error.current, patched)
      return true
    }
  )
  await assert.rejects(client.patch('nobody', { status: 0 }), { name: 'NotFoundError' })
  assert.equal(await client.delete('a/b 😀'), true)
  assert.equal(await client.delete('a/b 😀'), false)
  assert.equal((await client.ring()).slots, 256)
  assert.deepEqual((await client.lookup('7')).hops, [])
  assert.equal((await client.lookup('7', { trace: true })).hops.length, 1)
  assert.equal((await client.peer()).state, 'normal')
}

test('the client is the Users interface over a gateway, without a socket', async () => {
  await acts(direct().client)
})

test('the client is the Users interface over a gateway, through a socket', async context => {
  await acts(createClient({ url: (await served(context)).url }))
})

test('an error comes back as the class that the gateway named', async () => {
  const { client, users } = direct()
  const passing = ['NotFoundError', 'TooManyRequestsError']
  const final = HTTP_ERRORS.filter(name => ERROR_KINDS[name].status < 500 && !passing.includes(name))
  for (const name of final) {
    users.failure = errorByName(name, 'what to do', {
      limit: 7,
      issues: [{ path: 'status', message: 'bad' }]
    })
    await assert.rejects(client.get('7'), (error: Error & { limit?: number; issues?: unknown }) => {
      assert.ok(error instanceof errorByName(name as ErrorName, '').constructor)
      assert.deepEqual([error.name, error.message, error.limit], [name, 'what to do', 7])
      assert.deepEqual(error.issues, [{ path: 'status', message: 'bad' }])
      return true
    })
  }
})

test('a write that was not answered is in doubt, whatever the next gateway refuses it for, unless a leader says so', async () => {
  const saidByLeader = ['ConflictError', 'NotFoundError', 'IdempotencyKeyReusedError', 'OperationTooOldError']
  for (const name of HTTP_ERRORS.filter(name => ERROR_KINDS[name].status < 500)) {
    const { client } = scripted(host => {
      if (host === 'a') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } })
      const problem = { type: problemType(name), detail: 'what to do' }
      const headers = { 'content-type': 'application/problem+json', 'retry-after': '0' }
      return new Response(JSON.stringify(problem), { status: ERROR_KINDS[name].status, headers })
    })
    await assert.rejects(client.set('7', { status: 0 }), {
      name: saidByLeader.includes(name) ? name : 'OutcomeUnknownError'
    })
  }
})

test('what a URL or a header cannot hold is refused before anything is sent', async () => {
  const { client, users } = direct()
  for (const id of ['', 'x'.repeat(257), 'a\nb', '\ud800', '.', '..']) {
    await assert.rejects(client.get(id), { name: 'InvalidUserError' })
    await assert.rejects(client.lookup(id), { name: 'InvalidUserError' })
  }
  await assert.rejects(client.set('7', { status: 0 }, { ifVersion: '1"\r\nX: y' }), {
    name: 'InvalidRequestError'
  })
  await assert.rejects(client.set('7', { status: 0 }, { idempotencyKey: 'a\nb' }), {
    name: 'InvalidRequestError'
  })
  await assert.rejects(client.set('7', { status: 0, profile: { x: 1n } }), TypeError)
  assert.equal(users.calls, 0)
  for (const url of ['', 'x', 'ftp://x', 'http://x/?a', 'http://u:p@x/', []]) {
    assert.throws(() => createClient({ url }), { name: 'ConfigurationError' })
  }
})

test('a base URL may have a path, with or without a slash at its end', async () => {
  for (const url of ['http://gateway.test/anillo', 'http://gateway.test/anillo/']) {
    let asked = ''
    const client = createClient({
      url,
      fetch: async request => {
        asked = request.url
        return Response.json({})
      }
    })
    await client.get('7')
    assert.equal(asked, 'http://gateway.test/anillo/v1/users/7')
  }
})

test('when a gateway is gone the next is asked, and the one that answered is asked first from then on', async context => {
  const alive = await served(context)
  const gone = await goneUrl()
  let tries = 0
  const client = createClient({
    url: [gone, alive.url],
    fetch: request => {
      tries++
      return fetch(request)
    }
  })
  assert.equal((await client.set('7', { status: 0 })).version, '1.1')
  assert.equal(tries, 2)
  assert.equal((await client.get('7'))?.status, 'ONLINE')
  assert.equal(tries, 3)
  await assert.rejects(createClient({ url: gone }).set('7', { status: 0 }), {
    name: 'UnavailableError',
    message: /cannot be reached: .*ECONNREFUSED/
  })
})

test('a token goes with every try of a call, and a function is asked once for each', async () => {
  const sent: (string | null)[] = []
  let given = 0
  const fetch = async (request: Request) => {
    sent.push(request.headers.get('authorization'))
    return sent.length === 1 ? problem(503, 'unavailable') : Response.json({ id: '7' })
  }
  const options = { url: GATEWAYS, fetch }
  await createClient({ ...options, token: 'abc' }).set('7', { status: 0 })
  const changing = createClient({ ...options, token: async () => `t${++given}` })
  await changing.get('7')
  await changing.peer()
  await createClient(options).get('7')
  assert.deepEqual(sent, ['Bearer abc', 'Bearer abc', 'Bearer t1', 'Bearer t2', null])
})

test('what a header could not hold is no token, and the message does not repeat it', async () => {
  for (const token of ['', 'a secret', 'secret\r\nX: y', 'sécret']) {
    const says = (error: Error) =>
      error.name === 'ConfigurationError' && !error.message.includes(token || ' : ')
    assert.throws(() => createClient({ url: GATEWAYS, token }), says)
    const client = createClient({ url: GATEWAYS, token: () => token, fetch: () => assert.fail() })
    await assert.rejects(client.get('7'), says)
  }
})

test('all tries of one write carry the same idempotency key, so an answer that is lost is not a second write', async () => {
  const { gateway, users } = harness()
  const { client, asked } = scripted(async (_host, request, count) => {
    const response = await gateway.fetch(request)
    if (count === 1) throw new TypeError('the connection was reset')
    return response
  })
  const user = await client.set('7', { status: 0 }, { ifAbsent: true })
  assert.equal(users.writes, 1)
  assert.equal(users.rows.get('7')?.version, user.version)
  assert.equal(asked.length, 2)
  assert.match(asked[0]!.key!, /^[0-9a-f]{32}$/)
  assert.equal(asked[0]!.key, asked[1]!.key)
  await client.set('7', { status: 0 })
  assert.notEqual(asked[2]!.key, asked[0]!.key)
  await client.set('7', { status: 0 }, { idempotencyKey: 'mine' })
  assert.equal(asked[3]!.key, 'mine')
})

test('a repeated write tells how long ago it was first sent, as soon as it may have arrived', async () => {
  const ages: (string | null)[] = []
  const { client } = scripted((_host, request, count) => {
    ages.push(request.headers.get('idempotency-age'))
    if (count === 1) return problem(503, 'unavailable')
    if (count === 2) throw new TypeError('reset')
    return Response.json({ id: '7' })
  })
  await client.set('7', { status: 0 })
  assert.deepEqual(ages, [null, null, '1'])
  await client.set('7', { status: 0 }, { idempotencyKey: 'mine', ageMs: 61_500 })
  assert.equal(ages[3], '62')
  await client.get('7')
  assert.equal(ages[4], null)
  await assert.rejects(client.delete('7', { ageMs: -1 }), { name: 'InvalidRequestError' })
})

test('what is too old to be repeated is said, and not tried elsewhere', async () => {
  const { client, hosts } = scripted(() => problem(409, 'operation-too-old'))
  await assert.rejects(client.set('7', { status: 0 }, { ageMs: 400_000 }), { name: 'OperationTooOldError' })
  assert.equal(hosts(), 'a')
})

test('a stale read is answered where a strong one is not', async () => {
  const { client, users } = direct()
  await client.set('7', { status: 0 })
  users.withoutMajority = new UnavailableError('No majority', { retryAfterMs: 60_000 })
  await assert.rejects(client.get('7'), UnavailableError)
  assert.equal((await client.get('7', { consistency: 'stale' }))?.id, '7')
})

const PROBLEM = { 'Content-Type': 'application/problem+json' }
function problem(status: number, type: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ type: `urn:anillo:error:${type}`, detail: type })
  return new Response(body, { status, headers: { ...PROBLEM, ...headers } })
}

test('503 asks the others, then waits as Retry-After says; tries are bounded', async () => {
  const started = performance.now()
  const { client, hosts } = scripted((_host, _request, count) =>
    count < 5 ? problem(503, 'unavailable', { 'Retry-After': '1' }) : Response.json({ id: '7' })
  )
  assert.equal((await client.get('7'))?.id, '7')
  assert.equal(hosts(), 'abcab')
  assert.ok(performance.now() - started >= 990)
  const never = scripted(() => problem(503, 'busy'))
  await assert.rejects(never.client.set('7', { status: 0 }), BusyError)
  assert.equal(never.hosts(), 'abcabcabc')
})

test('429 asks the others too: nothing was done, and a limit is of one gateway', async () => {
  const { client, hosts } = scripted(host =>
    host === 'c' ? Response.json({ id: '7' }) : problem(429, 'too-many-requests', { 'Retry-After': '1' })
  )
  assert.equal((await client.set('7', { status: 0 })).id, '7')
  assert.equal(hosts(), 'abc')
})

test('a Retry-After beyond the deadline is not waited for', async () => {
  const started = performance.now()
  const { client, hosts } = scripted(() => problem(503, 'unavailable', { 'Retry-After': '60' }))
  await assert.rejects(client.get('7'), UnavailableError)
  assert.equal(hosts(), 'abc')
  assert.ok(performance.now() - started < 1_000)
})

test('a write that may have arrived stays outcome-unknown whatever later tries say, unless one is answered', async () => {
  const lost = scripted((_host, _request, count) => {
    if (count === 1) throw new TypeError('reset')
    return problem(503, 'unavailable')
  })
  await assert.rejects(lost.client.set('7', { status: 0 }), {
    name: 'OutcomeUnknownError',
    message: /same idempotencyKey/
  })
  const told = scripted((_host, _request, count) =>
    count === 1 ? problem(504, 'outcome-unknown') : problem(412, 'conflict')
  )
  await assert.rejects(told.client.delete('7'), ConflictError)
  const proxy = scripted(
    () => new Response('<html>', { status: 502, headers: { 'Content-Type': 'text/html' } })
  )
  await assert.rejects(proxy.client.delete('7'), { name: 'OutcomeUnknownError' })
  await assert.rejects(proxy.client.get('7'), { name: 'UnavailableError', message: /it answered 502/ })
})

test('one gateway that hangs leaves time for the next; when all hang the call ends at its deadline', async () => {
  const hang = () => new Promise<Response>(() => {})
  const one = scripted((host: string) => (host === 'a' ? hang() : Response.json({ id: '7' })), 200)
  assert.equal((await one.client.get('7'))?.id, '7')
  const all = scripted(hang, 100)
  await assert.rejects(all.client.get('7'), { name: 'TimeoutError' })
  await assert.rejects(all.client.set('7', { status: 0 }), { name: 'OutcomeUnknownError' })
})

test('the signal of a call ends it with its reason', async () => {
  const { client } = scripted(() => new Promise(() => {}))
  const controller = new AbortController()
  const reason = new Error('enough')
  const call = client.get('7', { signal: controller.signal })
  controller.abort(reason)
  await assert.rejects(call, reason)
  await assert.rejects(client.set('7', { status: 0 }, { signal: AbortSignal.abort(reason) }), reason)
  const thrown = await client.get('7', { signal: AbortSignal.abort(null) }).catch(error => error)
  assert.equal(thrown, null)
})

test('a server that is no gateway is never taken for an absent user', async context => {
  const server = createServer((_request, response) =>
    response.writeHead(404, { 'Content-Type': 'text/html' }).end('no')
  ).listen(0, '127.0.0.1')
  context.after(() => server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const message = /answered 404 with text\/html: is an anillo gateway there\?/
  await assert.rejects(createClient({ url }).get('7'), { name: 'ConfigurationError', message })
  const made = harness()
  const wrong = createClient({
    url: 'http://gateway.test/wrong',
    fetch: request => made.gateway.fetch(request)
  })
  await assert.rejects(wrong.get('7'), { name: 'UnknownPathError' })
  const page = createClient({
    url,
    fetch: async () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })
  })
  await assert.rejects(page.get('7'), { name: 'ConfigurationError' })
})

test('an import whose answer ends too early is sent again, with its key, and told whole', async () => {
  const { gateway, users } = harness()
  const keys: (string | null)[] = []
  const breaking = async (request: Request) => {
    keys.push(request.headers.get('idempotency-key'))
    const response = await gateway.fetch(request)
    if (keys.length > 1) return response
    const text = await response.text()
    return new Response(text.slice(0, text.indexOf('\n') + 9), response)
  }
  const client = createClient({ url: 'http://gateway.test', fetch: breaking })
  const items = ['a', 'b', 'c'].map(id => ({ id, status: 'ONLINE' as const }))
  const results: string[] = []
  for await (const { line, id, result } of client.import(items)) results.push(`${line} ${id} ${result}`)
  assert.deepEqual(results, ['1 a created', '2 b created', '3 c created'])
  assert.deepEqual([users.writes, keys.length, keys[0] === keys[1]], [3, 2, true])
})

test('the client and all that it imports run in a browser: no package, no module of Node', async () => {
  const seen = new Set<string>()
  const visit = async (url: URL): Promise<void> => {
    if (seen.has(url.href)) return
    seen.add(url.href)
    const source = await readFile(url, 'utf8')
    for (const [, specifier = ''] of source.matchAll(/^(?:import|export)\s(?:[^;]*?from )?'([^']+)'/gm)) {
      assert.match(specifier, /^\.\.?\//, `${url.pathname} imports ${specifier}`)
      await visit(new URL(specifier, url))
    }
    assert.doesNotMatch(source, /\bprocess\.|\bBuffer\.|\brequire\(/, url.pathname)
  }
  await visit(new URL('../../src/client.js', import.meta.url))
  assert.ok(seen.size >= 6, [...seen].join(' '))
})
