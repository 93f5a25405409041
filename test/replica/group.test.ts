import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeEntry } from '../../src/replica/entry.ts'
import { stateWrite, UNKNOWN_SLOT } from '../../src/replica/replica-state.ts'
import { logKey, rowKey } from '../../src/storage/keys.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { Cluster, SLOT } from './cluster.ts'

test('a slot of one member serves, and still has everything after its peer was restarted', async () => {
  const cluster = new Cluster()
  await cluster.start(1)
  await cluster.restart('a') // the genesis view's leader is boot 1, this is boot 2
  const { version } = await cluster.put('k', 'one')
  cluster.restart('a')
  assert.deepEqual(await cluster.get('k'), { value: 'one', version, done: true })
  await cluster.stop()
})

test('a slot grows from one member to three, and the new ones have all rows', async () => {
  const cluster = new Cluster()
  await cluster.start(3)
  await cluster.put('k', 'one')
  await cluster.change('abc')
  await cluster.put('k', 'two')
  await cluster.settle()
  for (const name of 'abc') {
    assert.equal(cluster.peer(name).group.readStale(SLOT, { kind: 'get', key: 'k' })?.outcome.value, 'two')
  }
  await cluster.stop()
})

test('when the leader is gone another member leads within three seconds, with all that was acknowledged', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  const startMs = cluster.time.monotonic()
  cluster.crash('a')
  assert.equal((await cluster.get('k')).value, 'one')
  assert.ok(cluster.time.monotonic() - startMs < 3_000, `${cluster.time.monotonic() - startMs} ms`)
  await cluster.put('k', 'two')
  const leader = cluster.leader()!
  const takeovers = (name: string) =>
    cluster.peer(name).events.filter(({ type }) => type === 'slot.taken-over')
  const { epoch } = cluster.peer(leader).group.status(SLOT).view!
  assert.deepEqual(takeovers(leader), [{ type: 'slot.taken-over', slot: SLOT, epoch, from: 'a' }])
  await cluster.change('bc', leader === 'b' ? 'c' : 'b') // as planned: nobody was gone
  await cluster.put('k', 'three')
  assert.deepEqual([takeovers('b').length, takeovers('c').length].sort(), [0, 1])
  await cluster.stop()
})

test('a leader that is cut off answers nothing from its table, and the others go on', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  cluster.cut = (from, to) => from === 'a' || to === 'a'
  const answer = cluster.peer('a').group.execute(SLOT, { kind: 'get', key: 'k' })
  answer.catch(() => {})
  await cluster.time.until(() => cluster.leader() !== 'a', 5_000)
  await cluster.put('k', 'two')
  const execution = await cluster.time.finish(answer, 5_000)
  assert.notEqual(execution.kind, 'done')
  cluster.cut = () => false
  await cluster.settle()
  await cluster.stop()
})

test('all members lose power at once, and nothing acknowledged is lost', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  for (let n = 0; n < 20; n++) await cluster.put(`k${n}`, `v${n}`)
  for (const name of 'abc') cluster.restart(name)
  for (let n = 0; n < 20; n++) assert.equal((await cluster.get(`k${n}`)).value, `v${n}`)
  await cluster.settle()
  await cluster.stop()
})

test('a member that was away while the log was compacted catches up by a snapshot', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'first')
  const store = cluster.crash('c')
  const leader = cluster.leader()!
  for (let n = 0; n < 3_000; n += 500) {
    const writes = Array.from({ length: 500 }, (_, at) =>
      cluster
        .peer(leader)
        .group.execute(SLOT, { kind: 'put', key: `k${(n + at) % 100}`, value: `v${n + at}` })
    )
    await cluster.time.finish(Promise.all(writes), 5_000)
    await cluster.time.pass(1_000)
  }
  cluster.switchOn('c', store, 2)
  await cluster.settle()
  assert.equal(cluster.peer('c').group.readStale(SLOT, { kind: 'get', key: 'k99' })?.outcome.value, 'v2999')
  const [taken] = cluster.peer('c').jobs.list()
  assert.deepEqual([taken?.kind, taken?.state], ['snapshot-in', 'done'])
  assert.deepEqual(taken?.progress, { done: 101, total: null, unit: 'rows' })
  assert.match(taken!.detail, /^slot 0 from [ab] \([0-9,]+ bytes\)$/)
  await cluster.stop()
})

test('a slot moves to other peers altogether, and the former members drop their data', async () => {
  const cluster = new Cluster()
  await cluster.start(5, 3)
  await cluster.put('k', 'one')
  await cluster.change('bde', 'b')
  await cluster.change('de', 'd')
  assert.equal((await cluster.get('k')).value, 'one')
  await cluster.time.until(
    () => [...'abc'].every(name => !cluster.peer(name).group.status(SLOT).handingOff),
    5_000
  )
  for (const name of 'abc') {
    const status = cluster.peer(name).group.status(SLOT)
    assert.equal(status.view, null)
    assert.equal(status.handingOff, false)
    assert.equal(status.applied.sequence, 0)
  }
  await cluster.change('abc', 'a')
  assert.equal((await cluster.get('k')).value, 'one')
  await cluster.stop()
})

test('a read is not answered by a confirmation that was on its way before it came', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'old')
  // The confirmations of the rounds before are held back…
  cluster.hold = (_from, to, message) => to === 'a' && message.type === 'confirm'
  const early = cluster.peer('a').group.execute(SLOT, { kind: 'get', key: 'k' })
  await cluster.time.pass(20)
  // …then the leader is cut off, and others write.
  cluster.cut = (from, to) => from === 'a' || to === 'a'
  const late = cluster.peer('a').group.execute(SLOT, { kind: 'get', key: 'k' })
  late.catch(() => {})
  cluster.release()
  assert.equal((await cluster.time.finish(early, 1_000)).kind, 'done')
  const answered = await Promise.race([
    late.then(
      () => true,
      () => true
    ),
    cluster.time.pass(400).then(() => false)
  ])
  assert.equal(answered, false, 'confirmed before it arrived')
  await cluster.stop()
})

test('a sealed leader acknowledges nothing of its epoch, whoever has written it', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  const { epoch } = cluster.view('a')!
  // What was appended reaches everybody, its acknowledgements wait until the leader has promised to another.
  cluster.hold = (_from, to, message) => to === 'a' && message.type === 'appended'
  const write = cluster.peer('a').group.execute(SLOT, { kind: 'put', key: 'k', value: 'two' })
  await cluster.time.pass(20)
  const by = { ...cluster.member('b'), boot: 1 }
  const prepare = {
    type: 'prepare',
    slot: SLOT,
    instance: epoch + 1,
    ballot: { round: 9, by },
    last: { epoch: 0, sequence: 0 }
  } as const
  cluster.peer('a').group.received(by, [prepare])
  cluster.release()
  await cluster.time.pass(5)
  assert.equal(cluster.peer('a').group.status(SLOT).applied.sequence, 1)
  // Both others have it on disk, so whatever view comes next has it as well, and then it is answered.
  assert.equal((await cluster.time.finish(write, 5_000)).kind, 'done')
  assert.equal((await cluster.get('k')).value, 'two')
  assert.ok(cluster.view(cluster.leader()!)!.epoch > epoch)
  await cluster.stop()
})

test('a leader that was restarted leads nothing until it is chosen again', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  const { epoch } = cluster.view('a')!
  cluster.cut = () => true
  cluster.restart('a')
  await cluster.time.pass(200)
  assert.equal(cluster.peer('a').group.status(SLOT).leading, false)
  cluster.cut = () => false
  assert.equal((await cluster.get('k')).value, 'one')
  assert.ok(cluster.view(cluster.leader()!)!.epoch > epoch)
  await cluster.stop()
})

test('a peer that is no member any more refuses views below its floor, for ever', async () => {
  const cluster = new Cluster()
  await cluster.start(4, 3)
  const first = cluster.view('a')!
  await cluster.change('bcd', 'b')
  await cluster.time.until(() => !cluster.peer('a').group.status(SLOT).handingOff, 5_000)
  cluster.restart('a')
  const old = { ...first, epoch: first.epoch }
  cluster.peer('a').group.received(cluster.peer('b').self, [{ type: 'install', slot: SLOT, view: old }])
  await cluster.time.pass(50)
  assert.equal(cluster.view('a'), null)
  await cluster.stop()
})

test('a peer whose disk was replaced is not the member that it was', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  cluster.crash('c')
  cluster.switchOn('c', new MemoryStore(), 1, { peer: 'c', store: 'ffffffffffffffff' })
  await cluster.put('k', 'two')
  await cluster.time.pass(1_000)
  assert.equal(cluster.view('c'), null)
  cluster.crash('b')
  await cluster.time.pass(3_000)
  const execution = await cluster.at('a', { kind: 'get', key: 'k' }).catch(() => undefined)
  assert.notEqual(execution?.kind, 'done', 'one of three is no majority, whoever else is there')
  await cluster.stop()
})

test('a member that has lost what it had on disk is counted no more', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  await cluster.time.pass(500)
  // An older copy of c, under the same boot number: nothing else could tell them apart.
  const { epoch } = cluster.view('a')!
  const { sequence } = cluster.peer('a').group.status(SLOT).applied
  const round = Number.MAX_SAFE_INTEGER
  const confirm = { type: 'confirm', slot: SLOT, epoch, round, last: sequence - 1 } as const
  cluster.peer('a').group.received(cluster.peer('c').self, [confirm])
  await cluster.time.pass(500)
  const { members } = cluster.peer('a').group.status(SLOT)
  assert.deepEqual(
    members.map(({ current }) => current),
    [true, true, false]
  )
  assert.ok(cluster.peer('a').events.some(({ type }) => type === 'member.regressed'))
  cluster.crash('b')
  await cluster.time.pass(300)
  const write = cluster.peer('a').group.execute(SLOT, { kind: 'put', key: 'k', value: 'two' })
  const ended = await Promise.race([
    write.then(
      () => 'acknowledged',
      () => 'not'
    ),
    cluster.time.pass(400).then(() => 'waiting')
  ])
  assert.notEqual(ended, 'acknowledged')
  await cluster.stop()
})

test('a peer that is about to go is not made a member, and the slot stays where it is', async () => {
  const cluster = new Cluster()
  await cluster.start(2)
  await cluster.put('k', 'one')
  cluster.peer('b').group.decline(true)
  await assert.rejects(cluster.change('b', 'b', 5_000), /no new view/)
  assert.deepEqual([cluster.leader(), cluster.view('b')], ['a', null])
  assert.equal((await cluster.get('k')).value, 'one')
  cluster.peer('b').group.decline(false)
  assert.ok(await cluster.time.until(() => cluster.leader() === 'b', 5_000))
  assert.equal((await cluster.get('k')).value, 'one')
  await cluster.stop()
})

test('who has let itself be made a member knows after a restart that it may be one', async () => {
  const cluster = new Cluster()
  await cluster.start(2)
  await cluster.put('k', 'one')
  cluster.cut = (from, to, message) => from === 'a' && to === 'b' && message.type === 'install'
  await cluster.change('ab').catch(() => {}) // decided, and `b` hears nothing of it
  assert.equal(cluster.peer('b').group.status(SLOT).mayBeMember, true)
  cluster.restart('b')
  assert.equal(cluster.peer('b').group.status(SLOT).mayBeMember, true)
  cluster.cut = () => false
  await cluster.settle()
  assert.equal(cluster.peer('b').group.status(SLOT).mayBeMember, false)
  await cluster.stop()
})

test('who let itself be made a member hears what came of it also when all have left who decided that', async () => {
  const cluster = new Cluster()
  await cluster.start(6, 3)
  await cluster.put('k', 'one')
  await cluster.settle()
  // d is synced for a view that nobody accepts, and is away while the others go on without it.
  cluster.cut = (_from, _to, { type }) => type === 'accept'
  const members = [...'abcd'].map(name => cluster.member(name))
  assert.ok(cluster.peer('a').group.change(SLOT, { members, leader: cluster.peer('a').self }))
  assert.ok(await cluster.time.until(() => cluster.peer('d').group.status(SLOT).mayBeMember, 3_000))
  const store = cluster.crash('d')
  cluster.cut = (_from, _to, { type }) => type === 'accepted'
  await cluster.time.pass(2_000)
  cluster.cut = () => false
  await cluster.put('k', 'two')
  await cluster.change('ef', 'e')
  await cluster.settle()
  const left = () => [...'abc'].every(name => !cluster.peer(name).group.status(SLOT).handingOff)
  assert.ok(await cluster.time.until(left, 5_000))
  const present = cluster.view('e')!
  for (const name of 'abc') cluster.crash(name)
  cluster.switchOn('d', store, 2)
  const { group } = cluster.peer('d')
  await cluster.time.pass(10_000)
  assert.equal(group.status(SLOT).mayBeMember, true, 'those whom it knows are gone')
  cluster.located = present
  const knows = () => !group.status(SLOT).mayBeMember && !group.status(SLOT).handingOff
  assert.ok(await cluster.time.until(knows, 1_000))
  assert.equal(group.status(SLOT).view, null)
  await cluster.stop()
})

test('a peer that was killed while it deleted a slot starts again, and deletes the rest', async () => {
  const cluster = new Cluster()
  await cluster.start(1, 1)
  const store = new MemoryStore()
  const key = rowKey(SLOT, new Uint8Array(20), 'k')
  const entry = { epoch: 1, sequence: 7, timeMs: 0, key, payload: Uint8Array.of(0x78) }
  const next = cluster.view('a')!
  await store.write([
    stateWrite(SLOT, { ...UNKNOWN_SLOT, floor: next.epoch, next, clearing: true }),
    { key: logKey(SLOT, 7), value: encodeEntry(entry) } // what was before it is deleted
  ])
  cluster.switchOn('b', store, 2)
  const cleared = () => store.get(logKey(SLOT, 7)) === undefined
  assert.ok(await cluster.time.until(() => cleared(), 1_000))
  await cluster.change('ab')
  await cluster.put('k', 'one')
  await cluster.settle()
  await cluster.stop()
})
