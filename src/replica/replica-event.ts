/** What happens to a replica. */
import type { Applied } from './applied.ts'
import type { Ticket } from './effects.ts'
import type { LedgerMark } from './ledger.ts'
import type { ReplicaMessage } from './message.ts'
import type { Target } from './proposal.ts'
import type { Scan } from './slot-machine.ts'
import type { Incarnation } from './view.ts'

export type ReplicaEvent<Command, Outcome> =
  | { readonly type: 'message'; readonly from: Incarnation; readonly message: ReplicaMessage }
  | { readonly type: 'execute'; readonly command: Command; readonly ticket: Ticket<Outcome> }
  /** Of the rows after `after`, in key order, for as long as this replica leads. */
  | { readonly type: 'scan'; readonly scan: Scan<unknown>; readonly ticket: Ticket<unknown> }
  /** Several times in HEARTBEAT_MS; `heartbeat` once. `spare`: there is time to read all of a slot. */
  | { readonly type: 'tick'; readonly heartbeat: boolean; readonly spare: boolean }
  /** The turn is over: what it brought is sent. */
  | { readonly type: 'flush' }
  /** This process was not running for a while: whoever seems silent may just not have been heard. */
  | { readonly type: 'late' }
  /** To be carried out if this replica leads. */
  | { readonly type: 'change'; readonly target: Target }
  /** The disk does not answer: whoever leads must not go on. */
  | { readonly type: 'stuck' }
  /** A peer has the table as it was after `sequence`; undefined: it has not got it. */
  | { readonly type: 'snapshot-sent'; readonly to: string; readonly sequence: number | undefined }
  /** Somebody's table is here, and would take the place of what there is. */
  | { readonly type: 'snapshot-offered'; readonly applied: Applied }
  /** The caller puts the rows of a snapshot on disk in the same write, before everything else of it. */
  | { readonly type: 'snapshot-taken'; readonly applied: Applied }
  /** Everything that was persisted or lazy when `mark` was taken is on disk. */
  | { readonly type: 'durable'; readonly mark: LedgerMark }
  /** What a recovery gave up is kept elsewhere, for people. */
  | { readonly type: 'salvaged' }
  /** Log and rows are off the disk. */
  | { readonly type: 'cleared' }
  /** An operator accepts loss: this replica goes on alone, in an epoch above that. */
  | { readonly type: 'recover'; readonly lineageId: string; readonly above: number }
  /** This peer stops: whoever waits is told. */
  | { readonly type: 'stop' }
