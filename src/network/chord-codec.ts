/**
 * Chord's messages as bytes: protocols/chord.proto on one side, chord/chord-rpc.ts on the other. Everything that
 * another peer claims is checked here (bounds, ring node indexes, positions, who speaks), so that the Chord behind
 * it never sees a node that is not one.
 *
 * The same few nodes are named in almost every message; their encoded parts and what was verified are kept.
 */
import type { Uint8ArrayList } from 'uint8arraylist'
import { toString as bytesToString } from 'uint8arrays/to-string'
import * as wire from '../../protocols/chord.ts'
import type { ChordReply, ChordRequest, PeerStatus, ReplyOf } from '../chord/chord-rpc.ts'
import { multihashOf, type Peer, type RingNode, verifiedRingNode } from '../chord/ring-node.ts'
import { PEER_BOOK_MAX, VIRTUAL_NODES_MAX } from '../constants.ts'
import { AnilloError, ProtocolViolationError } from '../errors.ts'
import { type Position, positionFromBytes, positionToBytes } from '../ring/position.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** A message and the signed peer records that travel with it, opaque here. */
export interface WithContacts<T> {
  readonly message: T
  readonly contacts: readonly Uint8Array[]
}

export interface RequestContext {
  /** The connection's authenticated peer. */
  readonly from: Peer
  /** Of the ring: a node's index is less. */
  readonly virtualNodes: number
}

export interface ReplyContext {
  /** What was asked: only its own kind of reply is let through. */
  readonly request: ChordRequest['type']
  readonly virtualNodes: number
}

/** Signed peer records in one message. */
export const MESSAGE_CONTACTS_MAX = 64
/** Nodes of a successor list. */
const SUCCESSORS_MAX = 512
/** Nodes that a `closest` reply may name to go on with. */
export const CLOSER_MAX = 8
const PEER_BYTES_MAX = 64
const PEER_CACHE_MAX = PEER_BOOK_MAX
const NODE_CACHE_MAX = 16_384

const REPLY_TYPES: { readonly [T in ChordRequest['type']]: ReplyOf[T]['type'] } = {
  neighbours: 'neighbours',
  notify: 'done',
  introduce: 'done',
  closest: 'closest',
  ping: 'pong',
  probe: 'probed',
  describe: 'description',
  leave: 'done'
}

const REQUEST_LIMITS = { limits: { contacts: MESSAGE_CONTACTS_MAX } }
const REPLY_LIMITS = {
  limits: {
    contacts: MESSAGE_CONTACTS_MAX,
    neighbours: { successors: SUCCESSORS_MAX },
    closest: { successors: SUCCESSORS_MAX, closer: CLOSER_MAX },
    description: { nodes: VIRTUAL_NODES_MAX, peers: PEER_BOOK_MAX }
  }
}

export function encodeChordRequest(request: ChordRequest, contacts: readonly Uint8Array[] = []): Uint8Array {
  return wire.ChordRequest.encode({ ...requestBody(request), contacts: contacts as Bytes[] })
}

/**
 * @throws ProtocolViolationError it cannot be read, is over a bound, or speaks for somebody else
 * @throws PositionMismatchError a node's position does not derive from its peer and index
 */
export function decodeChordRequest(
  bytes: Uint8Array | Uint8ArrayList,
  context: RequestContext
): WithContacts<ChordRequest> {
  return guarded(() => {
    const { contacts, ...body } = wire.ChordRequest.decode(bytes, REQUEST_LIMITS)
    return { message: readRequest(body, context), contacts }
  })
}

export function encodeChordReply(reply: ChordReply, contacts: readonly Uint8Array[] = []): Uint8Array {
  return wire.ChordReply.encode({ ...replyBody(reply), contacts: contacts as Bytes[] })
}

/** @throws ProtocolViolationError, PositionMismatchError as {@link decodeChordRequest}; also for a reply to another question */
export function decodeChordReply(
  bytes: Uint8Array | Uint8ArrayList,
  context: ReplyContext
): WithContacts<ChordReply> {
  return guarded(() => {
    const { contacts, ...body } = wire.ChordReply.decode(bytes, REPLY_LIMITS)
    const message = readReply(body, context.virtualNodes)
    if (message.type !== REPLY_TYPES[context.request]) {
      throw new ProtocolViolationError(`A ${context.request} was answered with a ${message.type}`)
    }
    return { message, contacts }
  })
}

function requestBody(request: ChordRequest): Omit<wire.ChordRequest, 'contacts'> {
  switch (request.type) {
    case 'neighbours':
      return { neighbours: { index: request.index } }
    case 'notify':
      return { notify: { index: request.index, node: writeNode(request.node) } }
    case 'introduce':
      return { introduce: { index: request.index, node: writeNode(request.node) } }
    case 'closest':
      return { closest: { target: positionToBytes(request.target) as Bytes } }
    case 'ping':
      return { ping: {} }
    case 'probe':
      return { probe: { peer: writePeer(request.peer) } }
    case 'describe':
      return { describe: {} }
    case 'leave':
      return { leave: {} }
  }
}

function readRequest(body: Omit<wire.ChordRequest, 'contacts'>, context: RequestContext): ChordRequest {
  const { virtualNodes, from } = context
  const index = (number: number) => readIndex(number, virtualNodes)
  if (body.neighbours) return { type: 'neighbours', index: index(body.neighbours.index) }
  if (body.notify) {
    const node = readNode(body.notify.node, virtualNodes)
    if (node.peer !== from) throw new ProtocolViolationError(`${from} notified for ${node.peer}`)
    return { type: 'notify', index: index(body.notify.index), node }
  }
  if (body.introduce) {
    const node = readNode(body.introduce.node, virtualNodes)
    return { type: 'introduce', index: index(body.introduce.index), node }
  }
  if (body.closest) return { type: 'closest', target: readPosition(body.closest.target) }
  if (body.ping) return { type: 'ping' }
  if (body.probe) return { type: 'probe', peer: readPeer(body.probe.peer) }
  if (body.describe) return { type: 'describe' }
  if (body.leave) return { type: 'leave' }
  throw new ProtocolViolationError('A Chord request without a body')
}

function replyBody(reply: ChordReply): Omit<wire.ChordReply, 'contacts'> {
  switch (reply.type) {
    case 'neighbours': {
      const { member, predecessor, successors } = reply
      return { neighbours: { member, successors: successors.map(writeNode), ...optional({ predecessor }) } }
    }
    case 'done':
      return { done: {} }
    case 'closest': {
      const { predecessor, successors, closer } = reply
      return {
        closest: {
          successors: successors.map(writeNode),
          closer: closer.map(writeNode),
          ...optional({ predecessor })
        }
      }
    }
    case 'pong':
      return { pong: { member: reply.member } }
    case 'probed':
      return { probed: { alive: reply.alive } }
    case 'description':
      return {
        description: {
          version: reply.version,
          leaving: reply.leaving,
          uptimeMs: BigInt(Math.floor(reply.uptimeMs)),
          nodes: reply.nodes.map(({ index, member, predecessor, successor }) => ({
            index,
            member,
            ...optional({ predecessor, successor })
          })),
          peers: reply.peers.map(({ peer, status }) => ({
            peer: writePeer(peer),
            status: STATUS_TO_WIRE[status]
          }))
        }
      }
  }
}

function readReply(body: Omit<wire.ChordReply, 'contacts'>, virtualNodes: number): ChordReply {
  const node = (claimed: wire.Node | undefined) => readNode(claimed, virtualNodes)
  const maybe = (claimed: wire.Node | undefined) => (claimed === undefined ? undefined : node(claimed))
  if (body.neighbours) {
    const { member, predecessor, successors } = body.neighbours
    return { type: 'neighbours', member, predecessor: maybe(predecessor), successors: successors.map(node) }
  }
  if (body.done) return { type: 'done' }
  if (body.closest) {
    const { predecessor, successors, closer } = body.closest
    return {
      type: 'closest',
      predecessor: maybe(predecessor),
      successors: successors.map(node),
      closer: closer.map(node)
    }
  }
  if (body.pong) return { type: 'pong', member: body.pong.member }
  if (body.probed) return { type: 'probed', alive: body.probed.alive }
  if (body.description) {
    const { version, leaving, uptimeMs, nodes, peers } = body.description
    return {
      type: 'description',
      version,
      leaving,
      uptimeMs: Number(uptimeMs),
      nodes: nodes.map(({ index, member, predecessor, successor }) => ({
        index: readIndex(index, virtualNodes),
        member,
        predecessor: maybe(predecessor),
        successor: maybe(successor)
      })),
      peers: peers.map(({ peer, status }) => ({ peer: readPeer(peer), status: STATUS_FROM_WIRE[status] }))
    }
  }
  throw new ProtocolViolationError('A Chord reply without a body')
}

const STATUS_TO_WIRE: Record<PeerStatus, wire.KnownPeer.Status> = {
  up: wire.KnownPeer.Status.UP,
  suspect: wire.KnownPeer.Status.SUSPECT,
  down: wire.KnownPeer.Status.DOWN
}
const STATUS_FROM_WIRE: Record<wire.KnownPeer.Status, PeerStatus> = {
  UP: 'up',
  SUSPECT: 'suspect',
  DOWN: 'down'
}

/** Encoded form of a ring node; a node is one object for as long as `ringNode` remembers it. */
const written = new WeakMap<RingNode, wire.Node>()

function writeNode(node: RingNode): wire.Node {
  let encoded = written.get(node)
  if (encoded === undefined) {
    encoded = {
      peer: writePeer(node.peer),
      index: node.index,
      position: positionToBytes(node.position) as Bytes
    }
    written.set(node, encoded)
  }
  return encoded
}

/** The nodes that are there, and no key for those that are not: an absent field and undefined differ in our types. */
function optional<K extends string>(nodes: Record<K, RingNode | undefined>): Partial<Record<K, wire.Node>> {
  const present: Partial<Record<K, wire.Node>> = {}
  for (const key in nodes) if (nodes[key] !== undefined) present[key] = writeNode(nodes[key])
  return present
}

/** What was verified once, by its claimed position. */
const verified = new Map<string, { readonly node: RingNode; readonly peer: string }>()

function readNode(claimed: wire.Node | undefined, virtualNodes: number): RingNode {
  if (claimed === undefined) throw new ProtocolViolationError('A node is missing')
  readIndex(claimed.index, virtualNodes)
  const key = latin1(claimed.position)
  const peer = latin1(claimed.peer)
  const known = verified.get(key)
  if (known !== undefined && known.peer === peer && known.node.index === claimed.index) return known.node
  const node = verifiedRingNode(readPeer(claimed.peer), claimed.index, readPosition(claimed.position))
  remember(verified, NODE_CACHE_MAX, key, { node, peer })
  return node
}

const multihashes = new Map<Peer, Bytes>()
const peers = new Map<string, Peer>()

function writePeer(peer: Peer): Bytes {
  return multihashes.get(peer) ?? remember(multihashes, PEER_CACHE_MAX, peer, multihashOf(peer) as Bytes)
}

function readPeer(multihash: Uint8Array): Peer {
  if (multihash.byteLength === 0 || multihash.byteLength > PEER_BYTES_MAX) {
    throw new ProtocolViolationError(
      `A peer id has 1 to ${PEER_BYTES_MAX} bytes, not ${multihash.byteLength}`
    )
  }
  const key = latin1(multihash)
  return peers.get(key) ?? remember(peers, PEER_CACHE_MAX, key, bytesToString(multihash, 'base58btc'))
}

function remember<K, V>(cache: Map<K, V>, max: number, key: K, value: V): V {
  if (cache.size >= max) cache.clear()
  cache.set(key, value)
  return value
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function readIndex(index: number, virtualNodes: number): number {
  if (index >= virtualNodes) {
    throw new ProtocolViolationError(`There is no ring node ${index} in a ring of ${virtualNodes} each`)
  }
  return index
}

function readPosition(bytes: Uint8Array): Position {
  try {
    return positionFromBytes(bytes)
  } catch (error) {
    throw new ProtocolViolationError((error as Error).message)
  }
}

/** What the generated decoder throws of broken bytes is the sender's fault too. */
function guarded<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof AnilloError) throw error
    throw new ProtocolViolationError(`A Chord message cannot be read: ${(error as Error).message}`, {
      cause: error
    })
  }
}
