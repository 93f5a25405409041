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
  tally?: Tally
  leaving?: Leaving
  list?: List
  follow?: Follow
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

        if (obj.follow != null) {
          obj.list = undefined
          obj.leaving = undefined
          obj.tally = undefined
          obj.advertise = undefined
          obj.whereIs = undefined
          obj.operation = undefined
        }

        if (obj.list != null) {
          obj.follow = undefined
          obj.leaving = undefined
          obj.tally = undefined
          obj.advertise = undefined
          obj.whereIs = undefined
          obj.operation = undefined
        }

        if (obj.leaving != null) {
          obj.follow = undefined
          obj.list = undefined
          obj.tally = undefined
          obj.advertise = undefined
          obj.whereIs = undefined
          obj.operation = undefined
        }

        if (obj.tally != null) {
          obj.follow = undefined
          obj.list = undefined
          obj.leaving = undefined
          obj.advertise = undefined
          obj.whereIs = undefined
          obj.operation = undefined
        }

        if (obj.advertise != null) {
          obj.follow = undefined
          obj.list = undefined
          obj.leaving = undefined
          obj.tally = undefined
          obj.whereIs = undefined
          obj.operation = undefined
        }

        if (obj.whereIs != null) {
          obj.follow = undefined
          obj.list = undefined
          obj.leaving = undefined
          obj.tally = undefined
          obj.advertise = undefined
          obj.operation = undefined
        }

        if (obj.operation != null) {
          obj.follow = undefined
          obj.list = undefined
          obj.leaving = undefined
          obj.tally = undefined
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

        if (obj.tally != null) {
          w.uint32(34)
          Tally.codec().encode(obj.tally, w)
        }

        if (obj.leaving != null) {
          w.uint32(42)
          Leaving.codec().encode(obj.leaving, w)
        }

        if (obj.list != null) {
          w.uint32(50)
          List.codec().encode(obj.list, w)
        }

        if (obj.follow != null) {
          w.uint32(58)
          Follow.codec().encode(obj.follow, w)
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
              obj.tally = Tally.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.tally
              })
              break
            }
            case 5: {
              obj.leaving = Leaving.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.leaving
              })
              break
            }
            case 6: {
              obj.list = List.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.list
              })
              break
            }
            case 7: {
              obj.follow = Follow.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.follow
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.follow != null) {
          delete obj.list
          delete obj.leaving
          delete obj.tally
          delete obj.advertise
          delete obj.whereIs
          delete obj.operation
        }

        if (obj.list != null) {
          delete obj.follow
          delete obj.leaving
          delete obj.tally
          delete obj.advertise
          delete obj.whereIs
          delete obj.operation
        }

        if (obj.leaving != null) {
          delete obj.follow
          delete obj.list
          delete obj.tally
          delete obj.advertise
          delete obj.whereIs
          delete obj.operation
        }

        if (obj.tally != null) {
          delete obj.follow
          delete obj.list
          delete obj.leaving
          delete obj.advertise
          delete obj.whereIs
          delete obj.operation
        }

        if (obj.advertise != null) {
          delete obj.follow
          delete obj.list
          delete obj.leaving
          delete obj.tally
          delete obj.whereIs
          delete obj.operation
        }

        if (obj.whereIs != null) {
          delete obj.follow
          delete obj.list
          delete obj.leaving
          delete obj.tally
          delete obj.advertise
          delete obj.operation
        }

        if (obj.operation != null) {
          delete obj.follow
          delete obj.list
          delete obj.leaving
          delete obj.tally
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
              yield * Tally.codec().stream(reader, reader.uint32(), `${prefix}.tally`, {
                limits: opts.limits?.tally
              })

              break
            }
            case 5: {
              yield * Leaving.codec().stream(reader, reader.uint32(), `${prefix}.leaving`, {
                limits: opts.limits?.leaving
              })

              break
            }
            case 6: {
              yield * List.codec().stream(reader, reader.uint32(), `${prefix}.list`, {
                limits: opts.limits?.list
              })

              break
            }
            case 7: {
              yield * Follow.codec().stream(reader, reader.uint32(), `${prefix}.follow`, {
                limits: opts.limits?.follow
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

  export interface UsersRequestOperationAgeMsFieldEvent {
    field: '$.operation.ageMs'
    value: number
  }

  export interface UsersRequestOperationConsistencyFieldEvent {
    field: '$.operation.consistency'
    value: Operation.Consistency
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

  export interface UsersRequestAdvertiseViewsLineageFieldEvent {
    field: '$.advertise.views[].lineage'
    value: number
    index: number
  }

  export interface UsersRequestAdvertiseViewsLineageIdFieldEvent {
    field: '$.advertise.views[].lineageId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersRequestAdvertiseViewsEpochFieldEvent {
    field: '$.advertise.views[].epoch'
    value: number
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
    value: number
    index: number
  }

  export interface UsersRequestAdvertiseViewsBootFieldEvent {
    field: '$.advertise.views[].boot'
    value: number
    index: number
  }

  export interface UsersRequestAdvertiseViewsBaseEpochFieldEvent {
    field: '$.advertise.views[].baseEpoch'
    value: number
    index: number
  }

  export interface UsersRequestAdvertiseViewsBaseSequenceFieldEvent {
    field: '$.advertise.views[].baseSequence'
    value: number
    index: number
  }

  export interface UsersRequestListSlotFieldEvent {
    field: '$.list.slot'
    value: number
  }

  export interface UsersRequestListAfterFieldEvent {
    field: '$.list.after'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UsersRequestListLimitFieldEvent {
    field: '$.list.limit'
    value: number
  }

  export interface UsersRequestListStatusFieldEvent {
    field: '$.list.status'
    value: number
  }

  export interface UsersRequestListPrefixFieldEvent {
    field: '$.list.prefix'
    value: string
  }

  export interface UsersRequestFollowSlotsSlotFieldEvent {
    field: '$.follow.slots[].slot'
    value: number
    index: number
  }

  export interface UsersRequestFollowSlotsEndFieldEvent {
    field: '$.follow.slots[].end'
    value: boolean
    index: number
  }

  export interface UsersRequestFollowSlotsEpochFieldEvent {
    field: '$.follow.slots[].epoch'
    value: number
    index: number
  }

  export interface UsersRequestFollowSlotsSequenceFieldEvent {
    field: '$.follow.slots[].sequence'
    value: number
    index: number
  }

  export interface UsersRequestFollowWaitMsFieldEvent {
    field: '$.follow.waitMs'
    value: number
  }

  export function encode (obj: Partial<UsersRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, UsersRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsersRequest>): UsersRequest {
    return decodeMessage(buf, UsersRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsersRequest>): Generator<UsersRequestOperationKindFieldEvent | UsersRequestOperationIdFieldEvent | UsersRequestOperationChangeFieldEvent | UsersRequestOperationIfAbsentFieldEvent | UsersRequestOperationIfVersionFieldEvent | UsersRequestOperationOperationIdFieldEvent | UsersRequestOperationAgeMsFieldEvent | UsersRequestOperationConsistencyFieldEvent | UsersRequestWhereIsSlotsFieldEvent | UsersRequestAdvertiseViewsSlotFieldEvent | UsersRequestAdvertiseViewsLineageFieldEvent | UsersRequestAdvertiseViewsLineageIdFieldEvent | UsersRequestAdvertiseViewsEpochFieldEvent | UsersRequestAdvertiseViewsMembersPeerFieldEvent | UsersRequestAdvertiseViewsMembersStoreFieldEvent | UsersRequestAdvertiseViewsLeaderFieldEvent | UsersRequestAdvertiseViewsBootFieldEvent | UsersRequestAdvertiseViewsBaseEpochFieldEvent | UsersRequestAdvertiseViewsBaseSequenceFieldEvent | UsersRequestListSlotFieldEvent | UsersRequestListAfterFieldEvent | UsersRequestListLimitFieldEvent | UsersRequestListStatusFieldEvent | UsersRequestListPrefixFieldEvent | UsersRequestFollowSlotsSlotFieldEvent | UsersRequestFollowSlotsEndFieldEvent | UsersRequestFollowSlotsEpochFieldEvent | UsersRequestFollowSlotsSequenceFieldEvent | UsersRequestFollowWaitMsFieldEvent> {
    return streamMessage(buf, UsersRequest.codec(), opts)
  }
}

export interface UsersReply {
  outcome?: Outcome
  views?: Views
  done?: Done
  tally?: TallyReply
  page?: Page
  followed?: Followed
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

        if (obj.followed != null) {
          obj.page = undefined
          obj.tally = undefined
          obj.done = undefined
          obj.views = undefined
          obj.outcome = undefined
        }

        if (obj.page != null) {
          obj.followed = undefined
          obj.tally = undefined
          obj.done = undefined
          obj.views = undefined
          obj.outcome = undefined
        }

        if (obj.tally != null) {
          obj.followed = undefined
          obj.page = undefined
          obj.done = undefined
          obj.views = undefined
          obj.outcome = undefined
        }

        if (obj.done != null) {
          obj.followed = undefined
          obj.page = undefined
          obj.tally = undefined
          obj.views = undefined
          obj.outcome = undefined
        }

        if (obj.views != null) {
          obj.followed = undefined
          obj.page = undefined
          obj.tally = undefined
          obj.done = undefined
          obj.outcome = undefined
        }

        if (obj.outcome != null) {
          obj.followed = undefined
          obj.page = undefined
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
          w.uint32(34)
          TallyReply.codec().encode(obj.tally, w)
        }

        if (obj.page != null) {
          w.uint32(42)
          Page.codec().encode(obj.page, w)
        }

        if (obj.followed != null) {
          w.uint32(50)
          Followed.codec().encode(obj.followed, w)
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
            case 4: {
              obj.tally = TallyReply.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.tally
              })
              break
            }
            case 5: {
              obj.page = Page.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.page
              })
              break
            }
            case 6: {
              obj.followed = Followed.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.followed
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.followed != null) {
          delete obj.page
          delete obj.tally
          delete obj.done
          delete obj.views
          delete obj.outcome
        }

        if (obj.page != null) {
          delete obj.followed
          delete obj.tally
          delete obj.done
          delete obj.views
          delete obj.outcome
        }

        if (obj.tally != null) {
          delete obj.followed
          delete obj.page
          delete obj.done
          delete obj.views
          delete obj.outcome
        }

        if (obj.done != null) {
          delete obj.followed
          delete obj.page
          delete obj.tally
          delete obj.views
          delete obj.outcome
        }

        if (obj.views != null) {
          delete obj.followed
          delete obj.page
          delete obj.tally
          delete obj.done
          delete obj.outcome
        }

        if (obj.outcome != null) {
          delete obj.followed
          delete obj.page
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
            case 4: {
              yield * TallyReply.codec().stream(reader, reader.uint32(), `${prefix}.tally`, {
                limits: opts.limits?.tally
              })

              break
            }
            case 5: {
              yield * Page.codec().stream(reader, reader.uint32(), `${prefix}.page`, {
                limits: opts.limits?.page
              })

              break
            }
            case 6: {
              yield * Followed.codec().stream(reader, reader.uint32(), `${prefix}.followed`, {
                limits: opts.limits?.followed
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

  export interface UsersReplyOutcomeAgeMsFieldEvent {
    field: '$.outcome.ageMs'
    value: number
  }

  export interface UsersReplyViewsViewsSlotFieldEvent {
    field: '$.views.views[].slot'
    value: number
    index: number
  }

  export interface UsersReplyViewsViewsLineageFieldEvent {
    field: '$.views.views[].lineage'
    value: number
    index: number
  }

  export interface UsersReplyViewsViewsLineageIdFieldEvent {
    field: '$.views.views[].lineageId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface UsersReplyViewsViewsEpochFieldEvent {
    field: '$.views.views[].epoch'
    value: number
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
    value: number
    index: number
  }

  export interface UsersReplyViewsViewsBootFieldEvent {
    field: '$.views.views[].boot'
    value: number
    index: number
  }

  export interface UsersReplyViewsViewsBaseEpochFieldEvent {
    field: '$.views.views[].baseEpoch'
    value: number
    index: number
  }

  export interface UsersReplyViewsViewsBaseSequenceFieldEvent {
    field: '$.views.views[].baseSequence'
    value: number
    index: number
  }

  export interface UsersReplyTallySlotsSlotFieldEvent {
    field: '$.tally.slots[].slot'
    value: number
    index: number
  }

  export interface UsersReplyTallySlotsEpochFieldEvent {
    field: '$.tally.slots[].epoch'
    value: number
    index: number
  }

  export interface UsersReplyTallySlotsUsersFieldEvent {
    field: '$.tally.slots[].users'
    value: number
    index: number
  }

  export interface UsersReplyTallySlotsLeadsFieldEvent {
    field: '$.tally.slots[].leads'
    value: boolean
    index: number
  }

  export interface UsersReplyTallySlotsSealedFieldEvent {
    field: '$.tally.slots[].sealed'
    value: boolean
    index: number
  }

  export interface UsersReplyTallySlotsMembersFieldEvent {
    field: '$.tally.slots[].members[]'
    index: number
    value: number
  }

  export interface UsersReplyTallySlotsCurrentFieldEvent {
    field: '$.tally.slots[].current[]'
    index: number
    value: number
  }

  export interface UsersReplyTallySlotsMemberFieldEvent {
    field: '$.tally.slots[].member'
    value: boolean
    index: number
  }

  export interface UsersReplyTallySlotsReachEpochFieldEvent {
    field: '$.tally.slots[].reachEpoch'
    value: number
    index: number
  }

  export interface UsersReplyTallySlotsReachSequenceFieldEvent {
    field: '$.tally.slots[].reachSequence'
    value: number
    index: number
  }

  export interface UsersReplyTallyLeavingFieldEvent {
    field: '$.tally.leaving'
    value: boolean
  }

  export interface UsersReplyTallyPeersFieldEvent {
    field: '$.tally.peers[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface UsersReplyPageUsersFieldEvent {
    field: '$.page.users[]'
    index: number
    value: string
  }

  export interface UsersReplyPageNextFieldEvent {
    field: '$.page.next'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UsersReplyPageCountFieldEvent {
    field: '$.page.count'
    value: number
  }

  export interface UsersReplyPageEpochFieldEvent {
    field: '$.page.epoch'
    value: number
  }

  export interface UsersReplyPageSequenceFieldEvent {
    field: '$.page.sequence'
    value: number
  }

  export interface UsersReplyFollowedSlotsSlotFieldEvent {
    field: '$.followed.slots[].slot'
    value: number
    index: number
  }

  export interface UsersReplyFollowedSlotsKindFieldEvent {
    field: '$.followed.slots[].kind'
    value: SlotChanges.Kind
    index: number
  }

  export interface UsersReplyFollowedSlotsEpochFieldEvent {
    field: '$.followed.slots[].epoch'
    value: number
    index: number
  }

  export interface UsersReplyFollowedSlotsSequenceFieldEvent {
    field: '$.followed.slots[].sequence'
    value: number
    index: number
  }

  export interface UsersReplyFollowedSlotsChangesFieldEvent {
    field: '$.followed.slots[].changes[]'
    index: number
    value: string
  }

  export function encode (obj: Partial<UsersReply>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, UsersReply.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsersReply>): UsersReply {
    return decodeMessage(buf, UsersReply.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsersReply>): Generator<UsersReplyOutcomeKindFieldEvent | UsersReplyOutcomeUserFieldEvent | UsersReplyOutcomeVersionFieldEvent | UsersReplyOutcomeReplayedFieldEvent | UsersReplyOutcomeAgeMsFieldEvent | UsersReplyViewsViewsSlotFieldEvent | UsersReplyViewsViewsLineageFieldEvent | UsersReplyViewsViewsLineageIdFieldEvent | UsersReplyViewsViewsEpochFieldEvent | UsersReplyViewsViewsMembersPeerFieldEvent | UsersReplyViewsViewsMembersStoreFieldEvent | UsersReplyViewsViewsLeaderFieldEvent | UsersReplyViewsViewsBootFieldEvent | UsersReplyViewsViewsBaseEpochFieldEvent | UsersReplyViewsViewsBaseSequenceFieldEvent | UsersReplyTallySlotsSlotFieldEvent | UsersReplyTallySlotsEpochFieldEvent | UsersReplyTallySlotsUsersFieldEvent | UsersReplyTallySlotsLeadsFieldEvent | UsersReplyTallySlotsSealedFieldEvent | UsersReplyTallySlotsMembersFieldEvent | UsersReplyTallySlotsCurrentFieldEvent | UsersReplyTallySlotsMemberFieldEvent | UsersReplyTallySlotsReachEpochFieldEvent | UsersReplyTallySlotsReachSequenceFieldEvent | UsersReplyTallyLeavingFieldEvent | UsersReplyTallyPeersFieldEvent | UsersReplyPageUsersFieldEvent | UsersReplyPageNextFieldEvent | UsersReplyPageCountFieldEvent | UsersReplyPageEpochFieldEvent | UsersReplyPageSequenceFieldEvent | UsersReplyFollowedSlotsSlotFieldEvent | UsersReplyFollowedSlotsKindFieldEvent | UsersReplyFollowedSlotsEpochFieldEvent | UsersReplyFollowedSlotsSequenceFieldEvent | UsersReplyFollowedSlotsChangesFieldEvent> {
    return streamMessage(buf, UsersReply.codec(), opts)
  }
}

export interface View {
  slot: number
  lineage: number
  lineageId: Uint8Array<ArrayBuffer>
  epoch: number
  members: Member[]
  leader: number
  boot: number
  baseEpoch: number
  baseSequence: number
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

        if ((obj.lineage != null && obj.lineage !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.lineage)
        }

        if ((obj.lineageId != null && obj.lineageId.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.lineageId)
        }

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.epoch)
        }

        if (obj.members != null && obj.members.length > 0) {
          for (const value of obj.members) {
            w.uint32(42)
            Member.codec().encode(value, w)
          }
        }

        if ((obj.leader != null && obj.leader !== 0)) {
          w.uint32(48)
          w.uint32(obj.leader)
        }

        if ((obj.boot != null && obj.boot !== 0)) {
          w.uint32(56)
          w.uint64Number(obj.boot)
        }

        if ((obj.baseEpoch != null && obj.baseEpoch !== 0)) {
          w.uint32(64)
          w.uint64Number(obj.baseEpoch)
        }

        if ((obj.baseSequence != null && obj.baseSequence !== 0)) {
          w.uint32(72)
          w.uint64Number(obj.baseSequence)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slot: 0,
          lineage: 0,
          lineageId: uint8ArrayAlloc(0),
          epoch: 0,
          members: [],
          leader: 0,
          boot: 0,
          baseEpoch: 0,
          baseSequence: 0
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
              obj.lineage = reader.uint64Number()
              break
            }
            case 3: {
              obj.lineageId = reader.bytes()
              break
            }
            case 4: {
              obj.epoch = reader.uint64Number()
              break
            }
            case 5: {
              if (opts.limits?.members != null && obj.members.length === opts.limits.members) {
                throw new MaxLengthError('Decode error - repeated field "members" had too many elements')
              }

              obj.members.push(Member.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.members$
              }))
              break
            }
            case 6: {
              obj.leader = reader.uint32()
              break
            }
            case 7: {
              obj.boot = reader.uint64Number()
              break
            }
            case 8: {
              obj.baseEpoch = reader.uint64Number()
              break
            }
            case 9: {
              obj.baseSequence = reader.uint64Number()
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
                field: `${prefix}.lineage`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.lineageId`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
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
            case 6: {
              yield {
                field: `${prefix}.leader`,
                value: reader.uint32()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.boot`,
                value: reader.uint64Number()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.baseEpoch`,
                value: reader.uint64Number()
              }
              break
            }
            case 9: {
              yield {
                field: `${prefix}.baseSequence`,
                value: reader.uint64Number()
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

  export interface ViewLineageFieldEvent {
    field: '$.lineage'
    value: number
  }

  export interface ViewLineageIdFieldEvent {
    field: '$.lineageId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ViewEpochFieldEvent {
    field: '$.epoch'
    value: number
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
    value: number
  }

  export interface ViewBootFieldEvent {
    field: '$.boot'
    value: number
  }

  export interface ViewBaseEpochFieldEvent {
    field: '$.baseEpoch'
    value: number
  }

  export interface ViewBaseSequenceFieldEvent {
    field: '$.baseSequence'
    value: number
  }

  export function encode (obj: Partial<View>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, View.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<View>): View {
    return decodeMessage(buf, View.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<View>): Generator<ViewSlotFieldEvent | ViewLineageFieldEvent | ViewLineageIdFieldEvent | ViewEpochFieldEvent | ViewMembersPeerFieldEvent | ViewMembersStoreFieldEvent | ViewLeaderFieldEvent | ViewBootFieldEvent | ViewBaseEpochFieldEvent | ViewBaseSequenceFieldEvent> {
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
  ageMs: number
  consistency: Operation.Consistency
}

export namespace Operation {
  export enum Kind {
    GET = 'GET',
    SET = 'SET',
    PATCH = 'PATCH',
    DELETE = 'DELETE',
    HEARTBEAT = 'HEARTBEAT'
  }

  enum __KindValues {
    GET = 0,
    SET = 1,
    PATCH = 2,
    DELETE = 3,
    HEARTBEAT = 4
  }

  export namespace Kind {
    export const codec = (): Codec<Kind> => {
      return enumeration<Kind>(__KindValues)
    }
  }

  export enum Consistency {
    STRONG = 'STRONG',
    STALE = 'STALE'
  }

  enum __ConsistencyValues {
    STRONG = 0,
    STALE = 1
  }

  export namespace Consistency {
    export const codec = (): Codec<Consistency> => {
      return enumeration<Consistency>(__ConsistencyValues)
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

        if ((obj.ageMs != null && obj.ageMs !== 0)) {
          w.uint32(56)
          w.uint32(obj.ageMs)
        }

        if (obj.consistency != null && __ConsistencyValues[obj.consistency] !== 0) {
          w.uint32(64)
          Operation.Consistency.codec().encode(obj.consistency, w)
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
          operationId: uint8ArrayAlloc(0),
          ageMs: 0,
          consistency: Consistency.STRONG
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
            case 7: {
              obj.ageMs = reader.uint32()
              break
            }
            case 8: {
              obj.consistency = Operation.Consistency.codec().decode(reader)
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
            case 7: {
              yield {
                field: `${prefix}.ageMs`,
                value: reader.uint32()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.consistency`,
                value: Operation.Consistency.codec().decode(reader)
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

  export interface OperationAgeMsFieldEvent {
    field: '$.ageMs'
    value: number
  }

  export interface OperationConsistencyFieldEvent {
    field: '$.consistency'
    value: Operation.Consistency
  }

  export function encode (obj: Partial<Operation>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Operation.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Operation>): Operation {
    return decodeMessage(buf, Operation.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Operation>): Generator<OperationKindFieldEvent | OperationIdFieldEvent | OperationChangeFieldEvent | OperationIfAbsentFieldEvent | OperationIfVersionFieldEvent | OperationOperationIdFieldEvent | OperationAgeMsFieldEvent | OperationConsistencyFieldEvent> {
    return streamMessage(buf, Operation.codec(), opts)
  }
}

export interface Outcome {
  kind: Outcome.Kind
  user: string
  version: string
  replayed: boolean
  ageMs: number
}

export namespace Outcome {
  export enum Kind {
    FOUND = 'FOUND',
    CREATED = 'CREATED',
    UPDATED = 'UPDATED',
    DELETED = 'DELETED',
    ABSENT = 'ABSENT',
    CONFLICT = 'CONFLICT',
    REUSED = 'REUSED',
    RENEWED = 'RENEWED',
    OFFLINE = 'OFFLINE',
    OUTGROWN = 'OUTGROWN'
  }

  enum __KindValues {
    FOUND = 0,
    CREATED = 1,
    UPDATED = 2,
    DELETED = 3,
    ABSENT = 4,
    CONFLICT = 5,
    REUSED = 6,
    RENEWED = 7,
    OFFLINE = 8,
    OUTGROWN = 9
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

        if ((obj.ageMs != null && obj.ageMs !== 0)) {
          w.uint32(40)
          w.uint32(obj.ageMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          kind: Kind.FOUND,
          user: '',
          version: '',
          replayed: false,
          ageMs: 0
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
            case 5: {
              obj.ageMs = reader.uint32()
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
            case 5: {
              yield {
                field: `${prefix}.ageMs`,
                value: reader.uint32()
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

  export interface OutcomeAgeMsFieldEvent {
    field: '$.ageMs'
    value: number
  }

  export function encode (obj: Partial<Outcome>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Outcome.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Outcome>): Outcome {
    return decodeMessage(buf, Outcome.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Outcome>): Generator<OutcomeKindFieldEvent | OutcomeUserFieldEvent | OutcomeVersionFieldEvent | OutcomeReplayedFieldEvent | OutcomeAgeMsFieldEvent> {
    return streamMessage(buf, Outcome.codec(), opts)
  }
}

export interface List {
  slot: number
  after: Uint8Array<ArrayBuffer>
  limit: number
  status: number
  prefix: string
}

export namespace List {
  let _codec: Codec<List>

  export const codec = (): Codec<List> => {
    if (_codec == null) {
      _codec = message<List>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.slot != null && obj.slot !== 0)) {
          w.uint32(8)
          w.uint32(obj.slot)
        }

        if ((obj.after != null && obj.after.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.after)
        }

        if ((obj.limit != null && obj.limit !== 0)) {
          w.uint32(24)
          w.uint32(obj.limit)
        }

        if ((obj.status != null && obj.status !== 0)) {
          w.uint32(32)
          w.uint32(obj.status)
        }

        if ((obj.prefix != null && obj.prefix !== '')) {
          w.uint32(42)
          w.string(obj.prefix)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slot: 0,
          after: uint8ArrayAlloc(0),
          limit: 0,
          status: 0,
          prefix: ''
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
              obj.after = reader.bytes()
              break
            }
            case 3: {
              obj.limit = reader.uint32()
              break
            }
            case 4: {
              obj.status = reader.uint32()
              break
            }
            case 5: {
              obj.prefix = reader.string()
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
                field: `${prefix}.after`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.limit`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.status`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.prefix`,
                value: reader.string()
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

  export interface ListSlotFieldEvent {
    field: '$.slot'
    value: number
  }

  export interface ListAfterFieldEvent {
    field: '$.after'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ListLimitFieldEvent {
    field: '$.limit'
    value: number
  }

  export interface ListStatusFieldEvent {
    field: '$.status'
    value: number
  }

  export interface ListPrefixFieldEvent {
    field: '$.prefix'
    value: string
  }

  export function encode (obj: Partial<List>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, List.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<List>): List {
    return decodeMessage(buf, List.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<List>): Generator<ListSlotFieldEvent | ListAfterFieldEvent | ListLimitFieldEvent | ListStatusFieldEvent | ListPrefixFieldEvent> {
    return streamMessage(buf, List.codec(), opts)
  }
}

export interface Page {
  users: string[]
  next: Uint8Array<ArrayBuffer>
  count: number
  epoch: number
  sequence: number
}

export namespace Page {
  let _codec: Codec<Page>

  export const codec = (): Codec<Page> => {
    if (_codec == null) {
      _codec = message<Page>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.users != null && obj.users.length > 0) {
          for (const value of obj.users) {
            w.uint32(10)
            w.string(value)
          }
        }

        if ((obj.next != null && obj.next.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.next)
        }

        if ((obj.count != null && obj.count !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.count)
        }

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.epoch)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.sequence)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          users: [],
          next: uint8ArrayAlloc(0),
          count: 0,
          epoch: 0,
          sequence: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.users != null && obj.users.length === opts.limits.users) {
                throw new MaxLengthError('Decode error - repeated field "users" had too many elements')
              }

              obj.users.push(reader.string())
              break
            }
            case 2: {
              obj.next = reader.bytes()
              break
            }
            case 3: {
              obj.count = reader.uint64Number()
              break
            }
            case 4: {
              obj.epoch = reader.uint64Number()
              break
            }
            case 5: {
              obj.sequence = reader.uint64Number()
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
          users: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.users != null && obj.users === opts.limits.users) {
                throw new MaxLengthError('Streaming decode error - repeated field "users" had too many elements')
              }

              yield {
                field: `${prefix}.users[]`,
                index: obj.users,
                value: reader.string()
              }

              obj.users++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.next`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.count`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
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

  export interface PageUsersFieldEvent {
    field: '$.users[]'
    index: number
    value: string
  }

  export interface PageNextFieldEvent {
    field: '$.next'
    value: Uint8Array<ArrayBuffer>
  }

  export interface PageCountFieldEvent {
    field: '$.count'
    value: number
  }

  export interface PageEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export interface PageSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export function encode (obj: Partial<Page>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Page.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Page>): Page {
    return decodeMessage(buf, Page.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Page>): Generator<PageUsersFieldEvent | PageNextFieldEvent | PageCountFieldEvent | PageEpochFieldEvent | PageSequenceFieldEvent> {
    return streamMessage(buf, Page.codec(), opts)
  }
}

export interface Follow {
  slots: FollowedSlot[]
  waitMs: number
}

export namespace Follow {
  let _codec: Codec<Follow>

  export const codec = (): Codec<Follow> => {
    if (_codec == null) {
      _codec = message<Follow>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.slots != null && obj.slots.length > 0) {
          for (const value of obj.slots) {
            w.uint32(10)
            FollowedSlot.codec().encode(value, w)
          }
        }

        if ((obj.waitMs != null && obj.waitMs !== 0)) {
          w.uint32(16)
          w.uint32(obj.waitMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slots: [],
          waitMs: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.slots != null && obj.slots.length === opts.limits.slots) {
                throw new MaxLengthError('Decode error - repeated field "slots" had too many elements')
              }

              obj.slots.push(FollowedSlot.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.slots$
              }))
              break
            }
            case 2: {
              obj.waitMs = reader.uint32()
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

              for (const evt of FollowedSlot.codec().stream(reader, reader.uint32(), `${prefix}.slots[]`, {
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
                field: `${prefix}.waitMs`,
                value: reader.uint32()
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

  export interface FollowSlotsSlotFieldEvent {
    field: '$.slots[].slot'
    value: number
    index: number
  }

  export interface FollowSlotsEndFieldEvent {
    field: '$.slots[].end'
    value: boolean
    index: number
  }

  export interface FollowSlotsEpochFieldEvent {
    field: '$.slots[].epoch'
    value: number
    index: number
  }

  export interface FollowSlotsSequenceFieldEvent {
    field: '$.slots[].sequence'
    value: number
    index: number
  }

  export interface FollowWaitMsFieldEvent {
    field: '$.waitMs'
    value: number
  }

  export function encode (obj: Partial<Follow>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Follow.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Follow>): Follow {
    return decodeMessage(buf, Follow.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Follow>): Generator<FollowSlotsSlotFieldEvent | FollowSlotsEndFieldEvent | FollowSlotsEpochFieldEvent | FollowSlotsSequenceFieldEvent | FollowWaitMsFieldEvent> {
    return streamMessage(buf, Follow.codec(), opts)
  }
}

export interface FollowedSlot {
  slot: number
  end: boolean
  epoch: number
  sequence: number
}

export namespace FollowedSlot {
  let _codec: Codec<FollowedSlot>

  export const codec = (): Codec<FollowedSlot> => {
    if (_codec == null) {
      _codec = message<FollowedSlot>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.slot != null && obj.slot !== 0)) {
          w.uint32(8)
          w.uint32(obj.slot)
        }

        if ((obj.end != null && obj.end !== false)) {
          w.uint32(16)
          w.bool(obj.end)
        }

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.epoch)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.sequence)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slot: 0,
          end: false,
          epoch: 0,
          sequence: 0
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
              obj.end = reader.bool()
              break
            }
            case 3: {
              obj.epoch = reader.uint64Number()
              break
            }
            case 4: {
              obj.sequence = reader.uint64Number()
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
                field: `${prefix}.end`,
                value: reader.bool()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
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

  export interface FollowedSlotSlotFieldEvent {
    field: '$.slot'
    value: number
  }

  export interface FollowedSlotEndFieldEvent {
    field: '$.end'
    value: boolean
  }

  export interface FollowedSlotEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export interface FollowedSlotSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export function encode (obj: Partial<FollowedSlot>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, FollowedSlot.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<FollowedSlot>): FollowedSlot {
    return decodeMessage(buf, FollowedSlot.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<FollowedSlot>): Generator<FollowedSlotSlotFieldEvent | FollowedSlotEndFieldEvent | FollowedSlotEpochFieldEvent | FollowedSlotSequenceFieldEvent> {
    return streamMessage(buf, FollowedSlot.codec(), opts)
  }
}

export interface Followed {
  slots: SlotChanges[]
}

export namespace Followed {
  let _codec: Codec<Followed>

  export const codec = (): Codec<Followed> => {
    if (_codec == null) {
      _codec = message<Followed>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.slots != null && obj.slots.length > 0) {
          for (const value of obj.slots) {
            w.uint32(10)
            SlotChanges.codec().encode(value, w)
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

              obj.slots.push(SlotChanges.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.slots$
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

              for (const evt of SlotChanges.codec().stream(reader, reader.uint32(), `${prefix}.slots[]`, {
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

  export interface FollowedSlotsSlotFieldEvent {
    field: '$.slots[].slot'
    value: number
    index: number
  }

  export interface FollowedSlotsKindFieldEvent {
    field: '$.slots[].kind'
    value: SlotChanges.Kind
    index: number
  }

  export interface FollowedSlotsEpochFieldEvent {
    field: '$.slots[].epoch'
    value: number
    index: number
  }

  export interface FollowedSlotsSequenceFieldEvent {
    field: '$.slots[].sequence'
    value: number
    index: number
  }

  export interface FollowedSlotsChangesFieldEvent {
    field: '$.slots[].changes[]'
    index: number
    value: string
  }

  export function encode (obj: Partial<Followed>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Followed.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Followed>): Followed {
    return decodeMessage(buf, Followed.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Followed>): Generator<FollowedSlotsSlotFieldEvent | FollowedSlotsKindFieldEvent | FollowedSlotsEpochFieldEvent | FollowedSlotsSequenceFieldEvent | FollowedSlotsChangesFieldEvent> {
    return streamMessage(buf, Followed.codec(), opts)
  }
}

export interface SlotChanges {
  slot: number
  kind: SlotChanges.Kind
  epoch: number
  sequence: number
  changes: string[]
}

export namespace SlotChanges {
  export enum Kind {
    CHANGES = 'CHANGES',
    LOST = 'LOST',
    ELSEWHERE = 'ELSEWHERE'
  }

  enum __KindValues {
    CHANGES = 0,
    LOST = 1,
    ELSEWHERE = 2
  }

  export namespace Kind {
    export const codec = (): Codec<Kind> => {
      return enumeration<Kind>(__KindValues)
    }
  }

  let _codec: Codec<SlotChanges>

  export const codec = (): Codec<SlotChanges> => {
    if (_codec == null) {
      _codec = message<SlotChanges>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.slot != null && obj.slot !== 0)) {
          w.uint32(8)
          w.uint32(obj.slot)
        }

        if (obj.kind != null && __KindValues[obj.kind] !== 0) {
          w.uint32(16)
          SlotChanges.Kind.codec().encode(obj.kind, w)
        }

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.epoch)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.sequence)
        }

        if (obj.changes != null && obj.changes.length > 0) {
          for (const value of obj.changes) {
            w.uint32(42)
            w.string(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slot: 0,
          kind: Kind.CHANGES,
          epoch: 0,
          sequence: 0,
          changes: []
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
              obj.kind = SlotChanges.Kind.codec().decode(reader)
              break
            }
            case 3: {
              obj.epoch = reader.uint64Number()
              break
            }
            case 4: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 5: {
              if (opts.limits?.changes != null && obj.changes.length === opts.limits.changes) {
                throw new MaxLengthError('Decode error - repeated field "changes" had too many elements')
              }

              obj.changes.push(reader.string())
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
          changes: 0
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
                field: `${prefix}.kind`,
                value: SlotChanges.Kind.codec().decode(reader)
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
              if (opts.limits?.changes != null && obj.changes === opts.limits.changes) {
                throw new MaxLengthError('Streaming decode error - repeated field "changes" had too many elements')
              }

              yield {
                field: `${prefix}.changes[]`,
                index: obj.changes,
                value: reader.string()
              }

              obj.changes++

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

  export interface SlotChangesSlotFieldEvent {
    field: '$.slot'
    value: number
  }

  export interface SlotChangesKindFieldEvent {
    field: '$.kind'
    value: SlotChanges.Kind
  }

  export interface SlotChangesEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export interface SlotChangesSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface SlotChangesChangesFieldEvent {
    field: '$.changes[]'
    index: number
    value: string
  }

  export function encode (obj: Partial<SlotChanges>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SlotChanges.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SlotChanges>): SlotChanges {
    return decodeMessage(buf, SlotChanges.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SlotChanges>): Generator<SlotChangesSlotFieldEvent | SlotChangesKindFieldEvent | SlotChangesEpochFieldEvent | SlotChangesSequenceFieldEvent | SlotChangesChangesFieldEvent> {
    return streamMessage(buf, SlotChanges.codec(), opts)
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

  export interface ViewsViewsLineageFieldEvent {
    field: '$.views[].lineage'
    value: number
    index: number
  }

  export interface ViewsViewsLineageIdFieldEvent {
    field: '$.views[].lineageId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ViewsViewsEpochFieldEvent {
    field: '$.views[].epoch'
    value: number
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
    value: number
    index: number
  }

  export interface ViewsViewsBootFieldEvent {
    field: '$.views[].boot'
    value: number
    index: number
  }

  export interface ViewsViewsBaseEpochFieldEvent {
    field: '$.views[].baseEpoch'
    value: number
    index: number
  }

  export interface ViewsViewsBaseSequenceFieldEvent {
    field: '$.views[].baseSequence'
    value: number
    index: number
  }

  export function encode (obj: Partial<Views>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Views.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Views>): Views {
    return decodeMessage(buf, Views.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Views>): Generator<ViewsViewsSlotFieldEvent | ViewsViewsLineageFieldEvent | ViewsViewsLineageIdFieldEvent | ViewsViewsEpochFieldEvent | ViewsViewsMembersPeerFieldEvent | ViewsViewsMembersStoreFieldEvent | ViewsViewsLeaderFieldEvent | ViewsViewsBootFieldEvent | ViewsViewsBaseEpochFieldEvent | ViewsViewsBaseSequenceFieldEvent> {
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

  export interface AdvertiseViewsLineageFieldEvent {
    field: '$.views[].lineage'
    value: number
    index: number
  }

  export interface AdvertiseViewsLineageIdFieldEvent {
    field: '$.views[].lineageId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AdvertiseViewsEpochFieldEvent {
    field: '$.views[].epoch'
    value: number
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
    value: number
    index: number
  }

  export interface AdvertiseViewsBootFieldEvent {
    field: '$.views[].boot'
    value: number
    index: number
  }

  export interface AdvertiseViewsBaseEpochFieldEvent {
    field: '$.views[].baseEpoch'
    value: number
    index: number
  }

  export interface AdvertiseViewsBaseSequenceFieldEvent {
    field: '$.views[].baseSequence'
    value: number
    index: number
  }

  export function encode (obj: Partial<Advertise>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Advertise.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Advertise>): Advertise {
    return decodeMessage(buf, Advertise.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Advertise>): Generator<AdvertiseViewsSlotFieldEvent | AdvertiseViewsLineageFieldEvent | AdvertiseViewsLineageIdFieldEvent | AdvertiseViewsEpochFieldEvent | AdvertiseViewsMembersPeerFieldEvent | AdvertiseViewsMembersStoreFieldEvent | AdvertiseViewsLeaderFieldEvent | AdvertiseViewsBootFieldEvent | AdvertiseViewsBaseEpochFieldEvent | AdvertiseViewsBaseSequenceFieldEvent> {
    return streamMessage(buf, Advertise.codec(), opts)
  }
}

export interface Leaving {}

export namespace Leaving {
  let _codec: Codec<Leaving>

  export const codec = (): Codec<Leaving> => {
    if (_codec == null) {
      _codec = message<Leaving>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Leaving>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Leaving.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Leaving>): Leaving {
    return decodeMessage(buf, Leaving.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Leaving>): Generator<{}> {
    return streamMessage(buf, Leaving.codec(), opts)
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
  peers: Uint8Array<ArrayBuffer>[]
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

        if (obj.peers != null && obj.peers.length > 0) {
          for (const value of obj.peers) {
            w.uint32(26)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slots: [],
          leaving: false,
          peers: []
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
            case 3: {
              if (opts.limits?.peers != null && obj.peers.length === opts.limits.peers) {
                throw new MaxLengthError('Decode error - repeated field "peers" had too many elements')
              }

              obj.peers.push(reader.bytes())
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
          slots: 0,
          peers: 0
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
            case 3: {
              if (opts.limits?.peers != null && obj.peers === opts.limits.peers) {
                throw new MaxLengthError('Streaming decode error - repeated field "peers" had too many elements')
              }

              yield {
                field: `${prefix}.peers[]`,
                index: obj.peers,
                value: reader.bytes()
              }

              obj.peers++

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
    value: number
    index: number
  }

  export interface TallyReplySlotsUsersFieldEvent {
    field: '$.slots[].users'
    value: number
    index: number
  }

  export interface TallyReplySlotsLeadsFieldEvent {
    field: '$.slots[].leads'
    value: boolean
    index: number
  }

  export interface TallyReplySlotsSealedFieldEvent {
    field: '$.slots[].sealed'
    value: boolean
    index: number
  }

  export interface TallyReplySlotsMembersFieldEvent {
    field: '$.slots[].members[]'
    index: number
    value: number
  }

  export interface TallyReplySlotsCurrentFieldEvent {
    field: '$.slots[].current[]'
    index: number
    value: number
  }

  export interface TallyReplySlotsMemberFieldEvent {
    field: '$.slots[].member'
    value: boolean
    index: number
  }

  export interface TallyReplySlotsReachEpochFieldEvent {
    field: '$.slots[].reachEpoch'
    value: number
    index: number
  }

  export interface TallyReplySlotsReachSequenceFieldEvent {
    field: '$.slots[].reachSequence'
    value: number
    index: number
  }

  export interface TallyReplyLeavingFieldEvent {
    field: '$.leaving'
    value: boolean
  }

  export interface TallyReplyPeersFieldEvent {
    field: '$.peers[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<TallyReply>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, TallyReply.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TallyReply>): TallyReply {
    return decodeMessage(buf, TallyReply.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TallyReply>): Generator<TallyReplySlotsSlotFieldEvent | TallyReplySlotsEpochFieldEvent | TallyReplySlotsUsersFieldEvent | TallyReplySlotsLeadsFieldEvent | TallyReplySlotsSealedFieldEvent | TallyReplySlotsMembersFieldEvent | TallyReplySlotsCurrentFieldEvent | TallyReplySlotsMemberFieldEvent | TallyReplySlotsReachEpochFieldEvent | TallyReplySlotsReachSequenceFieldEvent | TallyReplyLeavingFieldEvent | TallyReplyPeersFieldEvent> {
    return streamMessage(buf, TallyReply.codec(), opts)
  }
}

export interface SlotTally {
  slot: number
  epoch: number
  users: number
  leads: boolean
  sealed: boolean
  members: number[]
  current: number[]
  member: boolean
  reachEpoch: number
  reachSequence: number
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

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.epoch)
        }

        if ((obj.users != null && obj.users !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.users)
        }

        if ((obj.leads != null && obj.leads !== false)) {
          w.uint32(40)
          w.bool(obj.leads)
        }

        if ((obj.sealed != null && obj.sealed !== false)) {
          w.uint32(48)
          w.bool(obj.sealed)
        }

        if (obj.members != null && obj.members.length > 0) {
          for (const value of obj.members) {
            w.uint32(56)
            w.uint32(value)
          }
        }

        if (obj.current != null && obj.current.length > 0) {
          for (const value of obj.current) {
            w.uint32(64)
            w.uint32(value)
          }
        }

        if ((obj.member != null && obj.member !== false)) {
          w.uint32(72)
          w.bool(obj.member)
        }

        if ((obj.reachEpoch != null && obj.reachEpoch !== 0)) {
          w.uint32(80)
          w.uint64Number(obj.reachEpoch)
        }

        if ((obj.reachSequence != null && obj.reachSequence !== 0)) {
          w.uint32(88)
          w.uint64Number(obj.reachSequence)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slot: 0,
          epoch: 0,
          users: 0,
          leads: false,
          sealed: false,
          members: [],
          current: [],
          member: false,
          reachEpoch: 0,
          reachSequence: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.slot = reader.uint32()
              break
            }
            case 3: {
              obj.epoch = reader.uint64Number()
              break
            }
            case 4: {
              obj.users = reader.uint64Number()
              break
            }
            case 5: {
              obj.leads = reader.bool()
              break
            }
            case 6: {
              obj.sealed = reader.bool()
              break
            }
            case 7: {
              if (opts.limits?.members != null && obj.members.length === opts.limits.members) {
                throw new MaxLengthError('Decode error - repeated field "members" had too many elements')
              }

              obj.members.push(reader.uint32())
              break
            }
            case 8: {
              if (opts.limits?.current != null && obj.current.length === opts.limits.current) {
                throw new MaxLengthError('Decode error - repeated field "current" had too many elements')
              }

              obj.current.push(reader.uint32())
              break
            }
            case 9: {
              obj.member = reader.bool()
              break
            }
            case 10: {
              obj.reachEpoch = reader.uint64Number()
              break
            }
            case 11: {
              obj.reachSequence = reader.uint64Number()
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
          members: 0,
          current: 0
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
            case 3: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.users`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.leads`,
                value: reader.bool()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.sealed`,
                value: reader.bool()
              }
              break
            }
            case 7: {
              if (opts.limits?.members != null && obj.members === opts.limits.members) {
                throw new MaxLengthError('Streaming decode error - repeated field "members" had too many elements')
              }

              yield {
                field: `${prefix}.members[]`,
                index: obj.members,
                value: reader.uint32()
              }

              obj.members++

              break
            }
            case 8: {
              if (opts.limits?.current != null && obj.current === opts.limits.current) {
                throw new MaxLengthError('Streaming decode error - repeated field "current" had too many elements')
              }

              yield {
                field: `${prefix}.current[]`,
                index: obj.current,
                value: reader.uint32()
              }

              obj.current++

              break
            }
            case 9: {
              yield {
                field: `${prefix}.member`,
                value: reader.bool()
              }
              break
            }
            case 10: {
              yield {
                field: `${prefix}.reachEpoch`,
                value: reader.uint64Number()
              }
              break
            }
            case 11: {
              yield {
                field: `${prefix}.reachSequence`,
                value: reader.uint64Number()
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
    value: number
  }

  export interface SlotTallyUsersFieldEvent {
    field: '$.users'
    value: number
  }

  export interface SlotTallyLeadsFieldEvent {
    field: '$.leads'
    value: boolean
  }

  export interface SlotTallySealedFieldEvent {
    field: '$.sealed'
    value: boolean
  }

  export interface SlotTallyMembersFieldEvent {
    field: '$.members[]'
    index: number
    value: number
  }

  export interface SlotTallyCurrentFieldEvent {
    field: '$.current[]'
    index: number
    value: number
  }

  export interface SlotTallyMemberFieldEvent {
    field: '$.member'
    value: boolean
  }

  export interface SlotTallyReachEpochFieldEvent {
    field: '$.reachEpoch'
    value: number
  }

  export interface SlotTallyReachSequenceFieldEvent {
    field: '$.reachSequence'
    value: number
  }

  export function encode (obj: Partial<SlotTally>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SlotTally.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SlotTally>): SlotTally {
    return decodeMessage(buf, SlotTally.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SlotTally>): Generator<SlotTallySlotFieldEvent | SlotTallyEpochFieldEvent | SlotTallyUsersFieldEvent | SlotTallyLeadsFieldEvent | SlotTallySealedFieldEvent | SlotTallyMembersFieldEvent | SlotTallyCurrentFieldEvent | SlotTallyMemberFieldEvent | SlotTallyReachEpochFieldEvent | SlotTallyReachSequenceFieldEvent> {
    return streamMessage(buf, SlotTally.codec(), opts)
  }
}

export interface ReplicaMessages {
  kind: ReplicaMessages.Kind
  slots: Uint8Array<ArrayBuffer>
  epochs: Uint8Array<ArrayBuffer>
  sequences: Uint8Array<ArrayBuffer>
  entryEpochs: Uint8Array<ArrayBuffer>
  commits: Uint8Array<ArrayBuffer>
  rounds: Uint8Array<ArrayBuffer>
  counts: Uint8Array<ArrayBuffer>
  entries: Uint8Array<ArrayBuffer>[]
  proposals: Proposal[]
}

export namespace ReplicaMessages {
  export enum Kind {
    NONE = 'NONE',
    APPEND = 'APPEND',
    APPENDED = 'APPENDED',
    GAP = 'GAP',
    HEARTBEAT = 'HEARTBEAT',
    CONFIRM = 'CONFIRM',
    LEARN = 'LEARN',
    LEARNED = 'LEARNED',
    STALE_VIEW = 'STALE_VIEW',
    NEED_VIEW = 'NEED_VIEW',
    PRE_SEAL = 'PRE_SEAL',
    PRE_SEALED = 'PRE_SEALED',
    PREPARE = 'PREPARE',
    PROMISED = 'PROMISED',
    NACK = 'NACK',
    SYNC = 'SYNC',
    SYNCED = 'SYNCED',
    SYNC_GAP = 'SYNC_GAP',
    ACCEPT = 'ACCEPT',
    ACCEPTED = 'ACCEPTED',
    INSTALL = 'INSTALL',
    INSTALLED = 'INSTALLED',
    FETCH = 'FETCH',
    DATA = 'DATA'
  }

  enum __KindValues {
    NONE = 0,
    APPEND = 1,
    APPENDED = 2,
    GAP = 3,
    HEARTBEAT = 4,
    CONFIRM = 5,
    LEARN = 6,
    LEARNED = 7,
    STALE_VIEW = 8,
    NEED_VIEW = 9,
    PRE_SEAL = 10,
    PRE_SEALED = 11,
    PREPARE = 12,
    PROMISED = 13,
    NACK = 14,
    SYNC = 15,
    SYNCED = 16,
    SYNC_GAP = 17,
    ACCEPT = 18,
    ACCEPTED = 19,
    INSTALL = 20,
    INSTALLED = 21,
    FETCH = 22,
    DATA = 23
  }

  export namespace Kind {
    export const codec = (): Codec<Kind> => {
      return enumeration<Kind>(__KindValues)
    }
  }

  let _codec: Codec<ReplicaMessages>

  export const codec = (): Codec<ReplicaMessages> => {
    if (_codec == null) {
      _codec = message<ReplicaMessages>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.kind != null && __KindValues[obj.kind] !== 0) {
          w.uint32(8)
          ReplicaMessages.Kind.codec().encode(obj.kind, w)
        }

        if ((obj.slots != null && obj.slots.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.slots)
        }

        if ((obj.epochs != null && obj.epochs.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.epochs)
        }

        if ((obj.sequences != null && obj.sequences.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.sequences)
        }

        if ((obj.entryEpochs != null && obj.entryEpochs.byteLength > 0)) {
          w.uint32(42)
          w.bytes(obj.entryEpochs)
        }

        if ((obj.commits != null && obj.commits.byteLength > 0)) {
          w.uint32(50)
          w.bytes(obj.commits)
        }

        if ((obj.rounds != null && obj.rounds.byteLength > 0)) {
          w.uint32(58)
          w.bytes(obj.rounds)
        }

        if ((obj.counts != null && obj.counts.byteLength > 0)) {
          w.uint32(66)
          w.bytes(obj.counts)
        }

        if (obj.entries != null && obj.entries.length > 0) {
          for (const value of obj.entries) {
            w.uint32(74)
            w.bytes(value)
          }
        }

        if (obj.proposals != null && obj.proposals.length > 0) {
          for (const value of obj.proposals) {
            w.uint32(82)
            Proposal.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          kind: Kind.NONE,
          slots: uint8ArrayAlloc(0),
          epochs: uint8ArrayAlloc(0),
          sequences: uint8ArrayAlloc(0),
          entryEpochs: uint8ArrayAlloc(0),
          commits: uint8ArrayAlloc(0),
          rounds: uint8ArrayAlloc(0),
          counts: uint8ArrayAlloc(0),
          entries: [],
          proposals: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.kind = ReplicaMessages.Kind.codec().decode(reader)
              break
            }
            case 2: {
              obj.slots = reader.bytes()
              break
            }
            case 3: {
              obj.epochs = reader.bytes()
              break
            }
            case 4: {
              obj.sequences = reader.bytes()
              break
            }
            case 5: {
              obj.entryEpochs = reader.bytes()
              break
            }
            case 6: {
              obj.commits = reader.bytes()
              break
            }
            case 7: {
              obj.rounds = reader.bytes()
              break
            }
            case 8: {
              obj.counts = reader.bytes()
              break
            }
            case 9: {
              if (opts.limits?.entries != null && obj.entries.length === opts.limits.entries) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              obj.entries.push(reader.bytes())
              break
            }
            case 10: {
              if (opts.limits?.proposals != null && obj.proposals.length === opts.limits.proposals) {
                throw new MaxLengthError('Decode error - repeated field "proposals" had too many elements')
              }

              obj.proposals.push(Proposal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.proposals$
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
          entries: 0,
          proposals: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.kind`,
                value: ReplicaMessages.Kind.codec().decode(reader)
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.slots`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.epochs`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.sequences`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.entryEpochs`,
                value: reader.bytes()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.commits`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.rounds`,
                value: reader.bytes()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.counts`,
                value: reader.bytes()
              }
              break
            }
            case 9: {
              if (opts.limits?.entries != null && obj.entries === opts.limits.entries) {
                throw new MaxLengthError('Streaming decode error - repeated field "entries" had too many elements')
              }

              yield {
                field: `${prefix}.entries[]`,
                index: obj.entries,
                value: reader.bytes()
              }

              obj.entries++

              break
            }
            case 10: {
              if (opts.limits?.proposals != null && obj.proposals === opts.limits.proposals) {
                throw new MaxLengthError('Streaming decode error - repeated field "proposals" had too many elements')
              }

              for (const evt of Proposal.codec().stream(reader, reader.uint32(), `${prefix}.proposals[]`, {
                limits: opts.limits?.proposals$
              })) {
                yield {
                  ...evt,
                  index: obj.proposals
                }
              }

              obj.proposals++

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

  export interface ReplicaMessagesKindFieldEvent {
    field: '$.kind'
    value: ReplicaMessages.Kind
  }

  export interface ReplicaMessagesSlotsFieldEvent {
    field: '$.slots'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReplicaMessagesEpochsFieldEvent {
    field: '$.epochs'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReplicaMessagesSequencesFieldEvent {
    field: '$.sequences'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReplicaMessagesEntryEpochsFieldEvent {
    field: '$.entryEpochs'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReplicaMessagesCommitsFieldEvent {
    field: '$.commits'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReplicaMessagesRoundsFieldEvent {
    field: '$.rounds'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReplicaMessagesCountsFieldEvent {
    field: '$.counts'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReplicaMessagesEntriesFieldEvent {
    field: '$.entries[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReplicaMessagesProposalsBallotRoundFieldEvent {
    field: '$.proposals[].ballot.round'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsBallotPeerFieldEvent {
    field: '$.proposals[].ballot.peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsBallotStoreFieldEvent {
    field: '$.proposals[].ballot.store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsBallotBootFieldEvent {
    field: '$.proposals[].ballot.boot'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsOtherRoundFieldEvent {
    field: '$.proposals[].other.round'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsOtherPeerFieldEvent {
    field: '$.proposals[].other.peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsOtherStoreFieldEvent {
    field: '$.proposals[].other.store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsOtherBootFieldEvent {
    field: '$.proposals[].other.boot'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsViewSlotFieldEvent {
    field: '$.proposals[].view.slot'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsViewLineageFieldEvent {
    field: '$.proposals[].view.lineage'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsViewLineageIdFieldEvent {
    field: '$.proposals[].view.lineageId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsViewEpochFieldEvent {
    field: '$.proposals[].view.epoch'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsViewMembersPeerFieldEvent {
    field: '$.proposals[].view.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsViewMembersStoreFieldEvent {
    field: '$.proposals[].view.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsViewLeaderFieldEvent {
    field: '$.proposals[].view.leader'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsViewBootFieldEvent {
    field: '$.proposals[].view.boot'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsViewBaseEpochFieldEvent {
    field: '$.proposals[].view.baseEpoch'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsViewBaseSequenceFieldEvent {
    field: '$.proposals[].view.baseSequence'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentSlotFieldEvent {
    field: '$.proposals[].current.slot'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentLineageFieldEvent {
    field: '$.proposals[].current.lineage'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentLineageIdFieldEvent {
    field: '$.proposals[].current.lineageId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentEpochFieldEvent {
    field: '$.proposals[].current.epoch'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentMembersPeerFieldEvent {
    field: '$.proposals[].current.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentMembersStoreFieldEvent {
    field: '$.proposals[].current.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentLeaderFieldEvent {
    field: '$.proposals[].current.leader'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentBootFieldEvent {
    field: '$.proposals[].current.boot'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentBaseEpochFieldEvent {
    field: '$.proposals[].current.baseEpoch'
    value: number
    index: number
  }

  export interface ReplicaMessagesProposalsCurrentBaseSequenceFieldEvent {
    field: '$.proposals[].current.baseSequence'
    value: number
    index: number
  }

  export function encode (obj: Partial<ReplicaMessages>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ReplicaMessages.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ReplicaMessages>): ReplicaMessages {
    return decodeMessage(buf, ReplicaMessages.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ReplicaMessages>): Generator<ReplicaMessagesKindFieldEvent | ReplicaMessagesSlotsFieldEvent | ReplicaMessagesEpochsFieldEvent | ReplicaMessagesSequencesFieldEvent | ReplicaMessagesEntryEpochsFieldEvent | ReplicaMessagesCommitsFieldEvent | ReplicaMessagesRoundsFieldEvent | ReplicaMessagesCountsFieldEvent | ReplicaMessagesEntriesFieldEvent | ReplicaMessagesProposalsBallotRoundFieldEvent | ReplicaMessagesProposalsBallotPeerFieldEvent | ReplicaMessagesProposalsBallotStoreFieldEvent | ReplicaMessagesProposalsBallotBootFieldEvent | ReplicaMessagesProposalsOtherRoundFieldEvent | ReplicaMessagesProposalsOtherPeerFieldEvent | ReplicaMessagesProposalsOtherStoreFieldEvent | ReplicaMessagesProposalsOtherBootFieldEvent | ReplicaMessagesProposalsViewSlotFieldEvent | ReplicaMessagesProposalsViewLineageFieldEvent | ReplicaMessagesProposalsViewLineageIdFieldEvent | ReplicaMessagesProposalsViewEpochFieldEvent | ReplicaMessagesProposalsViewMembersPeerFieldEvent | ReplicaMessagesProposalsViewMembersStoreFieldEvent | ReplicaMessagesProposalsViewLeaderFieldEvent | ReplicaMessagesProposalsViewBootFieldEvent | ReplicaMessagesProposalsViewBaseEpochFieldEvent | ReplicaMessagesProposalsViewBaseSequenceFieldEvent | ReplicaMessagesProposalsCurrentSlotFieldEvent | ReplicaMessagesProposalsCurrentLineageFieldEvent | ReplicaMessagesProposalsCurrentLineageIdFieldEvent | ReplicaMessagesProposalsCurrentEpochFieldEvent | ReplicaMessagesProposalsCurrentMembersPeerFieldEvent | ReplicaMessagesProposalsCurrentMembersStoreFieldEvent | ReplicaMessagesProposalsCurrentLeaderFieldEvent | ReplicaMessagesProposalsCurrentBootFieldEvent | ReplicaMessagesProposalsCurrentBaseEpochFieldEvent | ReplicaMessagesProposalsCurrentBaseSequenceFieldEvent> {
    return streamMessage(buf, ReplicaMessages.codec(), opts)
  }
}

export interface Proposal {
  ballot?: Ballot
  other?: Ballot
  view?: View
  current?: View
}

export namespace Proposal {
  let _codec: Codec<Proposal>

  export const codec = (): Codec<Proposal> => {
    if (_codec == null) {
      _codec = message<Proposal>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.ballot != null) {
          w.uint32(10)
          Ballot.codec().encode(obj.ballot, w)
        }

        if (obj.other != null) {
          w.uint32(18)
          Ballot.codec().encode(obj.other, w)
        }

        if (obj.view != null) {
          w.uint32(26)
          View.codec().encode(obj.view, w)
        }

        if (obj.current != null) {
          w.uint32(34)
          View.codec().encode(obj.current, w)
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
              obj.ballot = Ballot.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ballot
              })
              break
            }
            case 2: {
              obj.other = Ballot.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.other
              })
              break
            }
            case 3: {
              obj.view = View.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.view
              })
              break
            }
            case 4: {
              obj.current = View.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.current
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
              yield * Ballot.codec().stream(reader, reader.uint32(), `${prefix}.ballot`, {
                limits: opts.limits?.ballot
              })

              break
            }
            case 2: {
              yield * Ballot.codec().stream(reader, reader.uint32(), `${prefix}.other`, {
                limits: opts.limits?.other
              })

              break
            }
            case 3: {
              yield * View.codec().stream(reader, reader.uint32(), `${prefix}.view`, {
                limits: opts.limits?.view
              })

              break
            }
            case 4: {
              yield * View.codec().stream(reader, reader.uint32(), `${prefix}.current`, {
                limits: opts.limits?.current
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

  export interface ProposalBallotRoundFieldEvent {
    field: '$.ballot.round'
    value: number
  }

  export interface ProposalBallotPeerFieldEvent {
    field: '$.ballot.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposalBallotStoreFieldEvent {
    field: '$.ballot.store'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposalBallotBootFieldEvent {
    field: '$.ballot.boot'
    value: number
  }

  export interface ProposalOtherRoundFieldEvent {
    field: '$.other.round'
    value: number
  }

  export interface ProposalOtherPeerFieldEvent {
    field: '$.other.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposalOtherStoreFieldEvent {
    field: '$.other.store'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposalOtherBootFieldEvent {
    field: '$.other.boot'
    value: number
  }

  export interface ProposalViewSlotFieldEvent {
    field: '$.view.slot'
    value: number
  }

  export interface ProposalViewLineageFieldEvent {
    field: '$.view.lineage'
    value: number
  }

  export interface ProposalViewLineageIdFieldEvent {
    field: '$.view.lineageId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposalViewEpochFieldEvent {
    field: '$.view.epoch'
    value: number
  }

  export interface ProposalViewMembersPeerFieldEvent {
    field: '$.view.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposalViewMembersStoreFieldEvent {
    field: '$.view.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposalViewLeaderFieldEvent {
    field: '$.view.leader'
    value: number
  }

  export interface ProposalViewBootFieldEvent {
    field: '$.view.boot'
    value: number
  }

  export interface ProposalViewBaseEpochFieldEvent {
    field: '$.view.baseEpoch'
    value: number
  }

  export interface ProposalViewBaseSequenceFieldEvent {
    field: '$.view.baseSequence'
    value: number
  }

  export interface ProposalCurrentSlotFieldEvent {
    field: '$.current.slot'
    value: number
  }

  export interface ProposalCurrentLineageFieldEvent {
    field: '$.current.lineage'
    value: number
  }

  export interface ProposalCurrentLineageIdFieldEvent {
    field: '$.current.lineageId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposalCurrentEpochFieldEvent {
    field: '$.current.epoch'
    value: number
  }

  export interface ProposalCurrentMembersPeerFieldEvent {
    field: '$.current.members[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposalCurrentMembersStoreFieldEvent {
    field: '$.current.members[].store'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposalCurrentLeaderFieldEvent {
    field: '$.current.leader'
    value: number
  }

  export interface ProposalCurrentBootFieldEvent {
    field: '$.current.boot'
    value: number
  }

  export interface ProposalCurrentBaseEpochFieldEvent {
    field: '$.current.baseEpoch'
    value: number
  }

  export interface ProposalCurrentBaseSequenceFieldEvent {
    field: '$.current.baseSequence'
    value: number
  }

  export function encode (obj: Partial<Proposal>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Proposal.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Proposal>): Proposal {
    return decodeMessage(buf, Proposal.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Proposal>): Generator<ProposalBallotRoundFieldEvent | ProposalBallotPeerFieldEvent | ProposalBallotStoreFieldEvent | ProposalBallotBootFieldEvent | ProposalOtherRoundFieldEvent | ProposalOtherPeerFieldEvent | ProposalOtherStoreFieldEvent | ProposalOtherBootFieldEvent | ProposalViewSlotFieldEvent | ProposalViewLineageFieldEvent | ProposalViewLineageIdFieldEvent | ProposalViewEpochFieldEvent | ProposalViewMembersPeerFieldEvent | ProposalViewMembersStoreFieldEvent | ProposalViewLeaderFieldEvent | ProposalViewBootFieldEvent | ProposalViewBaseEpochFieldEvent | ProposalViewBaseSequenceFieldEvent | ProposalCurrentSlotFieldEvent | ProposalCurrentLineageFieldEvent | ProposalCurrentLineageIdFieldEvent | ProposalCurrentEpochFieldEvent | ProposalCurrentMembersPeerFieldEvent | ProposalCurrentMembersStoreFieldEvent | ProposalCurrentLeaderFieldEvent | ProposalCurrentBootFieldEvent | ProposalCurrentBaseEpochFieldEvent | ProposalCurrentBaseSequenceFieldEvent> {
    return streamMessage(buf, Proposal.codec(), opts)
  }
}

export interface Ballot {
  round: number
  peer: Uint8Array<ArrayBuffer>
  store: Uint8Array<ArrayBuffer>
  boot: number
}

export namespace Ballot {
  let _codec: Codec<Ballot>

  export const codec = (): Codec<Ballot> => {
    if (_codec == null) {
      _codec = message<Ballot>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.round)
        }

        if ((obj.peer != null && obj.peer.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.peer)
        }

        if ((obj.store != null && obj.store.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.store)
        }

        if ((obj.boot != null && obj.boot !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.boot)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          round: 0,
          peer: uint8ArrayAlloc(0),
          store: uint8ArrayAlloc(0),
          boot: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.round = reader.uint64Number()
              break
            }
            case 2: {
              obj.peer = reader.bytes()
              break
            }
            case 3: {
              obj.store = reader.bytes()
              break
            }
            case 4: {
              obj.boot = reader.uint64Number()
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
                field: `${prefix}.round`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.peer`,
                value: reader.bytes()
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
            case 4: {
              yield {
                field: `${prefix}.boot`,
                value: reader.uint64Number()
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

  export interface BallotRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface BallotPeerFieldEvent {
    field: '$.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface BallotStoreFieldEvent {
    field: '$.store'
    value: Uint8Array<ArrayBuffer>
  }

  export interface BallotBootFieldEvent {
    field: '$.boot'
    value: number
  }

  export function encode (obj: Partial<Ballot>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Ballot.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ballot>): Ballot {
    return decodeMessage(buf, Ballot.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ballot>): Generator<BallotRoundFieldEvent | BallotPeerFieldEvent | BallotStoreFieldEvent | BallotBootFieldEvent> {
    return streamMessage(buf, Ballot.codec(), opts)
  }
}

export interface SnapshotRecord {
  offer?: SnapshotOffer
  row?: SnapshotRow
  end?: SnapshotEnd
}

export namespace SnapshotRecord {
  let _codec: Codec<SnapshotRecord>

  export const codec = (): Codec<SnapshotRecord> => {
    if (_codec == null) {
      _codec = message<SnapshotRecord>((obj, w, opts = {}) => {
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
          SnapshotOffer.codec().encode(obj.offer, w)
        }

        if (obj.row != null) {
          w.uint32(18)
          SnapshotRow.codec().encode(obj.row, w)
        }

        if (obj.end != null) {
          w.uint32(26)
          SnapshotEnd.codec().encode(obj.end, w)
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
              obj.offer = SnapshotOffer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.offer
              })
              break
            }
            case 2: {
              obj.row = SnapshotRow.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.row
              })
              break
            }
            case 3: {
              obj.end = SnapshotEnd.codec().decode(reader, reader.uint32(), {
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
              yield * SnapshotOffer.codec().stream(reader, reader.uint32(), `${prefix}.offer`, {
                limits: opts.limits?.offer
              })

              break
            }
            case 2: {
              yield * SnapshotRow.codec().stream(reader, reader.uint32(), `${prefix}.row`, {
                limits: opts.limits?.row
              })

              break
            }
            case 3: {
              yield * SnapshotEnd.codec().stream(reader, reader.uint32(), `${prefix}.end`, {
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

  export interface SnapshotRecordOfferSlotFieldEvent {
    field: '$.offer.slot'
    value: number
  }

  export interface SnapshotRecordOfferEpochFieldEvent {
    field: '$.offer.epoch'
    value: number
  }

  export interface SnapshotRecordOfferSequenceFieldEvent {
    field: '$.offer.sequence'
    value: number
  }

  export interface SnapshotRecordOfferLogTimeMsFieldEvent {
    field: '$.offer.logTimeMs'
    value: number
  }

  export interface SnapshotRecordRowKeyFieldEvent {
    field: '$.row.key'
    value: Uint8Array<ArrayBuffer>
  }

  export interface SnapshotRecordRowValueFieldEvent {
    field: '$.row.value'
    value: Uint8Array<ArrayBuffer>
  }

  export interface SnapshotRecordEndCountFieldEvent {
    field: '$.end.count'
    value: number
  }

  export interface SnapshotRecordEndDigestFieldEvent {
    field: '$.end.digest'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<SnapshotRecord>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SnapshotRecord.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotRecord>): SnapshotRecord {
    return decodeMessage(buf, SnapshotRecord.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotRecord>): Generator<SnapshotRecordOfferSlotFieldEvent | SnapshotRecordOfferEpochFieldEvent | SnapshotRecordOfferSequenceFieldEvent | SnapshotRecordOfferLogTimeMsFieldEvent | SnapshotRecordRowKeyFieldEvent | SnapshotRecordRowValueFieldEvent | SnapshotRecordEndCountFieldEvent | SnapshotRecordEndDigestFieldEvent> {
    return streamMessage(buf, SnapshotRecord.codec(), opts)
  }
}

export interface SnapshotOffer {
  slot: number
  epoch: number
  sequence: number
  logTimeMs: number
}

export namespace SnapshotOffer {
  let _codec: Codec<SnapshotOffer>

  export const codec = (): Codec<SnapshotOffer> => {
    if (_codec == null) {
      _codec = message<SnapshotOffer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.slot != null && obj.slot !== 0)) {
          w.uint32(8)
          w.uint32(obj.slot)
        }

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.epoch)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.sequence)
        }

        if ((obj.logTimeMs != null && obj.logTimeMs !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.logTimeMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          slot: 0,
          epoch: 0,
          sequence: 0,
          logTimeMs: 0
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
              obj.epoch = reader.uint64Number()
              break
            }
            case 3: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 4: {
              obj.logTimeMs = reader.uint64Number()
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
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.logTimeMs`,
                value: reader.uint64Number()
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

  export interface SnapshotOfferSlotFieldEvent {
    field: '$.slot'
    value: number
  }

  export interface SnapshotOfferEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export interface SnapshotOfferSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface SnapshotOfferLogTimeMsFieldEvent {
    field: '$.logTimeMs'
    value: number
  }

  export function encode (obj: Partial<SnapshotOffer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SnapshotOffer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotOffer>): SnapshotOffer {
    return decodeMessage(buf, SnapshotOffer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotOffer>): Generator<SnapshotOfferSlotFieldEvent | SnapshotOfferEpochFieldEvent | SnapshotOfferSequenceFieldEvent | SnapshotOfferLogTimeMsFieldEvent> {
    return streamMessage(buf, SnapshotOffer.codec(), opts)
  }
}

export interface SnapshotRow {
  key: Uint8Array<ArrayBuffer>
  value: Uint8Array<ArrayBuffer>
}

export namespace SnapshotRow {
  let _codec: Codec<SnapshotRow>

  export const codec = (): Codec<SnapshotRow> => {
    if (_codec == null) {
      _codec = message<SnapshotRow>((obj, w, opts = {}) => {
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

  export interface SnapshotRowKeyFieldEvent {
    field: '$.key'
    value: Uint8Array<ArrayBuffer>
  }

  export interface SnapshotRowValueFieldEvent {
    field: '$.value'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<SnapshotRow>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SnapshotRow.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotRow>): SnapshotRow {
    return decodeMessage(buf, SnapshotRow.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotRow>): Generator<SnapshotRowKeyFieldEvent | SnapshotRowValueFieldEvent> {
    return streamMessage(buf, SnapshotRow.codec(), opts)
  }
}

export interface SnapshotEnd {
  count: number
  digest: Uint8Array<ArrayBuffer>
}

export namespace SnapshotEnd {
  let _codec: Codec<SnapshotEnd>

  export const codec = (): Codec<SnapshotEnd> => {
    if (_codec == null) {
      _codec = message<SnapshotEnd>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.count != null && obj.count !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.count)
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
          count: 0,
          digest: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.count = reader.uint64Number()
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
                value: reader.uint64Number()
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

  export interface SnapshotEndCountFieldEvent {
    field: '$.count'
    value: number
  }

  export interface SnapshotEndDigestFieldEvent {
    field: '$.digest'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<SnapshotEnd>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SnapshotEnd.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotEnd>): SnapshotEnd {
    return decodeMessage(buf, SnapshotEnd.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotEnd>): Generator<SnapshotEndCountFieldEvent | SnapshotEndDigestFieldEvent> {
    return streamMessage(buf, SnapshotEnd.codec(), opts)
  }
}

export interface SnapshotVerdict {
  refusal: string
  detail: string
}

export namespace SnapshotVerdict {
  let _codec: Codec<SnapshotVerdict>

  export const codec = (): Codec<SnapshotVerdict> => {
    if (_codec == null) {
      _codec = message<SnapshotVerdict>((obj, w, opts = {}) => {
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

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          refusal: '',
          detail: ''
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

  export interface SnapshotVerdictRefusalFieldEvent {
    field: '$.refusal'
    value: string
  }

  export interface SnapshotVerdictDetailFieldEvent {
    field: '$.detail'
    value: string
  }

  export function encode (obj: Partial<SnapshotVerdict>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SnapshotVerdict.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotVerdict>): SnapshotVerdict {
    return decodeMessage(buf, SnapshotVerdict.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SnapshotVerdict>): Generator<SnapshotVerdictRefusalFieldEvent | SnapshotVerdictDetailFieldEvent> {
    return streamMessage(buf, SnapshotVerdict.codec(), opts)
  }
}
