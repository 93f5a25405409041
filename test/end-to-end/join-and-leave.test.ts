import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Load } from './load.ts'
import { anillo, Processes, until } from './processes.ts'

describe('a ring under load', () => {
  it('loses no acknowledged write and gives no wrong answer while peers join and leave', async t => {
    await using ring = await Processes.create()
    await ring.add()
    let gateways = [ring.peers[0]!.http]
    const load = new Load(24, () => gateways)
    const startedMs = performance.now()
    for (let i = 0; i < 3; i++) gateways = [...gateways, (await ring.add()).http]
    await until('slots on every peer', async () =>
      (await ring.peers[0]!.ring()).peers.every(({ slots }) => slots > 20)
    )

    const leaver = ring.peers[1]!
    gateways = gateways.filter(url => url !== leaver.http)
    const { code, stderr } = await anillo('peer', 'leave', '-u', leaver.http)
    assert.equal(code, 0, stderr)
    assert.equal((await leaver.ended).code, 0)
    const stayed = ring.peers.filter(peer => peer !== leaver)
    await ring.ready(stayed)
    await load.stop()

    const perSecond = Math.round((load.acknowledged / (performance.now() - startedMs)) * 1_000)
    t.diagnostic(
      `answers by status: ${JSON.stringify(Object.fromEntries(load.statuses))}, ${perSecond} writes a second`
    )
    assert.deepEqual(load.wrong, [])
    assert.deepEqual(
      [...load.statuses.keys()].filter(status => ![200, 201, 503].includes(status)),
      []
    )
    assert.ok(load.acknowledged > 500, `only ${load.acknowledged} writes were acknowledged`)
    for (const peer of stayed) await load.verify(peer.http)
  })

  it('keeps every acknowledged write when all its peers are killed at once and started again', async t => {
    await using ring = await Processes.create()
    for (let i = 0; i < 3; i++) await ring.add()
    await ring.ready()
    const load = new Load(8, () => ring.peers.map(({ http }) => http))
    await until('some writes', async () => load.acknowledged > 500)
    await Promise.all(ring.peers.map(peer => peer.end('SIGKILL')))
    await load.stop()
    await Promise.all(ring.peers.map(peer => peer.start()))
    await ring.ready()
    t.diagnostic(`answers by status: ${JSON.stringify(Object.fromEntries(load.statuses))}`)
    assert.deepEqual(load.wrong, [])
    await load.verify(ring.peers[0]!.http)
  })
})
