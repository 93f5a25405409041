import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { ConnectionGater, Libp2p, MultiaddrConnection, PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { type AnilloEvent, Events } from '../../src/events.ts'
import { connectionGate } from '../../src/network/connection-gate.ts'
import { createHost } from '../../src/network/host.ts'
import { newPreSharedKey, privateNetwork } from '../../src/network/pre-shared-key.ts'
import { type Clock, type LogFields, systemClock, systemRandom } from '../../src/runtime.ts'
import { until } from './member.ts'

interface Watched {
  readonly gate: ConnectionGater
  readonly lines: { level: string; message: string; fields: LogFields | undefined }[]
  readonly events: AnilloEvent[]
}

function watchedGate(
  allow: readonly string[] | undefined,
  { isPrivate = false, clock = systemClock as Clock } = {}
): Watched {
  const lines: Watched['lines'] = []
  const at = (level: string) => (message: string, fields?: LogFields) =>
    void lines.push({ level, message, fields })
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const events = new Events()
  const seen: AnilloEvent[] = []
  events.subscribe(event => void seen.push(event))
  const runtime = { clock, random: systemRandom, log }
  return { gate: connectionGate({ allow, isPrivate, runtime, events }), lines, events: seen }
}

async function start(
  t: TestContext,
  options: { privateKey?: PrivateKey; psk?: string; gate?: ConnectionGater; listen?: string[] } = {}
): Promise<Libp2p> {
  const host = await createHost({
    privateKey: options.privateKey ?? (await generateKeyPair('Ed25519')),
    listen: options.listen ?? ['/ip4/127.0.0.1/tcp/0'],
    protector: options.psk === undefined ? undefined : privateNetwork(options.psk),
    gate: options.gate,
    services: {}
  })
  t.after(() => host.stop())
  return host
}

/** An inbound connection as libp2p shows it to a gate, from 10.0.0.`host`. */
function incoming(host: number): MultiaddrConnection & { end(): void } {
  const target = new EventTarget()
  return Object.assign(target, {
    remoteAddr: multiaddr(`/ip4/10.0.0.${host}/tcp/9`),
    end: () => target.dispatchEvent(new Event('close'))
  }) as unknown as MultiaddrConnection & { end(): void }
}

const somebody = async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
const openSockets = () => process.getActiveResourcesInfo().filter(each => each === 'TCPSocketWrap').length

describe('the gate of a peer', () => {
  it('lets everybody in when there is no list, and tells nothing', async () => {
    const { gate, lines } = watchedGate(undefined)
    const peer = await somebody()
    const connection = incoming(1)
    assert.equal(await gate.denyInboundConnection!(connection), false)
    assert.equal(await gate.denyInboundEncryptedConnection!(peer, connection), false)
    assert.equal(await gate.denyDialPeer!(peer), false)
    connection.end()
    assert.deepEqual(lines, [])
  })

  it('refuses a list with what is no PeerId, or that is too long', () => {
    for (const wrong of ['', 'ada', '/ip4/127.0.0.1/tcp/1', '12D3KooW']) {
      assert.throws(() => watchedGate([wrong]), { name: 'ConfigurationError', message: /is no PeerId/ })
    }
    assert.throws(() => watchedGate(Array(4_097).fill('x')), {
      name: 'ConfigurationError',
      message: /at most 4096/
    })
  })

  it('tells of each refused peer once an hour, with its whole id and how to let it in', async () => {
    let nowMs = 0
    const { gate, lines, events } = watchedGate([], { clock: { ...systemClock, monotonic: () => nowMs } })
    const peer = await somebody()
    for (let dial = 0; dial < 500; dial++) {
      assert.equal(await gate.denyInboundEncryptedConnection!(peer, incoming(7)), true)
    }
    const detail = `${peer} at 10.0.0.7 is not on the allow list: start with --allow ${peer} as well to let it in`
    const refused = { type: 'wire.refused', peer: peer.toString(), error: 'NotAdmittedError', detail }
    assert.deepEqual(events, [refused])
    assert.equal(lines.length, 1)
    nowMs += 60 * 60_000
    await gate.denyInboundEncryptedConnection!(peer, incoming(7))
    assert.equal(events.length, 2)
    assert.equal(lines[1]?.fields?.untold, 499)
  })

  it('tells of few of the peers that a stranger can make up', async () => {
    let nowMs = 0
    const { gate, lines, events } = watchedGate([], { clock: { ...systemClock, monotonic: () => nowMs } })
    const refuse = async () => gate.denyInboundEncryptedConnection!(await somebody(), incoming(7))
    for (let peer = 0; peer < 300; peer++) assert.equal(await refuse(), true)
    assert.deepEqual([events.length, lines.length], [30, 30])
    nowMs += 60_000
    await refuse()
    assert.equal(events.length, 31)
  })

  it('tells once an hour of an address whose handshakes fail, and not of one that ends a sound connection', async () => {
    const { gate, lines, events } = watchedGate(undefined, { isPrivate: true })
    for (let dial = 0; dial < 500; dial++) {
      const connection = incoming(dial % 2)
      assert.equal(await gate.denyInboundConnection!(connection), false)
      connection.end()
    }
    const sound = incoming(3)
    await gate.denyInboundConnection!(sound)
    await gate.denyInboundEncryptedConnection!(await somebody(), sound)
    sound.end()
    assert.deepEqual(
      lines.map(({ level, message }) => [level, /^Refused (\S+), .*pre-shared key/.exec(message)?.[1]]),
      [
        ['warn', '10.0.0.0'],
        ['warn', '10.0.0.1']
      ]
    )
    assert.deepEqual(events, [])
  })
})

describe('a host behind a gate', () => {
  it('lets the listed in and nobody else, by either end, and an address alone is no way round', async t => {
    const [listedKey, strangerKey] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
    const listed = await start(t, { privateKey: listedKey })
    const stranger = await start(t, { privateKey: strangerKey })
    const { gate, events } = watchedGate([listed.peerId.toString()])
    const host = await start(t, { gate })
    await listed.dial(host.getMultiaddrs())
    await until(() => host.getConnections().length === 1, 'the listed peer is connected')
    await stranger.dial(host.getMultiaddrs()).catch(() => {}) // the refusal comes after its own end is ready
    await until(() => events.length === 1, 'the stranger is refused')
    await until(() => stranger.getConnections().length === 0, 'and knows it')

    const own = {
      name: 'NotAdmittedError',
      message: new RegExp(`--allow ${stranger.peerId} as well to connect`)
    }
    await assert.rejects(host.dial(stranger.getMultiaddrs()), own)
    const [address] = stranger.getMultiaddrs()
    await assert.rejects(host.dial(multiaddr(address!.toString().split('/p2p/')[0])), own)
    assert.deepEqual(
      host.getConnections().map(({ remotePeer }) => remotePeer.toString()),
      [listed.peerId.toString()]
    )
  })

  it('keeps nothing of two hundred refused dials, and the connection that was there stays', async t => {
    const psk = newPreSharedKey(systemRandom)
    const friend = await start(t, { psk })
    const { gate, lines, events } = watchedGate([friend.peerId.toString()], { isPrivate: true })
    let arrived = 0
    const counting: ConnectionGater = {
      ...gate,
      denyInboundConnection(each) {
        arrived++
        return gate.denyInboundConnection!(each)
      }
    }
    const host = await start(t, { psk, gate: counting })
    const connection = await friend.dial(host.getMultiaddrs())
    await until(() => host.getConnections().length === 1, 'the friend is connected')
    const [before] = host.getConnections()
    const keyless = [
      await start(t, { listen: [] }),
      await start(t, { listen: [], psk: newPreSharedKey(systemRandom) })
    ]
    const unlisted = await Promise.all([1, 2, 3, 4].map(() => start(t, { listen: [], psk })))
    const port = Number(/\/tcp\/([0-9]+)/.exec(String(host.getMultiaddrs()[0]))?.[1])
    const sockets = openSockets()
    const known = (await host.peerStore.all()).length

    const dial = (from: Libp2p) => from.dial(host.getMultiaddrs(), { force: true }).catch(() => {})
    const over = Promise.all(keyless.map(dial))
    for (let round = 0; round < 25; round++) {
      await Promise.all([...unlisted.map(dial), ...Array.from({ length: 5 }, () => shout(port))])
    }
    await over

    assert.ok(arrived >= 200, `${arrived} connections were tried`)
    await until(() => openSockets() <= sockets, 'every socket is closed again', 15_000)
    assert.deepEqual(host.getConnections(), [before])
    assert.equal((await host.peerStore.all()).length, known)
    assert.equal(events.length, unlisted.length, 'each of those with a PeerId is told of once,')
    assert.equal(lines.length, unlisted.length + 1, 'and once their address, for those without')
    assert.equal(connection.status, 'open')
    const stream = await connection.newStream('/ipfs/id/1.0.0') // which takes an answer
    stream.abort(new Error('enough'))
  })
})

/** Something that is no peer at all. */
async function shout(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).resume()
  socket.end('GET / HTTP/1.1\r\n\r\n')
  await new Promise(resolve => socket.once('close', resolve)) // which comes after an error as well
}
