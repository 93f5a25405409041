/** Where the copies of users are, in whole rings on libp2p: made, moved, lost, and gone on with. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { AnilloPeer } from '../../src/peer.ts'
import { createRing, ringReady } from '../../src/testing.ts'
import type { RingReport } from '../../src/users/ring-report.ts'
import { until } from '../end-to-end/processes.ts'

/** As patient as a ring has to be whose peers start within a second on a busy machine. */
const OPTIONS = { slots: 16, placementStableMs: 1_000, leaderSpreadMs: 500, replaceAfterMs: 2_000 }
const IDS = Array.from({ length: 40 }, (_, at) => `user-${at}`)

const reportOf = ({ peer }: AnilloPeer, { peers }: RingReport) => peers.find(each => each.peer === peer)!

/** Writes every user again and again until it is stopped; what is not acknowledged at once fails the test. */
function writing(peer: AnilloPeer): () => Promise<number> {
  let stopped = false
  const run = async () => {
    let written = 0
    for (; !stopped; written++) await peer.users.set(IDS[written % IDS.length]!, { status: 'AWAY' })
    return written
  }
  const running = run()
  return () => {
    stopped = true
    return running
  }
}

describe('the copies of users', () => {
  it('follow their ring: peers join, stop, are replaced and leave, and no write fails', async () => {
    // With sixteen slots one peer of four leads none of them now and then.
    const slots = 64
    await using ring = await createRing(4, { ...OPTIONS, slots })
    const [first, second, third, fourth] = ring.peers as [AnilloPeer, AnilloPeer, AnilloPeer, AnilloPeer]
    for (const id of IDS) await first.users.set(id, { status: 'ONLINE' })
    await until('leaders everywhere', async () =>
      (await first.ring.ring()).peers.every(({ leads }) => leads > 0)
    )
    const report = await first.ring.ring()
    assert.equal(
      report.peers.reduce((sum, { slots: held }) => sum + held, 0),
      3 * slots
    )
    assert.equal(report.users, IDS.length)

    const stopWriting = writing(first)
    await fourth.stop()
    await until('copies made anew', async () => {
      const now = await first.ring.ring()
      return now.ready && reportOf(fourth, now).slots === 0
    })
    await ring.add()
    await until('copies at the new peer', async () => {
      const now = await first.ring.ring()
      return now.ready && reportOf(ring.peers[4]!, now).slots > 0
    })
    const left: number[] = []
    await second.leave({ onProgress: each => left.push(each) })
    assert.deepEqual([left[0]! > 0, left.at(-1)], [true, 0])
    assert.ok((await stopWriting()) > 0)

    await ringReady(first, 4) // with the one that stopped, which is missed by nobody
    const after = await third.ring.ring()
    assert.equal(after.users, IDS.length)
    for (const id of IDS) assert.equal((await third.users.get(id))?.id, id)
  })

  it('are listed in the output files of whoever has them, under BACKUP where another leads', async () => {
    const outputDir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
    try {
      await using ring = await createRing(3, { ...OPTIONS, slots: 64 }) // as above
      const watched = await ring.add({ outputDir })
      for (const id of IDS) await watched.users.set(id, { status: 'ONLINE' })
      await until('users of its own and of others', async () => {
        const { slots, leads, users } = reportOf(watched, await watched.ring.ring())
        const [own = '', backup = ''] = (await readFile(join(outputDir, 'users.txt'), 'utf8')).split(
          'BACKUP\n'
        )
        const rows = (text: string) => text.match(/^user-/gm)?.length ?? 0
        return leads > 0 && slots > leads && rows(own) === users && rows(backup) > 0
      })
    } finally {
      await rm(outputDir, { recursive: true })
    }
  })

  it('that are without majority for good stop, and go on from one peer when an operator says so', async () => {
    await using ring = await createRing(3, OPTIONS)
    const [survivor, second, third] = ring.peers as [AnilloPeer, AnilloPeer, AnilloPeer]
    for (const id of IDS) await survivor.users.set(id, { status: 'BUSY' })
    const body = { slots: 'all', from: survivor.peer, acceptDataLoss: true }
    const recover = async () => {
      const request = new Request('http://gateway.test/v1/ring/recover', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body)
      })
      const response = await survivor.fetch(request)
      assert.equal(response.status, 200)
      return response.json()
    }
    assert.deepEqual((await recover()).recovered, [], 'a ring that is whole is left alone')

    await second.stop()
    await third.stop() // their users were in memory, and are gone
    await until('slots without majority', async () => {
      const { withoutMajority } = await survivor.ring.ring()
      return withoutMajority === OPTIONS.slots
    })
    await assert.rejects(survivor.users.set(IDS[0]!, { status: 'AWAY' }), { name: 'UnavailableError' })

    const { recovered, users } = await recover()
    assert.deepEqual([recovered.length, users], [OPTIONS.slots, IDS.length])
    await until('a leader of every slot', async () => (await survivor.ring.ring()).withoutMajority === 0)
    for (const id of IDS) assert.equal((await survivor.users.get(id))?.status, 'BUSY')
    await survivor.users.set(IDS[0]!, { status: 'AWAY' })
  })
})
