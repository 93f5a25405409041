/**
 * A change of members or leader that the leader itself plans. Peers that are to become members get the log (and the
 * table, if they need it) beforehand and vote for nothing; when they lack only a little the leader seals its epoch, so
 * that nobody may write for a few round trips only.
 */
import type { Effects } from './effects.ts'
import type { Ledger } from './ledger.ts'
import type { Gap, Learned } from './message.ts'
import { Progress } from './progress.ts'
import type { Target } from './proposal.ts'
import { CHANGE_TIMEOUT_MS, LEARNER_LAG_ENTRIES, LEARNER_TIMEOUT_MS, RESEND_MS } from './timing.ts'
import { isMember, type Member, type View } from './view.ts'

export class PlannedChange {
  readonly target: Target
  readonly #view: View
  readonly #ledger: Ledger
  readonly #effects: () => Effects
  readonly #learners: readonly Progress[]
  readonly #untilMs: number

  constructor(view: View, target: Target, ledger: Ledger, effects: () => Effects, atMs: number) {
    this.target = target
    this.#view = view
    this.#ledger = ledger
    this.#effects = effects
    this.#untilMs = atMs + CHANGE_TIMEOUT_MS
    // What a learner has is unknown: it says so when the first portion does not fit.
    this.#learners = target.members
      .filter(member => !isMember(view, member))
      .map(member => new Progress(member, ledger.last.sequence, atMs))
  }

  /** Every learner has nearly everything. */
  get ready(): boolean {
    const wanted = this.#ledger.last.sequence - LEARNER_LAG_ENTRIES
    return this.#learners.every(({ match }) => match !== undefined && match >= wanted)
  }

  isOver(atMs: number): boolean {
    if (atMs > this.#untilMs) return true
    return this.#learners.some(
      ({ heardMs, isTakingSnapshot }) => !isTakingSnapshot && atMs - heardMs > LEARNER_TIMEOUT_MS
    )
  }

  get isSendingSnapshot(): boolean {
    return this.#learners.some(({ isTakingSnapshot }) => isTakingSnapshot)
  }

  flush(atMs: number): void {
    for (const learner of this.#learners) this.#teach(learner, atMs)
  }

  resend(atMs: number): void {
    for (const learner of this.#learners) {
      learner.resend(atMs)
      // With nothing to send, nobody would ever hear what it has, or that it is there.
      if (learner.match === undefined || atMs - learner.heardMs > RESEND_MS) this.#ask(learner)
    }
  }

  learned(from: Member, { sequence }: Learned, atMs: number): void {
    const learner = this.#learner(from)
    if (learner === undefined) return
    learner.matched(sequence, atMs)
    this.#teach(learner, atMs)
  }

  gap(from: Member, { sequence }: Gap, atMs: number): void {
    const learner = this.#learner(from)
    if (learner === undefined) return
    learner.lacks(sequence, atMs)
    this.#teach(learner, atMs)
  }

  snapshotSent(to: string, sequence: number | undefined, atMs: number): void {
    const learner = this.#learners.find(({ member }) => member.peer === to)
    if (learner === undefined) return
    learner.snapshotSent(sequence, atMs)
  }

  #learner({ peer, store }: Member): Progress | undefined {
    return this.#learners.find(({ member }) => member.peer === peer && member.store === store)
  }

  #teach(learner: Progress, atMs: number): void {
    const { commit } = this.#ledger
    const { slot, epoch } = this.#view
    for (;;) {
      const portion = learner.portion(this.#ledger, atMs)
      if (portion === undefined) break
      const message = { type: 'learn', slot, epoch, ...portion, commit } as const
      this.#effects().send.push({ to: learner.member.peer, message })
    }
    if (learner.takeSnapshotWish()) this.#effects().snapshots.push(learner.member.peer)
  }

  #ask({ member }: Progress): void {
    const { slot, epoch } = this.#view
    const message = { type: 'learn', slot, epoch, prev: this.#ledger.last, entries: [], commit: 0 } as const
    this.#effects().send.push({ to: member.peer, message })
  }
}
