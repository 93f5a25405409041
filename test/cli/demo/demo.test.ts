import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { freePort, freePortsFrom } from '../../../src/cli/free-port.ts'
import { runAnillo } from '../fake-peer.ts'

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
