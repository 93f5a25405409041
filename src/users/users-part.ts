/** What a host has to do with the users of its ring: a peer keeps some of them, a client none; both serve all. */

import type { JobBoard } from './job-board.ts'
import type { OpenableUsers } from './many-users.ts'
import type { RecoveryReport, RecoveryRequest, RingInspector } from './ring-report.ts'
import type { SlotCounts } from './slot-counts.ts'
import type { Status } from './user.ts'
import type { TracedUsers, Users } from './users.ts'

/** A user that this peer holds, as the output files list it. */
export interface HeldUser {
  readonly id: string
  /** The user's ring position, hex. */
  readonly hash: string
  readonly status: Status
}

export interface UsersPart {
  readonly users: Users
  readonly traced: TracedUsers
  readonly many: OpenableUsers
  readonly ring: RingInspector
  /** Long-running work of this peer. */
  readonly jobs: JobBoard
  /** Goes on, from what is here, with slots that have lost their majority. @throws InvalidRequestError */
  recover(request: RecoveryRequest, options?: { signal?: AbortSignal | undefined }): Promise<RecoveryReport>
  slotCounts(): SlotCounts
  /** Users of the slots that this peer leads. */
  readonly userCount: number
  /** Those users, slot by slot in ring order. */
  heldUsers(): Iterable<HeldUser>
  /** Users of the slots that this peer holds while another leads. */
  readonly backupCount: number
  backups(): Iterable<HeldUser>
  /** Two are the same while the users here, and who leads their slots, are the same. */
  readonly usersStamp: string
}
