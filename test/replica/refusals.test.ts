import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowKey } from '../../src/storage/keys.ts'
import { Cluster, SLOT } from './cluster.ts'

/** What `name` answers to a command that is refused for what it sees, within a while. */
async function refusalAt(cluster: Cluster, name: string): Promise<string> {
  const answer = cluster.peer(name).group.execute(SLOT, { kind: 'refuse', key: 'k' })
  const text = answer.then(
    ({ kind }) => kind,
    (error: Error) => error.message
  )
  return Promise.race([text, cluster.time.pass(3_000).then(() => 'no answer')])
}

test('a refusal tells what is committed, and not what is only in the log', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  assert.equal(await refusalAt(cluster, 'a'), 'it is one')
  cluster.cut = (from, to) => (from === 'a') !== (to === 'a')
  cluster
    .peer('a')
    .group.execute(SLOT, { kind: 'put', key: 'k', value: 'two' })
    .catch(() => {})
  assert.equal(await refusalAt(cluster, 'a'), 'elsewhere')
  cluster.cut = () => false
  await cluster.settle()
  assert.equal((await cluster.get('k')).value, 'one')
  await cluster.stop()
})

test('a leader that others have replaced refuses nothing by what it has', async () => {
  const cluster = new Cluster()
  await cluster.start(3, 3)
  await cluster.put('k', 'one')
  cluster.cut = (from, to) => (from === 'a') !== (to === 'a')
  const { timers } = cluster.peer('a')
  for (const timer of timers) timer.cancel() // the process stands still
  assert.ok(await cluster.time.until(() => cluster.view('b')!.epoch > 1, 5_000))
  await cluster.put('k', 'two')
  // It goes on, and reads first what was waiting in a socket.
  assert.equal(await refusalAt(cluster, 'a'), 'no answer')
  await cluster.stop()
})

test('an invariant that a command finds broken ends the peer, and is told to nobody as a refusal', async () => {
  const cluster = new Cluster()
  await cluster.start(1)
  await cluster.put('k', 'one')
  const { group } = cluster.peer('a')
  await assert.rejects(group.execute(SLOT, { kind: 'break', key: 'k' }), { message: 'this is broken' })
  await assert.rejects(group.execute(SLOT, { kind: 'get', key: 'k' }), { name: 'UnavailableError' })
  await cluster.stop()
})

test('whoever listens to events and fails does not keep a slot from being led', async () => {
  const cluster = new Cluster()
  await cluster.start(2)
  await cluster.put('k', 'one')
  const failing = () => {
    throw new Error('a listener failed')
  }
  for (const name of 'ab') cluster.peer(name).subscribe(failing)
  await cluster.change('ab', 'b')
  assert.equal((await cluster.put('k', 'two')).done, true)
  await cluster.settle()
  await cluster.stop()
})

test('an entry of no known form, from whoever it comes, is refused and stops nobody', async () => {
  const cluster = new Cluster()
  await cluster.start(2, 2)
  await cluster.put('k', 'one')
  await cluster.settle()
  const [from, { group }] = [cluster.peer('a').self, cluster.peer('b')]
  const { applied, view } = group.status(SLOT)
  const place = { epoch: view!.epoch, sequence: applied.sequence + 1 }
  const entry = {
    ...place,
    timeMs: 0,
    key: rowKey(SLOT, new Uint8Array(20), 'k'),
    payload: Uint8Array.of(0xff)
  }
  const prev = { epoch: applied.epoch, sequence: applied.sequence }
  const commit = place.sequence
  group.received(from, [{ type: 'append', slot: SLOT, epoch: place.epoch, prev, entries: [entry], commit }])
  await cluster.put('k', 'two')
  await cluster.settle()
  assert.equal((await cluster.get('k')).value, 'two')
  await cluster.stop()
})
