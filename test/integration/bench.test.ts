/** `anillo bench` against a ring of real peers. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRing } from '../../src/testing.ts'
import { runAnillo } from '../cli/fake-peer.ts'

describe('anillo bench against a ring of three', () => {
  it('does every kind of operation through all gateways without an error, and leaves nothing', async () => {
    await using ring = await createRing(3, { http: { port: 0 } })
    const urls = ring.peers.map(peer => peer.httpUrl).join()
    const mix = 'read=4,stale=2,write=2,update=2,heartbeat=2'
    const { code, terminal } = runAnillo([
      ...['bench', mix, '-u', urls, '--ops', '300', '-c', '8', '--users', '4'],
      ...['-o', 'json', '--cleanup']
    ])
    const exit = await code
    const { out, err } = terminal.printed
    assert.equal(exit, 0, out + err)
    const { total, operations, errors } = JSON.parse(out.trimEnd().split('\n').at(-1)!)
    assert.deepEqual([total.operations, total.errors, errors], [300, 0, []])
    assert.equal(operations.length, 5)
    for (const each of operations) assert.ok(each.operations > 0 && each.p50Ms > 0, JSON.stringify(each))
    for (const user of [0, 1, 2, 3]) {
      assert.equal(await ring.peers[0].users.get(`bench-${user}`), undefined)
    }
  })
})
