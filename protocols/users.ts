// @ts-nocheck: generated from users.proto by `npm run generate`
/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, enumeration, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface UsersRequest {
  operation?: Operation
  whereIs?: WhereIs
  advertise?: Advertise
  install?: Install
  tally?: Tally
}

export namespace UsersRequest {
  let _codec: Codec<UsersRequest>

  export const codec = (): Codec<UsersRequest> => {
    if (_codec == null) {
      _codec = message<UsersRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.tally != null) {
          obj.install = undefined
          obj.advertise = undefined
          obj.whereIs = undefined
          obj.operation = undefined
        }

        if (obj.install != null) {
          obj.tally = undefined
          obj.advertise = undefined
          obj.whereIs = undefined
          obj.operation = undefined
        }

        if (obj.advertise != null) {
          obj.tally = undefined
          obj.install = undefined
          obj.whereIs = undefined
          obj.operation = undefined
        }

        if (obj.whereIs != null) {
          obj.tally = undefined
          obj.install = undefined
          obj.advertise = undefined
          obj.operation = undefined
        }

        if (obj.operation != null) {
          obj.tally = undefined
          obj.install = undefined
          obj.advertise = undefined
          obj.whereIs = undefined
        }

        if (obj.operation != null) {
          w.uint32(10)
          Operation.codec().encode(obj.operation, w)
        }

        if (obj.whereIs != null) {
          w.uint32(18)
          WhereIs.codec().encode(obj.whereIs, w)
        }

        if (obj.advertise != null) {
          w.uint32(26)
          Advertise.codec().encode(obj.advertise, w)
        }

        if (obj.install != null) {
          w.uint32(34)
          Install.codec().encode(obj.install, w)
        }

        if (obj.tally != null) {
          w.uint32(42)
          Tally.codec().encode(obj.tally, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.operation = Operation.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.operation
              })
              break
            }
            case 2: {
              obj.whereIs = WhereIs.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.whereIs
              })
              break
            }
            case 3: {
              obj.advertise = Advertise.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.advertise
              })
              break
            }
            case 4: {
              obj.install = Install.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.install
              })
              break
            }
            case 5: {
              obj.tally = Tally.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.tally
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.tally != null) {
          delete obj.install
          delete obj.advertise
          delete obj.whereIs
          delete obj.operation
        }

        if (obj.install != null) {
          delete obj.tally
          delete obj.advertise
          delete obj.whereIs
          delete obj.operation
        }

        if (obj.advertise != null) {
          delete obj.tally
          delete obj.install
          delete obj.whereIs
          delete obj.operation
        }

        if (obj.whereIs != null) {
          delete obj.tally
          delete obj.install
          delete obj.advertise
          delete obj.operation
        }

        if (obj.operation != null) {
          delete obj.tally
          delete obj.install
          delete obj.advertise
          delete obj.whereIs
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Operation.codec().stream(reader, reader.uint32(), `${prefix}.operation`, {
                limits: opts.limits?.operation
              })

              break
            }
            case 2: {
              yield * WhereIs.codec().stream(reader, reader.uint32(), `${prefix}.whereIs`, {
                limits: opts.limits?.whereIs
              })

              break
            }
            case 3: {
              yield * Advertise.codec().stream(reader, reader.uint32(), `${prefix}.advertise`, {
                limits: opts.limits?.advertise
              })

              break
            }
            case 4: {
              yield * Install.codec().stream(reader, reader.uint32(), `${prefix}.install`, {
                limits: opts.limits?.install
              })

              break
            }
            case 5: {
              yield * Tally.codec().stream(reader, reader.uint32(), `${prefix}.tally`, {
                limits: opts.limits?.tally
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface UsersRequestOperationKindFieldEvent {
    field: '$.operation.kind'
    value: Operation.Kind
  }

  export interface UsersRequestOperationIdFieldEvent {
    field: '$.operation.id'
    value: string
  }

  export interface UsersRequestOperationChangeFieldEvent {
    field: '$.operation.change'
    value: string
  }

  export interface UsersRequestOperationIfAbsentFieldEvent {
    field: '$.operation.ifAbsent'
    value: boolean
  }

  export interface UsersRequestOperationIfVersionFieldEvent {
    field: '$.operation.ifVersion'
    value: string
  }

  export interface UsersRequestOperationOperationIdFieldEvent {
    field: '$.operation.operationId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UsersRequestWhereIsSlotsFieldEvent {
    field: '$.whereIs.slots[]'
    index: number
    value: number
  }

  export interface UsersRequestAdvertiseViewsSlotFieldEvent {
    field: '$.advertise.views[].slot'
    value: number
    index: number
  }

  export interface UsersRequestAdvertiseViewsEpochFieldEvent {
    field: '$.advertise.views[].epoch'
    value: bigint
    index: number
  }

  export interface UsersRequestAdvertiseViewsMembersPeerFieldEvent {
    field: '$.advertise.views[].members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersRequestAdvertiseViewsMembersStoreFieldEvent {
    field: '$.advertise.views[].members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersRequestAdvertiseViewsLeaderFieldEvent {
    field: '$.advertise.views[].leader'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersRequestInstallViewSlotFieldEvent {
    field: '$.install.view.slot'
    value: number
  }

  export interface UsersRequestInstallViewEpochFieldEvent {
    field: '$.install.view.epoch'
    value: bigint
  }

  export interface UsersRequestInstallViewMembersPeerFieldEvent {
    field: '$.install.view.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersRequestInstallViewMembersStoreFieldEvent {
    field: '$.install.view.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersRequestInstallViewLeaderFieldEvent {
    field: '$.install.view.leader'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UsersRequestInstallDigestFieldEvent {
    field: '$.install.digest'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<UsersRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, UsersRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsersRequest>): UsersRequest {
    return decodeMessage(buf, UsersRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsersRequest>): Generator<UsersRequestOperationKindFieldEvent | UsersRequestOperationIdFieldEvent | UsersRequestOperationChangeFieldEvent | UsersRequestOperationIfAbsentFieldEvent | UsersRequestOperationIfVersionFieldEvent | UsersRequestOperationOperationIdFieldEvent | UsersRequestWhereIsSlotsFieldEvent | UsersRequestAdvertiseViewsSlotFieldEvent | UsersRequestAdvertiseViewsEpochFieldEvent | UsersRequestAdvertiseViewsMembersPeerFieldEvent | UsersRequestAdvertiseViewsMembersStoreFieldEvent | UsersRequestAdvertiseViewsLeaderFieldEvent | UsersRequestInstallViewSlotFieldEvent | UsersRequestInstallViewEpochFieldEvent | UsersRequestInstallViewMembersPeerFieldEvent | UsersRequestInstallViewMembersStoreFieldEvent | UsersRequestInstallViewLeaderFieldEvent | UsersRequestInstallDigestFieldEvent> {
    return streamMessage(buf, UsersRequest.codec(), opts)
  }
}

export interface UsersReply {
  outcome?: Outcome
  views?: Views
  done?: Done
  tally?: TallyReply
}

export namespace UsersReply {
  let _codec: Codec<UsersReply>

  export const codec = (): Codec<UsersReply> => {
    if (_codec == null) {
      _codec = message<UsersReply>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.tally != null) {
          obj.done = undefined
          obj.views = undefined
          obj.outcome = undefined
        }

        if (obj.done != null) {
          obj.tally = undefined
          obj.views = undefined
          obj.outcome = undefined
        }

        if (obj.views != null) {
          obj.tally = undefined
          obj.done = undefined
          obj.outcome = undefined
        }

        if (obj.outcome != null) {
          obj.tally = undefined
          obj.done = undefined
          obj.views = undefined
        }

        if (obj.outcome != null) {
          w.uint32(10)
          Outcome.codec().encode(obj.outcome, w)
        }

        if (obj.views != null) {
          w.uint32(18)
          Views.codec().encode(obj.views, w)
        }

        if (obj.done != null) {
          w.uint32(26)
          Done.codec().encode(obj.done, w)
        }

        if (obj.tally != null) {
          w.uint32(42)
          TallyReply.codec().encode(obj.tally, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.outcome = Outcome.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.outcome
              })
              break
            }
            case 2: {
              obj.views = Views.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.views
              })
              break
            }
            case 3: {
              obj.done = Done.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.done
              })
              break
            }
            case 5: {
              obj.tally = TallyReply.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.tally
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.tally != null) {
          delete obj.done
          delete obj.views
          delete obj.outcome
        }

        if (obj.done != null) {
          delete obj.tally
          delete obj.views
          delete obj.outcome
        }

        if (obj.views != null) {
          delete obj.tally
          delete obj.done
          delete obj.outcome
        }

        if (obj.outcome != null) {
          delete obj.tally
          delete obj.done
          delete obj.views
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Outcome.codec().stream(reader, reader.uint32(), `${prefix}.outcome`, {
                limits: opts.limits?.outcome
              })

              break
            }
            case 2: {
              yield * Views.codec().stream(reader, reader.uint32(), `${prefix}.views`, {
                limits: opts.limits?.views
              })

              break
            }
            case 3: {
              yield * Done.codec().stream(reader, reader.uint32(), `${prefix}.done`, {
                limits: opts.limits?.done
              })

              break
            }
            case 5: {
              yield * TallyReply.codec().stream(reader, reader.uint32(), `${prefix}.tally`, {
                limits: opts.limits?.tally
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface UsersReplyOutcomeKindFieldEvent {
    field: '$.outcome.kind'
    value: Outcome.Kind
  }

  export interface UsersReplyOutcomeUserFieldEvent {
    field: '$.outcome.user'
    value: string
  }

  export interface UsersReplyOutcomeVersionFieldEvent {
    field: '$.outcome.version'
    value: string
  }

  export interface UsersReplyOutcomeReplayedFieldEvent {
    field: '$.outcome.replayed'
    value: boolean
  }

  export interface UsersReplyViewsViewsSlotFieldEvent {
    field: '$.views.views[].slot'
    value: number
    index: number
  }

  export interface UsersReplyViewsViewsEpochFieldEvent {
    field: '$.views.views[].epoch'
    value: bigint
    index: number
  }

  export interface UsersReplyViewsViewsMembersPeerFieldEvent {
    field: '$.views.views[].members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersReplyViewsViewsMembersStoreFieldEvent {
    field: '$.views.views[].members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersReplyViewsViewsLeaderFieldEvent {
    field: '$.views.views[].leader'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersReplyTallySlotsSlotFieldEvent {
    field: '$.tally.slots[].slot'
    value: number
    index: number
  }

  export interface UsersReplyTallySlotsEpochFieldEvent {
    field: '$.tally.slots[].epoch'
    value: bigint
    index: number
  }

  export interface UsersReplyTallySlotsUsersFieldEvent {
    field: '$.tally.slots[].users'
    value: bigint
    index: number
  }

  export interface UsersReplyTallyLeavingFieldEvent {
    field: '$.tally.leaving'
    value: boolean
  }

  export function encode (obj: Partial<UsersReply>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, UsersReply.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsersReply>): UsersReply {
    return decodeMessage(buf, UsersReply.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsersReply>): Generator<UsersReplyOutcomeKindFieldEvent | UsersReplyOutcomeUserFieldEvent | UsersReplyOutcomeVersionFieldEvent | UsersReplyOutcomeReplayedFieldEvent | UsersReplyViewsViewsSlotFieldEvent | UsersReplyViewsViewsEpochFieldEvent | UsersReplyViewsViewsMembersPeerFieldEvent | UsersReplyViewsViewsMembersStoreFieldEvent | UsersReplyViewsViewsLeaderFieldEvent | UsersReplyTallySlotsSlotFieldEvent | UsersReplyTallySlotsEpochFieldEvent | UsersReplyTallySlotsUsersFieldEvent | UsersReplyTallyLeavingFieldEvent> {
    return streamMessage(buf, UsersReply.codec(), opts)
  }
}

export interface View {
  slot: number
  epoch: bigint
  members: Member[]
  leader: Uint8Array<ArrayBuffer>
}

export namespace View {
  let _codec: Codec<View>

  export const codec = (): Codec<View> => {
    if (_codec == null) {
      _codec = message<View>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.slot != null && obj.slot !== 0)) {
          w.uint32(8)
          w.uint32(obj.slot)
        }

        if ((obj.epoch != null && obj.epoch !== 0n)) {
          w.uint32(16)
          w.uint64(obj.epoch)
        }

        if (obj.members != null && obj.members.length > 0) {
          for (const value of obj.members) {
            w.uint32(26)
            Member.codec().encode(value, w)
          }
        }

        if ((obj.leader != null && obj.leader.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.leader)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slot: 0,
          epoch: 0n,
          members: [],
          leader: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.slot = reader.uint32()
              break
            }
            case 2: {
              obj.epoch = reader.uint64()
              break
            }
            case 3: {
              if (opts.limits?.members != null && obj.members.length === opts.limits.members) {
                throw new MaxLengthError('Decode error - repeated field "members" had too many elements')
              }

              obj.members.push(Member.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.members$
              }))
              break
            }
            case 4: {
              obj.leader = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          members: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.slot`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint64()
              }
              break
            }
            case 3: {
              if (opts.limits?.members != null && obj.members === opts.limits.members) {
                throw new MaxLengthError('Streaming decode error - repeated field "members" had too many elements')
              }

              for (const evt of Member.codec().stream(reader, reader.uint32(), `${prefix}.members[]`, {
                limits: opts.limits?.members$
              })) {
                yield {
                  ...evt,
                  index: obj.members
                }
              }

              obj.members++

              break
            }
            case 4: {
              yield {
                field: `${prefix}.leader`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ViewSlotFieldEvent {
    field: '$.slot'
    value: number
  }

  export interface ViewEpochFieldEvent {
    field: '$.epoch'
    value: bigint
  }

  export interface ViewMembersPeerFieldEvent {
    field: '$.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ViewMembersStoreFieldEvent {
    field: '$.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ViewLeaderFieldEvent {
    field: '$.leader'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<View>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, View.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<View>): View {
    return decodeMessage(buf, View.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<View>): Generator<ViewSlotFieldEvent | ViewEpochFieldEvent | ViewMembersPeerFieldEvent | ViewMembersStoreFieldEvent | ViewLeaderFieldEvent> {
    return streamMessage(buf, View.codec(), opts)
  }
}

export interface Member {
  peer: Uint8Array<ArrayBuffer>
  store: Uint8Array<ArrayBuffer>
}

export namespace Member {
  let _codec: Codec<Member>

  export const codec = (): Codec<Member> => {
    if (_codec == null) {
      _codec = message<Member>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.peer != null && obj.peer.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.peer)
        }

        if ((obj.store != null && obj.store.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.store)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          peer: uint8ArrayAlloc(0),
          store: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.peer = reader.bytes()
              break
            }
            case 2: {
              obj.store = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.peer`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.store`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MemberPeerFieldEvent {
    field: '$.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MemberStoreFieldEvent {
    field: '$.store'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Member>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Member.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Member>): Member {
    return decodeMessage(buf, Member.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Member>): Generator<MemberPeerFieldEvent | MemberStoreFieldEvent> {
    return streamMessage(buf, Member.codec(), opts)
  }
}

export interface Operation {
  kind: Operation.Kind
  id: string
  change: string
  ifAbsent: boolean
  ifVersion: string
  operationId: Uint8Array<ArrayBuffer>
}

export namespace Operation {
  export enum Kind {
    GET = 'GET',
    SET = 'SET',
    PATCH = 'PATCH',
    DELETE = 'DELETE'
  }

  enum __KindValues {
    GET = 0,
    SET = 1,
    PATCH = 2,
    DELETE = 3
  }

  export namespace Kind {
    export const codec = (): Codec<Kind> => {
      return enumeration<Kind>(__KindValues)
    }
  }

  let _codec: Codec<Operation>

  export const codec = (): Codec<Operation> => {
    if (_codec == null) {
      _codec = message<Operation>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.kind != null && __KindValues[obj.kind] !== 0) {
          w.uint32(8)
          Operation.Kind.codec().encode(obj.kind, w)
        }

        if ((obj.id != null && obj.id !== '')) {
          w.uint32(18)
          w.string(obj.id)
        }

        if ((obj.change != null && obj.change !== '')) {
          w.uint32(26)
          w.string(obj.change)
        }

        if ((obj.ifAbsent != null && obj.ifAbsent !== false)) {
          w.uint32(32)
          w.bool(obj.ifAbsent)
        }

        if ((obj.ifVersion != null && obj.ifVersion !== '')) {
          w.uint32(42)
          w.string(obj.ifVersion)
        }

        if ((obj.operationId != null && obj.operationId.byteLength > 0)) {
          w.uint32(50)
          w.bytes(obj.operationId)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          kind: Kind.GET,
          id: '',
          change: '',
          ifAbsent: false,
          ifVersion: '',
          operationId: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.kind = Operation.Kind.codec().decode(reader)
              break
            }
            case 2: {
              obj.id = reader.string()
              break
            }
            case 3: {
              obj.change = reader.string()
              break
            }
            case 4: {
              obj.ifAbsent = reader.bool()
              break
            }
            case 5: {
              obj.ifVersion = reader.string()
              break
            }
            case 6: {
              obj.operationId = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.kind`,
                value: Operation.Kind.codec().decode(reader)
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.id`,
                value: reader.string()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.change`,
                value: reader.string()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.ifAbsent`,
                value: reader.bool()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.ifVersion`,
                value: reader.string()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.operationId`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OperationKindFieldEvent {
    field: '$.kind'
    value: Operation.Kind
  }

  export interface OperationIdFieldEvent {
    field: '$.id'
    value: string
  }

  export interface OperationChangeFieldEvent {
    field: '$.change'
    value: string
  }

  export interface OperationIfAbsentFieldEvent {
    field: '$.ifAbsent'
    value: boolean
  }

  export interface OperationIfVersionFieldEvent {
    field: '$.ifVersion'
    value: string
  }

  export interface OperationOperationIdFieldEvent {
    field: '$.operationId'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Operation>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Operation.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Operation>): Operation {
    return decodeMessage(buf, Operation.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Operation>): Generator<OperationKindFieldEvent | OperationIdFieldEvent | OperationChangeFieldEvent | OperationIfAbsentFieldEvent | OperationIfVersionFieldEvent | OperationOperationIdFieldEvent> {
    return streamMessage(buf, Operation.codec(), opts)
  }
}

export interface Outcome {
  kind: Outcome.Kind
  user: string
  version: string
  replayed: boolean
}

export namespace Outcome {
  export enum Kind {
    FOUND = 'FOUND',
    CREATED = 'CREATED',
    UPDATED = 'UPDATED',
    DELETED = 'DELETED',
    ABSENT = 'ABSENT',
    CONFLICT = 'CONFLICT',
    REUSED = 'REUSED'
  }

  enum __KindValues {
    FOUND = 0,
    CREATED = 1,
    UPDATED = 2,
    DELETED = 3,
    ABSENT = 4,
    CONFLICT = 5,
    REUSED = 6
  }

  export namespace Kind {
    export const codec = (): Codec<Kind> => {
      return enumeration<Kind>(__KindValues)
    }
  }

  let _codec: Codec<Outcome>

  export const codec = (): Codec<Outcome> => {
    if (_codec == null) {
      _codec = message<Outcome>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.kind != null && __KindValues[obj.kind] !== 0) {
          w.uint32(8)
          Outcome.Kind.codec().encode(obj.kind, w)
        }

        if ((obj.user != null && obj.user !== '')) {
          w.uint32(18)
          w.string(obj.user)
        }

        if ((obj.version != null && obj.version !== '')) {
          w.uint32(26)
          w.string(obj.version)
        }

        if ((obj.replayed != null && obj.replayed !== false)) {
          w.uint32(32)
          w.bool(obj.replayed)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          kind: Kind.FOUND,
          user: '',
          version: '',
          replayed: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.kind = Outcome.Kind.codec().decode(reader)
              break
            }
            case 2: {
              obj.user = reader.string()
              break
            }
            case 3: {
              obj.version = reader.string()
              break
            }
            case 4: {
              obj.replayed = reader.bool()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.kind`,
                value: Outcome.Kind.codec().decode(reader)
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.user`,
                value: reader.string()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.version`,
                value: reader.string()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.replayed`,
                value: reader.bool()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OutcomeKindFieldEvent {
    field: '$.kind'
    value: Outcome.Kind
  }

  export interface OutcomeUserFieldEvent {
    field: '$.user'
    value: string
  }

  export interface OutcomeVersionFieldEvent {
    field: '$.version'
    value: string
  }

  export interface OutcomeReplayedFieldEvent {
    field: '$.replayed'
    value: boolean
  }

  export function encode (obj: Partial<Outcome>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Outcome.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Outcome>): Outcome {
    return decodeMessage(buf, Outcome.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Outcome>): Generator<OutcomeKindFieldEvent | OutcomeUserFieldEvent | OutcomeVersionFieldEvent | OutcomeReplayedFieldEvent> {
    return streamMessage(buf, Outcome.codec(), opts)
  }
}

export interface WhereIs {
  slots: number[]
}

export namespace WhereIs {
  let _codec: Codec<WhereIs>

  export const codec = (): Codec<WhereIs> => {
    if (_codec == null) {
      _codec = message<WhereIs>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.slots != null && obj.slots.length > 0) {
          for (const value of obj.slots) {
            w.uint32(8)
            w.uint32(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slots: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.slots != null && obj.slots.length === opts.limits.slots) {
                throw new MaxLengthError('Decode error - repeated field "slots" had too many elements')
              }

              obj.slots.push(reader.uint32())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          slots: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.slots != null && obj.slots === opts.limits.slots) {
                throw new MaxLengthError('Streaming decode error - repeated field "slots" had too many elements')
              }

              yield {
                field: `${prefix}.slots[]`,
                index: obj.slots,
                value: reader.uint32()
              }

              obj.slots++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface WhereIsSlotsFieldEvent {
    field: '$.slots[]'
    index: number
    value: number
  }

  export function encode (obj: Partial<WhereIs>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, WhereIs.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<WhereIs>): WhereIs {
    return decodeMessage(buf, WhereIs.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<WhereIs>): Generator<WhereIsSlotsFieldEvent> {
    return streamMessage(buf, WhereIs.codec(), opts)
  }
}

export interface Views {
  views: View[]
}

export namespace Views {
  let _codec: Codec<Views>

  export const codec = (): Codec<Views> => {
    if (_codec == null) {
      _codec = message<Views>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.views != null && obj.views.length > 0) {
          for (const value of obj.views) {
            w.uint32(10)
            View.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          views: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.views != null && obj.views.length === opts.limits.views) {
                throw new MaxLengthError('Decode error - repeated field "views" had too many elements')
              }

              obj.views.push(View.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.views$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          views: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.views != null && obj.views === opts.limits.views) {
                throw new MaxLengthError('Streaming decode error - repeated field "views" had too many elements')
              }

              for (const evt of View.codec().stream(reader, reader.uint32(), `${prefix}.views[]`, {
                limits: opts.limits?.views$
              })) {
                yield {
                  ...evt,
                  index: obj.views
                }
              }

              obj.views++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ViewsViewsSlotFieldEvent {
    field: '$.views[].slot'
    value: number
    index: number
  }

  export interface ViewsViewsEpochFieldEvent {
    field: '$.views[].epoch'
    value: bigint
    index: number
  }

  export interface ViewsViewsMembersPeerFieldEvent {
    field: '$.views[].members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ViewsViewsMembersStoreFieldEvent {
    field: '$.views[].members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ViewsViewsLeaderFieldEvent {
    field: '$.views[].leader'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<Views>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Views.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Views>): Views {
    return decodeMessage(buf, Views.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Views>): Generator<ViewsViewsSlotFieldEvent | ViewsViewsEpochFieldEvent | ViewsViewsMembersPeerFieldEvent | ViewsViewsMembersStoreFieldEvent | ViewsViewsLeaderFieldEvent> {
    return streamMessage(buf, Views.codec(), opts)
  }
}

export interface Advertise {
  views: View[]
}

export namespace Advertise {
  let _codec: Codec<Advertise>

  export const codec = (): Codec<Advertise> => {
    if (_codec == null) {
      _codec = message<Advertise>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.views != null && obj.views.length > 0) {
          for (const value of obj.views) {
            w.uint32(10)
            View.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          views: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.views != null && obj.views.length === opts.limits.views) {
                throw new MaxLengthError('Decode error - repeated field "views" had too many elements')
              }

              obj.views.push(View.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.views$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          views: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.views != null && obj.views === opts.limits.views) {
                throw new MaxLengthError('Streaming decode error - repeated field "views" had too many elements')
              }

              for (const evt of View.codec().stream(reader, reader.uint32(), `${prefix}.views[]`, {
                limits: opts.limits?.views$
              })) {
                yield {
                  ...evt,
                  index: obj.views
                }
              }

              obj.views++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AdvertiseViewsSlotFieldEvent {
    field: '$.views[].slot'
    value: number
    index: number
  }

  export interface AdvertiseViewsEpochFieldEvent {
    field: '$.views[].epoch'
    value: bigint
    index: number
  }

  export interface AdvertiseViewsMembersPeerFieldEvent {
    field: '$.views[].members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AdvertiseViewsMembersStoreFieldEvent {
    field: '$.views[].members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AdvertiseViewsLeaderFieldEvent {
    field: '$.views[].leader'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<Advertise>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Advertise.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Advertise>): Advertise {
    return decodeMessage(buf, Advertise.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Advertise>): Generator<AdvertiseViewsSlotFieldEvent | AdvertiseViewsEpochFieldEvent | AdvertiseViewsMembersPeerFieldEvent | AdvertiseViewsMembersStoreFieldEvent | AdvertiseViewsLeaderFieldEvent> {
    return streamMessage(buf, Advertise.codec(), opts)
  }
}

export interface Install {
  view?: View
  digest: Uint8Array<ArrayBuffer>
}

export namespace Install {
  let _codec: Codec<Install>

  export const codec = (): Codec<Install> => {
    if (_codec == null) {
      _codec = message<Install>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.view != null) {
          w.uint32(10)
          View.codec().encode(obj.view, w)
        }

        if ((obj.digest != null && obj.digest.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.digest)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          digest: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.view = View.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.view
              })
              break
            }
            case 2: {
              obj.digest = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * View.codec().stream(reader, reader.uint32(), `${prefix}.view`, {
                limits: opts.limits?.view
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.digest`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface InstallViewSlotFieldEvent {
    field: '$.view.slot'
    value: number
  }

  export interface InstallViewEpochFieldEvent {
    field: '$.view.epoch'
    value: bigint
  }

  export interface InstallViewMembersPeerFieldEvent {
    field: '$.view.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface InstallViewMembersStoreFieldEvent {
    field: '$.view.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface InstallViewLeaderFieldEvent {
    field: '$.view.leader'
    value: Uint8Array<ArrayBuffer>
  }

  export interface InstallDigestFieldEvent {
    field: '$.digest'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Install>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Install.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Install>): Install {
    return decodeMessage(buf, Install.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Install>): Generator<InstallViewSlotFieldEvent | InstallViewEpochFieldEvent | InstallViewMembersPeerFieldEvent | InstallViewMembersStoreFieldEvent | InstallViewLeaderFieldEvent | InstallDigestFieldEvent> {
    return streamMessage(buf, Install.codec(), opts)
  }
}

export interface Done {}

export namespace Done {
  let _codec: Codec<Done>

  export const codec = (): Codec<Done> => {
    if (_codec == null) {
      _codec = message<Done>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export function encode (obj: Partial<Done>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Done.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Done>): Done {
    return decodeMessage(buf, Done.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Done>): Generator<{}> {
    return streamMessage(buf, Done.codec(), opts)
  }
}

export interface Tally {}

export namespace Tally {
  let _codec: Codec<Tally>

  export const codec = (): Codec<Tally> => {
    if (_codec == null) {
      _codec = message<Tally>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export function encode (obj: Partial<Tally>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Tally.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Tally>): Tally {
    return decodeMessage(buf, Tally.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Tally>): Generator<{}> {
    return streamMessage(buf, Tally.codec(), opts)
  }
}

export interface TallyReply {
  slots: SlotTally[]
  leaving: boolean
}

export namespace TallyReply {
  let _codec: Codec<TallyReply>

  export const codec = (): Codec<TallyReply> => {
    if (_codec == null) {
      _codec = message<TallyReply>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.slots != null && obj.slots.length > 0) {
          for (const value of obj.slots) {
            w.uint32(10)
            SlotTally.codec().encode(value, w)
          }
        }

        if ((obj.leaving != null && obj.leaving !== false)) {
          w.uint32(16)
          w.bool(obj.leaving)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slots: [],
          leaving: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.slots != null && obj.slots.length === opts.limits.slots) {
                throw new MaxLengthError('Decode error - repeated field "slots" had too many elements')
              }

              obj.slots.push(SlotTally.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.slots$
              }))
              break
            }
            case 2: {
              obj.leaving = reader.bool()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          slots: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.slots != null && obj.slots === opts.limits.slots) {
                throw new MaxLengthError('Streaming decode error - repeated field "slots" had too many elements')
              }

              for (const evt of SlotTally.codec().stream(reader, reader.uint32(), `${prefix}.slots[]`, {
                limits: opts.limits?.slots$
              })) {
                yield {
                  ...evt,
                  index: obj.slots
                }
              }

              obj.slots++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.leaving`,
                value: reader.bool()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface TallyReplySlotsSlotFieldEvent {
    field: '$.slots[].slot'
    value: number
    index: number
  }

  export interface TallyReplySlotsEpochFieldEvent {
    field: '$.slots[].epoch'
    value: bigint
    index: number
  }

  export interface TallyReplySlotsUsersFieldEvent {
    field: '$.slots[].users'
    value: bigint
    index: number
  }

  export interface TallyReplyLeavingFieldEvent {
    field: '$.leaving'
    value: boolean
  }

  export function encode (obj: Partial<TallyReply>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, TallyReply.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TallyReply>): TallyReply {
    return decodeMessage(buf, TallyReply.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TallyReply>): Generator<TallyReplySlotsSlotFieldEvent | TallyReplySlotsEpochFieldEvent | TallyReplySlotsUsersFieldEvent | TallyReplyLeavingFieldEvent> {
    return streamMessage(buf, TallyReply.codec(), opts)
  }
}

export interface SlotTally {
  slot: number
  epoch: bigint
  users: bigint
}

export namespace SlotTally {
  let _codec: Codec<SlotTally>

  export const codec = (): Codec<SlotTally> => {
    if (_codec == null) {
      _codec = message<SlotTally>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.slot != null && obj.slot !== 0)) {
          w.uint32(8)
          w.uint32(obj.slot)
        }

        if ((obj.epoch != null && obj.epoch !== 0n)) {
          w.uint32(16)
          w.uint64(obj.epoch)
        }

        if ((obj.users != null && obj.users !== 0n)) {
          w.uint32(24)
          w.uint64(obj.users)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slot: 0,
          epoch: 0n,
          users: 0n
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.slot = reader.uint32()
              break
            }
            case 2: {
              obj.epoch = reader.uint64()
              break
            }
            case 3: {
              obj.users = reader.uint64()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.slot`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint64()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.users`,
                value: reader.uint64()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface SlotTallySlotFieldEvent {
    field: '$.slot'
    value: number
  }

  export interface SlotTallyEpochFieldEvent {
    field: '$.epoch'
    value: bigint
  }

  export interface SlotTallyUsersFieldEvent {
    field: '$.users'
    value: bigint
  }

  export function encode (obj: Partial<SlotTally>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SlotTally.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SlotTally>): SlotTally {
    return decodeMessage(buf, SlotTally.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SlotTally>): Generator<SlotTallySlotFieldEvent | SlotTallyEpochFieldEvent | SlotTallyUsersFieldEvent> {
    return streamMessage(buf, SlotTally.codec(), opts)
  }
}

export interface TransferRecord {
  offer?: TransferOffer
  row?: TransferRow
  end?: TransferEnd
}

export namespace TransferRecord {
  let _codec: Codec<TransferRecord>

  export const codec = (): Codec<TransferRecord> => {
    if (_codec == null) {
      _codec = message<TransferRecord>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.end != null) {
          obj.row = undefined
          obj.offer = undefined
        }

        if (obj.row != null) {
          obj.end = undefined
          obj.offer = undefined
        }

        if (obj.offer != null) {
          obj.end = undefined
          obj.row = undefined
        }

        if (obj.offer != null) {
          w.uint32(10)
          TransferOffer.codec().encode(obj.offer, w)
        }

        if (obj.row != null) {
          w.uint32(18)
          TransferRow.codec().encode(obj.row, w)
        }

        if (obj.end != null) {
          w.uint32(26)
          TransferEnd.codec().encode(obj.end, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.offer = TransferOffer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.offer
              })
              break
            }
            case 2: {
              obj.row = TransferRow.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.row
              })
              break
            }
            case 3: {
              obj.end = TransferEnd.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.end
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.end != null) {
          delete obj.row
          delete obj.offer
        }

        if (obj.row != null) {
          delete obj.end
          delete obj.offer
        }

        if (obj.offer != null) {
          delete obj.end
          delete obj.row
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * TransferOffer.codec().stream(reader, reader.uint32(), `${prefix}.offer`, {
                limits: opts.limits?.offer
              })

              break
            }
            case 2: {
              yield * TransferRow.codec().stream(reader, reader.uint32(), `${prefix}.row`, {
                limits: opts.limits?.row
              })

              break
            }
            case 3: {
              yield * TransferEnd.codec().stream(reader, reader.uint32(), `${prefix}.end`, {
                limits: opts.limits?.end
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface TransferRecordOfferViewSlotFieldEvent {
    field: '$.offer.view.slot'
    value: number
  }

  export interface TransferRecordOfferViewEpochFieldEvent {
    field: '$.offer.view.epoch'
    value: bigint
  }

  export interface TransferRecordOfferViewMembersPeerFieldEvent {
    field: '$.offer.view.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface TransferRecordOfferViewMembersStoreFieldEvent {
    field: '$.offer.view.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface TransferRecordOfferViewLeaderFieldEvent {
    field: '$.offer.view.leader'
    value: Uint8Array<ArrayBuffer>
  }

  export interface TransferRecordRowKeyFieldEvent {
    field: '$.row.key'
    value: Uint8Array<ArrayBuffer>
  }

  export interface TransferRecordRowValueFieldEvent {
    field: '$.row.value'
    value: Uint8Array<ArrayBuffer>
  }

  export interface TransferRecordEndCountFieldEvent {
    field: '$.end.count'
    value: bigint
  }

  export interface TransferRecordEndDigestFieldEvent {
    field: '$.end.digest'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<TransferRecord>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, TransferRecord.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferRecord>): TransferRecord {
    return decodeMessage(buf, TransferRecord.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferRecord>): Generator<TransferRecordOfferViewSlotFieldEvent | TransferRecordOfferViewEpochFieldEvent | TransferRecordOfferViewMembersPeerFieldEvent | TransferRecordOfferViewMembersStoreFieldEvent | TransferRecordOfferViewLeaderFieldEvent | TransferRecordRowKeyFieldEvent | TransferRecordRowValueFieldEvent | TransferRecordEndCountFieldEvent | TransferRecordEndDigestFieldEvent> {
    return streamMessage(buf, TransferRecord.codec(), opts)
  }
}

export interface TransferOffer {
  view?: View
}

export namespace TransferOffer {
  let _codec: Codec<TransferOffer>

  export const codec = (): Codec<TransferOffer> => {
    if (_codec == null) {
      _codec = message<TransferOffer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.view != null) {
          w.uint32(10)
          View.codec().encode(obj.view, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.view = View.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.view
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * View.codec().stream(reader, reader.uint32(), `${prefix}.view`, {
                limits: opts.limits?.view
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface TransferOfferViewSlotFieldEvent {
    field: '$.view.slot'
    value: number
  }

  export interface TransferOfferViewEpochFieldEvent {
    field: '$.view.epoch'
    value: bigint
  }

  export interface TransferOfferViewMembersPeerFieldEvent {
    field: '$.view.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface TransferOfferViewMembersStoreFieldEvent {
    field: '$.view.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface TransferOfferViewLeaderFieldEvent {
    field: '$.view.leader'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<TransferOffer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, TransferOffer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferOffer>): TransferOffer {
    return decodeMessage(buf, TransferOffer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferOffer>): Generator<TransferOfferViewSlotFieldEvent | TransferOfferViewEpochFieldEvent | TransferOfferViewMembersPeerFieldEvent | TransferOfferViewMembersStoreFieldEvent | TransferOfferViewLeaderFieldEvent> {
    return streamMessage(buf, TransferOffer.codec(), opts)
  }
}

export interface TransferRow {
  key: Uint8Array<ArrayBuffer>
  value: Uint8Array<ArrayBuffer>
}

export namespace TransferRow {
  let _codec: Codec<TransferRow>

  export const codec = (): Codec<TransferRow> => {
    if (_codec == null) {
      _codec = message<TransferRow>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.key != null && obj.key.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.key)
        }

        if ((obj.value != null && obj.value.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.value)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          key: uint8ArrayAlloc(0),
          value: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.key = reader.bytes()
              break
            }
            case 2: {
              obj.value = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.key`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.value`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface TransferRowKeyFieldEvent {
    field: '$.key'
    value: Uint8Array<ArrayBuffer>
  }

  export interface TransferRowValueFieldEvent {
    field: '$.value'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<TransferRow>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, TransferRow.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferRow>): TransferRow {
    return decodeMessage(buf, TransferRow.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferRow>): Generator<TransferRowKeyFieldEvent | TransferRowValueFieldEvent> {
    return streamMessage(buf, TransferRow.codec(), opts)
  }
}

export interface TransferEnd {
  count: bigint
  digest: Uint8Array<ArrayBuffer>
}

export namespace TransferEnd {
  let _codec: Codec<TransferEnd>

  export const codec = (): Codec<TransferEnd> => {
    if (_codec == null) {
      _codec = message<TransferEnd>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.count != null && obj.count !== 0n)) {
          w.uint32(8)
          w.uint64(obj.count)
        }

        if ((obj.digest != null && obj.digest.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.digest)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          count: 0n,
          digest: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.count = reader.uint64()
              break
            }
            case 2: {
              obj.digest = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.count`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.digest`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface TransferEndCountFieldEvent {
    field: '$.count'
    value: bigint
  }

  export interface TransferEndDigestFieldEvent {
    field: '$.digest'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<TransferEnd>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, TransferEnd.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferEnd>): TransferEnd {
    return decodeMessage(buf, TransferEnd.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferEnd>): Generator<TransferEndCountFieldEvent | TransferEndDigestFieldEvent> {
    return streamMessage(buf, TransferEnd.codec(), opts)
  }
}

export interface TransferVerdict {
  refusal: string
  detail: string
  store: Uint8Array<ArrayBuffer>
}

export namespace TransferVerdict {
  let _codec: Codec<TransferVerdict>

  export const codec = (): Codec<TransferVerdict> => {
    if (_codec == null) {
      _codec = message<TransferVerdict>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.refusal != null && obj.refusal !== '')) {
          w.uint32(10)
          w.string(obj.refusal)
        }

        if ((obj.detail != null && obj.detail !== '')) {
          w.uint32(18)
          w.string(obj.detail)
        }

        if ((obj.store != null && obj.store.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.store)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          refusal: '',
          detail: '',
          store: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.refusal = reader.string()
              break
            }
            case 2: {
              obj.detail = reader.string()
              break
            }
            case 3: {
              obj.store = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.refusal`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.detail`,
                value: reader.string()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.store`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface TransferVerdictRefusalFieldEvent {
    field: '$.refusal'
    value: string
  }

  export interface TransferVerdictDetailFieldEvent {
    field: '$.detail'
    value: string
  }

  export interface TransferVerdictStoreFieldEvent {
    field: '$.store'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<TransferVerdict>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, TransferVerdict.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferVerdict>): TransferVerdict {
    return decodeMessage(buf, TransferVerdict.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TransferVerdict>): Generator<TransferVerdictRefusalFieldEvent | TransferVerdictDetailFieldEvent | TransferVerdictStoreFieldEvent> {
    return streamMessage(buf, TransferVerdict.codec(), opts)
  }
}
