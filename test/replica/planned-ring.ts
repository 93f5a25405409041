/**
 * Planners of several peers over slots whose changes just happen: what is planned is looked at here, how a change is
 * made elsewhere. Time is virtual; who is there, who leaves and who is next to whom is the test's word.
 */
import { Events } from '../../src/events.ts'
import { type PlannedSlots, Planner, type PlannerTimes } from '../../src/replica/planner.ts'
import type { Target } from '../../src/replica/proposal.ts'
import { genesisView, type Incarnation, sameMember, type View } from '../../src/replica/view.ts'
import { allSlots, type Slot } from '../../src/ring/slot.ts'
import { silentLog } from '../../src/runtime.ts'
import { JobBoard } from '../../src/users/job-board.ts'
import { seededRandom } from '../simulation/random.ts'
import { VirtualTime } from '../simulation/virtual-time.ts'

/** How long a change takes. */
const CHANGE_MS = 40

export interface PlannedPeer {
  readonly incarnation: Incarnation
  readonly planner: Planner
  readonly events: Events
  readonly jobs: JobBoard
  readonly stop: () => void
  /** Answers nobody. */
  down: boolean
}

interface SlotState {
  view: View
  changing: boolean
}

/** What was begun, and when. */
export interface Begun {
  readonly atMs: number
  readonly slot: Slot
  readonly by: string
  readonly members: string
  readonly leader: string
}

export class PlannedRing {
  readonly time = new VirtualTime()
  readonly peers = new Map<string, PlannedPeer>()
  readonly begun: Begun[] = []
  /** The most changes that one peer had under way at once. */
  mostAtOnce = 0
  /** Views that peers were told of: by peer and slot, the epoch. */
  readonly told = new Map<string, number>()
  /** Peers that are there and become members of nothing. */
  unwilling = ''
  /** Clockwise from each slot; turned by one from slot to slot. */
  order = ''
  readonly #replicas: number
  readonly #times: PlannerTimes
  readonly #slots: SlotState[]

  constructor(first: string, slots: number, replicas = 3, times: PlannerTimes = {}) {
    this.#replicas = replicas
    this.#times = times
    this.#slots = allSlots(slots).map(slot => ({
      view: genesisView(slot, { peer: first, store: 'store', boot: 1 }, 'ring'),
      changing: false
    }))
    this.add(first)
  }

  /** Starts peers, one letter each, and lets them join at the end of the order. */
  add(names: string): void {
    for (const name of names) {
      this.order += name
      this.#start({ peer: name, store: 'store', boot: 1 })
    }
    for (const { planner } of this.peers.values()) planner.ringChanged()
  }

  crash(name: string): void {
    const peer = this.peers.get(name)!
    peer.down = true
    peer.stop()
  }

  /** A crashed peer is there again. */
  restart(name: string): void {
    const { incarnation } = this.peers.get(name)!
    this.#start({ ...incarnation, boot: incarnation.boot + 1 })
  }

  async stop(): Promise<void> {
    for (const { stop } of this.peers.values()) stop()
    await this.time.pass(1_000)
  }

  /** `leader:members` of a slot. */
  held(slot: number): string {
    const { members, leader } = this.#slots[slot]!.view
    return `${leader.peer}:${members
      .map(({ peer }) => peer)
      .sort()
      .join('')}`
  }

  epoch(slot: number): number {
    return this.#slots[slot]!.view.epoch
  }

  /** A member of the slot proposes itself, as after a crash of its leader. */
  failOver(slot: number, to: string): void {
    const state = this.#slots[slot]!
    const { incarnation } = this.peers.get(to)!
    this.#install(state, { members: state.view.members, leader: incarnation })
  }

  isMemberOfAny(name: string): boolean {
    return this.#slots.some(({ view }) => view.members.some(({ peer }) => peer === name))
  }

  async until(condition: () => boolean, ms: number): Promise<void> {
    if (await this.time.until(condition, ms, 10)) return
    throw new Error(`Not within ${ms} ms: ${this.#slots.map((_, slot) => this.held(slot)).join(' ')}`)
  }

  #start(incarnation: Incarnation): void {
    const { peer } = incarnation
    const stopping = new AbortController()
    const events = new Events()
    const jobs = new JobBoard(this.time)
    const planner = new Planner({
      self: incarnation,
      replicas: this.#replicas,
      slots: this.#slotsOf(peer),
      placement: {
        peersOf: async slot => this.#clockwise(slot),
        up: () => this.#up().filter(other => other !== peer),
        isUp: other => this.#up().includes(other),
        check: () => {}
      },
      rpc: {
        advertise: async (to, views) => {
          for (const { slot, epoch } of views) this.told.set(`${to}${slot}`, epoch)
        },
        leaving: async to => this.peers.get(to)?.planner.heardLeaving(peer)
      },
      runtime: { clock: this.time, random: seededRandom('planner', peer), log: silentLog },
      events,
      times: this.#times,
      jobs
    })
    this.peers.set(peer, { incarnation, planner, events, jobs, down: false, stop: () => stopping.abort() })
    void planner.run(stopping.signal)
  }

  #slotsOf(peer: string): PlannedSlots {
    const isHere = ({ view }: SlotState) => view.members.some(member => member.peer === peer)
    const isCurrent = (name: string) => this.peers.get(name)?.down === false
    return {
      installed: () => this.#slots.filter(isHere).map(({ view }) => view),
      status: slot => {
        const state = this.#slots[slot]!
        const { view, changing } = state
        return {
          view: isHere(state) ? view : null,
          leading: view.leader.peer === peer && view.leader.boot === this.peers.get(peer)?.incarnation.boot,
          changing,
          members: view.members.map(member => ({ peer: member.peer, current: isCurrent(member.peer) }))
        }
      },
      incarnationOf: other => this.peers.get(other)?.incarnation,
      change: (slot, target) => this.#change(peer, slot, target)
    }
  }

  #change(by: string, slot: Slot, target: Target): boolean {
    const state = this.#slots[slot]!
    if (state.changing) return false
    state.changing = true
    const members = target.members.map(({ peer }) => peer).join('')
    this.begun.push({ atMs: this.time.monotonic(), slot, by, members, leader: target.leader.peer })
    const atOnce = this.#slots.filter(({ view, changing }) => changing && view.leader.peer === by).length
    this.mostAtOnce = Math.max(this.mostAtOnce, atOnce)
    const { epoch } = state.view
    this.time.timer(CHANGE_MS, () => {
      state.changing = false
      const unwilling = target.members.some(({ peer }) => this.unwilling.includes(peer))
      if (state.view.epoch === epoch && !unwilling) this.#install(state, target)
    })
    return true
  }

  #install(state: SlotState, { members, leader }: Target): void {
    if (!members.some(member => sameMember(member, leader))) throw new Error('a leader that is no member')
    state.view = { ...state.view, epoch: state.view.epoch + 1, members, leader }
    for (const { planner } of this.peers.values()) planner.viewInstalled()
  }

  #clockwise(slot: Slot): string[] {
    const turn = slot % this.order.length
    const order = [...this.order.slice(turn), ...this.order.slice(0, turn)]
    return order.filter(peer => this.#up().includes(peer))
  }

  #up(): string[] {
    return [...this.peers.values()].filter(({ down }) => !down).map(({ incarnation }) => incarnation.peer)
  }
}
