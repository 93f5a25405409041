/**
 * One try of one proposer to decide the view that follows its own: single-decree Paxos among the members of the
 * present view, in which the promise is the seal of the present epoch. What is added to Paxos: the base of the new
 * view is on disk at a majority of the *new* members before anybody is asked to accept it, so a decided view has all
 * that was ever acknowledged; and at a majority of the present ones, so whoever has to finish a half-done change finds it.
 *
 *     pre-seal (failover only) → prepare → [choose] → sync → accept → decided
 */
import { assert } from '../errors.ts'
import { type Ballot, compareBallots } from './ballot.ts'
import type { Effects, Moment } from './effects.ts'
import { compareIds, type EntryId } from './entry.ts'
import type { Ledger } from './ledger.ts'
import type { Accepted, Nack, PreSealed, Promised, ReplicaMessage, Synced, SyncGap } from './message.ts'
import { Votes } from './quorum.ts'
import { ENTRIES_BYTES_MAX, PROPOSAL_TIMEOUT_MS, SNAPSHOT_TIMEOUT_MS } from './timing.ts'
import { type Incarnation, isMember, type Member, sameMember, type View } from './view.ts'

/** What the proposer wants, if it is free to choose. */
export interface Target {
  readonly members: readonly Member[]
  readonly leader: Incarnation
}

/** The view is as it should be already. */
export function isTarget({ members, leader }: View, target: Target): boolean {
  return (
    sameMember(leader, target.leader) &&
    members.length === target.members.length &&
    members.every(member => target.members.some(other => sameMember(member, other)))
  )
}

export interface ProposalInit {
  readonly ledger: Ledger
  /** The installed view. */
  readonly current: View
  readonly ballot: Ballot
  readonly target: Target
  readonly effects: () => Effects
}

/** What members of the present view, or of the next, say to a proposer. */
export type ProposalAnswer = PreSealed | Promised | Nack | Synced | SyncGap | Accepted

type Phase = 'pre-seal' | 'prepare' | 'sync' | 'accept' | 'decided' | 'failed'

export class Proposal {
  readonly ballot: Ballot
  readonly #init: ProposalInit
  readonly #instance: number
  #phase: Phase = 'pre-seal'
  #deadlineMs = 0
  readonly #preSealed: Votes<true>
  readonly #promises: Votes<Promised>
  readonly #accepted: Votes<true>
  #value: View | undefined
  /** Who has the base on disk: of the members to be, and of the present ones. */
  #synced: Votes<true> | undefined
  readonly #kept: Votes<true>
  readonly #snapshotsSent = new Set<string>()

  constructor(init: ProposalInit) {
    this.#init = init
    this.ballot = init.ballot
    this.#instance = init.current.epoch + 1
    this.#preSealed = new Votes(init.current)
    this.#promises = new Votes(init.current)
    this.#accepted = new Votes(init.current)
    this.#kept = new Votes(init.current)
  }

  /** The view that was decided. */
  get decided(): View | undefined {
    return this.#phase === 'decided' ? this.#value : undefined
  }

  /** It has made no progress in time, or cannot. */
  isOver({ atMs, patienceMs }: Moment): boolean {
    return this.#phase === 'failed' || atMs > this.#deadlineMs + patienceMs
  }

  /** This process was not running: answers may be waiting. */
  excuse(atMs: number): void {
    if (this.#phase !== 'failed') this.#deadlineMs = Math.max(this.#deadlineMs, atMs + PROPOSAL_TIMEOUT_MS)
  }

  /** First asks whether the leader seems gone to a majority: a replica that hears badly must not disturb the others. */
  askFirst(atMs: number): void {
    const { current } = this.#init
    this.#progress('pre-seal', atMs)
    this.#toAll(current.members, {
      type: 'pre-seal',
      slot: current.slot,
      epoch: current.epoch,
      ballot: this.ballot
    })
  }

  prepare(atMs: number): void {
    const { current, ledger } = this.#init
    this.#progress('prepare', atMs)
    this.#toAll(current.members, { type: 'prepare', ...this.#ofInstance(), last: ledger.last })
  }

  answered(from: Member, message: ProposalAnswer, atMs: number): void {
    switch (message.type) {
      case 'pre-sealed':
        this.#takePreSealed(from, message, atMs)
        break
      case 'promised':
        this.#takePromise(from, message, atMs)
        break
      case 'nack':
        if (this.#isOurs(message)) this.#phase = 'failed' // somebody promised a higher ballot
        break
      case 'synced':
        this.#takeSynced(from, message, atMs)
        break
      case 'sync-gap':
        this.#takeGap(from, message, atMs)
        break
      case 'accepted':
        this.#takeAccepted(from, message)
        break
    }
  }

  /** A snapshot that this proposal asked for has arrived, or has not. */
  snapshotSent(to: string, ok: boolean, atMs: number): void {
    if (!this.#snapshotsSent.delete(to) || this.#phase !== 'sync') return
    this.#deadlineMs = atMs + PROPOSAL_TIMEOUT_MS
    const value = this.#value!
    const member = this.#concerned(value).find(({ peer }) => peer === to)
    if (ok && member !== undefined) this.#sendBase(member, value.base.sequence)
  }

  #takePreSealed(from: Member, { ballot }: PreSealed, atMs: number): void {
    if (this.#phase !== 'pre-seal' || compareBallots(ballot, this.ballot) !== 0) return
    this.#preSealed.add(from, true)
    if (this.#preSealed.enough) this.prepare(atMs)
  }

  #takePromise(from: Member, promise: Promised, atMs: number): void {
    if (this.#phase !== 'prepare' || !this.#isOurs(promise)) return
    this.#promises.add(from, promise)
    if (!this.#promises.enough) return
    const promises = [...this.#promises.values()]
    this.#value = this.#choose(promises)
    // A base that was chosen here is the end of a log of those who promised; one that is adopted was on disk at a
    // majority of the present members before anybody accepted it. So one of them has it, is sealed by now, and will
    // propose itself if it could not bring this replica so far.
    if (this.#reach(this.#value.base, promises, atMs)) this.#sync(this.#value, atMs)
    else this.#phase = 'failed'
  }

  #takeSynced(from: Member, answer: Synced, atMs: number): void {
    if (this.#phase !== 'sync' || !this.#isOurs(answer)) return
    this.#synced!.add(from, true)
    this.#kept.add(from, true)
    if (!this.#synced!.enough || !this.#kept.enough) return
    const { current } = this.#init
    this.#progress('accept', atMs)
    this.#toAll(current.members, { type: 'accept', ...this.#ofInstance(), view: this.#value! })
  }

  /** A member, present or to be, lacks entries: it gets them from where it says, or the table when the log does not go back so far. */
  #takeGap(from: Member, gap: SyncGap, atMs: number): void {
    if ((this.#phase !== 'sync' && this.#phase !== 'accept') || !this.#isOurs(gap)) return
    const { ledger } = this.#init
    const { log } = ledger
    // Whoever has that much and not the base has another log: nothing here could help it.
    if (gap.sequence >= this.#value!.base.sequence) return
    this.#deadlineMs = atMs + PROPOSAL_TIMEOUT_MS
    if (gap.sequence >= log.start.sequence) this.#sendBase(from, gap.sequence)
    else if (!this.#snapshotsSent.has(from.peer)) {
      this.#snapshotsSent.add(from.peer)
      this.#deadlineMs = atMs + SNAPSHOT_TIMEOUT_MS
      this.#init.effects().snapshots.push(from.peer)
    }
  }

  #takeAccepted(from: Member, answer: Accepted): void {
    if (this.#phase !== 'accept' || !this.#isOurs(answer)) return
    this.#accepted.add(from, true)
    if (this.#accepted.enough) this.#phase = 'decided'
  }

  /** A value that may have been decided already is taken over as it is; only without one the proposer is free. */
  #choose(promises: readonly Promised[]): View {
    const accepted = promises.flatMap(promise => (promise.accepted === null ? [] : [promise.accepted]))
    if (accepted.length > 0) {
      return accepted.reduce((a, b) => (compareBallots(a.ballot, b.ballot) < 0 ? b : a)).view
    }
    const { current, target } = this.#init
    const { slot, lineage } = current
    const base = promises.map(({ last }) => last).reduce((a, b) => (compareIds(a, b) < 0 ? b : a))
    return { slot, lineage, epoch: this.#instance, members: target.members, leader: target.leader, base }
  }

  /** Extends the own log to the base. All who promised have logs of one leader, so theirs can only be longer. */
  #reach(base: EntryId, promises: readonly Promised[], atMs: number): boolean {
    const { ledger } = this.#init
    for (const { tail } of promises) {
      if (ledger.has(base)) return true
      const missing = tail.filter(
        ({ sequence }) => sequence > ledger.last.sequence && sequence <= base.sequence
      )
      if (missing[0]?.sequence === ledger.last.sequence + 1) ledger.append(missing, atMs)
    }
    return ledger.has(base)
  }

  #sync(value: View, atMs: number): void {
    this.#synced = new Votes(value)
    this.#progress('sync', atMs)
    for (const member of this.#concerned(value)) this.#sendBase(member, value.base.sequence)
  }

  /** The members to be and the present ones, each once. */
  #concerned(value: View): Member[] {
    const former = this.#init.current.members.filter(member => !isMember(value, member))
    return [...value.members, ...former]
  }

  /** Everything after `sequence` up to the base, as far as one message holds it. */
  #sendBase({ peer }: Member, sequence: number): void {
    const { ledger, current } = this.#init
    const view = this.#value!
    const { log } = ledger
    const epoch = sequence < view.base.sequence ? log.epochAt(sequence) : undefined
    // Whoever has the base needs nothing else, and here it may be compacted already.
    const prev = epoch === undefined ? view.base : { epoch, sequence }
    const entries = epoch === undefined ? [] : log.after(sequence, ENTRIES_BYTES_MAX, view.base.sequence)
    this.#send(peer, {
      type: 'sync',
      ...this.#ofInstance(),
      view,
      current,
      prev,
      entries,
      commit: Math.min(ledger.commit, view.base.sequence)
    })
  }

  #progress(phase: Phase, atMs: number): void {
    assert(this.#phase !== 'decided', 'a view is decided once')
    this.#phase = phase
    this.#deadlineMs = atMs + PROPOSAL_TIMEOUT_MS
  }

  #ofInstance() {
    return { slot: this.#init.current.slot, instance: this.#instance, ballot: this.ballot }
  }

  #isOurs({ instance, ballot }: { readonly instance: number; readonly ballot: Ballot }): boolean {
    return instance === this.#instance && compareBallots(ballot, this.ballot) === 0
  }

  #toAll(members: readonly Member[], message: ReplicaMessage): void {
    for (const { peer } of members) this.#send(peer, message)
  }

  /** What it extended its log with is a promise like any other: it leaves when it is on disk. */
  #send(to: string, message: ReplicaMessage): void {
    this.#init.effects().afterPersist.push({ to, message })
  }
}
