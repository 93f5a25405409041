import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { writeKept } from '../../../src/cli/demo/kept.ts'
import { freePort, freePortsFrom } from '../../../src/cli/free-port.ts'
import { type Run, runAnillo } from '../fake-peer.ts'
import { until } from '../until.ts'

type Stoppable = Run['terminal']

describe('anillo demo', () => {
  it('ends with the reason and the exit code of a peer that cannot start', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
    try {
      await mkdir(join(dir, 'data'))
      await writeFile(join(dir, 'data/1'), 'a file where a directory should be')
      const httpPort = await freePort('127.0.0.1')
      const { code, terminal } = runAnillo(['demo', '-n', '2', '-P', String(httpPort), '--keep', dir])
      assert.equal(await code, 1)
      assert.match(terminal.printed.err, /✗ peer 1 did not start \(exit 1\):\n {2}\S+: .+\n {4}→ /)
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  for (const [what, stop, expected] of [
    ['its terminal is closed', (terminal: Stoppable) => terminal.hangUp(), 129],
    ['nobody reads its output', (terminal: Stoppable) => terminal.stopReading(), 0]
  ] as const) {
    it(`takes its peers and its directory away when ${what}`, async () => {
      const httpPort = await freePort('127.0.0.1')
      const { code, terminal } = runAnillo(['demo', '-n', '1', '-P', String(httpPort)])
      await until(() => terminal.printed.out.includes('data in '))
      const directory = / data in (\S+) /.exec(terminal.printed.out)![1]!
      assert.ok(existsSync(directory))
      stop(terminal)
      assert.equal(await code, expected, terminal.printed.err)
      assert.ok(!existsSync(directory))
    })
  }

  it('leaves a directory alone whose demo.json it has not written', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
    try {
      for (const text of ['{}', '{"peers":[{"number":0}],"filled":true}', 'no JSON']) {
        await writeFile(join(dir, 'demo.json'), text)
        const { code, terminal } = runAnillo(['demo', '--keep', dir])
        assert.equal(await code, 2)
        assert.match(
          terminal.printed.err,
          /^ConfigurationError: \S+demo\.json was not written by a demo: give --keep/
        )
        assert.deepEqual(await readdir(dir), ['demo.json'])
      }
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('says what to do with a directory whose peers have all left', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
    try {
      await writeKept(dir, { peers: [{ number: 1, port: 50_051, left: true }], filled: true })
      const { code, terminal } = runAnillo(['demo', '--keep', dir])
      assert.equal(await code, 2)
      assert.match(terminal.printed.err, /^ConfigurationError: Every peer of the ring in \S+ has left it/)
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('passes over ports that are taken', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    try {
      const ports = await freePortsFrom(port, 2, '127.0.0.1')
      assert.equal(ports.length, 2)
      assert.ok(ports.every(each => each > port))
    } finally {
      server.close()
    }
  })
})
