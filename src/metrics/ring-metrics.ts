/** What a peer knows of its ring and its slots, read when somebody asks. */
import type { PeerStatus } from '../chord/chord-rpc.ts'
import type { LookupEnd } from '../chord/ring-finder.ts'
import type { Peer } from '../chord/ring-node.ts'
import type { JobBoard, JobKind, JobTotals } from '../users/job-board.ts'
import type { RingInspector } from '../users/ring-report.ts'
import type { SlotCounts } from '../users/slot-counts.ts'
import { DURATION_BUCKETS_S, type Instruments } from './instruments.ts'

/** What is read. It asks no other peer. */
export interface RingSource {
  readonly peer: Peer
  readonly ringId: string
  readonly ring: Pick<RingInspector, 'size' | 'health'>
  readonly jobs: Pick<JobBoard, 'totals'>
  /** Every other peer that is known. */
  peers(): ReadonlyMap<Peer, PeerStatus>
  /** Rounds of stabilisation so far. */
  rounds(): number
  slots(): SlotCounts
  /** Calls `listener` at the end of each lookup. */
  onLookup(listener: (end: LookupEnd) => void): void
}

const STATUSES: readonly PeerStatus[] = ['up', 'suspect', 'down']
const JOB_KINDS: readonly JobKind[] = ['leave', 'recovery', 'placement', 'snapshot-in', 'snapshot-out']
const HOP_BUCKETS = [0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64]

export class RingMetrics {
  readonly #source: RingSource
  #slots: SlotCounts

  constructor(make: Instruments, source: RingSource) {
    this.#source = source
    this.#slots = source.slots()
    this.#peerGauges(make)
    this.#slotGauges(make)
    this.#jobCounts(make)
    this.#lookups(make)
  }

  /** All gauges of slots are of one moment. */
  refresh(): void {
    this.#slots = this.#source.slots()
  }

  #peerGauges(make: Instruments): void {
    const source = this.#source
    const { ring, peer, ringId } = source
    make.gaugesOf(
      'anillo_peer_info',
      'Who this peer is, and the ring it belongs to; always 1',
      ['peer', 'ring'],
      () => [[{ peer, ring: ringId }, 1]]
    )
    make.gaugeOf('anillo_ready', '1 while every check of /readyz holds, else 0', () =>
      Number(ring.health().every(({ ok }) => ok))
    )
    make.gaugesOf('anillo_health_check', '1 while this check of /readyz holds, else 0', ['check'], () =>
      ring.health().map(({ name, ok }) => [{ check: name }, Number(ok)])
    )
    make.gaugeOf(
      'anillo_ring_size',
      'Peers of the ring that this one knows of, itself included if it is one, up or not',
      () => ring.size()
    )
    make.gaugesOf(
      'anillo_ring_peers',
      'Other peers of the ring, by what this one knows of them',
      ['status'],
      () => {
        const statuses = [...source.peers().values()]
        return STATUSES.map(status => [{ status }, statuses.filter(each => each === status).length])
      }
    )
    make.counterOf(
      'anillo_ring_stabilisation_rounds_total',
      'Rounds in which ring nodes looked after their neighbours',
      () => source.rounds()
    )
  }

  #slotGauges(make: Instruments): void {
    const gauge = (name: string, help: string, read: (slots: SlotCounts) => number) =>
      make.gaugeOf(name, help, () => read(this.#slots))
    gauge('anillo_slots', 'Slots of the ring', ({ all }) => all)
    gauge('anillo_slots_held', 'Slots of which this peer is a member', ({ held }) => held)
    gauge('anillo_slots_led', 'Slots that this peer leads', ({ led }) => led)
    gauge(
      'anillo_slots_leaderless',
      'Slots held here of which no leader was heard for over 3 s',
      ({ leaderless }) => leaderless
    )
    gauge(
      'anillo_slots_under_replicated',
      'Slots led here with fewer complete copies than the ring could have',
      ({ underReplicated }) => underReplicated
    )
    gauge(
      'anillo_slots_changing',
      'Slots led here whose members or leader are being changed',
      ({ changing }) => changing
    )
    gauge(
      'anillo_slots_handing_off',
      'Slots kept here only until their next members have them',
      ({ handingOff }) => handingOff
    )
    gauge('anillo_users_led', 'Users of the slots that this peer leads', ({ usersLed }) => usersLed)
    gauge(
      'anillo_users_backed_up',
      'Users of the slots that this peer holds while another leads',
      ({ usersBackedUp }) => usersBackedUp
    )
  }

  #jobCounts(make: Instruments): void {
    const { jobs } = this.#source
    make.gaugesOf(
      'anillo_tasks_running',
      'Long-running work under way, as /v1/tasks lists it',
      ['kind'],
      () => JOB_KINDS.map(kind => [{ kind }, jobs.totals(kind).running])
    )
    make.countersOf('anillo_tasks_total', 'Long-running work that ended, and how', ['kind', 'outcome'], () =>
      JOB_KINDS.flatMap(kind => {
        const { done, failed } = jobs.totals(kind)
        return [
          [{ kind, outcome: 'done' }, done],
          [{ kind, outcome: 'failed' }, failed]
        ] as const
      })
    )
    const snapshots = (read: (totals: JobTotals) => number) => () =>
      (['in', 'out'] as const).map(direction => {
        return [{ direction }, read(jobs.totals(`snapshot-${direction}`))] as const
      })
    make.countersOf(
      'anillo_snapshot_rows_total',
      'Rows of whole slots that came from, or went to, other peers',
      ['direction'],
      snapshots(({ units }) => units)
    )
    make.countersOf(
      'anillo_snapshot_bytes_total',
      'Bytes of rows of whole slots that came from, or went to, other peers',
      ['direction'],
      snapshots(({ bytes }) => bytes)
    )
  }

  #lookups(make: Instruments): void {
    const ended = make.counter(
      'anillo_ring_lookups_total',
      'Lookups of the owner of a position that this peer made, and whether one was found',
      ['outcome']
    )
    for (const outcome of ['found', 'failed']) ended.inc({ outcome }, 0)
    const hops = make.histogram(
      'anillo_ring_lookup_hops',
      'Peers asked in a lookup; 0: this one knew',
      HOP_BUCKETS,
      []
    )
    const durations = make.histogram(
      'anillo_ring_lookup_duration_seconds',
      'How long lookups took that found an owner',
      DURATION_BUCKETS_S,
      []
    )
    this.#source.onLookup(({ hops: asked, ms }) => {
      ended.inc({ outcome: asked === undefined ? 'failed' : 'found' })
      if (asked === undefined) return
      hops.observe(asked)
      durations.observe(ms / 1_000)
    })
  }
}
