import '../../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { Cuts } from '../../../src/cli/demo/cuts.ts'
import { createHost } from '../../../src/network/host.ts'
import { until } from '../until.ts'

async function startHost(gate = new Cuts()) {
  const privateKey = await generateKeyPair('Ed25519')
  const host = await createHost({
    privateKey,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    services: {},
    gate
  })
  return { host, cuts: gate, peer: host.peerId.toString() }
}

describe('a peer of the demo that is cut off from another', () => {
  it('has no connection to it any more, gets none and takes none, until that is over', async t => {
    const [a, b] = await Promise.all([startHost(), startHost()])
    t.after(() => Promise.all([a.host.stop(), b.host.stop()]))
    await a.host.dial(b.host.getMultiaddrs())
    await until(() => b.host.getConnections().length === 1)

    a.cuts.cut([b.peer]) // b is not told, as a peer that is paused is not
    await until(() => a.host.getConnections().length === 0 && b.host.getConnections().length === 0)
    await assert.rejects(a.host.dial(b.host.getMultiaddrs()))
    await b.host.dial(a.host.getMultiaddrs()).catch(() => {}) // it may see a connection that ends at once
    await until(() => b.host.getConnections().length === 0)
    assert.equal(a.host.getConnections().length, 0)

    a.cuts.cut([])
    await b.host.dial(a.host.getMultiaddrs())
    await until(() => a.host.getConnections().length === 1)
  })

  it('keeps its connections to all others', async t => {
    const [a, b, c] = await Promise.all([startHost(), startHost(), startHost()])
    t.after(() => Promise.all([a.host.stop(), b.host.stop(), c.host.stop()]))
    await Promise.all([a.host.dial(b.host.getMultiaddrs()), c.host.dial(a.host.getMultiaddrs())])
    await until(() => a.host.getConnections().length === 2)
    a.cuts.cut([b.peer])
    await until(() => b.host.getConnections().length === 0)
    assert.deepEqual(
      a.host.getConnections().map(({ remotePeer }) => remotePeer.toString()),
      [c.peer]
    )
  })
})
