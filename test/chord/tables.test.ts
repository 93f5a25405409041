/** Successor lists, fingers and the peer book by themselves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FingerTable } from '../../src/chord/finger-table.ts'
import { PeerBook } from '../../src/chord/peer-book.ts'
import { type RingNode, ringNodes } from '../../src/chord/ring-node.ts'
import { chop } from '../../src/chord/successor-list.ts'
import { successorEntriesMax, successorPeers } from '../../src/constants.ts'
import { clockwiseFrom } from '../../src/ring/interval.ts'
import { silentLog } from '../../src/runtime.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { simulatedPeerId } from '../simulation/peer-id.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'
import { VirtualTime } from '../simulation/virtual-time.ts'

const random = seededRandom(chooseSeed(), 'tables')
const peers = (count: number) => Array.from({ length: count }, () => simulatedPeerId(random))
const clockwise = (from: RingNode, nodes: readonly RingNode[]) =>
  clockwiseFrom(from.position, nodes, node => node.position).filter(node => node !== from)

test('a successor list is as long as it takes to name enough other peers', () => {
  const nodes = peers(20).flatMap(peer => ringNodes(peer, 4))
  for (const owner of nodes) {
    const list = chop(owner, clockwise(owner, nodes), 3)
    const others = (of: readonly RingNode[]) =>
      new Set(of.map(({ peer }) => peer).filter(peer => peer !== owner.peer))
    const cut = list.length === successorEntriesMax(3)
    assert.ok(others(list).size === successorPeers(3) || cut)
    assert.ok(others(list.slice(0, -1)).size < successorPeers(3), 'and no longer')
  }
})

test('a successor list is bounded, ends before its owner, and leaves out what is out of order', () => {
  const [mine, other] = peers(2) as [string, string]
  const nodes = [...ringNodes(mine, 100), ...ringNodes(other, 100)]
  const owner = nodes[0]!
  const ordered = clockwise(owner, nodes)
  assert.equal(chop(owner, ordered, 3).length, successorEntriesMax(3))
  const [a, b, c] = ordered as [RingNode, RingNode, RingNode]
  assert.deepEqual(chop(owner, [a, owner, b], 3), [a])
  assert.deepEqual(chop(owner, [b, a, b, c], 3), [b, c])
})

test('what one lookup tells fills exactly the fingers that start there', () => {
  const [mine] = peers(1) as [string]
  const own = ringNodes(mine, 3)
  const nodes = [...own, ...peers(30).flatMap(peer => ringNodes(peer, 2))]
  const circle = clockwise({ position: 0n } as RingNode, nodes)
  const table = new FingerTable(own)
  let told = 0
  for (let start = table.nextStart(); start !== undefined; start = table.nextStart()) {
    const at = circle.findIndex(({ position }) => position >= start!)
    const from = Math.max(at, 0)
    const run = [0, 1, 2, 3].map(step => circle[(from + step) % circle.length]!)
    assert.equal(table.fill(circle.at(from - 1)!.position, run), true)
    told++
  }
  for (const node of own) {
    for (const { start, node: finger } of table.of(node)) {
      assert.equal(finger, circle.find(({ position }) => position >= start) ?? circle[0])
    }
  }
  assert.ok(told < nodes.length, `${told} lookups for 480 rows`)
  const gone = circle[5]!
  const substitute = circle[6]!
  const rows = own.flatMap(node => table.of(node)).filter(({ node }) => node?.peer === gone.peer)
  assert.equal(
    table.drop(gone.peer, () => substitute),
    rows.length > 0
  )
  assert.ok(rows.every(({ node }) => node === substitute))
})

function book(store: MemoryStore, clock: VirtualTime): PeerBook {
  return new PeerBook(store, { clock, random, log: silentLog })
}

test('the peer book keeps the newest contact of a peer, over a restart too', async () => {
  const [store, clock, [peer]] = [new MemoryStore(), new VirtualTime(), peers(1) as [string]]
  const first = book(store, clock)
  const contact = (sequence: bigint, address: string) => ({
    peer,
    addresses: [address],
    sequence,
    record: Uint8Array.of(1, 2)
  })
  first.put(contact(2n, '/ip4/1.1.1.1/tcp/2'))
  first.put(contact(1n, '/ip4/1.1.1.1/tcp/1'))
  await first.flush()
  const again = book(store, clock)
  assert.deepEqual(again.get(peer)?.contact, contact(2n, '/ip4/1.1.1.1/tcp/2'))
  again.put(contact(3n, '/ip4/1.1.1.1/tcp/3'))
  assert.equal(again.get(peer)?.contact.sequence, 3n)
})

test('the peer book writes by itself within about a second', async () => {
  const [store, clock, [peer]] = [new MemoryStore(), new VirtualTime(), peers(1) as [string]]
  book(store, clock).put({ peer, addresses: [], sequence: 1n, record: new Uint8Array() })
  await clock.pass(1_100)
  assert.deepEqual(book(store, clock).peers(), [peer])
})

test('the peer book forgets who was not seen for a month, and at once who left', async () => {
  const [store, clock, [old, seen, left]] = [
    new MemoryStore(),
    new VirtualTime(),
    peers(3) as [string, string, string]
  ]
  const kept = book(store, clock)
  for (const peer of [old, seen, left])
    kept.put({ peer, addresses: [], sequence: 1n, record: new Uint8Array() })
  kept.remove(left)
  kept.put({ peer: left, addresses: [], sequence: 1n, record: new Uint8Array() })
  assert.deepEqual(kept.peers(), [old, seen], 'somebody who does not know yet cannot bring it back')
  await clock.pass(20 * 24 * 3_600_000)
  kept.seen(seen)
  await clock.pass(11 * 24 * 3_600_000)
  kept.seen(seen)
  await kept.flush()
  assert.deepEqual(book(store, clock).peers(), [seen])
})

test('the peer book forgets nobody while all peers are switched off, nor when the wall clock jumps', async () => {
  const [store, clock, [other, third]] = [new MemoryStore(), new VirtualTime(), peers(2) as [string, string]]
  const both = [other, third].sort()
  let aheadMs = 0
  const jumping = {
    now: () => clock.now() + aheadMs,
    monotonic: () => clock.monotonic(),
    timer: (ms: number, fire: () => void) => clock.timer(ms, fire),
    soon: (work: () => void) => clock.soon(work)
  }
  const opened = () => new PeerBook(store, { clock: jumping, random, log: silentLog })
  const first = opened()
  for (const peer of [other, third])
    first.put({ peer, addresses: [], sequence: 1n, record: new Uint8Array() })
  await first.flush()
  aheadMs = 40 * 24 * 3_600_000
  const again = opened()
  assert.deepEqual(again.peers().sort(), both, 'after a month without power')
  aheadMs = 400 * 24 * 3_600_000
  again.seen(other)
  again.put({ peer: third, addresses: ['/ip4/1.1.1.1/tcp/1'], sequence: 2n, record: new Uint8Array() })
  await clock.pass(2_000)
  assert.deepEqual(again.peers().sort(), both, 'after a jump of the wall clock')
})
