/** `anillo users list`, `count`, `export` and `import` against a gateway that keeps users in a Map. */
import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import type { Terminal } from '../../src/cli/terminal.ts'
import type { User } from '../../src/users/user.ts'
import { scratchDirectory } from '../storage/scratch.ts'
import { type Answer, type Asked, fakeGateway, problem } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'
import { fakeTerminal } from './fake-terminal.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const json = (body: unknown): Answer => ({ headers: JSON_TYPE, body })
const user = (id: string): User => ({
  id,
  status: 'ONLINE',
  profile: { name: id },
  version: '3.41',
  createdAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:05:00.000Z',
  expiresAt: null
})
const lineOf = (id: string) => JSON.stringify({ id, status: 'ONLINE', profile: { name: id } })
const linesOf = (text: string) => text.trimEnd().split('\n')

/** Takes the lines of an import as a gateway does; users with the id `refused` are not valid. */
function imported(stored: Set<string>, { body, path }: Asked): Answer {
  const results = linesOf(body).map((text, index) => {
    const line = index + 1
    try {
      const { id } = JSON.parse(text) as { id: string }
      if (id === 'refused')
        return { line, id, result: 'failed', error: 'InvalidUserError', detail: 'not this one' }
      const result = stored.has(id) ? (path.endsWith('skip') ? 'skipped' : 'updated') : 'created'
      stored.add(id)
      return { line, id, result, version: '3.41' }
    } catch {
      return { line, id: null, result: 'failed', error: 'InvalidRequestError', detail: 'The JSON is broken' }
    }
  })
  const told = [...results, { summary: {} }].map(each => `${JSON.stringify(each)}\n`).join('')
  return { headers: { 'Content-Type': 'application/x-ndjson' }, body: told }
}

interface Ring {
  readonly stored?: Set<string>
  /** Instead of the usual answer. */
  readonly answer?: (line: string, asked: Asked) => Answer | undefined
}

async function anillo(
  args: readonly string[],
  { stored = new Set(), answer = () => undefined }: Ring,
  changes: Partial<Terminal> = {}
) {
  await using gateway = await fakeGateway((line, asked) => {
    const given = answer(line, asked)
    if (given !== undefined) return given
    if (line.startsWith('POST /v1/users:import')) return imported(stored, asked)
    if (line.startsWith('GET /v1/users:count')) return json({ count: stored.size })
    const { searchParams } = new URL(asked.path, 'http://gateway.test')
    const from = Number(searchParams.get('cursor') ?? 0)
    const end = from + Number(searchParams.get('limit') ?? 100)
    const items = [...stored].slice(from, end).map(user)
    return json({ items, next: end < stored.size ? String(end) : null })
  })
  const { code, terminal } = runAnillo(args, undefined, { ANILLO_URL: gateway.url }, changes)
  return { code: await code, ...terminal.printed, asked: gateway.asked, stored }
}

const ids = (count: number) => Array.from({ length: count }, (_, number) => `u${number}`)

describe('anillo users list', () => {
  const stored = new Set(ids(250))

  it('prints one page, and on stderr how the next is asked for', async () => {
    const { code, out, err } = await anillo(['users', 'list', '--prefix', "o'u", '--status', 'online'], {
      stored
    })
    assert.equal(code, 0)
    assert.equal(linesOf(out).length, 101)
    assert.match(out, /^ID +STATUS +VERSION/)
    assert.equal(err, "→ more: anillo users list --status ONLINE --prefix 'o'\\''u' --cursor 100\n")
  })

  it('asks the same peer for the next page', async context => {
    const file = join(scratchDirectory(context), 'to ken')
    await writeFile(file, 'secret\n', { mode: 0o600 })
    await using gateway = await fakeGateway(() => json({ items: [user('a')], next: 'c' }))
    const { code, terminal } = runAnillo(['users', 'list', '-u', gateway.url, '--token-file', file])
    assert.equal(await code, 0)
    const said = `→ more: anillo users list -u ${gateway.url} --token-file '${file}' --cursor c\n`
    assert.equal(terminal.printed.err, said)
  })

  it('goes on from a cursor to a last page that promises no more', async () => {
    const args = ['users', 'list', '--cursor', '200', '--limit', '50', '-o', 'json']
    const { out, err, asked } = await anillo(args, { stored })
    assert.deepEqual(
      linesOf(out).map(text => JSON.parse(text).id),
      ids(250).slice(200)
    )
    assert.equal(err, '')
    assert.equal(asked[0]!.path, '/v1/users?cursor=200&limit=50')
  })

  it('prints every page with --all, under one header', async () => {
    const { code, out, err } = await anillo(['users', 'list', '--all'], { stored: new Set(ids(1_050)) })
    assert.deepEqual([code, err], [0, ''])
    assert.equal(linesOf(out).length, 1_051)
    assert.equal(out.match(/^ID /gm)?.length, 1)
  })

  it('refuses --limit with --all, and limits out of bounds, before anything is sent', async () => {
    for (const more of [
      ['--all', '--limit', '5'],
      ['--limit', '1001'],
      ['--status', 'GONE']
    ]) {
      const { code, asked } = await anillo(['users', 'list', ...more], { stored })
      assert.deepEqual([code, asked], [2, []])
    }
  })
})

describe('anillo users count', () => {
  it('prints a number', async () => {
    const stored = new Set(ids(12))
    const plain = await anillo(['users', 'count', '--prefix', 'u', '--status', '1'], { stored })
    assert.deepEqual([plain.code, plain.out], [0, '12\n'])
    assert.equal(plain.asked[0]!.path, '/v1/users:count?status=OFFLINE&prefix=u')
    assert.equal((await anillo(['users', 'count', '-o', 'json'], { stored })).out, '{"count":12}\n')
  })
})

describe('anillo users export', () => {
  const stored = new Set(ids(1_200))
  const expected = `${ids(1_200)
    .map(id => JSON.stringify(user(id)))
    .join('\n')}\n`

  it('writes users to stdout and nothing else', async () => {
    const { code, out, err } = await anillo(['users', 'export'], { stored })
    assert.equal(code, 0)
    assert.equal(out, expected)
    assert.match(err, /1,200 users exported from http/)
  })

  it('writes a file that has its name when it is complete, and replaces none unless told to', async context => {
    const directory = scratchDirectory(context)
    const file = join(directory, 'users.ndjson')
    const first = await anillo(['users', 'export', file, '-o', 'json'], { stored })
    assert.deepEqual([first.code, JSON.parse(first.out)], [0, { file, users: 1_200 }])
    assert.equal(await readFile(file, 'utf8'), expected)
    const second = await anillo(['users', 'export', file], { stored: new Set(['other']) })
    assert.equal(second.code, 2)
    assert.match(second.err, /exists: .* --force/)
    assert.equal(await readFile(file, 'utf8'), expected)
    assert.equal((await anillo(['users', 'export', file, '--force'], { stored: new Set(['other']) })).code, 0)
    assert.equal(await readFile(file, 'utf8'), `${JSON.stringify(user('other'))}\n`)
    assert.deepEqual(await readdir(directory), ['users.ndjson'])
  })

  it('leaves no file when it fails halfway', async context => {
    const directory = scratchDirectory(context)
    const answer = (line: string) =>
      line.includes('cursor') ? problem(400, 'invalid-request', 'No such cursor') : undefined
    const { code } = await anillo(['users', 'export', join(directory, 'users.ndjson')], { stored, answer })
    assert.equal(code, 2)
    assert.deepEqual(await readdir(directory), [])
  })

  it('leaves no file when it is interrupted, and exits 130', async context => {
    const directory = scratchDirectory(context)
    const terminal = fakeTerminal()
    const answer = (line: string) => {
      if (line.includes('cursor')) terminal.send('SIGINT')
      return undefined
    }
    const { onSignal } = terminal
    const args = ['users', 'export', join(directory, 'users.ndjson')]
    const { code, err } = await anillo(args, { stored, answer }, { onSignal })
    assert.equal(code, 130)
    assert.match(err, /interrupted after 1,000 users: .* was not written/)
    assert.deepEqual(await readdir(directory), [])
  })
})

describe('anillo users import', () => {
  it('imports the lines of a file and says what came of them', async context => {
    const file = join(scratchDirectory(context), 'users.ndjson')
    await writeFile(file, ids(450).map(lineOf).join('\n'))
    const { code, out, stored, asked } = await anillo(['users', 'import', file], {})
    assert.equal(code, 0)
    assert.deepEqual([...stored], ids(450))
    assert.match(
      out,
      /^450 users imported through http\S+ in .* \(.* users\/s\): 450 created, 0 updated, 0 skipped, 0 failed\n$/
    )
    assert.equal(asked.length, 3)
  })

  it('tells each line by its number in the file, whatever is wrong with others, and exits 1', async () => {
    const text = [
      lineOf('a'),
      '',
      '{"id":',
      '   ',
      lineOf('refused'),
      Buffer.from([0x22, 0xff, 0x22]),
      `"${'x'.repeat(600 * 1024)}"`,
      lineOf('b')
    ]
    const input = Buffer.concat(text.map(part => Buffer.concat([Buffer.from(part), Buffer.from('\r\n')])))
    const { code, out, err, stored } = await anillo(
      ['users', 'import', '-', '-o', 'json'],
      {},
      { input: Readable.from([input.subarray(0, 30), input.subarray(30)]) }
    )
    assert.equal(code, 1)
    const results = linesOf(out).map(each => JSON.parse(each))
    assert.deepEqual(
      results.slice(0, -1).map(({ line, id, error, result }) => [line, id, error ?? result]),
      [
        [1, 'a', 'created'],
        [3, null, 'InvalidRequestError'],
        [5, 'refused', 'InvalidUserError'],
        [6, null, 'InvalidRequestError'],
        [7, null, 'TooLargeError'],
        [8, 'b', 'created']
      ]
    )
    assert.deepEqual(results.at(-1), {
      summary: { lines: 6, created: 2, updated: 0, skipped: 0, failed: 4 }
    })
    assert.deepEqual([...stored], ['a', 'b'])
    assert.match(err, /^4 lines failed:\n {2}line 3: InvalidRequestError: .*\n {2}line 5, user "refused": /m)
  })

  it('keeps the lines that fail so that they can be mended and imported again', async context => {
    const directory = scratchDirectory(context)
    const [file, rejects] = [join(directory, 'users.ndjson'), join(directory, 'rejects.ndjson')]
    const bad = Array.from({ length: 12 }, () => lineOf('refused'))
    await writeFile(file, [lineOf('a'), '{"id":"broken', ...bad].join('\n'))
    const first = await anillo(['users', 'import', file, '--rejects', rejects], {})
    assert.equal(first.code, 1)
    assert.match(first.err, /\n {2}and 3 more\n {2}→ all of them are in .*rejects\.ndjson/)
    const kept = await readFile(rejects, 'utf8')
    assert.deepEqual(
      linesOf(kept)
        .slice(0, 2)
        .map(text => JSON.parse(text)),
      [
        {
          rejected: {
            line: 2,
            error: 'InvalidRequestError',
            detail: 'The JSON is broken',
            text: '{"id":"broken'
          }
        },
        {
          ...JSON.parse(lineOf('refused')),
          rejected: { line: 3, error: 'InvalidUserError', detail: 'not this one' }
        }
      ]
    )
    assert.equal(linesOf(kept).length, 13)
    const again = await anillo(['users', 'import', file, '--rejects', rejects], {})
    assert.equal(again.code, 2)
    assert.deepEqual(again.asked, [])
    await writeFile(file, linesOf(kept).slice(1).join('\n').replaceAll('refused', 'mended'))
    const mended = await anillo(['users', 'import', file], {})
    assert.deepEqual([mended.code, [...mended.stored]], [0, ['mended']])
  })

  it('leaves no rejects where nothing failed, and takes modes', async context => {
    const directory = scratchDirectory(context)
    const file = join(directory, 'users.ndjson')
    await writeFile(file, [lineOf('a'), lineOf('b')].join('\n'))
    const args = ['users', 'import', file, '--mode', 'skip', '--rejects', join(directory, 'rejects')]
    const { code, out, asked } = await anillo(args, { stored: new Set(['a']) })
    assert.equal(code, 0)
    assert.match(out, /^1 user imported .*: 1 created, 0 updated, 1 skipped, 0 failed\n$/)
    assert.equal(asked[0]!.path, '/v1/users:import?mode=skip')
    assert.deepEqual(await readdir(directory), ['users.ndjson'])
    assert.equal((await anillo(['users', 'import', file, '--mode', 'merge'], {})).code, 2)
  })

  it('ends when it is interrupted, exits 130, and can be repeated', async () => {
    const terminal = fakeTerminal()
    const { onSignal } = terminal
    const input = new Readable({ read() {} })
    input.push(`${ids(800).map(lineOf).join('\n')}\n`)
    const drained = async () => {
      if (terminal.printed.out.includes('"line":200')) terminal.send('SIGINT')
    }
    const { code, err, stored } = await anillo(
      ['users', 'import', '-', '-o', 'json'],
      {},
      { onSignal, input, out: { ...terminal.out, drained } }
    )
    assert.equal(code, 130)
    assert.match(err, /interrupted after line 200 of stdin: 200 created, .*\n {2}→ repeat it: `anillo users/)
    assert.ok(input.destroyed)
    const whole = Readable.from([Buffer.from(ids(900).map(lineOf).join('\n'))])
    const repeated = await anillo(['users', 'import', '-'], { stored }, { input: whole })
    assert.equal(repeated.code, 0)
    assert.deepEqual([...stored].toSorted(), ids(900).toSorted())
  })

  it('ends when it is interrupted while it waits for more', async () => {
    const terminal = fakeTerminal()
    const { onSignal } = terminal
    let asked = 0
    const input = new Readable({
      read() {
        if (++asked === 1) this.push(`${lineOf('a')}\n`)
        else terminal.send('SIGTERM')
      }
    })
    const { code, err } = await anillo(['users', 'import', '-'], {}, { onSignal, input })
    assert.equal(code, 143)
    assert.match(err, /^interrupted before the first result of stdin/)
  })

  it('exits 5 when nobody can be reached, and halfway says how far it was', async context => {
    const file = join(scratchDirectory(context), 'users.ndjson')
    await writeFile(file, ids(900).map(lineOf).join('\n'))
    const gateway = await fakeGateway(() => undefined)
    await gateway[Symbol.asyncDispose]()
    const gone = runAnillo(['users', 'import', file, '-u', gateway.url])
    assert.equal(await gone.code, 5)
    assert.match(gone.terminal.printed.err, /cannot be reached.*\n {2}→ start a peer/)
    const answer = (_: string, { body }: Asked) =>
      body.includes('"u500"') ? problem(503, 'unavailable', 'No majority') : undefined
    const halfway = await anillo(['users', 'import', file], { answer })
    assert.equal(halfway.code, 5)
    assert.match(halfway.err, /^UnavailableError: No majority\nended after line 400 of .*\n {2}→ repeat it/m)
  })

  it('says how it is repeated at the same peer, and nothing that only a program could do', async context => {
    const file = join(scratchDirectory(context), 'users.ndjson')
    await writeFile(file, ids(900).map(lineOf).join('\n'))
    const detail = 'No answer; repeat it with the same idempotency key'
    await using gateway = await fakeGateway((_, asked) =>
      asked.body.includes('"u500"') ? problem(504, 'outcome-unknown', detail) : imported(new Set(), asked)
    )
    const { code, terminal } = runAnillo(['users', 'import', file, '--mode', 'create', '-u', gateway.url])
    assert.equal(await code, 5)
    assert.match(terminal.printed.err, /^OutcomeUnknownError: No answer$/m)
    const again = `anillo users import -u ${gateway.url} --mode skip`
    assert.ok(
      terminal.printed.err.includes(`→ repeat it: \`${again}\` of the same file`),
      terminal.printed.err
    )
  })

  it('draws a bar of the bytes whose lines are written, and takes it away', async context => {
    const file = join(scratchDirectory(context), 'users.ndjson')
    await writeFile(file, ids(450).map(lineOf).join('\n'))
    const terminal = fakeTerminal()
    const { code } = await anillo(
      ['users', 'import', file],
      {},
      { err: { ...terminal.err, interactive: true, columns: 120 } }
    )
    assert.equal(code, 0)
    const { err } = terminal.printed
    assert.match(err, /█*░+ 0% {2}\d+ B of [\d.]+ kB, 1 user written, .* users\/s, 0 failed/)
    assert.match(err, /█{24} 100% {2}.*450 users written/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what erases the line
    assert.match(err, /\u001b\[2K$/)
  })
})
