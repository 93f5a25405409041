/**
 * What a peer says to others and they to it, over the simulated network: all ports to the network in one place. Every
 * message goes through the codecs of the real one, so no two peers ever share an object.
 */
import type {
  CallOptions,
  ChordHandler,
  ChordReply,
  ChordRequest,
  ChordRpc,
  ReplyOf
} from '../../src/chord/chord-rpc.ts'
import type { Peer } from '../../src/chord/ring-node.ts'
import { type AnilloError, errorByName, errorName, TransferError } from '../../src/errors.ts'
import { BULK_IDLE_MS } from '../../src/network/bulk.ts'
import {
  decodeChordReply,
  decodeChordRequest,
  encodeChordReply,
  encodeChordRequest
} from '../../src/network/chord-codec.ts'
import { decodeReplicaMessages, encodeReplicaMessages } from '../../src/network/replica-codec.ts'
import {
  decodeSnapshotRecord,
  decodeSnapshotVerdict,
  encodeSnapshotRecord,
  encodeSnapshotVerdict
} from '../../src/network/snapshot-codec.ts'
import {
  decodeUsersAnswer,
  decodeUsersMessage,
  encodeUsersAnswer,
  encodeUsersMessage,
  type UsersAnswer,
  type UsersMessage
} from '../../src/network/users-codec.ts'
import type { ReplicaMessage } from '../../src/replica/message.ts'
import type {
  ReplicaRpc,
  RpcOptions,
  SnapshotRecord,
  SnapshotVerdict
} from '../../src/replica/replica-rpc.ts'
import type { View } from '../../src/replica/view.ts'
import type { Slot } from '../../src/ring/slot.ts'
import type { Random } from '../../src/runtime.ts'
import type { FollowedSlot, SlotChanges } from '../../src/users/change-source.ts'
import type { ListPage, ListQuery } from '../../src/users/listing.ts'
import type { Get, Operation } from '../../src/users/operation.ts'
import type { UsersNode } from '../../src/users/users-node.ts'
import type {
  Answered,
  OperateOptions,
  OperationResult,
  StaleResult,
  Tally,
  UsersRpc
} from '../../src/users/users-rpc.ts'
import { type Admissions, encodeHello, HELLO_BYTES, type Hello, type Hellos } from './hello.ts'
import type { Machine } from './machine.ts'
import type { SimulatedNetwork } from './network.ts'

export interface LinksInit {
  readonly hello: Hello
  readonly hellos: Hellos
  readonly admissions: Admissions
  readonly slots: number
  readonly virtualNodes: number
  readonly machine: Machine
  readonly network: SimulatedNetwork
  readonly random: Random
  /** Another peer was spoken with. */
  readonly onContact: (peer: Peer) => void
  /** Another peer said hello, on a stream that is new. */
  readonly onHello: (peer: Peer) => void
  /** Others say that this peer's disk is an old copy. */
  readonly onDisowned: () => void
  readonly onSent: (messages: readonly ReplicaMessage[]) => void
  readonly count: (what: string) => void
}

/** What comes from others goes here. */
export type UsersHandler = UsersNode['handler']

/** Services on the network. */
const CHORD = 'chord'
const USERS = 'users'
const REPLICA = 'replica'
const SNAPSHOT = 'snapshot'

/** The first byte of an answer, after the hello. */
const ANSWERED = 0
const REFUSED = 1
const DISOWNED = 2

/** A stream on which nothing came for so long has broken: the next message needs another one. */
const STREAM_MS = 2_000

/** A snapshot takes its time, of which others make use. */
const SNAPSHOT_PAUSE_MS = 30
/** Part of the snapshots that are cut off. */
const SNAPSHOT_CUT = 0.1

export class Links implements ChordRpc, UsersRpc, ReplicaRpc {
  readonly #init: LinksInit
  readonly #hello: Uint8Array
  #chord: ChordHandler | undefined
  #users: UsersHandler | undefined
  /** When something last came from each start of a peer. */
  readonly #heardMs = new Map<Hello, number>()

  constructor(init: LinksInit) {
    this.#init = init
    this.#hello = encodeHello(init.hello)
  }

  /** From now on others reach this peer. Its own start must be on its disk by then. */
  open(): void {
    const { network, hello, machine } = this.#init
    network.attach(
      hello.self.peer,
      async (from, service, message) => {
        await machine.running(from)
        return this.#answer(from, service, message)
      },
      (from, message) => machine.whenRead(from, () => this.#receive(from, message))
    )
  }

  serveChord(handler: ChordHandler): void {
    this.#chord = handler
  }

  serveUsers(handler: UsersHandler): void {
    this.#users = handler
  }

  async call<T extends ChordRequest['type']>(
    peer: Peer,
    request: Extract<ChordRequest, { type: T }>,
    options: CallOptions
  ): Promise<ReplyOf[T] | undefined> {
    const answer = await this.#ask(peer, CHORD, encodeChordRequest(request), options)
    if (answer.kind !== 'answered') return undefined
    this.#init.onContact(peer)
    const { virtualNodes } = this.#init
    const { message } = decodeChordReply(answer.body, { request: request.type, virtualNodes })
    return message as ChordReply as ReplyOf[T]
  }

  async operate(peer: Peer, operation: Operation, options: OperateOptions): Promise<OperationResult> {
    const { ageMs } = options
    const answer = await this.#askUsers(peer, { type: 'operation', operation, ageMs }, options)
    if (!('type' in answer)) return answer
    if (answer.type === 'outcome') return { kind: 'done', outcome: answer.outcome }
    return { kind: 'elsewhere', view: answer.type === 'views' ? answer.views[0] : undefined }
  }

  async readStale(peer: Peer, get: Get, options: RpcOptions): Promise<StaleResult> {
    const answer = await this.#askUsers(peer, { type: 'stale-read', operation: get }, options)
    if (!('type' in answer)) return answer
    if (answer.type === 'outcome') return { kind: 'done', outcome: answer.outcome, ageMs: answer.ageMs }
    return { kind: 'elsewhere', view: answer.type === 'views' ? answer.views[0] : undefined }
  }

  async list(peer: Peer, query: ListQuery, options: RpcOptions): Promise<Answered<ListPage>> {
    const answer = await this.#askUsers(peer, { type: 'list', query }, options)
    if (!('type' in answer)) return answer
    if (answer.type === 'page') return { kind: 'done', outcome: answer.page }
    return { kind: 'elsewhere', view: answer.type === 'views' ? answer.views[0] : undefined }
  }

  async follow(
    peer: Peer,
    slots: readonly FollowedSlot[],
    { waitMs, ...options }: RpcOptions & { readonly waitMs: number }
  ): Promise<readonly SlotChanges[] | undefined> {
    const answer = await this.#askUsers(peer, { type: 'follow', slots, waitMs }, options)
    return 'type' in answer && answer.type === 'followed' ? answer.slots : undefined
  }

  async whereIs(
    peer: Peer,
    slots: readonly Slot[],
    options: RpcOptions
  ): Promise<readonly View[] | undefined> {
    const answer = await this.#askUsers(peer, { type: 'where-is', slots }, options)
    return 'type' in answer && answer.type === 'views' ? answer.views : undefined
  }

  async tally(peer: Peer, options: RpcOptions): Promise<Tally | undefined> {
    const answer = await this.#askUsers(peer, { type: 'tally' }, options)
    return 'type' in answer && answer.type === 'tally' ? answer.tally : undefined
  }

  async advertise(peer: Peer, views: readonly View[], options: RpcOptions): Promise<void> {
    await this.#askUsers(peer, { type: 'advertise', views }, options)
  }

  async leaving(peer: Peer, options: RpcOptions): Promise<void> {
    await this.#askUsers(peer, { type: 'leaving' }, options)
  }

  post(to: Peer, messages: readonly ReplicaMessage[]): void {
    const { network, hello, onSent } = this.#init
    onSent(messages)
    for (const body of encodeReplicaMessages(messages)) {
      network.post(hello.self.peer, to, REPLICA, join(this.#hello, body))
    }
  }

  async sendSnapshot(
    to: Peer,
    records: Iterable<SnapshotRecord>,
    options: RpcOptions
  ): Promise<SnapshotVerdict> {
    const body = framed(Array.from(records, encodeSnapshotRecord))
    const timeoutMs = Math.min(options.timeoutMs, BULK_IDLE_MS)
    const answer = await this.#ask(to, SNAPSHOT, body, { ...options, timeoutMs })
    if (answer.kind === 'answered') return decodeSnapshotVerdict(answer.body)
    throw new TransferError(`The snapshot to ${to} did not complete`)
  }

  async #askUsers(peer: Peer, message: UsersMessage, options: RpcOptions) {
    const answer = await this.#ask(peer, USERS, encodeUsersMessage(message), options)
    if (answer.kind !== 'answered') return answer
    return decodeUsersAnswer(answer.body, this.#init.slots)
  }

  async #ask(
    peer: Peer,
    service: string,
    body: Uint8Array,
    { timeoutMs, signal }: RpcOptions
  ): Promise<
    | { readonly kind: 'answered'; readonly body: Uint8Array }
    | { readonly kind: 'refused'; readonly error: AnilloError }
    | { readonly kind: 'no-reply'; readonly sent: boolean; readonly reason: string }
  > {
    const { network, hello, machine, hellos } = this.#init
    const message = join(this.#hello, body)
    const answer = await network.call(hello.self.peer, peer, service, message, { timeoutMs, signal })
    await machine.running(peer)
    if (answer === undefined) return { kind: 'no-reply', sent: true, reason: 'nothing came' }
    if (!this.#met(hellos.of(peer, answer)))
      return { kind: 'no-reply', sent: true, reason: 'an old copy answered' }
    const [kind, rest] = [answer[HELLO_BYTES], answer.subarray(HELLO_BYTES + 1)]
    if (kind === ANSWERED) return { kind: 'answered', body: rest }
    if (kind === DISOWNED) {
      this.#init.onDisowned()
      return new Promise(() => {})
    }
    const { name, message: detail, retryAfterMs } = JSON.parse(Buffer.from(rest).toString())
    return {
      kind: 'refused',
      error: errorByName(name, detail, retryAfterMs === undefined ? {} : { retryAfterMs })
    }
  }

  async #answer(from: Peer, service: string, message: Uint8Array): Promise<Uint8Array> {
    const answered = (kind: number, body: Uint8Array) => join(this.#hello, Uint8Array.of(kind), body)
    const hello = this.#init.hellos.of(from, message)
    if (!this.#met(hello)) return answered(DISOWNED, new Uint8Array())
    try {
      return answered(ANSWERED, await this.#handle(hello, service, message.subarray(HELLO_BYTES)))
    } catch (error) {
      const { message: detail, retryAfterMs } = error as AnilloError
      const name = errorName(error) ?? 'InternalError'
      if (name === 'InternalError') this.#init.machine.errors.push(error)
      return answered(REFUSED, Buffer.from(JSON.stringify({ name, message: detail, retryAfterMs })))
    }
  }

  async #handle(hello: Hello, service: string, body: Uint8Array): Promise<Uint8Array> {
    const { virtualNodes, slots, onContact } = this.#init
    const { peer } = hello.self
    if (service === CHORD) {
      onContact(peer)
      const { message } = decodeChordRequest(body, { from: peer, virtualNodes })
      return encodeChordReply(await this.#present(this.#chord).handle(peer, message))
    }
    const users = this.#present(this.#users)
    if (service === SNAPSHOT) {
      const verdict = await users.receiveSnapshot(peer, this.#arriving(unframed(body)))
      this.#init.count(verdict.kind === 'accepted' ? 'snapshot taken' : 'snapshot refused')
      return encodeSnapshotVerdict(verdict)
    }
    return encodeUsersAnswer(await this.#serve(users, peer, decodeUsersMessage(body, slots)))
  }

  async #serve(users: UsersHandler, from: Peer, message: UsersMessage): Promise<UsersAnswer> {
    switch (message.type) {
      case 'operation': {
        const result = await users.operate(message.operation, message.ageMs)
        if (result.kind === 'done') return { type: 'outcome', outcome: result.outcome, ageMs: 0 }
        return { type: 'views', views: result.view === undefined ? [] : [result.view] }
      }
      case 'stale-read': {
        const result = users.readStale(message.operation)
        if (result.kind === 'done')
          return { type: 'outcome', outcome: result.outcome, ageMs: Math.ceil(result.ageMs) }
        return { type: 'views', views: result.view === undefined ? [] : [result.view] }
      }
      case 'list': {
        const result = await users.list(message.query)
        if (result.kind === 'done') return { type: 'page', page: result.outcome }
        return { type: 'views', views: result.view === undefined ? [] : [result.view] }
      }
      case 'follow':
        return { type: 'followed', slots: await users.follow(message.slots, message.waitMs) }
      case 'where-is':
        return { type: 'views', views: users.whereIs(message.slots) }
      case 'tally':
        return { type: 'tally', tally: users.tally() }
      case 'advertise':
        users.advertised(message.views)
        return { type: 'done' }
      case 'leaving':
        users.leaving(from)
        return { type: 'done' }
    }
  }

  async *#arriving(records: readonly Uint8Array[]): AsyncGenerator<SnapshotRecord> {
    const { random, machine, slots } = this.#init
    const cutAt = random.next() < SNAPSHOT_CUT ? Math.floor(random.next() * records.length) : records.length
    for (const [at, record] of records.entries()) {
      if (at === cutAt) throw new TransferError('The snapshot was cut off')
      if (random.next() < 0.3) {
        await new Promise<void>(resolve =>
          machine.runtime.clock.timer(random.next() * SNAPSHOT_PAUSE_MS, resolve)
        )
      }
      yield decodeSnapshotRecord(record, slots)
    }
  }

  #receive(from: Peer, message: Uint8Array): void {
    const hello = this.#init.hellos.of(from, message)
    if (!this.#met(hello) || this.#users === undefined) return
    this.#users.received(hello.self, decodeReplicaMessages(message.subarray(HELLO_BYTES), this.#init.slots))
  }

  /** False: an old copy. */
  #met(hello: Hello): boolean {
    if (!this.#init.admissions.admit(hello)) return false
    this.#users?.met(hello.self)
    const { machine, onHello } = this.#init
    const nowMs = machine.runtime.clock.monotonic()
    const heardMs = this.#heardMs.get(hello) ?? Number.NEGATIVE_INFINITY
    this.#heardMs.set(hello, nowMs)
    if (nowMs - heardMs > STREAM_MS) onHello(hello.self.peer)
    return true
  }

  #present<T>(handler: T | undefined): T {
    if (handler === undefined) throw errorByName('NotRunningError', 'This peer has not joined its ring yet')
    return handler
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.byteLength
  }
  return joined
}

/** Each with its length before it. */
function framed(records: readonly Uint8Array[]): Uint8Array {
  return join(
    ...records.flatMap(record => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(record.byteLength)
      return [length, record]
    })
  )
}

function unframed(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = []
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < buffer.length; ) {
    const end = at + 4 + buffer.readUInt32BE(at)
    records.push(bytes.slice(at + 4, end))
    at = end
  }
  return records
}
