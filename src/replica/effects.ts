/**
 * What a step of a replica wants done. The order "disk before word" is in this type: whatever promises durability can
 * be put in `afterPersist` only, and leaves when everything that this replica ever persisted is on disk.
 */
import type { Peer } from '../chord/ring-node.ts'
import type { AnilloError } from '../errors.ts'
import type { AnilloEvent } from '../events.ts'
import type { Write } from '../storage/store.ts'
import type { ReplicaMessage } from './message.ts'
import type { Execution } from './slot-machine.ts'

export interface Envelope {
  readonly to: Peer
  readonly message: ReplicaMessage
}

export type Result<Outcome> =
  | Execution<Outcome>
  /** Certainly not executed. */
  | { readonly kind: 'refused'; readonly error: AnilloError }
  /** It is in this replica's log, and nobody can say yet whether it stays. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Who waits for a command's result. */
export interface Ticket<Outcome> {
  settle(result: Result<Outcome>): void
}

/** The present moment, as a step sees it. */
export interface Moment {
  /** Monotonic. */
  readonly atMs: number
  /** Wall clock. */
  readonly wallMs: number
  /** How much longer than usual to wait for others, as this process is itself slow to hear them; 0 when it is not. */
  readonly patienceMs: number
}

export class Effects {
  /** In the order in which they are to be on disk, which is that in which they were made: later ones rest on earlier ones. */
  readonly writes: Write[] = []
  /** They are to be on disk before anything of `afterPersist` leaves; otherwise some time, as the log has it as well. */
  urgent = false
  /** May leave at once: what a leader says about its own log counts for nothing until others have written it. */
  readonly send: Envelope[] = []
  readonly afterPersist: Envelope[] = []
  readonly events: AnilloEvent[] = []
  readonly settled: (() => void)[] = []
  /** Peers that need this slot's table. */
  readonly snapshots: Peer[] = []
  /** The log and the rows of this slot are of no more use here. */
  clear = false

  persist(writes: readonly Write[]): void {
    for (const write of writes) this.writes.push(write)
    this.urgent = true
  }

  /** With the next write that is urgent, or after a while. */
  persistLater(writes: readonly Write[]): void {
    for (const write of writes) this.writes.push(write)
  }

  settle<Outcome>(ticket: Ticket<Outcome>, result: Result<Outcome>): void {
    this.settled.push(() => ticket.settle(result))
  }
}
