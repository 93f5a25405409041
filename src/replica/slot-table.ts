/**
 * Every slot as this peer knows it, on disk and in memory. It makes the steps by which a slot changes hands, each
 * durable before anybody is told; `handover.ts` takes them in order.
 *
 * Invariants: a slot answers here if and only if its durable state has a view here · the epoch of an installed view
 * is the floor, and floors only rise · the durable step that ends this peer's view comes before the message that
 * lets the next holder begin, so no two peers ever answer for a slot.
 */
import { assert, TransferError } from '../errors.ts'
import type { Events } from '../events.ts'
import { allSlots, type Slot } from '../ring/slot.ts'
import type { Runtime } from '../runtime.ts'
import { slotsRange } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import { HeldSlot } from './held-slot.ts'
import type { Execution, SlotMachine, Slots } from './slot-machine.ts'
import { readState, type SlotState, stateWrite, UNKNOWN_SLOT } from './slot-state.ts'
import { clearRows } from './transfer.ts'
import { type Member, newerView, singleMemberView, type View } from './view.ts'

export interface SlotTableInit<Command, Outcome> {
  readonly self: Member
  /** S of the ring. */
  readonly slots: number
  readonly store: Store
  readonly runtime: Runtime
  readonly events: Events
  readonly machine: SlotMachine<Command, Outcome>
}

/**
 * The one genesis of a ring's slots: epoch 1 of each, held by the peer that makes the ring. Done before the ring's
 * genesis record is written, so that a ring that exists has views; a joining peer must never do it.
 */
export async function createViews(store: Store, creator: Member, slots: number): Promise<void> {
  await forgetSlots(store)
  await store.write(
    allSlots(slots).map(slot => {
      const view = singleMemberView(slot, 1, creator)
      return stateWrite(slot, { ...UNKNOWN_SLOT, floor: view.epoch, view })
    })
  )
}

/** For a store that belongs to no ring: what a creation that was broken off left there counts for nothing. */
export async function forgetSlots(store: Store): Promise<void> {
  const writes: Write[] = []
  for (const [key] of store.range(slotsRange)) writes.push({ key, value: null })
  if (writes.length > 0) await store.write(writes)
}

export class SlotTable<Command, Outcome> implements Slots<Command, Outcome> {
  readonly #init: SlotTableInit<Command, Outcome>
  readonly #states: SlotState[]
  readonly #held = new Map<Slot, HeldSlot<Command, Outcome>>()
  /** Slots whose rows are being taken in. */
  readonly #receiving = new Set<Slot>()
  readonly #steps = new Map<Slot, Promise<void>>()

  constructor(init: SlotTableInit<Command, Outcome>) {
    this.#init = init
    this.#states = allSlots(init.slots).map(slot => readState(init.store, slot, init.slots))
    for (const { view } of this.#states) if (view !== null) this.#hold(view)
  }

  async execute(slot: Slot, command: Command): Promise<Execution<Outcome>> {
    const held = this.#held.get(slot)
    const result = held === undefined ? 'gone' : await held.execute(command)
    return result === 'gone' ? { kind: 'elsewhere', view: this.known(slot) } : result
  }

  installed(): View[] {
    return Array.from(this.#held.values(), held => held.view)
  }

  known(slot: Slot): View | undefined {
    const { view, next } = this.#state(slot)
    return newerView(view ?? undefined, next ?? undefined)
  }

  /** Users of a slot that is held here; 0 otherwise. */
  users(slot: Slot): number {
    return this.#held.get(slot)?.users ?? 0
  }

  /** Stops answering for a slot, for a while, and resolves when all it ever answered is on disk. */
  async seal(slot: Slot): Promise<View> {
    const held = this.#held.get(slot)
    assert(held !== undefined, `slot ${slot} is not held here`)
    await held.seal()
    return held.view
  }

  unseal(slot: Slot): void {
    this.#held.get(slot)?.unseal()
  }

  /** The decision: when this resolves, `next` is the slot's view, for ever, whatever happens to its member. */
  giveUp(slot: Slot, next: View, digest: string): Promise<void> {
    return this.#serially(slot, async ({ view }) => {
      assert(
        view !== null && next.epoch === view.epoch + 1,
        `view ${next.epoch} does not follow ${view?.epoch} of slot ${slot}`
      )
      await this.#persist(slot, { floor: next.epoch, view: null, next, handOff: digest, staged: null })
      this.#held.get(slot)?.retire()
      this.#held.delete(slot)
    })
  }

  /** Slots given up whose next holder has not said yet that it has them. */
  handOffs(): { view: View; digest: string }[] {
    return this.#states.flatMap(({ next, handOff }) =>
      next !== null && handOff !== null ? [{ view: next, digest: handOff }] : []
    )
  }

  /** Slots whose rows are here for a view that is not installed yet. */
  get staged(): number {
    return this.#states.filter(({ staged }) => staged !== null).length
  }

  /** The next holder has the slot in `view`: its rows here are of no more use. */
  release(view: View): Promise<void> {
    return this.#serially(view.slot, async state => {
      if (state.handOff === null || state.next?.epoch !== view.epoch) return
      await this.#persist(view.slot, { ...state, handOff: null })
      // The slot may be on its way back already: then the rows are no longer those that were handed off.
      if (!this.#receiving.has(view.slot) && state.staged === null)
        await clearRows(this.#init.store, view.slot)
    })
  }

  /**
   * Takes in the rows of an offered view: `stage` writes them and resolves with their digest. A repeated offer
   * starts from nothing.
   * @throws TransferError the view may not be taken in here, or what `stage` throws
   */
  async receive(view: View, stage: () => Promise<string>): Promise<void> {
    const { slot } = view
    await this.#serially(slot, async state => {
      this.#checkOffer(view, state)
      if (this.#receiving.has(slot)) throw new TransferError(`Slot ${slot} is being received already`)
      if (state.staged !== null) await this.#persist(slot, { ...state, staged: null })
      this.#receiving.add(slot)
    })
    try {
      const digest = await stage()
      await this.#serially(slot, async state => {
        this.#checkOffer(view, state)
        await this.#persist(slot, { ...state, staged: { epoch: view.epoch, digest } })
      })
    } finally {
      this.#receiving.delete(slot)
    }
  }

  /**
   * Begins to answer for a slot, after its former holder has given it up. Said again, it does nothing.
   * @throws TransferError the rows that the view rests on are not here
   */
  install(view: View, digest: string): Promise<void> {
    return this.#serially(view.slot, async state => {
      if (view.epoch <= state.floor) return
      const [member] = view.members
      if (member?.peer !== this.#init.self.peer || member.store !== this.#init.self.store) {
        throw new TransferError(
          `The view of slot ${view.slot} names another peer or another disk than this one`
        )
      }
      if (state.staged?.epoch !== view.epoch || state.staged.digest !== digest) {
        throw new TransferError(`The rows of slot ${view.slot} for epoch ${view.epoch} are not here`)
      }
      await this.#persist(view.slot, { floor: view.epoch, view, next: null, handOff: null, staged: null })
      this.#hold(view)
    })
  }

  async sweep(): Promise<void> {
    for (const held of this.#held.values()) await held.sweep(this.#init.runtime.clock.now())
  }

  /** Ends every wait and refuses from now on; resolves when all writes under way are durable. */
  async stop(): Promise<void> {
    const held = [...this.#held.values()]
    await Promise.all(held.map(slot => slot.seal()))
    for (const slot of held) slot.retire()
  }

  #state(slot: Slot): SlotState {
    const state = this.#states[slot]
    assert(state !== undefined, `there is no slot ${slot}`)
    return state
  }

  #checkOffer(view: View, state: SlotState): void {
    if (view.members.length !== 1 || view.members[0]?.peer !== this.#init.self.peer) {
      throw new TransferError(`The offered view of slot ${view.slot} does not name this peer alone`)
    }
    if (state.view !== null || view.epoch <= state.floor) {
      throw new TransferError(`Slot ${view.slot} is past epoch ${view.epoch} here: floor ${state.floor}`)
    }
  }

  /** Steps of one slot run one after another, each upon the state that the one before left. */
  #serially(slot: Slot, step: (state: SlotState) => Promise<void>): Promise<void> {
    const before = this.#steps.get(slot) ?? Promise.resolve()
    const run = before.then(() => step(this.#state(slot)))
    const settled = run.catch(() => {}) // its caller gets the error; the next step does not
    this.#steps.set(slot, settled)
    settled.then(() => this.#steps.get(slot) === settled && this.#steps.delete(slot))
    return run
  }

  /** Disk before memory: nobody sees a state that a crash could take back. */
  async #persist(slot: Slot, state: SlotState): Promise<void> {
    const { floor } = this.#state(slot)
    assert(state.floor >= floor, `the floor of slot ${slot} would sink from ${floor} to ${state.floor}`)
    await this.#init.store.write([stateWrite(slot, state)])
    this.#states[slot] = state
  }

  #hold(view: View): void {
    const { store, runtime, events, machine } = this.#init
    assert(!this.#held.has(view.slot), `slot ${view.slot} is held already`)
    this.#held.set(view.slot, new HeldSlot(view, store, runtime.clock, machine))
    events.emit({
      type: 'view.installed',
      slot: view.slot,
      epoch: view.epoch,
      members: view.members.map(({ peer }) => peer)
    })
  }
}
