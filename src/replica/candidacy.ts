/** When a replica takes its leader for gone, and when it proposes a view itself: late enough not to disturb the others. */
import type { Peer } from '../chord/ring-node.ts'
import type { Random } from '../runtime.ts'
import type { Ballot } from './ballot.ts'
import type { Moment } from './effects.ts'
import {
  AGREE_SUSPECT_MS,
  PROPOSAL_BACKOFF_MAX_MS,
  PROPOSAL_BACKOFF_MS,
  PROPOSAL_TIMEOUT_MS,
  RANK_DELAY_MS,
  RANK_JITTER_MS,
  SUSPECT_MS
} from './timing.ts'
import { type Incarnation, sameIncarnation, sameMember, type View } from './view.ts'

export interface CandidacyInit {
  readonly self: Incarnation
  readonly random: Random
  /** The newest incarnation that was met of a peer. */
  readonly incarnationOf: (peer: Peer) => Incarnation | undefined
}

export class Candidacy {
  readonly #init: CandidacyInit
  /** When the leader was last heard of, or there was another reason to be patient. */
  #heardMs: number
  /** When the leader was really heard of, or this replica was it. */
  #ledMs = Number.NEGATIVE_INFINITY
  /** How long beyond the common time this replica waits. */
  #patienceMs = 0
  #failures = 0
  #retryMs = Number.NEGATIVE_INFINITY
  /** The highest round of a ballot seen. */
  #round = 0

  constructor(init: CandidacyInit, view: View | null, atMs: number) {
    this.#init = init
    this.#heardMs = atMs
    this.#drawPatience(view)
  }

  /** Since a leader was last heard of; infinite when this start has heard of none. */
  silenceMs(atMs: number): number {
    return Math.max(0, atMs - this.#ledMs)
  }

  /** A leader was there. */
  led(atMs: number): void {
    this.#ledMs = Math.max(this.#ledMs, atMs)
  }

  /** This process was not running: what the leader said meanwhile is still to be read, which takes a moment. */
  excuse(atMs: number): void {
    this.#heardMs = Math.max(this.#heardMs, atMs - SUSPECT_MS / 2)
  }

  /** From the leader of `view`. Tells for how long nobody led; for 0 ms when that was no silence to speak of. */
  heard(view: View | null, atMs: number): number {
    const silentMs = this.silenceMs(atMs)
    this.led(atMs)
    this.#heardMs = atMs
    if (this.#failures > 0) {
      this.#failures = 0
      this.#drawPatience(view)
    }
    return silentMs > SUSPECT_MS ? silentMs : 0
  }

  /** This replica promised to somebody, who gets time to finish. */
  sealed(atMs: number): void {
    this.#heardMs = atMs
  }

  /** Another view is installed. */
  begin(view: View | null, atMs: number): void {
    this.#failures = 0
    this.#round = 0
    this.#retryMs = Number.NEGATIVE_INFINITY
    this.#heardMs = atMs
    this.#drawPatience(view)
  }

  failed(view: View | null, atMs: number): void {
    this.#failures++
    this.#drawPatience(view)
    this.#retryMs = atMs + this.#patienceMs
  }

  saw({ round }: Ballot): void {
    this.#round = Math.max(this.#round, round)
  }

  /** Above every ballot seen. */
  nextBallot(promised: Ballot | null): Ballot {
    this.#round = Math.max(this.#round, promised?.round ?? 0) + 1
    return { round: this.#round, by: this.#init.self }
  }

  /** The leader of `view` seems gone from here, to a member that asks. */
  agrees(view: View | null, { atMs, patienceMs }: Moment): boolean {
    const silentMs = AGREE_SUSPECT_MS + patienceMs
    return view !== null && this.#seemsGone(view, { silentMs, replacedMs: 0 }, atMs)
  }

  /**
   * Whether to propose now. A sealed replica can only go forward: it finishes the change that somebody began, without
   * asking first.
   */
  isDue(view: View, sealed: boolean, { atMs, patienceMs }: Moment): boolean {
    if (atMs < this.#retryMs) return false
    const waitMs = patienceMs + this.#patienceMs
    // Whoever it promised to must have had time to finish: one that is overtaken each time never does.
    if (sealed) return atMs - this.#heardMs > PROPOSAL_TIMEOUT_MS + waitMs
    return this.#seemsGone(view, { silentMs: SUSPECT_MS + waitMs, replacedMs: waitMs }, atMs)
  }

  /** Silent for `silentMs`; or certainly not the incarnation that leads any more, and silent for `replacedMs`. */
  #seemsGone(
    { leader }: View,
    { silentMs, replacedMs }: { readonly silentMs: number; readonly replacedMs: number },
    atMs: number
  ): boolean {
    const { self, incarnationOf } = this.#init
    // Called only of replicas that do not lead: who should, and does not, knows best.
    if (sameIncarnation(leader, self)) return true
    const silent = atMs - this.#heardMs
    const running = leader.peer === self.peer ? self : incarnationOf(leader.peer)
    const replaced = running !== undefined && (!sameMember(running, leader) || running.boot > leader.boot)
    return silent > silentMs || (replaced && silent >= replacedMs)
  }

  /** Members try in order, by chance a little apart, and after a failure later and later. */
  #drawPatience(view: View | null): void {
    const { self, random } = this.#init
    const others = view?.members.filter(member => !sameMember(member, view.leader)) ?? []
    const rank = Math.max(
      0,
      others.findIndex(({ peer }) => peer === self.peer)
    )
    const backoff = Math.min(PROPOSAL_BACKOFF_MS * 2 ** this.#failures, PROPOSAL_BACKOFF_MAX_MS)
    this.#patienceMs =
      rank * RANK_DELAY_MS + random.next() * (this.#failures === 0 ? RANK_JITTER_MS : backoff)
  }
}
