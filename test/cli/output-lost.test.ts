/** The executable whose output is closed, full, or not read. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { StopRequests } from '../../src/cli/stop-requests.ts'
import type { StopSignal, Stream } from '../../src/cli/terminal.ts'
import { raceSignal } from '../../src/runtime.ts'
import { scratchDirectory } from '../storage/scratch.ts'
import { type Answer, type Asked, fakeGateway } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { ringReport } from './reports.ts'
import { until } from './until.ts'

const BIN = fileURLToPath(new URL('../../../bin/', import.meta.url))
const DEADLINE_MS = 60_000

interface Running {
  readonly child: ChildProcess
  /** Settles with the exit code, or the signal that ended it, and what it said on stderr. */
  readonly ended: Promise<{ readonly how: number | string; readonly err: string }>
}

function start(context: TestContext, args: readonly string[], out: 'pipe' | number = 'pipe'): Running {
  const child = spawn(process.execPath, [`${BIN}anillo`, ...args], {
    stdio: ['ignore', out, 'pipe'],
    env: {}
  })
  context.after(() => child.kill('SIGKILL'))
  let err = ''
  child.stderr!.on('data', chunk => {
    err += chunk
  })
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE_MS) })
  return { child, ended: ended.then(([code, signal]) => ({ how: code ?? signal, err })) }
}

const answered = (results: readonly object[]): Answer => ({
  headers: { 'Content-Type': 'application/x-ndjson' },
  body: results.map(each => `${JSON.stringify(each)}\n`).join('')
})

/** Creates all users but every tenth. */
function imported({ body }: Asked): Answer {
  const results = body
    .trimEnd()
    .split('\n')
    .map((text, index) => {
      const { id } = JSON.parse(text) as { id: string }
      return id.endsWith('0')
        ? { line: index + 1, id, result: 'failed', error: 'InvalidUserError', detail: 'not this one' }
        : { line: index + 1, id, result: 'created', version: '3.41' }
    })
  return answered([...results, { summary: {} }])
}

/** Users of 8 kB, a thousand on a page: more than any pipe holds. */
function largePage(line: string): Answer {
  const users = Array.from({ length: 1_000 }, (_, index) => ({
    id: `u${index}`,
    status: 'ONLINE',
    profile: { text: 'x'.repeat(8_000) },
    version: '3.41'
  }))
  const body = line.includes('users:count') ? { count: 9_000 } : { items: users, next: 'more' }
  return { headers: { 'Content-Type': 'application/json' }, body }
}

describe('a program of which nobody reads the output', () => {
  it('imports all the same, and keeps what fails', async context => {
    const directory = scratchDirectory(context)
    const [file, rejects] = [join(directory, 'users.ndjson'), join(directory, 'rejects.ndjson')]
    const ids = Array.from({ length: 1_000 }, (_, number) => `u${number}`)
    await writeFile(file, ids.map(id => JSON.stringify({ id, status: 'ONLINE' })).join('\n'))
    await using gateway = await fakeGateway((_, asked) => imported(asked))
    const args = ['users', 'import', file, '-o', 'json', '--rejects', rejects, '-u', gateway.url]
    const { child, ended } = start(context, args)
    child.stdout!.destroy()
    const { how, err } = await ended
    assert.equal(how, 1, err)
    assert.match(err, /^100 lines failed:/m)
    assert.equal((await readFile(rejects, 'utf8')).trimEnd().split('\n').length, 100)
    const lines = gateway.asked.map(({ body }) => body.trimEnd().split('\n').length)
    assert.equal(
      lines.reduce((sum, each) => sum + each),
      1_000
    )
  })

  it('does not take an export for complete', async context => {
    await using gateway = await fakeGateway(largePage)
    const { child, ended } = start(context, ['users', 'export', '-u', gateway.url])
    child.stdout!.once('data', () => child.stdout!.destroy())
    const { how, err } = await ended
    assert.equal(how, 1)
    assert.match(err, /^ended, as stdout takes no more, after .* users?: what was printed is not complete$/m)
  })

  it('does not take a small one for complete either, of which all is written at once', async context => {
    await using gateway = await fakeGateway(line => {
      const body = line.includes('users:count') ? { count: 1 } : { items: [{ id: 'a' }], next: null }
      return { headers: { 'Content-Type': 'application/json' }, body }
    })
    const { child, ended } = start(context, ['users', 'export', '-u', gateway.url])
    child.stdout!.destroy()
    assert.equal((await ended).how, 1)
  })

  it('runs a peer on, also when nobody reads its log', async context => {
    const directory = scratchDirectory(context)
    const file = join(directory, 'ready.json')
    const place = ['-l', '/ip4/127.0.0.1/tcp/0', '-P', '0', '--data', join(directory, 'data'), '--no-output']
    const { child, ended } = start(context, [
      ...['peer', 'start', ...place, '--log-level', 'debug', '--ready-file', file]
    ])
    child.stdout!.destroy()
    child.stderr!.destroy()
    while (!existsSync(file)) {
      const first = await Promise.race([ended, turn()])
      assert.equal(first, undefined, 'it ended before it was ready')
    }
    const { http } = JSON.parse(await readFile(file, 'utf8')) as { http: string }
    assert.equal((await fetch(`${http}/readyz`)).status, 200)
    child.kill('SIGTERM')
    assert.equal((await ended).how, 0)
  })
})

describe('a program whose output cannot be written', () => {
  it('says so and exits 1', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async context => {
    await using gateway = await fakeGateway(() => ({ body: ringReport() }))
    await using full = await open('/dev/full', 'w')
    const { how, err } = await start(context, ['ring', 'show', '-u', gateway.url], full.fd).ended
    assert.equal(how, 1)
    assert.match(err, /^Error: ENOSPC: .*\n {2}→ check the path/)
  })
})

describe('a program whose output is not read', () => {
  it('ends an export when it is interrupted', async context => {
    await using gateway = await fakeGateway(largePage)
    const { child, ended } = start(context, ['users', 'export', '-u', gateway.url])
    await once(child.stdout!, 'readable')
    child.kill('SIGINT')
    const { how, err } = await ended
    assert.equal(how, 130)
    assert.match(err, /^interrupted after .*: what was printed is not complete$/m)
  })

  it('takes no event of a watch before the one before is taken, and ends when it is interrupted', async () => {
    const events = Array.from({ length: 1_000 }, (_, slot) => ({ type: 'reset', slot, cursor: `c${slot}` }))
    await using gateway = await fakeGateway(() => answered([{ type: 'begin', cursor: 'c' }, ...events]))
    const { out } = fakeTerminal()
    const printed: string[] = []
    let waits = 0
    const unread: Stream = {
      ...out,
      write: text => printed.push(text),
      drained: signal => {
        waits++
        return raceSignal(new Promise(() => {}), signal)
      }
    }
    const args = ['users', 'watch', '-u', gateway.url]
    const { code, terminal } = runAnillo(args, undefined, {}, { out: unread })
    await until(() => printed.length > 0)
    terminal.send('SIGINT')
    assert.equal(await code, 130)
    assert.deepEqual([printed.length, waits], [1, 1])
  })

  it('leaves a second request to the system, which ends it at once', () => {
    const calls: string[] = []
    let send = (_: StopSignal): void => assert.fail()
    const onSignal = (listener: typeof send) => {
      calls.push('subscribed')
      send = listener
      return () => calls.push('unsubscribed')
    }
    using stops = new StopRequests({ ...fakeTerminal(), onSignal }, { once: true })
    assert.deepEqual(calls, ['subscribed'])
    send('SIGINT')
    assert.deepEqual([calls, stops.signal.aborted], [['subscribed', 'unsubscribed'], true])
  })
})
