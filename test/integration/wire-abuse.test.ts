import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as chordWire from '../../protocols/chord.ts'
import * as usersWire from '../../protocols/users.ts'
import { multihashOf, ringNode } from '../../src/chord/ring-node.ts'
import type { AnilloEvent } from '../../src/events.ts'
import { CHORD_PROTOCOL } from '../../src/network/chord-protocol.ts'
import { REPLICA_PROTOCOL } from '../../src/network/replica-protocol.ts'
import { RpcEndpoint } from '../../src/network/rpc.ts'
import { USERS_PROTOCOL } from '../../src/network/users-protocol.ts'
import { type AnilloPeer, createPeer } from '../../src/peer.ts'
import { positionToBytes } from '../../src/ring/position.ts'
import { type Member, startMember, until } from '../network/member.ts'

type Bytes = Uint8Array<ArrayBuffer>
const bytes = (length: number) => new Uint8Array(length) as Bytes

describe('a peer that is sent nonsense by a member of its ring', () => {
  let peer: AnilloPeer
  let member: Member
  const refused: string[] = []
  const endpoints = new Map<string, RpcEndpoint>()

  before(async () => {
    peer = await createPeer({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    peer.events.subscribe((event: AnilloEvent) => {
      if (event.type === 'wire.refused') refused.push(event.error)
    })
    member = await startMember({ ringId: peer.ringId })
    member.book.set(peer.peer, peer.addresses)
    for (const protocol of [CHORD_PROTOCOL, USERS_PROTOCOL, REPLICA_PROTOCOL]) {
      const endpoint = new RpcEndpoint(member.wire, protocol, { request: (_from, body) => body })
      await endpoint.start()
      endpoints.set(protocol, endpoint)
    }
  })
  after(async () => {
    for (const endpoint of endpoints.values()) await endpoint.stop()
    await member.stop()
    await peer.stop()
  })

  function send(protocol: string, body: Uint8Array) {
    return endpoints.get(protocol)!.call(peer.peer, body, { timeoutMs: 5_000 })
  }

  function node(
    of: string,
    index: number,
    position = positionToBytes(ringNode(of, index).position)
  ): chordWire.Node {
    return { peer: multihashOf(of) as Bytes, index, position: position as Bytes }
  }

  const view = {
    slot: 0,
    lineage: 0,
    lineageId: bytes(16),
    epoch: 2,
    members: [],
    leader: 0,
    boot: 1,
    baseEpoch: 1,
    baseSequence: 1
  }
  const operation = {
    kind: usersWire.Operation.Kind.SET,
    id: 'ada',
    change: '{"status":"ONLINE"}',
    operationId: bytes(16),
    ifAbsent: false,
    ifVersion: '',
    ageMs: 0,
    consistency: usersWire.Operation.Consistency.STRONG
  }
  const cases: [what: string, protocol: string, body: () => Uint8Array, error: string][] = [
    [
      'a position that does not derive from its peer id',
      CHORD_PROTOCOL,
      () => chordWire.ChordRequest.encode({ notify: { index: 0, node: node(member.peer, 0, bytes(20)) } }),
      'PositionMismatchError'
    ],
    [
      'a notify in the name of somebody else',
      CHORD_PROTOCOL,
      () => chordWire.ChordRequest.encode({ notify: { index: 0, node: node(peer.peer, 0) } }),
      'ProtocolViolationError'
    ],
    [
      'a ring node that no peer of this ring has',
      CHORD_PROTOCOL,
      () => chordWire.ChordRequest.encode({ neighbours: { index: 32 } }),
      'ProtocolViolationError'
    ],
    [
      'a position of 21 bytes',
      CHORD_PROTOCOL,
      () => chordWire.ChordRequest.encode({ closest: { target: bytes(21) } }),
      'ProtocolViolationError'
    ],
    [
      'too many contacts',
      CHORD_PROTOCOL,
      () => chordWire.ChordRequest.encode({ ping: {}, contacts: Array.from({ length: 65 }, () => bytes(1)) }),
      'ProtocolViolationError'
    ],
    [
      'a contact that nobody signed',
      CHORD_PROTOCOL,
      () => chordWire.ChordRequest.encode({ ping: {}, contacts: [bytes(100)] }),
      'ProtocolViolationError'
    ],
    [
      'bytes that are no message',
      CHORD_PROTOCOL,
      () => new Uint8Array(64).fill(255),
      'ProtocolViolationError'
    ],
    [
      'a Chord request without a body',
      CHORD_PROTOCOL,
      () => chordWire.ChordRequest.encode({}),
      'ProtocolViolationError'
    ],
    [
      'bytes that are no message about users',
      USERS_PROTOCOL,
      () => new Uint8Array(64).fill(255),
      'ProtocolViolationError'
    ],
    [
      'a slot that the ring does not have',
      USERS_PROTOCOL,
      () => usersWire.UsersRequest.encode({ whereIs: { slots: [256] } }),
      'ProtocolViolationError'
    ],
    [
      'more slots than a message may name',
      USERS_PROTOCOL,
      () => usersWire.UsersRequest.encode({ whereIs: { slots: Array(1025).fill(0) } }),
      'ProtocolViolationError'
    ],
    [
      'a view without members',
      USERS_PROTOCOL,
      () => usersWire.UsersRequest.encode({ advertise: { views: [view] } }),
      'ProtocolViolationError'
    ],
    [
      'an operation without an id of its own',
      USERS_PROTOCOL,
      () => usersWire.UsersRequest.encode({ operation: { ...operation, operationId: bytes(15) } }),
      'ProtocolViolationError'
    ],
    [
      'a user id with a control character',
      USERS_PROTOCOL,
      () => usersWire.UsersRequest.encode({ operation: { ...operation, id: 'a\n' } }),
      'InvalidUserError'
    ],
    [
      'a change that is no JSON',
      USERS_PROTOCOL,
      () => usersWire.UsersRequest.encode({ operation: { ...operation, change: '{"status":' } }),
      'ProtocolViolationError'
    ],
    [
      'a status that does not exist',
      USERS_PROTOCOL,
      () => usersWire.UsersRequest.encode({ operation: { ...operation, change: '{"status":"AFK"}' } }),
      'InvalidUserError'
    ],
    [
      'a profile over its bound',
      USERS_PROTOCOL,
      () =>
        usersWire.UsersRequest.encode({
          operation: {
            ...operation,
            change: JSON.stringify({ status: 0, profile: { a: 'x'.repeat(65_536) } })
          }
        }),
      'TooLargeError'
    ],
    [
      'a write that may be stale',
      USERS_PROTOCOL,
      () =>
        usersWire.UsersRequest.encode({
          operation: { ...operation, consistency: usersWire.Operation.Consistency.STALE }
        }),
      'ProtocolViolationError'
    ]
  ]
  for (const [what, protocol, body, error] of cases) {
    it(`refuses ${what} with ${error}, and serves on`, async () => {
      refused.length = 0
      const result = await send(protocol, body())
      assert.equal(result.kind, 'refused', JSON.stringify(result))
      assert.equal(result.kind === 'refused' && result.name, error)
      assert.deepEqual(refused, [error])
      await peer.users.set('served', { status: 'ONLINE' })
      assert.equal((await peer.users.get('ada'))?.id, undefined)
    })
  }

  const messages: [what: string, body: () => Uint8Array][] = [
    ['bytes that are none', () => new Uint8Array(64).fill(255)],
    ['a slot that the ring does not have', () => Uint8Array.of(0x08, 5, 0x12, 2, 0x80, 0x02)],
    ['a kind that nobody knows', () => Uint8Array.of(0x08, 99, 0x12, 1, 0)]
  ]
  for (const [what, body] of messages) {
    it(`takes no messages between replicas with ${what}, and serves on`, async () => {
      refused.length = 0
      assert.ok(endpoints.get(REPLICA_PROTOCOL)!.post(peer.peer, body()))
      await until(() => refused.length > 0, 'the refusal')
      assert.deepEqual(refused, ['ProtocolViolationError'])
      await peer.users.set('served', { status: 'ONLINE' })
    })
  }

  it('answers no request where only messages belong', async () => {
    refused.length = 0
    const result = await send(REPLICA_PROTOCOL, usersWire.UsersRequest.encode({ tally: {} }))
    assert.equal(result.kind, 'no-reply')
    assert.deepEqual(refused, ['ProtocolViolationError'])
  })

  it('tells a peer of another ring so, and hears nothing of what it wants', async () => {
    const stranger = await startMember({ ringId: 'f'.repeat(32) })
    stranger.book.set(peer.peer, peer.addresses)
    const endpoint = new RpcEndpoint(stranger.wire, USERS_PROTOCOL, { request: (_from, body) => body })
    await endpoint.start()
    refused.length = 0
    const result = await endpoint.call(peer.peer, usersWire.UsersRequest.encode({ operation }), {
      timeoutMs: 5_000
    })
    await endpoint.stop()
    await stranger.stop()
    assert.equal(result.kind === 'no-reply' && result.sent, false)
    assert.deepEqual(refused, ['WrongRingError'])
    assert.equal(await peer.users.get('ada'), undefined)
  })
})
