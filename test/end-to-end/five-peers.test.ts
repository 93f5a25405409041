import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ringNodes } from '../../src/chord/ring-node.ts'
import { clockwiseFrom } from '../../src/ring/interval.ts'
import { advance, fingerStart, positionToHex } from '../../src/ring/position.ts'
import type { SelfReport } from '../../src/users/ring-report.ts'
import { anillo, Processes, until } from './processes.ts'

const USERS = 200

describe('five peers started one after another', () => {
  let ring: Processes
  const startedMs = { last: 0 }

  before(async () => {
    ring = await Processes.create()
    for (let i = 0; i < 5; i++) await ring.add()
    startedMs.last = performance.now()
    await ring.ready(ring.peers, 120_000)
  })
  after(() => ring[Symbol.asyncDispose]())

  it('are one ring, and ring check says so with exit code 0', async t => {
    const { code, stdout } = await anillo('ring', 'check', '-u', ring.peers[4]!.http)
    assert.equal(code, 0, stdout)
    t.diagnostic(`ready ${Math.round(performance.now() - startedMs.last)} ms after the last one had started`)
  })

  it('agree about the ring, whoever is asked', async () => {
    await until('equal reports', async () => {
      const reports = await Promise.all(ring.peers.map(peer => peer.ring()))
      const texts = reports.map(report =>
        JSON.stringify({ ...report, peers: report.peers.map(peer => ({ ...peer, self: false })) })
      )
      return new Set(texts).size === 1
    })
  })

  it('answer for every user that was set through one of them', async () => {
    const [first, ...others] = ring.peers
    for (let id = 1; id <= USERS; id++) {
      const response = await fetch(`${first!.http}/status/${id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ status: id % 2 })
      })
      assert.deepEqual([response.status, await response.json()], [200, { success: true }])
    }
    for (const peer of others) {
      for (let id = 1; id <= USERS; id++) {
        const response = await fetch(`${peer.http}/status/${id}`)
        assert.deepEqual(await response.json(), { status: id % 2 === 0 ? 'ONLINE' : 'OFFLINE' })
      }
    }
  })

  it('have right fingers, over HTTP and in finger.txt', async () => {
    const nodes = ring.peers.flatMap(({ peer }) => ringNodes(peer, 32))
    for (const { http, peer, dir, address } of ring.peers) {
      const own = ringNodes(peer, 32)[0]!
      const expected = Array.from({ length: 160 }, (_, index) => {
        const start = fingerStart(own.position, index)
        return positionToHex(clockwiseFrom(advance(start, -1n), nodes, node => node.position)[0]!.position)
      })
      await until(`the fingers of ${peer}`, async () => {
        const { fingers } = (await (await fetch(`${http}/v1/peer`)).json()) as SelfReport
        assert.deepEqual(
          fingers.map(({ position }) => position),
          expected
        )
        return true
      })
      const port = /tcp\/(\d+)/.exec(address)![1]!
      await until(`finger.txt of ${peer}`, async () => {
        const text = await readFile(join(dir, 'output', port, 'finger.txt'), 'utf8')
        const rows = text.split('\n').flatMap(line => /^ *\d+: ([0-9a-f]+) /.exec(line)?.[1] ?? [])
        assert.deepEqual(
          rows.slice(0, 160),
          expected.map(hex => hex.slice(0, rows[0]!.length))
        )
        return true
      })
    }
  })

  it('answer for every user while one of them is killed, which comes back as the same peer', async t => {
    const victim = ring.peers[2]!
    const rest = ring.peers.filter(peer => peer !== victim)
    const { peer: victimId } = victim
    const { users } = await rest[0]!.ring()
    await victim.end('SIGKILL')
    const killedMs = performance.now()
    for (let id = 1; id <= USERS; id++) {
      const { http } = rest[id % rest.length]!
      assert.equal((await fetch(`${http}/v1/users/${id}`)).status, 200, `user ${id}`)
      assert.equal((await fetch(`${http}/status/${id}`)).status, 200, `user ${id}`)
    }
    t.diagnostic(`all users read ${Math.round(performance.now() - killedMs)} ms after kill -9`)
    await until('pointers that are whole without the dead peer', async () => {
      const { problems } = await rest[0]!.ring()
      return !problems.some(({ code }) => code === 'pointers')
    })
    t.diagnostic(`pointers whole ${Math.round(performance.now() - killedMs)} ms after kill -9`)
    const { code, stdout } = await anillo('ring', 'check', '-u', rest[1]!.http)
    assert.notEqual(code, 0, 'a copy less is worth a warning')
    assert.match(stdout, /peer-down|does not answer/)
    await victim.start()
    assert.equal(victim.peer, victimId)
    await ring.ready()
    assert.equal((await rest[0]!.ring()).users, users)
  })
})
