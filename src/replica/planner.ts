/**
 * Brings slots to where they should be. Only the holder of a slot plans for it, from what its own Chord tells, and
 * a wrong answer of Chord costs a needless move, never a write: the steps of the handover are safe to any target.
 */
import type { Peer } from '../chord/ring-node.ts'
import {
  HANDOVERS_OUTBOUND_MAX,
  MAINTENANCE_TIMEOUT_MS,
  PLACEMENT_STABLE_MS,
  RETRY_AFTER_MS
} from '../constants.ts'
import { errorName } from '../errors.ts'
import type { Slot } from '../ring/slot.ts'
import { jitter, type Runtime, sleep } from '../runtime.ts'
import type { Handover } from './handover.ts'
import type { ReplicaRpc } from './replica-rpc.ts'
import type { SlotTable } from './slot-table.ts'
import type { Member, View } from './view.ts'

/** Chord, as far as planning needs it. */
export interface Placement {
  /** Distinct peers clockwise from the slot, its owner first; empty when that cannot be found out now. */
  peersOf(slot: Slot, signal: AbortSignal): Promise<readonly Peer[]>
}

/** A round when nothing happened; a change of the ring brings the next one forward. */
const ROUND_MS = 1_000
/** Placement is looked up again after so long even when the ring seems unchanged. */
const REPLAN_MS = 5_000
/** Holders tell the neighbours of a slot's position where the slot is, after each change and again after so long. */
const ADVERTISE_MS = 10_000
/** Owner and a few more: who is asked where a slot is when its owner is new or gone. */
const ADVERTISE_PEERS = 4
const LOOKUPS_AT_ONCE = 16
/** One message holds so many views. */
const ADVERTISE_VIEWS_MAX = 1024
/** A peer that would not take a slot is not asked again for so long. */
const REFUSED_MS = 2 * RETRY_AFTER_MS
const SWEEP_MS = 60_000

interface Plan {
  readonly peers: readonly Peer[]
  /** Since when the owner is the same, by the monotonic clock. */
  readonly sinceMs: number
}

export interface PlannerInit {
  readonly self: Member
  readonly table: SlotTable<never, unknown>
  readonly handover: Handover
  readonly placement: Placement
  readonly rpc: ReplicaRpc
  readonly runtime: Runtime
}

export class Planner {
  readonly #init: PlannerInit
  readonly #plans = new Map<Slot, Plan>()
  readonly #refusedUntilMs = new Map<Peer, number>()
  #plannedMs = Number.NEGATIVE_INFINITY
  #advertisedMs = Number.NEGATIVE_INFINITY
  #sweptMs: number
  #leaving = false

  constructor(init: PlannerInit) {
    this.#init = init
    this.#sweptMs = init.runtime.clock.monotonic()
  }

  /** The ring changed: placement is looked up again in the next round. */
  ringChanged(): void {
    this.#plannedMs = Number.NEGATIVE_INFINITY
  }

  /** From now on every slot is to go, at once, to the first other peer that takes it. */
  leave(): void {
    this.#leaving = true
    this.#init.handover.close()
    this.ringChanged()
  }

  /** The leaving is called off: slots go where the ring wants them again. */
  stay(): void {
    this.#leaving = false
    this.#init.handover.reopen()
    this.ringChanged()
  }

  /** Runs until `signal` aborts. @throws StorageError this peer's disk failed */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#init.runtime
    while (!signal.aborted) {
      await this.#round(signal)
      await sleep(clock, jitter(random, this.#leaving ? ROUND_MS / 4 : ROUND_MS), signal).catch(() => {})
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { table, handover, runtime } = this.#init
    try {
      await handover.remind(signal)
      const unplanned = table.installed().some(({ slot }) => !this.#plans.has(slot))
      if (unplanned || runtime.clock.monotonic() - this.#plannedMs >= REPLAN_MS) await this.#plan(signal)
      await this.#move(signal)
      if (runtime.clock.monotonic() - this.#advertisedMs >= ADVERTISE_MS) await this.#advertise(signal)
      if (runtime.clock.monotonic() - this.#sweptMs >= SWEEP_MS) {
        this.#sweptMs = runtime.clock.monotonic()
        await table.sweep()
      }
    } catch (error) {
      if (errorName(error) === 'StorageError') throw error
      if (!signal.aborted) runtime.log.warn('planning round not finished', { error })
    }
  }

  async #plan(signal: AbortSignal): Promise<void> {
    const { table, placement, runtime } = this.#init
    this.#plannedMs = runtime.clock.monotonic()
    const held = new Set(table.installed().map(view => view.slot))
    for (const slot of this.#plans.keys()) if (!held.has(slot)) this.#plans.delete(slot)
    await concurrently([...held], LOOKUPS_AT_ONCE, async slot => {
      const peers = await placement.peersOf(slot, signal)
      const before = this.#plans.get(slot)
      // Peers that became neighbours of the slot do not know where it is.
      if (String(before?.peers.slice(0, ADVERTISE_PEERS)) !== String(peers.slice(0, ADVERTISE_PEERS))) {
        this.#advertisedMs = Number.NEGATIVE_INFINITY
      }
      const same = before !== undefined && before.peers[0] === peers[0]
      if (peers.length > 0)
        this.#plans.set(slot, { peers, sinceMs: same ? before.sinceMs : runtime.clock.monotonic() })
      else this.#plans.delete(slot)
    })
  }

  async #move(signal: AbortSignal): Promise<void> {
    const moves = this.#init.table.installed().flatMap(({ slot }) => {
      const to = this.#target(slot)
      return to === undefined ? [] : [{ slot, to }]
    })
    await concurrently(moves, HANDOVERS_OUTBOUND_MAX, async ({ slot, to }) => {
      if (signal.aborted || this.#isRefusing(to)) return
      const moved = await this.#init.handover.move(slot, to, signal)
      if (!moved) this.#refusedUntilMs.set(to, this.#init.runtime.clock.monotonic() + REFUSED_MS)
    })
    if (moves.length > 0) this.#advertisedMs = Number.NEGATIVE_INFINITY
  }

  /** Where a slot should go now; undefined when it should stay. */
  #target(slot: Slot): Peer | undefined {
    const { self, runtime } = this.#init
    const plan = this.#plans.get(slot)
    if (plan === undefined) return undefined
    if (this.#leaving) return plan.peers.find(peer => peer !== self.peer && !this.#isRefusing(peer))
    const owner = plan.peers[0]
    const stable = runtime.clock.monotonic() - plan.sinceMs >= PLACEMENT_STABLE_MS
    return owner !== undefined && owner !== self.peer && stable && !this.#isRefusing(owner)
      ? owner
      : undefined
  }

  #isRefusing(peer: Peer): boolean {
    const untilMs = this.#refusedUntilMs.get(peer)
    if (untilMs === undefined) return false
    if (untilMs > this.#init.runtime.clock.monotonic()) return true
    this.#refusedUntilMs.delete(peer)
    return false
  }

  async #advertise(signal: AbortSignal): Promise<void> {
    const { table, rpc, self, runtime } = this.#init
    this.#advertisedMs = runtime.clock.monotonic()
    const byPeer = new Map<Peer, View[]>()
    for (const view of table.installed()) {
      for (const peer of this.#plans.get(view.slot)?.peers.slice(0, ADVERTISE_PEERS) ?? []) {
        if (peer !== self.peer)
          byPeer.set(peer, [...(byPeer.get(peer) ?? []), view].slice(0, ADVERTISE_VIEWS_MAX))
      }
    }
    await concurrently([...byPeer], LOOKUPS_AT_ONCE, ([peer, views]) =>
      rpc.advertise(peer, views, { timeoutMs: MAINTENANCE_TIMEOUT_MS, signal })
    )
  }
}

/** Runs `work` for every item, at most `limit` at once; rejects with the first error when all under way have ended. */
async function concurrently<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>
): Promise<void> {
  const queue = items.values()
  const lane = async () => {
    for (const item of queue) await work(item)
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
