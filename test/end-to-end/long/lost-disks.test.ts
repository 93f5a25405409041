import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Load, userOfEachSlot } from '../load.ts'
import { type PeerProcess, Processes, until } from '../processes.ts'

const SLOTS = 16

describe('a peer of four', () => {
  let ring: Processes

  before(async () => {
    ring = await Processes.ring(4, ['--slots', String(SLOTS), '--replace-after', '6s'])
  })
  after(() => ring[Symbol.asyncDispose]())

  it('that is started from an old copy of its data directory is refused, says so and ends', async () => {
    const [first, , , victim] = ring.peers as PeerProcess[]
    await victim!.end('SIGTERM')
    await victim!.backUp()
    await victim!.start()
    await ring.ready()
    const gateways = () => [first!.http]
    await using load = new Load({ users: userOfEachSlot(SLOTS), gateways, pauseMs: 20 })
    await until('some writes', async () => load.acknowledged > 200)
    await load.stop()
    await victim!.end('SIGKILL')
    await victim!.restore()
    // It may have been ready for a moment, before it met anybody who knows better.
    const why = await victim!.start().then(
      async () => {
        const { code } = await victim!.ended
        return `the peer ended with ${code}: ${victim!.said}`
      },
      (error: Error) => error.message
    )
    assert.match(why, /^the peer ended with 7:/)
    assert.match(why, /^StoreRolledBackError: .*old copy/m)
    await load.verify(first!.http)
  })

  it('whose disk is lost comes back empty as a new one, gets copies anew, and every user is there', async t => {
    const [first, second, , victim] = ring.peers as PeerProcess[]
    await using load = new Load({
      users: userOfEachSlot(SLOTS),
      gateways: () => [first!.http, second!.http],
      pauseMs: 50
    })
    await until('some writes', async () => load.acknowledged > 300)
    const { peer: former } = victim!
    await victim!.end('SIGKILL')
    await victim!.wipe()
    const startedMs = performance.now()
    await victim!.start([first!.address])
    assert.notEqual(victim!.peer, former, 'its identity was on the disk')
    await ring.ready()
    t.diagnostic(`whole again ${Math.round(performance.now() - startedMs)} ms after the start`)
    // The others had taken the lost copies; its place on the ring gives the new one its share.
    await until('slots at all but the lost one', async () => {
      const { peers } = await first!.ring()
      return peers.every(({ peer, slots }) => slots > 0 === (peer !== former))
    })
    await load.stop()
    t.diagnostic(load.summary)
    assert.deepEqual(load.wrong, [])
    await load.verify(victim!.http)
  })
})
