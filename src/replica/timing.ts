/** The times and bounds of replication, and what must hold between them. */
import { USERS_TRY_TIMEOUT_MS } from '../constants.ts'
import { assert } from '../errors.ts'

/** How often a replica looks at the clock; a leader says that it is there as often. One message for each peer, for all slots. */
export const HEARTBEAT_MS = 250
/** Of one look at all slots: when whole slots have been read for so long, the others are left to the next. */
export const LOOK_MS = 100
/** A leader that was silent for so long is taken for gone: four heartbeats, and well above a pause of a busy Node process. */
export const SUSPECT_MS = 1_000
/** Who would vote for a successor agrees a little before it would propose itself, so that the first proposal finds a majority. */
export const AGREE_SUSPECT_MS = 850
/** Members propose in order, each so much after the one before, */
export const RANK_DELAY_MS = 80
/** and up to so much later by chance. */
export const RANK_JITTER_MS = 200
/** A leader that no majority confirmed for so long leads no more. */
export const STEP_DOWN_MS = 1_500
/** A view change that makes no progress for so long is given up, and tried again by whoever is first. */
export const PROPOSAL_TIMEOUT_MS = 1_000
/** Between two tries of one replica, doubled each time. */
export const PROPOSAL_BACKOFF_MS = 200
export const PROPOSAL_BACKOFF_MAX_MS = 2_000
/** Whatever was not answered by then is said again. */
export const RESEND_MS = 300
/** A member that has been silent for so long gets heartbeats only. */
export const SILENT_MS = 2_000
/** By then every member of a new view that is there has installed it, said so, and been sent the little that it lacked. */
export const SETTLING_MS = 1_000
/** How long a command waits for its slot while members or leader change, before it is refused. */
export const SEALED_WAIT_MS = 500
/** A process whose timers come so late judges nobody for a while: it was asleep, not the others. */
export const LATE_MS = 500
/** Of what its own timers are late on average, a process adds so many times to what it waits for others: three turns each way, and some. */
export const STRAIN_FACTOR = 6
/** One late timer counts for so much at most: a pause is no lasting strain. */
export const STRAIN_SAMPLE_MAX_MS = 500
/** Messages with entries that may be unanswered at once, for each member of a slot. */
export const APPENDS_IN_FLIGHT_MAX = 4
/** Bytes of entries in one message. */
export const ENTRIES_BYTES_MAX = 256 * 1024
/** Commands of one slot that wait for their outcome. */
export const SLOT_PENDING_MAX = 1_000
/** Bytes of entries of one slot that are not committed yet. */
export const SLOT_PENDING_BYTES_MAX = 4 * 1024 * 1024
/** Entries kept after they were applied, for members that were away for a moment; who was away longer gets a snapshot. */
export const LOG_RETAINED_ENTRIES = 2_000
/** So many while a table is on its way to somebody, who needs what is written meanwhile. */
export const LOG_HELD_ENTRIES = 50_000
/** Compaction takes at least so many at once, */
export const LOG_COMPACTED_ENTRIES = 256
/** and at most so many, at each heartbeat: 16,000 a second, which is more than one slot can be written. */
export const LOG_COMPACTED_MAX = 4_096
/** A peer that is to become a member may lack so many entries when the change begins; they are sent while nobody may write. */
export const LEARNER_LAG_ENTRIES = 100
/** A planned change whose new members do not get on for so long is given up. */
export const LEARNER_TIMEOUT_MS = 15_000
/** However well they get on: where writes are faster than a table can be sent, its place is for another change. */
export const CHANGE_TIMEOUT_MS = 15 * 60_000
/** A change that is given up tells nobody. Who was taught for one keeps it so long for the next try, then asks whether it is for anything, */
export const UNTAUGHT_MS = 10 * 60_000
/** and asks again so often until somebody answers. */
export const UNTAUGHT_PAUSE_MS = 10_000
/** Whoever hears nothing of its view for so long asks those who should have the slot: an election takes a few seconds. */
export const OUT_OF_TOUCH_MS = 10_000
/** Rows that are due make entries of the log, at most so many at each heartbeat: 1,000 a second and slot. */
export const ELAPSED_ENTRIES_MAX = 256
/** Sending the table of one slot to another peer. Who takes nothing for a while is cut off long before. */
export const SNAPSHOT_TIMEOUT_MS = 5 * 60_000
/** Tables that one peer sends at once, and takes in at once. */
export const SNAPSHOTS_OUTBOUND_MAX = 2
export const SNAPSHOTS_INBOUND_MAX = 4
/** Whose disk has not finished a write for so long must not lead: it answers nothing that has to be written. */
export const STUCK_DISK_MS = 2_000
/** Rows wait at most so long for a write that they can join. After a crash the log has them. */
export const LAZY_WRITE_MS = 100

assert(HEARTBEAT_MS * 3 < AGREE_SUSPECT_MS, 'two lost heartbeats must not make a leader suspect')
assert(AGREE_SUSPECT_MS < SUSPECT_MS, 'who is asked must agree before it would ask')
assert(SUSPECT_MS < STEP_DOWN_MS, 'a leader that is cut off must not step down before the others notice')
assert(LEARNER_LAG_ENTRIES < LOG_RETAINED_ENTRIES, 'a learner must be able to catch up from the log')
assert(
  LEARNER_TIMEOUT_MS < UNTAUGHT_MS,
  'a learner must not doubt a change that its leader still goes on with'
)
assert(SEALED_WAIT_MS * 2 <= USERS_TRY_TIMEOUT_MS, 'a leader must answer before its caller takes it for lost')
/**
 * Of a peer with itself within one turn: each is one step of an exchange, of which the longest, a whole view change, has
 * a dozen.
 */
export const TURN_ROUNDS_MAX = 1_000
