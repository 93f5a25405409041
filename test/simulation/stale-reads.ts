/**
 * What replicas answered without asking the others: each shows the slot as it once was, and while it runs never goes
 * back. Judged at the end of a run, when everything that was committed is known.
 */
import type { Peer } from '../../src/chord/ring-node.ts'
import type { State } from './history.ts'
import type { SlotTruth } from './slot-truth.ts'

export interface StaleRead {
  readonly user: string
  readonly state: State
  /** Undefined: there was no such user. */
  readonly version: string | undefined
  readonly calledMs: number
  readonly answeredMs: number
  /** Known of one that is the gateway. */
  readonly replica: Peer | undefined
  /** When the replica was started that answered, if that is certain. */
  readonly start: number | undefined
}

/** A read, and how many committed entries its replica had applied then, at least. */
interface Placed {
  readonly read: StaleRead
  readonly applied: number
}

export class StaleReads {
  /** By slot. */
  readonly #reads: StaleRead[][] = []

  add(slot: number, read: StaleRead): void {
    this.#reads[slot] ??= []
    this.#reads[slot].push(read)
  }

  /** What is wrong with those of a slot; nothing if nothing is. */
  faults(slot: number, truth: SlotTruth): string[] {
    const reads = this.#reads[slot] ?? []
    const alone = reads.filter(({ start }) => start === undefined)
    const groups = new Map<string, StaleRead[]>()
    for (const read of reads.filter(({ start }) => start !== undefined)) {
      const name = `${read.replica} ${read.start}`
      groups.set(name, [...(groups.get(name) ?? []), read])
    }
    return [...alone.map(read => [read]), ...groups.values()].flatMap(group => faultsOf(group, truth))
  }
}

/** Of one start of one replica: a read that was asked after another one was answered shows nothing older. */
function faultsOf(reads: readonly StaleRead[], truth: SlotTruth): string[] {
  const faults: string[] = []
  const placed: Placed[] = []
  for (const read of reads.toSorted((a, b) => a.answeredMs - b.answeredMs)) {
    const before = placed.filter(other => other.read.answeredMs < read.calledMs)
    const from = before.reduce((most, { applied }) => Math.max(most, applied), 0)
    const applied = truth.firstShowing(read.user, read.version, from)
    if (applied !== undefined) placed.push({ read, applied })
    else if (truth.firstShowing(read.user, read.version, 0) === undefined) faults.push(never(read))
    else faults.push(`${describe(read)}, when ${from} entries had shown there already`)
  }
  return faults
}

function never(read: StaleRead): string {
  return `${describe(read)}, which was never committed`
}

function describe({ user, state, version, calledMs, answeredMs, replica }: StaleRead): string {
  const times = `${calledMs.toFixed(1)}…${answeredMs.toFixed(1)}`
  return `${times}: a stale read of ${user} at …${replica?.slice(-4)} saw ${state} in version ${version}`
}
