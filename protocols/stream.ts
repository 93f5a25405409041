// @ts-nocheck: generated from stream.proto by `npm run generate`
import { decodeMessage, encodeMessage, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Hello {
  ringId: Uint8Array<ArrayBuffer>
  storeId: Uint8Array<ArrayBuffer>
  boot: number
  versionMin: number
  versionMax: number
  peerRecord: Uint8Array<ArrayBuffer>
  genesis?: Genesis
  nonces: Uint8Array<ArrayBuffer>
  client: boolean
  refusal?: Refusal
}

export namespace Hello {
  let _codec: Codec<Hello>

  export const codec = (): Codec<Hello> => {
    if (_codec == null) {
      _codec = message<Hello>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.ringId != null && obj.ringId.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.ringId)
        }

        if ((obj.storeId != null && obj.storeId.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.storeId)
        }

        if ((obj.boot != null && obj.boot !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.boot)
        }

        if ((obj.versionMin != null && obj.versionMin !== 0)) {
          w.uint32(32)
          w.uint32(obj.versionMin)
        }

        if ((obj.versionMax != null && obj.versionMax !== 0)) {
          w.uint32(40)
          w.uint32(obj.versionMax)
        }

        if ((obj.peerRecord != null && obj.peerRecord.byteLength > 0)) {
          w.uint32(50)
          w.bytes(obj.peerRecord)
        }

        if (obj.genesis != null) {
          w.uint32(58)
          Genesis.codec().encode(obj.genesis, w)
        }

        if ((obj.nonces != null && obj.nonces.byteLength > 0)) {
          w.uint32(74)
          w.bytes(obj.nonces)
        }

        if ((obj.client != null && obj.client !== false)) {
          w.uint32(80)
          w.bool(obj.client)
        }

        if (obj.refusal != null) {
          w.uint32(66)
          Refusal.codec().encode(obj.refusal, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          ringId: uint8ArrayAlloc(0),
          storeId: uint8ArrayAlloc(0),
          boot: 0,
          versionMin: 0,
          versionMax: 0,
          peerRecord: uint8ArrayAlloc(0),
          nonces: uint8ArrayAlloc(0),
          client: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.ringId = reader.bytes()
              break
            }
            case 2: {
              obj.storeId = reader.bytes()
              break
            }
            case 3: {
              obj.boot = reader.uint64Number()
              break
            }
            case 4: {
              obj.versionMin = reader.uint32()
              break
            }
            case 5: {
              obj.versionMax = reader.uint32()
              break
            }
            case 6: {
              obj.peerRecord = reader.bytes()
              break
            }
            case 7: {
              obj.genesis = Genesis.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.genesis
              })
              break
            }
            case 9: {
              obj.nonces = reader.bytes()
              break
            }
            case 10: {
              obj.client = reader.bool()
              break
            }
            case 8: {
              obj.refusal = Refusal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.refusal
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
                field: `${prefix}.ringId`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.storeId`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.boot`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.versionMin`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.versionMax`,
                value: reader.uint32()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.peerRecord`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield * Genesis.codec().stream(reader, reader.uint32(), `${prefix}.genesis`, {
                limits: opts.limits?.genesis
              })

              break
            }
            case 9: {
              yield {
                field: `${prefix}.nonces`,
                value: reader.bytes()
              }
              break
            }
            case 10: {
              yield {
                field: `${prefix}.client`,
                value: reader.bool()
              }
              break
            }
            case 8: {
              yield * Refusal.codec().stream(reader, reader.uint32(), `${prefix}.refusal`, {
                limits: opts.limits?.refusal
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

  export interface HelloRingIdFieldEvent {
    field: '$.ringId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloStoreIdFieldEvent {
    field: '$.storeId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloBootFieldEvent {
    field: '$.boot'
    value: number
  }

  export interface HelloVersionMinFieldEvent {
    field: '$.versionMin'
    value: number
  }

  export interface HelloVersionMaxFieldEvent {
    field: '$.versionMax'
    value: number
  }

  export interface HelloPeerRecordFieldEvent {
    field: '$.peerRecord'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloGenesisRingIdFieldEvent {
    field: '$.genesis.ringId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloGenesisSlotsFieldEvent {
    field: '$.genesis.slots'
    value: number
  }

  export interface HelloGenesisReplicasFieldEvent {
    field: '$.genesis.replicas'
    value: number
  }

  export interface HelloGenesisVirtualNodesFieldEvent {
    field: '$.genesis.virtualNodes'
    value: number
  }

  export interface HelloGenesisCreatedByFieldEvent {
    field: '$.genesis.createdBy'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloNoncesFieldEvent {
    field: '$.nonces'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloClientFieldEvent {
    field: '$.client'
    value: boolean
  }

  export interface HelloRefusalNameFieldEvent {
    field: '$.refusal.name'
    value: string
  }

  export interface HelloRefusalDetailFieldEvent {
    field: '$.refusal.detail'
    value: string
  }

  export interface HelloRefusalRetryAfterMsFieldEvent {
    field: '$.refusal.retryAfterMs'
    value: number
  }

  export function encode (obj: Partial<Hello>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Hello.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Hello {
    return decodeMessage(buf, Hello.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Generator<HelloRingIdFieldEvent | HelloStoreIdFieldEvent | HelloBootFieldEvent | HelloVersionMinFieldEvent | HelloVersionMaxFieldEvent | HelloPeerRecordFieldEvent | HelloGenesisRingIdFieldEvent | HelloGenesisSlotsFieldEvent | HelloGenesisReplicasFieldEvent | HelloGenesisVirtualNodesFieldEvent | HelloGenesisCreatedByFieldEvent | HelloNoncesFieldEvent | HelloClientFieldEvent | HelloRefusalNameFieldEvent | HelloRefusalDetailFieldEvent | HelloRefusalRetryAfterMsFieldEvent> {
    return streamMessage(buf, Hello.codec(), opts)
  }
}

export interface Genesis {
  ringId: Uint8Array<ArrayBuffer>
  slots: number
  replicas: number
  virtualNodes: number
  createdBy: Uint8Array<ArrayBuffer>
}

export namespace Genesis {
  let _codec: Codec<Genesis>

  export const codec = (): Codec<Genesis> => {
    if (_codec == null) {
      _codec = message<Genesis>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.ringId != null && obj.ringId.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.ringId)
        }

        if ((obj.slots != null && obj.slots !== 0)) {
          w.uint32(16)
          w.uint32(obj.slots)
        }

        if ((obj.replicas != null && obj.replicas !== 0)) {
          w.uint32(24)
          w.uint32(obj.replicas)
        }

        if ((obj.virtualNodes != null && obj.virtualNodes !== 0)) {
          w.uint32(32)
          w.uint32(obj.virtualNodes)
        }

        if ((obj.createdBy != null && obj.createdBy.byteLength > 0)) {
          w.uint32(42)
          w.bytes(obj.createdBy)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          ringId: uint8ArrayAlloc(0),
          slots: 0,
          replicas: 0,
          virtualNodes: 0,
          createdBy: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.ringId = reader.bytes()
              break
            }
            case 2: {
              obj.slots = reader.uint32()
              break
            }
            case 3: {
              obj.replicas = reader.uint32()
              break
            }
            case 4: {
              obj.virtualNodes = reader.uint32()
              break
            }
            case 5: {
              obj.createdBy = reader.bytes()
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
                field: `${prefix}.ringId`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.slots`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.replicas`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.virtualNodes`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.createdBy`,
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

  export interface GenesisRingIdFieldEvent {
    field: '$.ringId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface GenesisSlotsFieldEvent {
    field: '$.slots'
    value: number
  }

  export interface GenesisReplicasFieldEvent {
    field: '$.replicas'
    value: number
  }

  export interface GenesisVirtualNodesFieldEvent {
    field: '$.virtualNodes'
    value: number
  }

  export interface GenesisCreatedByFieldEvent {
    field: '$.createdBy'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Genesis>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Genesis.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Genesis>): Genesis {
    return decodeMessage(buf, Genesis.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Genesis>): Generator<GenesisRingIdFieldEvent | GenesisSlotsFieldEvent | GenesisReplicasFieldEvent | GenesisVirtualNodesFieldEvent | GenesisCreatedByFieldEvent> {
    return streamMessage(buf, Genesis.codec(), opts)
  }
}

export interface Refusal {
  name: string
  detail: string
  retryAfterMs: number
}

export namespace Refusal {
  let _codec: Codec<Refusal>

  export const codec = (): Codec<Refusal> => {
    if (_codec == null) {
      _codec = message<Refusal>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.name != null && obj.name !== '')) {
          w.uint32(10)
          w.string(obj.name)
        }

        if ((obj.detail != null && obj.detail !== '')) {
          w.uint32(18)
          w.string(obj.detail)
        }

        if ((obj.retryAfterMs != null && obj.retryAfterMs !== 0)) {
          w.uint32(24)
          w.uint32(obj.retryAfterMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          name: '',
          detail: '',
          retryAfterMs: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.name = reader.string()
              break
            }
            case 2: {
              obj.detail = reader.string()
              break
            }
            case 3: {
              obj.retryAfterMs = reader.uint32()
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
                field: `${prefix}.name`,
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
                field: `${prefix}.retryAfterMs`,
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

  export interface RefusalNameFieldEvent {
    field: '$.name'
    value: string
  }

  export interface RefusalDetailFieldEvent {
    field: '$.detail'
    value: string
  }

  export interface RefusalRetryAfterMsFieldEvent {
    field: '$.retryAfterMs'
    value: number
  }

  export function encode (obj: Partial<Refusal>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Refusal.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Refusal {
    return decodeMessage(buf, Refusal.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Generator<RefusalNameFieldEvent | RefusalDetailFieldEvent | RefusalRetryAfterMsFieldEvent> {
    return streamMessage(buf, Refusal.codec(), opts)
  }
}
