import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fakeGateway, problem } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'
import { ada, anillo, found, holding, notFound, ok } from './http-command.ts'
import { until } from './until.ts'

describe('anillo users heartbeat', () => {
  const presence = { id: '7', status: 'ONLINE', version: '3.41', expiresAt: '2026-11-22T10:05:30.000Z' }
  const renewed = { ...presence, result: 'renewed' }
  const answers = (...items: object[]) => ({ 'POST /v1/users:heartbeat': ok({ items }) })

  it('renews leases and says until when they last', async () => {
    const { code, out, asked } = await anillo(['users', 'heartbeat', '7', '--ttl', '30s'], answers(renewed))
    assert.equal(code, 0)
    assert.equal(out, 'ID   STATUS   EXPIRES\n7    ONLINE   2026-11-22T10:05:30.000Z\n')
    assert.deepEqual(JSON.parse(asked[0]!.body), { ids: ['7'], ttl: '30s' })
  })

  it('renews the others when one is unknown, has no lease or cannot be reached, and exits 3, 4 or 5', async () => {
    const failed = { result: 'failed', error: 'UnavailableError', detail: 'no majority' }
    for (const [code, of, said] of [
      [3, { result: 'missing' }, /no user "8"/],
      [4, { result: 'no-lease' }, /user "8" has no lease/],
      [5, failed, /user "8" .*UnavailableError: no majority/]
    ] as const) {
      const args = ['users', 'heartbeat', '8', '7', '--ttl', '1m', '-o', 'json']
      const outcome = await anillo(args, answers({ id: '8', ...of }, renewed))
      assert.equal(outcome.code, code)
      assert.deepEqual(JSON.parse(outcome.out), presence)
      assert.match(outcome.err, said)
    }
  })

  it('sends a thousand at a time', async () => {
    const ids = Array.from({ length: 1_001 }, (_, at) => `u${at}`)
    const { code, asked } = await anillo(['users', 'heartbeat', ...ids, '--ttl', '1m'], answers(renewed))
    assert.equal(code, 0)
    assert.deepEqual(
      asked.map(({ body }) => JSON.parse(body).ids),
      [ids.slice(0, 1_000), ids.slice(1_000)]
    )
  })

  it('refuses what is no duration, and none', async () => {
    for (const more of [[], ['--ttl', '30']]) {
      const { code, asked } = await anillo(['users', 'heartbeat', '7', ...more], answers(renewed))
      assert.deepEqual([code, asked], [2, []])
    }
  })
})

describe('anillo users watch', () => {
  const lines = [
    { type: 'begin', cursor: 'c0' },
    { type: 'put', slot: 1, id: '7', version: '3.41', user: ada },
    { type: 'delete', slot: 1, id: '7', version: '3.42' },
    { type: 'reset', slot: 1, cursor: 'c1' }
  ]
  const body = lines.map(each => JSON.stringify(each)).join('\n')
  const feed = { headers: { 'Content-Type': 'application/x-ndjson' }, body: `${body}\n\n` }

  it('prints what happens until it is stopped, and goes on where it was when the gateway was gone', async () => {
    await using gateway = await fakeGateway(() => feed)
    const { code, terminal } = runAnillo(['users', 'watch', 'a/b,c'], undefined, { ANILLO_URL: gateway.url })
    await until(() => gateway.asked.length > 1)
    terminal.send('SIGINT')
    assert.equal(await code, 130)
    assert.equal(
      terminal.printed.out.split('\n').slice(0, 3).join('\n'),
      `put      3.41      7  ONLINE
delete   3.42      7
reset    slot 1: changes may be missing; its users follow`
    )
    const [first, second] = gateway.asked.map(({ path }) => new URL(path, gateway.url).searchParams)
    assert.deepEqual([first!.get('since'), first!.get('ids')], ['now', 'a%2Fb%2Cc'])
    assert.equal(second!.get('since'), 'c1')
  })

  it('ends with the reason that the gateway gives for refusing it', async () => {
    const { code, err } = await anillo(['users', 'watch', '--since', 'x'], {
      'GET /v1/changes?since=x': problem(400, 'invalid-request', 'This cursor is none')
    })
    assert.equal(code, 2)
    assert.match(err, /This cursor is none/)
  })
})

describe('anillo users get', () => {
  it('prints a table', async () => {
    const { code, out, err } = await anillo(['users', 'get', '7'], found)
    assert.deepEqual([code, err], [0, ''])
    assert.equal(
      out,
      `ID   STATUS   VERSION   UPDATED                    PROFILE
7    ONLINE   3.41      2026-11-22T10:05:00.000Z   {"name":"Ada"}
`
    )
  })

  it('prints one line of JSON for each user, whole', async () => {
    const { code, out } = await anillo(['users', 'get', '7', '7', '-o', 'json'], found)
    assert.equal(code, 0)
    assert.deepEqual(
      out
        .trimEnd()
        .split('\n')
        .map(text => JSON.parse(text)),
      [ada, ada]
    )
  })

  it('exits 3 when one is missing, having printed the others', async () => {
    const { code, out, err } = await anillo(['users', 'get', '8', '7', '-o', 'json'], holding([ada], ['8']))
    assert.equal(code, 3)
    assert.deepEqual(JSON.parse(out), ada)
    assert.match(err, /^1 user not found: 8\n {2}→ /)
  })

  it('asks for many in few requests, and again for those that an answer had no room for', async () => {
    const ids = Array.from({ length: 1_200 }, (_, at) => `u${at}`)
    await using gateway = await fakeGateway((_, { body }) => {
      const { ids } = JSON.parse(body) as { ids: string[] }
      const items = ids.slice(0, 700).map(id => ({ ...ada, id }))
      return ok({ items, missing: [], unread: ids.slice(700) })
    })
    const { code, terminal } = runAnillo(['users', 'get', ...ids, '-o', 'json', '-u', gateway.url])
    assert.equal(await code, 0)
    const printed = terminal.printed.out.trimEnd().split('\n')
    assert.deepEqual(
      printed.map(text => JSON.parse(text).id),
      ids
    )
    assert.equal(gateway.asked.length, 3)
  })

  it('asks a majority, or with --stale any peer that keeps the user', async () => {
    const stale = holding([ada], [], 'stale')
    assert.equal((await anillo(['users', 'get', '7'], found)).code, 0)
    const { code, out } = await anillo(['users', 'get', '7', '--stale', '-o', 'json'], stale)
    assert.deepEqual([code, JSON.parse(out)], [0, ada])
  })

  it('does not take the word of one peer for it that there is no such user', async () => {
    const { code, err } = await anillo(['users', 'get', '8', '--stale'], holding([], ['8'], 'stale'))
    assert.equal(code, 3)
    assert.match(err, /^1 user not found: 8\n {2}→ ask without --stale/)
  })

  it('asks for any id', async () => {
    const { asked } = await anillo(['users', 'get', 'a/b?ñ', '..'], {})
    assert.deepEqual(JSON.parse(asked[0]!.body), { ids: ['a/b?ñ', '..'] })
  })
})

describe('anillo users set', () => {
  const set = (...args: string[]) => anillo(['users', 'set', '7', ...args], { 'PUT /v1/users/7': ok(ada) })

  it('takes a status by name in any case, or by number', async () => {
    for (const status of ['AWAY', 'away', '2']) {
      const { code, out, asked } = await set(status)
      assert.equal(code, 0)
      assert.deepEqual(JSON.parse(asked[0]!.body), { status: 'AWAY' })
      assert.match(out, /^7 +ONLINE +3\.41/m)
    }
  })

  it('sends the profile and the conditions', async () => {
    const absent = await set('ONLINE', '--if-absent', '--profile', '{"name":"Ada"}')
    assert.deepEqual(JSON.parse(absent.asked[0]!.body), { status: 'ONLINE', profile: { name: 'Ada' } })
    assert.equal(absent.asked[0]!.headers['if-none-match'], '*')
    const version = await set('ONLINE', '--if-version', '3.41')
    assert.equal(version.asked[0]!.headers['if-match'], '"3.41"')
  })

  for (const [args, says] of [
    [['GONE'], /A status is one of ONLINE \(0\), OFFLINE \(1\), AWAY \(2\), BUSY \(3\)/],
    [['9'], /A status is one of/],
    [['ONLINE', '--profile', '[]'], /A profile is a JSON object/],
    [['ONLINE', '--profile', '{'], /--profile/],
    [['ONLINE', '--if-absent', '--if-version', '1'], /cannot both hold/],
    [[], /missing required argument 'status'/]
  ] as const) {
    it(`refuses ${JSON.stringify(args)} before anything is sent, with exit 2`, async () => {
      const { code, err, asked } = await set(...args)
      assert.deepEqual([code, asked.length], [2, 0])
      assert.match(err, says)
      assert.match(err, /→ see `anillo users set --help`/)
    })
  }
})

describe('anillo users delete', () => {
  it('deletes, conditionally when asked to', async () => {
    const { code, out, asked } = await anillo(['users', 'delete', '7', '--if-version', '3.41'], {
      'DELETE /v1/users/7': { status: 204 }
    })
    assert.deepEqual([code, out], [0, 'deleted 7\n'])
    assert.equal(asked[0]!.headers['if-match'], '"3.41"')
  })

  it('exits 3 when there is no such user', async () => {
    const { code, err } = await anillo(['users', 'delete', '8'], { 'DELETE /v1/users/8': notFound })
    assert.equal(code, 3)
    assert.match(err, /^NotFoundError: There is no user "8"\n {2}→ /)
  })
})
