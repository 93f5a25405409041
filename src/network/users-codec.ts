/**
 * The messages of protocols/users.proto, from and to what the users and replica rooms speak. Everything that
 * comes from another peer is checked here, before anybody acts on it: bounds in bytes and in count, slots that
 * exist, ids that are ids.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import * as wire from '../../protocols/users.ts'
import { multihashOf, type Peer } from '../chord/ring-node.ts'
import { HTTP_BODY_BYTES_MAX } from '../constants.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { TransferRecord, TransferVerdict } from '../replica/replica-rpc.ts'
import type { View } from '../replica/view.ts'
import { asSlot, SLOTS_MAX, type Slot } from '../ring/slot.ts'
import type { Operation, Outcome, OutcomeKind } from '../users/operation.ts'
import { checkProfile, checkStatus, checkUserId, type User } from '../users/user.ts'
import type { Tally } from '../users/users-rpc.ts'

export const MEMBERS_MAX = 16
export const VIEWS_MAX = 1024
const PEER_BYTES_MAX = 64
const VERSION_LENGTH_MAX = 64
const OPERATION_ID_BYTES = 16
const STORE_ID_BYTES = 8
const DIGEST_BYTES = 32

export type UsersMessage =
  | { readonly type: 'operation'; readonly operation: Operation }
  | { readonly type: 'where-is'; readonly slots: readonly Slot[] }
  | { readonly type: 'advertise'; readonly views: readonly View[] }
  | { readonly type: 'install'; readonly view: View; readonly digest: string }
  | { readonly type: 'tally' }

export type UsersAnswer =
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'views'; readonly views: readonly View[] }
  | { readonly type: 'tally'; readonly tally: Tally }
  | { readonly type: 'done' }

export function encodeUsersMessage(message: UsersMessage): Uint8Array {
  switch (message.type) {
    case 'operation':
      return wire.UsersRequest.encode({ operation: packOperation(message.operation) })
    case 'where-is':
      return wire.UsersRequest.encode({ whereIs: { slots: [...message.slots] } })
    case 'advertise':
      return wire.UsersRequest.encode({ advertise: { views: message.views.map(packView) } })
    case 'install':
      return wire.UsersRequest.encode({
        install: { view: packView(message.view), digest: fromHex(message.digest) }
      })
    case 'tally':
      return wire.UsersRequest.encode({ tally: {} })
  }
}

/** @throws ProtocolViolationError, InvalidUserError */
export function decodeUsersMessage(bytes: Uint8Array, slotCount: number): UsersMessage {
  const { operation, whereIs, advertise, install, tally } = decoded('request', () =>
    wire.UsersRequest.decode(bytes)
  )
  if (operation !== undefined) return { type: 'operation', operation: unpackOperation(operation) }
  if (whereIs !== undefined) {
    atMost('slots', whereIs.slots.length, VIEWS_MAX)
    return { type: 'where-is', slots: whereIs.slots.map(slot => checkedSlot(slot, slotCount)) }
  }
  if (advertise !== undefined) return { type: 'advertise', views: unpackViews(advertise.views, slotCount) }
  if (install?.view !== undefined) {
    return {
      type: 'install',
      view: unpackView(install.view, slotCount),
      digest: toHex('digest', install.digest, DIGEST_BYTES)
    }
  }
  if (tally !== undefined) return { type: 'tally' }
  throw new ProtocolViolationError('A users request without a body that this version knows')
}

export function encodeUsersAnswer(answer: UsersAnswer): Uint8Array {
  switch (answer.type) {
    case 'outcome':
      return wire.UsersReply.encode({ outcome: packOutcome(answer.outcome) })
    case 'views':
      return wire.UsersReply.encode({ views: { views: answer.views.map(packView) } })
    case 'tally':
      return wire.UsersReply.encode({
        tally: {
          leaving: answer.tally.leaving,
          slots: answer.tally.slots.map(({ slot, epoch, users }) => ({
            slot,
            epoch: BigInt(epoch),
            users: BigInt(users)
          }))
        }
      })
    case 'done':
      return wire.UsersReply.encode({ done: {} })
  }
}

/** @throws ProtocolViolationError */
export function decodeUsersAnswer(bytes: Uint8Array, slotCount: number): UsersAnswer {
  const { outcome, views, done, tally } = decoded('reply', () => wire.UsersReply.decode(bytes))
  if (outcome !== undefined) return { type: 'outcome', outcome: unpackOutcome(outcome) }
  if (views !== undefined) return { type: 'views', views: unpackViews(views.views, slotCount) }
  if (done !== undefined) return { type: 'done' }
  if (tally === undefined)
    throw new ProtocolViolationError('A users reply without a body that this version knows')
  atMost('slots', tally.slots.length, SLOTS_MAX)
  const slots = tally.slots.map(({ slot, epoch, users }) => ({
    slot: checkedSlot(slot, slotCount),
    epoch: safeNumber('epoch', epoch),
    users: safeNumber('users', users)
  }))
  return { type: 'tally', tally: { leaving: tally.leaving, slots } }
}

export function encodeTransferRecord(record: TransferRecord): Uint8Array {
  switch (record.type) {
    case 'offer':
      return wire.TransferRecord.encode({ offer: { view: packView(record.view) } })
    case 'row':
      return wire.TransferRecord.encode({ row: { key: plain(record.key), value: plain(record.value) } })
    case 'end':
      return wire.TransferRecord.encode({
        end: { count: BigInt(record.count), digest: fromHex(record.digest) }
      })
  }
}

/** @throws ProtocolViolationError */
export function decodeTransferRecord(bytes: Uint8Array, slotCount: number): TransferRecord {
  const { offer, row, end } = decoded('transfer record', () => wire.TransferRecord.decode(bytes))
  if (offer?.view !== undefined) return { type: 'offer', view: unpackView(offer.view, slotCount) }
  if (row !== undefined) return { type: 'row', key: row.key, value: row.value }
  if (end === undefined)
    throw new ProtocolViolationError('A transfer record without a body that this version knows')
  return {
    type: 'end',
    count: safeNumber('count', end.count),
    digest: toHex('digest', end.digest, DIGEST_BYTES)
  }
}

export function encodeTransferVerdict(verdict: TransferVerdict): Uint8Array {
  return wire.TransferVerdict.encode(
    verdict.kind === 'accepted'
      ? { refusal: '', detail: '', store: fromHex(verdict.store) }
      : { refusal: verdict.name, detail: verdict.detail, store: new Uint8Array() }
  )
}

/** @throws ProtocolViolationError */
export function decodeTransferVerdict(bytes: Uint8Array): TransferVerdict {
  const { refusal, detail, store } = decoded('transfer verdict', () => wire.TransferVerdict.decode(bytes))
  return refusal === ''
    ? { kind: 'accepted', store: toHex('store', store, STORE_ID_BYTES) }
    : { kind: 'refused', name: refusal, detail }
}

const KINDS: Record<Operation['kind'], wire.Operation.Kind> = {
  get: wire.Operation.Kind.GET,
  set: wire.Operation.Kind.SET,
  patch: wire.Operation.Kind.PATCH,
  delete: wire.Operation.Kind.DELETE
}

function packOperation(operation: Operation): wire.Operation {
  const write = operation.kind === 'get' ? undefined : operation
  return {
    kind: KINDS[operation.kind],
    id: operation.id,
    change: operation.kind === 'set' || operation.kind === 'patch' ? JSON.stringify(operation.change) : '',
    ifAbsent: operation.kind === 'set' && operation.ifAbsent === true,
    ifVersion: write?.ifVersion ?? '',
    operationId: write === undefined ? new Uint8Array() : fromHex(write.operationId)
  }
}

function unpackOperation({ kind, id, change, ifAbsent, ifVersion, operationId }: wire.Operation): Operation {
  checkUserId(id)
  if (kind === wire.Operation.Kind.GET) return { kind: 'get', id }
  atMost('version characters', ifVersion.length, VERSION_LENGTH_MAX)
  const write = {
    id,
    ifVersion: ifVersion === '' ? undefined : ifVersion,
    operationId: toHex('operation_id', operationId, OPERATION_ID_BYTES)
  }
  if (kind === wire.Operation.Kind.DELETE) return { kind: 'delete', ...write }
  const { status, profile } = parsedObject('change', change)
  if (status !== undefined || kind === wire.Operation.Kind.SET) checkStatus(status)
  if (profile !== undefined) checkProfile(profile)
  if (kind === wire.Operation.Kind.PATCH) return { kind: 'patch', ...write, change: { status, profile } }
  return { kind: 'set', ...write, change: { status, profile }, ifAbsent }
}

const OUTCOMES: Record<OutcomeKind, wire.Outcome.Kind> = {
  found: wire.Outcome.Kind.FOUND,
  created: wire.Outcome.Kind.CREATED,
  updated: wire.Outcome.Kind.UPDATED,
  deleted: wire.Outcome.Kind.DELETED,
  absent: wire.Outcome.Kind.ABSENT,
  conflict: wire.Outcome.Kind.CONFLICT,
  reused: wire.Outcome.Kind.REUSED
}

function packOutcome({ kind, user, version, replayed }: Outcome): wire.Outcome {
  return {
    kind: OUTCOMES[kind],
    user: user === undefined ? '' : JSON.stringify(user),
    version,
    replayed
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

function packView({ slot, epoch, members, leader }: View): wire.View {
  return {
    slot,
    epoch: BigInt(epoch),
    members: members.map(({ peer, store }) => ({ peer: plain(multihashOf(peer)), store: fromHex(store) })),
    leader: plain(multihashOf(leader))
  }
}

function unpackViews(views: readonly wire.View[], slotCount: number): View[] {
  atMost('views', views.length, VIEWS_MAX)
  return views.map(view => unpackView(view, slotCount))
}

function unpackView({ slot, epoch, members, leader }: wire.View, slotCount: number): View {
  atMost('members', members.length, MEMBERS_MAX)
  const view = {
    slot: checkedSlot(slot, slotCount),
    epoch: safeNumber('epoch', epoch),
    // An offered view names no store yet: the receiver's verdict says it.
    members: members.map(({ peer, store }) => ({
      peer: unpackPeer(peer),
      store: store.byteLength === 0 ? '' : toHex('store', store, STORE_ID_BYTES)
    })),
    leader: unpackPeer(leader)
  }
  const peers = new Set(view.members.map(({ peer }) => peer))
  if (peers.size !== members.length || !peers.has(view.leader)) {
    throw new ProtocolViolationError(
      `The view of slot ${slot} repeats a member, or its leader is none of them`
    )
  }
  return view
}

function unpackPeer(multihash: Uint8Array): Peer {
  if (multihash.byteLength === 0 || multihash.byteLength > PEER_BYTES_MAX) {
    throw new ProtocolViolationError(
      `A peer id is 1 to ${PEER_BYTES_MAX} bytes, this one is ${multihash.byteLength}`
    )
  }
  return bytesToString(multihash, 'base58btc')
}

function checkedSlot(slot: number, slotCount: number): Slot {
  try {
    return asSlot(slot, slotCount)
  } catch (cause) {
    throw new ProtocolViolationError((cause as Error).message, { cause })
  }
}

function atMost(what: string, count: number, max: number): void {
  if (count > max)
    throw new ProtocolViolationError(`${count} ${what} in one message, at most ${max} are allowed`)
}

function safeNumber(what: string, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new ProtocolViolationError(`${what} ${value} is too large`)
  return Number(value)
}

function toHex(what: string, bytes: Uint8Array, length: number): string {
  if (bytes.byteLength !== length) {
    throw new ProtocolViolationError(`${what} is ${length} bytes, this one is ${bytes.byteLength}`)
  }
  return bytesToString(bytes, 'base16')
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return plain(fromString(hex, 'base16'))
}

/** The generated codecs ask for bytes that are certainly not shared memory; ours never are. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

function parsedObject(what: string, json: string): Record<string, unknown> {
  atMost(`bytes of ${what}`, json.length, HTTP_BODY_BYTES_MAX)
  const value: unknown = decoded(what, () => JSON.parse(json))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolViolationError(`${what} is not a JSON object`)
  }
  return value as Record<string, unknown>
}

function decoded<T>(what: string, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    throw new ProtocolViolationError(`A ${what} that cannot be decoded: ${(cause as Error).message}`, {
      cause
    })
  }
}
