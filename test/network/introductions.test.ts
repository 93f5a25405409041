import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Contact } from '../../src/chord/contact.ts'
import { PEER_BOOK_MAX } from '../../src/constants.ts'
import { MESSAGE_CONTACTS_MAX } from '../../src/network/chord-codec.ts'
import { Introductions } from '../../src/network/introductions.ts'

/** A book in which every peer is known, ada by a record that a test changes. */
function book() {
  const ada = { sequence: 1 }
  const contactOf = (peer: string): Contact => {
    const sequence = peer === 'ada' ? ada.sequence : 1
    return { peer, addresses: [], sequence: BigInt(sequence), record: Uint8Array.of(sequence) }
  }
  return { ada, introductions: new Introductions({ contactOf, put() {} }) }
}

test('a peer is told of another once, and again when that one has a newer record or what was said may be lost', () => {
  const { ada, introductions } = book()
  const told = (to: string) => introductions.recordsFor(to, ['ada', to]).map(([sequence]) => sequence)
  assert.deepEqual([told('bob'), told('bob'), told('cy')], [[1], [], [1]])
  ada.sequence = 2
  assert.deepEqual([told('bob'), told('bob')], [[2], []])
  introductions.forget('bob')
  assert.deepEqual([told('bob'), told('cy'), told('cy')], [[2], [2], []])
})

test('no message has more records than one may, and the next has the others', () => {
  const { introductions } = book()
  const named = Array.from({ length: MESSAGE_CONTACTS_MAX + 3 }, (_, number) => `peer ${number}`)
  const lengths = [0, 1, 2].map(() => introductions.recordsFor('bob', named).length)
  assert.deepEqual(lengths, [MESSAGE_CONTACTS_MAX, 3, 0])
})

test('of the peers that were told something the oldest is forgotten when there are too many', () => {
  const { introductions } = book()
  const told = (to: string) => introductions.recordsFor(to, ['ada']).length
  for (let number = 0; number < PEER_BOOK_MAX; number++) assert.equal(told(`peer ${number}`), 1)
  assert.deepEqual([told('peer 0'), told('peer 1')], [0, 0], 'as many as are remembered')
  assert.equal(told('one more'), 1)
  assert.equal(told('peer 1'), 0)
  assert.equal(told('peer 0'), 1, 'the oldest is told again')
})
