import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OUT_OF_TOUCH_MS, UNTAUGHT_PAUSE_MS } from '../../src/replica/timing.ts'
import { Cluster, SLOT } from './cluster.ts'

/** Written by `a` and `b`, of whom `b` does not know that it is committed; `c`, which is to go on, has not heard of it. */
async function lossOf(cluster: Cluster) {
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  cluster.cut = (_from, to) => to === 'c'
  await cluster.put('k', 'two')
  await cluster.put('l', 'new')
  const stores = [...'ab'].map(name => cluster.crash(name))
  cluster.cut = () => false
  await cluster.time.pass(3_000)
  assert.equal(cluster.leader(), undefined)
  assert.ok(await cluster.time.finish(cluster.peer('c').group.recover(SLOT), 1_000))
  return stores
}

test('an operator can go on with what one member has, and the others follow when they come back', async () => {
  const cluster = new Cluster()
  const stores = await lossOf(cluster)
  assert.equal((await cluster.get('k')).value, 'one')
  await cluster.put('k', 'afterwards')
  // The former majority comes back with its disks, and does not go on with the view that it had.
  for (const [at, name] of [...'ab'].entries()) cluster.switchOn(name, stores[at]!, 2)
  const gone = () =>
    [...'ab'].every(name => cluster.view(name) === null && !cluster.peer(name).group.status(SLOT).handingOff)
  assert.ok(await cluster.time.until(gone, 10_000))
  const lost = { slot: SLOT, lineage: 0, users: { k: 'two', l: 'new' } }
  const saved = cluster.salvaged.toSorted((a, b) => (a.peer < b.peer ? -1 : 1))
  assert.deepEqual(
    saved,
    [
      { peer: 'a', ...lost },
      { peer: 'b', ...lost }
    ],
    'before it is deleted'
  )
  await cluster.change('abc', 'c')
  await cluster.settle()
  assert.equal((await cluster.get('k')).value, 'afterwards')
  await cluster.stop()
})

test('what is given up is saved whole, also by a peer that was killed before it was', async () => {
  const cluster = new Cluster()
  const [a] = await lossOf(cluster)
  cluster.salvageFails = true
  cluster.switchOn('a', a!, 2)
  assert.ok(await cluster.time.until(() => cluster.view('a') === null, 10_000))
  await cluster.time.pass(1_000)
  assert.deepEqual(cluster.salvaged, [])
  cluster.salvageFails = false
  cluster.restart('a')
  assert.ok(await cluster.time.until(() => cluster.salvaged.length > 0, 10_000))
  assert.deepEqual(cluster.salvaged, [{ peer: 'a', slot: SLOT, lineage: 0, users: { k: 'two', l: 'new' } }])
  await cluster.change('ca', 'c')
  await cluster.settle()
  cluster.restart('a')
  await cluster.settle()
  assert.equal(cluster.salvaged.length, 1, 'once')
  await cluster.stop()
})

test('a peer that stops while it saves what it gives up deletes nothing, and saves it again', async () => {
  const cluster = new Cluster()
  const [a] = await lossOf(cluster)
  const gate = Promise.withResolvers<void>()
  cluster.salvageGate = gate.promise
  cluster.switchOn('a', a!, 2)
  assert.ok(await cluster.time.until(() => cluster.view('a') === null, 10_000))
  await cluster.time.pass(1_000)
  const stopped = cluster.peer('a').group.stop()
  gate.resolve()
  await cluster.time.finish(stopped, 5_000)
  cluster.restart('a')
  assert.ok(await cluster.time.until(() => cluster.salvaged.length === 2, 10_000))
  const saved = { peer: 'a', slot: SLOT, lineage: 0, users: { k: 'two', l: 'new' } }
  assert.deepEqual(cluster.salvaged, [saved, saved])
  await cluster.stop()
})

/** `b` and `c`, that do not hear each other, are recovered so many times each. */
async function recoveredApart(cluster: Cluster, times: Record<'b' | 'c', number>): Promise<void> {
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  cluster.crash('a')
  cluster.cut = (from, to) => from !== to
  await cluster.time.pass(3_000)
  for (const name of ['b', 'c'] as const) {
    for (let time = 0; time < times[name]; time++) {
      assert.ok(await cluster.time.finish(cluster.peer(name).group.recover(SLOT), 1_000))
      await cluster.time.until(() => cluster.peer(name).group.status(SLOT).leading, 5_000)
    }
    await cluster.at(name, { kind: 'put', key: 'k', value: `of-${name}` })
  }
}

/** They hear each other again. */
async function assertOneIsFollowed(cluster: Cluster): Promise<void> {
  cluster.cut = () => false
  const leaders = () => [...'bc'].filter(name => cluster.peer(name).group.status(SLOT).leading)
  const isOver = () => leaders().length === 1 && cluster.salvaged.length === 1
  // Both want the members that the ring says, and so they meet.
  const members = [...'bc'].map(name => cluster.member(name))
  for (const name of leaders()) {
    cluster.peer(name).group.change(SLOT, { members, leader: cluster.peer(name).self })
  }
  assert.ok(await cluster.time.until(isOver, 20_000), `${leaders()} lead`)
  const [leader] = leaders()
  const [other] = [...'bc'].filter(name => name !== leader)
  const [{ lineage: _, ...saved }] = cluster.salvaged as [Cluster['salvaged'][number]]
  assert.deepEqual(saved, { peer: other, slot: SLOT, users: { k: `of-${other}` } })
  assert.ok(
    await cluster.time.until(() => cluster.view(other!)?.epoch === cluster.view(leader!)!.epoch, 10_000)
  )
  await cluster.settle()
  assert.equal((await cluster.get('k')).value, `of-${leader}`)
}

test('of two recoveries one is followed, and what the other acknowledged is saved', async () => {
  const cluster = new Cluster()
  await recoveredApart(cluster, { b: 1, c: 1 })
  await assertOneIsFollowed(cluster)
  await cluster.stop()
})

test('of a slot recovered twice in one part of a ring and once in another one is followed, whichever it is', async () => {
  const isLater = { b: false, c: false }
  for (let seed = 1; !isLater.b || !isLater.c; seed++) {
    assert.ok(seed <= 50, 'chance made the epochs of one of them the later ones each time')
    const cluster = new Cluster(`recovered-apart-${seed}`)
    await recoveredApart(cluster, { b: 2, c: 1 })
    isLater[cluster.view('b')!.epoch > cluster.view('c')!.epoch ? 'b' : 'c'] = true
    await assertOneIsFollowed(cluster)
    await cluster.stop()
  }
})

for (const written of ['', 'afterwards']) {
  const what = written === '' ? 'what they said they have' : 'what they said they have, or have learned'
  test(`former members that become members again after a recovery keep ${what}`, async () => {
    const cluster = new Cluster()
    await cluster.start(5, 3)
    for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'old')
    await cluster.change('ade')
    await cluster.settle()
    const isGone = (name: string) => !cluster.peer(name).group.status(SLOT).handingOff
    assert.ok(await cluster.time.until(() => isGone('b') && isGone('c'), 10_000))
    for (const name of 'de') cluster.crash(name)
    await cluster.time.pass(3_000)
    assert.ok(await cluster.time.finish(cluster.peer('a').group.recover(SLOT), 1_000))
    if (written !== '') await cluster.put('k0', written)
    // Nobody gets anything again once the view is decided.
    cluster.cut = (_from, to, { type }) =>
      type === 'data' || type === 'fetch' || (written !== '' && to === 'c' && type === 'sync')
    await cluster.change('abc', 'a')
    assert.ok(
      await cluster.time.until(() => cluster.view('b') !== null && cluster.view('c') !== null, 10_000)
    )
    assert.deepEqual(cluster.salvaged, [])
    cluster.crash('a')
    assert.equal((await cluster.get('k0')).value, written || 'old')
    await cluster.stop()
  })
}

test('a recovery makes an epoch above all that anybody has told of', async () => {
  for (const above of ['located', 'told'] as const) {
    const cluster = new Cluster()
    await lossOf(cluster)
    const epoch = 2 ** 40
    if (above === 'located') cluster.located = { ...cluster.view('c')!, epoch }
    const again = cluster.peer('c').group.recover(SLOT, above === 'told' ? epoch : undefined)
    assert.ok(await cluster.time.finish(again, 1_000))
    assert.ok(cluster.view('c')!.epoch > epoch)
    await cluster.stop()
  }
})

test('a member that comes back after all others of its view have left the ring finds those who have the slot', async () => {
  const cluster = new Cluster()
  await cluster.start(6, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  const store = cluster.crash('c')
  await cluster.change('abd', 'a')
  await cluster.settle()
  await cluster.change('def', 'd')
  await cluster.settle()
  for (const name of 'ab') cluster.crash(name)
  cluster.switchOn('c', store, 2)
  await cluster.time.pass(OUT_OF_TOUCH_MS / 2)
  assert.notEqual(cluster.view('c'), null, 'nobody has told it')
  cluster.located = cluster.view('d')!
  const isReleased = () => {
    const { view, handingOff, applied } = cluster.peer('c').group.status(SLOT)
    return view === null && !handingOff && applied.sequence === 0
  }
  assert.ok(await cluster.time.until(isReleased, OUT_OF_TOUCH_MS + 2 * UNTAUGHT_PAUSE_MS))
  await cluster.stop()
})

test('time for which nobody leads is no log time', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  const before = cluster.lastEntry('b').timeMs
  const beganMs = cluster.time.monotonic()
  cluster.cut = (from, to) => from !== to
  await cluster.time.pass(60_000)
  cluster.cut = () => false
  await cluster.put('k', 'two')
  await cluster.settle()
  const passedMs = cluster.time.monotonic() - beganMs
  assert.ok(passedMs > 60_000)
  assert.ok(cluster.lastEntry('b').timeMs - before < passedMs - 50_000)
  await cluster.stop()
})

test('a learner with more than what a recovery goes on with saves it before it takes a table of that', async () => {
  const cluster = new Cluster()
  await cluster.start(4, 3)
  await cluster.put('k', 'old')
  await cluster.settle()
  // c hears no entries any more; d learns all, and of no view.
  cluster.cut = (_from, to, { type }) => (to === 'c' && type === 'append') || type === 'learned'
  const { group, self } = cluster.peer('a')
  assert.ok(group.change(SLOT, { members: [...'abcd'].map(name => cluster.member(name)), leader: self }))
  await cluster.put('k', 'lost')
  await cluster.time.until(() => cluster.peer('d').group.status(SLOT).last.sequence === 2, 1_000)
  for (const name of 'ab') cluster.crash(name)
  cluster.cut = () => false
  await cluster.time.pass(3_000)
  const goesOn = cluster.peer('c').group
  assert.ok(await cluster.time.finish(goesOn.recover(SLOT), 1_000))
  // So many that the log does not go back to what d has.
  for (let n = 0; n < 3_000; n += 500) {
    const writes = Array.from({ length: 500 }, (_, at) =>
      goesOn.execute(SLOT, { kind: 'put', key: `k${(n + at) % 10}`, value: `v${n + at}` })
    )
    await cluster.time.finish(Promise.all(writes), 10_000)
    await cluster.time.pass(1_000)
  }
  await cluster.change('cd', 'c', 60_000)
  await cluster.settle()
  assert.deepEqual(cluster.salvaged, [{ peer: 'd', slot: SLOT, lineage: 0, users: { k: 'lost' } }])
  assert.ok(cluster.snapshots > 0)
  await cluster.stop()
})
