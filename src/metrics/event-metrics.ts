/** What the events of a peer come to when they are counted. */
import type { AnilloEvent, Events } from '../events.ts'
import type { Instruments } from './instruments.ts'

/** As `slot.changing` gives them; shown from the start, so that the first one is seen to be one more. */
const CHANGE_REASONS = ['under-replicated', 'leaving', 'drift', 'leader']

type Counts = { [T in AnilloEvent['type']]?: (event: Extract<AnilloEvent, { type: T }>) => void }

/** Counts from now on. Returns what ends it. */
export function countEvents(events: Events, make: Instruments): () => void {
  const counts: Counts = {
    ...ringCounts(make),
    ...slotCounts(make),
    ...faultCounts(make),
    ...scrubCounts(make)
  }
  return events.subscribe(event =>
    (counts[event.type] as ((event: AnilloEvent) => void) | undefined)?.(event)
  )
}

function ringCounts(make: Instruments): Counts {
  const pointers = make.counter(
    'anillo_ring_pointer_changes_total',
    'Changes of the predecessor or the successor of a ring node of this peer',
    []
  )
  const turns = make.counter(
    'anillo_ring_peer_changes_total',
    'Other peers that this one saw come up, become suspect, go down, or leave for good',
    ['to']
  )
  for (const to of ['up', 'suspect', 'down', 'left']) turns.inc({ to }, 0)
  return {
    'ring.changed': () => pointers.inc(),
    'peer.up': () => turns.inc({ to: 'up' }),
    'peer.suspect': () => turns.inc({ to: 'suspect' }),
    'peer.down': () => turns.inc({ to: 'down' }),
    'peer.left': () => turns.inc({ to: 'left' })
  }
}

function slotCounts(make: Instruments): Counts {
  const installed = make.counter('anillo_slot_views_installed_total', 'Views that this peer installed', [])
  const planned = make.counter(
    'anillo_slot_changes_total',
    'Changes of members or leader that this peer began as the leader of a slot, by reason',
    ['reason']
  )
  for (const reason of CHANGE_REASONS) planned.inc({ reason }, 0)
  const takeovers = make.counter(
    'anillo_slot_takeovers_total',
    'Slots that this peer began to lead because their leader was gone',
    []
  )
  const changes = make.counter(
    'anillo_users_changes_total',
    'Changes of users that this peer decided as the leader of their slot, whoever asked for them',
    ['change']
  )
  for (const change of ['put', 'delete']) changes.inc({ change }, 0)
  return {
    'view.installed': () => installed.inc(),
    'slot.changing': ({ reason }) => planned.inc({ reason }),
    'slot.taken-over': () => takeovers.inc(),
    'user.changed': ({ change }) => changes.inc({ change })
  }
}

function faultCounts(make: Instruments): Counts {
  const regressed = make.counter(
    'anillo_slot_members_regressed_total',
    'Times that a member of a slot had lost what was on its disk: its data directory is an old copy',
    []
  )
  const refused = make.counter(
    'anillo_wire_refused_total',
    'Streams of other peers that were refused, by error; at most 100 a minute of each peer are counted',
    ['error']
  )
  const failures = make.counter(
    'anillo_storage_failures_total',
    'Times that the data of this peer could not be used any more; it stops at the first',
    []
  )
  return {
    'member.regressed': () => regressed.inc(),
    'wire.refused': ({ error }) => refused.inc({ error }),
    'storage.failed': () => failures.inc()
  }
}

function scrubCounts(make: Instruments): Counts {
  const values = make.counter(
    'anillo_storage_scrubbed_values_total',
    'Values on the disk that were read only to see whether they are damaged',
    []
  )
  const bytes = make.counter(
    'anillo_storage_scrubbed_bytes_total',
    'Bytes of those values and their keys',
    []
  )
  let lastMs: number | undefined
  make.gaugeOf(
    'anillo_storage_scrub_last_completed_timestamp_seconds',
    'When everything on the disk had last been read and was sound, since 1970; nothing until the first time',
    () => lastMs && lastMs / 1_000
  )
  return {
    'store.scrubbed': scrubbed => {
      values.inc(scrubbed.values)
      bytes.inc(scrubbed.bytes)
      lastMs = scrubbed.atMs
    }
  }
}
