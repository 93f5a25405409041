/**
 * Keeping predecessor and successor list of every own ring node right: Zave's corrected join, stabilise and rectify
 * ("Reasoning about identifier spaces: how to make Chord correct", 2017). What the correction comes to:
 *
 * - a node enters with a whole successor list, not with one pointer;
 * - a pointer is taken over only after the node it names answered that it is a member;
 * - whoever believes to have a new successor tells it, and that one decides by itself (rectify).
 *
 * One operation runs at a time for each ring node, and a state is changed only synchronously, right after an answer.
 * So there is no half-changed state to hide and a question can be answered at any time.
 */
import { inOpen } from '../ring/interval.ts'
import { distance } from '../ring/position.ts'
import { jitter, type Runtime } from '../runtime.ts'
import type { Neighbours } from './chord-rpc.ts'
import { type LookupContext, lookup } from './lookup.ts'
import { Pause } from './pause.ts'
import type { Peers } from './peers.ts'
import { type RingNode, sameNode } from './ring-node.ts'
import { type OwnNode, type RoutingTable, successorOf } from './routing-table.ts'
import type { Tasks } from './tasks.ts'

/** Rounds of a settled ring; in each, every neighbouring peer is heard or asked. */
const SETTLED_ROUND_MS = 1_000
/**
 * A peer with many ring nodes lets them take turns: so many stabilise in a round at least, and none waits longer than
 * so many rounds. Who is gone is noticed by peer, not by node, and every change wakes the nodes that it concerns.
 */
const TURN_NODES_MIN = 8
const TURNS_MAX = 3
/** Nodes stabilise so often while things change near them, which is for a while after the last change. */
const UNSETTLED_ROUND_MS = 200
const UNSETTLED_FOR_MS = 300
/**
 * Rounds leave the network, and the processors of the peers that answer, this many times the time that an answer
 * takes. Without it sixteen peers that join at once on two processors ask each other faster than they can answer.
 */
const PACE = 5
/** A neighbour in doubt that did not speak for so long is asked whether it is there; most speak every second. */
const NEIGHBOUR_QUIET_MS = 1_300
/** Lookups that find a place for a node that enters; more time only means a ring that is being mended. */
const ENTRY_LOOKUP_TIMEOUT_MS = 3_000
/** Nodes tried one after another when a list ran empty. */
const REFILL_TRIES_MAX = 8

export interface StabilisationContext extends LookupContext {
  readonly table: RoutingTable
  readonly peers: Peers
  readonly runtime: Runtime
  readonly tasks: Tasks
}

export class Stabilisation {
  readonly #context: StabilisationContext
  readonly #pause: Pause
  /** When the next round begins, and its number. */
  #roundMs = 0
  #round = 0
  /** When the last operation of a node began. */
  readonly #lastMs = new Map<OwnNode, number>()
  /** Nodes with an operation under way. */
  readonly #busy = new Set<OwnNode>()
  /** Nodes that must not wait for their round. */
  readonly #urgent = new Set<OwnNode>()
  /** The nearest node that others introduced and that was not contacted yet. */
  readonly #introduced = new Map<OwnNode, RingNode>()

  constructor(context: StabilisationContext) {
    this.#context = context
    this.#pause = new Pause(context.runtime.clock, context.tasks.signal)
  }

  get rounds(): number {
    return this.#round
  }

  /** Runs rounds until Chord stops. */
  async run(): Promise<void> {
    const { runtime, table, tasks, peers } = this.#context
    for (;;) {
      const now = runtime.clock.monotonic()
      const due = table.own.filter(own => this.#dueMs(own) <= now)
      if (now >= this.#roundMs) {
        this.#roundMs = now + jitter(runtime.random, SETTLED_ROUND_MS)
        this.#round++
        this.#watchNeighbours()
      }
      for (const own of due) tasks.start(() => this.#alone(own, now))
      const nextMs = table.own.reduce((next, own) => Math.min(next, this.#dueMs(own)), this.#roundMs)
      if (await this.#pause.wait(Math.max(0, nextMs - now))) peers.late()
    }
  }

  /** Gives a node its place through `via`. Undefined, or why it has none yet. */
  async enter(own: OwnNode, via: readonly RingNode[] | undefined): Promise<string | undefined> {
    const { table, peers } = this.#context
    const found = await lookup(this.#context, own.node.position, { via, timeoutMs: ENTRY_LOOKUP_TIMEOUT_MS })
    // A ring that still remembers us from before names us as the owner of our own position.
    const successor = found.successors.find(node => !sameNode(node, own.node))
    if (successor === undefined) return 'the ring knows only ourselves'
    const state = await this.#ask(successor)
    if (state === undefined) return `${successor.peer} did not answer`
    if (!state.member) return `${successor.peer} is not a member itself yet`
    if (own.member) return undefined
    if (peers.routable(successor.peer) === 'down') return `${successor.peer} is down`
    table.enter(own, [successor, ...state.successors])
    this.wake(own)
    return undefined
  }

  /** "`node` believes that `own` is its successor" (rectify). */
  notified(own: OwnNode, node: RingNode): void {
    const { table, peers } = this.#context
    if (!own.member || sameNode(node, own.node) || peers.routable(node.peer) === 'down') return
    const { predecessor } = own
    if (predecessor === undefined || inOpen(node.position, predecessor.position, own.node.position)) {
      table.setPredecessor(own, node)
      this.wake(own)
      // The one before it would learn of it in its next round; told at once, a join is over in a few round trips.
      if (predecessor !== undefined) this.#introduce(predecessor, node)
    } else if (!sameNode(node, predecessor)) {
      // Somebody before our predecessor thinks that we follow: perhaps our predecessor is gone. Then this one takes its
      // place as soon as that is certain: it said so just now, and would not say it again before its next turn.
      if (own.claimant === undefined || inOpen(node.position, own.claimant.position, own.node.position))
        own.claimant = node
      peers.check(predecessor.peer, NEIGHBOUR_QUIET_MS)
    }
  }

  /** "`node` may be a nearer successor". Tells whether it would be one; it is contacted first. */
  introduced(own: OwnNode, node: RingNode): boolean {
    const present = this.#introduced.get(own) ?? successorOf(own)
    if (!own.member || !inOpen(node.position, own.node.position, present.position)) return false
    this.#introduced.set(own, node)
    this.wake(own)
    return true
  }

  /** Stabilises soon. */
  wake(own: OwnNode): void {
    this.#urgent.add(own)
    this.#pause.wake()
  }

  async #alone(own: OwnNode, now: number): Promise<void> {
    this.#busy.add(own)
    this.#urgent.delete(own)
    this.#lastMs.set(own, now)
    try {
      await this.#stabilise(own)
    } finally {
      this.#busy.delete(own)
      if (this.#dueMs(own) < this.#roundMs) this.#pause.wake()
    }
  }

  async #stabilise(own: OwnNode): Promise<void> {
    const { table, peers } = this.#context
    if (own.successors.length === 0) await this.#refill(own)
    // Each turn that does not return took the head out of the list, so the list's length bounds them.
    for (let head = own.successors[0]; head !== undefined; head = own.successors[0]) {
      const state = await this.#ask(head)
      if (!sameNode(head, own.successors[0])) continue
      if (state === undefined) {
        // Whether it is down is for the failure detector to find out; then it is in no list any more. It may not be the
        // only one, and to find that out one after another would take too long.
        for (const { peer } of own.successors) peers.check(peer, NEIGHBOUR_QUIET_MS)
        return
      }
      if (!state.member) {
        table.setSuccessors(own, own.successors.slice(1))
        continue
      }
      table.setSuccessors(own, [head, ...state.successors])
      const told = (await this.#takeNearer(own, state.predecessor)) ?? { node: head, state }
      if (sameNode(told.node, own.successors[0]) && !sameNode(told.state.predecessor, own.node)) {
        await this.#notify(told.node, own.node)
      }
      return
    }
  }

  /** Takes the nearest of the nodes that may lie before the present successor, when it is there. */
  async #takeNearer(own: OwnNode, offered: RingNode | undefined) {
    const { table, peers } = this.#context
    const introduced = this.#introduced.get(own)
    this.#introduced.delete(own)
    const candidates = [offered, introduced]
      .filter(node => node !== undefined)
      .sort((a, b) => (this.#ahead(own, a) < this.#ahead(own, b) ? -1 : 1))
    for (const node of candidates) {
      if (!this.#isNearer(own, node)) continue
      if (peers.routable(node.peer) === 'down') {
        peers.recheck(node.peer)
        continue
      }
      const state = await this.#ask(node)
      if (!state?.member || !this.#isNearer(own, node)) continue
      const before = successorOf(own)
      table.setSuccessors(own, [node, ...state.successors])
      // Two rings that met are zipped: what followed us may now follow the new one.
      const next = state.successors[0] ?? node
      if (!sameNode(before, own.node) && inOpen(before.position, node.position, next.position)) {
        this.#introduce(node, before)
      }
      return { node, state }
    }
    return undefined
  }

  /**
   * The list ran empty: everybody in it failed at once, or the node was alone and somebody came. Whoever of the nodes
   * that we still know answers first in ring order is the new successor; nearer ones introduce themselves.
   */
  async #refill(own: OwnNode): Promise<void> {
    const { table, peers } = this.#context
    const introduced = this.#introduced.get(own)
    const candidates = [...table.known(), ...(introduced === undefined ? [] : [introduced])]
      .filter(node => !sameNode(node, own.node) && peers.routable(node.peer) !== 'down')
      .sort((a, b) => (this.#ahead(own, a) < this.#ahead(own, b) ? -1 : 1))
    for (const node of candidates.slice(0, REFILL_TRIES_MAX)) {
      const state = await this.#ask(node)
      if (own.successors.length > 0) return
      if (state?.member) {
        table.setSuccessors(own, [node, ...state.successors])
        return
      }
    }
  }

  #isNearer(own: OwnNode, node: RingNode): boolean {
    return inOpen(node.position, own.node.position, successorOf(own).position)
  }

  #ahead(own: OwnNode, node: RingNode): bigint {
    return distance(own.node.position, node.position)
  }

  #ask(node: RingNode): Promise<Neighbours | undefined> {
    return this.#context.peers.call(node.peer, { type: 'neighbours', index: node.index })
  }

  /** Tells `to` of a node that may be a nearer successor for it. Nothing depends on whether that arrives. */
  #introduce(to: RingNode, node: RingNode): void {
    const { tasks, peers } = this.#context
    tasks.start(() => peers.call(to.peer, { type: 'introduce', index: to.index, node }))
  }

  async #notify(successor: RingNode, node: RingNode): Promise<void> {
    await this.#context.peers.call(successor.peer, { type: 'notify', index: successor.index, node })
  }

  #watchNeighbours(): void {
    const { table, peers } = this.#context
    const watched = new Set(table.own.flatMap(own => [own.predecessor?.peer, own.successors[0]?.peer]))
    for (const peer of watched) {
      if (peer !== undefined && peers.status(peer) === 'up') peers.check(peer, NEIGHBOUR_QUIET_MS)
    }
  }

  /** When the next operation of a node begins; one that is under way says so itself when it ends. */
  #dueMs(own: OwnNode): number {
    if (!own.member || this.#busy.has(own)) return Number.POSITIVE_INFINITY
    const last = this.#lastMs.get(own) ?? Number.NEGATIVE_INFINITY
    const paceMs = PACE * this.#context.peers.answerMs
    if (this.#urgent.has(own)) return last + paceMs
    // Whose successor is in doubt has nobody to ask in haste: the failure detector's verdict changes the list.
    const doubtful = this.#context.peers.routable(successorOf(own).peer) !== 'up'
    const unsettled = !doubtful && last - own.changedAtMs < UNSETTLED_FOR_MS
    const turnMs = this.#turnMs(own)
    return unsettled ? Math.min(last + Math.max(UNSETTLED_ROUND_MS, paceMs), turnMs) : turnMs
  }

  /** When the round begins in which it is a node's turn. */
  #turnMs({ node }: OwnNode): number {
    const turns = Math.min(
      Math.max(1, Math.floor(this.#context.table.own.length / TURN_NODES_MIN)),
      TURNS_MAX
    )
    return this.#roundMs + ((node.index + this.#round) % turns) * SETTLED_ROUND_MS
  }
}
