/** Imports that end in the middle, since a process is killed for real, and are repeated as a whole elsewhere. */
import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { scratchDirectory } from '../storage/scratch.ts'
import { ANILLO, anillo, Processes, until } from './processes.ts'

const USERS = 1_500
/** Lines that the import gets before it is interrupted: several of the batches that it is sent in. */
const FIRST = 1_000
/** Some lines failed; nobody answered. */
const EXIT_FAILURE = 1
const EXIT_UNAVAILABLE = 5
const TIMEOUT_MS = 120_000

const linesOf = (prefix: string) =>
  Array.from({ length: USERS }, (_, at) =>
    JSON.stringify({ id: `${prefix}-${at}`, status: at % 2 === 0 ? 'ONLINE' : 'BUSY', profile: { at } })
  )

describe('an import into three peers', () => {
  let ring: Processes

  before(async () => {
    ring = await Processes.ring(3, ['--slots', '16'])
  })
  after(() => ring[Symbol.asyncDispose]())

  /** An import of stdin, of which some results have come, and which waits for more lines. */
  async function halfway(lines: readonly string[], url: string): Promise<Importing> {
    const importing = new Importing(url)
    importing.stdin.write(`${lines.slice(0, FIRST).join('\n')}\n`)
    await until('results', async () => importing.results > 0, TIMEOUT_MS)
    assert.ok(importing.results < USERS)
    return importing
  }

  async function exported(prefix: string, url: string): Promise<string[]> {
    const { code, stdout, stderr } = await anillo('users', 'export', '--prefix', `${prefix}-`, '-u', url)
    assert.equal(code, 0, stderr)
    return stdout
      .trimEnd()
      .split('\n')
      .map(text => JSON.parse(text))
      .map(({ id, status, profile }) => JSON.stringify({ id, status, profile }))
      .toSorted()
  }

  /** Until it succeeds: a slot whose leader was killed may be without one for longer than a request waits. */
  const repeat = (file: string, url: string) =>
    until(
      'the import is whole',
      async () => {
        const { code, stderr } = await anillo('users', 'import', file, '-u', url)
        if (code === 0) return true
        assert.ok(code === EXIT_FAILURE || code === EXIT_UNAVAILABLE, stderr)
        throw new Error(stderr)
      },
      TIMEOUT_MS
    )

  it('whose client is killed is whole when it is repeated through another gateway', async context => {
    const file = join(scratchDirectory(context), 'users.ndjson')
    const lines = linesOf('client')
    await writeFile(file, lines.join('\n'))
    const importing = await halfway(lines, ring.peers[0]!.http)
    await importing.end('SIGKILL')
    await repeat(file, ring.peers[1]!.http)
    assert.deepEqual(await exported('client', ring.peers[2]!.http), lines.toSorted())
  })

  it('whose gateway is killed says that it is to be repeated, and is whole when it is, through another one', async context => {
    const file = join(scratchDirectory(context), 'users.ndjson')
    const lines = linesOf('gateway')
    await writeFile(file, lines.join('\n'))
    const gateway = ring.peers[1]!
    const importing = await halfway(lines, gateway.http)
    await gateway.end('SIGKILL')
    importing.stdin.end(lines.slice(FIRST).join('\n'))
    assert.equal(await importing.ended, EXIT_UNAVAILABLE, importing.said.slice(-700))
    assert.match(importing.said, /→ repeat it/)
    await repeat(file, ring.peers[2]!.http)
    assert.deepEqual(await exported('gateway', ring.peers[0]!.http), lines.toSorted())
    await gateway.start()
    await ring.ready()
    assert.deepEqual(await exported('gateway', gateway.http), lines.toSorted())
  })
})

/** `anillo users import -` as a process. */
class Importing {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  /** With the exit code; null when it was killed. */
  readonly ended: Promise<number | null>
  /** Lines that it has told the result of. */
  results = 0
  said = ''

  constructor(url: string) {
    this.#child = spawn(process.execPath, [ANILLO, 'users', 'import', '-', '-o', 'json', '-u', url], {
      stdio: ['pipe', 'pipe', 'pipe']
    })
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null)
    this.#child.stdin.on('error', () => {}) // it is gone, and what it left unread with it
    this.#child.stdout.on('data', chunk => (this.results += String(chunk).split('\n').length - 1))
    this.#child.stderr.on('data', chunk => (this.said += chunk))
  }

  get stdin(): Writable {
    return this.#child.stdin
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal)
    await this.ended
  }
}
