import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PeerOptions } from '../../src/peer.ts'
import { runAnillo } from './fake-peer.ts'

/** What `anillo peer start` asks createPeer for, without what is the same in every case. */
async function asked(args: string, env: Record<string, string> = {}): Promise<Partial<PeerOptions>> {
  const words = args === '' ? [] : args.split(' ')
  const { options, terminal, code } = runAnillo(['peer', 'start', ...words], undefined, env)
  const { log: _log, signal: _signal, ...rest } = await options
  terminal.send('SIGTERM')
  terminal.send('SIGTERM')
  await code
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
}

const DEFAULTS = {
  listen: ['/ip4/127.0.0.1/tcp/50051'],
  join: [],
  http: { port: 5000, host: '127.0.0.1' },
  dataDir: 'data/50051',
  outputDir: 'output/50051'
}

const at = (port: number, host = '/ip4/127.0.0.1') => ({
  listen: [`${host}/tcp/${port}`],
  dataDir: `data/${port}`,
  outputDir: `output/${port}`
})

const OPEN_HTTP = { host: '127.0.0.1', port: 5000, insecure: true }

const CASES: [title: string, args: string, env: Record<string, string>, expected: Partial<PeerOptions>][] = [
  ['nothing said: the defaults', '', {}, {}],
  [
    'the original: a first peer',
    '-p 50052 -P 5002',
    {},
    { ...at(50052), http: { port: 5002, host: '127.0.0.1' } }
  ],
  [
    'the original: joining on this machine',
    '-p 50052 -j 50051',
    {},
    { ...at(50052), join: ['/ip4/127.0.0.1/tcp/50051'] }
  ],
  [
    'the original: joining another machine',
    '-a 10.0.0.2 -p 50052 -P 5002 -J 10.0.0.1 -j 50051',
    {},
    {
      ...at(50052, '/ip4/10.0.0.2'),
      http: { port: 5002, host: '127.0.0.1' },
      join: ['/ip4/10.0.0.1/tcp/50051']
    }
  ],
  [
    'the original with IPv6',
    '-a ::1 -J ::1 -j 50051',
    {},
    { ...at(50051, '/ip6/::1'), join: ['/ip6/::1/tcp/50051'] }
  ],
  ['a host name to join', '-J db.example.org -j 4', {}, { join: ['/dns/db.example.org/tcp/4'] }],
  ['localhost', '-a localhost -J localhost -j 4', {}, { join: ['/ip4/127.0.0.1/tcp/4'] }],
  [
    'repeated multiaddrs; directories are named after the first',
    '-l /ip4/0.0.0.0/tcp/4001 -l /ip6/::/tcp/4002 -j /dns/a.example/tcp/1 --join /dns/b.example/tcp/2',
    {},
    {
      ...at(4001),
      listen: ['/ip4/0.0.0.0/tcp/4001', '/ip6/::/tcp/4002'],
      join: ['/dns/a.example/tcp/1', '/dns/b.example/tcp/2']
    }
  ],
  [
    'a number and a multiaddr to join',
    '-j 50051 -j /ip4/10.0.0.1/tcp/1',
    {},
    { join: ['/ip4/127.0.0.1/tcp/50051', '/ip4/10.0.0.1/tcp/1'] }
  ],
  [
    'the ring options',
    '--replicas 5 --slots 512 --virtual-nodes 8 --announce /dns4/me.example/tcp/1',
    {},
    { replicas: 5, slots: 512, virtualNodes: 8, announce: ['/dns4/me.example/tcp/1'] }
  ],
  ['patience with a peer that is gone', '--replace-after 5m', {}, { replaceAfterMs: 300_000 }],
  ['directories', '--data /tmp/d --output /tmp/o', {}, { dataDir: '/tmp/d', outputDir: '/tmp/o/50051' }],
  ['the HTTP address', '--http-host 0.0.0.0 --http-port 80', {}, { http: { port: 80, host: '0.0.0.0' } }],
  [
    'who may use the HTTP API, but for the files',
    '--cors-origin https://a.example --cors-origin https://b.example --rate-limit 500 --insecure',
    {},
    {
      http: {
        port: 5000,
        host: '127.0.0.1',
        corsOrigins: ['https://a.example', 'https://b.example'],
        rateLimit: 500,
        insecure: true
      },
      insecure: true
    }
  ],
  [
    'the same from the environment',
    '',
    { ANILLO_CORS_ORIGIN: '*, https://b.example', ANILLO_RATE_LIMIT: '7', ANILLO_INSECURE: '1' },
    {
      http: {
        port: 5000,
        host: '127.0.0.1',
        corsOrigins: ['*', 'https://b.example'],
        rateLimit: 7,
        insecure: true
      },
      insecure: true
    }
  ],
  [
    'everything from the environment',
    '',
    {
      ANILLO_LISTEN: '/ip4/0.0.0.0/tcp/4001, /ip6/::/tcp/4002',
      ANILLO_JOIN: '50051 /dns/a.example/tcp/1',
      ANILLO_HTTP_PORT: '80',
      ANILLO_HTTP_HOST: '::',
      ANILLO_DATA: '/d',
      ANILLO_OUTPUT: '/o',
      ANILLO_VIRTUAL_NODES: '16'
    },
    {
      listen: ['/ip4/0.0.0.0/tcp/4001', '/ip6/::/tcp/4002'],
      join: ['/ip4/127.0.0.1/tcp/50051', '/dns/a.example/tcp/1'],
      http: { port: 80, host: '::' },
      dataDir: '/d',
      outputDir: '/o/4001',
      virtualNodes: 16
    }
  ],
  [
    'a flag wins over its variable',
    '-P 81 -j 1',
    { ANILLO_HTTP_PORT: '80', ANILLO_JOIN: '2' },
    { http: { port: 81, host: '127.0.0.1' }, join: ['/ip4/127.0.0.1/tcp/1'] }
  ],
  ['-p on the command line wins over ANILLO_LISTEN', '-p 4', { ANILLO_LISTEN: '/ip4/0.0.0.0/tcp/9' }, at(4)],
  [
    '-l on the command line wins over ANILLO_PORT',
    '-l /ip4/0.0.0.0/tcp/9',
    { ANILLO_PORT: '4' },
    at(9, '/ip4/0.0.0.0')
  ],
  [
    'who may connect',
    '-l /ip4/0.0.0.0/tcp/1 --allow 12D3KooWA --allow 12D3KooWB --insecure',
    {},
    { ...at(1, '/ip4/0.0.0.0'), allow: ['12D3KooWA', '12D3KooWB'], insecure: true, http: OPEN_HTTP }
  ],
  [
    'who may connect, from the environment',
    '',
    { ANILLO_ALLOW: '12D3KooWA,12D3KooWB', ANILLO_INSECURE: '1' },
    { allow: ['12D3KooWA', '12D3KooWB'], insecure: true, http: OPEN_HTTP }
  ],
  ['a variable that is off', '', { ANILLO_INSECURE: '0' }, {}],
  ['an empty variable is not set', '', { ANILLO_JOIN: '', ANILLO_HTTP_PORT: '' }, {}]
]

describe('the flags of peer start', () => {
  for (const [title, args, env, expected] of CASES) {
    it(title, async () => assert.deepEqual(await asked(args, env), { ...DEFAULTS, ...expected }))
  }

  it('leave the output files out with --no-output, or ANILLO_NO_OUTPUT=1', async () => {
    assert.equal((await asked('--no-output')).outputDir, undefined)
    assert.equal((await asked('', { ANILLO_NO_OUTPUT: '1' })).outputDir, undefined)
    assert.equal((await asked('', { ANILLO_NO_OUTPUT: 'false' })).outputDir, 'output/50051')
  })

  it('name the directories after the port that the system chose for /tcp/0', async () => {
    const { listen, dataDir, outputDir } = await asked('-l /ip4/127.0.0.1/tcp/0')
    const port = /^\/ip4\/127\.0\.0\.1\/tcp\/([1-9][0-9]*)$/.exec(listen![0]!)?.[1]
    assert.ok(port, listen![0])
    assert.deepEqual([dataDir, outputDir], [`data/${port}`, `output/${port}`])
  })

  const WRONG: [args: string, env: Record<string, string>, says: RegExp][] = [
    ['-p 70000', {}, /whole number from 0 to 65535/],
    ['-l 127.0.0.1:50051', {}, /Give a multiaddr, such as/],
    ['-l /ip4/127.0.0.1', {}, /has no TCP port/],
    ['-j nonsense', {}, /Give a multiaddr, such as/],
    ['-j 99999', {}, /whole number from 0 to 65535/],
    ['-J 10.0.0.1', {}, /needs the port of the peer to join: add -j/],
    ['-J a/b -j 1', {}, /neither an IP address nor a host name/],
    ['-a host.example', {}, /give an IP address of this machine/],
    ['-l /ip4/127.0.0.1/tcp/1 -p 2', {}, /Say where to listen once/],
    ['--log-level loud', {}, /debug, info, warn, error/],
    ['--replicas 0', {}, /whole number from 1/],
    ['--replace-after 30', {}, /Give a duration, such as 30s/],
    ['--replace-after 0s', {}, /Give a duration, such as 30s/],
    ['--rate-limit 0', {}, /whole number from 1/],
    ['--tls-cert cert.pem', {}, /--tls-cert is given without --tls-key: HTTPS needs both, HTTP neither/],
    ['', { ANILLO_TLS_KEY: 'key.pem' }, /--tls-key is given without --tls-cert/],
    ['--token-file /nowhere', {}, /The token file \/nowhere cannot be read: ENOENT/],
    ['--htp-port 1', {}, /Did you mean --http-port/],
    ['extra', {}, /too many arguments/],
    ['', { ANILLO_HTTP_PORT: 'x' }, /ANILLO_HTTP_PORT is "x": Give a whole number/],
    ['', { ANILLO_LOG_FORMAT: 'xml' }, /ANILLO_LOG_FORMAT is "xml": Allowed choices are pretty, json/],
    ['--psk /nowhere/ring.key', {}, /The pre-shared key \/nowhere\/ring.key cannot be read: ENOENT/],
    ['', { ANILLO_PSK: '/nowhere/ring.key' }, /The pre-shared key \/nowhere\/ring.key cannot be read/],
    ['', { ANILLO_CONFIG: '/nowhere/c.yaml' }, /The config file \/nowhere\/c.yaml cannot be read: ENOENT/],
    ['', { ANILLO_NO_OUTPUT: 'maybe' }, /ANILLO_NO_OUTPUT is "maybe": Give 1 or 0/]
  ]
  for (const [args, env, says] of WRONG) {
    it(`refuse ${args || JSON.stringify(env)} with exit 2 and a hint`, async () => {
      const words = args === '' ? [] : args.split(' ')
      const { code, terminal } = runAnillo(['peer', 'start', ...words], undefined, env)
      assert.equal(await code, 2)
      assert.match(terminal.printed.err, says)
      assert.equal(terminal.printed.out, '')
    })
  }
})
