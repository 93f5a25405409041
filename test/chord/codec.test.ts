/** Chord's messages on the wire: nothing is lost on the way, and nothing false gets through. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as wire from '../../protocols/chord.ts'
import type { ChordReply, ChordRequest } from '../../src/chord/chord-rpc.ts'
import { multihashOf, ringNode, ringNodes } from '../../src/chord/ring-node.ts'
import {
  decodeChordReply,
  decodeChordRequest,
  encodeChordReply,
  encodeChordRequest,
  MESSAGE_CONTACTS_MAX
} from '../../src/network/chord-codec.ts'
import { keyOf, positionToBytes } from '../../src/ring/position.ts'
import { simulatedPeerId } from '../simulation/peer-id.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'

const random = seededRandom(chooseSeed(), 'codec')
const [from, other] = [simulatedPeerId(random), simulatedPeerId(random)]
const virtualNodes = 32
const context = { from, virtualNodes }
const wireNode = (peer: string, index: number) => ({
  peer: multihashOf(peer) as Uint8Array<ArrayBuffer>,
  index,
  position: positionToBytes(ringNode(peer, index).position) as Uint8Array<ArrayBuffer>
})

const requests: ChordRequest[] = [
  { type: 'neighbours', index: 31 },
  { type: 'notify', index: 0, node: ringNode(from, 3) },
  { type: 'introduce', index: 2, node: ringNode(other, 4) },
  { type: 'closest', target: keyOf('alice') },
  { type: 'ping' },
  { type: 'probe', peer: other },
  { type: 'describe' },
  { type: 'leave' }
]

const replies: [ChordRequest['type'], ChordReply][] = [
  [
    'neighbours',
    { type: 'neighbours', member: true, predecessor: ringNode(from, 1), successors: ringNodes(other, 32) }
  ],
  ['neighbours', { type: 'neighbours', member: false, predecessor: undefined, successors: [] }],
  ['closest', { type: 'closest', predecessor: undefined, successors: [], closer: ringNodes(other, 8) }],
  [
    'closest',
    { type: 'closest', predecessor: ringNode(from, 0), successors: [ringNode(other, 0)], closer: [] }
  ],
  ['notify', { type: 'done' }],
  ['ping', { type: 'pong', member: true }],
  ['probe', { type: 'probed', alive: true }],
  [
    'describe',
    {
      type: 'description',
      version: '1.2.3',
      leaving: true,
      uptimeMs: 12_345,
      nodes: [
        { index: 0, member: true, predecessor: ringNode(from, 9), successor: ringNode(other, 9) },
        { index: 1, member: false, predecessor: undefined, successor: undefined }
      ],
      peers: [
        { peer: other, status: 'down' },
        { peer: from, status: 'suspect' }
      ]
    }
  ]
]

test('every message arrives as it was sent, with its contacts', () => {
  const contacts = [Uint8Array.of(1, 2, 3)]
  for (const request of requests) {
    const arrived = decodeChordRequest(encodeChordRequest(request, contacts), context)
    assert.deepEqual(arrived.message, request)
    assert.deepEqual(
      arrived.contacts.map(record => [...record]),
      [[1, 2, 3]]
    )
  }
  for (const [request, reply] of replies) {
    assert.deepEqual(decodeChordReply(encodeChordReply(reply), { request, virtualNodes }).message, reply)
  }
})

test('a position that does not derive from its peer and index is refused, also after a true one', () => {
  const lie = { ...wireNode(other, 1), index: 2 }
  const truth = encodeChordRequest({ type: 'introduce', index: 0, node: ringNode(other, 1) })
  decodeChordRequest(truth, context)
  for (const node of [lie, { ...wireNode(other, 1), peer: wireNode(from, 0).peer }]) {
    const bytes = wire.ChordRequest.encode({ introduce: { index: 0, node } })
    assert.throws(() => decodeChordRequest(bytes, context), { name: 'PositionMismatchError' })
  }
})

test('what breaks the protocol is refused as such', () => {
  const refuse = (request: Partial<wire.ChordRequest>) =>
    assert.throws(() => decodeChordRequest(wire.ChordRequest.encode(request), context), {
      name: 'ProtocolViolationError'
    })
  refuse({})
  refuse({ neighbours: { index: 32 } })
  refuse({ introduce: { index: 0, node: wireNode(other, 32) } })
  refuse({ introduce: { index: 0 } })
  refuse({ notify: { index: 0, node: wireNode(other, 0) } })
  refuse({ closest: { target: new Uint8Array(19) } })
  refuse({ probe: { peer: new Uint8Array(65) } })
  refuse({ ping: {}, contacts: Array.from({ length: MESSAGE_CONTACTS_MAX + 1 }, () => new Uint8Array(1)) })
  assert.throws(() => decodeChordRequest(Uint8Array.of(0xff, 0xff), context), {
    name: 'ProtocolViolationError'
  })
})

test('a reply to another question, and lists over their bounds, are refused', () => {
  const refuse = (reply: Partial<wire.ChordReply>, request: ChordRequest['type']) =>
    assert.throws(() => decodeChordReply(wire.ChordReply.encode(reply), { request, virtualNodes }), {
      name: 'ProtocolViolationError'
    })
  refuse({ pong: { member: true } }, 'neighbours')
  refuse({}, 'ping')
  refuse(
    { closest: { successors: [], closer: Array.from({ length: 9 }, () => wireNode(other, 0)) } },
    'closest'
  )
  const successors = Array.from({ length: 513 }, () => wireNode(other, 0))
  refuse({ neighbours: { member: true, successors } }, 'neighbours')
})
