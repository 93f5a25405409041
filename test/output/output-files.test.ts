import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Events } from '../../src/events.ts'
import { LOG_FILE_BYTES_MAX } from '../../src/output/log-file.ts'
import { OUTPUT_INTERVAL_MS, OutputFiles } from '../../src/output/output-files.ts'
import type { UserRow } from '../../src/output/users-file.ts'
import type { Clock, Log } from '../../src/runtime.ts'
import { SECOND_PEER, selfReport } from '../cli/reports.ts'
import { until } from '../cli/until.ts'

/** A clock with one timer, which the test fires. */
class ManualClock implements Clock {
  #fire: (() => void) | undefined
  started = 0

  now(): number {
    return 0
  }

  monotonic(): number {
    return 0
  }

  timer(ms: number, fire: () => void) {
    assert.equal(ms, OUTPUT_INTERVAL_MS)
    this.started++
    this.#fire = fire
    return {
      cancel: () => {
        this.#fire = undefined
      }
    }
  }

  soon(): void {
    assert.fail('files are written by time')
  }

  get armed(): boolean {
    return this.#fire !== undefined
  }

  /** Lets the interval pass, and waits until what it starts is done. */
  async tick(): Promise<void> {
    const { started } = this
    const fire = this.#fire
    this.#fire = undefined
    fire?.()
    await until(() => this.started > started)
  }
}

let dir: string
let clock: ManualClock
let events: Events
let users: UserRow[]
let changes: number
let userReads: number
let logged: string[]
let files: OutputFiles

const source = () => ({
  self: () => selfReport(),
  users: () => {
    userReads++
    return { count: users.length, rows: users }
  },
  backups: () => ({ count: 0, rows: [] }),
  usersStamp: () => String(changes),
  events
})

const read = (name: string) => readFile(join(dir, 'output', name), 'utf8')
const changed = (id: string) => {
  changes++
  events.emit({ type: 'user.changed', slot: 1, id, version: '1.1', change: 'put' })
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
  clock = new ManualClock()
  events = new Events()
  users = [{ id: '7', hash: '00ab12cd'.padEnd(40, '0'), status: 'ONLINE' }]
  userReads = 0
  changes = 0
  logged = []
  const write = (message: string) => logged.push(message)
  const log: Log = { debug: write, info: write, warn: write, error: write }
  files = new OutputFiles({ dir: join(dir, 'output'), clock, log })
})

afterEach(async () => {
  await files.stop()
  await rm(dir, { recursive: true })
})

describe('the output files', () => {
  it('are there as soon as they are started, and nothing else is', async () => {
    await files.start(source())
    assert.deepEqual((await readdir(join(dir, 'output'))).sort(), ['finger.txt', 'users.txt'])
    assert.match(await read('users.txt'), /^ 7\t00ab12cd\tONLINE$/m)
  })

  it('follow a change at the next interval, however many changes there were', async () => {
    await files.start(source())
    for (let id = 8; id < 1_000; id++) {
      users.push({ id: String(id), hash: 'ff'.padEnd(40, '0'), status: 'AWAY' })
      changed(String(id))
    }
    assert.doesNotMatch(await read('users.txt'), /AWAY/)
    await clock.tick()
    assert.equal((await read('users.txt')).match(/AWAY/g)?.length, 992)
    assert.equal(userReads, 2)
    assert.match(await read('log.txt'), /Stored 992 users\n$/)
  })

  it('are left alone when nothing changed', async () => {
    await files.start(source())
    const before = await stat(join(dir, 'output', 'finger.txt'))
    await clock.tick() // the second look after the start
    await clock.tick()
    assert.equal(userReads, 2)
    const after = await stat(join(dir, 'output', 'finger.txt'))
    assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs])
  })

  it('look once more after a change, which a member may not have on disk at once', async () => {
    await files.start(source())
    await clock.tick()
    changed('7')
    await clock.tick()
    users = [] // what the disk shows a moment later
    await clock.tick()
    assert.doesNotMatch(await read('users.txt'), /ONLINE/)
  })

  it('are replaced whole: whoever has one open goes on reading the old one', async () => {
    await files.start(source())
    const before = await stat(join(dir, 'output', 'users.txt'))
    users = []
    changed('7')
    await clock.tick()
    assert.notEqual((await stat(join(dir, 'output', 'users.txt'))).ino, before.ino)
    assert.ok(!(await readdir(join(dir, 'output'))).some(name => name.endsWith('.tmp')))
  })

  it('have the last changes when they are stopped, and then stay as they are', async () => {
    await files.start(source())
    users = []
    changed('7')
    await files.stop()
    assert.doesNotMatch(await read('users.txt'), /ONLINE/)
    assert.equal(clock.armed, false)
    changed('8')
    assert.equal(userReads, 2)
  })

  it('are not written again by an interval that ends during the stop', async () => {
    await files.start(source())
    const ticking = clock.tick().catch(() => 'no next interval')
    await files.stop()
    assert.equal(clock.armed, false)
    clock.started++ // lets tick() end
    await ticking
  })

  it('tell in log.txt what happened and what was logged, also before the start', async () => {
    files.log.info('Opening the data directory')
    files.log.debug('a detail')
    await files.start(source())
    events.emit({ type: 'peer.down', peer: SECOND_PEER })
    await clock.tick()
    assert.equal(
      await read('log.txt'),
      '[1970-01-01 00:00:00.000000] Opening the data directory\n[1970-01-01 00:00:00.000000] Peer …9sKa is down\n'
    )
    assert.deepEqual(logged, ['Opening the data directory', 'a detail'])
  })

  it('keep log.txt below its bound, and one log before it', async () => {
    await files.start(source())
    const line = 'x'.repeat(1_000)
    for (let round = 0; round < 4; round++) {
      for (let count = 0; count < 500; count++) files.log.info(line)
      await clock.tick()
    }
    const names = (await readdir(join(dir, 'output'))).filter(name => name.startsWith('log'))
    assert.deepEqual(names.sort(), ['log.1.txt', 'log.txt'])
    for (const name of names) assert.ok((await stat(join(dir, 'output', name))).size <= LOG_FILE_BYTES_MAX)
  })

  it('go on in the log of an earlier start', async () => {
    files.log.info('first')
    await files.start(source())
    await files.stop()
    files = new OutputFiles({ dir: join(dir, 'output'), clock, log: files.log })
    files.log.info('second')
    await files.start(source())
    assert.match(await read('log.txt'), /first\n.*second\n$/)
  })

  it('warn once when they cannot be written, and are right again when they can', async () => {
    await writeFile(join(dir, 'output'), 'a file where the directory should be')
    await files.start(source())
    await clock.tick()
    assert.deepEqual(logged, ['The output files cannot be written'])
    await rm(join(dir, 'output'))
    await clock.tick()
    assert.match(await read('users.txt'), /ONLINE/)
  })
})
