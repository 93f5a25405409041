/** A peer with tokens and a certificate as an operator has it: files, the binary, the environment, SIGHUP. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { FIRST, SECOND } from '../gateway/certificates.ts'
import { anillo, PeerProcess, until } from './processes.ts'

const READER = 'reader'.padEnd(22, '0')
const WRITER = 'writer'.padEnd(22, '0')

let dir = ''
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anillo-'))
})
after(() => rm(dir, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  const file = join(dir, name)
  await writeFile(file, text, { mode: 0o600 })
  return file
}

/** The binary, with a token or none, and trusting one certificate. */
async function as(token: string | undefined, cert: string, ...args: string[]) {
  process.env.NODE_EXTRA_CA_CERTS = await write('trusted.pem', cert)
  if (token === undefined) delete process.env.ANILLO_TOKEN
  else process.env.ANILLO_TOKEN = token
  return anillo(...args)
}

test('tokens and HTTPS from files, which SIGHUP reads again; what is broken there changes nothing', async t => {
  const tokens = await write('tokens', `${READER} read\n`)
  const cert = await write('cert.pem', FIRST.cert)
  const key = await write('key.pem', FIRST.key)
  const flags = ['--token-file', tokens, '--tls-cert', cert, '--tls-key', key]
  const peer = new PeerProcess(join(dir, 'peer'), flags)
  t.after(() => peer.end('SIGKILL'))
  await peer.start()
  assert.match(peer.http, /^https:\/\/127\.0\.0\.1:/)
  const url = ['-u', peer.http]

  assert.equal((await as(undefined, FIRST.cert, 'peer', 'status', ...url)).code, 6)
  assert.equal((await as(READER, FIRST.cert, 'peer', 'status', ...url)).code, 0)
  const forbidden = await as(READER, FIRST.cert, 'users', 'set', '7', 'ONLINE', ...url)
  assert.deepEqual([forbidden.code, /needs the scope write/.test(forbidden.stderr)], [6, true])
  const untrusted = await as(READER, SECOND.cert, 'users', 'set', '7', 'ONLINE', ...url)
  assert.equal(untrusted.code, 5)
  assert.match(untrusted.stderr, /^UnavailableError: .*self-signed certificate\n {2}→ .*NODE_EXTRA_CA_CERTS/)

  await write('tokens', `${READER} read\n${WRITER} write\n`)
  await write('cert.pem', SECOND.cert)
  await write('key.pem', SECOND.key)
  peer.signal('SIGHUP')
  await until('the files were read again', async () =>
    peer.said.includes('certificate and key of the gateway were read')
  )
  assert.equal((await as(WRITER, SECOND.cert, 'users', 'set', '7', 'ONLINE', ...url)).code, 0)

  await write('tokens', 'short read\n')
  await write('cert.pem', 'none')
  peer.signal('SIGHUP')
  await until('the log says why', async () => peer.said.includes('certificate and key of the gateway stay'))
  assert.match(peer.said, /tokens line 1 has 5 characters.*tokens of the gateway stay as they were/)
  assert.equal((await as(WRITER, SECOND.cert, 'users', 'get', '7', ...url)).code, 0)
  assert.deepEqual(await peer.end('SIGTERM'), { code: 0, signal: null })
})

test('HTTP beyond this machine without a token file does not start: exit 2', async () => {
  const args = ['peer', 'start', '-l', '/ip4/127.0.0.1/tcp/0', '-P', '0', '--http-host', '0.0.0.0']
  const { code, stderr } = await anillo(...args, '--data', join(dir, 'never'), '--no-output')
  assert.equal(code, 2)
  assert.match(stderr, /^ConfigurationError: .*--token-file FILE.*--insecure/)
})
