// @ts-nocheck: generated from chord.proto by `npm run generate`
/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, enumeration, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Node {
  peer: Uint8Array<ArrayBuffer>
  index: number
  position: Uint8Array<ArrayBuffer>
}

export namespace Node {
  let _codec: Codec<Node>

  export const codec = (): Codec<Node> => {
    if (_codec == null) {
      _codec = message<Node>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.peer != null && obj.peer.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.peer)
        }

        if ((obj.index != null && obj.index !== 0)) {
          w.uint32(16)
          w.uint32(obj.index)
        }

        if ((obj.position != null && obj.position.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.position)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          peer: uint8ArrayAlloc(0),
          index: 0,
          position: uint8ArrayAlloc(0)
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
              obj.index = reader.uint32()
              break
            }
            case 3: {
              obj.position = reader.bytes()
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
                field: `${prefix}.index`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.position`,
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

  export interface NodePeerFieldEvent {
    field: '$.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface NodeIndexFieldEvent {
    field: '$.index'
    value: number
  }

  export interface NodePositionFieldEvent {
    field: '$.position'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Node>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Node.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Node>): Node {
    return decodeMessage(buf, Node.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Node>): Generator<NodePeerFieldEvent | NodeIndexFieldEvent | NodePositionFieldEvent> {
    return streamMessage(buf, Node.codec(), opts)
  }
}

export interface ChordRequest {
  neighbours?: Neighbours
  notify?: Notify
  introduce?: Introduce
  closest?: Closest
  ping?: Ping
  probe?: Probe
  describe?: Describe
  leave?: Leave
  contacts: Uint8Array<ArrayBuffer>[]
}

export namespace ChordRequest {
  let _codec: Codec<ChordRequest>

  export const codec = (): Codec<ChordRequest> => {
    if (_codec == null) {
      _codec = message<ChordRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.leave != null) {
          obj.describe = undefined
          obj.probe = undefined
          obj.ping = undefined
          obj.closest = undefined
          obj.introduce = undefined
          obj.notify = undefined
          obj.neighbours = undefined
        }

        if (obj.describe != null) {
          obj.leave = undefined
          obj.probe = undefined
          obj.ping = undefined
          obj.closest = undefined
          obj.introduce = undefined
          obj.notify = undefined
          obj.neighbours = undefined
        }

        if (obj.probe != null) {
          obj.leave = undefined
          obj.describe = undefined
          obj.ping = undefined
          obj.closest = undefined
          obj.introduce = undefined
          obj.notify = undefined
          obj.neighbours = undefined
        }

        if (obj.ping != null) {
          obj.leave = undefined
          obj.describe = undefined
          obj.probe = undefined
          obj.closest = undefined
          obj.introduce = undefined
          obj.notify = undefined
          obj.neighbours = undefined
        }

        if (obj.closest != null) {
          obj.leave = undefined
          obj.describe = undefined
          obj.probe = undefined
          obj.ping = undefined
          obj.introduce = undefined
          obj.notify = undefined
          obj.neighbours = undefined
        }

        if (obj.introduce != null) {
          obj.leave = undefined
          obj.describe = undefined
          obj.probe = undefined
          obj.ping = undefined
          obj.closest = undefined
          obj.notify = undefined
          obj.neighbours = undefined
        }

        if (obj.notify != null) {
          obj.leave = undefined
          obj.describe = undefined
          obj.probe = undefined
          obj.ping = undefined
          obj.closest = undefined
          obj.introduce = undefined
          obj.neighbours = undefined
        }

        if (obj.neighbours != null) {
          obj.leave = undefined
          obj.describe = undefined
          obj.probe = undefined
          obj.ping = undefined
          obj.closest = undefined
          obj.introduce = undefined
          obj.notify = undefined
        }

        if (obj.neighbours != null) {
          w.uint32(10)
          Neighbours.codec().encode(obj.neighbours, w)
        }

        if (obj.notify != null) {
          w.uint32(18)
          Notify.codec().encode(obj.notify, w)
        }

        if (obj.introduce != null) {
          w.uint32(26)
          Introduce.codec().encode(obj.introduce, w)
        }

        if (obj.closest != null) {
          w.uint32(34)
          Closest.codec().encode(obj.closest, w)
        }

        if (obj.ping != null) {
          w.uint32(42)
          Ping.codec().encode(obj.ping, w)
        }

        if (obj.probe != null) {
          w.uint32(50)
          Probe.codec().encode(obj.probe, w)
        }

        if (obj.describe != null) {
          w.uint32(58)
          Describe.codec().encode(obj.describe, w)
        }

        if (obj.leave != null) {
          w.uint32(66)
          Leave.codec().encode(obj.leave, w)
        }

        if (obj.contacts != null && obj.contacts.length > 0) {
          for (const value of obj.contacts) {
            w.uint32(122)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          contacts: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.neighbours = Neighbours.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.neighbours
              })
              break
            }
            case 2: {
              obj.notify = Notify.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.notify
              })
              break
            }
            case 3: {
              obj.introduce = Introduce.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.introduce
              })
              break
            }
            case 4: {
              obj.closest = Closest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.closest
              })
              break
            }
            case 5: {
              obj.ping = Ping.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ping
              })
              break
            }
            case 6: {
              obj.probe = Probe.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.probe
              })
              break
            }
            case 7: {
              obj.describe = Describe.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.describe
              })
              break
            }
            case 8: {
              obj.leave = Leave.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.leave
              })
              break
            }
            case 15: {
              if (opts.limits?.contacts != null && obj.contacts.length === opts.limits.contacts) {
                throw new MaxLengthError('Decode error - repeated field "contacts" had too many elements')
              }

              obj.contacts.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.leave != null) {
          delete obj.describe
          delete obj.probe
          delete obj.ping
          delete obj.closest
          delete obj.introduce
          delete obj.notify
          delete obj.neighbours
        }

        if (obj.describe != null) {
          delete obj.leave
          delete obj.probe
          delete obj.ping
          delete obj.closest
          delete obj.introduce
          delete obj.notify
          delete obj.neighbours
        }

        if (obj.probe != null) {
          delete obj.leave
          delete obj.describe
          delete obj.ping
          delete obj.closest
          delete obj.introduce
          delete obj.notify
          delete obj.neighbours
        }

        if (obj.ping != null) {
          delete obj.leave
          delete obj.describe
          delete obj.probe
          delete obj.closest
          delete obj.introduce
          delete obj.notify
          delete obj.neighbours
        }

        if (obj.closest != null) {
          delete obj.leave
          delete obj.describe
          delete obj.probe
          delete obj.ping
          delete obj.introduce
          delete obj.notify
          delete obj.neighbours
        }

        if (obj.introduce != null) {
          delete obj.leave
          delete obj.describe
          delete obj.probe
          delete obj.ping
          delete obj.closest
          delete obj.notify
          delete obj.neighbours
        }

        if (obj.notify != null) {
          delete obj.leave
          delete obj.describe
          delete obj.probe
          delete obj.ping
          delete obj.closest
          delete obj.introduce
          delete obj.neighbours
        }

        if (obj.neighbours != null) {
          delete obj.leave
          delete obj.describe
          delete obj.probe
          delete obj.ping
          delete obj.closest
          delete obj.introduce
          delete obj.notify
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          contacts: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Neighbours.codec().stream(reader, reader.uint32(), `${prefix}.neighbours`, {
                limits: opts.limits?.neighbours
              })

              break
            }
            case 2: {
              yield * Notify.codec().stream(reader, reader.uint32(), `${prefix}.notify`, {
                limits: opts.limits?.notify
              })

              break
            }
            case 3: {
              yield * Introduce.codec().stream(reader, reader.uint32(), `${prefix}.introduce`, {
                limits: opts.limits?.introduce
              })

              break
            }
            case 4: {
              yield * Closest.codec().stream(reader, reader.uint32(), `${prefix}.closest`, {
                limits: opts.limits?.closest
              })

              break
            }
            case 5: {
              yield * Ping.codec().stream(reader, reader.uint32(), `${prefix}.ping`, {
                limits: opts.limits?.ping
              })

              break
            }
            case 6: {
              yield * Probe.codec().stream(reader, reader.uint32(), `${prefix}.probe`, {
                limits: opts.limits?.probe
              })

              break
            }
            case 7: {
              yield * Describe.codec().stream(reader, reader.uint32(), `${prefix}.describe`, {
                limits: opts.limits?.describe
              })

              break
            }
            case 8: {
              yield * Leave.codec().stream(reader, reader.uint32(), `${prefix}.leave`, {
                limits: opts.limits?.leave
              })

              break
            }
            case 15: {
              if (opts.limits?.contacts != null && obj.contacts === opts.limits.contacts) {
                throw new MaxLengthError('Streaming decode error - repeated field "contacts" had too many elements')
              }

              yield {
                field: `${prefix}.contacts[]`,
                index: obj.contacts,
                value: reader.bytes()
              }

              obj.contacts++

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

  export interface ChordRequestNeighboursIndexFieldEvent {
    field: '$.neighbours.index'
    value: number
  }

  export interface ChordRequestNotifyIndexFieldEvent {
    field: '$.notify.index'
    value: number
  }

  export interface ChordRequestNotifyNodePeerFieldEvent {
    field: '$.notify.node.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordRequestNotifyNodeIndexFieldEvent {
    field: '$.notify.node.index'
    value: number
  }

  export interface ChordRequestNotifyNodePositionFieldEvent {
    field: '$.notify.node.position'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordRequestIntroduceIndexFieldEvent {
    field: '$.introduce.index'
    value: number
  }

  export interface ChordRequestIntroduceNodePeerFieldEvent {
    field: '$.introduce.node.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordRequestIntroduceNodeIndexFieldEvent {
    field: '$.introduce.node.index'
    value: number
  }

  export interface ChordRequestIntroduceNodePositionFieldEvent {
    field: '$.introduce.node.position'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordRequestClosestTargetFieldEvent {
    field: '$.closest.target'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordRequestProbePeerFieldEvent {
    field: '$.probe.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordRequestContactsFieldEvent {
    field: '$.contacts[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ChordRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ChordRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ChordRequest>): ChordRequest {
    return decodeMessage(buf, ChordRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ChordRequest>): Generator<ChordRequestNeighboursIndexFieldEvent | ChordRequestNotifyIndexFieldEvent | ChordRequestNotifyNodePeerFieldEvent | ChordRequestNotifyNodeIndexFieldEvent | ChordRequestNotifyNodePositionFieldEvent | ChordRequestIntroduceIndexFieldEvent | ChordRequestIntroduceNodePeerFieldEvent | ChordRequestIntroduceNodeIndexFieldEvent | ChordRequestIntroduceNodePositionFieldEvent | ChordRequestClosestTargetFieldEvent | ChordRequestProbePeerFieldEvent | ChordRequestContactsFieldEvent> {
    return streamMessage(buf, ChordRequest.codec(), opts)
  }
}

export interface ChordReply {
  neighbours?: NeighboursReply
  done?: Done
  closest?: ClosestReply
  pong?: Pong
  probed?: Probed
  description?: Description
  contacts: Uint8Array<ArrayBuffer>[]
}

export namespace ChordReply {
  let _codec: Codec<ChordReply>

  export const codec = (): Codec<ChordReply> => {
    if (_codec == null) {
      _codec = message<ChordReply>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.description != null) {
          obj.probed = undefined
          obj.pong = undefined
          obj.closest = undefined
          obj.done = undefined
          obj.neighbours = undefined
        }

        if (obj.probed != null) {
          obj.description = undefined
          obj.pong = undefined
          obj.closest = undefined
          obj.done = undefined
          obj.neighbours = undefined
        }

        if (obj.pong != null) {
          obj.description = undefined
          obj.probed = undefined
          obj.closest = undefined
          obj.done = undefined
          obj.neighbours = undefined
        }

        if (obj.closest != null) {
          obj.description = undefined
          obj.probed = undefined
          obj.pong = undefined
          obj.done = undefined
          obj.neighbours = undefined
        }

        if (obj.done != null) {
          obj.description = undefined
          obj.probed = undefined
          obj.pong = undefined
          obj.closest = undefined
          obj.neighbours = undefined
        }

        if (obj.neighbours != null) {
          obj.description = undefined
          obj.probed = undefined
          obj.pong = undefined
          obj.closest = undefined
          obj.done = undefined
        }

        if (obj.neighbours != null) {
          w.uint32(10)
          NeighboursReply.codec().encode(obj.neighbours, w)
        }

        if (obj.done != null) {
          w.uint32(18)
          Done.codec().encode(obj.done, w)
        }

        if (obj.closest != null) {
          w.uint32(34)
          ClosestReply.codec().encode(obj.closest, w)
        }

        if (obj.pong != null) {
          w.uint32(42)
          Pong.codec().encode(obj.pong, w)
        }

        if (obj.probed != null) {
          w.uint32(50)
          Probed.codec().encode(obj.probed, w)
        }

        if (obj.description != null) {
          w.uint32(58)
          Description.codec().encode(obj.description, w)
        }

        if (obj.contacts != null && obj.contacts.length > 0) {
          for (const value of obj.contacts) {
            w.uint32(122)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          contacts: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.neighbours = NeighboursReply.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.neighbours
              })
              break
            }
            case 2: {
              obj.done = Done.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.done
              })
              break
            }
            case 4: {
              obj.closest = ClosestReply.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.closest
              })
              break
            }
            case 5: {
              obj.pong = Pong.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.pong
              })
              break
            }
            case 6: {
              obj.probed = Probed.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.probed
              })
              break
            }
            case 7: {
              obj.description = Description.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.description
              })
              break
            }
            case 15: {
              if (opts.limits?.contacts != null && obj.contacts.length === opts.limits.contacts) {
                throw new MaxLengthError('Decode error - repeated field "contacts" had too many elements')
              }

              obj.contacts.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.description != null) {
          delete obj.probed
          delete obj.pong
          delete obj.closest
          delete obj.done
          delete obj.neighbours
        }

        if (obj.probed != null) {
          delete obj.description
          delete obj.pong
          delete obj.closest
          delete obj.done
          delete obj.neighbours
        }

        if (obj.pong != null) {
          delete obj.description
          delete obj.probed
          delete obj.closest
          delete obj.done
          delete obj.neighbours
        }

        if (obj.closest != null) {
          delete obj.description
          delete obj.probed
          delete obj.pong
          delete obj.done
          delete obj.neighbours
        }

        if (obj.done != null) {
          delete obj.description
          delete obj.probed
          delete obj.pong
          delete obj.closest
          delete obj.neighbours
        }

        if (obj.neighbours != null) {
          delete obj.description
          delete obj.probed
          delete obj.pong
          delete obj.closest
          delete obj.done
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          contacts: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * NeighboursReply.codec().stream(reader, reader.uint32(), `${prefix}.neighbours`, {
                limits: opts.limits?.neighbours
              })

              break
            }
            case 2: {
              yield * Done.codec().stream(reader, reader.uint32(), `${prefix}.done`, {
                limits: opts.limits?.done
              })

              break
            }
            case 4: {
              yield * ClosestReply.codec().stream(reader, reader.uint32(), `${prefix}.closest`, {
                limits: opts.limits?.closest
              })

              break
            }
            case 5: {
              yield * Pong.codec().stream(reader, reader.uint32(), `${prefix}.pong`, {
                limits: opts.limits?.pong
              })

              break
            }
            case 6: {
              yield * Probed.codec().stream(reader, reader.uint32(), `${prefix}.probed`, {
                limits: opts.limits?.probed
              })

              break
            }
            case 7: {
              yield * Description.codec().stream(reader, reader.uint32(), `${prefix}.description`, {
                limits: opts.limits?.description
              })

              break
            }
            case 15: {
              if (opts.limits?.contacts != null && obj.contacts === opts.limits.contacts) {
                throw new MaxLengthError('Streaming decode error - repeated field "contacts" had too many elements')
              }

              yield {
                field: `${prefix}.contacts[]`,
                index: obj.contacts,
                value: reader.bytes()
              }

              obj.contacts++

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

  export interface ChordReplyNeighboursMemberFieldEvent {
    field: '$.neighbours.member'
    value: boolean
  }

  export interface ChordReplyNeighboursPredecessorPeerFieldEvent {
    field: '$.neighbours.predecessor.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordReplyNeighboursPredecessorIndexFieldEvent {
    field: '$.neighbours.predecessor.index'
    value: number
  }

  export interface ChordReplyNeighboursPredecessorPositionFieldEvent {
    field: '$.neighbours.predecessor.position'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordReplyNeighboursSuccessorsPeerFieldEvent {
    field: '$.neighbours.successors[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyNeighboursSuccessorsIndexFieldEvent {
    field: '$.neighbours.successors[].index'
    value: number
    index: number
  }

  export interface ChordReplyNeighboursSuccessorsPositionFieldEvent {
    field: '$.neighbours.successors[].position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyClosestPredecessorPeerFieldEvent {
    field: '$.closest.predecessor.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordReplyClosestPredecessorIndexFieldEvent {
    field: '$.closest.predecessor.index'
    value: number
  }

  export interface ChordReplyClosestPredecessorPositionFieldEvent {
    field: '$.closest.predecessor.position'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChordReplyClosestSuccessorsPeerFieldEvent {
    field: '$.closest.successors[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyClosestSuccessorsIndexFieldEvent {
    field: '$.closest.successors[].index'
    value: number
    index: number
  }

  export interface ChordReplyClosestSuccessorsPositionFieldEvent {
    field: '$.closest.successors[].position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyClosestCloserPeerFieldEvent {
    field: '$.closest.closer[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyClosestCloserIndexFieldEvent {
    field: '$.closest.closer[].index'
    value: number
    index: number
  }

  export interface ChordReplyClosestCloserPositionFieldEvent {
    field: '$.closest.closer[].position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyPongMemberFieldEvent {
    field: '$.pong.member'
    value: boolean
  }

  export interface ChordReplyProbedAliveFieldEvent {
    field: '$.probed.alive'
    value: boolean
  }

  export interface ChordReplyDescriptionVersionFieldEvent {
    field: '$.description.version'
    value: string
  }

  export interface ChordReplyDescriptionLeavingFieldEvent {
    field: '$.description.leaving'
    value: boolean
  }

  export interface ChordReplyDescriptionUptimeMsFieldEvent {
    field: '$.description.uptimeMs'
    value: bigint
  }

  export interface ChordReplyDescriptionNodesIndexFieldEvent {
    field: '$.description.nodes[].index'
    value: number
    index: number
  }

  export interface ChordReplyDescriptionNodesMemberFieldEvent {
    field: '$.description.nodes[].member'
    value: boolean
    index: number
  }

  export interface ChordReplyDescriptionNodesPredecessorPeerFieldEvent {
    field: '$.description.nodes[].predecessor.peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyDescriptionNodesPredecessorIndexFieldEvent {
    field: '$.description.nodes[].predecessor.index'
    value: number
    index: number
  }

  export interface ChordReplyDescriptionNodesPredecessorPositionFieldEvent {
    field: '$.description.nodes[].predecessor.position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyDescriptionNodesSuccessorPeerFieldEvent {
    field: '$.description.nodes[].successor.peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyDescriptionNodesSuccessorIndexFieldEvent {
    field: '$.description.nodes[].successor.index'
    value: number
    index: number
  }

  export interface ChordReplyDescriptionNodesSuccessorPositionFieldEvent {
    field: '$.description.nodes[].successor.position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyDescriptionPeersPeerFieldEvent {
    field: '$.description.peers[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChordReplyDescriptionPeersStatusFieldEvent {
    field: '$.description.peers[].status'
    value: KnownPeer.Status
    index: number
  }

  export interface ChordReplyContactsFieldEvent {
    field: '$.contacts[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ChordReply>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ChordReply.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ChordReply>): ChordReply {
    return decodeMessage(buf, ChordReply.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ChordReply>): Generator<ChordReplyNeighboursMemberFieldEvent | ChordReplyNeighboursPredecessorPeerFieldEvent | ChordReplyNeighboursPredecessorIndexFieldEvent | ChordReplyNeighboursPredecessorPositionFieldEvent | ChordReplyNeighboursSuccessorsPeerFieldEvent | ChordReplyNeighboursSuccessorsIndexFieldEvent | ChordReplyNeighboursSuccessorsPositionFieldEvent | ChordReplyClosestPredecessorPeerFieldEvent | ChordReplyClosestPredecessorIndexFieldEvent | ChordReplyClosestPredecessorPositionFieldEvent | ChordReplyClosestSuccessorsPeerFieldEvent | ChordReplyClosestSuccessorsIndexFieldEvent | ChordReplyClosestSuccessorsPositionFieldEvent | ChordReplyClosestCloserPeerFieldEvent | ChordReplyClosestCloserIndexFieldEvent | ChordReplyClosestCloserPositionFieldEvent | ChordReplyPongMemberFieldEvent | ChordReplyProbedAliveFieldEvent | ChordReplyDescriptionVersionFieldEvent | ChordReplyDescriptionLeavingFieldEvent | ChordReplyDescriptionUptimeMsFieldEvent | ChordReplyDescriptionNodesIndexFieldEvent | ChordReplyDescriptionNodesMemberFieldEvent | ChordReplyDescriptionNodesPredecessorPeerFieldEvent | ChordReplyDescriptionNodesPredecessorIndexFieldEvent | ChordReplyDescriptionNodesPredecessorPositionFieldEvent | ChordReplyDescriptionNodesSuccessorPeerFieldEvent | ChordReplyDescriptionNodesSuccessorIndexFieldEvent | ChordReplyDescriptionNodesSuccessorPositionFieldEvent | ChordReplyDescriptionPeersPeerFieldEvent | ChordReplyDescriptionPeersStatusFieldEvent | ChordReplyContactsFieldEvent> {
    return streamMessage(buf, ChordReply.codec(), opts)
  }
}

export interface Neighbours {
  index: number
}

export namespace Neighbours {
  let _codec: Codec<Neighbours>

  export const codec = (): Codec<Neighbours> => {
    if (_codec == null) {
      _codec = message<Neighbours>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.index != null && obj.index !== 0)) {
          w.uint32(8)
          w.uint32(obj.index)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          index: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.index = reader.uint32()
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
                field: `${prefix}.index`,
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

  export interface NeighboursIndexFieldEvent {
    field: '$.index'
    value: number
  }

  export function encode (obj: Partial<Neighbours>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Neighbours.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Neighbours>): Neighbours {
    return decodeMessage(buf, Neighbours.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Neighbours>): Generator<NeighboursIndexFieldEvent> {
    return streamMessage(buf, Neighbours.codec(), opts)
  }
}

export interface NeighboursReply {
  member: boolean
  predecessor?: Node
  successors: Node[]
}

export namespace NeighboursReply {
  let _codec: Codec<NeighboursReply>

  export const codec = (): Codec<NeighboursReply> => {
    if (_codec == null) {
      _codec = message<NeighboursReply>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.member != null && obj.member !== false)) {
          w.uint32(8)
          w.bool(obj.member)
        }

        if (obj.predecessor != null) {
          w.uint32(18)
          Node.codec().encode(obj.predecessor, w)
        }

        if (obj.successors != null && obj.successors.length > 0) {
          for (const value of obj.successors) {
            w.uint32(26)
            Node.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          member: false,
          successors: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.member = reader.bool()
              break
            }
            case 2: {
              obj.predecessor = Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.predecessor
              })
              break
            }
            case 3: {
              if (opts.limits?.successors != null && obj.successors.length === opts.limits.successors) {
                throw new MaxLengthError('Decode error - repeated field "successors" had too many elements')
              }

              obj.successors.push(Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.successors$
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
          successors: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.member`,
                value: reader.bool()
              }
              break
            }
            case 2: {
              yield * Node.codec().stream(reader, reader.uint32(), `${prefix}.predecessor`, {
                limits: opts.limits?.predecessor
              })

              break
            }
            case 3: {
              if (opts.limits?.successors != null && obj.successors === opts.limits.successors) {
                throw new MaxLengthError('Streaming decode error - repeated field "successors" had too many elements')
              }

              for (const evt of Node.codec().stream(reader, reader.uint32(), `${prefix}.successors[]`, {
                limits: opts.limits?.successors$
              })) {
                yield {
                  ...evt,
                  index: obj.successors
                }
              }

              obj.successors++

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

  export interface NeighboursReplyMemberFieldEvent {
    field: '$.member'
    value: boolean
  }

  export interface NeighboursReplyPredecessorPeerFieldEvent {
    field: '$.predecessor.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface NeighboursReplyPredecessorIndexFieldEvent {
    field: '$.predecessor.index'
    value: number
  }

  export interface NeighboursReplyPredecessorPositionFieldEvent {
    field: '$.predecessor.position'
    value: Uint8Array<ArrayBuffer>
  }

  export interface NeighboursReplySuccessorsPeerFieldEvent {
    field: '$.successors[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface NeighboursReplySuccessorsIndexFieldEvent {
    field: '$.successors[].index'
    value: number
    index: number
  }

  export interface NeighboursReplySuccessorsPositionFieldEvent {
    field: '$.successors[].position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<NeighboursReply>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, NeighboursReply.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NeighboursReply>): NeighboursReply {
    return decodeMessage(buf, NeighboursReply.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NeighboursReply>): Generator<NeighboursReplyMemberFieldEvent | NeighboursReplyPredecessorPeerFieldEvent | NeighboursReplyPredecessorIndexFieldEvent | NeighboursReplyPredecessorPositionFieldEvent | NeighboursReplySuccessorsPeerFieldEvent | NeighboursReplySuccessorsIndexFieldEvent | NeighboursReplySuccessorsPositionFieldEvent> {
    return streamMessage(buf, NeighboursReply.codec(), opts)
  }
}

export interface Notify {
  index: number
  node?: Node
}

export namespace Notify {
  let _codec: Codec<Notify>

  export const codec = (): Codec<Notify> => {
    if (_codec == null) {
      _codec = message<Notify>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.index != null && obj.index !== 0)) {
          w.uint32(8)
          w.uint32(obj.index)
        }

        if (obj.node != null) {
          w.uint32(18)
          Node.codec().encode(obj.node, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          index: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.index = reader.uint32()
              break
            }
            case 2: {
              obj.node = Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.node
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
              yield {
                field: `${prefix}.index`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield * Node.codec().stream(reader, reader.uint32(), `${prefix}.node`, {
                limits: opts.limits?.node
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

  export interface NotifyIndexFieldEvent {
    field: '$.index'
    value: number
  }

  export interface NotifyNodePeerFieldEvent {
    field: '$.node.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface NotifyNodeIndexFieldEvent {
    field: '$.node.index'
    value: number
  }

  export interface NotifyNodePositionFieldEvent {
    field: '$.node.position'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Notify>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Notify.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Notify>): Notify {
    return decodeMessage(buf, Notify.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Notify>): Generator<NotifyIndexFieldEvent | NotifyNodePeerFieldEvent | NotifyNodeIndexFieldEvent | NotifyNodePositionFieldEvent> {
    return streamMessage(buf, Notify.codec(), opts)
  }
}

export interface Introduce {
  index: number
  node?: Node
}

export namespace Introduce {
  let _codec: Codec<Introduce>

  export const codec = (): Codec<Introduce> => {
    if (_codec == null) {
      _codec = message<Introduce>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.index != null && obj.index !== 0)) {
          w.uint32(8)
          w.uint32(obj.index)
        }

        if (obj.node != null) {
          w.uint32(18)
          Node.codec().encode(obj.node, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          index: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.index = reader.uint32()
              break
            }
            case 2: {
              obj.node = Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.node
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
              yield {
                field: `${prefix}.index`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield * Node.codec().stream(reader, reader.uint32(), `${prefix}.node`, {
                limits: opts.limits?.node
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

  export interface IntroduceIndexFieldEvent {
    field: '$.index'
    value: number
  }

  export interface IntroduceNodePeerFieldEvent {
    field: '$.node.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface IntroduceNodeIndexFieldEvent {
    field: '$.node.index'
    value: number
  }

  export interface IntroduceNodePositionFieldEvent {
    field: '$.node.position'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Introduce>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Introduce.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Introduce>): Introduce {
    return decodeMessage(buf, Introduce.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Introduce>): Generator<IntroduceIndexFieldEvent | IntroduceNodePeerFieldEvent | IntroduceNodeIndexFieldEvent | IntroduceNodePositionFieldEvent> {
    return streamMessage(buf, Introduce.codec(), opts)
  }
}

export interface Closest {
  target: Uint8Array<ArrayBuffer>
}

export namespace Closest {
  let _codec: Codec<Closest>

  export const codec = (): Codec<Closest> => {
    if (_codec == null) {
      _codec = message<Closest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.target != null && obj.target.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.target)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          target: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.target = reader.bytes()
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
                field: `${prefix}.target`,
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

  export interface ClosestTargetFieldEvent {
    field: '$.target'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Closest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Closest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Closest>): Closest {
    return decodeMessage(buf, Closest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Closest>): Generator<ClosestTargetFieldEvent> {
    return streamMessage(buf, Closest.codec(), opts)
  }
}

export interface ClosestReply {
  predecessor?: Node
  successors: Node[]
  closer: Node[]
}

export namespace ClosestReply {
  let _codec: Codec<ClosestReply>

  export const codec = (): Codec<ClosestReply> => {
    if (_codec == null) {
      _codec = message<ClosestReply>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.predecessor != null) {
          w.uint32(10)
          Node.codec().encode(obj.predecessor, w)
        }

        if (obj.successors != null && obj.successors.length > 0) {
          for (const value of obj.successors) {
            w.uint32(18)
            Node.codec().encode(value, w)
          }
        }

        if (obj.closer != null && obj.closer.length > 0) {
          for (const value of obj.closer) {
            w.uint32(26)
            Node.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          successors: [],
          closer: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.predecessor = Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.predecessor
              })
              break
            }
            case 2: {
              if (opts.limits?.successors != null && obj.successors.length === opts.limits.successors) {
                throw new MaxLengthError('Decode error - repeated field "successors" had too many elements')
              }

              obj.successors.push(Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.successors$
              }))
              break
            }
            case 3: {
              if (opts.limits?.closer != null && obj.closer.length === opts.limits.closer) {
                throw new MaxLengthError('Decode error - repeated field "closer" had too many elements')
              }

              obj.closer.push(Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.closer$
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
          successors: 0,
          closer: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Node.codec().stream(reader, reader.uint32(), `${prefix}.predecessor`, {
                limits: opts.limits?.predecessor
              })

              break
            }
            case 2: {
              if (opts.limits?.successors != null && obj.successors === opts.limits.successors) {
                throw new MaxLengthError('Streaming decode error - repeated field "successors" had too many elements')
              }

              for (const evt of Node.codec().stream(reader, reader.uint32(), `${prefix}.successors[]`, {
                limits: opts.limits?.successors$
              })) {
                yield {
                  ...evt,
                  index: obj.successors
                }
              }

              obj.successors++

              break
            }
            case 3: {
              if (opts.limits?.closer != null && obj.closer === opts.limits.closer) {
                throw new MaxLengthError('Streaming decode error - repeated field "closer" had too many elements')
              }

              for (const evt of Node.codec().stream(reader, reader.uint32(), `${prefix}.closer[]`, {
                limits: opts.limits?.closer$
              })) {
                yield {
                  ...evt,
                  index: obj.closer
                }
              }

              obj.closer++

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

  export interface ClosestReplyPredecessorPeerFieldEvent {
    field: '$.predecessor.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ClosestReplyPredecessorIndexFieldEvent {
    field: '$.predecessor.index'
    value: number
  }

  export interface ClosestReplyPredecessorPositionFieldEvent {
    field: '$.predecessor.position'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ClosestReplySuccessorsPeerFieldEvent {
    field: '$.successors[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ClosestReplySuccessorsIndexFieldEvent {
    field: '$.successors[].index'
    value: number
    index: number
  }

  export interface ClosestReplySuccessorsPositionFieldEvent {
    field: '$.successors[].position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ClosestReplyCloserPeerFieldEvent {
    field: '$.closer[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ClosestReplyCloserIndexFieldEvent {
    field: '$.closer[].index'
    value: number
    index: number
  }

  export interface ClosestReplyCloserPositionFieldEvent {
    field: '$.closer[].position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<ClosestReply>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ClosestReply.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ClosestReply>): ClosestReply {
    return decodeMessage(buf, ClosestReply.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ClosestReply>): Generator<ClosestReplyPredecessorPeerFieldEvent | ClosestReplyPredecessorIndexFieldEvent | ClosestReplyPredecessorPositionFieldEvent | ClosestReplySuccessorsPeerFieldEvent | ClosestReplySuccessorsIndexFieldEvent | ClosestReplySuccessorsPositionFieldEvent | ClosestReplyCloserPeerFieldEvent | ClosestReplyCloserIndexFieldEvent | ClosestReplyCloserPositionFieldEvent> {
    return streamMessage(buf, ClosestReply.codec(), opts)
  }
}

export interface Ping {}

export namespace Ping {
  let _codec: Codec<Ping>

  export const codec = (): Codec<Ping> => {
    if (_codec == null) {
      _codec = message<Ping>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Ping>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Ping.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ping>): Ping {
    return decodeMessage(buf, Ping.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ping>): Generator<{}> {
    return streamMessage(buf, Ping.codec(), opts)
  }
}

export interface Pong {
  member: boolean
}

export namespace Pong {
  let _codec: Codec<Pong>

  export const codec = (): Codec<Pong> => {
    if (_codec == null) {
      _codec = message<Pong>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.member != null && obj.member !== false)) {
          w.uint32(8)
          w.bool(obj.member)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          member: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.member = reader.bool()
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
                field: `${prefix}.member`,
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

  export interface PongMemberFieldEvent {
    field: '$.member'
    value: boolean
  }

  export function encode (obj: Partial<Pong>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Pong.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Pong>): Pong {
    return decodeMessage(buf, Pong.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Pong>): Generator<PongMemberFieldEvent> {
    return streamMessage(buf, Pong.codec(), opts)
  }
}

export interface Probe {
  peer: Uint8Array<ArrayBuffer>
}

export namespace Probe {
  let _codec: Codec<Probe>

  export const codec = (): Codec<Probe> => {
    if (_codec == null) {
      _codec = message<Probe>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.peer != null && obj.peer.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.peer)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          peer: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.peer = reader.bytes()
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

  export interface ProbePeerFieldEvent {
    field: '$.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Probe>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Probe.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Probe>): Probe {
    return decodeMessage(buf, Probe.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Probe>): Generator<ProbePeerFieldEvent> {
    return streamMessage(buf, Probe.codec(), opts)
  }
}

export interface Probed {
  alive: boolean
}

export namespace Probed {
  let _codec: Codec<Probed>

  export const codec = (): Codec<Probed> => {
    if (_codec == null) {
      _codec = message<Probed>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.alive != null && obj.alive !== false)) {
          w.uint32(8)
          w.bool(obj.alive)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          alive: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.alive = reader.bool()
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
                field: `${prefix}.alive`,
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

  export interface ProbedAliveFieldEvent {
    field: '$.alive'
    value: boolean
  }

  export function encode (obj: Partial<Probed>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Probed.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Probed>): Probed {
    return decodeMessage(buf, Probed.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Probed>): Generator<ProbedAliveFieldEvent> {
    return streamMessage(buf, Probed.codec(), opts)
  }
}

export interface Describe {}

export namespace Describe {
  let _codec: Codec<Describe>

  export const codec = (): Codec<Describe> => {
    if (_codec == null) {
      _codec = message<Describe>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Describe>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Describe.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Describe>): Describe {
    return decodeMessage(buf, Describe.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Describe>): Generator<{}> {
    return streamMessage(buf, Describe.codec(), opts)
  }
}

export interface Description {
  version: string
  leaving: boolean
  uptimeMs: bigint
  nodes: NodeDescription[]
  peers: KnownPeer[]
}

export namespace Description {
  let _codec: Codec<Description>

  export const codec = (): Codec<Description> => {
    if (_codec == null) {
      _codec = message<Description>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.version != null && obj.version !== '')) {
          w.uint32(10)
          w.string(obj.version)
        }

        if ((obj.leaving != null && obj.leaving !== false)) {
          w.uint32(16)
          w.bool(obj.leaving)
        }

        if ((obj.uptimeMs != null && obj.uptimeMs !== 0n)) {
          w.uint32(24)
          w.uint64(obj.uptimeMs)
        }

        if (obj.nodes != null && obj.nodes.length > 0) {
          for (const value of obj.nodes) {
            w.uint32(34)
            NodeDescription.codec().encode(value, w)
          }
        }

        if (obj.peers != null && obj.peers.length > 0) {
          for (const value of obj.peers) {
            w.uint32(42)
            KnownPeer.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          version: '',
          leaving: false,
          uptimeMs: 0n,
          nodes: [],
          peers: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.version = reader.string()
              break
            }
            case 2: {
              obj.leaving = reader.bool()
              break
            }
            case 3: {
              obj.uptimeMs = reader.uint64()
              break
            }
            case 4: {
              if (opts.limits?.nodes != null && obj.nodes.length === opts.limits.nodes) {
                throw new MaxLengthError('Decode error - repeated field "nodes" had too many elements')
              }

              obj.nodes.push(NodeDescription.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.nodes$
              }))
              break
            }
            case 5: {
              if (opts.limits?.peers != null && obj.peers.length === opts.limits.peers) {
                throw new MaxLengthError('Decode error - repeated field "peers" had too many elements')
              }

              obj.peers.push(KnownPeer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.peers$
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
          nodes: 0,
          peers: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.version`,
                value: reader.string()
              }
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
              yield {
                field: `${prefix}.uptimeMs`,
                value: reader.uint64()
              }
              break
            }
            case 4: {
              if (opts.limits?.nodes != null && obj.nodes === opts.limits.nodes) {
                throw new MaxLengthError('Streaming decode error - repeated field "nodes" had too many elements')
              }

              for (const evt of NodeDescription.codec().stream(reader, reader.uint32(), `${prefix}.nodes[]`, {
                limits: opts.limits?.nodes$
              })) {
                yield {
                  ...evt,
                  index: obj.nodes
                }
              }

              obj.nodes++

              break
            }
            case 5: {
              if (opts.limits?.peers != null && obj.peers === opts.limits.peers) {
                throw new MaxLengthError('Streaming decode error - repeated field "peers" had too many elements')
              }

              for (const evt of KnownPeer.codec().stream(reader, reader.uint32(), `${prefix}.peers[]`, {
                limits: opts.limits?.peers$
              })) {
                yield {
                  ...evt,
                  index: obj.peers
                }
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

  export interface DescriptionVersionFieldEvent {
    field: '$.version'
    value: string
  }

  export interface DescriptionLeavingFieldEvent {
    field: '$.leaving'
    value: boolean
  }

  export interface DescriptionUptimeMsFieldEvent {
    field: '$.uptimeMs'
    value: bigint
  }

  export interface DescriptionNodesIndexFieldEvent {
    field: '$.nodes[].index'
    value: number
    index: number
  }

  export interface DescriptionNodesMemberFieldEvent {
    field: '$.nodes[].member'
    value: boolean
    index: number
  }

  export interface DescriptionNodesPredecessorPeerFieldEvent {
    field: '$.nodes[].predecessor.peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface DescriptionNodesPredecessorIndexFieldEvent {
    field: '$.nodes[].predecessor.index'
    value: number
    index: number
  }

  export interface DescriptionNodesPredecessorPositionFieldEvent {
    field: '$.nodes[].predecessor.position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface DescriptionNodesSuccessorPeerFieldEvent {
    field: '$.nodes[].successor.peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface DescriptionNodesSuccessorIndexFieldEvent {
    field: '$.nodes[].successor.index'
    value: number
    index: number
  }

  export interface DescriptionNodesSuccessorPositionFieldEvent {
    field: '$.nodes[].successor.position'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface DescriptionPeersPeerFieldEvent {
    field: '$.peers[].peer'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface DescriptionPeersStatusFieldEvent {
    field: '$.peers[].status'
    value: KnownPeer.Status
    index: number
  }

  export function encode (obj: Partial<Description>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Description.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Description>): Description {
    return decodeMessage(buf, Description.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Description>): Generator<DescriptionVersionFieldEvent | DescriptionLeavingFieldEvent | DescriptionUptimeMsFieldEvent | DescriptionNodesIndexFieldEvent | DescriptionNodesMemberFieldEvent | DescriptionNodesPredecessorPeerFieldEvent | DescriptionNodesPredecessorIndexFieldEvent | DescriptionNodesPredecessorPositionFieldEvent | DescriptionNodesSuccessorPeerFieldEvent | DescriptionNodesSuccessorIndexFieldEvent | DescriptionNodesSuccessorPositionFieldEvent | DescriptionPeersPeerFieldEvent | DescriptionPeersStatusFieldEvent> {
    return streamMessage(buf, Description.codec(), opts)
  }
}

export interface NodeDescription {
  index: number
  member: boolean
  predecessor?: Node
  successor?: Node
}

export namespace NodeDescription {
  let _codec: Codec<NodeDescription>

  export const codec = (): Codec<NodeDescription> => {
    if (_codec == null) {
      _codec = message<NodeDescription>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.index != null && obj.index !== 0)) {
          w.uint32(8)
          w.uint32(obj.index)
        }

        if ((obj.member != null && obj.member !== false)) {
          w.uint32(16)
          w.bool(obj.member)
        }

        if (obj.predecessor != null) {
          w.uint32(26)
          Node.codec().encode(obj.predecessor, w)
        }

        if (obj.successor != null) {
          w.uint32(34)
          Node.codec().encode(obj.successor, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          index: 0,
          member: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.index = reader.uint32()
              break
            }
            case 2: {
              obj.member = reader.bool()
              break
            }
            case 3: {
              obj.predecessor = Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.predecessor
              })
              break
            }
            case 4: {
              obj.successor = Node.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.successor
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
              yield {
                field: `${prefix}.index`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.member`,
                value: reader.bool()
              }
              break
            }
            case 3: {
              yield * Node.codec().stream(reader, reader.uint32(), `${prefix}.predecessor`, {
                limits: opts.limits?.predecessor
              })

              break
            }
            case 4: {
              yield * Node.codec().stream(reader, reader.uint32(), `${prefix}.successor`, {
                limits: opts.limits?.successor
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

  export interface NodeDescriptionIndexFieldEvent {
    field: '$.index'
    value: number
  }

  export interface NodeDescriptionMemberFieldEvent {
    field: '$.member'
    value: boolean
  }

  export interface NodeDescriptionPredecessorPeerFieldEvent {
    field: '$.predecessor.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface NodeDescriptionPredecessorIndexFieldEvent {
    field: '$.predecessor.index'
    value: number
  }

  export interface NodeDescriptionPredecessorPositionFieldEvent {
    field: '$.predecessor.position'
    value: Uint8Array<ArrayBuffer>
  }

  export interface NodeDescriptionSuccessorPeerFieldEvent {
    field: '$.successor.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface NodeDescriptionSuccessorIndexFieldEvent {
    field: '$.successor.index'
    value: number
  }

  export interface NodeDescriptionSuccessorPositionFieldEvent {
    field: '$.successor.position'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<NodeDescription>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, NodeDescription.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NodeDescription>): NodeDescription {
    return decodeMessage(buf, NodeDescription.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NodeDescription>): Generator<NodeDescriptionIndexFieldEvent | NodeDescriptionMemberFieldEvent | NodeDescriptionPredecessorPeerFieldEvent | NodeDescriptionPredecessorIndexFieldEvent | NodeDescriptionPredecessorPositionFieldEvent | NodeDescriptionSuccessorPeerFieldEvent | NodeDescriptionSuccessorIndexFieldEvent | NodeDescriptionSuccessorPositionFieldEvent> {
    return streamMessage(buf, NodeDescription.codec(), opts)
  }
}

export interface KnownPeer {
  peer: Uint8Array<ArrayBuffer>
  status: KnownPeer.Status
}

export namespace KnownPeer {
  export enum Status {
    UP = 'UP',
    SUSPECT = 'SUSPECT',
    DOWN = 'DOWN'
  }

  enum __StatusValues {
    UP = 0,
    SUSPECT = 1,
    DOWN = 2
  }

  export namespace Status {
    export const codec = (): Codec<Status> => {
      return enumeration<Status>(__StatusValues)
    }
  }

  let _codec: Codec<KnownPeer>

  export const codec = (): Codec<KnownPeer> => {
    if (_codec == null) {
      _codec = message<KnownPeer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.peer != null && obj.peer.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.peer)
        }

        if (obj.status != null && __StatusValues[obj.status] !== 0) {
          w.uint32(16)
          KnownPeer.Status.codec().encode(obj.status, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          peer: uint8ArrayAlloc(0),
          status: Status.UP
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
              obj.status = KnownPeer.Status.codec().decode(reader)
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
                field: `${prefix}.status`,
                value: KnownPeer.Status.codec().decode(reader)
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

  export interface KnownPeerPeerFieldEvent {
    field: '$.peer'
    value: Uint8Array<ArrayBuffer>
  }

  export interface KnownPeerStatusFieldEvent {
    field: '$.status'
    value: KnownPeer.Status
  }

  export function encode (obj: Partial<KnownPeer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, KnownPeer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<KnownPeer>): KnownPeer {
    return decodeMessage(buf, KnownPeer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<KnownPeer>): Generator<KnownPeerPeerFieldEvent | KnownPeerStatusFieldEvent> {
    return streamMessage(buf, KnownPeer.codec(), opts)
  }
}

export interface Leave {}

export namespace Leave {
  let _codec: Codec<Leave>

  export const codec = (): Codec<Leave> => {
    if (_codec == null) {
      _codec = message<Leave>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Leave>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Leave.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Leave>): Leave {
    return decodeMessage(buf, Leave.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Leave>): Generator<{}> {
    return streamMessage(buf, Leave.codec(), opts)
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
