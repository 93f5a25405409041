/**
 * Brings slots to where they should be. Only the leader of a slot plans for it, from what its own Chord tells, and
 * a wrong answer of Chord costs a needless move, never a write: a view change is safe towards any target.
 * `placement.ts` says what to change; here is when.
 */
import type { Peer } from '../chord/ring-node.ts'
import {
  LEADER_SPREAD_MS,
  MAINTENANCE_TIMEOUT_MS,
  PLACEMENT_STABLE_MS,
  PLANNED_CHANGES_MAX,
  REPLACE_AFTER_MS
} from '../constants.ts'
import type { Events } from '../events.ts'
import type { Slot } from '../ring/slot.ts'
import { jitter, parallel, type Runtime, sleep } from '../runtime.ts'
import { Adverts } from './adverts.ts'
import type { Jobs } from './jobs.ts'
import { LedSlot, type LedStatus } from './led-slot.ts'
import { Neighbours } from './neighbours.ts'
import {
  hasNewStore,
  type Placement,
  type PlannedChange,
  plannedChange,
  REASONS,
  type Reason
} from './placement.ts'
import { PlacementProgress } from './placement-progress.ts'
import { Presence } from './presence.ts'
import type { Target } from './proposal.ts'
import { Reluctant } from './reluctant.ts'
import type { ReplicaRpc } from './replica-rpc.ts'
import { type Incarnation, isMember, type Member, sameMember, type View } from './view.ts'

/** The replicas of this peer, as far as planning needs them. */
export interface PlannedSlots {
  installed(): readonly View[]
  status(slot: Slot): Omit<LedStatus, 'view'> & { readonly view: View | null; readonly leading: boolean }
  incarnationOf(peer: Peer): Incarnation | undefined
  change(slot: Slot, target: Target): boolean
}

/** How patient planning is. Every field is optional. */
export interface PlannerTimes {
  /** @default PLACEMENT_STABLE_MS */
  readonly stableMs?: number | undefined
  /** @default REPLACE_AFTER_MS */
  readonly replaceAfterMs?: number | undefined
  /** @default LEADER_SPREAD_MS */
  readonly spreadMs?: number | undefined
}

export interface PlannerInit {
  readonly self: Incarnation
  /** N of the ring. */
  readonly replicas: number
  readonly slots: PlannedSlots
  readonly placement: Placement
  readonly rpc: Pick<ReplicaRpc, 'advertise' | 'leaving'>
  readonly runtime: Runtime
  readonly events: Events
  readonly times?: PlannerTimes | undefined
  /** Who is told how far planned changes are. @default nobody */
  readonly jobs?: Jobs | undefined
}

/** A round when nothing is to be done, and while something is; the installation of a view brings the next one forward. */
const ROUND_MS = 1_000
const BUSY_ROUND_MS = 100
/** A peer that came back may join its ring, and be found there, within so many times what is waited for a quiet ring. */
const ESTABLISHED_FACTOR = 3
/** A process whose rounds come so late is too busy to move slots for beauty, and stays so for a while. */
const LATE_MS = 500
const CALM_AFTER_MS = 5_000
/** Planning takes at most one part in so many of the process, however many slots it has. */
const REST_FACTOR = 9
/** Whoever is leaving says so that often, and is believed for so long. */
const SAY_LEAVING_MS = 1_000
const BELIEVE_LEAVING_MS = 5_000
const FAREWELLS_AT_ONCE = 64
/** A peer that stops gives leadership away for so many slots at once, */
const DRAIN_CHANGES_MAX = 64
const DRAIN_ROUND_MS = 25
/** and stops waiting when for so long none has gone. */
const DRAIN_STUCK_MS = 2_000

type Led = LedStatus & { readonly slot: Slot }

export class Planner {
  readonly #init: PlannerInit
  readonly #times: Required<{ [T in keyof PlannerTimes]: number }>
  readonly #neighbours: Neighbours
  readonly #adverts: Adverts
  readonly #presence = new Presence()
  readonly #reluctant = new Reluctant()
  readonly #progress: PlacementProgress
  readonly #seen = new Map<Slot, LedSlot>()
  /** Until when they are believed to be leaving. */
  readonly #leavers = new Map<Peer, number>()
  #mode: 'planning' | 'leaving' | 'draining' = 'planning'
  #saidLeavingMs = Number.NEGATIVE_INFINITY
  #lateMs = Number.NEGATIVE_INFINITY
  /** Changes are under way, or wait for their turn. */
  #waiting = false
  #wake = Promise.withResolvers<void>()

  constructor(init: PlannerInit) {
    this.#init = init
    const { stableMs, replaceAfterMs, spreadMs } = init.times ?? {}
    this.#times = {
      stableMs: stableMs ?? PLACEMENT_STABLE_MS,
      replaceAfterMs: replaceAfterMs ?? REPLACE_AFTER_MS,
      spreadMs: spreadMs ?? LEADER_SPREAD_MS
    }
    this.#neighbours = new Neighbours(init.placement, init.runtime)
    this.#adverts = new Adverts(init.rpc, init.runtime)
    this.#progress = new PlacementProgress(init.jobs)
  }

  /** The ring changed: neighbours are looked up again. */
  ringChanged(): void {
    this.#neighbours.expire()
  }

  /** A view was installed here: perhaps the next change may begin. */
  viewInstalled(): void {
    if (this.#waiting) this.#wake.resolve()
  }

  /** Another peer is about to leave, as it says itself. */
  heardLeaving(peer: Peer): void {
    this.#leavers.set(peer, this.#now() + BELIEVE_LEAVING_MS)
  }

  get leaving(): boolean {
    return this.#mode === 'leaving'
  }

  /** From now on this peer wants to be a member of nothing. */
  leave(): void {
    this.#mode = 'leaving'
    this.#wake.resolve()
  }

  /** The leaving is called off; the others believe it for some seconds yet. */
  stay(): void {
    this.#mode = 'planning'
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#init.runtime
    while (!signal.aborted) {
      const beganMs = this.#now()
      this.#wake = Promise.withResolvers<void>()
      let busy = false
      try {
        busy = this.#round(signal)
      } catch (error) {
        log.error('planning round not finished', { error }) // a defect, which must not end the peer
      }
      const restMs = REST_FACTOR * (this.#now() - beganMs)
      const pauseMs = Math.max(restMs, jitter(random, busy ? BUSY_ROUND_MS : ROUND_MS))
      await sleep(clock, restMs, signal).catch(() => {})
      await this.#pause(pauseMs - restMs, signal)
      if (this.#now() - beganMs > pauseMs + LATE_MS) this.#lateMs = this.#now()
    }
    this.#progress.end()
  }

  /**
   * Lets other members lead whatever this peer leads, and plans no more. Resolves when nobody is there for what is
   * left, or when it does not get on.
   */
  async drain(signal: AbortSignal): Promise<void> {
    const { clock } = this.#init.runtime
    this.#mode = 'draining'
    let fewest = Number.POSITIVE_INFINITY
    let progressMs = this.#now()
    for (;;) {
      const led = this.#led().filter(status => this.#successor(status) !== undefined)
      if (led.length < fewest) progressMs = this.#now()
      fewest = Math.min(fewest, led.length)
      if (led.length === 0 || this.#now() - progressMs >= DRAIN_STUCK_MS || signal.aborted) return
      const free = DRAIN_CHANGES_MAX - led.filter(({ changing }) => changing).length
      const still = led.filter(({ changing }) => !changing).slice(0, Math.max(0, free))
      for (const status of still) {
        const { members } = status.view
        this.#init.slots.change(status.slot, { members, leader: this.#successor(status)! })
      }
      await sleep(clock, DRAIN_ROUND_MS, signal).catch(() => {})
    }
  }

  /** True when more is to be done soon. */
  #round(signal: AbortSignal): boolean {
    if (this.#mode === 'draining') return false
    const led = this.#led()
    this.#observe(led)
    this.#neighbours.refresh(
      led.map(({ slot }) => slot),
      signal
    )
    const busy = this.#change(led)
    this.#waiting = busy || led.some(({ changing }) => changing)
    this.#advertise(led, signal)
    if (this.leaving) this.#sayLeaving(signal)
    return busy || this.leaving
  }

  #led(): Led[] {
    const { slots } = this.#init
    return slots.installed().flatMap(({ slot }) => {
      const { view, leading, changing, members } = slots.status(slot)
      return view !== null && leading ? [{ slot, view, changing, members }] : []
    })
  }

  #observe(led: readonly Led[]): void {
    const { self, placement, replicas, slots } = this.#init
    const nowMs = this.#now()
    const present = new Map<Peer, boolean>([[self.peer, true]])
    // Also of slots that another leads: this peer may be the next to lead, and must not begin to wait then.
    for (const { members } of slots.installed()) {
      for (const { peer } of members) present.set(peer, placement.isUp(peer))
    }
    for (const { slot } of led) {
      for (const peer of this.#neighbours.of(slot) ?? []) {
        if (!placement.isUp(peer)) placement.check(peer)
        present.set(peer, placement.isUp(peer))
      }
    }
    for (const { members } of led) {
      for (const { peer, current } of members) {
        if (!current) placement.check(peer)
        else {
          present.set(peer, true)
          this.#reluctant.forgive(peer)
        }
      }
    }
    this.#presence.observe(present, nowMs)
    for (const [peer, untilMs] of this.#leavers) if (untilMs < nowMs) this.#leavers.delete(peer)
    const leads = new Set(led.map(({ slot }) => slot))
    for (const slot of this.#seen.keys()) if (!leads.has(slot)) this.#seen.delete(slot)
    for (const status of led) {
      const seen = this.#seen.get(status.slot) ?? new LedSlot()
      this.#seen.set(status.slot, seen)
      const preferred = this.#candidates(status.slot).slice(0, replicas)
      for (const peer of seen.observe(status, preferred, nowMs)) this.#reluctant.failed(peer, nowMs)
      // Whoever is to join soon must be known to be there, also if nobody has talked with it for a while.
      for (const peer of preferred) {
        if (!status.members.some(member => member.peer === peer)) placement.check(peer)
      }
    }
  }

  #candidates(slot: Slot): Peer[] {
    const peers = this.#neighbours.of(slot) ?? []
    const nowMs = this.#now()
    return peers.filter(
      peer => this.#presence.isUp(peer) && !this.#isLeaving(peer) && !this.#reluctant.isAvoided(peer, nowMs)
    )
  }

  #isLeaving(peer: Peer): boolean {
    return peer === this.#init.self.peer ? this.leaving : this.#leavers.has(peer)
  }

  /** Begins the most urgent changes. True when there are more of them than may be under way. */
  #change(led: readonly Led[]): boolean {
    const { slots, events } = this.#init
    const nowMs = this.#now()
    const wanted = led.flatMap(status => {
      const change = this.#planned(status)
      return change === undefined ? [] : [{ ...status, change }]
    })
    wanted.sort((a, b) => REASONS.indexOf(a.change.reason) - REASONS.indexOf(b.change.reason))
    const changing = led.filter(({ changing }) => changing).length
    let free = PLANNED_CHANGES_MAX - changing
    const reasons: Reason[] = []
    for (const { slot, view, change } of wanted) {
      if (free <= 0) break
      const { reason, members, leader } = change
      const begun = slots.change(slot, { members, leader })
      const joining = members.filter(member => !isMember(view, member)).map(({ peer }) => peer)
      this.#seen.get(slot)!.tried(begun ? joining : [], nowMs)
      if (!begun) continue
      free--
      reasons.push(reason)
      events.emit({
        type: 'slot.changing',
        slot,
        reason,
        members: members.map(({ peer }) => peer),
        leader: leader.peer
      })
    }
    const waiting = wanted.length - reasons.length
    this.#progress.add({ begun: reasons, underWay: changing + reasons.length, waiting })
    return wanted.length > 0
  }

  #planned(status: Led): PlannedChange | undefined {
    const { self, replicas } = this.#init
    const { stableMs, replaceAfterMs, spreadMs } = this.#times
    const nowMs = this.#now()
    const seen = this.#seen.get(status.slot)!
    const incarnationOf = (peer: Peer) => this.#incarnationOf(peer)
    const isLost = (member: Member) => hasNewStore(member, incarnationOf)
    if (this.#neighbours.of(status.slot) === undefined || !seen.mayChange(status, isLost, nowMs))
      return undefined
    return plannedChange({
      self,
      view: status.view,
      replicas,
      candidates: this.#candidates(status.slot),
      settled: seen.isSettled(stableMs, nowMs),
      calm: nowMs - this.#lateMs >= CALM_AFTER_MS,
      isSteady: peer => this.#presence.isUpFor(peer, stableMs, nowMs),
      isEstablished: peer => this.#presence.isUpFor(peer, ESTABLISHED_FACTOR * stableMs, nowMs),
      isGone: peer => this.#presence.isDownFor(peer, replaceAfterMs, nowMs),
      isLeaving: peer => this.#isLeaving(peer),
      isCurrent: ({ peer }) => peer === self.peer || seen.isCurrent(peer),
      mayLead: ({ peer }) => seen.isCurrentFor(peer, spreadMs, nowMs),
      incarnationOf
    })
  }

  #incarnationOf(peer: Peer): Incarnation | undefined {
    const { self, slots } = this.#init
    return peer === self.peer ? self : slots.incarnationOf(peer)
  }

  /** Who can lead a slot at once in place of this peer. */
  #successor({ view, members }: Led): Incarnation | undefined {
    const { self } = this.#init
    for (const { peer, current } of members) {
      const met = peer === self.peer || !current ? undefined : this.#incarnationOf(peer)
      if (met !== undefined && isMember(view, met) && !sameMember(met, self)) return met
    }
    return undefined
  }

  /** The owner and its successors are told where the slot is, and say hello on that occasion. */
  #advertise(led: readonly Led[], signal: AbortSignal): void {
    const { self, replicas } = this.#init
    const adverts = led.map(({ slot, view }) => {
      const near = this.#neighbours.of(slot) ?? []
      const others = near.filter(peer => peer !== self.peer && this.#presence.isUp(peer))
      return { view, to: others.slice(0, replicas + 1) }
    })
    this.#adverts.tell(adverts, signal)
  }

  #sayLeaving(signal: AbortSignal): void {
    const { placement, rpc, runtime } = this.#init
    if (this.#now() - this.#saidLeavingMs < SAY_LEAVING_MS) return
    this.#saidLeavingMs = this.#now()
    parallel(placement.up(), FAREWELLS_AT_ONCE, peer =>
      rpc.leaving(peer, { timeoutMs: MAINTENANCE_TIMEOUT_MS, signal })
    ).catch(error => {
      if (!signal.aborted) runtime.log.warn('leaving not announced', { error })
    })
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const done = Promise.withResolvers<void>()
    const timer = this.#init.runtime.clock.timer(ms, done.resolve)
    const end = () => done.resolve()
    signal.addEventListener('abort', end, { once: true })
    this.#wake.promise.then(end)
    await done.promise
    timer.cancel()
    signal.removeEventListener('abort', end)
  }

  #now(): number {
    return this.#init.runtime.clock.monotonic()
  }
}
