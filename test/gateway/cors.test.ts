import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { Cors } from '../../src/gateway/cors.ts'
import { Door } from '../../src/gateway/door.ts'
import { systemClock } from '../../src/runtime.ts'
import { harness } from './harness.ts'

const APP = 'https://app.example'
const TOKEN = 't'.repeat(22)
const PUT = { body: { status: 0 } }

function gatewayFor(origins: string[], { guarded = false } = {}) {
  const tokens = guarded ? [{ token: TOKEN, scopes: ['write', 'admin'] as const }] : undefined
  return harness(systemClock, { cors: new Cors(origins), door: new Door(systemClock, { tokens }) })
}

/** As a browser asks before it sends what a page wants. */
const preflight = (origin: string, method = 'PUT') => ({
  headers: {
    Origin: origin,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': 'authorization,content-type'
  }
})

describe('pages of other origins', () => {
  it('are let in by their origin: preflight, answer and error, and no page of another', async () => {
    const { ask, users } = gatewayFor([APP])
    const asked = await ask('OPTIONS', '/v1/users/7', preflight(APP))
    assert.deepEqual([asked.status, await asked.text()], [204, ''])
    assert.equal(asked.headers.get('access-control-allow-origin'), APP)
    assert.equal(asked.headers.get('access-control-allow-methods'), 'GET, HEAD, PUT, POST, PATCH, DELETE')
    assert.match(
      asked.headers.get('access-control-allow-headers') ?? '',
      /\bAuthorization\b.*\bIdempotency-Key\b/
    )
    assert.equal(asked.headers.get('access-control-max-age'), '600')
    assert.equal(asked.headers.get('vary'), 'Origin')
    const page = { Origin: APP, 'Sec-Fetch-Site': 'cross-site' }
    const put = await ask('PUT', '/v1/users/7', { headers: page, ...PUT })
    const missing = await ask('GET', '/v1/users/8', { headers: page })
    assert.deepEqual([put.status, missing.status, users.writes], [201, 404, 1])
    for (const { headers } of [put, missing]) {
      assert.equal(headers.get('access-control-allow-origin'), APP)
      assert.match(headers.get('access-control-expose-headers') ?? '', /\bETag\b.*\bRing-Owner\b/)
      assert.equal(headers.get('vary'), 'Origin')
    }
    for (const origin of [
      'https://evil.example',
      'http://app.example',
      `${APP}:8443`,
      'null',
      `${APP}.evil.example`
    ]) {
      const refused = await ask('OPTIONS', '/v1/users/7', preflight(origin))
      const change = await ask('PUT', '/v1/users/7', { headers: { Origin: origin }, ...PUT })
      const read = await ask('GET', '/v1/users/7', { headers: { Origin: origin } })
      assert.equal(change.status, 403)
      for (const { headers } of [refused, change, read]) {
        assert.equal(headers.get('access-control-allow-origin'), null, origin)
        assert.equal(headers.get('vary'), 'Origin')
      }
    }
    assert.equal((await ask('GET', '/v1/ring')).headers.get('vary'), 'Origin')
    assert.equal(users.writes, 1)
  })

  it('bring no cookies: credentials are never allowed, whatever the origin', async () => {
    for (const origins of [[APP], ['*']]) {
      const { ask } = gatewayFor(origins, { guarded: true })
      for (const answer of [
        await ask('OPTIONS', '/v1/ring', preflight(APP)),
        await ask('GET', '/v1/ring', { headers: { Origin: APP } })
      ]) {
        assert.equal(answer.headers.get('access-control-allow-origin'), origins[0])
        assert.equal(answer.headers.get('access-control-allow-credentials'), null)
      }
    }
  })

  it('need the token for what they do, but not to ask whether they may; and can read why they were refused', async () => {
    const { ask } = gatewayFor([APP], { guarded: true })
    assert.equal((await ask('OPTIONS', '/v1/users/7', preflight(APP))).status, 204)
    assert.equal((await ask('OPTIONS', '/v1/users/7', preflight('https://evil.example'))).status, 401)
    const refused = await ask('PUT', '/v1/users/7', { headers: { Origin: APP }, ...PUT })
    assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [401, APP])
    const headers = { Origin: APP, 'Sec-Fetch-Site': 'cross-site', Authorization: `Bearer ${TOKEN}` }
    assert.equal((await ask('PUT', '/v1/users/7', { headers, ...PUT })).status, 201)
  })

  it('may with * read wherever they are from, and change only what needs a token', async () => {
    const open = gatewayFor(['*'])
    const headers = { Origin: 'https://any.example', 'Sec-Fetch-Site': 'cross-site' }
    const read = await open.ask('GET', '/v1/ring', { headers })
    assert.deepEqual([read.status, read.headers.get('access-control-allow-origin')], [200, '*'])
    assert.equal((await open.ask('POST', '/v1/peer/leave', { headers })).status, 403)
    assert.equal(open.ring.leaving, false)
    const guarded = gatewayFor(['*'], { guarded: true })
    const authorised = { ...headers, Authorization: `Bearer ${TOKEN}` }
    assert.equal((await guarded.ask('PUT', '/v1/users/7', { headers: authorised, ...PUT })).status, 201)
  })

  it('are told nothing where no origin was named', async () => {
    const { ask } = gatewayFor([])
    const asked = await ask('OPTIONS', '/v1/users/7', preflight(APP))
    assert.deepEqual(
      [asked.status, asked.headers.get('allow')],
      [204, 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS']
    )
    const names = [...asked.headers.keys()]
    assert.ok(!names.some(name => name === 'vary' || name.startsWith('access-control-')), names.join())
  })

  it('may send and see every header that the reference lists', async () => {
    const reference = await readFile(new URL('../../../docs/http.md', import.meta.url), 'utf8')
    const listed = (title: string) => {
      const section = reference.split(`## ${title}\n`)[1]!.split('\n## ')[0]!
      return [...section.matchAll(/^\| `([A-Za-z-]+)[:`]/gm)].map(row => row[1]!.toLowerCase())
    }
    const { ask } = gatewayFor([APP])
    const { headers } = await ask('OPTIONS', '/v1/users/7', preflight(APP))
    const names = (header: string) => (headers.get(header) ?? '').toLowerCase().split(', ')
    const sent = listed('Headers of requests')
    const seen = listed('Headers of answers').filter(name => name !== 'cache-control' && name !== 'vary') // these any page may read, or none needs
    assert.ok(sent.length > 5 && seen.length > 8)
    for (const name of sent) assert.ok(names('access-control-allow-headers').includes(name), name)
    for (const name of seen) assert.ok(names('access-control-expose-headers').includes(name), name)
  })

  it('have an origin as browsers send it, or the peer does not start', () => {
    for (const origin of [
      '',
      'app.example',
      `${APP}/`,
      `${APP}/page`,
      'https://APP.example',
      `${APP}:443`,
      'null',
      'file://',
      'https://*.example',
      'ftp://app.example'
    ]) {
      assert.throws(
        () => new Cors([origin]),
        { name: 'ConfigurationError', message: /is not an origin as browsers send it: give/ },
        origin
      )
    }
    assert.throws(() => new Cors([`${APP}/page`]), { message: /as in https:\/\/app\.example, or \*$/ })
  })
})
