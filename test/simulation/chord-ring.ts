/** A simulated ring: peers that run Chord and nothing else, and what their pointers should be. */
import { Chord, type ChordOptions } from '../../src/chord/chord.ts'
import { ChordClient } from '../../src/chord/chord-client.ts'
import type { ChordReply } from '../../src/chord/chord-rpc.ts'
import type { Contact } from '../../src/chord/contact.ts'
import { createGenesis, type Genesis, type RingOptions } from '../../src/chord/genesis.ts'
import { PeerBook } from '../../src/chord/peer-book.ts'
import { type Peer, type RingNode, ringNodes, sameNode } from '../../src/chord/ring-node.ts'
import { type AnilloEvent, Events } from '../../src/events.ts'
import type { Random } from '../../src/runtime.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { SimulatedHost } from './host.ts'
import { type NetworkOptions, SimulatedNetwork } from './network.ts'
import { simulatedPeerId } from './peer-id.ts'
import { seededRandom } from './random.ts'
import { VirtualTime } from './virtual-time.ts'

export interface Member {
  readonly peer: Peer
  readonly host: SimulatedHost
  readonly chord: Chord
  readonly book: PeerBook
  readonly store: MemoryStore
  readonly events: AnilloEvent[]
}

export interface RingClient {
  readonly peer: Peer
  readonly host: SimulatedHost
  readonly chord: ChordClient
  readonly book: PeerBook
}

export interface SimulatedRingOptions extends RingOptions {
  readonly seed: string
  readonly network?: NetworkOptions
  /** Sees every event of every peer. */
  readonly onEvent?: (peer: Peer, event: AnilloEvent) => void
}

export class SimulatedRing {
  readonly time = new VirtualTime()
  readonly network: SimulatedNetwork
  readonly genesis: Genesis
  /** Those that are switched on. */
  readonly members = new Map<Peer, Member>()
  readonly #options: SimulatedRingOptions
  readonly #clients = new Set<Peer>()
  #peers = 0

  constructor(options: SimulatedRingOptions) {
    this.#options = options
    const { seed } = options
    this.network = new SimulatedNetwork(this.time, seededRandom(seed, 'network'), options.network)
    this.genesis = createGenesis(
      options,
      simulatedPeerId(seededRandom(seed, 'genesis')),
      seededRandom(seed, 'ring')
    )
  }

  /** A new machine that does not take part yet. */
  add(): Member {
    const random = seededRandom(this.#options.seed, `peer ${this.#peers++}`)
    return this.#switchOn(simulatedPeerId(random), new MemoryStore())
  }

  /** A new machine that is told of `contact` and takes no part; it is not started. */
  addClient(contact: Peer): RingClient {
    const random = seededRandom(this.#options.seed, `client ${this.#clients.size}`)
    const peer = simulatedPeerId(random)
    const learn = (other: Peer) => {
      if (book.get(other) === undefined) book.put(contactTo(other))
    }
    const host: SimulatedHost = new SimulatedHost({
      ...this.#surroundings(peer, random),
      onContact: learn,
      onReply: reply => namedIn(reply).forEach(learn)
    })
    const book = new PeerBook(new MemoryStore(), host.runtime)
    learn(contact)
    const { genesis } = this
    const events = new Events()
    const doors = {
      async knock() {
        learn(contact)
        return [contact]
      }
    }
    const chord = new ChordClient({ peer, genesis, rpc: host, runtime: host.runtime, book, events, doors })
    host.askOnly()
    this.#clients.add(peer)
    return { peer, host, chord, book }
  }

  /** The machine comes back with its disk. */
  restart({ peer, store }: Pick<Member, 'peer' | 'store'>, doors?: ChordOptions['doors']): Member {
    return this.#switchOn(peer, store, doors)
  }

  /** As kill -9: silence from one moment to the next. */
  crash({ peer, host }: Member): void {
    host.switchOff()
    this.members.delete(peer)
  }

  async stop(member: Member): Promise<void> {
    await this.time.finish(member.chord.stop(), 1_000)
    this.crash(member)
  }

  /**
   * A ring of `count` peers: at most `atOnce` of them join at the same time, never more than are there already, each
   * through somebody else.
   */
  async grow(count: number, atOnce = 1, joinMs = 30_000): Promise<Member[]> {
    const first = this.add()
    await this.time.finish(first.chord.start(), 1_000)
    const all = [first]
    while (all.length < count) {
      const wave = Array.from({ length: Math.min(atOnce, count - all.length, all.length) }, () => this.add())
      const joined = wave.map(({ chord }, at) => chord.start({ join: [all[at]!.peer] }))
      await this.time.finish(Promise.all(joined), joinMs)
      all.push(...wave)
    }
    return all
  }

  /** Waits until all pointers are right. Returns how long that took, in ms of virtual time. */
  async settle(withinMs: number): Promise<number> {
    const startMs = this.time.monotonic()
    if (!(await this.time.until(() => this.wrongPointers() === 0, withinMs, 100))) {
      throw new Error(`${this.wrongPointers()} pointers are still wrong after ${withinMs} ms`)
    }
    return this.time.monotonic() - startMs
  }

  /** All ring nodes of the given peers in ring order. */
  circle(members: Iterable<Member> = this.members.values()): RingNode[] {
    return [...members]
      .flatMap(({ peer }) => ringNodes(peer, this.genesis.virtualNodes))
      .sort((a, b) => (a.position < b.position ? -1 : 1))
  }

  /** Predecessors and first successors that differ from those of one ring of `members`. */
  wrongPointers(members: Iterable<Member> = this.members.values()): number {
    const all = [...members]
    const circle = this.circle(all)
    const at = new Map(circle.map((node, index) => [node.position, index]))
    const neighbour = (node: RingNode, step: number) =>
      circle.length === 1
        ? undefined
        : circle[(at.get(node.position)! + step + circle.length) % circle.length]
    let wrong = 0
    for (const { chord } of all) {
      for (const { node, member, predecessor, successors } of chord.neighbours()) {
        if (!member || !sameNode(successors[0], neighbour(node, 1))) wrong++
        if (!sameNode(predecessor, neighbour(node, -1))) wrong++
      }
    }
    return wrong
  }

  /** Fingers of a member's ring node that do not name the first node at or after their start. */
  wrongFingers({ chord }: Member, index = 0): number {
    const circle = this.circle()
    return chord
      .nodes()
      [index]!.fingers.filter(
        ({ start, node }) => !sameNode(node, circle.find(({ position }) => position >= start) ?? circle[0])
      ).length
  }

  /** What no run should have: tasks that failed. */
  errors(): unknown[] {
    return [...this.members.values()].flatMap(({ host }) => host.errors)
  }

  #surroundings(peer: Peer, random: Random) {
    return { peer, time: this.time, random, network: this.network, virtualNodes: this.genesis.virtualNodes }
  }

  #switchOn(peer: Peer, store: MemoryStore, doors?: ChordOptions['doors']): Member {
    const { seed, onEvent } = this.#options
    const host: SimulatedHost = new SimulatedHost({
      ...this.#surroundings(peer, seededRandom(seed, `${peer} at ${this.time.monotonic()}`)),
      isClient: other => this.#clients.has(other),
      onContact: other => {
        if (book.get(other) === undefined) book.put(contactTo(other))
      }
    })
    const book = new PeerBook(store, host.runtime)
    const events = new Events()
    const seen: AnilloEvent[] = []
    events.subscribe(event => {
      seen.push(event)
      onEvent?.(peer, event)
    })
    const chord = new Chord({
      peer,
      genesis: this.genesis,
      rpc: host,
      runtime: host.runtime,
      book,
      events,
      doors,
      version: 'test'
    })
    host.serve(chord)
    const member = { peer, host, chord, book, store, events: seen }
    this.members.set(peer, member)
    return member
  }
}

export function contactTo(peer: Peer): Contact {
  return { peer, addresses: [], sequence: 1n, record: new Uint8Array() }
}

/** Whose addresses come with an answer. */
function namedIn(reply: ChordReply): Peer[] {
  if (reply.type === 'description') return reply.peers.map(({ peer }) => peer)
  return reply.type === 'closest' ? [...reply.successors, ...reply.closer].map(({ peer }) => peer) : []
}
