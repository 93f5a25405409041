import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Load, userOfEachSlot } from '../load.ts'
import { anillo, Processes, until } from '../processes.ts'

const SLOTS = 32

describe('a ring under load', () => {
  it('answers every request while a sixth peer joins and another of the six leaves', async t => {
    await using ring = await Processes.ring(5, ['--slots', String(SLOTS)])
    let gateways = ring.peers.map(({ http }) => http)
    await using load = new Load({ users: userOfEachSlot(SLOTS), gateways: () => gateways, pauseMs: 200 })
    const startedMs = performance.now()
    await until('enough writes to know what is usual', async () => load.acknowledged > 500)

    const joinsMs = performance.now()
    const sixth = await ring.add()
    gateways = [...gateways, sixth.http]
    await until('slots at the sixth peer', async () =>
      (await sixth.ring()).peers.some(({ self, slots, leads }) => self && slots > SLOTS / 6 && leads > 0)
    )

    const leaver = ring.peers[1]!
    const leavesMs = performance.now()
    gateways = gateways.filter(url => url !== leaver.http)
    const { code, stderr } = await anillo('peer', 'leave', '-u', leaver.http)
    assert.equal(code, 0, stderr)
    assert.equal((await leaver.ended).code, 0)
    const leftMs = performance.now()
    const stayed = ring.peers.filter(peer => peer !== leaver)
    await ring.ready(stayed)
    await load.stop()

    t.diagnostic(load.summary)
    t.diagnostic(`before: ${load.latency(startedMs, joinsMs)}`)
    t.diagnostic(`a join of ${Math.round(leavesMs - joinsMs)} ms: ${load.latency(joinsMs, leavesMs)}`)
    t.diagnostic(`a leave of ${Math.round(leftMs - leavesMs)} ms: ${load.latency(leavesMs, leftMs)}`)
    assert.deepEqual(load.wrong, [])
    assert.deepEqual(
      [...load.statuses.keys()].filter(status => status !== 200 && status !== 201),
      [],
      'no request fails'
    )
    for (const { http } of stayed) await load.verify(http)
  })
})
