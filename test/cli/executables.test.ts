/** The two executables as a shell runs them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fakeGateway } from './fake-gateway.ts'
import { ringReport } from './reports.ts'

const BIN = fileURLToPath(new URL('../../../bin/', import.meta.url))

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function execute(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...env }
    })
    const printed = { out: '', err: '' }
    child.stdout.on('data', chunk => {
      printed.out += chunk
    })
    child.stderr.on('data', chunk => {
      printed.err += chunk
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code, ...printed }))
  })
}

describe('the executable anillo', () => {
  it('prints data to stdout and ends with the exit code of the command', async () => {
    await using gateway = await fakeGateway(() => ({ body: ringReport({ ready: false }) }))
    const { code, out, err } = await execute(`${BIN}anillo`, ['ring', 'check', '-u', gateway.url])
    assert.deepEqual([code, err], [1, ''])
    assert.match(out, /^✗ ring 2f91c04e is not ready/)
  })

  it('ends quietly when whoever reads its output has seen enough', async () => {
    await using gateway = await fakeGateway(() => ({ body: ringReport() }))
    const command = `'${BIN}anillo' ring show -u ${gateway.url} | true; echo "\${PIPESTATUS[0]}"`
    const { out, err } = await execute('bash', ['-c', command])
    assert.deepEqual([out, err], ['0\n', ''])
  })

  it('says how it is built when it is not', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
    try {
      await cp(BIN, join(dir, 'bin'), { recursive: true })
      await cp(join(BIN, '../package.json'), join(dir, 'package.json'))
      const { code, err } = await execute(join(dir, 'bin/anillo'), ['--version'])
      assert.equal(code, 1)
      assert.match(err, /npm ci/)
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})

describe('the executable setusers', () => {
  it('posts users 1 to n to the route of the original, each 0 or 1', async () => {
    await using gateway = await fakeGateway(() => ({ body: { success: true } }))
    const { code, out, err } = await execute(`${BIN}setusers`, ['-n', '25', '-p', String(gateway.port)])
    assert.deepEqual([code, err.replace(/^\d+ of 25 users set\n/, '')], [0, ''])
    assert.match(out, /^25 users set through http:\/\/127\.0\.0\.1:\d+ in .*: \d+ ONLINE, \d+ OFFLINE\n$/)
    const paths = gateway.asked.map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(
      paths.toSorted(),
      Array.from({ length: 25 }, (_, index) => `POST /status/${index + 1}`).toSorted()
    )
    for (const { body } of gateway.asked) assert.ok(['{"status":0}', '{"status":1}'].includes(body))
  })

  it('tries again what was not written, and gives up with the reason on anything else', async () => {
    let answers = 0
    await using moving = await fakeGateway(() =>
      answers++ === 0
        ? { status: 503, headers: { 'Retry-After': '0' }, body: { error: 'the slot is moving' } }
        : { body: { success: true } }
    )
    assert.equal((await execute(`${BIN}setusers`, ['-n', '3', '-p', String(moving.port)])).code, 0)
    assert.equal(moving.asked.length, 4)

    await using unsure = await fakeGateway(() => ({
      status: 504,
      body: { error: 'It may have been written' }
    }))
    const { code, err } = await execute(`${BIN}setusers`, ['-n', '3', '-p', String(unsure.port)])
    assert.equal(code, 5)
    assert.match(err, /OutcomeUnknownError: It may have been written/)
  })
})
