import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ask, type GatewayAnswer, userPath } from '../gateway-call.ts'
import { Load, userOfEachSlot } from '../load.ts'
import { type PeerProcess, Processes, until } from '../processes.ts'

const SLOTS = 32
const USERS = userOfEachSlot(SLOTS)
/** Of a ring that was started without options. */
const DEFAULT_SLOTS = 256
/** A peer that is gone is replaced after 30 s (`--replace-after`), and then its slots are copied. */
const WHOLE_MS = 120_000

async function write(peer: PeerProcess, user: string, n: number): Promise<GatewayAnswer | undefined> {
  const body = { status: 'ONLINE', profile: { n } }
  return ask(peer.http, { method: 'PUT', path: userPath(user), body })
}

async function read(peer: PeerProcess, user: string, query = ''): Promise<GatewayAnswer | undefined> {
  return ask(peer.http, { method: 'GET', path: userPath(user) + query })
}

function isWritten(answer: GatewayAnswer | undefined): boolean {
  return answer?.status === 200 || answer?.status === 201
}

/** Every user is written and read through `peer`, as often as it takes. */
async function allServed(peer: PeerProcess, users: readonly string[], n: number): Promise<void> {
  await Promise.all(
    users.map(async user => {
      await until(`a write to ${user}`, async () => isWritten(await write(peer, user, n)))
      const found = await until(`a read of ${user}`, async () => {
        const answer = await read(peer, user)
        return answer?.status === 200 && (answer.body as { profile: unknown })
      })
      assert.deepEqual(found.profile, { n })
    })
  )
}

describe('five peers with three replicas of each slot', () => {
  it('refuse what has lost its majority, except stale reads, and serve everything else', async t => {
    await using ring = await Processes.ring(5, ['--slots', String(SLOTS)])
    const [first, , , fourth, fifth] = ring.peers as PeerProcess[]
    for (const user of USERS) assert.equal((await write(first!, user, 1))?.status, 201)
    const lost = new Set([fourth!.peer, fifth!.peer])
    const stopped: string[] = []
    for (const user of USERS) {
      const { view } = await first!.lookup(user)
      if (view!.members.filter(member => lost.has(member)).length > 1) stopped.push(user)
    }
    t.diagnostic(`${stopped.length} of ${SLOTS} slots have both of them as members`)
    await Promise.all([fourth!.end('SIGKILL'), fifth!.end('SIGKILL')])

    const expectStopped = async (user: string) => {
      const [strong, written] = await Promise.all([read(first!, user), write(first!, user, 2)])
      assert.equal(strong?.status, 503, `${user} ${JSON.stringify(strong?.body)}`)
      assert.ok(strong.headers.has('retry-after'))
      // The member that is left may still have led when it was sent the write.
      assert.ok(written?.status === 503 || written?.status === 504, `${user} ${written?.status}`)
      const stale = await read(first!, user, '?stale')
      assert.deepEqual([stale?.status, stale?.headers.get('ring-consistency')], [200, 'stale'], user)
    }
    const expectServed = async (user: string) => {
      await until(`a write to ${user}`, async () => (await write(first!, user, 2))?.status === 200)
      assert.equal((await read(first!, user))?.status, 200)
    }
    await Promise.all(USERS.map(user => (stopped.includes(user) ? expectStopped(user) : expectServed(user))))
    const report = await first!.ring()
    assert.deepEqual([report.ready, report.withoutMajority], [false, stopped.length])

    await fourth!.start()
    await allServed(first!, USERS, 3)
    await fifth!.start()
    await ring.ready()
    await allServed(fifth!, USERS, 4)
  })

  it('keep every user while they are killed one after another, and find it, stale, in the last one', async t => {
    await using ring = await Processes.ring(5, [])
    const users = userOfEachSlot(DEFAULT_SLOTS)
    const [first] = ring.peers as [PeerProcess]
    await allServed(first, users, 5)
    for (let left = 4; left >= 2; left--) {
      await ring.peers[left]!.end('SIGKILL')
      const killedMs = performance.now()
      const afterMs = () => Math.round(performance.now() - killedMs)
      await allServed(first, users, left)
      t.diagnostic(`${left} left: all users written and read ${afterMs()} ms after kill -9`)
      if (left < 3) break // nobody is there to take the place of the third
      assert.ok((await first.ring()).underReplicated > 0)
      await ring.ready(ring.peers.slice(0, left), WHOLE_MS)
      t.diagnostic(`${left} left: three copies of all ${afterMs()} ms after kill -9`)
    }
    await ring.peers[1]!.end('SIGKILL')
    await Promise.all(
      users.map(async user => {
        const stale = await read(first, user, '?consistency=stale')
        assert.deepEqual([stale?.status, stale?.headers.get('ring-consistency')], [200, 'stale'], user)
        assert.deepEqual((stale!.body as { profile: unknown }).profile, { n: 2 }, user)
        assert.equal((await read(first, user))?.status, 503, user)
      })
    )
  })
})

describe('five peers with five replicas of each slot', () => {
  it('go on when two are killed at once', async t => {
    await using ring = await Processes.ring(5, ['--slots', String(SLOTS), '--replicas', '5'])
    let gateways = ring.peers.map(({ http }) => http)
    await using load = new Load({ users: USERS, gateways: () => gateways, pauseMs: 100 })
    await until('some writes', async () => load.acknowledged > 300)
    const [first, , , ...victims] = ring.peers as [PeerProcess, ...PeerProcess[]]
    gateways = gateways.slice(0, 3)
    const killedMs = performance.now()
    await Promise.all(victims.map(peer => peer.end('SIGKILL')))
    await until('writes to every slot', async () => load.everyUserWritten(killedMs))
    t.diagnostic(`a slot was not written for ${Math.round(load.gapMs(killedMs))} ms at most`)
    await load.stop()
    t.diagnostic(load.summary)
    assert.deepEqual(load.wrong, [])
    assert.equal((await first.ring()).withoutMajority, 0)
    await load.verify(first.http)
  })
})
