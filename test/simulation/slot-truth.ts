/**
 * What is true of one slot, as somebody knows who sees every disk: which views are decided, which entries are committed
 * and what the table is after each. Told of everything as it becomes durable, it says what must not be. The numbers
 * in its messages are those of the list in docs/replication.md.
 */
import { type Ballot, compareBallots } from '../../src/replica/ballot.ts'
import { compareIds, type Entry, type EntryId } from '../../src/replica/entry.ts'
import { majority } from '../../src/replica/quorum.ts'
import { isMember, type Member, sameMember, type View } from '../../src/replica/view.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { UserRow } from '../../src/users/row.ts'
import { type Change, type DurableReplica, textOf } from './durable-replica.ts'
import type { LeaseRules } from './lease-rules.ts'
import { RowHistory, rowAfter } from './row-history.ts'

/** Payloads of a form up to this one begin with an outcome: see users/row.ts. */
const REMEMBERED_MAX = 2

export type Count = (what: string) => void

export interface SlotTruthInit {
  readonly slot: Slot
  /** What must not be. */
  readonly fault: (what: string) => void
  /** Something that happens sometimes, and should in some runs. */
  readonly count: Count
  readonly applied: LeaseRules['applied']
  readonly now: () => number
  /** The disk of a member, as it is. */
  readonly replicaOf: (member: Member) => DurableReplica | undefined
}

/** An entry together with the one before it, wherever it was ever durable. */
interface Known {
  readonly entry: Entry
  readonly previousEpoch: number
  readonly seenMs: number
}

export class SlotTruth {
  readonly #init: SlotTruthInit
  /** Decided views by epoch. */
  readonly views = new Map<number, View>()
  /** Members that ever accepted a view with a ballot. */
  readonly #accepted = new Map<string, { readonly view: View; readonly by: Member[] }>()
  /** Every entry that was ever on a disk. */
  readonly #entries = new Map<string, Known>()
  /** Committed entries; the first has sequence 1. */
  readonly committed: Entry[] = []
  readonly #rows: RowHistory
  /** The sequence of the committed entry that each operation made. */
  readonly #operations = new Map<string, number>()

  constructor(init: SlotTruthInit) {
    this.#init = init
    this.#rows = new RowHistory(init.slot)
  }

  /** The view that the slot begins with. */
  begin(view: View): void {
    this.views.set(view.epoch, view)
  }

  get newest(): View | undefined {
    return this.views.get(Math.max(...this.views.keys()))
  }

  /** Users with a lease that ends before `untilMs` of log time, as the last committed entry leaves them. */
  leases(untilMs: number): number {
    const leases = [...this.#rows.present()].map(row => new UserRow(row).lease)
    return leases.filter(lease => lease !== undefined && lease.untilMs < untilMs).length
  }

  /** `replica` is the disk of `by` after `change`. */
  changed(by: Member, replica: DurableReplica, change: Change): void {
    this.#checkState(by, change)
    for (const entry of change.entries) this.#entered(by, replica, entry)
    if (change.entries.length > 0 || change.entriesCut > 0) this.#checkLog(by, replica)
    const { accepted, view } = change.after
    if (accepted !== null && accepted !== change.before.accepted) this.#vote(by, accepted, view)
    if (view !== null && view.epoch !== change.before.view?.epoch) this.#installed(by, replica, change, view)
    if (change.after.next !== null) this.#mustBeDecided(by, change.after.next, 'knows of')
    this.#checkTable(by, replica, change)
  }

  /** Somebody acts as if everything up to `id` were committed. */
  claimed(by: Member, id: EntryId, how: string): void {
    const { sequence } = id
    if (sequence <= this.committed.length) {
      const { epoch } = this.committed[sequence - 1] ?? id
      if (epoch !== id.epoch)
        this.#fault(9, by, `${how} ${idText(id)}, but ${epoch}.${sequence} is committed there`)
      return
    }
    this.#checkDurable(by, id, how)
    this.#commit(by, id, how)
  }

  /** Somebody who has installed the view of `epoch` says that everything up to `sequence` is committed. */
  claimedIn(by: Member, epoch: number, sequence: number, how: string): void {
    if (sequence <= this.committed.length) return
    const view = this.views.get(epoch)
    if (view === undefined) this.#fault(1, by, `${how} in epoch ${epoch}, which is not decided`)
    else if (sequence > view.base.sequence) this.claimed(by, { epoch, sequence }, how)
    else this.#fault(7, by, `${how} ${sequence}, the base of epoch ${epoch}, which was lost before`)
  }

  /** Whether a disk has the log, or the table, up to that entry and no other in its place. */
  isOn(replica: DurableReplica | undefined, { epoch, sequence }: EntryId): boolean {
    if (sequence === 0) return true
    if (replica === undefined) return false
    const known = replica.epochAt(sequence)
    if (known !== undefined || sequence > replica.applied.sequence) return known === epoch
    return this.#epochBefore(replica.applied, sequence) === epoch
  }

  /** As `RowHistory`. */
  firstShowing(id: string, version: string | undefined, from: number): number | undefined {
    return this.#rows.firstShowing(id, version, from)
  }

  /** The sequence at which an operation took effect. */
  sequenceOf(operationId: string): number | undefined {
    return this.#operations.get(operationId)
  }

  /** Whether an operation is in any log, committed or not. */
  wasLogged(operationId: string): boolean {
    for (const { entry } of this.#entries.values()) if (operationOf(entry) === operationId) return true
    return false
  }

  #fault(invariant: number, by: Member | undefined, what: string): void {
    const who = by === undefined ? '' : ` …${by.peer.slice(-4)}`
    this.#init.fault(`invariant ${invariant}: slot ${this.#init.slot}${who} ${what}`)
  }

  /** The epoch of the entry at `sequence` in the past of `id`. */
  #epochBefore(id: EntryId, sequence: number): number | undefined {
    let at: EntryId | undefined = id
    while (at !== undefined && at.sequence > sequence) {
      if (this.committed[at.sequence - 1]?.epoch === at.epoch) return this.committed[sequence - 1]!.epoch
      const known = this.#entries.get(idText(at))
      at = known && { epoch: known.previousEpoch, sequence: at.sequence - 1 }
    }
    return at?.epoch
  }

  #checkState(by: Member, { before, after, stateDeleted }: Change): void {
    if (stateDeleted) this.#fault(17, by, 'deleted its state')
    if (after.floor < before.floor) this.#fault(4, by, `lowered its floor to ${after.floor}`)
    const epochs = [before.view?.epoch ?? 0, after.view?.epoch ?? after.floor] as const
    if (epochs[1] < epochs[0]) this.#fault(4, by, `went from epoch ${epochs[0]} back to ${epochs[1]}`)
    if (before.view === null || after.view?.epoch !== before.view.epoch || before.promised === null) return
    if (after.promised === null || compareBallots(after.promised, before.promised) < 0)
      this.#fault(4, by, `took back what it promised for epoch ${before.view.epoch + 1}`)
  }

  #entered(by: Member, replica: DurableReplica, entry: Entry): void {
    const previousEpoch = replica.epochAt(entry.sequence - 1) ?? (entry.sequence === 1 ? 0 : undefined)
    if (previousEpoch === undefined) return // the log does not go back so far
    const known = this.#entries.get(idText(entry))
    if (known === undefined)
      this.#entries.set(idText(entry), { entry, previousEpoch, seenMs: this.#init.now() })
    else if (!sameEntry(known.entry, entry) || known.previousEpoch !== previousEpoch)
      this.#fault(10, by, `has another entry ${idText(entry)}, or another one before it`)
    const committed = this.committed[entry.sequence - 1]
    if (
      committed !== undefined &&
      replica.applied.sequence >= entry.sequence &&
      committed.epoch !== entry.epoch
    )
      this.#fault(9, by, `put ${idText(entry)} in the place of committed ${idText(committed)}`)
  }

  #checkLog(by: Member, replica: DurableReplica): void {
    if (!replica.isContiguous && !replica.state.clearing) this.#fault(10, by, 'has a gap in its log')
    const { view } = replica.state
    for (let at = replica.last.sequence; at > replica.start.sequence + 1; at--) {
      const [epoch, before] = [replica.epochAt(at) ?? 0, replica.epochAt(at - 1) ?? 0]
      if (before > epoch) this.#fault(11, by, `has an entry of epoch ${before} before one of epoch ${epoch}`)
      if (view !== null && at > view.base.sequence && epoch < view.epoch)
        this.#fault(11, by, `has an entry of epoch ${epoch} after the base of epoch ${view.epoch}`)
      if (epoch === before || (view !== null && epoch >= view.epoch && before >= view.epoch)) continue
      break
    }
  }

  #vote(by: Member, { ballot, view }: { ballot: Ballot; view: View }, installed: View | null): void {
    const electorate = this.views.get(view.epoch - 1)
    if (installed?.epoch !== view.epoch - 1 || electorate === undefined || !isMember(electorate, by)) {
      this.#fault(1, by, `accepted epoch ${view.epoch} without being a member of the one before`)
      return
    }
    const key = `${view.epoch} ${ballotText(ballot)}`
    const vote = this.#accepted.get(key) ?? { view, by: [] }
    this.#accepted.set(key, vote)
    if (!sameView(vote.view, view)) this.#fault(1, by, `accepted another epoch ${view.epoch} with one ballot`)
    if (vote.by.some(member => sameMember(member, by))) return
    vote.by.push(by)
    const others = [...this.#accepted].some(
      ([other, { view: value }]) => other !== key && sameView(value, view)
    )
    if (others && vote.by.length === 1) this.#init.count('accepted view taken over by another proposer')
    if (vote.by.length >= majority(electorate.members.length)) this.#decided(view)
  }

  #decided(view: View): void {
    const other = this.views.get(view.epoch)
    if (other !== undefined) {
      if (!sameView(other, view)) this.#fault(1, undefined, `has two decided views of epoch ${view.epoch}`)
      return
    }
    const before = this.views.get(view.epoch - 1)!
    this.views.set(view.epoch, view)
    this.#init.count('view decided')
    if (!sameMembers(before, view)) this.#init.count('members changed')
    if (!sameMember(before.leader, view.leader)) this.#init.count('leader changed')
    if (
      new Set(view.members.map(({ peer }) => peer)).size !== view.members.length ||
      !isMember(view, view.leader)
    )
      this.#fault(3, undefined, `epoch ${view.epoch} has members ${JSON.stringify(view.members)}`)
    const { base } = view
    for (const { members } of [before, view]) {
      const having = members.filter(member => this.isOn(this.#init.replicaOf(member), base))
      if (having.length < majority(members.length))
        this.#fault(
          7,
          undefined,
          `base ${idText(base)} of epoch ${view.epoch} is on ${having.length} of ${members.length} disks when decided`
        )
    }
    if (base.sequence < this.committed.length)
      this.#fault(
        7,
        undefined,
        `base ${idText(base)} of epoch ${view.epoch} loses committed ${this.committed.length}`
      )
    else this.#commit(view.leader, base, 'is to continue')
  }

  #mustBeDecided(by: Member, view: View, how: string): void {
    const decided = this.views.get(view.epoch)
    if (decided === undefined || !sameView(decided, view))
      this.#fault(1, by, `${how} epoch ${view.epoch}, which is not decided so`)
  }

  #installed(by: Member, replica: DurableReplica, { before, entriesCut }: Change, view: View): void {
    this.#mustBeDecided(by, view, 'installed')
    if (!isMember(view, by)) this.#fault(9, by, `installed epoch ${view.epoch} without being a member of it`)
    if (!this.isOn(replica, view.base))
      this.#fault(11, by, `installed epoch ${view.epoch} without its base ${idText(view.base)}`)
    if (before.view !== null && view.epoch > before.view.epoch + 1)
      this.#init.count('view installed that skips epochs')
    if (before.view === null && before.floor > 0) this.#init.count('member again')
    if (entriesCut > 0) this.#init.count('tail cut off at install')
  }

  /** What is committed must be on the disks of a majority of its epoch, unless a later view has taken it over. */
  #checkDurable(by: Member, id: EntryId, how: string): void {
    const view = this.views.get(id.epoch)
    if (view === undefined) {
      this.#fault(8, by, `${how} ${idText(id)}, of an epoch that is not decided`)
      return
    }
    for (const later of this.views.values()) {
      if (later.epoch > id.epoch && later.base.sequence >= id.sequence) return
    }
    const having = view.members.filter(member => this.isOn(this.#init.replicaOf(member), id))
    if (having.length < majority(view.members.length))
      this.#fault(8, by, `${how} ${idText(id)}, which is on ${having.length} of ${view.members.length} disks`)
  }

  /** Everything up to `id` is committed: the way back from it must meet what is committed already. */
  #commit(by: Member, id: EntryId, how: string): void {
    const fresh: Entry[] = []
    let at = id
    while (at.sequence > this.committed.length) {
      const known = this.#entries.get(idText(at))
      if (known === undefined) {
        this.#fault(8, by, `${how} ${idText(at)}, which was never on a disk`)
        return
      }
      fresh.push(known.entry)
      at = { epoch: known.previousEpoch, sequence: at.sequence - 1 }
    }
    const last = this.committed.at(-1)
    if (last !== undefined && compareIds(last, at) !== 0) {
      this.#fault(
        9,
        by,
        `${how} ${idText(id)}, which continues ${idText(at)} instead of committed ${idText(last)}`
      )
      return
    }
    for (const entry of fresh.reverse()) this.#apply(entry)
  }

  #apply(entry: Entry): void {
    const { sequence, key, payload } = entry
    this.committed.push(entry)
    const text = textOf(key)
    const before = this.#rows.newest(text)
    const row = rowAfter(before, entry)
    this.#rows.add(text, sequence, row)
    if (payload.byteLength === 0) {
      this.#init.count('row forgotten')
      return
    }
    this.#init.applied(entry, this.#entries.get(idText(entry))!.seenMs, before, row)
    const operation = operationOf(entry)
    if (operation === undefined) return
    const first = this.#operations.get(operation)
    if (first !== undefined)
      this.#fault(14, undefined, `executed operation ${operation} at ${first} and at ${sequence}`)
    this.#operations.set(operation, sequence)
  }

  /** The table is the committed entries up to where it says, one after the other. */
  #checkTable(by: Member, replica: DurableReplica, { before, after, appliedBefore, rows }: Change): void {
    if (before.clearing || after.clearing) return
    const { applied } = replica
    if (applied.sequence < appliedBefore.sequence)
      this.#fault(4, by, `lowered what it applied to ${applied.sequence}`)
    if (applied.sequence > appliedBefore.sequence) this.claimed(by, applied, 'applied')
    const touched = new Set(rows)
    for (let at = appliedBefore.sequence; at < Math.min(applied.sequence, this.committed.length); at++)
      touched.add(textOf(this.committed[at]!.key))
    for (const key of touched) {
      const expected = this.#rows.at(key, applied.sequence)
      const row = replica.rows.get(key)
      if ((row === undefined) !== (expected === undefined) || (row && Buffer.compare(row, expected!) !== 0))
        this.#fault(12, by, `has a row at ${applied.sequence} that the log does not give`)
    }
  }
}

export function idText({ epoch, sequence }: EntryId): string {
  return `${epoch}.${sequence}`
}

export function ballotText({ round, by }: Ballot): string {
  return `${round} ${by.peer} ${by.store} ${by.boot}`
}

/** The id of the operation that made an entry, as the payloads of `users/row.ts` have it. */
export function operationOf({ payload }: Entry): string | undefined {
  if (payload[0]! > REMEMBERED_MAX) return undefined
  return Buffer.from(payload.buffer, payload.byteOffset + 1, Math.min(16, payload.byteLength)).toString('hex')
}

function sameEntry(a: Entry, b: Entry): boolean {
  return (
    a.timeMs === b.timeMs && Buffer.compare(a.key, b.key) === 0 && Buffer.compare(a.payload, b.payload) === 0
  )
}

function sameMembers(a: View, b: View): boolean {
  return a.members.length === b.members.length && a.members.every(member => isMember(b, member))
}

/** Equal in everything, whatever it was decoded from. */
function sameView(a: View, b: View): boolean {
  return (
    a === b ||
    (a.epoch === b.epoch &&
      a.lineage.number === b.lineage.number &&
      a.lineage.id === b.lineage.id &&
      compareIds(a.base, b.base) === 0 &&
      sameMember(a.leader, b.leader) &&
      a.leader.boot === b.leader.boot &&
      a.members.length === b.members.length &&
      a.members.every((member, at) => sameMember(member, b.members[at]!)))
  )
}
