/** The door of a real peer: what createPeer refuses before it starts anything, and what it serves. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { checkHttpOptions, type HttpOptions, sendsTokensInClear } from '../../src/gateway/http-options.ts'
import { createPeer } from '../../src/peer.ts'
import { FIRST, SECOND } from '../gateway/certificates.ts'

const TOKEN = 'a'.repeat(22)
const OTHER = 'b'.repeat(22)
const TOKENS = [{ token: TOKEN, scopes: ['read'] }] as const
const LOOPBACK = ['/ip4/127.0.0.1/tcp/0']

describe('HTTP that other machines reach', () => {
  it('is refused without tokens, before anything is started, and the message says what to do', async () => {
    const dataDir = join(tmpdir(), `anillo-never-made-${process.pid}`)
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'db.example.org']) {
      await assert.rejects(createPeer({ listen: LOOPBACK, dataDir, http: { port: 0, host } }), {
        name: 'ConfigurationError',
        message: `Whoever reaches HTTP on ${host} could read and change every user: say who may with --token-file FILE (http.tokens), listen on 127.0.0.1, or accept it with --insecure (http.insecure)`
      })
    }
    assert.ok(!existsSync(dataDir))
  })

  it('is served with tokens, or when it is said to be insecure; on loopback it needs neither', () => {
    const accepted: HttpOptions[] = [
      { port: 0 },
      { port: 0, host: '127.0.0.1' },
      { port: 0, host: '::1' },
      { port: 0, host: 'localhost' },
      { port: 0, host: '0.0.0.0', tokens: TOKENS },
      { port: 0, host: '0.0.0.0', insecure: true }
    ]
    for (const options of accepted) checkHttpOptions(options)
  })

  it('is called unsafe when tokens would go there in the clear', () => {
    assert.ok(sendsTokensInClear({ port: 0, host: '0.0.0.0', tokens: TOKENS }))
    assert.ok(!sendsTokensInClear({ port: 0, host: '0.0.0.0', tokens: TOKENS, tls: FIRST }))
    assert.ok(!sendsTokensInClear({ port: 0, tokens: TOKENS }))
    assert.ok(!sendsTokensInClear({ port: 0, host: '0.0.0.0', insecure: true }))
  })
})

describe('createPeer', () => {
  it('starts nothing when something of http cannot be used', async () => {
    const wrong: [http: Partial<HttpOptions>, says: RegExp][] = [
      [{ tokens: [] }, /nobody could get in/],
      [{ tokens: [{ token: 'short', scopes: ['read'] }] }, /^token 1 has 5 characters/],
      [{ tls: { cert: FIRST.cert, key: SECOND.key } }, /cannot be used/],
      [{ corsOrigins: ['app.example'] }, /is not an origin/],
      [{ rateLimit: 0 }, /A rate limit is over 0/],
      [{ rateLimit: Number.NaN }, /A rate limit is over 0/]
    ]
    for (const [http, message] of wrong) {
      const dataDir = join(tmpdir(), `anillo-never-made-${process.pid}`)
      await assert.rejects(createPeer({ listen: LOOPBACK, dataDir, http: { port: 0, ...http } }), {
        name: 'ConfigurationError',
        message
      })
      assert.ok(!existsSync(dataDir))
    }
  })

  it('serves HTTPS with tokens, and takes others while it runs', async () => {
    await using peer = await createPeer({
      listen: LOOPBACK,
      slots: 8,
      http: { port: 0, tokens: TOKENS, tls: FIRST }
    })
    const ask = (token: string, ca: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const agent = new Agent({ ca, keepAlive: false })
        const headers = { Authorization: `Bearer ${token}` }
        request(`${peer.httpUrl}/v1/peer`, { agent, headers }, answer => {
          answer.resume()
          resolve(answer.statusCode)
        })
          .on('error', reject)
          .end()
      })
    assert.match(peer.httpUrl!, /^https:/)
    assert.deepEqual([await ask(TOKEN, FIRST.cert), await ask(OTHER, FIRST.cert)], [200, 401])
    const mounted = await peer.fetch(new Request('http://any.host/v1/peer'), { address: '10.0.0.1' })
    assert.equal(mounted.status, 401)
    const others = [{ token: OTHER, scopes: ['read'] }] as const
    assert.throws(() => peer.updateHttp({ tokens: others, tls: { ...SECOND, key: FIRST.key } }), {
      name: 'ConfigurationError'
    })
    assert.throws(() => peer.updateHttp({ tokens: [] }), { name: 'ConfigurationError' })
    assert.deepEqual([await ask(TOKEN, FIRST.cert), await ask(OTHER, FIRST.cert)], [200, 401])
    peer.updateHttp({ tokens: others, tls: SECOND })
    assert.deepEqual([await ask(TOKEN, SECOND.cert), await ask(OTHER, SECOND.cert)], [401, 200])
    await assert.rejects(ask(OTHER, FIRST.cert))
  })
})
