import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorageError } from '../../src/errors.ts'
import type { Entry } from '../../src/replica/entry.ts'
import type { View } from '../../src/replica/view.ts'
import { replicaDataRange, rowKey } from '../../src/storage/keys.ts'
import { Cluster, SLOT } from './cluster.ts'

test('a planned change half done by a leader that died is finished by the others', async () => {
  const cluster = new Cluster()
  await cluster.start(6, 3) // a b c members; d e f not
  await cluster.put('k', 'one')
  await cluster.settle()
  // an entry that only the leader has: appends of a are lost from now on
  cluster.cut = (from, _to, m) => from === 'a' && m.type === 'append'
  void cluster
    .peer('a')
    .group.execute(SLOT, { kind: 'put', key: 'k', value: 'two' })
    .catch(() => {})
  await cluster.time.pass(5)
  // target c d e ; sync to c is lost; accept reaches b only; then a dies
  let accepts = 0
  cluster.cut = (from, to, m) => {
    if (from !== 'a') return false
    if (m.type === 'append') return true
    if (m.type === 'sync' && to === 'c') return true
    if (m.type === 'accept') {
      if (to === 'b') accepts++
      return to !== 'b'
    }
    return false
  }
  cluster.hold = (_f, to, m) => to === 'a' && m.type === 'accepted'
  cluster.begin('a', 'cde', 'd')
  assert.ok(await cluster.time.until(() => accepts > 0, 3000), 'accept reached b')
  await cluster.time.pass(5)
  cluster.crash('a')
  cluster.cut = () => false
  const ok = await cluster.time.until(() => cluster.leader() !== undefined, 30_000)
  assert.ok(ok, 'no leader within 30 s though only one peer of six is gone')
})

test('growing an empty slot sends no snapshots', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 1)
  await cluster.change('abc')
  await cluster.settle()
  assert.equal(cluster.snapshots, 0)
})

test('a learner left over from before a recovery does not keep what was lost', async () => {
  const cluster = new Cluster()
  await cluster.start(4, 3)
  for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'old')
  await cluster.settle()
  // c hears no entries any more; d learns
  cluster.cut = (_f, to, m) => (to === 'c' && m.type === 'append') || m.type === 'learned'
  cluster.begin('a', 'abcd')
  for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'lost')
  await cluster.time.pass(1000)
  cluster.crash('a')
  cluster.crash('b')
  cluster.cut = () => false
  await cluster.time.pass(3000)
  assert.ok(await cluster.time.finish(cluster.peer('c').group.recover(SLOT), 1_000))
  for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'new')
  await cluster.change('cd', 'c')
  await cluster.settle()
  await cluster.change('cd', 'd')
  await cluster.settle()
  for (let i = 0; i < 5; i++) assert.equal((await cluster.get(`k${i}`)).value, 'new')
})

for (const [how, members, isLost] of [
  ['a sync', 'cd', false],
  ['the decision alone', 'cde', true]
] as const) {
  test(`a learner left over from before a recovery, with more than what goes on, gives it up by ${how}`, async () => {
    const cluster = new Cluster()
    await cluster.start(5, 3)
    for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'old')
    await cluster.settle()
    cluster.cut = (_f, to, m) => (to === 'c' && m.type === 'append') || m.type === 'learned'
    cluster.begin('a', 'abcd')
    for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'lost')
    await cluster.time.pass(1_000)
    assert.equal(cluster.peer('d').group.status(SLOT).applied.sequence, 10)
    cluster.crash('a')
    cluster.crash('b')
    await cluster.time.pass(3_000)
    // Nothing is written after the recovery, so nothing that d is sent contradicts what it has.
    assert.ok(await cluster.time.finish(cluster.peer('c').group.recover(SLOT), 1_000))
    cluster.cut = (_from, to, { type }) => isLost && to === 'd' && type === 'sync'
    const installed = () => cluster.peer('d').events.some(({ type }) => type === 'view.installed')
    for (let tries = 0; tries < 3 && !installed(); tries++) {
      await cluster.change(members, 'c')
      await cluster.time.until(installed, 1_000)
    }
    assert.ok(installed())
    const stale = cluster.peer('d').group.readStale(SLOT, { kind: 'get', key: 'k4' })
    assert.equal(stale?.outcome.value, 'old')
    const [given] = cluster.salvaged.filter(({ peer }) => peer === 'd')
    assert.equal(given?.users.k4, 'lost')
    await cluster.put('k4', 'new')
    await cluster.settle()
    await cluster.stop()
  })
}

test('who lacks the base and has as much as it needs is sent nothing again and again', async () => {
  const cluster = new Cluster()
  await cluster.start(2)
  await cluster.put('k', 'one')
  cluster.cut = (_from, _to, { type }) => type === 'synced'
  cluster.begin('a', 'ab')
  const syncs = () =>
    cluster.posted.flatMap(({ to, message }) => (to === 'b' && message.type === 'sync' ? message : []))
  assert.ok(await cluster.time.until(() => syncs().length > 0, 5_000))
  await cluster.time.pass(50)
  const { instance, ballot, view } = syncs().at(-1)!
  const said = syncs().length
  const gap = { type: 'sync-gap', slot: SLOT, instance, ballot, sequence: view.base.sequence + 2 } as const
  cluster.peer('a').group.received(cluster.peer('b').self, [gap])
  await cluster.time.pass(50)
  assert.equal(syncs().length, said)
  cluster.cut = () => false
  await cluster.stop()
})

test('a late Install of an older view does not make a member to be forget the newer one', async () => {
  const cluster = new Cluster()
  await cluster.start(6, 3)
  for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'x')
  await cluster.settle()
  const store = cluster.crash('c')
  await cluster.change('abd', 'a')
  const view6 = cluster.view('a')!
  for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'y')
  // c comes back as part of the next view, but hears only of that one
  cluster.hold = (_f, to, m) => to === 'c' && m.type === 'data'
  cluster.cut = (_f, to, m) => to === 'c' && (m.type === 'sync' || m.type === 'stale' || m.type === 'learn')
  cluster.switchOn('c', store, 2)
  const g = cluster.peer('c').group
  // as if members of the newest view told it directly
  const v7 = {
    ...view6,
    epoch: view6.epoch + 1,
    members: [...'abc'].map(n => cluster.member(n)),
    base: { epoch: view6.epoch, sequence: 10 }
  }
  g.received(cluster.peer('a').self, [{ type: 'install', slot: SLOT, view: v7 }])
  await cluster.time.pass(5)
  g.received(cluster.peer('b').self, [{ type: 'install', slot: SLOT, view: view6 }])
  await cluster.time.pass(5)
  assert.equal(g.status(SLOT).handingOff, false)
})

test('a change whose learner died is given up though another one gets on', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 1)
  await cluster.put('k', '0')
  const group = cluster.peer('a').group
  cluster.cut = (_f, to, _m) => to === 'c'
  cluster.begin('a', 'abc')
  for (let i = 0; i < 100; i++) {
    await cluster.put('k', `${i}`)
    await cluster.time.pass(500)
  }
  assert.equal(group.status(SLOT).changing, false)
})

test('a sealed leader that finds no majority tells who waits', async () => {
  const cluster = new Cluster()
  await cluster.start(4, 3)
  await cluster.put('k', '0')
  await cluster.settle()
  const group = cluster.peer('a').group
  cluster.cut = (f, t) => f !== t
  let told = ''
  group.execute(SLOT, { kind: 'put', key: 'k', value: '1' }).then(
    () => {
      told = 'done'
    },
    e => {
      told = e.name
    }
  )
  await cluster.time.pass(20)
  cluster.begin('a', 'abc', 'b')
  await cluster.time.pass(60_000)
  assert.notEqual(told, '')
})

test('a stale read is as old as the last word of a leader, or nobody knows how old', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', '0')
  await cluster.settle()
  const ageAt = (name: string) => cluster.peer(name).group.readStale(SLOT, { kind: 'get', key: 'k' })!.ageMs
  cluster.cut = (from, to) => from !== to
  await cluster.time.pass(60_000)
  for (const name of 'ac')
    assert.ok(ageAt(name) > 59_000 && ageAt(name) < 61_000, `${name}: ${ageAt(name)} ms`)
  cluster.restart('b')
  await cluster.time.pass(100)
  assert.equal(ageAt('b'), Number.POSITIVE_INFINITY)
  await cluster.stop()
})

/** What d answers to a sync of `view`, which `current` decides about; it comes from a, which is a member of that. */
async function answerToSync(
  cluster: Cluster,
  { view, current }: { readonly view: View; readonly current: View },
  entries: readonly Entry[]
): Promise<string | undefined> {
  const { self } = cluster.peer('a')
  const prev = entries.length > 0 ? { epoch: 0, sequence: 0 } : view.base
  const ballot = { round: 1, by: self }
  const said = cluster.posted.length
  const of = { type: 'sync', slot: SLOT, instance: view.epoch, ballot, commit: 0 } as const
  cluster.peer('d').group.received(self, [{ ...of, view, current, prev, entries }])
  await cluster.time.pass(100)
  return cluster.posted
    .slice(said)
    .find(({ from, message }) => from === 'd' && message.type.startsWith('sync'))?.message.type
}

/** d has promised the base of epoch 3, whose last entry is of epoch 2, and then hears late of epoch 2. */
async function lateInstallAfterSync(membersOfSecond: string): Promise<string | undefined> {
  const cluster = new Cluster()
  await cluster.start(4, 3)
  cluster.cut = () => true
  const first = cluster.view('a')!
  const entryOf = (epoch: number, sequence: number): Entry => {
    const key = rowKey(SLOT, new Uint8Array(20), 'k')
    return { epoch, sequence, timeMs: 0, key, payload: Uint8Array.of(0x78) }
  }
  const members = (names: string) => [...names].map(name => cluster.member(name))
  const current = { ...first, epoch: 2, members: members(membersOfSecond), base: { epoch: 1, sequence: 1 } }
  const view = { ...first, epoch: 3, members: members('abd'), base: { epoch: 2, sequence: 2 } }
  assert.equal(await answerToSync(cluster, { view, current }, [entryOf(1, 1), entryOf(2, 2)]), 'synced')
  const install = { type: 'install', slot: SLOT, view: current } as const
  cluster.peer('d').group.received(cluster.peer('a').self, [install])
  await cluster.time.pass(200)
  const answer = await answerToSync(cluster, { view, current }, [])
  await cluster.stop()
  return answer
}

test('a base that was promised stays when the view before it is installed late', async () => {
  assert.equal(await lateInstallAfterSync('abcd'), 'synced')
})

test('a base that was promised stays when a peer hears late of the view before it, of which it is no member', async () => {
  assert.equal(await lateInstallAfterSync('abc'), 'synced')
})

for (const accepting of 'bc') {
  test(`a change that only ${accepting} accepted is finished without the leader that began it`, async () => {
    const cluster = new Cluster()
    await cluster.start(4, 3)
    await cluster.put('k', 'one')
    await cluster.settle()
    cluster.hold = (from, _to, m) => from === 'd' && m.type === 'learned'
    const group = cluster.peer('a').group
    cluster.begin('a', 'abd')
    await cluster.time.pass(200)
    // An entry that reaches d and neither b nor c; of the sync, b hears nothing.
    let accepts = 0
    cluster.cut = (from, to, m) => {
      if (from !== 'a') return false
      if (m.type === 'append') return true
      if (m.type === 'sync' && to === 'b') return true
      if (m.type === 'accept' && to !== 'a') {
        if (to === accepting) accepts++
        return to !== accepting
      }
      return false
    }
    const write = group.execute(SLOT, { kind: 'put', key: 'k', value: 'two' })
    write.catch(() => {})
    await cluster.time.pass(5)
    cluster.release()
    cluster.hold = (_f, to, m) => to === 'a' && m.type === 'accepted'
    assert.ok(await cluster.time.until(() => accepts > 0, 3_000), `accept reached ${accepting}`)
    await cluster.time.pass(5)
    cluster.crash('a') // for good: b, c and d are majorities of both views
    cluster.cut = () => false
    assert.ok(await cluster.time.until(() => cluster.leader() !== undefined, 10_000), 'no leader in 10 s')
    assert.equal((await cluster.get('k')).value, 'two')
    await cluster.put('k', 'three')
    await cluster.stop()
  })
}

test('nobody is asked to accept before a majority of the former members has the base', async () => {
  const cluster = new Cluster()
  await cluster.start(5, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  cluster.hold = (from, _to, m) => from === 'd' && m.type === 'learned'
  const group = cluster.peer('a').group
  cluster.begin('a', 'ade')
  await cluster.time.pass(200)
  // Nothing of this reaches b and c but the base, and that only when the others have had it for a while.
  const isFormer = (name: string) => name === 'b' || name === 'c'
  cluster.cut = (from, to, m) => from === 'a' && isFormer(to) && m.type === 'append'
  const write = group.execute(SLOT, { kind: 'put', key: 'k', value: 'two' })
  await cluster.time.pass(5)
  cluster.release()
  cluster.hold = (_from, to, m) => isFormer(to) && m.type === 'sync'
  await cluster.time.pass(500)
  const said = (type: string) => cluster.posted.filter(({ message }) => message.type === type)
  assert.deepEqual(
    said('synced').map(({ from }) => from),
    ['d', 'e']
  )
  assert.deepEqual(said('accept'), [])
  cluster.release()
  await cluster.time.until(() => cluster.view('e') !== null, 5_000)
  assert.ok(said('accept').length > 0)
  assert.equal((await cluster.time.finish(write, 5_000)).kind, 'done')
  await cluster.settle()
  await cluster.stop()
})

test('a learner that became no member drops what it got, when a member says that it is none', async () => {
  const cluster = new Cluster()
  await cluster.start(4, 3)
  for (let i = 0; i < 5; i++) await cluster.put(`k${i}`, 'x')
  await cluster.settle()
  cluster.cut = (_from, _to, { type }) => type === 'learned'
  const members = [...'abcd'].map(name => cluster.member(name))
  assert.ok(cluster.peer('a').group.change(SLOT, { members, leader: cluster.peer('a').self }))
  await cluster.time.pass(60_000)
  assert.equal(cluster.peer('a').group.status(SLOT).changing, false, 'it was given up')
  const kept = () => [...cluster.peer('d').store.range(replicaDataRange(SLOT))].length
  const before = kept()
  assert.ok(before > 0)
  // It may be all that there is: as long as nobody says anything it is kept.
  cluster.cut = (from, to) => from === 'd' || to === 'd'
  cluster.located = cluster.view('a')!
  await cluster.time.pass(11 * 60_000)
  cluster.restart('d')
  await cluster.time.pass(11 * 60_000)
  assert.equal(kept(), before)
  cluster.cut = () => false
  assert.ok(await cluster.time.until(() => kept() === 0, 20_000))
  await cluster.change('abcd', 'a')
  await cluster.settle()
  await cluster.stop()
})

test('a learner that is still taught drops nothing, however long that takes', async () => {
  const cluster = new Cluster()
  await cluster.start(5, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  // d has everything soon, e gets nothing for a long time and says that it is there.
  cluster.cut = (from, _to, { type }) => from === 'e' && type === 'learned'
  cluster.located = cluster.view('a')!
  const group = cluster.peer('a').group
  const members = [...'abcde'].map(name => cluster.member(name))
  assert.ok(group.change(SLOT, { members, leader: cluster.peer('a').self }))
  const gap = { type: 'gap', slot: SLOT, epoch: cluster.view('a')!.epoch, sequence: 0 } as const
  for (let s = 0; s < 12 * 60; s += 5) {
    await cluster.time.pass(5_000)
    group.received(cluster.peer('e').self, [gap])
  }
  assert.equal(cluster.peer('d').group.status(SLOT).applied.sequence, 1)
  assert.ok(!cluster.posted.some(({ from, message }) => from === 'd' && message.type === 'need-view'))
  cluster.cut = () => false
  await cluster.time.until(() => cluster.view('d') !== null, 5_000)
  await cluster.settle()
  await cluster.stop()
})

test('a recovery that the disk refuses is not said to be done', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  for (const name of 'ab') cluster.crash(name)
  await cluster.time.pass(3_000)
  const { group, store } = cluster.peer('c')
  const refused = new StorageError('there is no room')
  store.write = () => Promise.reject(refused)
  await assert.rejects(cluster.time.finish(group.recover(SLOT), 1_000), refused)
})

test('a member whose disk hangs does not gather promises that it cannot keep', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  await cluster.time.pass(1_000) // nothing waits to be written
  let writes = 0
  cluster.peer('b').store.write = () => {
    writes++
    return new Promise(() => {})
  }
  cluster.crash('a')
  await cluster.time.pass(60_000)
  const asked = cluster.posted.filter(({ to, message }) => to === 'b' && message.type === 'prepare')
  assert.ok(asked.length > 10, `${asked.length} were asked for`)
  assert.ok(writes <= 5, `${writes} wait`)
})
