/** A data directory that is put back from an old copy is found out by every peer that has met a later start of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerHello, sayHello } from '../../src/network/hello.ts'
import { endings, endpoint } from './endpoint.ts'
import { type Member, openRaw, PROTOCOL, policyOf, startMember, until } from './member.ts'

async function refusal(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'accepted',
    (error: Error) => error.name
  )
}

const nonces = (...starts: number[]) => new Uint8Array(starts.flatMap(start => Array(8).fill(start)))
const copies: [string, { boot: number; nonces: Uint8Array }, string][] = [
  ['a lower start', { boot: 4, nonces: nonces(4, 3, 2, 1) }, 'StoreRolledBackError'],
  ['another start of the same number', { boot: 5, nonces: nonces(50, 4, 3) }, 'StoreRolledBackError'],
  ['a later start that does not follow it', { boot: 7, nonces: nonces(7, 6, 50) }, 'StoreRolledBackError'],
  ['the same start', { boot: 5, nonces: nonces(5, 4) }, 'accepted'],
  ['a later start that follows it', { boot: 7, nonces: nonces(7, 6, 5, 4) }, 'accepted'],
  ['a start so much later that nobody can tell', { boot: 40, nonces: nonces(40, 39) }, 'accepted']
]
for (const [what, start, expected] of copies) {
  test(`after start 5 of a store, ${what} is ${expected}, whoever opens the stream`, async () => {
    const [opener, responder] = [await endpoint(), await endpoint()]
    const store = await startMember()
    endings.push(store.stop)
    const say = async (to: Member, said: { boot: number; nonces: Uint8Array }) => {
      const stream = await openRaw(store.host, to)
      return refusal(sayHello(stream, to.peer, policyOf(store, said), store.wire.runtime.clock))
    }
    for (const member of [opener, responder]) {
      assert.equal(await say(member, { boot: 5, nonces: nonces(5, 4, 3) }), 'accepted')
    }
    assert.equal(await say(responder, start), expected)
    assert.deepEqual(
      store.rolledBack.map(error => error.name),
      expected === 'accepted' ? [] : [expected],
      'the copy gets to know what it is'
    )
    await store.wire.registrar.handle(PROTOCOL, async (stream, connection) => {
      const from = connection.remotePeer.toString()
      await answerHello(stream, from, policyOf(store, start), store.wire.runtime.clock)
    })
    const stream = await openRaw(opener.host, store)
    const said = sayHello(stream, store.peer, opener.wire.hello, opener.wire.runtime.clock)
    assert.equal(await refusal(said), expected)
  })
}

test('another store of the same peer is another member, whatever its start', async () => {
  const victim = await endpoint()
  const peer = await startMember()
  endings.push(peer.stop)
  for (const [boot, byte] of [
    [5, 1],
    [1, 2]
  ] as const) {
    const stream = await openRaw(peer.host, victim)
    const policy = policyOf(peer, { boot, storeId: new Uint8Array(8).fill(byte) })
    await sayHello(stream, victim.peer, policy, peer.wire.runtime.clock)
  }
  await until(() => victim.met.length === 2, 'both')
  assert.deepEqual(
    victim.met.map(({ incarnation }) => incarnation),
    [
      { peer: peer.peer, store: '01'.repeat(8), boot: 5 },
      { peer: peer.peer, store: '02'.repeat(8), boot: 1 }
    ]
  )
})
