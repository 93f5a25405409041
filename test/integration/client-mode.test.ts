/** A client of a ring on libp2p: it uses all users, and the ring does not know that it is there. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { noise } from '@chainsafe/libp2p-noise'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import {
  type AnilloEvent,
  type AnilloPeer,
  chord,
  createPeer,
  errorName,
  keyOf,
  newPreSharedKey,
  type PeerOptions,
  users
} from '../../src/index.ts'
import { createRing, ringReady, type TestRing } from '../../src/testing.ts'
import { describeManyUsers } from '../contracts/many-users.ts'
import { describeUsers } from '../contracts/users.ts'
import { describeWatch } from '../contracts/watch.ts'
import { until } from '../end-to-end/processes.ts'

const LOOPBACK = ['/ip4/127.0.0.1/tcp/0']

interface HostOptions {
  readonly join: readonly string[]
  readonly privateKey?: PrivateKey
  readonly dataDir?: string
  readonly slots?: number
}

/** Listens on nothing. */
function clientHost({ join, privateKey, dataDir, slots }: HostOptions) {
  return createLibp2p({
    ...(privateKey && { privateKey }),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      chord: chord({ clientMode: true, join, slots }),
      users: users({ dataDir })
    }
  })
}

type ClientHost = Awaited<ReturnType<typeof clientHost>>

async function readyClient(...peers: AnilloPeer[]): Promise<ClientHost> {
  const host = await clientHost({ join: peers.map(peer => peer.addresses[0]!) })
  await host.services.users.ready(AbortSignal.timeout(20_000))
  return host
}

describe('a client of a ring of three', () => {
  let ring: TestRing
  let client: ClientHost
  const embedded = () => ring.peers[2]!.users
  const ours = () => client.services.users.node.users

  before(async () => {
    ring = await createRing(3)
    client = await readyClient(ring.peers[0])
  })
  after(async () => {
    await client.stop()
    await ring.stop()
  })

  describeUsers('users of the ring, as its client', 'client', ours, embedded)
  describeManyUsers('many users of the ring, as its client', 'client-many', ours, embedded)
  describeWatch('the feed, as its client', 'client-feed', ours, embedded)

  it('has learned which ring it is, and is no peer of it', async () => {
    const { genesis, origin } = await client.services.users.ready()
    assert.deepEqual([genesis.ringId, origin], [ring.peers[0].ringId, 'client'])
    const report = await client.services.users.node.ring.ring()
    assert.deepEqual(report.peers.map(({ peer }) => peer).sort(), ring.peers.map(({ peer }) => peer).sort())
    assert.ok(report.peers.every(({ self }) => !self))
    const self = client.services.users.node.ring.self()
    assert.deepEqual([self.state, self.position, self.slots, self.successors], ['client', null, [], []])
    assert.deepEqual(client.services.users.node.ring.health(), [{ name: 'ring', ok: true }])
  })

  it('finds owners and peers as a peer does', async () => {
    for (const id of ['ada', 'grace', '7']) {
      const owners = await Promise.all([
        client.services.chord.chord.lookup(keyOf(id)),
        client.services.users.node.ring.lookup(id)
      ])
      const reference = await ring.peers[1]!.ring.lookup(id)
      assert.equal(owners[1].owner, reference.owner)
      assert.deepEqual(owners[1].view, reference.view)
      assert.ok(ring.peers.some(({ peer }) => peer === owners[0].owner.peer))
    }
    const { peer, addresses } = ring.peers[2]!
    const found = await client.peerRouting.findPeer(peerIdFromString(peer))
    assert.deepEqual(
      found.multiaddrs.map(address => `${address}/p2p/${peer}`),
      addresses
    )
    const closest = []
    for await (const { id } of client.peerRouting.getClosestPeers(new TextEncoder().encode('some key')))
      closest.push(id.toString())
    assert.deepEqual(closest.sort(), ring.peers.map(({ peer }) => peer).sort())
    const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    await assert.rejects(client.peerRouting.findPeer(stranger), { name: 'NotFoundError' })
  })
})

describe('a client of a ring that changes', () => {
  it('goes on, feed and all, when its first contact stops, and when all are gone that it ever began with', async () => {
    await using ring = await createRing(3, { replaceAfterMs: 1_000, slots: 16 })
    const [first, second, third] = ring.peers as [AnilloPeer, AnilloPeer, AnilloPeer]
    const client = await readyClient(first)
    try {
      const { users, ring: seen } = client.services.users.node
      const told: string[] = []
      const feed = new AbortController()
      const reading = (async () => {
        for await (const event of users.watch({ ids: ['ada'], signal: feed.signal }))
          if (event.type === 'put') told.push(`${event.user.profile.step}`)
      })()
      reading.catch(() => {})
      await until('a feed', async () => {
        await users.set('ada', { status: 'ONLINE', profile: { step: 'begun' } })
        return told.length > 0
      })
      const step = async (name: string) => {
        await users.set('ada', { status: 'ONLINE', profile: { step: name } })
        assert.equal((await users.get('ada'))?.profile.step, name)
        await until(name, async () => told.includes(name))
      }

      await first.stop()
      await step('without the first')
      const joined = await createPeer({ listen: LOOPBACK, join: second.addresses, placementStableMs: 250 })
      try {
        await until('a ring of the second, the third and the new one', async () => {
          const { ready, peers } = await seen.ring()
          return ready && peers.filter(({ status }) => status === 'up').length === 3
        })
        await until('the client to know the new one', async () => {
          return client.services.chord.chord.status(joined.peer) === 'up'
        })
        await Promise.all([second.stop(), step('while the second stops')])
        await until('copies at the new one', async () => (await seen.ring()).withoutMajority === 0)
        await step('without the second')
        assert.deepEqual((await third.users.get('ada'))?.profile, { step: 'without the second' })
        feed.abort()
        await assert.rejects(reading)
      } finally {
        await joined.stop()
      }
    } finally {
      await client.stop()
    }
  })
})

describe('a ring with clients', () => {
  it('does not know of them: they come, work and go, and no peer is told of anybody', async () => {
    await using ring = await createRing(3)
    const events: AnilloEvent[] = []
    for (const { events: each } of ring.peers) each.subscribe(event => void events.push(event))
    const clients = await Promise.all(ring.peers.map(peer => readyClient(peer)))
    for (const [at, { services }] of clients.entries())
      await services.users.node.users.set(`user-${at}`, { status: 'ONLINE' })
    const names = clients.map(({ peerId }) => peerId.toString())
    const peersSeen = async () => {
      for (const peer of ring.peers) {
        assert.equal(peer.ring.size(), 3)
        const report = await ringReady(peer, 3)
        assert.ok(report.peers.every(each => !names.includes(each.peer)))
      }
    }
    await peersSeen()
    await Promise.all(clients.map(client => client.stop()))
    await peersSeen()
    assert.deepEqual(
      events.filter(({ type }) => type.startsWith('peer.')),
      []
    )
    assert.ok(names.every(name => !JSON.stringify(events).includes(name)))
  })

  it('lets them in by the same door as peers', async () => {
    const privateKey = await generateKeyPair('Ed25519')
    const listed = peerIdFromPrivateKey(privateKey).toString()
    const open = await createPeer({ listen: LOOPBACK, slots: 16, virtualNodes: 4 })
    const locked = await createPeer({ listen: LOOPBACK, slots: 16, virtualNodes: 4, allow: [listed] })
    const psk = newPreSharedKey()
    const secret = await createPeer({ listen: LOOPBACK, slots: 16, virtualNodes: 4, psk })
    const hosts: { stop(): unknown }[] = [open, locked, secret]
    const refused = async (join: readonly string[], key?: PrivateKey) => {
      const host = await clientHost({ join, ...(key && { privateKey: key }) })
      hosts.push(host)
      return host.services.users.ready().then(() => 'let in', errorName)
    }
    try {
      assert.equal(await refused(open.addresses), 'let in')
      assert.equal(await refused(locked.addresses), 'NotAdmittedError')
      assert.equal(await refused(locked.addresses, privateKey), 'let in')
      const outside = createPeer({ clientMode: true, psk: newPreSharedKey(), join: secret.addresses })
      assert.equal(await outside.catch(errorName), 'NotAdmittedError')
      const client = await createPeer({ clientMode: true, psk, join: secret.addresses })
      hosts.push(client)
      assert.equal(client.ringId, secret.ringId)
    } finally {
      await Promise.all(hosts.map(host => host.stop()))
    }
  })
})

describe('a client that cannot be one', () => {
  const join = ['/ip4/127.0.0.1/tcp/1']

  it('is told what to leave out, or to give, before anything is made', async () => {
    const wrong = { name: 'ConfigurationError' }
    await assert.rejects(clientHost({ join: [] }), { ...wrong, message: /needs a ring: give .* as join/ })
    await assert.rejects(clientHost({ join, dataDir: './nowhere' }), {
      ...wrong,
      message: /leave dataDir and data out/
    })
    await assert.rejects(createPeer({ clientMode: true }), { ...wrong, message: /needs a ring/ })
    const options = { clientMode: true, join }
    await assert.rejects(createPeer({ ...options, dataDir: './nowhere' }), {
      ...wrong,
      message: /leave dataDir/
    })
    await assert.rejects(createPeer({ ...options, listen: LOOPBACK }), { ...wrong, message: /leave listen/ })
    assert.equal(existsSync('./nowhere'), false)
  })

  it('is told that the ring was made with other numbers', async () => {
    const peer = await createPeer({ listen: LOOPBACK, slots: 16 })
    const host = await clientHost({ join: peer.addresses, slots: 32 })
    try {
      await assert.rejects(host.services.users.ready(), { name: 'ConfigurationError', message: /slots = 16/ })
    } finally {
      await Promise.all([host.stop(), peer.stop()])
    }
  })

  it('can be stopped and started again with its host, and asks the ring that is there then', async () => {
    const peer = await createPeer({ listen: LOOPBACK, slots: 16 })
    const host = await readyClient(peer)
    try {
      await host.services.users.node.users.set('7', { status: 'ONLINE' })
      await host.stop()
      assert.throws(() => host.services.users.node, { name: 'NotRunningError' })
      await host.start()
      await host.services.users.ready()
      assert.equal((await host.services.users.node.users.get('7'))?.status, 'ONLINE')
    } finally {
      await Promise.all([host.stop(), peer.stop()])
    }
  })
})

describe('a gateway without data', () => {
  const ask = (peer: AnilloPeer, path: string) => peer.fetch(new Request(`http://gateway.test${path}`))

  it('answers for every user of the ring, and says what it is', async () => {
    await using ring = await createRing(2)
    await using client = await createPeer({ clientMode: true, join: ring.peers[0].addresses })
    assert.deepEqual([client.origin, client.addresses], ['client', []])
    await ring.peers[1]!.users.set('7', { status: 'BUSY' })
    assert.equal(((await (await ask(client, '/v1/users/7')).json()) as { status: string }).status, 'BUSY')
    const self = (await (await ask(client, '/v1/peer')).json()) as Record<string, unknown>
    assert.deepEqual([self.state, self.position, self.slots, self.addresses], ['client', null, [], []])
    const report = (await (await ask(client, '/v1/ring')).json()) as {
      ready: boolean
      peers: { peer: string }[]
    }
    assert.ok(report.ready)
    assert.deepEqual(report.peers.map(({ peer }) => peer).sort(), ring.peers.map(({ peer }) => peer).sort())
    assert.equal(await (await ask(client, '/readyz?verbose')).text(), '[+]ring ok\nready\n')
    assert.match(await (await ask(client, '/metrics')).text(), /^anillo_slots_held 0$/m)
    const refused = await client.fetch(
      new Request('http://gateway.test/v1/ring/recover', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ slots: 'all', from: client.peer, acceptDataLoss: true })
      })
    )
    const { status, detail } = (await refused.json()) as { status: number; detail: string }
    assert.deepEqual([status, /is a client of the ring and has no copies/.test(detail)], [400, true])
  })

  it('is not ready while it reaches no peer, and is again when one is back', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'anillo-client-'))
    const start = (options: PeerOptions) =>
      createPeer({ dataDir: join(dataDir, 'peer'), slots: 16, ...options })
    const first = await start({ listen: LOOPBACK })
    const { addresses } = first
    const client = await createPeer({ clientMode: true, join: addresses })
    try {
      assert.equal((await ask(client, '/readyz')).status, 200)
      await first.users.set('7', { status: 'BUSY' })
      await first.stop()
      await until('nobody to be reached', async () => {
        await client.users.get('7').catch(() => {})
        return (await ask(client, '/readyz')).status === 503
      })
      assert.equal(
        await (await ask(client, '/readyz')).text(),
        '[-]ring no peer of it can be reached\nnot ready\n'
      )
      const again = await start({ listen: addresses.map(address => address.split('/p2p/')[0]!) })
      try {
        await until('ready', async () => (await ask(client, '/readyz')).status === 200)
        assert.equal((await client.users.get('7'))?.status, 'BUSY')
      } finally {
        await again.stop()
      }
    } finally {
      await client.stop()
      await rm(dataDir, { recursive: true })
    }
  })

  it('leaves at once, as there is nothing to hand over', async () => {
    await using ring = await createRing(2)
    const client = await createPeer({ clientMode: true, join: ring.peers[1]!.addresses })
    await client.leave()
    assert.equal(await client.stopped, undefined)
    await ringReady(ring.peers[0], 2)
  })
})
