import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerStatus } from '../../src/chord/chord-rpc.ts'
import { FingerRefresh } from '../../src/chord/finger-refresh.ts'
import type { Peers } from '../../src/chord/peers.ts'
import { ringNodes } from '../../src/chord/ring-node.ts'
import { RoutingTable } from '../../src/chord/routing-table.ts'
import { Tasks } from '../../src/chord/tasks.ts'
import { silentLog } from '../../src/runtime.ts'
import { simulatedPeerId } from '../simulation/peer-id.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'
import { VirtualTime } from '../simulation/virtual-time.ts'

test('a sweep ends although everybody whom our own pointers name has just turned out to be down', async () => {
  const random = seededRandom(chooseSeed(), 'finger-refresh')
  const time = new VirtualTime()
  const [peer, other] = [simulatedPeerId(random), simulatedPeerId(random)]
  let status: PeerStatus = 'up'
  const table = new RoutingTable({
    peer,
    virtualNodes: 2,
    replicas: 3,
    statusOf: named => (named === other ? status : 'up'),
    onShunned: () => {},
    now: () => time.monotonic(),
    onChange: () => {}
  })
  for (const own of table.own) table.enter(own, ringNodes(other, 2))
  status = 'down'
  const clock = {
    now: () => time.now(),
    monotonic: () => time.monotonic(),
    timer: (ms: number, fire: () => void) => time.timer(ms, fire),
    soon: (work: () => void) => void time.timer(0, work)
  }
  const runtime = { clock, random, log: silentLog }
  const tasks = new Tasks(silentLog)
  const peers = { up: () => [], routable: () => status } as unknown as Peers
  const fingers = new FingerRefresh({ table, peers, runtime, clock, tasks, signal: tasks.signal })
  tasks.start(() => fingers.run())
  fingers.soon()
  await time.pass(20_000)
  assert.ok(table.own.every(own => table.fingers.of(own.node).every(({ node }) => node?.peer !== other)))
  await tasks.stop(new Error('the test is over'))
})
