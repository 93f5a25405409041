import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createPeer } from '../../src/peer.ts'
import { runAnillo } from './fake-peer.ts'

let dir: string
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
})
after(() => rm(dir, { recursive: true }))

async function anillo(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, terminal } = runAnillo(args)
  return { code: await code, ...terminal.printed }
}

describe('anillo key psk', () => {
  it('prints a new key file, and how to use it beside it', async () => {
    const { code, out, err } = await anillo('key', 'psk')
    assert.equal(code, 0)
    assert.match(out, /^\/key\/swarm\/psk\/1\.0\.0\/\n\/base16\/\n[0-9a-f]{64}\n$/)
    assert.match(err, /umask 077; anillo key psk > ring\.key.*--psk ring\.key/s)
    assert.notEqual((await anillo('key', 'psk')).out, out)
  })
})

describe('anillo key show', () => {
  it('prints the PeerId of a data directory, also while its peer runs, and disturbs nothing', async () => {
    const dataDir = join(dir, 'running')
    const options = { listen: ['/ip4/127.0.0.1/tcp/0'], dataDir, slots: 16, virtualNodes: 4 }
    const peer = await createPeer(options)
    try {
      assert.deepEqual(await anillo('key', 'show', '--data', dataDir), {
        code: 0,
        out: `${peer.peer}\n`,
        err: ''
      })
      const { out } = await anillo('key', 'show', '--data', dataDir, '-o', 'json')
      assert.deepEqual(JSON.parse(out), { peer: peer.peer })
      await peer.users.set('7', { status: 'ONLINE' })
    } finally {
      await peer.stop()
    }
    assert.equal((await anillo('key', 'show', '--data', dataDir)).out, `${peer.peer}\n`)
    const again = await createPeer(options)
    assert.equal((await again.users.get('7'))?.status, 'ONLINE')
    await again.stop()
  })

  it('says what to do when there is no peer, and makes nothing', async () => {
    const { code, out, err } = await anillo('key', 'show', '--data', join(dir, 'none'))
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /no peer's directory yet: .*anillo key show --create/)
    assert.ok(!(await readdir(dir)).includes('none'))
  })

  it('makes the identity with --create, once, and the peer that starts there has it', async () => {
    const dataDir = join(dir, 'new')
    const made = await anillo('key', 'show', '--data', dataDir, '--create')
    assert.equal(made.code, 0)
    assert.equal((await anillo('key', 'show', '--data', dataDir, '--create')).out, made.out)
    const peer = await createPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], dataDir, slots: 16, virtualNodes: 4 })
    await peer.stop()
    assert.deepEqual([`${peer.peer}\n`, peer.origin], [made.out, 'created'])
  })

  it('refuses a directory that is something else', async () => {
    const { code, err } = await anillo('key', 'show', '--data', import.meta.dirname, '--create')
    assert.equal(code, 1)
    assert.match(err, /DataDirectoryError: .* so it is no peer's/)
  })
})

describe('the file of --psk', () => {
  const start = async (file: string) => {
    const { code, options, terminal } = runAnillo(['peer', 'start', '--psk', file])
    const given = await options.catch(() => undefined)
    terminal.send('SIGTERM')
    terminal.send('SIGTERM')
    return { code: await code, psk: given?.psk, err: terminal.printed.err, out: terminal.printed.out }
  }

  it('is given to the peer, and named in the command with which the next one joins', async () => {
    const file = join(dir, 'ring.key')
    const { out: key } = await anillo('key', 'psk')
    await writeFile(file, key, { mode: 0o600 })
    for (const mode of [0o600, 0o400, 0o440, 0o640]) {
      await chmod(file, mode)
      const { psk } = await start(file)
      assert.equal(psk, key, mode.toString(8))
    }
  })

  it('is refused when every user of the machine may read or change it', async () => {
    const file = join(dir, 'open.key')
    await writeFile(file, 'key')
    for (const [mode, can] of [
      [0o644, 'read'],
      [0o604, 'read'],
      [0o602, 'changed'],
      [0o666, 'changed']
    ] as const) {
      await chmod(file, mode)
      const { code, err } = await start(file)
      assert.equal(code, 2)
      assert.match(err, new RegExp(`can be ${can} by every user of this machine: chmod 600 ${file}`))
    }
  })

  it('is refused when it is no key file by its size, or a directory', async () => {
    const file = join(dir, 'large.key')
    await writeFile(file, 'x'.repeat(2_000), { mode: 0o600 })
    assert.match((await start(file)).err, /has 2000 bytes: that is no pre-shared key/)
    await chmod(dir, 0o700)
    assert.match((await start(dir)).err, /no pre-shared key|cannot be read: EISDIR/)
  })
})
