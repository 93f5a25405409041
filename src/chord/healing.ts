/**
 * Makes one ring of two. A cut network, or a whole ring that starts again, leaves rings that each work by themselves;
 * stabilising never joins them, because nobody of one is named in the other. So a peer that is down or never
 * answered is tried now and then, for as long as the book remembers it. When it answers, its ring is asked where *our*
 * nodes belong (after Shafaat, Ghodsi and Haridi, "Dealing with network partitions in structured overlay networks"):
 * if it does not name ourselves, these are two rings. Then each of our nodes introduces itself to the neighbours
 * found there, both sides take the nearer one as successor, and a few others are told, who do the same.
 *
 * The same question, asked through a random peer, also finds a ring that winds round more than once.
 */
import { UnavailableError } from '../errors.ts'
import type { Events } from '../events.ts'
import { jitter, parallel, pick, sleep } from '../runtime.ts'
import type { Doors } from './doors.ts'
import { type LookupResult, lookup } from './lookup.ts'
import { Pause } from './pause.ts'
import type { PeerBook } from './peer-book.ts'
import { type Peer, type RingNode, ringNode, sameNode } from './ring-node.ts'
import type { OwnNode } from './routing-table.ts'
import type { Stabilisation, StabilisationContext } from './stabilisation.ts'

/** With ± half of it: one dead peer tried, one of our places checked. */
const PERIOD_MS = 20_000
/**
 * The same after a start, and while alone: then the others are most likely just starting too, and two that answered
 * each other before either was in a ring may now be in two.
 */
const EAGER_PERIOD_MS = 1_000
const EAGER_FOR_MS = 30_000
const CHECK_TIMEOUT_MS = 2_000
/** Whoever finds two rings tells so many others. */
const NEWS_TO = 3
/** A peer is not asked about its ring again within this time… */
const MET_AGAIN_MS = 5_000
/** …and of those that come back together it is enough to ask a few, one after another. */
const MEETINGS_MAX = 2
const MEETING_PAUSE_MS = 500
/** Meetings remembered. */
const MET_MAX = 256
const MERGES_AT_ONCE = 8

export interface HealingContext extends StabilisationContext {
  readonly self: Peer
  readonly book: PeerBook
  readonly events: Events
  readonly stabilisation: Stabilisation
  /** Peers through which this process joined: tried for ever, whether the book has them or not. */
  readonly contacts: readonly Peer[]
  /** Of a peer that was told nowhere to join there are none. */
  readonly doors: Pick<Doors, 'knock' | 'shut'> | undefined
}

export class Healing {
  readonly #context: HealingContext
  readonly #pause: Pause
  readonly #meetings = new Set<Peer>()
  readonly #metAtMs = new Map<Peer, number>()
  #meeting = false

  constructor(context: HealingContext) {
    this.#context = context
    this.#pause = new Pause(context.runtime.clock, context.tasks.signal)
  }

  /** Runs until Chord stops. */
  async run(): Promise<void> {
    const { runtime, table, doors } = this.#context
    const startedAtMs = this.#now()
    for (;;) {
      const absent = this.#absent()
      const isAlone = table.peers().size === 0
      const isLost = isAlone && (absent.length > 0 || doors !== undefined)
      const eager = isLost || this.#now() - startedAtMs < EAGER_FOR_MS
      await this.#pause.wait(jitter(runtime.random, eager ? EAGER_PERIOD_MS : PERIOD_MS, 0.5))
      if (isAlone || doors?.shut) await this.#knock()
      await this.#tryOne(pick(runtime.random, absent))
      await this.#checkOne()
    }
  }

  /** A peer that may belong to another ring than we: finds out, and zips the two. */
  meet(peer: Peer): void {
    const { self, tasks } = this.#context
    const metAtMs = this.#metAtMs.get(peer)
    if (peer === self || (metAtMs !== undefined && this.#now() - metAtMs < MET_AGAIN_MS)) return
    if (this.#meetings.size >= MEETINGS_MAX) return
    this.#meetings.add(peer)
    if (!this.#meeting) tasks.start(() => this.#meetAll())
  }

  #absent(): Peer[] {
    const { self, book, contacts, peers } = this.#context
    const known = new Set([...book.peers(), ...contacts])
    known.delete(self)
    return [...known].filter(peer => peers.status(peer) === 'down')
  }

  /** Where the others are now may be known at the addresses to join only. */
  async #knock(): Promise<void> {
    const { doors, peers, tasks } = this.#context
    for (const peer of (await doors?.knock(tasks.signal)) ?? [])
      if (peers.status(peer) === 'down') await this.#tryOne(peer)
  }

  async #tryOne(peer: Peer | undefined): Promise<void> {
    if (peer === undefined) return
    const reply = await this.#context.peers.contact(peer)
    if (reply?.member) this.meet(peer)
  }

  async #checkOne(): Promise<void> {
    const { table, peers, runtime } = this.#context
    const own = pick(runtime.random, table.own)
    const via = pick(runtime.random, peers.up())
    if (own?.member && via !== undefined) await this.#place(own, via)
  }

  async #meetAll(): Promise<void> {
    const { runtime, tasks } = this.#context
    this.#meeting = true
    try {
      for (const peer of this.#meetings) {
        this.#meetings.delete(peer)
        await this.#unify(peer)
        await sleep(runtime.clock, jitter(runtime.random, MEETING_PAUSE_MS), tasks.signal)
      }
    } finally {
      this.#meeting = false
    }
  }

  async #unify(peer: Peer): Promise<void> {
    const { table, peers, runtime, events } = this.#context
    if (this.#metAtMs.size >= MET_MAX) this.#metAtMs.clear()
    this.#metAtMs.set(peer, this.#now())
    const before = peers.up()
    const members = table.own.filter(own => own.member)
    const sample = pick(runtime.random, members)
    const theirs = sample && (await this.#place(sample, peer))
    if (theirs === undefined) return
    events.emit({ type: 'ring.met', peer })
    await parallel(members, MERGES_AT_ONCE, async own => own !== sample && (await this.#place(own, peer)))
    for (let count = 0; count < NEWS_TO; count++) {
      const told = pick(runtime.random, before)
      if (told !== undefined && told !== peer) {
        await peers.call(told, { type: 'introduce', index: 0, node: theirs })
      }
    }
  }

  /**
   * Asks the ring behind `via` for the place of one of our nodes. Undefined when it is where we are; otherwise introduces the
   * node there, and returns the neighbour found.
   */
  async #place(own: OwnNode, via: Peer): Promise<RingNode | undefined> {
    const { peers, stabilisation } = this.#context
    const found = await this.#ask(own, via)
    if (found === undefined || sameNode(found.owner, own.node)) return undefined
    stabilisation.introduced(own, found.owner)
    const { peer, index } = found.predecessor
    await peers.call(peer, { type: 'introduce', index, node: own.node })
    return found.owner
  }

  async #ask(own: OwnNode, via: Peer): Promise<LookupResult | undefined> {
    try {
      return await lookup(this.#context, own.node.position, {
        via: [ringNode(via, 0)],
        timeoutMs: CHECK_TIMEOUT_MS
      })
    } catch (error) {
      if (error instanceof UnavailableError) return undefined
      throw error
    }
  }

  #now(): number {
    return this.#context.runtime.clock.monotonic()
  }
}
