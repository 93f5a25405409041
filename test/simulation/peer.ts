/**
 * A whole peer of the simulation: Chord, replicas and users as in production, on a machine with a disk and a network
 * that can fail. It outlives its processes: each start is another incarnation on what the last one left on the disk.
 */
import { Chord } from '../../src/chord/chord.ts'
import type { Genesis } from '../../src/chord/genesis.ts'
import { PeerBook } from '../../src/chord/peer-book.ts'
import type { Peer } from '../../src/chord/ring-node.ts'
import { BOOT_NONCE_BYTES, BOOT_NONCES_MAX, LEAVE_LINGER_MS } from '../../src/constants.ts'
import { Events } from '../../src/events.ts'
import type { ReplicaMessage } from '../../src/replica/message.ts'
import type { Placement } from '../../src/replica/placement.ts'
import type { PlannerTimes } from '../../src/replica/planner.ts'
import type { Incarnation, Member } from '../../src/replica/view.ts'
import { bootKey, metaKey } from '../../src/storage/keys.ts'
import { KnownBoots, readKnown } from '../../src/storage/known-boots.ts'
import type { ScrubPace } from '../../src/storage/scrub.ts'
import type { Store } from '../../src/storage/store.ts'
import { chordPlacement } from '../../src/users/chord-placement.ts'
import type { TracedUsers } from '../../src/users/users.ts'
import { UsersNode } from '../../src/users/users-node.ts'
import { type DiskImage, SimulatedDisk } from './disk.ts'
import { Admissions, type Hello, type Hellos } from './hello.ts'
import { Links } from './links.ts'
import { Machine } from './machine.ts'
import type { SimulatedNetwork } from './network.ts'
import { seededRandom } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'
import type { Witness } from './witness.ts'

export interface SimulatedPeerInit {
  readonly peer: Peer
  readonly seed: string
  readonly time: VirtualTime
  readonly network: SimulatedNetwork
  readonly hellos: Hellos
  readonly witness: Witness
  readonly genesis: Genesis
  readonly flushMs: readonly [min: number, max: number]
  /** Readers see what is durable only, as with LMDB. */
  readonly lateReads: boolean
  readonly drift: number
  readonly wallAheadMs: number
  readonly times: PlannerTimes
  /** How often everything on the disk is read. @default as in production: hardly ever in a run */
  readonly scrub?: ScrubPace | undefined
  readonly onSaid: (by: SimulatedPeer, messages: readonly ReplicaMessage[]) => void
  /** Where slots should be, according to somebody else than Chord. */
  readonly placement?: ((self: Peer, truth: Placement) => Placement) | undefined
}

/** What lives between a start and a crash. */
interface Process {
  readonly hello: Hello
  readonly self: Incarnation
  readonly machine: Machine
  readonly chord: Chord
  readonly links: Links
  readonly book: PeerBook
  readonly node: UsersNode
  readonly ended: PromiseWithResolvers<void>
  ready: boolean
}

const LEAVE_POLL_MS = 50
const SAVE_MS = 300
const BOOT_KEY = metaKey('simulated-boot')
const NONCES_KEY = metaKey('simulated-nonces')

export class SimulatedPeer {
  readonly peer: Peer
  readonly #init: SimulatedPeerInit
  readonly #disk: SimulatedDisk
  #store: string
  #starts = 0
  #process: Process | undefined
  /** What the disk was like before the last start. */
  #image: DiskImage | undefined
  #errors: unknown[] = []
  /** When the process began that runs now, or ran last. */
  startedMs = Number.POSITIVE_INFINITY
  /** It is not in the ring, or not yet. */
  outside = true
  /** It has left for good. */
  left = false
  /** Users that it gave up for a recovery, as lines of JSON. */
  readonly saved: string[] = []

  constructor(init: SimulatedPeerInit) {
    this.#init = init
    this.peer = init.peer
    const { time, seed, witness, flushMs, lateReads } = init
    this.#store = Buffer.from(this.#draw('store').bytes(8)).toString('hex')
    this.#disk = new SimulatedDisk({
      time,
      random: seededRandom(seed, `disk of ${init.peer}`),
      flushMs,
      lateReads,
      onDurable: writes => witness.durable(this.member, writes),
      onFailure: () => this.#diskFailed(),
      onDamage: () => this.#diskDamaged()
    })
  }

  /** The disk that it has now. */
  get member(): Member {
    return { peer: this.peer, store: this.#store }
  }

  get disk(): SimulatedDisk {
    return this.#disk
  }

  get running(): boolean {
    return this.#process !== undefined
  }

  get self(): Incarnation | undefined {
    return this.#process?.self
  }

  /** While it runs. */
  get node(): UsersNode | undefined {
    return this.#process?.node
  }

  get chord(): Chord | undefined {
    return this.#process?.chord
  }

  get machine(): Machine | undefined {
    return this.#process?.machine
  }

  /** Once it is in the ring: before that no gateway would be there. */
  get users(): TracedUsers | undefined {
    return this.#process?.ready ? this.#process.node.traced : undefined
  }

  /** Resolves when the process that runs now has ended, however. */
  get ended(): Promise<void> {
    return this.#process?.ended.promise ?? Promise.resolve()
  }

  /** Errors that were logged by any of its processes. */
  get errors(): readonly unknown[] {
    return [...this.#errors, ...(this.#process?.machine.errors ?? [])]
  }

  /** Starts through `join`, or through the peers of its book. Resolves when it is a member of the ring. */
  async start(join?: readonly Peer[]): Promise<void> {
    const { time, drift, wallAheadMs } = this.#init
    const [random, waking] = [this.#draw('process'), this.#draw('waking')]
    const machine = new Machine({ time, random, waking, drift, wallAheadMs })
    this.#starts++
    this.startedMs = time.monotonic()
    this.#image = this.#disk.image()
    const store = this.#disk.mount(work => machine.whenRunning(work))
    const process = this.#open(machine, store)
    const { book, hello } = process
    this.#process = process
    await store.write([
      { key: BOOT_KEY, value: Buffer.from(JSON.stringify(hello.self.boot)) },
      { key: NONCES_KEY, value: hello.nonces }
    ])
    process.links.open()
    for (const peer of join ?? []) meet(book, peer)
    await book.flush() // who has joined comes back through somebody whom it knows
    process.links.serveChord(process.chord)
    if (join === undefined) this.#serve(process)
    await process.chord.start(join === undefined ? {} : { join })
    if (join !== undefined) this.#serve(process)
    this.outside = false
    process.ready = true
  }

  /** As kill -9, or a power cut when `kept` is below 1: so much of what was under way reached the disk. */
  crash(kept: number): void {
    const process = this.#process
    if (process === undefined) return
    this.#process = undefined
    this.#errors.push(...process.machine.errors)
    process.machine.switchOff()
    this.#init.network.detach(this.peer)
    this.#disk.crash(kept)
    process.ended.resolve()
  }

  /** As SIGTERM: others lead first, and what was written is durable. The disk and the machine are free then. */
  async stop(): Promise<void> {
    const process = this.#process
    if (process === undefined) return
    process.ready = false
    try {
      await process.node.stop()
      await process.chord.stop()
    } catch (error) {
      if (this.#process === process) throw error // nobody has killed it meanwhile
    }
    if (this.#process === process) this.crash(1)
  }

  /** Gives its slots to others and leaves the ring for good. False: not within `ms`; it goes on. */
  async leave(ms: number): Promise<boolean> {
    const process = this.#process
    if (process === undefined) return false
    const { time } = this.#init
    process.node.leave()
    const pass = (passMs: number) => new Promise<void>(resolve => time.timer(passMs, resolve))
    const untilMs = time.monotonic() + ms
    // As users/hand-over.ts: it lingers, and looks again whether somebody has made it a member meanwhile.
    do {
      while (process.node.slotsLeft > 0) {
        if (time.monotonic() > untilMs) {
          process.node.stay()
          return false
        }
        await pass(LEAVE_POLL_MS)
        if (this.#process !== process) return false
      }
      await pass(LEAVE_LINGER_MS)
      if (this.#process !== process) return false
    } while (!process.node.depart())
    process.ready = false
    try {
      await process.chord.leave()
    } catch {
      process.node.stay()
      return false // it was only just starting
    }
    if (this.#process !== process) return false
    this.outside = true
    this.left = true
    await process.node.stop()
    if (this.#process === process) this.crash(1)
    return true
  }

  /** A new disk in the place of the old one. Only while it does not run. */
  wipe(): void {
    this.#init.witness.disown(this.member)
    this.#starts++
    this.#store = Buffer.from(this.#draw('store').bytes(8)).toString('hex')
    this.#disk.restore(this.#disk.emptyImage())
    this.#image = undefined
    this.outside = true
  }

  /**
   * The disk as it was before the last start. False, and nothing is done: one of `others` may not have that start on its
   * disk, and could take the old copy for the newest there is. Only while it does not run.
   */
  rollBack(others: readonly SimulatedPeer[]): boolean {
    const image = this.#image
    const boot = this.#disk.durable(BOOT_KEY)
    if (image === undefined || boot === undefined) return false
    if (!others.every(other => other.knows(this.member, JSON.parse(Buffer.from(boot).toString()))))
      return false
    this.#init.witness.disown(this.member)
    this.#disk.restore(image)
    return true
  }

  /** While it runs: somebody would be left through whom it could come back to the ring, if `other` were not there. */
  knowsMoreThan(other: Peer): boolean {
    const known = this.#process?.book.peers() ?? []
    return known.some(peer => peer !== other && peer !== this.peer)
  }

  /** It would know that start of somebody's disk again after a power cut. */
  knows({ peer, store }: Member, boot: number): boolean {
    const key = bootKey(peer, store)
    const value = this.#disk.durable(key)
    return value !== undefined && readKnown(key, value)!.boot >= boot
  }

  #serve(process: Process): void {
    process.links.serveUsers(process.node.handler)
    process.node.start()
  }

  /** From what the disk has. @throws StoreDamagedError */
  #open(machine: Machine, store: Store): Process {
    try {
      const hello = this.#nextHello(store, machine)
      this.#init.hellos.add(hello)
      return this.#assemble(hello, machine, store, new PeerBook(store, machine.runtime))
    } catch (error) {
      machine.switchOff()
      throw error
    }
  }

  #assemble(hello: Hello, machine: Machine, store: Store, book: PeerBook): Process {
    const { genesis, hellos, network, witness, placement, times, scrub } = this.#init
    const { runtime } = machine
    const { self } = hello
    const events = new Events(runtime.log)
    const links: Links = new Links({
      hello,
      hellos,
      admissions: new Admissions(new KnownBoots(store, runtime)),
      slots: genesis.slots,
      virtualNodes: genesis.virtualNodes,
      machine,
      network,
      random: this.#draw('snapshots'),
      onContact: peer => meet(book, peer),
      onHello: peer => {
        meet(book, peer)
        chord.heard(peer)
      },
      onDisowned: () => this.#disowned(),
      onSent: messages => {
        witness.sent(self, messages)
        this.#init.onSaid(this, messages)
      },
      count: what => witness.count(what)
    })
    const { peer } = this
    const chord: Chord = new Chord({ peer, genesis, rpc: links, runtime, book, events, version: 'simulated' })
    const node = new UsersNode({
      self,
      genesis,
      chord,
      store,
      runtime,
      events,
      rpc: links,
      replicaRpc: links,
      addressesOf: () => [],
      storageOk: () => true,
      onStorageFailure: () => this.#diskFailed(),
      saveConflicts: async (_name, lines) => {
        const all = [...lines]
        await new Promise<void>(resolve =>
          runtime.clock.timer(this.#draw('saving').next() * SAVE_MS, resolve)
        )
        this.saved.push(...all)
        return 'conflicts'
      },
      times,
      scrub,
      ...(placement === undefined ? {} : { placement: placement(peer, chordPlacement(chord, genesis, peer)) })
    })
    return {
      hello,
      self,
      machine,
      chord,
      links,
      book,
      node,
      ended: Promise.withResolvers<void>(),
      ready: false
    }
  }

  /** The peer must stop; here it does so at once, and is started again by whoever looks after it. */
  #diskFailed(): void {
    this.#init.witness.count('disk failed')
    this.crash(0)
  }

  /** As if somebody had read what the error says. */
  #diskDamaged(): void {
    this.#init.witness.count(this.#process === undefined ? 'damage found at start' : 'damage found')
    this.crash(0)
    this.wipe()
  }

  #disowned(): void {
    this.#init.witness.count('old copy refused')
    this.crash(1)
    this.wipe()
  }

  /** One start more than the disk knows of. */
  #nextHello(store: Store, { runtime }: Machine): Hello {
    const before = store.get(BOOT_KEY)
    const boot = (before === undefined ? 0 : Number(Buffer.from(before).toString())) + 1
    const nonces = Buffer.concat([
      runtime.random.bytes(BOOT_NONCE_BYTES),
      store.get(NONCES_KEY) ?? new Uint8Array()
    ])
    return {
      self: { ...this.member, boot },
      nonces: new Uint8Array(nonces.subarray(0, BOOT_NONCES_MAX * BOOT_NONCE_BYTES))
    }
  }

  /** A stream of its own for each purpose and each start. */
  #draw(what: string) {
    return seededRandom(this.#init.seed, `${what} ${this.#starts} of ${this.#init.peer}`)
  }
}

function meet(book: PeerBook, peer: Peer): void {
  if (book.get(peer) === undefined) book.put({ peer, addresses: [], sequence: 1n, record: new Uint8Array() })
}
