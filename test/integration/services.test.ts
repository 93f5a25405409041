import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { noise } from '@chainsafe/libp2p-noise'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { StorageError, StoreDamagedError } from '../../src/errors.ts'
import { chord, keyOf, users } from '../../src/index.ts'
import { deadlineAfter, raceSignal, silentLog, systemClock } from '../../src/runtime.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import type { Write } from '../../src/storage/store.ts'
import { until } from '../end-to-end/processes.ts'

/** Far below what all slots may take to move. */
const LEAVE_ENDS_MS = 10_000

const transport = {
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()]
}

class FailingStore extends MemoryStore {
  failing = false

  override write(writes: readonly Write[]): Promise<void> {
    return this.failing ? Promise.reject(new StorageError('the disk has failed')) : super.write(writes)
  }
}

function chordHost(join: string[] = []) {
  return createLibp2p({
    ...transport,
    services: { identify: identify(), chord: chord({ join, virtualNodes: 4 }) }
  })
}

describe('the chord service', () => {
  it('is useful without users: it joins a ring, looks up owners, and routes to peers', async () => {
    const first = await chordHost()
    const second = await chordHost(first.getMultiaddrs().map(String))
    const third = await chordHost(second.getMultiaddrs().map(String))
    const hosts = [first, second, third]
    try {
      assert.equal((await first.services.chord.joined()).origin, 'created')
      assert.equal((await third.services.chord.joined()).origin, 'joined')
      await until('one owner, whoever is asked', async () => {
        const owners = await Promise.all(hosts.map(host => host.services.chord.chord.lookup(keyOf('ada'))))
        return new Set(owners.map(({ owner }) => owner.peer)).size === 1
      })

      const info = await first.peerRouting.findPeer(third.peerId)
      assert.deepEqual(
        info.multiaddrs.map(String),
        third.getMultiaddrs().map(address => String(address).split('/p2p/')[0])
      )
      await until('all three near a key', async () => {
        const closest = []
        for await (const { id } of second.peerRouting.getClosestPeers(new TextEncoder().encode('some key')))
          closest.push(id.toString())
        return String(closest.sort()) === String(hosts.map(host => host.peerId.toString()).sort())
      })
      const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
      await assert.rejects(first.peerRouting.findPeer(stranger), { name: 'NotFoundError' })
    } finally {
      await Promise.all(hosts.map(host => host.stop()))
    }
  })

  it('says why it is in no ring, and leaves the host running', async () => {
    const host = await createLibp2p({
      ...transport,
      services: { identify: identify(), chord: chord({ slots: 100 }) }
    })
    try {
      await assert.rejects(host.services.chord.joined(), {
        name: 'ConfigurationError',
        message: /slots is 100/
      })
      assert.equal(host.status, 'started')
    } finally {
      await host.stop()
    }
  })

  it('refuses to join with other numbers than the ring was made with', async () => {
    const first = await chordHost()
    const other = await createLibp2p({
      ...transport,
      services: {
        identify: identify(),
        chord: chord({ join: first.getMultiaddrs().map(String), slots: 512 })
      }
    })
    try {
      await assert.rejects(other.services.chord.joined(), {
        name: 'ConfigurationError',
        message: /slots = 256/
      })
    } finally {
      await Promise.all([first.stop(), other.stop()])
    }
  })

  it('lets its host stop although the disk has failed, with everything that comes after it', async () => {
    const store = new FailingStore()
    const logged: string[] = []
    const log = { ...silentLog, error: (message: string) => void logged.push(message) }
    let ended = false
    const first = await createLibp2p({
      ...transport,
      services: {
        identify: identify(),
        chord: chord({ virtualNodes: 4, store, log }),
        last: () => ({
          start() {},
          stop() {},
          afterStop() {
            ended = true
          }
        })
      }
    })
    await first.services.chord.joined()
    store.failing = true
    const second = await chordHost(first.getMultiaddrs().map(String))
    try {
      await second.services.chord.joined()
      await until('somebody to write down', async () => first.services.chord.chord.peers().size > 0)
    } finally {
      await Promise.all([first.stop(), second.stop()])
    }
    assert.deepEqual([first.status, ended], ['stopped', true])
    assert.deepEqual(
      first.getProtocols().filter(protocol => protocol.startsWith('/anillo/')),
      []
    )
    assert.ok(logged.includes('the peer book was not written'))
  })

  it('can be stopped and started again with its host', async () => {
    const host = await chordHost()
    const { ringId } = (await host.services.chord.joined()).genesis
    await host.stop()
    await host.start()
    try {
      const { genesis, origin } = await host.services.chord.joined()
      assert.deepEqual([genesis.ringId, origin], [ringId, 'restarted'])
      await host.services.chord.chord.lookup(keyOf('ada'))
    } finally {
      await host.stop()
    }
  })
})

describe('the users service', () => {
  it('keeps users and ring in its data directory, beside a chord that keeps nothing itself', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anillo-'))
    const privateKey = await generateKeyPair('Ed25519')
    const start = () =>
      createLibp2p({
        ...transport,
        privateKey,
        services: { identify: identify(), chord: chord(), users: users({ dataDir: join(dir, 'data') }) }
      })
    try {
      const before = await start()
      const { genesis } = await before.services.users.ready()
      await before.services.users.node.users.set('ada', { status: 'BUSY', profile: { name: 'Ada' } })
      await before.stop()
      const after = await start()
      try {
        const joined = await after.services.users.ready()
        assert.deepEqual([joined.genesis.ringId, joined.origin], [genesis.ringId, 'restarted'])
        const ada = await after.services.users.node.users.get('ada')
        assert.deepEqual([ada?.status, ada?.profile], ['BUSY', { name: 'Ada' }])
      } finally {
        await after.stop()
      }
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('refuses a data directory that another key left, instead of waiting for a peer that nobody is', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anillo-'))
    const start = () =>
      createLibp2p({
        ...transport,
        services: { identify: identify(), chord: chord(), users: users({ dataDir: join(dir, 'data') }) }
      })
    try {
      const first = await start()
      await first.services.users.ready()
      await first.stop()
      await assert.rejects(start(), { name: 'DataDirectoryError', message: /private key/ })
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('leaves no more once its host is stopped, and says so at once', async () => {
    const start = (join: string[] = []) =>
      createLibp2p({
        ...transport,
        services: { identify: identify(), chord: chord({ join, slots: 16, virtualNodes: 4 }), users: users() }
      })
    const first = await start()
    const second = await start(first.getMultiaddrs().map(String))
    let stopping: Promise<void> | undefined
    let stopped = false
    try {
      await Promise.all([first, second].map(host => host.services.users.ready()))
      await until('somebody who takes the slots', async () =>
        [...first.services.chord.chord.peers().values()].includes('up')
      )
      const stop = async () => {
        await first.stop()
        stopped = true
      }
      const onProgress = () => {
        stopping ??= stop()
      }
      using deadline = deadlineAfter(systemClock, LEAVE_ENDS_MS)
      const leaving = first.services.users.leave({ onProgress })
      await assert.rejects(raceSignal(leaving, deadline.signal), { name: 'NotRunningError' })
      assert.equal(stopped, false)
      await stopping
      await first.start() // in memory, so as a ring of its own
      await first.services.users.ready()
      await assert.rejects(first.services.users.leave(), { name: 'UnavailableError' })
    } finally {
      await Promise.all([first.stop(), second.stop()])
    }
  })

  it('answers for nobody once its data cannot be used, however long its host goes on', async () => {
    const host = await createLibp2p({
      ...transport,
      services: { identify: identify(), chord: chord(), users: users() }
    })
    try {
      const service = host.services.users
      await service.ready()
      await service.node.users.set('ada', { status: 'BUSY' })
      service.storageFailed(new StoreDamagedError('a row is damaged'))
      await assert.rejects(service.node.users.get('ada'), { name: 'UnavailableError' })
      await assert.rejects(service.node.users.set('ada', { status: 'ONLINE' }), { name: 'UnavailableError' })
      assert.equal(host.status, 'started')
    } finally {
      await host.stop()
    }
  })
})
