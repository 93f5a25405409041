/**
 * Sees every disk, every message between replicas and every answer of one run, and remembers what must not be and what
 * only sometimes is.
 */
import type { ReplicaMessage } from '../../src/replica/message.ts'
import type { Incarnation, Member, View } from '../../src/replica/view.ts'
import { allSlots } from '../../src/ring/slot.ts'
import type { Write } from '../../src/storage/store.ts'
import { type Change, DurableReplica, slotOfKey } from './durable-replica.ts'
import { LeaseRules } from './lease-rules.ts'
import { SlotTruth } from './slot-truth.ts'
import { WireRules } from './wire-rules.ts'

/** One fault brings others: the first ones tell. */
const FAULTS_MAX = 5

export class Witness {
  readonly #now: () => number
  readonly #slots: SlotTruth[]
  /** By store, then slot. */
  readonly #disks = new Map<string, DurableReplica[]>()
  readonly #disowned = new Set<string>()
  /** Slots that are not judged any more. */
  readonly #over = new Set<number>()
  readonly #wire: WireRules
  readonly leases: LeaseRules
  readonly faults: string[] = []
  /** Somebody who looks at what becomes durable, too. */
  onChange: (member: Member, change: Change) => void = () => {}
  /** How often something happened. */
  readonly counts = new Map<string, number>()

  constructor(slots: number, now: () => number) {
    this.#now = now
    const fault = (what: string) => this.fault(what)
    const count = (what: string) => this.count(what)
    this.leases = new LeaseRules({ now, fault, count })
    this.#slots = allSlots(slots).map(
      slot =>
        new SlotTruth({
          slot,
          fault,
          count,
          applied: (...of) => this.leases.applied(...of),
          now,
          replicaOf: member => this.#disks.get(diskKey(member))?.[slot]
        })
    )
    this.#wire = new WireRules({ fault, truthOf: slot => this.#slots[slot]! })
  }

  begin(view: View): void {
    this.#slots[view.slot]!.begin(view)
  }

  slot(slot: number): SlotTruth {
    return this.#slots[slot]!
  }

  fault(what: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push(`${this.#now().toFixed(3)} ms: ${what}`)
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times)
  }

  /** These have just become durable on the disk of `member`. */
  durable(member: Member, writes: readonly Write[]): void {
    if (this.#disowned.has(diskKey(member))) return
    const bySlot = new Map<number, Write[]>()
    for (const write of writes) {
      const slot = slotOfKey(write.key)
      if (slot === undefined) continue
      const of = bySlot.get(slot)
      if (of === undefined) bySlot.set(slot, [write])
      else of.push(write)
    }
    for (const [slot, of] of bySlot) {
      const replica = this.#replicaOf(member, slot)
      const change = replica.take(of)
      if (!this.#over.has(slot)) this.#slots[slot]!.changed(member, replica, change)
      this.onChange(member, change)
    }
  }

  /**
   * This disk is gone, or is an old copy of itself. What it had stays as it was for whoever counts disks: that was lost
   * by an accident and not by the protocol. What it says or writes from now on is nobody's business.
   */
  disown(member: Member): void {
    this.#disowned.add(diskKey(member))
  }

  /** An operator may go on with this slot from any copy: what was decided so far binds nobody any more. */
  end(slot: number): void {
    this.#over.add(slot)
  }

  isOver(slot: number): boolean {
    return this.#over.has(slot)
  }

  sent(from: Incarnation, messages: readonly ReplicaMessage[]): void {
    for (const message of messages) {
      if (this.#over.has(message.slot)) continue
      this.#wire.asked(message) // whoever answers an old copy in good faith is judged by what it was asked
      if (this.#disowned.has(diskKey(from))) continue
      this.count(`sent ${message.type}`)
      this.#wire.sent(from, message, this.#replicaOf(from, message.slot))
    }
  }

  /** All disks that have something of a slot. */
  replicasOf(slot: number): DurableReplica[] {
    return [...this.#disks.values()].flatMap(replicas => replicas[slot] ?? [])
  }

  replicaOf(member: Member, slot: number): DurableReplica | undefined {
    return this.#disks.get(diskKey(member))?.[slot]
  }

  #replicaOf(member: Member, slot: number): DurableReplica {
    const key = diskKey(member)
    const replicas = this.#disks.get(key) ?? []
    this.#disks.set(key, replicas)
    replicas[slot] ??= new DurableReplica()
    return replicas[slot]
  }
}

function diskKey({ peer, store }: Member): string {
  return `${peer} ${store}`
}
