import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { joinCommand, startBlock } from '../../src/cli/start-block.ts'
import { ConfigurationError, JoinError, StorageError } from '../../src/errors.ts'
import { fakePeer, runAnillo } from './fake-peer.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { FIRST_PEER, SECOND_PEER } from './reports.ts'
import { until } from './until.ts'

const START = ['peer', 'start', '--log-format', 'pretty']

describe('anillo peer start', () => {
  it('prints who it is, where it is, and how the next peer joins', () => {
    const { peer } = fakePeer()
    const block = {
      peer,
      peers: 1,
      dataDir: 'data/50051',
      outputDir: 'output/50051',
      readyMs: 312.4,
      nextHttpPort: 5001,
      program: './bin/anillo'
    }
    assert.equal(
      startBlock(block, fakeTerminal().out.colours).join('\n'),
      `● 12D3KooWQ7…f3Ka   ring 2f91c04e   1 peer   replicas 3   slots 256
  p2p   /ip4/127.0.0.1/tcp/50051/p2p/${FIRST_PEER}
  http  http://127.0.0.1:5000
  data  data/50051   output output/50051
  ready in 312 ms (new ring)
  join: ./bin/anillo peer start -l /ip4/127.0.0.1/tcp/0 -P 5001 -j /ip4/127.0.0.1/tcp/50051/p2p/${FIRST_PEER}`
    )
  })

  it('tells peers of other machines an address that they can reach', () => {
    assert.equal(
      joinCommand('anillo', ['/ip4/127.0.0.1/tcp/1', `/ip4/192.168.1.2/tcp/1/p2p/${SECOND_PEER}`], 5001),
      `anillo peer start -l /ip4/0.0.0.0/tcp/0 -P 5001 -j /ip4/192.168.1.2/tcp/1/p2p/${SECOND_PEER}`
    )
  })

  it('tells the next peer the same about who may connect', () => {
    const own = [`/ip4/10.0.0.1/tcp/1/p2p/${FIRST_PEER}`]
    const command = (doors: Parameters<typeof joinCommand>[3], addresses = own) =>
      joinCommand('anillo', addresses, 5001, doors).split(FIRST_PEER)[1]
    assert.equal(command({ psk: 'ring.key' }), ' --psk ring.key')
    assert.equal(command({ allow: ['A', 'B', 'A'] }), ' --allow A --allow B')
    assert.equal(command({ insecure: true }), ' --insecure')
    assert.equal(command({ insecure: true }, [`/ip4/127.0.0.1/tcp/1/p2p/${FIRST_PEER}`]), '')
    const block = {
      peer: fakePeer().peer,
      peers: 1,
      dataDir: 'd',
      outputDir: undefined,
      readyMs: 1,
      nextHttpPort: 1,
      program: 'anillo',
      doors: { allow: [SECOND_PEER] }
    }
    assert.ok(
      startBlock(block, fakeTerminal().out.colours)
        .join('\n')
        .endsWith(` --allow ${SECOND_PEER} --allow ${FIRST_PEER}`)
    )
  })

  it('has a port for the next peer whatever its own is', async () => {
    for (const [httpUrl, port, next] of [
      ['http://127.0.0.1:65535', '65535', (each: number) => each === 0],
      ['http://127.0.0.1', '80', (each: number) => each > 80]
    ] as const) {
      const { terminal, code } = runAnillo([...START, '-P', port], async () => fakePeer({ httpUrl }).peer)
      await until(() => terminal.printed.out.includes('join:'))
      terminal.send('SIGTERM')
      assert.equal(await code, 0)
      assert.ok(next(Number(/join: .* -P (\d+) /.exec(terminal.printed.out)![1])), terminal.printed.out)
    }
  })

  it('writes the ready file whole, in place of an old one, when the peer is ready', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
    try {
      const file = join(dir, 'ready.json')
      await writeFile(file, 'of an earlier start')
      const starting = Promise.withResolvers<ReturnType<typeof fakePeer>['peer']>()
      const { options, terminal, code } = runAnillo([...START, '--ready-file', file], () => starting.promise)
      await options
      assert.deepEqual(await readdir(dir), [])
      starting.resolve(fakePeer().peer)
      await until(async () => (await readdir(dir)).includes('ready.json'))
      assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), {
        peer: FIRST_PEER,
        ring: '2f91c04e'.padEnd(32, '0'),
        addresses: [`/ip4/127.0.0.1/tcp/50051/p2p/${FIRST_PEER}`],
        http: 'http://127.0.0.1:5000'
      })
      terminal.send('SIGTERM')
      assert.equal(await code, 0)
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('stops the peer again when its ready file cannot be written', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
    try {
      const file = join(dir, 'ready.json')
      const { peer, calls } = fakePeer()
      const { terminal, code } = runAnillo([...START, '--ready-file', file], async () => {
        await mkdir(join(file, 'not-empty'), { recursive: true })
        return peer
      })
      assert.equal(await code, 2)
      assert.deepEqual(calls, ['stop'])
      assert.match(terminal.printed.err, /^ConfigurationError: The ready file .* cannot be written/)
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`drains on ${signal} and exits 0`, async () => {
      const { peer, calls } = fakePeer()
      const { terminal, code } = runAnillo(START, async () => peer)
      await until(() => terminal.printed.out.includes('join:'))
      terminal.send(signal)
      assert.equal(await code, 0)
      assert.deepEqual(calls, ['stop'])
      assert.match(
        terminal.printed.err,
        /^draining.*\nstopped in .*the same peer starts again from data\/50051\n$/
      )
    })
  }

  it('starts a client without a place of its own, and says what it is', async () => {
    const { peer } = fakePeer({ origin: 'client', addresses: [] })
    const { options, terminal, code } = runAnillo(
      [...START, '--client', '-j', '50051', '-P', '5002'],
      async () => peer
    )
    const { clientMode, join, listen, dataDir, outputDir } = await options
    assert.deepEqual(
      { clientMode, join, listen, dataDir, outputDir },
      {
        clientMode: true,
        join: ['/ip4/127.0.0.1/tcp/50051'],
        listen: undefined,
        dataDir: undefined,
        outputDir: undefined
      }
    )
    await until(() => terminal.printed.out.includes('ready in'))
    assert.match(terminal.printed.out, /\n {2}data {2}none\n {2}ready in .* \(a client of the ring\)\n$/)
    terminal.send('SIGTERM')
    assert.equal(await code, 0)
    assert.match(terminal.printed.err, /^draining: what is in flight is finished .*\nstopped in [^;]*\n$/)
  })

  it('hands on what a client must not be given, so that it is refused by name', async () => {
    const { options, code } = runAnillo(
      [...START, '--client', '-j', '50051', '--data', 'here', '-p', '1'],
      async () => Promise.reject(new ConfigurationError('as createPeer says'))
    )
    const { listen, dataDir } = await options
    assert.deepEqual([listen, dataDir], [['/ip4/127.0.0.1/tcp/1'], 'here'])
    assert.equal(await code, 2)
  })

  it('stops at once on a second signal, with its exit code, though the peer hangs', async () => {
    for (const [signal, expected] of [
      ['SIGINT', 130],
      ['SIGTERM', 143]
    ] as const) {
      const { peer } = fakePeer({ stop: () => new Promise(() => {}) })
      const { terminal, code } = runAnillo(START, async () => peer)
      await until(() => terminal.printed.out.includes('join:'))
      terminal.send('SIGTERM')
      terminal.send(signal)
      assert.equal(await code, expected)
      assert.match(terminal.printed.err, /stopped at once\n$/)
    }
  })

  it('gives up starting on a signal and exits 130', async () => {
    const { options, terminal, code } = runAnillo(
      START,
      ({ signal }) =>
        new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
    )
    await options
    terminal.send('SIGINT')
    assert.equal(await code, 130)
    assert.match(terminal.printed.err, /stopped before the peer was ready/)
  })

  it('drains when the program that started it is gone', async () => {
    const { peer, calls } = fakePeer()
    const { terminal, code } = runAnillo(START, async () => peer)
    await until(() => terminal.printed.out.includes('join:'))
    terminal.orphan()
    assert.equal(await code, 0)
    assert.deepEqual(calls, ['stop'])
  })

  it('exits 1 and says why when the disk failed', async () => {
    const { peer, stopped } = fakePeer()
    const { terminal, code } = runAnillo(START, async () => peer)
    await until(() => terminal.printed.out.includes('join:'))
    stopped.resolve(new StorageError('The flush of data/50051 failed: ENOSPC'))
    assert.equal(await code, 1)
    assert.match(
      terminal.printed.err,
      /StorageError: The flush of data\/50051 failed: ENOSPC\n {2}→ check the disk/
    )
  })

  it('exits 0 when the peer left the ring', async () => {
    const { peer, stopped } = fakePeer()
    const { terminal, code } = runAnillo(START, async () => peer)
    stopped.resolve(undefined)
    assert.equal(await code, 0)
    assert.match(terminal.printed.err, /the peer has left the ring and stopped/)
  })

  it('names the error and what to do next, without a stack trace, when it cannot start', async () => {
    const { terminal, code } = runAnillo(START, () =>
      Promise.reject(new JoinError('/ip4/10.0.0.1/tcp/1 did not answer'))
    )
    assert.equal(await code, 5)
    assert.match(terminal.printed.err, /^JoinError: \/ip4\/10\.0\.0\.1\/tcp\/1 did not answer\n {2}→ .+\n$/)
  })

  it('shows the stack trace when debugging', async () => {
    const failing = () => Promise.reject(new JoinError('no', { cause: new Error('the reason') }))
    for (const [args, env] of [
      [[...START, '--log-level', 'debug'], {}],
      [START, { ANILLO_LOG_LEVEL: 'debug' }]
    ] as const) {
      const { terminal, code } = runAnillo(args, failing, env)
      await code
      assert.match(terminal.printed.err, /at .*peer-start\.test/)
      assert.match(terminal.printed.err, /caused by Error: the reason/)
    }
  })

  for (const [says, next] of [
    [
      'listen EADDRINUSE: address already in use 127.0.0.1:5000',
      /choose another address or port: -p for peers/
    ],
    ["EACCES: permission denied, mkdir '/data'", /check the path, its permissions/]
  ] as const) {
    it(`says what to change after ${says}`, async () => {
      const failing = new Error('The peer could not be started', { cause: new Error(says) })
      const { terminal, code } = runAnillo(START, () => Promise.reject(failing))
      assert.equal(await code, 1)
      assert.match(terminal.printed.err, next)
    })
  }

  it('tells what happens to the peer on stderr', async () => {
    const { peer } = fakePeer()
    const { terminal, code } = runAnillo(START, async () => peer)
    await until(() => terminal.printed.out.includes('join:'))
    peer.events.emit({ type: 'peer.down', peer: SECOND_PEER })
    peer.events.emit({ type: 'user.changed', slot: 1, id: '7', version: '1.1', change: 'put' })
    peer.events.emit({ type: 'member.regressed', slot: 1, peer: SECOND_PEER })
    const [down, regressed] = terminal.printed.err.split('\n')
    assert.match(down!, /^\d\d:\d\d:\d\d\.\d{3} warn {2}Peer …9sKa is down$/)
    assert.match(regressed!, / error Slot 1: …9sKa has lost what it had on disk: stop it/)
    terminal.send('SIGTERM')
    await code
  })
})
