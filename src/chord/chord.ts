/**
 * This peer's part in the ring: where its nodes sit, who is next to them, who owns a position (Stoica et al. 2001, with the
 * operations as corrected by Zave 2017). It says where something *should* be. Who does hold it is another room's
 * question, so nothing here can lose a user: a wrong pointer makes a request slow or badly placed, no more.
 */
import { PEER_BOOK_MAX } from '../constants.ts'
import { NotRunningError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Position } from '../ring/position.ts'
import { parallel, type Runtime, raceSignal } from '../runtime.ts'
import { Admission } from './admission.ts'
import type {
  ChordHandler,
  ChordQuestion,
  ChordReply,
  ChordRequest,
  ChordRpc,
  Closest,
  Description,
  PeerStatus
} from './chord-rpc.ts'
import type { Doors } from './doors.ts'
import { FingerRefresh } from './finger-refresh.ts'
import type { Genesis } from './genesis.ts'
import { Healing } from './healing.ts'
import type { LookupOptions, LookupResult } from './lookup.ts'
import type { PeerBook } from './peer-book.ts'
import { Peers } from './peers.ts'
import { type LookupEnd, Lookups, type NodeSnapshot, type RingFinder } from './ring-finder.ts'
import type { Peer } from './ring-node.ts'
import { type OwnNode, RoutingTable } from './routing-table.ts'
import { Stabilisation } from './stabilisation.ts'
import { survey } from './survey.ts'
import { Tasks } from './tasks.ts'

export interface ChordOptions {
  readonly peer: Peer
  readonly genesis: Genesis
  readonly rpc: ChordRpc
  readonly runtime: Runtime
  readonly book: PeerBook
  readonly events: Events
  /** Where this peer was told to look for its ring. @default nowhere */
  readonly doors?: Pick<Doors, 'knock' | 'shut'> | undefined
  /** Of the program, for people. */
  readonly version: string
}

export interface StartOptions {
  /** Peers of the ring, contactable already. @default restart through the peer book, or a new ring when that is empty */
  readonly join?: readonly Peer[] | undefined
  readonly signal?: AbortSignal | undefined
}

const FAREWELLS_AT_ONCE = 64
/** Nodes named in one answer to `closest`. */
const CLOSER_MAX = 8

/** What exists only between a start and a stop. */
interface Running {
  readonly tasks: Tasks
  readonly table: RoutingTable
  readonly peers: Peers
  readonly stabilisation: Stabilisation
  readonly admission: Admission
  readonly fingers: FingerRefresh
  readonly healing: Healing
  readonly startedAtMs: number
}

export class Chord implements ChordHandler, RingFinder {
  readonly #options: ChordOptions
  readonly #lookups: Lookups
  #running: Running | undefined
  #leaving = false

  constructor(options: ChordOptions) {
    this.#options = options
    this.#lookups = new Lookups(options.runtime.clock)
  }

  /**
   * Takes all ring nodes of this peer into the ring. With `join` through these peers, never as a ring of its own; without,
   * through the book, or as a ring of its own when nobody in it answers, which goes on looking for the others.
   * @throws JoinError none of `join` let us in
   */
  async start({ join, signal }: StartOptions = {}): Promise<void> {
    if (this.#running !== undefined) return
    signal?.throwIfAborted()
    const running = this.#create(join ?? [])
    this.#running = running
    this.#leaving = false
    running.tasks.start(() => running.stabilisation.run())
    try {
      if (join !== undefined) await running.admission.join(join, signal)
      else if (!this.#hasMet() && this.#options.doors === undefined) this.#createRing(running)
      else await running.admission.restart(signal)
    } catch (error) {
      await this.stop()
      throw error
    }
    running.tasks.start(() => running.fingers.run())
    running.tasks.start(() => running.healing.run())
  }

  /** Ends everything under way. The peer stays a member as the others see it, and may be started again. */
  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.tasks.stop(new NotRunningError('Chord is stopped'))
    await this.#options.book.writeIfPossible()
  }

  async leave(signal?: AbortSignal): Promise<void> {
    const { peers } = this.#run
    this.#leaving = true
    const present = [...peers.all()].filter(([, status]) => status !== 'down').map(([peer]) => peer)
    const told = parallel(present, FAREWELLS_AT_ONCE, peer => peers.call(peer, { type: 'leave' }))
    try {
      await raceSignal(told, signal)
    } finally {
      await this.stop()
    }
  }

  /** @throws NotRunningError */
  handle(from: Peer, request: ChordRequest): ChordReply | Promise<ChordReply> {
    this.heard(from)
    return this.#answer(from, request)
  }

  /** @throws NotRunningError */
  inform(question: ChordQuestion): ChordReply | Promise<ChordReply> {
    return this.#answer(this.#options.peer, question)
  }

  /** Any authenticated message is a sign of life. */
  heard(from: Peer): void {
    this.#running?.peers.heard(from)
  }

  lookup(
    target: Position,
    options: LookupOptions & { readonly signal?: AbortSignal | undefined } = {}
  ): Promise<LookupResult> {
    const { table, peers, tasks } = this.#run
    const { clock } = this.#options.runtime
    return this.#lookups.find({ table, peers, clock, signal: tasks.signal }, target, options)
  }

  onLookup(listener: (end: LookupEnd) => void): () => void {
    return this.#lookups.onEnd(listener)
  }

  get rounds(): number {
    return this.#running?.stabilisation.rounds ?? 0
  }

  get member(): boolean {
    return this.#running?.table.member ?? false
  }

  /** This peer's ring nodes and who is next to them, by index. Live objects: read, do not keep. */
  neighbours(): readonly Readonly<OwnNode>[] {
    return this.#run.table.own
  }

  nodes(): NodeSnapshot[] {
    const { table } = this.#run
    return table.own.map(({ node, member, predecessor, successors }) => ({
      node,
      member,
      predecessor,
      successors,
      fingers: table.fingers.of(node).map(({ index, start, node }) => ({ index, start, node }))
    }))
  }

  status(peer: Peer): PeerStatus {
    return this.#running?.peers.status(peer) ?? 'down'
  }

  check(peer: Peer): void {
    this.#running?.peers.lookAfter(peer)
  }

  peers(): Map<Peer, PeerStatus> {
    const { peer: self, book } = this.#options
    const known = new Map<Peer, PeerStatus>(book.peers().map(peer => [peer, this.status(peer)]))
    for (const [peer, status] of this.#running?.peers.all() ?? []) known.set(peer, status)
    known.delete(self)
    return known
  }

  describe(): Description {
    const { table, startedAtMs } = this.#run
    const { version, runtime } = this.#options
    return {
      type: 'description',
      version,
      leaving: this.#leaving,
      uptimeMs: runtime.clock.monotonic() - startedAtMs,
      nodes: table.own.map(({ node, member, predecessor, successors }) => ({
        index: node.index,
        member,
        predecessor,
        successor: successors[0]
      })),
      peers: [...this.peers()].slice(0, PEER_BOOK_MAX).map(([peer, status]) => ({ peer, status }))
    }
  }

  survey({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<Map<Peer, Description | undefined>> {
    const { peers } = this.#run
    const first = { peer: this.#options.peer, description: this.describe() }
    const crawl = survey(first, async peer => {
      signal?.throwIfAborted()
      return peers.call(peer, { type: 'describe' })
    })
    return raceSignal(crawl, signal)
  }

  /** The book names somebody else. */
  #hasMet(): boolean {
    const { book, peer: self } = this.#options
    return book.peers().some(peer => peer !== self)
  }

  get #run(): Running {
    if (this.#running === undefined) throw new NotRunningError('Chord is not started')
    return this.#running
  }

  #create(contacts: readonly Peer[]): Running {
    const { peer, genesis, rpc, runtime, book, events, doors } = this.#options
    const tasks = new Tasks(runtime.log)
    const now = () => runtime.clock.monotonic()
    const peers = new Peers({
      self: peer,
      rpc,
      runtime,
      tasks,
      events,
      answer: request => this.#answer(peer, request),
      onDown: gone => {
        if (table.drop(gone)) fingers.soon()
      },
      onReturn: returned => healing.meet(returned),
      onAnswer: answered => book.seen(answered)
    })
    const table = new RoutingTable({
      peer,
      virtualNodes: genesis.virtualNodes,
      replicas: genesis.replicas,
      statusOf: other => peers.routable(other),
      onShunned: other => peers.recheck(other),
      now,
      onChange: (own, pointer) => {
        if (!pointer) return
        stabilisation.wake(own)
        fingers.soon()
        events.emit({
          type: 'ring.changed',
          index: own.node.index,
          predecessor: own.predecessor?.peer,
          successor: own.successors[0]?.peer
        })
      }
    })
    const context = { table, peers, runtime, tasks, clock: runtime.clock, signal: tasks.signal }
    const stabilisation = new Stabilisation(context)
    const fingers = new FingerRefresh(context)
    const surroundings = { ...context, self: peer, book, events, stabilisation }
    const admission = new Admission({ ...surroundings, genesis, doors })
    const healing = new Healing({ ...surroundings, contacts, doors })
    return { tasks, table, peers, stabilisation, admission, fingers, healing, startedAtMs: now() }
  }

  #createRing({ table }: Running): void {
    const { events, genesis } = this.#options
    table.standAlone()
    events.emit({ type: 'ring.created', ringId: genesis.ringId })
  }

  #answer(from: Peer, request: ChordRequest): ChordReply | Promise<ChordReply> {
    const { table, peers, stabilisation, healing } = this.#run
    switch (request.type) {
      case 'neighbours': {
        const { member, predecessor, successors } = this.#own(request.index)
        return { type: 'neighbours', member: member && !this.#leaving, predecessor, successors }
      }
      case 'notify':
        stabilisation.notified(this.#own(request.index), request.node)
        return { type: 'done' }
      case 'introduce':
        if (!stabilisation.introduced(this.#own(request.index), request.node)) healing.meet(request.node.peer)
        return { type: 'done' }
      case 'closest':
        return closest(table, request.target)
      case 'ping':
        return { type: 'pong', member: table.member && !this.#leaving }
      case 'probe':
        return peers.reaches(request.peer).then(alive => ({ type: 'probed', alive }))
      case 'describe':
        return this.describe()
      case 'leave':
        this.#options.book.remove(from)
        peers.left(from)
        return { type: 'done' }
    }
  }

  #own(index: number): OwnNode {
    return this.#run.table.own[index]!
  }
}

function closest(table: RoutingTable, target: Position): Closest {
  const place = table.placeAfterOwn(target)
  const closer = place === undefined ? table.closer(target, CLOSER_MAX) : []
  return { type: 'closest', predecessor: place?.predecessor, successors: place?.successors ?? [], closer }
}
