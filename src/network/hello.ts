/**
 * The first frame in each direction on every stream: both sides say which ring and which store they are, and the
 * opener sends nothing else before it has read the answer. So no later message needs to say any of it again, and no
 * request of another ring's peer is ever handled.
 */
import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { Hello, type Genesis as WireGenesis } from '../../protocols/stream.ts'
import type { Contact } from '../chord/contact.ts'
import { type Genesis, validGenesis } from '../chord/genesis.ts'
import { multihashOf, type Peer } from '../chord/ring-node.ts'
import { BOOT_NONCE_BYTES, BOOT_NONCES_MAX, HELLO_TIMEOUT_MS } from '../constants.ts'
import {
  AnilloError,
  errorByName,
  errorName,
  IncompatibleVersionError,
  NotRunningError,
  ProtocolViolationError,
  TimeoutError,
  UnavailableError,
  WrongRingError
} from '../errors.ts'
import type { Incarnation } from '../replica/view.ts'
import type { Clock } from '../runtime.ts'
import { verifyContact } from './contact-record.ts'
import { encodeFrame, FrameDecoder, FrameType } from './frame.ts'

/** The wire protocol's versions that this code speaks. */
const VERSION_MIN = 1
const VERSION_MAX = 2
/** Of a client: what speaks version 1 only would take it for a peer of the ring, and give it slots. */
const CLIENT_VERSION_MIN = 2

const RING_ID_BYTES = 16
const STORE_ID_BYTES = 8
const PEER_BYTES_MAX = 64
/** A hello with a peer record of the largest size, or with a refusal. A stranger may make us buffer no more. */
const HELLO_BYTES_MAX = 8 * 1024
/** Of what another peer says for people to read; the rest is cut off. */
export const DETAIL_LENGTH_MAX = 1_024

/** What this peer says of itself, read anew for every hello, and who is told of the other side's. */
export interface HelloPolicy {
  /** Undefined until this peer belongs to a ring. */
  readonly genesis: Genesis | undefined
  /** 8 bytes. */
  readonly storeId: Uint8Array
  readonly boot: number
  /** Of the last starts of the store, the newest first: BOOT_NONCE_BYTES of each, at most BOOT_NONCES_MAX. */
  readonly nonces: Uint8Array
  /** This peer's own signed record. */
  readonly record: Uint8Array
  /** It asks, and answers nobody: no place in the ring, no slots. @default false */
  readonly client?: boolean | undefined
  /**
   * Before a hello of a member of our ring is accepted, on either side.
   * @throws StoreRolledBackError its store is an old copy
   */
  admit(incarnation: Incarnation, nonces: Uint8Array): void
  /** A member of our ring said a sound hello; called for every stream. */
  onMet(met: Met): void
  /** A member of our ring refused us because our store is an old copy: this peer must stop. */
  onRolledBack(error: AnilloError): void
}

/** What a hello that was accepted says. */
export interface Met {
  readonly peer: Peer
  readonly incarnation: Incarnation
  readonly nonces: Uint8Array
  readonly contact: Contact
  /** No peer of the ring: what it says of its store and its addresses is nobody's business. */
  readonly client: boolean
}

/** What a peer without a ring is told. */
export interface Greeting {
  readonly peer: Peer
  readonly genesis: Genesis
  readonly contact: Contact
}

/**
 * The opener's side; ends within HELLO_TIMEOUT_MS. When it rejects the stream is of no use any more and is the caller's to abort.
 * @throws an AnilloError named as the other side's refusal, or as what is wrong with its hello
 */
export async function sayHello(
  stream: Stream,
  peer: Peer,
  policy: HelloPolicy,
  clock: Clock,
  signal?: AbortSignal
): Promise<Met> {
  const { genesis } = policy
  if (genesis === undefined) throw new NotRunningError('This peer belongs to no ring yet')
  sendHello(stream, ownHello(policy, genesis.ringId))
  const hello = await readHello(stream, clock, signal)
  const refusal = refusalOf(hello, peer)
  if (refusal?.name === 'StoreRolledBackError') policy.onRolledBack(refusal)
  if (refusal !== undefined) throw refusal
  checkRing(hello, genesis, peer)
  const met = await readMet(hello, peer)
  if (met.client) throw new ProtocolViolationError(`${peer} is a client, and answers all the same`)
  policy.admit(met.incarnation, met.nonces)
  policy.onMet(met)
  return met
}

/** The opener's side of a peer that belongs to no ring and wants to join this one. */
export async function askGenesis(
  stream: Stream,
  peer: Peer,
  policy: HelloPolicy,
  clock: Clock,
  signal?: AbortSignal
): Promise<Greeting> {
  sendHello(stream, ownHello(policy, undefined))
  const hello = await readHello(stream, clock, signal)
  const refusal = refusalOf(hello, peer)
  if (refusal !== undefined) throw refusal
  const { contact } = await readMet(hello, peer)
  const genesis = hello.genesis === undefined ? undefined : readGenesis(hello.genesis)
  if (genesis === undefined || genesis.ringId !== hex(hello.ringId)) {
    throw new ProtocolViolationError(`${peer} described no sound ring to a peer that wants to join`)
  }
  return { peer, genesis, contact }
}

/**
 * The responder's side. Undefined: the other peer belongs to no ring, was told about ours, and the stream is to be
 * ended. When it rejects, the other side was told so where the protocol says that it is, and the stream is to be
 * ended too.
 */
export async function answerHello(
  stream: Stream,
  peer: Peer,
  policy: HelloPolicy,
  clock: Clock
): Promise<Met | undefined> {
  const hello = await readHello(stream, clock)
  try {
    const { genesis } = policy
    if (genesis === undefined) throw new NotRunningError('This peer belongs to no ring yet')
    const stranger = hello.ringId.byteLength === 0
    if (!stranger) checkRing(hello, genesis, peer)
    const met = await readMet(hello, peer)
    const member = !stranger && !met.client
    if (member) policy.admit(met.incarnation, met.nonces)
    if (stream.readBufferLength > 0)
      throw new ProtocolViolationError('It did not wait for the answer to its hello')
    const answer = ownHello(policy, genesis.ringId)
    sendHello(stream, stranger ? { ...answer, genesis: wireGenesis(genesis) } : answer)
    if (stranger) return undefined
    if (member) policy.onMet(met)
    return met
  } catch (error) {
    if (error instanceof AnilloError && stream.writeStatus === 'writable')
      sendHello(stream, refusalHello(error))
    throw error
  }
}

/** Exactly one frame, then nothing: what follows belongs to whoever reads the stream next. */
function readHello(stream: Stream, clock: Clock, signal?: AbortSignal): Promise<Hello> {
  return new Promise((resolve, reject) => {
    const decoder = new FrameDecoder(HELLO_BYTES_MAX)
    const finish = (act: () => void) => {
      timer.cancel()
      stream.removeEventListener('message', onMessage)
      stream.removeEventListener('end', onEnd)
      stream.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const fail = (error: Error) => finish(() => reject(error))
    const onMessage = ({ data }: { data: Uint8Array | Uint8ArrayList }) => {
      try {
        decoder.push(data)
        const frame = decoder.next()
        if (frame === undefined) return
        if (frame.type !== FrameType.hello || frame.id !== 0) {
          throw new ProtocolViolationError('The first frame of a stream is not a hello')
        }
        if (decoder.bufferedBytes > 0)
          throw new ProtocolViolationError('It did not wait for the answer to its hello')
        const hello = decodeHello(frame.body)
        finish(() => resolve(hello))
      } catch (error) {
        fail(error as Error)
      }
    }
    const onEnd = () => {
      fail(
        decoder.bufferedBytes > 0
          ? new ProtocolViolationError('The stream ended within its hello')
          : new UnavailableError('The stream ended before its hello')
      )
    }
    const onClose = ({ error }: { error?: Error }) =>
      fail(error ?? new UnavailableError('The stream was closed'))
    const onAbort = () => fail(signal!.reason)
    const timer = clock.timer(HELLO_TIMEOUT_MS, () =>
      fail(new TimeoutError(`No hello within ${HELLO_TIMEOUT_MS} ms`))
    )
    stream.addEventListener('message', onMessage)
    stream.addEventListener('end', onEnd)
    stream.addEventListener('close', onClose)
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    else if (stream.status !== 'open') fail(new UnavailableError('The stream was closed'))
    else if (stream.readableEnded) onEnd()
  })
}

function decodeHello(body: Uint8Array): Hello {
  try {
    return Hello.decode(new Uint8Array(body)) // a copy: its fields outlive what it came in
  } catch (cause) {
    throw new ProtocolViolationError(`A hello cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function sendHello(stream: Stream, hello: Partial<Hello>): void {
  if (stream.writeStatus !== 'writable') throw new UnavailableError('The stream was closed')
  stream.send(encodeFrame({ type: FrameType.hello, id: 0, body: Hello.encode(hello) }))
}

function ownHello(policy: HelloPolicy, ringId: string | undefined): Partial<Hello> {
  return {
    ringId: fromString(ringId ?? '', 'base16'),
    storeId: policy.storeId as Uint8Array<ArrayBuffer>,
    boot: policy.boot,
    nonces: policy.nonces as Uint8Array<ArrayBuffer>,
    versionMin: policy.client ? CLIENT_VERSION_MIN : VERSION_MIN,
    versionMax: VERSION_MAX,
    peerRecord: policy.record as Uint8Array<ArrayBuffer>,
    client: policy.client ?? false
  }
}

function refusalHello(error: AnilloError): Partial<Hello> {
  return { refusal: { name: error.name, detail: error.message.slice(0, DETAIL_LENGTH_MAX), retryAfterMs: 0 } }
}

function refusalOf({ refusal }: Hello, peer: Peer): AnilloError | undefined {
  if (refusal === undefined) return undefined
  const name = errorName(refusal) ?? 'InternalError'
  return errorByName(name, `${peer} refused us: ${refusal.detail.slice(0, DETAIL_LENGTH_MAX)}`)
}

function checkRing(hello: Hello, genesis: Genesis, peer: Peer): void {
  if (hello.ringId.byteLength !== RING_ID_BYTES) {
    throw new ProtocolViolationError(`A ring id of ${hello.ringId.byteLength} bytes: it has ${RING_ID_BYTES}`)
  }
  if (hex(hello.ringId) !== genesis.ringId) {
    throw new WrongRingError(`${peer} is of ring ${hex(hello.ringId)}, this peer of ${genesis.ringId}`)
  }
}

/** @throws IncompatibleVersionError | ProtocolViolationError */
async function readMet(hello: Hello, peer: Peer): Promise<Met> {
  if (hello.versionMin < 1 || hello.versionMin > hello.versionMax) {
    throw new ProtocolViolationError(`Versions ${hello.versionMin} to ${hello.versionMax}`)
  }
  if (hello.versionMin > VERSION_MAX || hello.versionMax < VERSION_MIN) {
    throw new IncompatibleVersionError(
      `${peer} speaks versions ${hello.versionMin} to ${hello.versionMax}, this peer ${VERSION_MIN} to ${VERSION_MAX}`
    )
  }
  if (hello.storeId.byteLength !== STORE_ID_BYTES) {
    throw new ProtocolViolationError(
      `A store id of ${hello.storeId.byteLength} bytes: it has ${STORE_ID_BYTES}`
    )
  }
  const { boot, nonces } = hello
  if (!Number.isSafeInteger(boot) || boot < 1) throw new ProtocolViolationError(`A boot number of ${boot}`)
  const starts = nonces.byteLength / BOOT_NONCE_BYTES
  if (!Number.isInteger(starts) || starts < 1 || starts > BOOT_NONCES_MAX) {
    throw new ProtocolViolationError(`Nonces of ${starts} starts: 1 to ${BOOT_NONCES_MAX} are said`)
  }
  const contact = await verifyContact(hello.peerRecord)
  if (contact.peer !== peer)
    throw new ProtocolViolationError(`${peer} sent the peer record of ${contact.peer}`)
  const incarnation = { peer, store: hex(hello.storeId), boot }
  return { peer, incarnation, nonces, contact, client: hello.client }
}

function wireGenesis(genesis: Genesis): WireGenesis {
  return {
    ringId: fromString(genesis.ringId, 'base16') as Uint8Array<ArrayBuffer>,
    slots: genesis.slots,
    replicas: genesis.replicas,
    virtualNodes: genesis.virtualNodes,
    createdBy: multihashOf(genesis.createdBy) as Uint8Array<ArrayBuffer>
  }
}

/** Undefined unless every field is sound. */
function readGenesis(wire: WireGenesis): Genesis | undefined {
  const { slots, replicas, virtualNodes } = wire
  if (wire.createdBy.byteLength === 0 || wire.createdBy.byteLength > PEER_BYTES_MAX) return undefined
  const createdBy = bytesToString(wire.createdBy, 'base58btc')
  const genesis = { ringId: hex(wire.ringId), slots, replicas, virtualNodes, createdBy }
  return validGenesis(genesis) ? genesis : undefined
}

function hex(bytes: Uint8Array): string {
  return bytesToString(bytes, 'base16')
}
