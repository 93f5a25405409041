import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readFirstToken, readTokens } from '../../src/cli/token-file.ts'

const WINDOWS = process.platform === 'win32' && 'permissions say nothing there'

let dir = ''
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
})
after(() => rm(dir, { recursive: true }))

async function file(text: string, mode = 0o600): Promise<string> {
  const path = join(dir, 'tokens')
  await rm(path, { force: true })
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

describe('a token file', () => {
  it('has a token on each line, its scopes after it, and comments', async () => {
    const path = await file(
      '\uFEFF# tokens\r\n\r\n  aaaa read,write # the web application\r\nbbbb\tadmin\ncccc read, write ,admin\n#dddd read\neeee admin#no blank'
    )
    assert.deepEqual(await readTokens(path), [
      { name: `${path} line 3`, token: 'aaaa', scopes: ['read', 'write'] },
      { name: `${path} line 4`, token: 'bbbb', scopes: ['admin'] },
      { name: `${path} line 5`, token: 'cccc', scopes: ['read', 'write', 'admin'] },
      { name: `${path} line 7`, token: 'eeee', scopes: ['admin'] }
    ])
    assert.equal(await readFirstToken(path), 'aaaa')
  })

  it('may hold for a command nothing but its token', async () => {
    assert.equal(await readFirstToken(await file('secret\n')), 'secret')
    await assert.rejects(readTokens(await file('# mine\nsecret\n')), {
      name: 'ConfigurationError',
      message: `${dir}/tokens line 2 says not what the token may do: put read, write or admin after it, with commas between`
    })
    await assert.rejects(readFirstToken(await file('# none\n\n')), /has no token/)
  })

  it('is refused when others may read or write it, and says what to do', { skip: WINDOWS }, async () => {
    for (const mode of [0o644, 0o640, 0o604, 0o620, 0o602]) {
      const path = await file('secret read', mode)
      const says = {
        name: 'ConfigurationError',
        message: new RegExp(`mode is ${mode.toString(8)}\\): chmod 600 ${path}$`)
      }
      await assert.rejects(readTokens(path), says)
      await assert.rejects(readFirstToken(path), says)
    }
    for (const mode of [0o600, 0o400])
      assert.equal((await readTokens(await file('secret read', mode))).length, 1)
  })

  it('is refused when it is a directory, missing or far too large', async () => {
    await assert.rejects(readTokens(join(dir, 'none')), {
      name: 'ConfigurationError',
      message: /cannot be read: ENOENT/
    })
    await chmod(dir, 0o700)
    await assert.rejects(readTokens(dir), { name: 'ConfigurationError', message: /cannot be read: EISDIR/ })
    await assert.rejects(readTokens(await file('#'.repeat(300_000))), { message: /is over 262144 bytes/ })
  })
})
