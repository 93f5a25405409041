import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { AnilloEvent } from '../../src/events.ts'
import { type AnilloPeer, createPeer, newPreSharedKey, type PeerOptions, peerIdAt } from '../../src/peer.ts'
import { ringReady } from '../../src/testing.ts'
import { until } from '../network/member.ts'

const SMALL = { listen: ['/ip4/127.0.0.1/tcp/0'], slots: 16, virtualNodes: 4, placementStableMs: 250 }

/** What a peer does while somebody else tries to get in. */
interface Watched {
  readonly peer: AnilloPeer
  readonly events: AnilloEvent[]
  /** Of warnings and errors. */
  readonly lines: string[]
}

async function watched(options: PeerOptions): Promise<Watched> {
  const lines: string[] = []
  const line = (message: string, fields?: object) =>
    void lines.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const log = { debug() {}, info() {}, warn: line, error: line }
  const peer = await createPeer({ ...SMALL, ...options, log })
  const events: AnilloEvent[] = []
  peer.events.subscribe(event => void events.push(event))
  return { peer, events, lines }
}

/** The error with which a peer that must not get in gives up; nothing of it is left running. */
async function refusal(options: PeerOptions): Promise<Error> {
  const { slots: _, virtualNodes: __, ...rest } = SMALL
  const peer = await createPeer({ ...rest, ...options }).catch((error: Error) => error)
  if (peer instanceof Error) return peer
  await peer.stop()
  return assert.fail('it got in')
}

/** Users are written and read on both peers until `work` is over, and neither peer misses the other. */
async function servesDuring<T>(ring: readonly [Watched, Watched], work: Promise<T>): Promise<T> {
  let over = false
  const ended = work.finally(() => {
    over = true
  })
  const [{ peer: one }, { peer: two }] = ring
  for (let i = 0; !over; i++) {
    await one.users.set(String(i % 50), { status: 'ONLINE', profile: { i } })
    assert.equal((await two.users.get(String(i % 50)))?.profile.i, i)
    await new Promise(resolve => setImmediate(resolve))
  }
  for (const { events, peer } of ring) {
    assert.deepEqual(
      events.filter(({ type }) => /^peer\.(down|left)$/.test(type)),
      []
    )
    assert.equal((await peer.ring.ring()).peers.length, 2)
  }
  return ended
}

describe('a ring with a pre-shared key', () => {
  const psk = newPreSharedKey()
  let ring: [Watched, Watched]

  before(async () => {
    const first = await watched({ psk })
    ring = [first, await watched({ psk, join: first.peer.addresses })]
    await ringReady(first.peer, 2)
  })
  after(() => Promise.all(ring.map(({ peer }) => peer.stop())))

  it('lets in nobody without it or with another one, says so to them, and serves on', async () => {
    const join = ring[0].peer.addresses
    const withoutId = join.map(address => address.split('/p2p/')[0]!)
    const before = ring.map(({ lines }) => lines.length)
    const refusals = await servesDuring(
      ring,
      Promise.all([
        refusal({ join }),
        refusal({ join: withoutId }),
        refusal({ join, psk: newPreSharedKey() }),
        refusal({ join: withoutId, psk: newPreSharedKey() })
      ])
    )
    for (const { name, message } of refusals) {
      assert.equal(name, 'NotAdmittedError')
      assert.match(message, /answers, but the handshake failed .* Start both with the same --psk FILE/)
    }
    const said = ring.map(({ lines }, index) => lines.slice(before[index]))
    assert.equal(said[0]!.length, 1, said[0]!.join('\n'))
    assert.match(
      said[0]![0]!,
      /^Refused 127\.0\.0\.1, whose handshake failed: it has no pre-shared key or another/
    )
    assert.deepEqual(said[1], [])
  })

  it('is not joined by a peer with a key when it has none itself', async () => {
    const open = await watched({})
    try {
      const { name, message } = await refusal({ psk, join: open.peer.addresses })
      assert.equal(name, 'NotAdmittedError')
      assert.match(message, /Start both with the same --psk FILE, or both without/)
    } finally {
      await open.peer.stop()
    }
  })
})

describe('a ring with an allow list', () => {
  let dir: string
  let ring: [Watched, Watched]
  let stranger: string

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'anillo-admission-'))
    const dirs = ['1', '2', 'stranger'].map(name => join(dir, name))
    const [one, two, three] = await Promise.all(dirs.map(each => peerIdAt(each, { create: true })))
    stranger = three!
    const first = await watched({ dataDir: dirs[0], allow: [one!, two!] })
    ring = [first, await watched({ dataDir: dirs[1], allow: [one!, two!], join: first.peer.addresses })]
    assert.deepEqual([first.peer.peer, ring[1].peer.peer], [one, two])
    await ringReady(first.peer, 2)
  })
  after(async () => {
    await Promise.all(ring.map(({ peer }) => peer.stop()))
    await rm(dir, { recursive: true })
  })

  it('lets in nobody else, tells them what to ask for, and serves on', async () => {
    const [first] = ring
    const { name, message } = await servesDuring(
      ring,
      refusal({ dataDir: join(dir, 'stranger'), join: first.peer.addresses })
    )
    assert.equal(name, 'NotAdmittedError')
    assert.match(
      message,
      /closed the connection as soon as it knew who this peer is: most likely it has an allow list/
    )
    assert.ok(message.endsWith(`This peer is ${stranger}`), message)
    await until(() => first.events.some(({ type }) => type === 'wire.refused'), 'the refusal is told')
    const refused = first.events.filter(event => event.type === 'wire.refused')
    assert.deepEqual(
      refused.map(({ peer, error }) => [peer, error]),
      [[stranger, 'NotAdmittedError']]
    )
    assert.equal(first.lines.filter(line => line.includes(stranger)).length, 1)
  })

  it('is not joined by a listed peer whose own list lacks it', async () => {
    const [{ peer }] = ring
    const { name, message } = await refusal({ allow: [stranger], join: peer.addresses })
    assert.equal(name, 'NotAdmittedError')
    assert.ok(message.includes(`${peer.peer} is not on this peer's own allow list`), message)
  })
})

describe('a peer whose doors are wrong', () => {
  const wrong: [what: string, options: PeerOptions, says: RegExp][] = [
    ['listens for everybody', { listen: ['/ip4/0.0.0.0/tcp/0'] }, /--psk FILE.*--allow PEERID.*--insecure/],
    ['has a key that is none', { psk: 'secret' }, /key file has the lines/],
    ['allows what is no PeerId', { allow: ['ada'] }, /allow has "ada", which is no PeerId/]
  ]
  for (const [what, options, message] of wrong) {
    it(`is not started when it ${what}, and nothing is made`, async () => {
      const dir = await mkdtemp(join(tmpdir(), 'anillo-admission-'))
      try {
        const dataDir = join(dir, 'data')
        await assert.rejects(createPeer({ ...SMALL, ...options, dataDir }), {
          name: 'ConfigurationError',
          message
        })
        assert.deepEqual(await readdir(dir), [])
      } finally {
        await rm(dir, { recursive: true })
      }
    })
  }
})
