/** Views, members and ballots on the wire, and the checks that every message needs. */
import { toString as bytesToString } from 'uint8arrays/to-string'
import type * as wire from '../../protocols/users.ts'
import { multihashOf, type Peer } from '../chord/ring-node.ts'
import { HTTP_BODY_BYTES_MAX, PEER_BOOK_MAX } from '../constants.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { Ballot } from '../replica/ballot.ts'
import type { EntryId } from '../replica/entry.ts'
import type { Member, View } from '../replica/view.ts'
import { asSlot, type Slot } from '../ring/slot.ts'

export const MEMBERS_MAX = 16
const PEER_BYTES_MAX = 64
const STORE_ID_BYTES = 8
const LINEAGE_ID_BYTES = 16

/** Base58 is slow, and a ring has few peers: what was turned once is remembered, both ways. */
const peersByBytes = new Map<string, Peer>()
const bytesByPeer = new Map<Peer, Uint8Array<ArrayBuffer>>()

export function packPeer(peer: Peer): Uint8Array<ArrayBuffer> {
  const known = bytesByPeer.get(peer)
  if (known !== undefined) return known
  const bytes = plain(multihashOf(peer))
  if (bytesByPeer.size >= PEER_BOOK_MAX) bytesByPeer.clear()
  bytesByPeer.set(peer, bytes)
  return bytes
}

/** @throws ProtocolViolationError */
export function unpackPeer(multihash: Uint8Array): Peer {
  if (multihash.byteLength === 0 || multihash.byteLength > PEER_BYTES_MAX) {
    throw new ProtocolViolationError(
      `A peer id is 1 to ${PEER_BYTES_MAX} bytes, this one is ${multihash.byteLength}`
    )
  }
  const buffer = Buffer.from(multihash.buffer, multihash.byteOffset, multihash.byteLength)
  const key = buffer.toString('latin1')
  const known = peersByBytes.get(key)
  if (known !== undefined) return known
  const peer = bytesToString(multihash, 'base58btc')
  if (peersByBytes.size >= PEER_BOOK_MAX) peersByBytes.clear()
  peersByBytes.set(key, peer)
  return peer
}

export function packView({ slot, lineage, epoch, members, leader, base }: View): wire.View {
  return {
    slot,
    lineage: lineage.number,
    lineageId: fromHex(lineage.id),
    epoch,
    members: members.map(packMember),
    leader: members.findIndex(({ peer }) => peer === leader.peer),
    boot: leader.boot,
    baseEpoch: base.epoch,
    baseSequence: base.sequence
  }
}

/** @throws ProtocolViolationError */
export function unpackView(view: wire.View, slotCount: number): View {
  const members = view.members.map(unpackMember)
  atMost('members', members.length, MEMBERS_MAX)
  const leader = members[view.leader]
  if (leader === undefined || new Set(members.map(({ peer }) => peer)).size !== members.length) {
    throw new ProtocolViolationError(
      `The view of slot ${view.slot} repeats a member, or its leader is none of them`
    )
  }
  const epoch = positive('epoch', view.epoch)
  const base = entryId(view.baseEpoch, view.baseSequence)
  if (base.epoch >= epoch) {
    throw new ProtocolViolationError(
      `The view of slot ${view.slot} has epoch ${epoch} and begins after an entry of epoch ${base.epoch}`
    )
  }
  return {
    slot: checkedSlot(view.slot, slotCount),
    lineage: {
      number: safe('lineage', view.lineage),
      id: toHex('lineage_id', view.lineageId, LINEAGE_ID_BYTES)
    },
    epoch,
    members,
    leader: { ...leader, boot: positive('boot', view.boot) },
    base
  }
}

export function packBallot({ round, by }: Ballot): wire.Ballot {
  return { round, ...packMember(by), boot: by.boot }
}

/** @throws ProtocolViolationError */
export function unpackBallot(ballot: wire.Ballot): Ballot {
  return {
    round: safe('round', ballot.round),
    by: { ...unpackMember(ballot), boot: positive('boot', ballot.boot) }
  }
}

function packMember({ peer, store }: Member): wire.Member {
  return { peer: packPeer(peer), store: fromHex(store) }
}

function unpackMember({ peer, store }: wire.Member): Member {
  return { peer: unpackPeer(peer), store: toHex('store', store, STORE_ID_BYTES) }
}

/** @throws ProtocolViolationError there is no such entry: numbers begin at 1 */
export function entryId(epoch: number, sequence: number): EntryId {
  if ((safe('epoch', epoch) === 0) !== (safe('sequence', sequence) === 0)) {
    throw new ProtocolViolationError(`There is no log entry ${epoch}.${sequence}`)
  }
  return { epoch, sequence }
}

/** @throws ProtocolViolationError */
export function checkedSlot(slot: number, slotCount: number): Slot {
  try {
    return asSlot(slot, slotCount)
  } catch (cause) {
    throw new ProtocolViolationError((cause as Error).message, { cause })
  }
}

/** @throws ProtocolViolationError */
export function atMost(what: string, count: number, max: number): void {
  if (count > max)
    throw new ProtocolViolationError(`${count} ${what} in one message, at most ${max} are allowed`)
}

/** @throws ProtocolViolationError */
export function safe(what: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ProtocolViolationError(`${what} is ${value}: not a whole number below 2^53`)
  }
  return value
}

/** @throws ProtocolViolationError */
function positive(what: string, value: number): number {
  if (safe(what, value) === 0) throw new ProtocolViolationError(`${what} is 0: it begins at 1`)
  return value
}

/** @throws ProtocolViolationError */
export function toHex(what: string, bytes: Uint8Array, length: number): string {
  if (bytes.byteLength !== length) {
    throw new ProtocolViolationError(`${what} is ${length} bytes, this one is ${bytes.byteLength}`)
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('hex')
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(hex, 'hex')
}

/** The generated codecs ask for bytes that are certainly not shared memory; ours never are. */
export function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

/** What the generated codecs or JSON throw becomes the sender's fault, which it is. @throws ProtocolViolationError */
export function decoded<T>(what: string, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    throw new ProtocolViolationError(`A ${what} that cannot be decoded: ${(cause as Error).message}`, {
      cause
    })
  }
}

/** @throws ProtocolViolationError */
export function parsedObject(what: string, json: string): Record<string, unknown> {
  atMost(`bytes of ${what}`, json.length, HTTP_BODY_BYTES_MAX)
  const value: unknown = decoded(what, () => JSON.parse(json))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolViolationError(`${what} is not a JSON object`)
  }
  return value as Record<string, unknown>
}
