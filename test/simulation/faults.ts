/** What happens to a ring of whole peers, step by step, and how it is mended when its time is over. */
import type { Peer } from '../../src/chord/ring-node.ts'
import { Ambushes } from './ambush.ts'
import { Liar } from './liar.ts'
import type { SimulatedPeer } from './peer.ts'
import type { Step } from './schedule.ts'
import type { UsersRing } from './users-ring.ts'

const LEAVE_MS = 15_000
/** A peer that is stopped has ended by then, also when it stood still for a while, or its disk did. */
const STOP_MS = 40_000

export class Faults {
  readonly ambushes = new Ambushes<SimulatedPeer>()
  readonly liar: Liar
  readonly #ring: UsersRing
  readonly #mends = new Set<() => void>()
  #isolated: SimulatedPeer | undefined
  #leaver: SimulatedPeer | undefined
  /** A disk, or a peer for long: more than one in a run may be more than a slot can bear. */
  #lost = false

  constructor(ring: UsersRing) {
    this.#ring = ring
    this.liar = new Liar(ring.options.seed, () => ring.running().map(({ peer }) => peer))
  }

  /** A leader that is cut off, with the clients on its side. */
  get isolated(): SimulatedPeer | undefined {
    return this.#isolated
  }

  /** Somebody is leaving the ring. */
  get leaving(): boolean {
    return this.#leaver !== undefined
  }

  apply(step: Step): void {
    this.#ring.witness.count(`fault ${step.kind}`)
    const running = this.#ring.running()
    const of = (number: number) => running[number % running.length]
    switch (step.kind) {
      case 'crash':
        this.#ring.crash(of(step.peer), step.kept, step.downMs)
        break
      case 'outage':
        this.#ring.crash(of(step.peer), step.kept, step.downMs)
        break
      case 'ambush':
        this.ambushes.set(step.spot, step.nth, victim => this.#spring(victim, step))
        break
      case 'stop':
        this.#stop(of(step.peer), step.downMs)
        break
      case 'power':
        this.#power(step)
        break
      case 'partition': {
        const side = (peer: Peer) => (step.sides >> this.#ring.numberOf(peer)) & 1
        this.#cut((from, to) => side(from) !== side(to), step.ms)
        break
      }
      case 'one-way': {
        const [from, to] = [step.from === 'all' ? undefined : of(step.from)?.peer, of(step.to)?.peer]
        this.#cut((a, b) => b === to && (from === undefined || a === from), step.ms)
        break
      }
      case 'isolate':
        this.#isolate(step)
        break
      case 'pause':
        of(step.peer)?.machine?.pause(step.ms)
        break
      case 'wall-jump':
        of(step.peer)?.machine?.setWall(step.aheadMs)
        break
      case 'slow-disk':
        this.#slowDisk(of(step.peer), step.flushMs, step.ms)
        break
      case 'refuse-disk':
        this.#refuseDisk(of(step.peer), step.downMs)
        break
      case 'wipe':
      case 'roll-back':
        this.#loseDisk(of(step.peer), step)
        break
      case 'damage':
        this.#damageDisk(of(step.peer), step)
        break
      case 'join':
        this.#ring.join()
        break
      case 'leave':
        this.#leave(of(step.peer))
        break
      case 'lie':
        this.liar.begin(step.salt)
        this.#later(step.ms, () => this.liar.end())
        break
    }
  }

  /** What was broken for a while is well, and nobody waits in ambush any more. */
  end(): void {
    this.ambushes.clear()
    for (const mend of this.#mends) mend()
    this.#mends.clear()
    this.#isolated = undefined
    this.liar.end()
  }

  /** In the middle of what it says or writes, so it is killed a moment later. */
  #spring(
    victim: SimulatedPeer,
    { spot, lost, kept, downMs, stays }: Extract<Step, { kind: 'ambush' }>
  ): void {
    const { self } = victim
    if (self === undefined || this.#ring.isBroken(victim.peer)) return
    const isLost = (to: Peer) => ((lost >> this.#ring.numberOf(to)) & 1) === 1
    const mend = this.#ring.network.cut((from, to) => from === victim.peer && isLost(to))
    this.#ring.time.timer(0, () => {
      mend()
      if (victim.self !== self) return
      this.#ring.witness.count(`ambush at ${spot}`)
      if (stays && this.#canBeWithout) {
        this.#lost = true
        this.#ring.keepAway(victim)
      }
      this.#ring.crash(victim, kept, downMs)
    })
  }

  #stop(peer: SimulatedPeer | undefined, downMs: number): void {
    if (peer?.users === undefined || peer === this.#leaver) return
    const { self } = peer
    this.#ring.restartsAfter(peer, downMs)
    void peer.stop().then(() => this.#ring.witness.count('peer stopped'))
    this.#ring.time.timer(STOP_MS, () => {
      if (peer.self === self && !this.#ring.isBroken(peer.peer))
        this.#ring.witness.fault(
          `liveness: …${peer.peer.slice(-4)} was to stop and has not after ${STOP_MS} ms`
        )
    })
  }

  #power({ slot, kept, downMs }: Extract<Step, { kind: 'power' }>): void {
    const members = slot === 'all' ? undefined : this.#ring.placeOf(slot).members
    for (const peer of this.#ring.running()) {
      if (members === undefined || members.includes(peer.peer)) {
        this.#ring.crash(peer, kept * this.#ring.random.next(), downMs * (0.5 + this.#ring.random.next()))
      }
    }
  }

  #isolate({ slot, others, ms }: Extract<Step, { kind: 'isolate' }>): void {
    const { leader } = this.#ring.placeOf(slot)
    if (leader === undefined) return
    const rest = this.#ring.running().filter(({ peer }) => peer !== leader)
    const near = new Set([this.#ring.peerOf(leader), ...rest.slice(0, others)].map(({ peer }) => peer))
    this.#isolated = this.#ring.peerOf(leader)
    this.#cut((from, to) => near.has(from) !== near.has(to), ms)
    this.#later(ms, () => {
      this.#isolated = undefined
    })
  }

  #slowDisk(peer: SimulatedPeer | undefined, flushMs: number, ms: number): void {
    if (peer === undefined || this.#ring.isBroken(peer.peer)) return
    peer.disk.flushMs = [flushMs / 2, flushMs]
    this.#later(ms, () => {
      if (!this.#ring.isBroken(peer.peer)) peer.disk.flushMs = this.#ring.options.flushMs
    })
  }

  #refuseDisk(peer: SimulatedPeer | undefined, downMs: number): void {
    if (peer === undefined) return
    this.#ring.restartsAfter(peer, downMs)
    peer.disk.refuse()
  }

  /**
   * Once in a run, and only while every slot has a majority without it: more is a slot that stops. Where somebody leaves
   * a slot may have two members for a while.
   */
  get #canBeWithout(): boolean {
    const { replicas, genesis, faults, core } = this.#ring.options
    return replicas >= 3 && genesis === 'all' && !faults.includes('leave') && !core && !this.#lost
  }

  /** Only while every slot has more members than it needs, too: otherwise it is data lost. */
  get #canLoseDisk(): boolean {
    return this.#canBeWithout && this.#ring.peers.length > this.#ring.options.replicas
  }

  #loseDisk(
    peer: SimulatedPeer | undefined,
    { kind, downMs }: { readonly kind: string; readonly downMs: number }
  ): void {
    if (peer === undefined || !this.#canLoseDisk) return
    this.#ring.restartsAfter(peer, downMs)
    peer.crash(1)
    if (kind === 'wipe') peer.wipe()
    else if (!peer.rollBack(this.#ring.peers.filter(other => other !== peer && !other.left))) return
    this.#lost = true
    this.#ring.witness.count(`disk lost: ${kind}`)
  }

  /** It stops as soon as it reads that, and comes back with an empty disk. */
  #damageDisk(
    peer: SimulatedPeer | undefined,
    { restart, downMs, ...damage }: Extract<Step, { kind: 'damage' }>
  ): void {
    if (peer === undefined || !this.#canLoseDisk) return
    if (restart) this.#ring.crash(peer, 1, downMs)
    if (!peer.disk.damage(damage)) return
    this.#ring.restartsAfter(peer, downMs)
    this.#lost = true
    this.#ring.witness.count(`disk damaged: ${damage.how}`)
  }

  #leave(peer: SimulatedPeer | undefined): void {
    const { replicas } = this.#ring.options
    const members = this.#ring.running().filter(({ outside }) => !outside)
    if (peer?.users === undefined || this.#leaver !== undefined || members.length <= replicas) return
    // Whoever knows nobody else would be alone for ever, until an operator starts it with --join.
    if (members.some(other => other !== peer && !other.knowsMoreThan(peer.peer))) return
    this.#leaver = peer
    void peer.leave(LEAVE_MS).then(left => {
      this.#leaver = undefined
      if (left) this.#ring.witness.count('peer left')
    })
    void peer.ended.then(() => {
      this.#leaver = undefined
    })
  }

  #cut(cut: (from: Peer, to: Peer) => boolean, ms: number): void {
    this.#later(ms, this.#ring.network.cut(cut))
  }

  /** Mends something when it is time, or when everything is healed. */
  #later(ms: number, mend: () => void): void {
    this.#mends.add(mend)
    this.#ring.time.timer(ms, () => {
      if (this.#mends.delete(mend)) mend()
    })
  }
}
