/** Users, one and many, in a ring of three on libp2p: embedded and over HTTP. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Client, createClient } from '../../src/client.ts'
import type { AnilloPeer } from '../../src/peer.ts'
import { createRing, type TestRing } from '../../src/testing.ts'
import { runAnillo } from '../cli/fake-peer.ts'
import { fakeTerminal } from '../cli/fake-terminal.ts'
import { describeManyUsers } from '../contracts/many-users.ts'
import { describeUsers } from '../contracts/users.ts'
import { describeWatch } from '../contracts/watch.ts'
import { scratchDirectory } from '../storage/scratch.ts'

let ring: TestRing
const peer = (at: number): AnilloPeer => ring.peers[at]!
const client = (at: number): Client =>
  createClient({ url: 'http://gateway.test', fetch: request => peer(at).fetch(request) })

before(async () => {
  ring = await createRing(3)
})
after(() => ring.stop())

describeUsers(
  'a user of the ring, embedded',
  'single',
  () => peer(0).users,
  () => peer(1).users
)
describeUsers(
  'a user of the ring, over HTTP',
  'single-http',
  () => client(0),
  () => client(2)
)

describeManyUsers(
  'users of the ring, embedded',
  'embedded',
  () => peer(0).users,
  () => peer(1).users
)
describeManyUsers(
  'users of the ring, over HTTP',
  'http',
  () => client(0),
  () => client(2)
)

describeWatch(
  'the feed, embedded',
  'feed',
  () => peer(0).users,
  () => peer(1).users
)
describeWatch(
  'the feed, over HTTP',
  'http-feed',
  () => client(0),
  () => client(2)
)

describe('users as files', () => {
  const USERS = 600
  const number = (at: number) => `file-${String(at).padStart(3, '0')}`
  const lines = Array.from({ length: USERS }, (_, at) =>
    JSON.stringify({
      id: number(at),
      status: at % 2 === 0 ? 'ONLINE' : 'BUSY',
      profile: { at, text: 'ñ'.repeat(200) }
    })
  )
  /** What an import makes of a user again; versions and times are new. */
  const content = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
      .map(({ id, status, profile }) => JSON.stringify({ id, status, profile }))
      .toSorted()
  let url: string

  before(async () => {
    url = (await ring.add({ http: { port: 0 } })).httpUrl!
  })

  it('are imported, exported, and imported elsewhere as the same set', async context => {
    const directory = scratchDirectory(context)
    const [given, taken] = [join(directory, 'given.ndjson'), join(directory, 'taken.ndjson')]
    await writeFile(given, lines.join('\n'))
    assert.equal(await runAnillo(['users', 'import', given, '-u', url]).code, 0)
    assert.equal(await runAnillo(['users', 'export', taken, '--prefix', 'file-', '-u', url]).code, 0)
    const exported = await readFile(taken, 'utf8')
    assert.deepEqual(content(exported), lines.toSorted())

    await using other = await createRing(1, { http: { port: 0 } })
    const elsewhere = other.peers[0].httpUrl!
    assert.equal(await runAnillo(['users', 'import', taken, '-u', elsewhere]).code, 0)
    const again = runAnillo(['users', 'export', '-u', elsewhere])
    assert.equal(await again.code, 0)
    assert.deepEqual(content(again.terminal.printed.out), lines.toSorted())
  })

  it('are complete when an interrupted import is repeated', async context => {
    const file = join(scratchDirectory(context), 'users.ndjson')
    const wanted = lines.map(line => line.replace('file-', 'twice-'))
    await writeFile(file, wanted.join('\n'))
    const terminal = fakeTerminal()
    const drained = async () => {
      if (terminal.printed.out.includes('"line":150')) terminal.send('SIGINT')
    }
    const args = ['users', 'import', file, '-o', 'json', '-u', url]
    const first = runAnillo(
      args,
      undefined,
      {},
      { onSignal: terminal.onSignal, out: { ...terminal.out, drained } }
    )
    assert.equal(await first.code, 130)
    assert.equal(await runAnillo(args).code, 0)
    const exported = runAnillo(['users', 'export', '--prefix', 'twice-', '-u', url])
    assert.equal(await exported.code, 0)
    assert.deepEqual(content(exported.terminal.printed.out), wanted.toSorted())
  })
})

describe('users over HTTP as text', () => {
  const ask = (method: string, path: string, body?: string) =>
    peer(1).fetch(
      new Request(`http://gateway.test${path}`, {
        method,
        ...(body !== undefined && { body, headers: { 'Content-Type': 'application/x-ndjson' } })
      })
    )
  const linesOf = async (response: Response) =>
    (await response.text())
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))

  it('are imported line by line, and a broken line harms only itself', async () => {
    const body = [
      '{"id":"text-1","status":"ONLINE"}',
      '',
      '{"id":"text-2","status":',
      '{"id":"text-3","status":"GONE"}',
      '{"id":"text-4","status":1,"profile":{"a":1},"ttl":null,"version":"9.9"}',
      `{"id":"text-5","status":0,"profile":{"long":"${'x'.repeat(600 * 1024)}"}}`,
      '{"id":"text-6","status":0,"ttl":"30s"}'
    ].join('\r\n')
    const results = await linesOf(await ask('POST', '/v1/users:import', body))
    assert.deepEqual(
      results.slice(0, -1).map(({ line, id, result, error }) => [line, id, error ?? result]),
      [
        [1, 'text-1', 'created'],
        [2, null, 'InvalidRequestError'],
        [3, null, 'InvalidUserError'],
        [4, 'text-4', 'created'],
        [5, null, 'TooLargeError'],
        [6, 'text-6', 'created']
      ]
    )
    assert.deepEqual(results.at(-1), {
      summary: { lines: 6, created: 3, updated: 0, skipped: 0, failed: 3 }
    })
  })

  it('are exported as they can be imported again', async () => {
    const exported = await ask('GET', '/v1/users:export?prefix=text-')
    assert.equal(exported.headers.get('content-type'), 'application/x-ndjson')
    const text = await exported.text()
    assert.equal(text.trimEnd().split('\n').length, 3)
    const again = await linesOf(await ask('POST', '/v1/users:import?mode=upsert', text))
    assert.deepEqual(again.at(-1), { summary: { lines: 3, created: 0, updated: 3, skipped: 0, failed: 0 } })
    const accepted = await peer(0).fetch(
      new Request('http://gateway.test/v1/users?prefix=text-', {
        headers: { Accept: 'application/x-ndjson' }
      })
    )
    assert.equal((await linesOf(accepted)).length, 3)
  })

  it('come in pages with a link to the next one', async () => {
    const first = await ask('GET', '/v1/users?prefix=text-&limit=2')
    const { items, next } = (await first.json()) as { items: unknown[]; next: string }
    assert.equal(items.length, 2)
    assert.equal(first.headers.get('link'), `</v1/users?prefix=text-&limit=2&cursor=${next}>; rel="next"`)
    const second = await ask('GET', `/v1/users?prefix=text-&limit=2&cursor=${next}`)
    assert.equal(((await second.json()) as { items: unknown[] }).items.length, 1)
    for (const query of ['limit=0', 'limit=1001', 'cursor=x', 'status=HERE', 'x=1'])
      assert.equal((await ask('GET', `/v1/users?${query}`)).status, 400, query)
  })
})
