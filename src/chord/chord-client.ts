/**
 * A client's view of the ring: it has no place in it, so it has no tables either. It knows peers, as those that it asks
 * name others, and where each of them must sit follows from its id. So the peer that it asks first is mostly the one that
 * knows the answer, and any peer that is left is enough to find the others again.
 */
import { NotRunningError, UnavailableError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Position } from '../ring/position.ts'
import { jitter, type Runtime, raceSignal, sample } from '../runtime.ts'
import type { ChordRpc, Description, PeerStatus } from './chord-rpc.ts'
import type { Doors } from './doors.ts'
import type { Genesis } from './genesis.ts'
import type { LookupOptions, LookupResult } from './lookup.ts'
import { Pause } from './pause.ts'
import type { PeerBook } from './peer-book.ts'
import { Peers } from './peers.ts'
import { type LookupEnd, Lookups, type NodeSnapshot, type RingFinder } from './ring-finder.ts'
import { type Peer, type RingNode, ringNodes } from './ring-node.ts'
import { remaining } from './routing-table.ts'
import { survey } from './survey.ts'
import { Tasks } from './tasks.ts'

export interface ChordClientOptions {
  readonly peer: Peer
  readonly genesis: Genesis
  readonly rpc: ChordRpc
  readonly runtime: Runtime
  /** Of peers of the ring; in memory. */
  readonly book: PeerBook
  readonly events: Events
  /** Where this client was told to begin. */
  readonly doors: Pick<Doors, 'knock'>
}

/** With ± half of it: somebody is asked who is there, and a few are asked whether they are. */
const PERIOD_MS = 20_000
const CHECKS_MAX = 8
/** The same while nobody answers. */
const LOST_PERIOD_MS = 1_000
/** Of the peers that are known, so many are looked at to begin a lookup: working out where they sit takes a while. */
const ROUTES_MAX = 64
/** Who is asked, one after another, to describe itself, before nobody is said to answer. */
const GUIDES_MAX = 4

/** What exists only between a start and a stop. */
interface Running {
  readonly tasks: Tasks
  readonly peers: Peers
  readonly pause: Pause
}

export class ChordClient implements RingFinder {
  readonly #options: ChordClientOptions
  readonly #lookups: Lookups
  readonly member = false
  readonly rounds = 0
  #running: Running | undefined

  constructor(options: ChordClientOptions) {
    this.#options = options
    this.#lookups = new Lookups(options.runtime.clock)
  }

  /** Asks a peer of the book who else is there, and goes on looking after that until the end. */
  async start(signal?: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return
    signal?.throwIfAborted()
    const { peer, rpc, runtime, book, events } = this.#options
    const tasks = new Tasks(runtime.log)
    const nothing = () => {}
    const peers = new Peers({
      self: peer,
      rpc,
      runtime,
      tasks,
      events,
      onDown: nothing,
      onReturn: nothing,
      onAnswer: answered => book.seen(answered)
    })
    const running = { tasks, peers, pause: new Pause(runtime.clock, tasks.signal) }
    this.#running = running
    try {
      await raceSignal(this.#ask(running), signal)
    } catch (error) {
      await this.stop()
      throw error
    }
    tasks.start(() => this.#run(running))
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.tasks.stop(new NotRunningError('Chord is stopped'))
  }

  leave(): Promise<void> {
    return this.stop()
  }

  /** Any authenticated message is a sign of life. */
  heard(from: Peer): void {
    this.#running?.peers.heard(from)
  }

  async lookup(
    target: Position,
    options: LookupOptions & { readonly signal?: AbortSignal | undefined } = {}
  ): Promise<LookupResult> {
    const { tasks, peers, pause } = this.#started
    const { clock } = this.#options.runtime
    const table = { locate: () => undefined, closer: this.#closer }
    try {
      return await this.#lookups.find({ table, peers, clock, signal: tasks.signal }, target, options)
    } catch (error) {
      if (peers.up().length === 0) pause.wake()
      throw error
    }
  }

  onLookup(listener: (end: LookupEnd) => void): () => void {
    return this.#lookups.onEnd(listener)
  }

  nodes(): NodeSnapshot[] {
    return []
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

  survey({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<Map<Peer, Description | undefined>> {
    const running = this.#started
    const crawl = async () => {
      const first = await this.#describeOne(running)
      if (first === undefined) {
        running.pause.wake()
        throw new UnavailableError('No peer of the ring answers this client')
      }
      return survey(first, async peer => {
        signal?.throwIfAborted()
        return running.peers.call(peer, { type: 'describe' })
      })
    }
    return raceSignal(crawl(), signal)
  }

  get #started(): Running {
    if (this.#running === undefined) throw new NotRunningError('Chord is not started')
    return this.#running
  }

  async #run(running: Running): Promise<void> {
    const { runtime } = this.#options
    for (;;) {
      const lost = running.peers.up().length === 0
      await running.pause.wait(jitter(runtime.random, lost ? LOST_PERIOD_MS : PERIOD_MS, 0.5))
      if (running.peers.up().length === 0) await this.#options.doors.knock(running.tasks.signal)
      await this.#ask(running)
    }
  }

  /** Learns who is there from one that is, as what it names comes with addresses, and whether a few of them are. */
  async #ask(running: Running): Promise<void> {
    const { random } = this.#options.runtime
    const described = await this.#describeOne(running)
    if (described !== undefined) this.#forgetAllBut(described, running)
    for (const peer of sample(random, [...this.peers().keys()], CHECKS_MAX)) running.peers.lookAfter(peer)
  }

  async #describeOne({ peers }: Running): Promise<{ peer: Peer; description: Description } | undefined> {
    const { random } = this.#options.runtime
    const up = peers.up()
    const others = [...this.peers().keys()].filter(peer => !up.includes(peer))
    const asked = [...sample(random, up, GUIDES_MAX), ...sample(random, others, GUIDES_MAX)]
    for (const peer of asked) {
      const description = await peers.call(peer, { type: 'describe' })
      if (description !== undefined) return { peer, description }
    }
    return undefined
  }

  /** Nobody says goodbye to a client: who is down here and is not known there any more has left. */
  #forgetAllBut(
    { peer: guide, description }: { peer: Peer; description: Description },
    { peers }: Running
  ): void {
    const named = new Set([guide, ...description.peers.map(({ peer }) => peer)])
    for (const [peer] of peers.all()) {
      if (named.has(peer) || peers.status(peer) !== 'down') continue
      this.#options.book.remove(peer)
      peers.left(peer)
    }
  }

  /** Of each peer that is known its last node before the target: those up first, then the nearest. */
  readonly #closer = (target: Position, max: number): RingNode[] => {
    const { genesis, runtime } = this.#options
    const { peers } = this.#started
    const known = sample(runtime.random, [...this.peers().keys()], ROUTES_MAX)
    const nearest = known.map(peer => {
      const node = ringNodes(peer, genesis.virtualNodes).reduce((a, b) =>
        remaining(b, target) < remaining(a, target) ? b : a
      )
      return { node, doubtful: Number(peers.routable(peer) !== 'up'), distance: remaining(node, target) }
    })
    nearest.sort((a, b) => a.doubtful - b.doubtful || (a.distance < b.distance ? -1 : 1))
    return nearest.slice(0, max).map(({ node }) => node)
  }
}
