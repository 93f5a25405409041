/** A ring of whole peers, and who of them runs. */
import { createGenesis, type Genesis } from '../../src/chord/genesis.ts'
import type { Peer } from '../../src/chord/ring-node.ts'
import { isDiskFailure } from '../../src/errors.ts'
import { genesisWrite } from '../../src/replica/replica-state.ts'
import { UNTAUGHT_MS } from '../../src/replica/timing.ts'
import { genesisView, sameMember, type View } from '../../src/replica/view.ts'
import { keyOf } from '../../src/ring/position.ts'
import { allSlots, slotOf } from '../../src/ring/slot.ts'
import { pick, type Random, sample } from '../../src/runtime.ts'
import type { SlotTally } from '../../src/users/users-rpc.ts'
import { Faults } from './faults.ts'
import { Hellos } from './hello.ts'
import { SimulatedNetwork } from './network.ts'
import type { RunOptions } from './options.ts'
import { SimulatedPeer } from './peer.ts'
import { simulatedPeerId } from './peer-id.ts'
import { seededRandom } from './random.ts'
import { VirtualTime } from './virtual-time.ts'
import { Witness } from './witness.ts'

const PEERS_MAX = 8
/** A process that ended by itself is started again after so long. */
const RESTART_MS = 300
const SETUP_MS = 60_000
/** So that a run sees some passes. Without damage there is nothing to find, and reading takes its time. */
const SCRUB = { firstMs: 500, pauseMs: 1_500, bytesPerSecond: 1024 * 1024 }

export class UsersRing {
  readonly time = new VirtualTime()
  readonly network: SimulatedNetwork
  readonly witness: Witness
  readonly genesis: Genesis
  readonly peers: SimulatedPeer[] = []
  readonly options: RunOptions
  readonly random: Random
  readonly faults: Faults
  readonly #hellos = new Hellos()
  /** Peers that are never mended. */
  readonly #broken = new Set<SimulatedPeer>()
  /** Peers that stay away until the others have shown that they get on without them. */
  readonly #absent = new Set<SimulatedPeer>()
  /** Restarts take so long, by peer; the next one only. */
  readonly #downMs = new Map<SimulatedPeer, number>()
  #healed = false

  constructor(options: RunOptions) {
    this.options = options
    const { seed, slots, replicas, virtualNodes } = options
    this.random = seededRandom(seed, 'ring')
    this.network = new SimulatedNetwork(this.time, seededRandom(seed, 'network'))
    this.witness = new Witness(slots, () => this.time.monotonic())
    this.witness.onChange = (member, change) => this.faults.ambushes.wrote(this.peerOf(member.peer), change)
    const first = this.#create()
    this.genesis = createGenesis({ slots, replicas, virtualNodes }, first, seededRandom(seed, 'genesis'))
    this.faults = new Faults(this)
    this.#add(first)
    for (let count = 1; count < options.peers; count++) this.#add(this.#create())
  }

  /** All peers join, in peace, and the slots have the members that they begin with. */
  async begin(): Promise<void> {
    for (const view of allSlots(this.genesis.slots).map(slot => this.#firstView(slot))) {
      this.witness.begin(view)
      for (const { peer } of view.members) this.peerOf(peer).disk.prepare([genesisWrite(view)])
    }
    const [first, ...others] = this.peers
    await this.time.finish(first!.start(), SETUP_MS)
    this.#supervise(first!)
    for (const peer of others) {
      await this.time.finish(peer.start([first!.peer]), SETUP_MS)
      this.#supervise(peer)
    }
    this.network.setOptions(this.options.network)
  }

  /** Somebody for a client to ask: the one cut off with it, the one that it always asks, or anybody. */
  gateway(client: number, random: Random): SimulatedPeer | undefined {
    const { isolated } = this.faults
    if (isolated?.users !== undefined && client % 2 === 0) return isolated
    const running = this.running().filter(({ users }) => users !== undefined)
    return random.next() < 0.8 ? running[client % running.length] : pick(random, running)
  }

  /** One peer is broken and stays so: switched off, deaf, mute, cut off or with a disk that hangs. */
  breakOne(): void {
    const peer = this.peers[Math.floor(this.random.next() * this.peers.length)]!
    const kind = pick(this.random, ['off', 'deaf', 'mute', 'cut off', 'disk hangs'] as const)!
    this.#broken.add(peer)
    this.witness.count(`for ever: ${kind}`)
    const name = peer.peer
    if (kind === 'off') peer.crash(1)
    else if (kind === 'deaf') this.network.cut((_, to) => to === name)
    else if (kind === 'mute') this.network.cut(from => from === name)
    else if (kind === 'cut off') this.network.cut((from, to) => from === name || to === name)
    else peer.disk.flushMs = [1e9, 1e9]
  }

  /** From now on nothing fails any more, and everybody comes back, except who is broken. */
  heal(): void {
    this.#healed = true
    this.network.setOptions({})
    this.faults.end()
    for (const peer of this.peers) {
      if (this.#broken.has(peer) || this.#absent.has(peer)) continue
      peer.disk.flushMs = [0.2, 2]
      // One that wrote nothing would fail in the first write of the peace.
      peer.disk.relent()
      peer.machine?.resume()
      if (!peer.running && this.#isToRun(peer)) this.#start(peer)
    }
  }

  /** Whoever stayed away comes back, later than all others. */
  bringAllBack(): void {
    for (const peer of this.#absent) {
      this.witness.count('peer back in peace')
      peer.disk.flushMs = [0.2, 2]
      this.bringBack(peer)
    }
  }

  bringBack(peer: SimulatedPeer): void {
    if (this.#absent.delete(peer)) this.#start(peer)
  }

  /** After {@link heal} things may fail again. */
  disturb(): void {
    this.#healed = false
    this.network.setOptions(this.options.network)
    for (const { disk } of this.peers) disk.flushMs = this.options.flushMs
  }

  get slots(): number[] {
    return [...Array(this.options.slots).keys()]
  }

  slotOf(user: string): number {
    return slotOf(keyOf(user), this.options.slots)
  }

  /** A user in that slot, whose id begins with `name`. */
  userOf(slot: number, name: string): string {
    let number = 0
    while (this.slotOf(`${name}-${number}`) !== slot) number++
    return `${name}-${number}`
  }

  /** What the peers that run say of a slot, the newest view first. */
  talliesOf(slot: number): (SlotTally & { readonly peer: Peer })[] {
    return this.running()
      .flatMap(({ peer, node }) => node?.tally().slots.map(tally => ({ ...tally, peer })) ?? [])
      .filter(tally => tally.slot === slot)
      .sort((a, b) => b.epoch - a.epoch)
  }

  /** Where a slot is: as the witness knows, or, of a slot that it does not judge, as its peers say. */
  placeOf(slot: number): { readonly leader: Peer | undefined; readonly members: readonly Peer[] } {
    const { leader, members } = this.witness.slot(slot).newest!
    if (!this.witness.isOver(slot)) return { leader: leader.peer, members: members.map(({ peer }) => peer) }
    const tallies = this.talliesOf(slot)
    return {
      leader: tallies.find(({ leads }) => leads)?.peer,
      members: tallies[0]?.members ?? []
    }
  }

  /** The peer that leads a slot by its newest view, with a majority that follows it. */
  leaderOf(slot: number): SimulatedPeer | undefined {
    return this.peers.find(peer => !this.#broken.has(peer) && this.#leads(peer, slot) !== undefined)
  }

  /** The slot has a leader that all its members follow, but for those who are broken. */
  isFollowed(slot: number): boolean {
    const { epoch, members } = this.witness.slot(slot).newest!
    return members.every(member => {
      if (this.isBroken(member.peer)) return true
      const present = this.peers.some(peer => sameMember(peer.member, member) && !peer.left)
      return present && this.witness.replicaOf(member, slot)?.state.view?.epoch === epoch
    })
  }

  /** The slot has as many members as it should, or as there are peers. */
  isComplete(slot: number): boolean {
    const present = this.running().filter(({ outside }) => !outside)
    return this.placeOf(slot).members.length === Math.min(this.options.replicas, present.length)
  }

  /**
   * Nobody keeps data of a slot of which it is no member, `afterMs` after the last fault. With the limits of production
   * a learner that became no member keeps what it got for longer than any run.
   */
  isReleased(slot: number, afterMs: number): boolean {
    return this.peers.every(peer => {
      if (peer.left || this.isBroken(peer.peer)) return true
      const replica = this.witness.replicaOf(peer.member, slot)
      if (replica === undefined) return true
      const { view, handOff, clearing } = replica.state
      if (view !== null) return view.epoch === this.witness.slot(slot).newest!.epoch
      if (handOff || clearing) return false
      return UNTAUGHT_MS > afterMs || (replica.log.size === 0 && replica.rows.size === 0)
    })
  }

  /** All peers that are not broken are in the ring and serve their clients. */
  get allReady(): boolean {
    return this.peers.every(peer => peer.users !== undefined || !this.#isToRun(peer))
  }

  /** Rings that were cut have found each other: everybody, but for who is broken, follows everybody. */
  get isOneRing(): boolean {
    const present = this.peers.filter(peer => peer.users !== undefined && !this.#broken.has(peer))
    return present.every(peer => {
      const followers = new Set(
        peer.chord!.neighbours().flatMap(({ successors }) => successors.map(node => node.peer))
      )
      return present.every(other => other === peer || followers.has(other.peer))
    })
  }

  /** Nobody has a spoiled value on its disk any more: it was found, or written over. */
  get isSound(): boolean {
    return this.peers.every(peer => peer.left || this.#broken.has(peer) || !peer.disk.isDamaged)
  }

  /** When a peer was started, if it has been running since `ms` without an end. */
  startSince(name: Peer, ms: number): number | undefined {
    const { running, startedMs } = this.peerOf(name)
    return running && startedMs < ms ? startedMs : undefined
  }

  /** What was logged that no accident explains. */
  get defects(): string[] {
    return this.peers.flatMap(({ peer, errors }) =>
      errors.filter(isDefect).map(error => `…${peer.slice(-4)} logged ${describeError(error)}`)
    )
  }

  isBroken(peer: Peer): boolean {
    return this.#broken.has(this.peerOf(peer))
  }

  #leads(peer: SimulatedPeer, slot: number): SlotTally | undefined {
    const { epoch } = this.witness.slot(slot).newest!
    return peer.node
      ?.tally()
      .slots.find(tally => tally.slot === slot && tally.leads && !tally.sealed && tally.epoch === epoch)
  }

  #create(): Peer {
    return simulatedPeerId(seededRandom(this.options.seed, `peer ${this.peers.length} ${this.random.next()}`))
  }

  #add(peer: Peer): SimulatedPeer {
    const { seed, flushMs, lateReads, drift, wallAheadMs, faults } = this.options
    const random = seededRandom(seed, `machine of ${peer}`)
    const about = (most: number) => (2 * random.next() - 1) * most
    const added = new SimulatedPeer({
      peer,
      seed,
      time: this.time,
      network: this.network,
      hellos: this.#hellos,
      witness: this.witness,
      genesis: this.genesis,
      flushMs,
      lateReads,
      drift: about(drift),
      wallAheadMs: about(wallAheadMs),
      times: {
        stableMs: 200 + random.next() * 1_500,
        replaceAfterMs: 1_500 + random.next() * 4_000,
        spreadMs: 300 + random.next() * 3_000
      },
      scrub: faults.includes('damage') ? SCRUB : undefined,
      onSaid: (by, messages) => this.faults.ambushes.said(by, messages),
      placement: (self, truth) => this.faults.liar.placement(self, truth)
    })
    this.peers.push(added)
    return added
  }

  #firstView(slot: ReturnType<typeof allSlots>[number]): View {
    const { genesis, replicas, seed } = this.options
    const [creator] = this.peers
    const members =
      genesis === 'one' ? [creator!] : sample(seededRandom(seed, `members of ${slot}`), this.peers, replicas)
    const view = genesisView(slot, { ...members[0]!.member, boot: 1 }, this.genesis.ringId)
    return { ...view, members: members.map(({ member }) => member) }
  }

  running(): SimulatedPeer[] {
    return this.peers.filter(peer => peer.running && !this.#broken.has(peer))
  }

  peerOf(name: Peer): SimulatedPeer {
    return this.peers.find(({ peer }) => peer === name)!
  }

  numberOf(name: Peer): number {
    return this.peers.findIndex(({ peer }) => peer === name)
  }

  join(): void {
    if (this.peers.length >= PEERS_MAX) return
    this.#start(this.#add(this.#create()))
  }

  /** It is killed, and comes back `downMs` later. */
  crash(peer: SimulatedPeer | undefined, kept: number, downMs: number): void {
    if (peer === undefined) return
    this.restartsAfter(peer, downMs)
    peer.crash(kept)
  }

  /** So long after its next end, whatever ends it. */
  restartsAfter(peer: SimulatedPeer, downMs: number): void {
    this.#downMs.set(peer, downMs)
  }

  /** It does not come back before {@link bringBack}, or {@link bringAllBack}. */
  keepAway(peer: SimulatedPeer): void {
    this.#absent.add(peer)
  }

  /** A peer that ended without leaving comes back. */
  #supervise(peer: SimulatedPeer): void {
    void peer.ended.then(() => {
      const downMs = this.#healed ? RESTART_MS : (this.#downMs.get(peer) ?? RESTART_MS)
      this.#downMs.delete(peer)
      this.time.timer(downMs, () => {
        if (!peer.running && this.#isToRun(peer)) this.#start(peer)
      })
    })
  }

  #isToRun(peer: SimulatedPeer): boolean {
    return !this.#broken.has(peer) && !peer.left && !this.#absent.has(peer)
  }

  /** A peer that is not in the ring joins through those that are. */
  #start(peer: SimulatedPeer): void {
    const others = this.running().filter(other => other !== peer && !other.outside)
    const join = peer.outside ? sample(this.random, others, 3).map(other => other.peer) : undefined
    if (join?.length === 0) {
      this.time.timer(RESTART_MS, () => !peer.running && this.#isToRun(peer) && this.#start(peer))
      return
    }
    const started = peer.start(join)
    this.#supervise(peer)
    started.catch(() => peer.crash(1)) // nobody let it in: it is started again
  }
}

/** A disk that refuses, or spoils what it has, is an accident, and told as an error. */
function isDefect(logged: unknown): boolean {
  return !isDiskFailure((logged as { error?: unknown }).error)
}

function describeError(error: unknown): string {
  const { message, error: cause } = error as { message: string; error?: Error }
  return `${message}: ${cause?.stack ?? JSON.stringify(error)}`
}
