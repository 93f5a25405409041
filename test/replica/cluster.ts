/** Replicas of a few peers on virtual time, with a network that a test can cut and disks that it can take away. */
import { randomBytes } from 'node:crypto'
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { assert, InvalidRequestError, StorageError } from '../../src/errors.ts'
import { type AnilloEvent, Events, type Listener } from '../../src/events.ts'
import { decodeEntry, type Entry } from '../../src/replica/entry.ts'
import { ReplicaGroup } from '../../src/replica/group.ts'
import type { ReplicaMessage } from '../../src/replica/message.ts'
import type { SnapshotRecord } from '../../src/replica/replica-rpc.ts'
import { genesisWrite } from '../../src/replica/replica-state.ts'
import type { SlotMachine } from '../../src/replica/slot-machine.ts'
import { type Incarnation, type Member, sameMember, type View } from '../../src/replica/view.ts'
import { asSlot, type Slot } from '../../src/ring/slot.ts'
import { silentLog, type Timer } from '../../src/runtime.ts'
import { logRange, rowKey, userIdOfRow } from '../../src/storage/keys.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { JobBoard } from '../../src/users/job-board.ts'
import { seededRandom } from '../simulation/random.ts'
import { VirtualTime } from '../simulation/virtual-time.ts'

/** A register for each key: put answers its version, get the value. */
export type Command =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'put'; readonly key: string; readonly value: string; readonly ifVersion?: string }
  | { readonly kind: 'drop'; readonly key: string }
  /** Is refused, and told what there is. */
  | { readonly kind: 'refuse'; readonly key: string }
  /** An invariant does not hold. */
  | { readonly kind: 'break'; readonly key: string }

export interface Outcome {
  readonly value: string | undefined
  readonly version: string
  readonly done: boolean
}

const NOTHING: Outcome = { value: undefined, version: '', done: false }

function outcomeOf(row: Uint8Array | undefined): Outcome {
  if (row === undefined || row[0] === 0x2d) return NOTHING
  const [version, value] = bytesToString(row).split(' ')
  return { value, version: version!, done: true }
}

export const registers: SlotMachine<Command, Outcome> = {
  keyOf: (slot, { key }) => rowKey(slot, new Uint8Array(20), key),
  isRead: ({ kind }) => kind === 'get',
  isPayload: payload => payload[0] !== 0xff,
  isLive: row => row[0] !== 0x2d,
  dueMs: row => (row[0] === 0x2d ? 0 : undefined),
  elapse: row => (row[0] === 0x2d ? new Uint8Array() : undefined),
  evaluate(row, command, { version }) {
    const present = outcomeOf(row)
    if (command.kind === 'get') return { outcome: present }
    if (command.kind === 'refuse') throw new InvalidRequestError(`it is ${present.value}`)
    assert(command.kind !== 'break', 'this is broken')
    if (command.kind === 'drop') return { outcome: { ...present, version }, payload: fromString('-') }
    if (command.ifVersion !== undefined && command.ifVersion !== present.version) {
      return { outcome: { ...present, done: false } }
    }
    return { outcome: { value: command.value, version, done: true }, payload: fromString(command.value) }
  },
  apply: (_row, payload, { version }) =>
    payload[0] === 0x2d ? payload : fromString(`${version} ${bytesToString(payload)}`)
}

export const SLOT: Slot = asSlot(0, 4)

export interface Peer {
  readonly self: Incarnation
  readonly store: MemoryStore
  readonly group: ReplicaGroup<Command, Outcome>
  readonly events: AnilloEvent[]
  readonly subscribe: Events['subscribe']
  readonly jobs: JobBoard
  readonly timers: Set<Timer>
}

export class Cluster {
  readonly time = new VirtualTime()
  readonly peers = new Map<string, Peer>()
  /** Tables that were sent. */
  snapshots = 0
  /** What was given up for another lineage. */
  readonly salvaged: {
    readonly peer: string
    readonly slot: Slot
    readonly lineage: number
    readonly users: Record<string, string | undefined>
  }[] = []
  readonly posted: { readonly from: string; readonly to: string; readonly message: ReplicaMessage }[] = []
  /** Nobody can save what is given up; or it takes so long. */
  salvageFails = false
  salvageGate: Promise<void> = Promise.resolve()
  /** Tables are under way so long. */
  snapshotGate: Promise<void> = Promise.resolve()
  /** Messages for which it says so are lost. */
  cut: (from: string, to: string, message: ReplicaMessage) => boolean = () => false
  /** Messages for which it says so wait for `release`. */
  hold: (from: string, to: string, message: ReplicaMessage) => boolean = () => false
  #held: (() => void)[] = []
  /** Where the slot is said to be. */
  located: View | undefined
  readonly seed: string

  constructor(seed = randomBytes(4).toString('hex')) {
    this.seed = seed
    process.stdout.write(`# seed ${seed}\n`)
  }

  /** Peers a, b, c… of which the first made the ring; `members` of them hold the slot from the beginning. */
  async start(count: number, members = 1): Promise<void> {
    const names = Array.from({ length: count }, (_, at) => String.fromCharCode(97 + at))
    const held = names.slice(0, members).map(peer => this.member(peer))
    const view: View = {
      slot: SLOT,
      lineage: { number: 0, id: '00'.repeat(16) },
      epoch: 1,
      members: held,
      leader: { ...held[0]!, boot: 1 },
      base: { epoch: 0, sequence: 0 }
    }
    for (const name of names) {
      const store = new MemoryStore()
      if (held.some(({ peer }) => peer === name)) await store.write([genesisWrite(view)])
      this.switchOn(name, store, 1, this.member(name), name === held[0]!.peer)
    }
  }

  member(peer: string): Member {
    return { peer, store: peer.repeat(16).slice(0, 16) }
  }

  peer(name: string): Peer {
    return this.peers.get(name)!
  }

  switchOn(
    name: string,
    store: MemoryStore,
    boot: number,
    member = this.member(name),
    genesis = false
  ): void {
    const self = { ...member, boot }
    const timers = new Set<Timer>()
    const clock = {
      now: () => this.time.now(),
      monotonic: () => this.time.monotonic(),
      timer: (ms: number, fire: () => void) => {
        const timer = this.time.timer(ms, fire)
        timers.add(timer)
        return timer
      },
      soon: (work: () => void) => void clock.timer(0, work)
    }
    const runtime = { clock, random: seededRandom(this.seed, `${name} ${boot}`), log: silentLog }
    const events = new Events()
    const seen: AnilloEvent[] = []
    events.subscribe(event => seen.push(event))
    const jobs = new JobBoard(clock)
    const group = new ReplicaGroup<Command, Outcome>({
      self,
      slots: 4,
      store,
      runtime,
      events,
      jobs,
      whereIs: () => this.located,
      salvage: async (slot, lineage, rows) => {
        if (this.salvageFails) throw new StorageError('there is no room')
        const users = Array.from(rows, ([key, row]) => [userIdOfRow(key), outcomeOf(row).value] as const)
        await this.salvageGate
        this.salvaged.push({ peer: name, slot, lineage, users: Object.fromEntries(users) })
      },
      machine: registers,
      genesis,
      onFailure: error => {
        throw error
      },
      rpc: {
        post: (to, messages) => this.#post(self, to, messages),
        sendSnapshot: (to, records) => this.#snapshot(name, to, [...records]),
        advertise: async () => {},
        leaving: async () => {}
      } as ConstructorParameters<typeof ReplicaGroup<Command, Outcome>>[0]['rpc']
    })
    const subscribe = (listener: Listener) => events.subscribe(listener)
    this.peers.set(name, { self, store, group, events: seen, subscribe, jobs, timers })
    for (const other of this.peers.values()) {
      other.group.met(self)
      group.met(other.self)
    }
    group.start()
  }

  /** As kill -9 and a power cut: what was not flushed is lost. */
  crash(name: string): MemoryStore {
    const { store, timers } = this.peer(name)
    for (const timer of timers) timer.cancel()
    this.peers.delete(name)
    return store.crash()
  }

  restart(name: string): void {
    const { boot } = this.peer(name).self
    this.switchOn(name, this.crash(name), boot + 1)
  }

  /** Executes at whoever leads, waiting for that. */
  async do(command: Command, withinMs = 10_000): Promise<Outcome> {
    const endMs = this.time.monotonic() + withinMs
    while (this.time.monotonic() < endMs) {
      const leader = this.leader()
      if (leader !== undefined) {
        const execution = await this.at(leader, command)
        if (execution !== undefined && execution.kind === 'done') return execution.outcome
      }
      await this.time.pass(10)
    }
    throw new Error(`not executed within ${withinMs} ms: ${JSON.stringify(command)}`)
  }

  async at(name: string, command: Command, withinMs = 5_000) {
    return this.time.finish(
      this.peer(name)
        .group.execute(SLOT, command)
        .catch(() => undefined),
      withinMs
    )
  }

  get(key: string): Promise<Outcome> {
    return this.do({ kind: 'get', key })
  }

  put(key: string, value: string): Promise<Outcome> {
    return this.do({ kind: 'put', key, value })
  }

  /** Whoever leads the newest epoch. */
  leader(): string | undefined {
    const leading = [...this.peers].filter(([, { group }]) => group.status(SLOT).leading)
    return leading.sort(
      (a, b) => b[1].group.status(SLOT).view!.epoch - a[1].group.status(SLOT).view!.epoch
    )[0]?.[0]
  }

  view(name: string): View | null {
    return this.peer(name).group.status(SLOT).view
  }

  lastEntry(name: string): Entry {
    const [last] = [...this.peer(name).store.range(logRange(SLOT, 1))].slice(-1)
    return decodeEntry(last![1])
  }

  /** All members of the leader's view have installed it and have the same. */
  isSettled(): boolean {
    const leader = this.leader()
    if (leader === undefined) return false
    const { view, applied } = this.peer(leader).group.status(SLOT)
    return view!.members.every(member => {
      const peer = this.peers.get(member.peer)
      const status = peer?.group.status(SLOT)
      return (
        status?.view?.epoch === view!.epoch &&
        sameMember(peer!.self, member) &&
        status.applied.sequence === applied.sequence
      )
    })
  }

  async settle(withinMs = 10_000): Promise<void> {
    if (!(await this.time.until(() => this.isSettled(), withinMs))) {
      const states = [...this.peers].map(
        ([name, { group }]) => `${name} ${JSON.stringify(group.status(SLOT))}`
      )
      throw new Error(`not settled within ${withinMs} ms:\n${states.join('\n')}`)
    }
  }

  /** Has `by`, which leads, begin a change. */
  begin(by: string, members: string, leader = by): void {
    const named = [...members].map(name => this.peers.get(name)?.self ?? this.member(name))
    const target = { members: named, leader: this.peer(leader).self }
    if (!this.peer(by).group.change(SLOT, target)) throw new Error('the change was refused')
  }

  /** Has the leader change the view, and waits for it. */
  async change(members: string, leader = members[0]!, withinMs = 10_000): Promise<void> {
    const by = this.leader()!
    const before = this.view(by)!.epoch
    this.begin(by, members, leader)
    const done = await this.time.until(() => {
      const view = this.leader() === undefined ? null : this.view(this.leader()!)
      return view !== null && view.epoch > before
    }, withinMs)
    if (!done) throw new Error(`no new view within ${withinMs} ms`)
  }

  /** What was held back arrives now, and nothing is held back any more. */
  release(): void {
    this.hold = () => false
    for (const deliver of this.#held.splice(0)) deliver()
  }

  async stop(): Promise<void> {
    for (const { group } of this.peers.values()) await this.time.finish(group.stop(), 1_000)
  }

  #post(from: Incarnation, to: string, messages: readonly ReplicaMessage[]): void {
    for (const message of messages) {
      this.posted.push({ from: from.peer, to, message })
      if (this.cut(from.peer, to, message)) continue
      const deliver = () => this.peers.get(to)?.group.received(from, [structuredClone(message)])
      if (this.hold(from.peer, to, message)) this.#held.push(deliver)
      else this.time.timer(1, deliver)
    }
  }

  async #snapshot(from: string, to: string, records: readonly SnapshotRecord[]) {
    this.snapshots++
    await this.snapshotGate
    const receiver = this.peers.get(to)
    if (receiver === undefined)
      return { kind: 'refused', name: 'UnavailableError', detail: 'not there' } as const
    async function* stream() {
      yield* records
    }
    return receiver.group.receiveSnapshot(from, stream())
  }
}
