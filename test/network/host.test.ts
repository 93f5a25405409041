import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Registrar } from '@libp2p/interface-internal'
import { multiaddr } from '@multiformats/multiaddr'
import { chord } from '../../src/chord/service.ts'
import { createHost } from '../../src/network/host.ts'
import { RpcEndpoint } from '../../src/network/rpc.ts'
import { introduce, startMember, until } from './member.ts'

/** Whoever waits in vain is ended by the runner. */
const turn = () => delay(5)

test('twenty peers behind one address may connect to a peer at the same moment', async t => {
  const privateKey = await generateKeyPair('Ed25519')
  const host = await createHost({ privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], services: {} })
  t.after(() => host.stop())
  const others = await Promise.all(Array.from({ length: 20 }, () => startMember()))
  t.after(() => Promise.all(others.map(other => other.stop())))
  const dials = await Promise.allSettled(others.map(other => other.host.dial(host.getMultiaddrs())))
  // A connection over a limit is reset; on a machine that is busy with something else a dial may also be late.
  const refused = dials.filter(
    dial => dial.status === 'rejected' && !/TimeoutError|AbortError/.test(dial.reason.name)
  )
  assert.deepEqual(refused, [])
})

test('a host that cannot listen where it is told to says where and why', async t => {
  const [privateKey, other] = await Promise.all([generateKeyPair('Ed25519'), startMember()])
  t.after(() => other.stop())
  const address = other.address.replace(/\/p2p\/.*/, '')
  await assert.rejects(createHost({ privateKey, listen: [address], services: {} }), {
    name: 'ConfigurationError',
    message: new RegExp(`^This peer cannot listen for others on ${address} \\(listen EADDRINUSE: [^\n]+\\)$`)
  })
})

test('a host tells others the addresses that it was told to', async () => {
  const privateKey = await generateKeyPair('Ed25519')
  const announce = ['/dns4/peer.example/tcp/50051']
  const host = await createHost({ privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], announce, services: {} })
  assert.deepEqual(host.getMultiaddrs().map(String), [`${announce[0]}/p2p/${host.peerId}`])
  await host.stop()
})

test('a host lets nobody in whom its connection gater does not', async t => {
  const [privateKey, other] = await Promise.all([generateKeyPair('Ed25519'), startMember()])
  t.after(() => other.stop())
  const gate = { denyDialPeer: () => true, denyInboundEncryptedConnection: () => true }
  const listen = ['/ip4/127.0.0.1/tcp/0']
  const host = await createHost({ privateKey, listen, services: {}, gate })
  t.after(() => host.stop())
  await assert.rejects(host.dial(multiaddr(other.address)))
  await other.host.dial(host.getMultiaddrs()).catch(() => {}) // it may see a connection that ends at once
  assert.deepEqual(host.getConnections(), [])
})

test('a host whose other service does not start says so, and does not wait for its ring', async () => {
  const privateKey = await generateKeyPair('Ed25519')
  const broken = ({ registrar }: { registrar: Registrar }) => ({
    [Symbol.toStringTag]: 'broken',
    async start() {
      await until(() => registrar.getProtocols().some(name => name.includes('chord')), 'chord has started')
      throw new Error('the other service is broken')
    },
    stop() {}
  })
  const services = { chord: chord(), broken }
  const listen = ['/ip4/127.0.0.1/tcp/0']
  await assert.rejects(createHost({ privateKey, listen, services }), /the other service is broken/)
})

test('a host keeps nothing of a peer that has gone', async t => {
  const privateKey = await generateKeyPair('Ed25519')
  const host = await createHost({ privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], services: {} })
  t.after(() => host.stop())
  const known = async () => (await host.peerStore.all()).map(({ id }) => id.toString())
  const kept = await startMember()
  t.after(() => kept.stop())
  await kept.host.dial(host.getMultiaddrs())
  for (let i = 0; i < 3; i++) {
    const other = await startMember()
    await other.host.dial(host.getMultiaddrs())
    await until(() => host.getConnections(other.host.peerId).length > 0, 'a connection')
    while (!(await known()).includes(other.peer)) await turn()
    await other.stop()
  }
  while (String(await known()) !== kept.peer) await turn()
})

test('of two connections between two peers one may be lost without losing calls for good', async () => {
  const [a, b] = [await startMember(), await startMember()]
  introduce(a, b)
  const protocol = '/anillo/test/1.0.0'
  const endpoints = [a, b].map(
    member => new RpcEndpoint(member.wire, protocol, { request: (_from, body) => body })
  )
  for (const endpoint of endpoints) await endpoint.start()
  const [rpc] = endpoints
  const ask = () => rpc!.call(b.peer, Uint8Array.of(1), { timeoutMs: 5_000 })
  await a.host.dial(multiaddr(b.address))
  await b.wire.dialer.connect(a.address, AbortSignal.timeout(5_000))
  assert.equal((await ask()).kind, 'reply')
  a.host.getConnections()[0]!.abort(new Error('cut'))
  await ask() // it may be the one that was cut
  assert.equal((await ask()).kind, 'reply')
  for (const endpoint of endpoints) await endpoint.stop()
  await Promise.all([a.stop(), b.stop()])
})
