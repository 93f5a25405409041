/** What the client does over several gateways and with many lines, and where it runs. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { Gateways } from '../../src/client/gateways.ts'
import { createClient } from '../../src/client.ts'
import { UnavailableError } from '../../src/errors.ts'
import { errorResponse } from '../../src/gateway/problems.ts'
import { silentLog } from '../../src/runtime.ts'
import { harness, ManualClock } from '../gateway/harness.ts'

const unreachable = () => {
  throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })
}

for (const gone of ['a', 'b'] as const) {
  test(`of two gateways the one that is there is watched when ${gone} is gone, by several at once`, async () => {
    const { gateway, users } = harness()
    const client = createClient({
      url: ['http://a.test', 'http://b.test'],
      fetch: async request =>
        new URL(request.url).hostname.startsWith(gone) ? unreachable() : gateway.fetch(request)
    })
    const ended = new AbortController()
    const { signal } = ended
    const { value: user } = await users.set('ada', { status: 'ONLINE' })
    const first = Array.from({ length: 3 }, async () => {
      for await (const event of client.watch({ since: 'reset', signal }))
        if (event.type === 'put') return event
      return undefined
    })
    for (const event of await Promise.all(first)) assert.equal(event?.version, user.version)
    ended.abort()
  })
}

test('a refusal of a write is not put in doubt by a try that has no time left for it', async () => {
  const clock = new ManualClock()
  let tries = 0
  const gateways = new Gateways({
    urls: ['http://a.test'],
    token: async () => undefined,
    timeoutMs: 10_000,
    clock,
    async fetch(request) {
      tries++
      clock.advance(7_000) // the deadline of a second try would end it here
      request.signal.throwIfAborted()
      return errorResponse(new UnavailableError('no leader'), {
        requestId: 'r',
        arrivedMs: 0,
        log: silentLog,
        url: new URL(request.url),
        signal: request.signal
      })
    }
  })
  let settled = false
  const called = gateways
    .call({ method: 'PUT', path: '/v1/users/ada', body: '{}' }, async () => undefined)
    .finally(() => {
      settled = true
    })
  const refused = assert.rejects(called, { name: 'UnavailableError' })
  while (!settled) {
    await new Promise(resolve => setImmediate(resolve))
    if (clock.pending > 1) clock.advance(100) // it pauses before another try
  }
  await refused
  assert.equal(tries, 1)
})

test('of lines about one user the last one counts, in whichever batches they go out', async () => {
  const { gateway, users } = harness()
  const under = new Set<string>()
  const client = createClient({
    url: 'http://a.test',
    async fetch(request) {
      const ids = (await request.clone().text())
        .split('\n')
        .flatMap(line => (line === '' ? [] : JSON.parse(line).id))
      for (const id of ids) assert.ok(!under.has(id), `${id} is on its way in another batch`)
      for (const id of ids) under.add(id)
      await new Promise(resolve => setImmediate(resolve))
      const response = await gateway.fetch(request)
      const body = await response.text()
      for (const id of ids) under.delete(id)
      return new Response(body, response)
    }
  })
  const lines = Array.from({ length: 1_000 }, (_, n) => ({
    id: n % 190 === 5 ? 'ada' : `user-${n}`,
    status: 'ONLINE' as const,
    profile: { n }
  }))
  let results = 0
  for await (const { line, result } of client.import(lines)) {
    assert.equal(line, ++results)
    assert.notEqual(result, 'failed')
  }
  assert.equal(results, lines.length)
  assert.deepEqual((await users.get('ada')).value?.profile, { n: 955 })
})

test('the client works where there is no Symbol.dispose, as in many browsers', async () => {
  const child = spawn(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', '--input-type=module', '--eval', IN_A_BARE_REALM],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  let said = ''
  child.stdout.on('data', chunk => (said += chunk))
  const [code] = await once(child, 'close')
  assert.deepEqual([code, said], [0, 'ada\n'])
})

/** The modules in a realm that has what a browser gives them and nothing of Node. */
const IN_A_BARE_REALM = `
import { readFile } from 'node:fs/promises'
import vm from 'node:vm'
const { AbortController, AbortSignal, Headers, Request, Response, TextDecoder, TextEncoder, URL, URLSearchParams, crypto, performance, setTimeout, clearTimeout, queueMicrotask } = globalThis
const fetch = async () => new Response(JSON.stringify({ id: 'ada' }), { headers: { 'content-type': 'application/json' } })
const context = vm.createContext({ AbortController, AbortSignal, Headers, Request, Response, TextDecoder, TextEncoder, URL, URLSearchParams, crypto, performance, setTimeout, clearTimeout, queueMicrotask, fetch })
vm.runInContext('for (const name of ["dispose", "asyncDispose"]) if (name in Symbol) delete Symbol[name]', context)
const modules = new Map()
const load = url => {
  if (!modules.has(url)) modules.set(url, readFile(new URL(url), 'utf8').then(text => new vm.SourceTextModule(text, { context, identifier: url })))
  return modules.get(url)
}
const client = await load('${new URL('../../src/client.js', import.meta.url)}')
await client.link((specifier, { identifier }) => load(new URL(specifier, identifier).href))
await client.evaluate()
console.log((await client.namespace.createClient({ url: 'http://a.test' }).get('ada')).id)
`
