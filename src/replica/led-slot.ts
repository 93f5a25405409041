/** What the leader of a slot has seen of it, and since when: changes wait until it is quiet. */
import type { Peer } from '../chord/ring-node.ts'
import { majority } from './quorum.ts'
import type { Member, View } from './view.ts'

/** A slot as its leader has it at the moment. */
export interface LedStatus {
  readonly view: View
  /** A planned change is under way. */
  readonly changing: boolean
  /** Current: it confirmed lately, and lacks nothing but what is on its way. */
  readonly members: readonly { readonly peer: Peer; readonly current: boolean }[]
}

/** Who did not install a view within so long is not waited for any more. */
const INSTALL_WAIT_MS = 10_000
/** Between two tries to change the same view. */
const RETRY_MS = 2_000

export class LedSlot {
  #epoch = 0
  #epochMs = 0
  #preferred = ''
  #preferredMs = 0
  #triedMs = Number.NEGATIVE_INFINITY
  /** Who was to join by the change that was begun last. */
  #joining: readonly Peer[] = []
  /** Of the members that are current, since when. */
  #currentMs = new Map<Peer, number>()

  /** `preferred`: the peers that should be its members now. Returns those who were to join, when a change came to nothing. */
  observe(
    { view, members, changing }: LedStatus,
    preferred: readonly Peer[],
    nowMs: number
  ): readonly Peer[] {
    const failed = changing || view.epoch !== this.#epoch ? [] : this.#joining
    if (!changing) this.#joining = []
    if (view.epoch !== this.#epoch) {
      this.#epoch = view.epoch
      this.#epochMs = nowMs
      this.#triedMs = Number.NEGATIVE_INFINITY
    }
    if (preferred.join() !== this.#preferred) {
      this.#preferred = preferred.join()
      this.#preferredMs = nowMs
    }
    const current = members.filter(member => member.current)
    this.#currentMs = new Map(current.map(({ peer }) => [peer, this.#currentMs.get(peer) ?? nowMs]))
    return failed
  }

  /** The same peers have been preferred for `ms`. */
  isSettled(ms: number, nowMs: number): boolean {
    return nowMs - this.#preferredMs >= ms
  }

  isCurrent(peer: Peer): boolean {
    return this.#currentMs.has(peer)
  }

  isCurrentFor(peer: Peer, ms: number, nowMs: number): boolean {
    const sinceMs = this.#currentMs.get(peer)
    return sinceMs !== undefined && nowMs - sinceMs >= ms
  }

  /**
   * The change before has arrived everywhere, or as far as it will, so that the next may begin. `isLost`: the disk of
   * that member is gone, so that it is not waited for.
   */
  mayChange({ view, changing }: LedStatus, isLost: (member: Member) => boolean, nowMs: number): boolean {
    if (changing || nowMs - this.#triedMs < RETRY_MS) return false
    const current = this.#currentMs.size
    if (current >= view.members.filter(member => !isLost(member)).length) return true
    return current >= majority(view.members.length) && nowMs - this.#epochMs >= INSTALL_WAIT_MS
  }

  /** A change is begun, by which these peers are to join. */
  tried(joining: readonly Peer[], nowMs: number): void {
    this.#triedMs = nowMs
    this.#joining = joining
  }
}
