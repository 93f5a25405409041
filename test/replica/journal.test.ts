import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Journal } from '../../src/replica/journal.ts'
import type { ReplicaMessage } from '../../src/replica/message.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { VirtualTime } from '../simulation/virtual-time.ts'

const SLOT = 3 as Slot
const OTHER = 4 as Slot
const KEY = Buffer.from('row')
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString()

function journal() {
  const time = new VirtualTime()
  const store = new MemoryStore()
  const said: string[] = []
  const journal = new Journal(store, time, {
    markOf: () => ({ logged: 0, applied: 0, cuts: 0 }),
    onDurable: (_, envelopes) => said.push(...envelopes.map(({ to }) => to)),
    onFailure: () => assert.fail('the disk is sound')
  })
  const message = { type: 'need-view', slot: SLOT, epoch: 1 } as const satisfies ReplicaMessage
  const write = (value: string) => [{ key: KEY, value: Buffer.from(value) }]
  return { time, store, said, journal, message, write }
}

test('what was made later is on disk later, urgent or not', async () => {
  const { store, journal: at, write } = journal()
  at.add(SLOT, write('of the log'), false)
  at.add(SLOT, write('of a snapshot'), true)
  at.add(SLOT, write('of an entry after it'), false)
  at.write()
  await at.settled()
  assert.equal(text(store.get(KEY)), 'of an entry after it')
})

test('what is not urgent waits for something that is, or for its time', async () => {
  const { time, store, journal: at, write } = journal()
  at.add(SLOT, write('soon'), false)
  at.write()
  assert.equal(store.get(KEY), undefined)
  await time.pass(200)
  assert.equal(text(store.get(KEY)), 'soon')
})

test('a message waits for the writes of its slot, and for no others', async () => {
  const { said, journal: at, write, message } = journal()
  at.add(SLOT, write('a promise'), true)
  at.after(SLOT, { to: 'waits', message })
  at.after(OTHER, { to: 'goes', message: { ...message, slot: OTHER } })
  const posted: string[] = []
  at.release(({ to }) => posted.push(to))
  assert.deepEqual([posted, said], [['goes'], []])
  at.write()
  await at.settled()
  assert.deepEqual(said, ['waits'])
})

test('of what a peer would say while its disk hangs, only the newest is said afterwards', async () => {
  const { time, store, said, journal: at, write, message } = journal()
  const written = Promise.withResolvers<void>()
  store.write = () => written.promise
  at.add(SLOT, write('an entry'), true)
  at.after(SLOT, { to: 'first', message })
  at.write()
  const say = (to: string, type: 'need-view' | 'installed' = 'need-view') => {
    at.after(SLOT, { to, message: { ...message, type } })
    at.release(() => assert.fail('the disk does not have what it rests on'))
  }
  for (let n = 0; n < 3; n++) say('early') // nothing is wrong yet
  await time.pass(10_000)
  for (let n = 0; n < 2_400; n++) {
    say('a')
    say('b')
    say('b', 'installed')
  }
  written.resolve()
  await at.settled()
  assert.deepEqual(said, ['first', 'early', 'early', 'early', 'a', 'b', 'b'])
})
