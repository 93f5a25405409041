/**
 * The messages of protocols/users.proto about users and where slots are, from and to what the users room speaks.
 * Everything that comes from another peer is checked here, before anybody acts on it: bounds in bytes and in count,
 * slots that exist, ids that are ids.
 */
import * as wire from '../../protocols/users.ts'
import type { Peer } from '../chord/ring-node.ts'
import { PEER_BOOK_MAX } from '../constants.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { View } from '../replica/view.ts'
import { SLOTS_MAX, type Slot } from '../ring/slot.ts'
import type { SlotChanges } from '../users/change-source.ts'
import type { ListPage, ListQuery } from '../users/listing.ts'
import { type Get, isWrite, type Operation, type Outcome, type OutcomeKind } from '../users/operation.ts'
import { checkExpiry, checkProfile, checkStatus, checkTtl, checkUserId, type User } from '../users/user.ts'
import type { SlotTally, Tally } from '../users/users-rpc.ts'
import { type FollowRequest, packFollow, packFollowed, unpackFollow, unpackFollowed } from './change-codec.ts'
import { packList, packPage, unpackList, unpackPage } from './list-codec.ts'
import {
  atMost,
  checkedSlot,
  decoded,
  fromHex,
  MEMBERS_MAX,
  packPeer,
  packView,
  parsedObject,
  safe,
  toHex,
  unpackPeer,
  unpackView
} from './view-codec.ts'

const VIEWS_MAX = 1024
const VERSION_LENGTH_MAX = 64
const OPERATION_ID_BYTES = 16
const AGE_MS_MAX = 2 ** 32 - 1

export type UsersMessage =
  | { readonly type: 'operation'; readonly operation: Operation; readonly ageMs: number }
  | { readonly type: 'stale-read'; readonly operation: Get }
  | { readonly type: 'list'; readonly query: ListQuery }
  | ({ readonly type: 'follow' } & FollowRequest)
  | { readonly type: 'where-is'; readonly slots: readonly Slot[] }
  | { readonly type: 'advertise'; readonly views: readonly View[] }
  | { readonly type: 'leaving' }
  | { readonly type: 'tally' }

export type UsersAnswer =
  /** `ageMs` 0 unless it answers a stale read. */
  | { readonly type: 'outcome'; readonly outcome: Outcome; readonly ageMs: number }
  | { readonly type: 'views'; readonly views: readonly View[] }
  | { readonly type: 'page'; readonly page: ListPage }
  | { readonly type: 'followed'; readonly slots: readonly SlotChanges[] }
  | { readonly type: 'tally'; readonly tally: Tally }
  | { readonly type: 'done' }

export function encodeUsersMessage(message: UsersMessage): Uint8Array {
  switch (message.type) {
    case 'operation':
      return wire.UsersRequest.encode({ operation: packOperation(message.operation, message.ageMs) })
    case 'stale-read':
      return wire.UsersRequest.encode({
        operation: { ...packOperation(message.operation, 0), consistency: wire.Operation.Consistency.STALE }
      })
    case 'list':
      return wire.UsersRequest.encode({ list: packList(message.query) })
    case 'follow':
      return wire.UsersRequest.encode({ follow: packFollow(message) })
    case 'where-is':
      return wire.UsersRequest.encode({ whereIs: { slots: [...message.slots] } })
    case 'advertise':
      return wire.UsersRequest.encode({ advertise: { views: message.views.map(packView) } })
    case 'leaving':
      return wire.UsersRequest.encode({ leaving: {} })
    case 'tally':
      return wire.UsersRequest.encode({ tally: {} })
  }
}

/** @throws ProtocolViolationError, InvalidUserError */
export function decodeUsersMessage(bytes: Uint8Array, slotCount: number): UsersMessage {
  const { operation, list, follow, whereIs, advertise, leaving, tally } = decoded('request', () =>
    wire.UsersRequest.decode(bytes)
  )
  if (operation !== undefined) return unpackRequest(operation)
  if (list !== undefined) return { type: 'list', query: unpackList(list, slotCount) }
  if (follow !== undefined) return { type: 'follow', ...unpackFollow(follow, slotCount) }
  if (whereIs !== undefined) {
    atMost('slots', whereIs.slots.length, VIEWS_MAX)
    return { type: 'where-is', slots: whereIs.slots.map(slot => checkedSlot(slot, slotCount)) }
  }
  if (advertise !== undefined) return { type: 'advertise', views: unpackViews(advertise.views, slotCount) }
  if (leaving !== undefined) return { type: 'leaving' }
  if (tally !== undefined) return { type: 'tally' }
  throw new ProtocolViolationError('A users request without a body that this version knows')
}

export function encodeUsersAnswer(answer: UsersAnswer): Uint8Array {
  switch (answer.type) {
    case 'outcome':
      return wire.UsersReply.encode({ outcome: packOutcome(answer.outcome, answer.ageMs) })
    case 'views':
      return wire.UsersReply.encode({ views: { views: answer.views.map(packView) } })
    case 'page':
      return wire.UsersReply.encode({ page: packPage(answer.page) })
    case 'followed':
      return wire.UsersReply.encode({ followed: packFollowed(answer.slots) })
    case 'tally':
      return wire.UsersReply.encode({ tally: packTally(answer.tally) })
    case 'done':
      return wire.UsersReply.encode({ done: {} })
  }
}

/** @throws ProtocolViolationError */
export function decodeUsersAnswer(bytes: Uint8Array, slotCount: number): UsersAnswer {
  const { outcome, views, done, page, followed, tally } = decoded('reply', () =>
    wire.UsersReply.decode(bytes)
  )
  if (outcome !== undefined) {
    return { type: 'outcome', outcome: unpackOutcome(outcome), ageMs: unpackAge(outcome.ageMs) }
  }
  if (views !== undefined) return { type: 'views', views: unpackViews(views.views, slotCount) }
  if (done !== undefined) return { type: 'done' }
  if (page !== undefined) return { type: 'page', page: unpackPage(page) }
  if (followed !== undefined) return { type: 'followed', slots: unpackFollowed(followed, slotCount) }
  if (tally !== undefined) return { type: 'tally', tally: unpackTally(tally, slotCount) }
  throw new ProtocolViolationError('A users reply without a body that this version knows')
}

/** Peers are named once, as there may be 16384 slots of 16 members in one message. */
function packTally({ leaving, slots }: Tally): wire.TallyReply {
  const indexes = new Map<Peer, number>()
  const indexOf = (peer: Peer) => {
    const index = indexes.get(peer) ?? indexes.size
    indexes.set(peer, index)
    return index
  }
  const packed = slots.map(({ reach, ...tally }) => ({
    ...tally,
    reachEpoch: reach.epoch,
    reachSequence: reach.sequence,
    members: tally.members.map(indexOf),
    current: tally.current.map(indexOf)
  }))
  return { leaving, slots: packed, peers: [...indexes.keys()].map(packPeer) }
}

/** @throws ProtocolViolationError */
function unpackTally({ leaving, slots, peers }: wire.TallyReply, slotCount: number): Tally {
  atMost('slots', slots.length, SLOTS_MAX)
  atMost('peers', peers.length, PEER_BOOK_MAX)
  const names = peers.map(unpackPeer)
  const named = (indexes: readonly number[]) => {
    atMost('members', indexes.length, MEMBERS_MAX)
    return indexes.map(index => {
      const peer = names[index]
      if (peer === undefined) throw new ProtocolViolationError(`A tally without a peer ${index}`)
      return peer
    })
  }
  return {
    leaving,
    slots: slots.map(
      ({ slot, epoch, users, leads, sealed, members, current, member, ...reach }): SlotTally => ({
        slot: checkedSlot(slot, slotCount),
        epoch: safe('epoch', epoch),
        users: safe('users', users),
        leads,
        sealed,
        members: named(members),
        current: named(current),
        member,
        reach: { epoch: safe('epoch', reach.reachEpoch), sequence: safe('sequence', reach.reachSequence) }
      })
    )
  }
}

const KINDS: Record<Operation['kind'], wire.Operation.Kind> = {
  get: wire.Operation.Kind.GET,
  set: wire.Operation.Kind.SET,
  patch: wire.Operation.Kind.PATCH,
  delete: wire.Operation.Kind.DELETE,
  heartbeat: wire.Operation.Kind.HEARTBEAT
}

function packOperation(operation: Operation, ageMs: number): wire.Operation {
  const write = isWrite(operation) ? operation : undefined
  return {
    kind: KINDS[operation.kind],
    id: operation.id,
    change: changeOf(operation),
    ifAbsent: operation.kind === 'set' && operation.ifAbsent === true,
    ifVersion: write?.ifVersion ?? '',
    operationId: write === undefined ? new Uint8Array() : fromHex(write.operationId),
    ageMs: Math.min(Math.ceil(ageMs), AGE_MS_MAX),
    consistency: wire.Operation.Consistency.STRONG
  }
}

function changeOf(operation: Operation): string {
  if (operation.kind === 'heartbeat') return JSON.stringify({ ttlMs: operation.ttlMs })
  return operation.kind === 'set' || operation.kind === 'patch' ? JSON.stringify(operation.change) : ''
}

function unpackRequest(request: wire.Operation): UsersMessage {
  const operation = unpackOperation(request)
  if (request.consistency !== wire.Operation.Consistency.STALE) {
    return { type: 'operation', operation, ageMs: request.ageMs }
  }
  if (operation.kind !== 'get') throw new ProtocolViolationError(`A ${operation.kind} cannot be stale`)
  return { type: 'stale-read', operation }
}

function unpackOperation({ kind, id, change, ifAbsent, ifVersion, operationId }: wire.Operation): Operation {
  checkUserId(id)
  if (kind === wire.Operation.Kind.GET) return { kind: 'get', id }
  if (kind === wire.Operation.Kind.HEARTBEAT)
    return { kind: 'heartbeat', id, ttlMs: checkTtl(parsedObject('change', change).ttlMs) }
  atMost('version characters', ifVersion.length, VERSION_LENGTH_MAX)
  const write = {
    id,
    ifVersion: ifVersion === '' ? undefined : ifVersion,
    operationId: toHex('operation_id', operationId, OPERATION_ID_BYTES)
  }
  if (kind === wire.Operation.Kind.DELETE) return { kind: 'delete', ...write }
  const { status, profile, ttlMs, expiresAt } = parsedObject('change', change)
  if (status !== undefined || kind === wire.Operation.Kind.SET) checkStatus(status)
  if (profile !== undefined) checkProfile(profile)
  const isPatch = kind === wire.Operation.Kind.PATCH
  if (ttlMs !== undefined && !(isPatch && ttlMs === null)) checkTtl(ttlMs)
  if (isPatch) return { kind: 'patch', ...write, change: { status, profile, ttlMs } }
  if (expiresAt !== undefined) checkExpiry(expiresAt)
  return { kind: 'set', ...write, change: { status, profile, ttlMs, expiresAt }, ifAbsent }
}

const OUTCOMES: Record<OutcomeKind, wire.Outcome.Kind> = {
  found: wire.Outcome.Kind.FOUND,
  created: wire.Outcome.Kind.CREATED,
  updated: wire.Outcome.Kind.UPDATED,
  deleted: wire.Outcome.Kind.DELETED,
  absent: wire.Outcome.Kind.ABSENT,
  conflict: wire.Outcome.Kind.CONFLICT,
  reused: wire.Outcome.Kind.REUSED,
  renewed: wire.Outcome.Kind.RENEWED,
  offline: wire.Outcome.Kind.OFFLINE,
  outgrown: wire.Outcome.Kind.OUTGROWN
}

/** As old as can be said is infinitely old. */
function unpackAge(ageMs: number): number {
  return ageMs === AGE_MS_MAX ? Number.POSITIVE_INFINITY : ageMs
}

function packOutcome({ kind, user, version, replayed }: Outcome, ageMs: number): wire.Outcome {
  return {
    kind: OUTCOMES[kind],
    user: user === undefined ? '' : JSON.stringify(user),
    version,
    replayed,
    ageMs: Math.min(Math.ceil(ageMs), AGE_MS_MAX)
  }
}

function unpackOutcome({ kind, user, version, replayed }: wire.Outcome): Outcome {
  const name = (Object.keys(OUTCOMES) as OutcomeKind[]).find(outcome => OUTCOMES[outcome] === kind)
  if (name === undefined) throw new ProtocolViolationError(`An outcome of unknown kind ${kind}`)
  if (user === '' && name === 'found') {
    throw new ProtocolViolationError('An outcome that found a user and does not tell it')
  }
  atMost('version characters', version.length, VERSION_LENGTH_MAX)
  return {
    kind: name,
    user: user === '' ? undefined : (parsedObject('user', user) as unknown as User),
    version,
    replayed
  }
}

function unpackViews(views: readonly wire.View[], slotCount: number): View[] {
  atMost('views', views.length, VIEWS_MAX)
  return views.map(view => unpackView(view, slotCount))
}
