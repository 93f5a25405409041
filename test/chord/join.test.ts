/** How rings begin and grow. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ringNodes } from '../../src/chord/ring-node.ts'
import { type Member, SimulatedRing } from '../simulation/chord-ring.ts'
import { chooseSeed } from '../simulation/random.ts'

const seed = chooseSeed()

/** What `describe` of every peer says about who follows whom, put together. */
function describedRing(members: readonly Member[]): string[] {
  return members
    .flatMap(({ peer, chord }) =>
      chord.describe().nodes.map(({ index, member, predecessor, successor }) => {
        const own = ringNodes(peer, index + 1)[index]!
        return `${member} ${predecessor?.position} ${own.position} ${successor?.position}`
      })
    )
    .sort()
}

test('the first peer is a ring of its own nodes at once', async () => {
  const ring = new SimulatedRing({ seed })
  const [first] = await ring.grow(1)
  assert.equal(ring.wrongPointers(), 0)
  assert.equal(ring.wrongFingers(first!), 160, 'fingers follow a moment later')
  await ring.time.pass(2_000)
  assert.equal(ring.wrongFingers(first!), 0)
  assert.deepEqual(first!.events.filter(({ type }) => type === 'ring.created').length, 1)
})

test('five peers that join one after another agree within seconds, fingers included', async () => {
  const ring = new SimulatedRing({ seed })
  const members = await ring.grow(5)
  assert.ok((await ring.settle(3_000)) <= 3_000)
  assert.equal(describedRing(members).length, 5 * 32)
  await ring.time.until(() => members.every(member => ring.wrongFingers(member) === 0), 6_000, 250)
  assert.deepEqual(
    members.map(member => ring.wrongFingers(member)),
    [0, 0, 0, 0, 0]
  )
  const via = members.slice(1).map(({ events }) => events.find(({ type }) => type === 'ring.joined'))
  assert.ok(via.every(event => event !== undefined))
  assert.deepEqual(ring.errors(), [])
})

test('sixteen peers that join at the same moment through one address become one ring', async () => {
  const ring = new SimulatedRing({ seed })
  const [first] = await ring.grow(1)
  const others = Array.from({ length: 15 }, () => ring.add())
  const joined = others.map(({ chord }) => chord.start({ join: [first!.peer] }))
  await ring.time.finish(Promise.all(joined), 20_000)
  await ring.settle(10_000)
  const lists = others.map(({ chord }) => chord.neighbours()[0]!.successors)
  assert.ok(lists.every(list => list.length > 0))
  assert.deepEqual(ring.errors(), [])
})

test('an idle ring of five peers stays quiet', async () => {
  const ring = new SimulatedRing({ seed })
  await ring.grow(5)
  await ring.time.pass(60_000)
  const sentBefore = ring.network.sent.get('chord')!
  const bytesBefore = ring.network.bytesSent
  await ring.time.pass(30_000)
  const perSecond = (ring.network.sent.get('chord')! - sentBefore) / 30 / 5
  const bytesPerSecond = (ring.network.bytesSent - bytesBefore) / 30 / 5
  process.stdout.write(
    `# idle: ${perSecond.toFixed(0)} messages, ${bytesPerSecond.toFixed(0)} bytes a second and peer\n`
  )
  assert.ok(perSecond <= 75, `${perSecond} messages a second and peer`)
  assert.ok(bytesPerSecond <= 80_000, `${bytesPerSecond} bytes a second and peer`)
})

test('a joiner whose only contact is gone goes on through whoever of the ring has spoken to it', async () => {
  const ring = new SimulatedRing({ seed })
  const [first, second] = await ring.grow(3)
  ring.crash(first!)
  const joiner = ring.add()
  const joined = joiner.chord.start({ join: [first!.peer] })
  joiner.chord.heard(second!.peer)
  await ring.time.finish(joined, 20_000)
  await ring.settle(10_000)
})

test('a joiner whose only contact is gone goes on through those that its book has', async () => {
  const ring = new SimulatedRing({ seed })
  const [first, second] = await ring.grow(3)
  ring.crash(first!)
  const joiner = ring.add()
  joiner.book.put({ peer: second!.peer, addresses: [], sequence: 1n, record: new Uint8Array() })
  await ring.time.finish(joiner.chord.start({ join: [first!.peer] }), 20_000)
  await ring.settle(10_000)
})

test('a joiner that nobody lets in says so and never makes a ring of its own', async () => {
  const ring = new SimulatedRing({ seed })
  const nobody = ring.add()
  ring.crash(nobody)
  const joiner = ring.add()
  const join = joiner.chord.start({ join: [nobody.peer] })
  await assert.rejects(ring.time.finish(join, 60_000), {
    name: 'JoinError',
    message: new RegExp(nobody.peer)
  })
  assert.equal(joiner.chord.member, false)
  assert.equal(joiner.host.pendingTimers, 0)
})

test('a peer that is joining itself lets nobody in', async () => {
  const ring = new SimulatedRing({ seed })
  const [one, two] = [ring.add(), ring.add()]
  const joins = [one.chord.start({ join: [two.peer] }), two.chord.start({ join: [one.peer] })]
  const outcomes = await ring.time.finish(Promise.allSettled(joins), 60_000)
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected']
  )
})

test('a join can be given up', async () => {
  const ring = new SimulatedRing({ seed })
  const nobody = ring.add()
  ring.crash(nobody)
  const joiner = ring.add()
  const controller = new AbortController()
  const join = joiner.chord.start({ join: [nobody.peer], signal: controller.signal })
  join.catch(() => {})
  await ring.time.pass(2_000)
  controller.abort(new Error('enough'))
  await assert.rejects(ring.time.finish(join, 100), { message: 'enough' })
  assert.equal(joiner.host.pendingTimers, 0)
})

test('a stopped peer leaves no timer and no question behind, and can be started again', async () => {
  const ring = new SimulatedRing({ seed })
  const [, second, third] = await ring.grow(3)
  await ring.time.pass(700)
  await ring.time.finish(second!.chord.stop(), 100)
  assert.equal(second!.host.pendingTimers, 0)
  await assert.rejects(async () => second!.chord.lookup(0n as never), { name: 'NotRunningError' })
  await ring.time.finish(second!.chord.start(), 10_000)
  await ring.settle(10_000)
  await ring.time.finish(Promise.all([second!.chord.stop(), third!.chord.stop()]), 100)
  assert.deepEqual(ring.errors(), [])
})

test('a survey finds everybody that anybody knows, and says who does not answer', async () => {
  const ring = new SimulatedRing({ seed })
  const [first, second, third] = await ring.grow(3)
  await ring.settle(5_000)
  ring.crash(third!)
  const found = await ring.time.finish(first!.chord.survey(), 10_000)
  assert.deepEqual([...found.keys()].sort(), [first, second, third].map(member => member!.peer).sort())
  assert.equal(found.get(third!.peer), undefined)
  assert.equal(found.get(second!.peer)?.nodes.length, 32)
  assert.equal(found.get(second!.peer)?.version, 'test')
})
