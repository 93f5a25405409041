/**
 * The leader of one epoch: evaluates commands one after another, has their entries written by a majority, and
 * answers. Tables hold committed entries only, so whatever it answers from them a majority has on disk; that it is
 * still the leader when it answers is confirmed by a heartbeat round begun after the command arrived.
 */
import { RETRY_AFTER_MS } from '../constants.ts'
import { type AnilloError, assert, BusyError, errorName } from '../errors.ts'
import type { Effects, Moment, Ticket } from './effects.ts'
import type { Entry } from './entry.ts'
import type { Ledger } from './ledger.ts'
import type { Appended, Confirm, Gap, ReplicaMessage } from './message.ts'
import { Progress } from './progress.ts'
import { reachedByMajority } from './quorum.ts'
import type { Evaluation, EvaluationContext, Scan, SlotMachine } from './slot-machine.ts'
import { textOf } from './table.ts'
import {
  ELAPSED_ENTRIES_MAX,
  SETTLING_MS,
  SILENT_MS,
  SLOT_PENDING_BYTES_MAX,
  SLOT_PENDING_MAX,
  STEP_DOWN_MS
} from './timing.ts'
import type { Incarnation, Member, View } from './view.ts'

/** A command whose entry is in the log. */
interface Pending<Outcome> {
  readonly sequence: number
  readonly ticket: Ticket<Outcome> | undefined
  readonly outcome: Outcome | undefined
  readonly key: string
  readonly row: Uint8Array | null
  readonly bytes: number
}

/** What an entry is made of, beside its payload. */
interface Appending<Outcome> {
  /** Before it. */
  readonly row: Uint8Array | undefined
  readonly ticket?: Ticket<Outcome>
  readonly outcome?: Outcome
}

/** A command that changes nothing. */
interface Asking {
  /** The last round begun before it arrived: only later ones tell anything about now. */
  readonly after: number
  /** The last entry that its outcome rests on. */
  readonly dependsOn: number
  readonly answer: () => void
  readonly refuse: (newest: View) => void
}

export interface LeadershipInit<Command, Outcome> {
  readonly self: Incarnation
  readonly view: View
  readonly ledger: Ledger
  readonly machine: SlotMachine<Command, Outcome>
  readonly effects: () => Effects
}

export class Leadership<Command, Outcome> {
  readonly view: View
  readonly #init: LeadershipInit<Command, Outcome>
  readonly #others: readonly Progress[]
  #ownMatch = 0
  /** The last entry that its own vote was asked for. */
  #voted = -1
  #round = 0
  #pending: Pending<Outcome>[] = []
  #pendingBytes = 0
  #asking: Asking[] = []
  /** What the next command of a key is evaluated upon: the row as the last entry in the log leaves it. */
  readonly #speculative = new Map<string, Pending<Outcome>>()
  readonly #beganMs: number
  #majorityMs: number

  constructor(init: LeadershipInit<Command, Outcome>, atMs: number) {
    const { view, self, ledger } = init
    this.#init = init
    this.view = view
    this.#beganMs = atMs
    this.#majorityMs = atMs
    const next = ledger.last.sequence + 1
    this.#others = view.members
      .filter(({ peer }) => peer !== self.peer)
      .map(member => new Progress(member, next, atMs))
  }

  /** Nobody but itself has followed for too long. */
  isCutOff({ atMs, patienceMs }: Moment): boolean {
    return this.#others.length > 0 && atMs - this.#majorityMs > STEP_DOWN_MS + patienceMs
  }

  /** This process was not running: that it heard of nobody is not their fault. */
  excuse(atMs: number): void {
    this.#majorityMs = atMs
  }

  /** When a majority was last known to follow. */
  get majorityMs(): number {
    return this.#majorityMs
  }

  /** Nobody waits for anything. */
  get isQuiet(): boolean {
    return this.#pending.length === 0 && this.#asking.length === 0
  }

  get isSendingSnapshot(): boolean {
    return this.#others.some(({ isTakingSnapshot }) => isTakingSnapshot)
  }

  /** Members that answer and lack only what is on its way. */
  current(atMs: number): Member[] {
    const others = this.#others.filter(progress => this.#isCurrent(progress, atMs))
    return [this.#init.self, ...others.map(({ member }) => member)]
  }

  /** Members that are not current although this leader has been there long enough to know. */
  lacking(atMs: number): Member[] {
    if (atMs - this.#beganMs < SETTLING_MS) return []
    return this.#others.filter(progress => !this.#isCurrent(progress, atMs)).map(({ member }) => member)
  }

  execute(command: Command, ticket: Ticket<Outcome>, moment: Moment): void {
    const { machine, ledger, view } = this.#init
    if (this.#isFull(ticket)) return
    const key = machine.keyOf(view.slot, command)
    if (machine.isRead(command)) {
      this.#ask(ticket, 0, () => this.#evaluate(ledger.table.get(key), command, moment).outcome)
      return
    }
    const before = this.#speculative.get(textOf(key))
    const row = this.#rowOf(key)
    let evaluation: Evaluation<Outcome>
    try {
      evaluation = this.#evaluate(row, command, moment)
    } catch (error) {
      if (!isRefusal(error)) throw error
      // What it was refused for may be in the row, which must be committed, and the newest, when that is told.
      this.#whenConfirmed(ticket, before?.sequence ?? 0, () => this.#refuse(ticket, error))
      return
    }
    const { outcome, payload } = evaluation
    if (payload === undefined) this.#ask(ticket, before?.sequence ?? 0, () => outcome)
    else this.#append(key, payload, moment, { row, ticket, outcome })
  }

  scan<T>({ after, read }: Scan<T>, ticket: Ticket<T>): void {
    const { ledger, effects, view } = this.#init
    if (this.#isFull(ticket)) return
    this.#whenConfirmed(ticket, 0, () => {
      const rows = ledger.table.rows(after)
      if (rows === undefined) {
        const why = `Slot ${view.slot} is just taking in a snapshot: try again`
        this.#refuse(ticket, new BusyError(why, { retryAfterMs: RETRY_AFTER_MS }))
      } else effects().settle(ticket, { kind: 'done', outcome: read(rows, ledger.table.applied) })
    })
  }

  /** At the end of a turn: sends and answers what all that it brought allows. */
  flush(atMs: number): void {
    if (this.#init.ledger.sealed) return
    this.#vote()
    for (const progress of this.#others) this.#replicate(progress, atMs)
    if (this.#asking.at(-1)?.after === this.#round) this.heartbeat()
    this.#advance(atMs)
  }

  heartbeat(): void {
    const { ledger, view, effects } = this.#init
    if (ledger.sealed) return
    this.#round++
    const { commit, last } = ledger
    for (const progress of this.#others) {
      const { member } = progress
      progress.asked(this.#round)
      effects().send.push({
        to: member.peer,
        message: {
          type: 'heartbeat',
          slot: view.slot,
          epoch: view.epoch,
          round: this.#round,
          commit,
          last: last.sequence
        }
      })
    }
  }

  /** Says again what was not answered. */
  resend(atMs: number): void {
    for (const progress of this.#others) progress.resend(atMs)
  }

  appended(from: Member, { sequence }: Appended, atMs: number): void {
    if (from.peer === this.#init.self.peer) this.#ownMatch = Math.max(this.#ownMatch, sequence)
    else {
      const progress = this.#progress(from)
      progress?.matched(sequence, atMs)
      if (progress !== undefined) this.#replicate(progress, atMs)
    }
  }

  /** Whoever confirms has installed the view, and so has its base. */
  confirmed(from: Member, { round, last }: Confirm, atMs: number): void {
    const progress = this.#progress(from)
    if (progress === undefined || progress.isRegressed) return
    if (!progress.confirms(round, last, atMs)) {
      const { slot } = this.view
      this.#init.effects().events.push({ type: 'member.regressed', slot, peer: from.peer })
      return
    }
    if (progress.match === undefined) progress.matched(this.view.base.sequence, atMs)
    this.#replicate(progress, atMs)
  }

  gap(from: Member, { sequence }: Gap, atMs: number): void {
    const progress = this.#progress(from)
    progress?.lacks(sequence, atMs)
    if (progress !== undefined) this.#replicate(progress, atMs)
  }

  snapshotSent(to: string, sequence: number | undefined, atMs: number): void {
    this.#others.find(({ member }) => member.peer === to)?.snapshotSent(sequence, atMs)
  }

  /** What becomes of rows because time passes, becomes of them by the log like everything else. */
  elapse(moment: Moment, spare: boolean): void {
    const { ledger, machine } = this.#init
    if (!spare && !ledger.table.knowsDue) return
    const room = Math.min(ELAPSED_ENTRIES_MAX, SLOT_PENDING_MAX / 2 - this.#pending.length)
    for (const key of ledger.table.dueKeys(ledger.logTimeMs(moment.atMs), room)) {
      const row = this.#rowOf(key)
      const payload = row === undefined ? undefined : machine.elapse(row, this.#context(moment))
      if (payload !== undefined) this.#append(key, payload, moment, { row })
    }
  }

  /**
   * The epoch is over. What is in the base of the `next` view was decided by it. What is not never will be in this lineage, but
   * it is in logs, which an operator may go on from: nobody is told that it was certainly not written. Sent again it is decided.
   */
  end(next: View | null): void {
    const effects = this.#init.effects()
    for (const { refuse } of this.#asking.splice(0)) refuse(next ?? this.view)
    for (const { sequence, ticket, outcome } of this.#pending.splice(0)) {
      if (ticket === undefined) continue
      const isNext = next?.epoch === this.view.epoch + 1
      if (isNext && sequence <= next.base.sequence)
        effects.settle(ticket, { kind: 'done', outcome: outcome! })
      else effects.settle(ticket, { kind: 'unknown', reason: 'its leader leads no more' })
    }
  }

  #isCurrent({ match, heardMs }: Progress, atMs: number): boolean {
    if (match === undefined || atMs - heardMs >= SILENT_MS) return false
    return this.#init.ledger.commit - match <= SLOT_PENDING_MAX
  }

  #progress({ peer, store }: Member): Progress | undefined {
    return this.#others.find(({ member }) => member.peer === peer && member.store === store)
  }

  #evaluate(row: Uint8Array | undefined, command: Command, moment: Moment) {
    return this.#init.machine.evaluate(row, command, this.#context(moment))
  }

  #context({ atMs, wallMs }: Moment): EvaluationContext {
    const { ledger, view } = this.#init
    const version = `${view.epoch}.${ledger.last.sequence + 1}`
    return { version, nowMs: wallMs, logTimeMs: ledger.logTimeMs(atMs) }
  }

  /** As the last entry in the log leaves it. */
  #rowOf(key: Uint8Array): Uint8Array | undefined {
    const pending = this.#speculative.get(textOf(key))
    return pending === undefined ? this.#init.ledger.table.get(key) : (pending.row ?? undefined)
  }

  #append(
    key: Uint8Array,
    payload: Uint8Array,
    { atMs }: Moment,
    { row: before, ticket, outcome }: Appending<Outcome>
  ): void {
    const { ledger, view } = this.#init
    assert(!ledger.sealed, `slot ${view.slot} would be written to after epoch ${view.epoch} was sealed`)
    const { epoch } = view
    const sequence = ledger.last.sequence + 1
    const entry: Entry = { epoch, sequence, timeMs: ledger.logTimeMs(atMs), key, payload }
    const row = ledger.table.after(before, entry)
    ledger.appendOwn(entry)
    const bytes = key.byteLength + payload.byteLength
    const pending = { sequence, ticket, outcome, key: textOf(key), row, bytes }
    this.#pending.push(pending)
    this.#pendingBytes += bytes
    this.#speculative.set(pending.key, pending)
  }

  /** Its own vote counts when its own disk has the entries, like everybody else's. */
  #vote(): void {
    const { self, view, ledger, effects } = this.#init
    const { sequence } = ledger.last
    if (sequence <= this.#voted) return
    this.#voted = sequence
    const { slot, epoch } = view
    effects().afterPersist.push({ to: self.peer, message: { type: 'appended', slot, epoch, sequence } })
  }

  #ask(ticket: Ticket<Outcome>, dependsOn: number, outcome: () => Outcome): void {
    const { effects } = this.#init
    this.#whenConfirmed(ticket, dependsOn, () =>
      effects().settle(ticket, { kind: 'done', outcome: outcome() })
    )
  }

  #whenConfirmed(ticket: Ticket<never>, dependsOn: number, answer: () => void): void {
    const { effects } = this.#init
    const refuse = (newest: View) => effects().settle(ticket, { kind: 'elsewhere', view: newest })
    this.#asking.push({ after: this.#round, dependsOn, answer, refuse })
  }

  /** With so much under way nothing more is begun: that is told. */
  #isFull(ticket: Ticket<unknown>): boolean {
    const [writes, reads] = [this.#pending.length, this.#asking.length]
    if (writes + reads < SLOT_PENDING_MAX && this.#pendingBytes <= SLOT_PENDING_BYTES_MAX) return false
    const what = `Slot ${this.view.slot} has ${writes} writes and ${reads} reads under way: try again`
    this.#refuse(ticket, new BusyError(what, { retryAfterMs: RETRY_AFTER_MS }))
    return true
  }

  #refuse(ticket: Ticket<unknown>, error: AnilloError): void {
    this.#init.effects().settle(ticket, { kind: 'refused', error })
  }

  #replicate(progress: Progress, atMs: number): void {
    const { ledger, view, effects } = this.#init
    if (ledger.sealed || atMs - progress.heardMs > SILENT_MS) return
    for (;;) {
      const portion = progress.portion(ledger, atMs)
      if (portion === undefined) break
      const message: ReplicaMessage = {
        type: 'append',
        slot: view.slot,
        epoch: view.epoch,
        ...portion,
        commit: ledger.commit
      }
      effects().send.push({ to: progress.member.peer, message })
    }
    if (progress.takeSnapshotWish()) effects().snapshots.push(progress.member.peer)
  }

  /** Commits what a majority has on disk and answers whoever waited for it. */
  #advance(atMs: number): void {
    const { ledger, view } = this.#init
    if (ledger.sealed) return
    this.#majorityMs = Math.max(this.#majorityMs, reachedByMajority(atMs, this.#others, heardFrom))
    // All entries after the base are of this epoch, and the base is decided, so counting copies is enough.
    const decided = reachedByMajority(this.#ownMatch, this.#others, matchOf)
    if (decided > ledger.commit) this.#commit(decided)
    const confirmed = reachedByMajority(this.#round, this.#others, confirmedBy)
    assert(this.#others.length + 1 === view.members.length, 'a leader is a member')
    if (this.#asking.length === 0) return
    const waiting: Asking[] = []
    for (const asking of this.#asking) {
      if (asking.after < confirmed && asking.dependsOn <= ledger.commit) asking.answer()
      else waiting.push(asking)
    }
    this.#asking = waiting
  }

  #commit(decided: number): void {
    const { ledger, effects } = this.#init
    const rows = new Map(this.#pending.map(pending => [pending.sequence, pending.row]))
    ledger.commitTo(decided, ({ sequence }) => rows.get(sequence))
    const done = this.#pending.filter(({ sequence }) => sequence <= decided)
    this.#pending = this.#pending.slice(done.length)
    for (const pending of done) {
      this.#pendingBytes -= pending.bytes
      if (this.#speculative.get(pending.key) === pending) this.#speculative.delete(pending.key)
      if (pending.ticket !== undefined)
        effects().settle(pending.ticket, { kind: 'done', outcome: pending.outcome! })
    }
  }
}

/** A broken invariant is none: it ends the peer. */
function isRefusal(error: unknown): error is AnilloError {
  const name = errorName(error)
  return name !== undefined && name !== 'InternalError'
}

const matchOf = ({ match }: Progress) => match ?? 0
const confirmedBy = ({ confirmed }: Progress) => confirmed
const heardFrom = ({ heardMs }: Progress) => heardMs
