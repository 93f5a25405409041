import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Command } from 'commander'
import { addPeerStartFlags } from '../../src/cli/peer-start-flags.ts'
import { JoinError } from '../../src/errors.ts'
import type { PeerOptions } from '../../src/peer.ts'
import { runAnillo } from './fake-peer.ts'

let dir: string
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
})
after(() => rm(dir, { recursive: true }))

const flagsOfPeerStart = () => addPeerStartFlags(new Command()).options.map(option => option.long!.slice(2))

let files = 0
async function fileWith(text: string): Promise<string> {
  const file = join(dir, `${files++}.yaml`)
  await writeFile(file, text)
  return file
}

/** What createPeer is asked for, with a config file of `text`. */
async function asked(
  text: string,
  args: readonly string[] = [],
  env: Record<string, string> = {}
): Promise<PeerOptions> {
  const words = ['peer', 'start', '--config', await fileWith(text), ...args]
  const { options, terminal, code } = runAnillo(words, undefined, env)
  const given = await options
  terminal.send('SIGTERM')
  terminal.send('SIGTERM')
  await code
  return given
}

async function refused(text: string): Promise<string> {
  const { code, terminal } = runAnillo(['peer', 'start', '--config', await fileWith(text)])
  assert.equal(await code, 2, terminal.printed.err)
  assert.equal(terminal.printed.out, '')
  return terminal.printed.err
}

describe('the config file of peer start', () => {
  it('has the long flags as its keys, and is read as they are', async () => {
    const { listen, join, http, replicas, replaceAfterMs, dataDir, outputDir, allow, insecure } =
      await asked(`
# a peer
listen: [/ip4/127.0.0.1/tcp/4001, /ip6/::1/tcp/4002]
join:
  - /dns/a.example/tcp/1
  - 50051
http-port: 5001
http-host: "::1"
replicas: 5
replace-after: 2m
data: /d
no-output: true
allow: 12D3KooWA
insecure: true
`)
    assert.deepEqual(listen, ['/ip4/127.0.0.1/tcp/4001', '/ip6/::1/tcp/4002'])
    assert.deepEqual(join, ['/dns/a.example/tcp/1', '/ip4/127.0.0.1/tcp/50051'])
    assert.deepEqual(http, { port: 5001, host: '::1', insecure: true })
    assert.deepEqual([replicas, replaceAfterMs, dataDir, outputDir], [5, 120_000, '/d', undefined])
    assert.deepEqual([allow, insecure], [['12D3KooWA'], true])
  })

  it('may be JSON, or empty, and be named by ANILLO_CONFIG', async () => {
    assert.deepEqual((await asked('{"http-port": 5001}')).http, { port: 5001, host: '127.0.0.1' })
    assert.deepEqual((await asked('# nothing yet\n')).http, { port: 5000, host: '127.0.0.1' })
    const { options, terminal, code } = runAnillo(['peer', 'start'], undefined, {
      ANILLO_CONFIG: await fileWith('http-port: 5002')
    })
    assert.equal((await options).http?.port, 5002)
    terminal.send('SIGTERM')
    terminal.send('SIGTERM')
    await code
  })

  it('is in operations.md with every key that there is, and that file is accepted', async () => {
    const docs = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
    const section = docs.split('## Settings in a file')[1]!.split('\n## ')[0]!
    const example = /```yaml\n([\s\S]*?)```/.exec(section)![1]!
    const psk = join(dir, 'ring.key')
    await writeFile(psk, 'key', { mode: 0o600 })
    const ready = join(dir, 'ready.json')
    const given = await asked(example, ['--psk', psk, '--ready-file', ready])
    assert.deepEqual([given.join?.length, given.allow?.length, given.psk], [2, 2, 'key'])
    for (const flag of flagsOfPeerStart()) {
      if (flag !== 'config') assert.match(section, new RegExp(`(^(# *)?|\\W)${flag}\\b`, 'm'), flag)
    }
  })

  it('comes after flags and environment, and before defaults', async () => {
    const text = 'http-port: 1\nhttp-host: 127.0.0.2\ndata: /file\njoin: [1]\nno-output: true\ninsecure: true'
    const env = { ANILLO_HTTP_PORT: '2', ANILLO_HTTP_HOST: '127.0.0.3' }
    const given = await asked(text, ['--http-port', '3', '-j', '2', '--output', '/flag'], env)
    assert.deepEqual(given.http, { port: 3, host: '127.0.0.3', insecure: true })
    assert.equal(given.dataDir, '/file')
    assert.deepEqual(given.join, ['/ip4/127.0.0.1/tcp/2'], 'the lists are not put together')
    assert.equal(given.outputDir, '/flag/50051')
    assert.equal(given.insecure, true)
  })

  it('says where to listen unless flags or environment do, in either spelling', async () => {
    const at = async (...given: Parameters<typeof asked>) => (await asked(...given)).listen?.[0]
    assert.equal(await at('port: 4'), '/ip4/127.0.0.1/tcp/4')
    assert.equal(await at('port: 4', ['-l', '/ip4/127.0.0.1/tcp/5']), '/ip4/127.0.0.1/tcp/5')
    assert.equal(await at('listen: /ip4/127.0.0.1/tcp/4', ['-p', '5']), '/ip4/127.0.0.1/tcp/5')
    assert.equal(await at('listen: /ip4/127.0.0.1/tcp/4', [], { ANILLO_PORT: '5' }), '/ip4/127.0.0.1/tcp/5')
    assert.match(await refused('listen: /ip4/127.0.0.1/tcp/4\nport: 5'), /Say where to listen once/)
  })

  const WRONG: [text: string, says: RegExp][] = [
    ['htp-port: 1', /htp-port: No such key: there are listen, join, client, http-port, .*ready-file/],
    ['config: other.yaml', /config: No such key: there are listen/],
    ['l: /ip4/127.0.0.1/tcp/1', /l: No such key/],
    ['http-port: many', /http-port: "many": Give a whole number from 0 to 65535/],
    ['http-port: true', /http-port: true: Give one value\./],
    ['http-port: [1, 2]', /http-port: \[1,2\]: Give one value\./],
    ['http-port:', /http-port: null: Give one value\./],
    ['join: {a: 1}', /join: \{"a":1\}: Give one value, or a list of such\./],
    ['join: [here]', /join: \["here"\]: Give a multiaddr/],
    ['data: 50051', /data: 50051: Give text, in quotes if it looks like something else/],
    ['output: false', /output: false: Give text/],
    ['insecure: "true"', /insecure: "true": Give true or false/],
    ['log-level: loud', /log-level: "loud": Allowed choices are debug, info, warn, error/],
    ['- http-port', /has no keys: write lines such as http-port: 5000/],
    ['just words', /has no keys/],
    ['http-port: 1\nhttp-port: 2', /is no YAML: Map keys must be unique at line 2/],
    ['a: [', /is no YAML/],
    [`# ${'x'.repeat(300_000)}`, /at most 262144 are allowed/]
  ]
  for (const [text, says] of WRONG) {
    it(`is refused with exit 2 when it is ${JSON.stringify(text.slice(0, 40))}`, async () => {
      assert.match(await refused(text), says)
    })
  }

  it('names everything that is wrong in it at once', async () => {
    const said = await refused('http-port: x\nreplica: 3\n')
    assert.match(
      said,
      /^ConfigurationError: The config file .* cannot be used\n {2}http-port: .*\n {2}replica: No such key/
    )
  })

  it('may ask for stack traces', async () => {
    const file = await fileWith('log-level: debug')
    const failing = () => Promise.reject(new JoinError('no'))
    const { code, terminal } = runAnillo(['peer', 'start', '--config', file], failing)
    await code
    assert.match(terminal.printed.err, /at .*config-file\.test/)
  })
})
