import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ConfigurationError } from '../../src/errors.ts'
import type { HttpSecrets } from '../../src/peer.ts'
import { FIRST } from '../gateway/certificates.ts'
import { fakePeer, runAnillo } from './fake-peer.ts'
import { until } from './until.ts'

const TOKEN = 'a'.repeat(22)
const OTHER = 'b'.repeat(22)

let dir = ''
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
})
after(() => rm(dir, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  const path = join(dir, name)
  await rm(path, { force: true })
  await writeFile(path, text, { mode: 0o600 })
  return path
}

async function started(updateHttp: (secrets: HttpSecrets) => void) {
  const args = [
    ...['--token-file', await write('tokens', `${TOKEN} read`)],
    ...['--tls-cert', await write('cert.pem', FIRST.cert), '--tls-key', await write('key.pem', FIRST.key)]
  ]
  const starting = Promise.withResolvers<ReturnType<typeof fakePeer>['peer']>()
  const run = runAnillo(['peer', 'start', '--log-format', 'pretty', ...args], () => starting.promise)
  const { http } = await run.options
  return { ...run, http, ready: () => starting.resolve(fakePeer({ updateHttp }).peer) }
}

describe('the secrets of a peer', () => {
  it('are read at the start, and each again on SIGHUP', async () => {
    const updates: HttpSecrets[] = []
    const { http, ready, terminal, code } = await started(secrets => updates.push(secrets))
    const name = join(dir, 'tokens line 1')
    assert.deepEqual(http, {
      port: 5000,
      host: '127.0.0.1',
      tokens: [{ name, token: TOKEN, scopes: ['read'] }],
      tls: FIRST
    })
    ready()
    await until(() => terminal.printed.out.includes('join:'))
    assert.equal(updates.length, 0)
    await write('tokens', `${OTHER} write`)
    terminal.hangUp()
    await until(() => terminal.printed.err.includes('certificate and key of the gateway were read again'))
    assert.deepEqual(updates, [{ tokens: [{ name, token: OTHER, scopes: ['write'] }] }, { tls: FIRST }])
    terminal.send('SIGTERM')
    assert.equal(await code, 0)
  })

  it('stay as they were, each for itself, when what is there now cannot be used; the log says why', async () => {
    const taken: string[] = []
    const { ready, terminal, code } = await started(secrets => {
      if (secrets.tls) throw new ConfigurationError('The TLS certificate and key cannot be used')
      taken.push(...Object.keys(secrets))
    })
    ready()
    await until(() => terminal.printed.out.includes('join:'))
    await rm(join(dir, 'tokens'))
    terminal.hangUp()
    await until(() => /certificate and key of the gateway stay as they were/.test(terminal.printed.err))
    assert.match(terminal.printed.err, /error The tokens of the gateway stay as they were.*ENOENT/)
    assert.deepEqual(taken, [])
    await write('tokens', `${OTHER} write`)
    terminal.hangUp()
    await until(() => terminal.printed.err.includes('tokens of the gateway were read again'))
    assert.deepEqual(taken, ['tokens'])
    terminal.send('SIGTERM')
    assert.equal(await code, 0)
  })

  it('are read again when a SIGHUP came while the peer was starting', async () => {
    const updates: HttpSecrets[] = []
    const { ready, terminal, code } = await started(secrets => updates.push(secrets))
    await write('tokens', `${OTHER} admin`)
    terminal.hangUp()
    ready()
    await until(() => updates.length === 2)
    assert.equal(updates[0]?.tokens?.[0]?.token, OTHER)
    terminal.send('SIGTERM')
    assert.equal(await code, 0)
  })
})
