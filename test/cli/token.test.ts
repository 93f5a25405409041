/** Which token a command shows. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { run, setUsersProgram } from '../../src/cli/program.ts'
import { fakeGateway, problem } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { selfReport } from './reports.ts'

let dir = ''
let file = ''
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
  file = join(dir, 'token')
  await writeFile(file, '# mine\nfrom-file read\nanother read\n', { mode: 0o600 })
})
after(() => rm(dir, { recursive: true }))

describe('the token that a command shows', () => {
  it('is that of --token-file, else ANILLO_TOKEN, else that of ANILLO_TOKEN_FILE, else none', async () => {
    await using gateway = await fakeGateway(line =>
      line === 'GET /v1/peer' ? { body: selfReport() } : { body: '[+]storage ok' }
    )
    const cases: [args: string[], env: Record<string, string>, shown: string | undefined][] = [
      [[], {}, undefined],
      [[], { ANILLO_TOKEN: 'from-variable\n' }, 'Bearer from-variable'],
      [[], { ANILLO_TOKEN_FILE: file }, 'Bearer from-file'],
      [[], { ANILLO_TOKEN: 'from-variable', ANILLO_TOKEN_FILE: '/nowhere' }, 'Bearer from-variable'],
      [['--token-file', file], { ANILLO_TOKEN: 'from-variable' }, 'Bearer from-file']
    ]
    for (const [args, env, shown] of cases) {
      const before = gateway.asked.length
      const { code } = runAnillo(['peer', 'status', '-u', gateway.url, ...args], undefined, env)
      assert.equal(await code, 0)
      const asked = gateway.asked.slice(before)
      assert.ok(asked.length >= 2)
      for (const { headers } of asked) assert.equal(headers.authorization, shown)
    }
  })

  it('is never sent when the file cannot be used: exit 2', async () => {
    const { code, terminal } = runAnillo(['users', 'set', '7', 'ONLINE', '--token-file', '/nowhere'])
    assert.equal(await code, 2)
    assert.match(terminal.printed.err, /^ConfigurationError: The token file \/nowhere cannot be read/)
  })

  it('goes with setusers too, which exits 6 without it', async () => {
    await using gateway = await fakeGateway((_line, { headers }) =>
      headers.authorization === 'Bearer from-file'
        ? { body: { success: true } }
        : { ...problem(401, 'unauthorised', ''), body: { error: 'This needs a token' }, headers: {} }
    )
    const setusers = async (env: Record<string, string>) => {
      const terminal = fakeTerminal(env)
      const program = setUsersProgram({ terminal, createPeer: () => assert.fail() }, '0')
      return { code: await run(program, terminal, ['-n', '3', '-u', gateway.url]), ...terminal.printed }
    }
    const refused = await setusers({})
    assert.equal(refused.code, 6)
    assert.match(refused.err, /UnauthorisedError: This needs a token\n {2}→ give a token/)
    const { code, out } = await setusers({ ANILLO_TOKEN_FILE: file })
    assert.deepEqual([code, out.startsWith(`3 users set through ${gateway.url}`)], [0, true])
  })
})
