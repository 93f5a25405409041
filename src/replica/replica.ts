/**
 * One replica: a pure step function. `step` takes what happened and the present moment and returns what is to be done
 * about it; it waits for nothing, and neither sends nor writes anything itself. `group.ts` carries the effects out.
 *
 * The roles are files of their own: follower, voter, leadership, proposal, planned change, succession. Here is what
 * decides between them: who is heard of, when a leader is taken for gone, and who proposes.
 */
import type { Slot } from '../ring/slot.ts'
import type { Random } from '../runtime.ts'
import type { Store } from '../storage/store.ts'
import type { Ballot } from './ballot.ts'
import { Candidacy } from './candidacy.ts'
import { Effects, type Moment, type Ticket } from './effects.ts'
import type { EntryId } from './entry.ts'
import { Follower } from './follower.ts'
import { Leadership } from './leadership.ts'
import { Ledger } from './ledger.ts'
import type { ReplicaMessage } from './message.ts'
import { PlannedChange } from './planned-change.ts'
import { Proposal, type Target } from './proposal.ts'
import type { ReplicaEvent } from './replica-event.ts'
import type { CommittedEntries, SlotMachine, StaleRead } from './slot-machine.ts'
import { Succession } from './succession.ts'
import { type Incarnation, sameIncarnation, type View } from './view.ts'
import { Voter } from './voter.ts'
import { WaitingCommands } from './waiting-commands.ts'

export interface ReplicaInit<Command, Outcome> {
  readonly slot: Slot
  readonly slots: number
  readonly self: Incarnation
  readonly store: Store
  readonly machine: SlotMachine<Command, Outcome>
  readonly random: Random
  /** This very start of the peer made the ring, so it leads. Never said twice: no incarnation leads an epoch twice. */
  readonly genesis: boolean
  /** The newest incarnation that was met of a peer. */
  readonly incarnationOf: (peer: string) => Incarnation | undefined
  readonly whereIs: (slot: Slot) => View | undefined
}

export class Replica<Command, Outcome> {
  readonly #init: ReplicaInit<Command, Outcome>
  readonly #ledger: Ledger
  readonly #voter: Voter
  readonly #follower: Follower
  readonly #succession: Succession
  readonly #candidacy: Candidacy
  #effects = new Effects()
  #moment: Moment
  #leadership: Leadership<Command, Outcome> | undefined
  #change: PlannedChange | undefined
  #proposal: Proposal | undefined
  readonly #waiting = new WaitingCommands<Command, Outcome>()

  constructor(init: ReplicaInit<Command, Outcome>, moment: Moment) {
    this.#init = init
    this.#moment = moment
    const effects = () => this.#effects
    this.#ledger = new Ledger({ ...init, effects }, moment.atMs)
    this.#voter = new Voter(this.#ledger, effects)
    this.#follower = new Follower(this.#ledger, this.#voter, moment.atMs)
    const parts = { ledger: this.#ledger, voter: this.#voter, follower: this.#follower }
    const hooks = { effects, silenceMs: this.silenceMs.bind(this), onChange: this.#onView.bind(this) }
    this.#succession = new Succession({ ...init, ...parts, ...hooks })
    this.#candidacy = new Candidacy(init, this.view, moment.atMs)
    if (init.genesis && this.view !== null) this.#beginToLead(this.view)
  }

  get view(): View | null {
    return this.#ledger.view
  }

  get ledger(): Pick<Ledger, 'state' | 'newest' | 'commit' | 'last' | 'log' | 'table' | 'sealed' | 'mark'> {
    return this.#ledger
  }

  get leadership(): Leadership<Command, Outcome> | undefined {
    return this.#ledger.sealed ? undefined : this.#leadership
  }

  /** The same, also for the moment for which its epoch is sealed and it answers nothing. */
  get incumbency(): Leadership<Command, Outcome> | undefined {
    return this.#leadership
  }

  get mayBeMember(): boolean {
    return this.#succession.mayBeMember
  }

  /** Since the slot's leader was heard of; 0 where it is this replica. */
  silenceMs(atMs: number): number {
    return this.#leadership === undefined ? this.#candidacy.silenceMs(atMs) : 0
  }

  /** Members or leader are being changed. */
  get changing(): boolean {
    return this.#change !== undefined || this.#proposal !== undefined || this.#ledger.sealed
  }

  /** Nothing of it depends on the time that passes between two heartbeats. */
  isQuiet(moment: Moment): boolean {
    if (this.#proposal !== undefined || this.#change !== undefined || this.#waiting.size > 0) return false
    if (!this.#succession.isQuiet) return false
    if (this.leadership !== undefined) return this.leadership.isQuiet
    return this.view === null || !this.#candidacy.isDue(this.view, this.#ledger.sealed, moment)
  }

  /** Answers from the table as it is, however old; undefined when this replica is a member of no view. */
  readStale(command: Command, { atMs, wallMs }: Moment): StaleRead<Outcome> | undefined {
    const { view, table } = this.#ledger
    if (view === null) return undefined
    const row = table.get(this.#init.machine.keyOf(view.slot, command))
    const context = { version: '', nowMs: wallMs, logTimeMs: this.#ledger.logTimeMs(atMs) }
    const { outcome } = this.#init.machine.evaluate(row, command, context)
    return { outcome, ageMs: this.silenceMs(atMs) }
  }

  /** Undefined when this replica is a member of no view. */
  committedAfter(id: EntryId | undefined, bytesMax: number): CommittedEntries | undefined {
    return this.view === null ? undefined : this.#ledger.committedAfter(id, bytesMax)
  }

  step(event: ReplicaEvent<Command, Outcome>, moment: Moment): Effects {
    this.#moment = moment
    try {
      this.#take(event)
      this.#conclude()
      return this.#effects
    } finally {
      this.#effects = new Effects() // also when it failed: what is half done is not carried out by the next step
    }
  }

  #take(event: ReplicaEvent<Command, Outcome>): void {
    const { atMs } = this.#moment
    switch (event.type) {
      case 'message':
        this.#receive(event.from, event.message)
        break
      case 'execute':
        this.#execute(event.command, event.ticket)
        break
      case 'scan':
        if (this.leadership !== undefined) this.leadership.scan(event.scan, event.ticket)
        else this.#effects.settle(event.ticket, { kind: 'elsewhere', view: this.#ledger.newest ?? undefined })
        break
      case 'tick':
        this.#tick(event)
        break
      case 'flush':
        this.leadership?.flush(atMs)
        this.#change?.flush(atMs)
        break
      case 'late':
        this.#candidacy.excuse(atMs)
        this.#leadership?.excuse(atMs)
        this.#proposal?.excuse(atMs)
        break
      case 'stuck':
        this.#endLeadership(null)
        break
      case 'change':
        this.#plan(event.target)
        break
      case 'snapshot-sent':
        this.#leadership?.snapshotSent(event.to, event.sequence, atMs)
        this.#change?.snapshotSent(event.to, event.sequence, atMs)
        this.#proposal?.snapshotSent(event.to, event.sequence !== undefined, atMs)
        break
      case 'snapshot-offered':
        this.#ledger.abandonIfFar(event.applied)
        break
      case 'snapshot-taken':
        // Somebody is ahead of what this replica has decided, so it leads no more.
        this.#endLeadership(null)
        this.#ledger.adopt(event.applied, atMs)
        this.#succession.snapshotTaken(event.applied, atMs)
        break
      case 'durable':
        this.#ledger.durable(event.mark)
        break
      case 'salvaged':
      case 'cleared':
        this.#ledger[event.type]()
        break
      case 'recover':
        this.#succession.recover(event.lineageId, event.above, atMs)
        break
      case 'stop':
        this.#endLeadership(null)
        this.#waiting.expire(Number.POSITIVE_INFINITY, this.#effects)
        break
    }
  }

  #receive(from: Incarnation, message: ReplicaMessage): void {
    const { atMs } = this.#moment
    switch (message.type) {
      case 'append':
        if (this.#follower.append(from, message, atMs)) this.#heard()
        break
      case 'heartbeat':
        if (this.#follower.heartbeat(from, message, atMs)) this.#heard()
        break
      case 'learn':
        this.#follower.learn(from, message, atMs)
        break
      case 'appended':
        this.#leading(message)?.appended(from, message, atMs)
        break
      case 'confirm':
        this.#leading(message)?.confirmed(from, message, atMs)
        break
      case 'gap':
        this.#leading(message)?.gap(from, message, atMs)
        this.#change?.gap(from, message, atMs)
        break
      case 'learned':
        if (this.#leading(message) !== undefined) this.#change?.learned(from, message, atMs)
        break
      case 'pre-seal':
        this.#voter.preSeal(
          from,
          message,
          this.leadership === undefined && this.#candidacy.agrees(this.view, this.#moment)
        )
        break
      case 'prepare':
        this.#candidacy.saw(message.ballot)
        if (this.#voter.prepare(from, message))
          this.#onSealed(message.ballot, this.#voter.canContinue(message.last))
        break
      case 'accept':
        this.#candidacy.saw(message.ballot)
        if (this.#voter.accept(from, message)) this.#onSealed(message.ballot, true)
        break
      case 'stale':
        this.#succession.stale(message, atMs)
        break
      case 'need-view':
        this.#succession.needView(from, message)
        break
      case 'install':
        this.#succession.install(from, message, atMs)
        break
      case 'installed':
        this.#succession.installed(from, message)
        break
      case 'sync':
        this.#succession.sync(from, message, atMs)
        break
      case 'fetch':
        this.#succession.fetch(from, message)
        break
      case 'data':
        this.#succession.data(message, atMs)
        break
      default:
        if (message.type === 'nack') {
          this.#candidacy.saw(message.promised)
          this.#candidacy.sealed(atMs) // somebody else is at it
        }
        this.#proposal?.answered(from, message, atMs)
    }
  }

  /** What follows from any step: a decided view is announced, a change that is ready begins. */
  #conclude(): void {
    const { atMs } = this.#moment
    const decided = this.#proposal?.decided
    const [former, change] = [this.view, this.#change]
    if (decided !== undefined && former !== null) {
      this.#proposal = undefined
      this.#tellTakeover(decided, former)
      this.#succession.announce(decided, former, atMs)
    }
    if (change?.ready && this.#proposal === undefined && this.leadership !== undefined) {
      this.#change = undefined
      this.#propose(change.target).prepare(atMs)
    }
  }

  /** What a leader plans it decides itself; another one decides that it leads only where the leader is gone. */
  #tellTakeover({ slot, epoch, leader }: View, former: View): void {
    if (!sameIncarnation(leader, this.#init.self) || sameIncarnation(former.leader, this.#init.self)) return
    this.#effects.events.push({ type: 'slot.taken-over', slot, epoch, from: former.leader.peer })
  }

  #execute(command: Command, ticket: Ticket<Outcome>): void {
    if (this.leadership !== undefined) this.leadership.execute(command, ticket, this.#moment)
    else if (this.#leadership === undefined || !this.#waiting.add(command, ticket, this.#moment.atMs)) {
      this.#effects.settle(ticket, { kind: 'elsewhere', view: this.#ledger.newest ?? undefined })
    }
  }

  #tick({ heartbeat, spare }: Extract<ReplicaEvent<Command, Outcome>, { type: 'tick' }>): void {
    const { atMs } = this.#moment
    if (this.#proposal?.isOver(this.#moment)) {
      this.#proposal = undefined
      this.#candidacy.failed(this.view, atMs)
    }
    this.#stepDownIfAlone()
    this.#succession.tick(atMs)
    this.#waiting.expire(atMs, this.#effects)
    if (this.view === null) return
    if (this.leadership !== undefined) this.#lead(this.leadership, heartbeat, spare)
    else if (this.#proposal === undefined) this.#considerProposing(this.view)
    // What is written while a table is on its way must be in the log when it has arrived.
    const isSending = this.#change?.isSendingSnapshot || this.#leadership?.isSendingSnapshot
    if (heartbeat) this.#ledger.compact(isSending === true)
  }

  #lead(leadership: Leadership<Command, Outcome>, heartbeat: boolean, spare: boolean): void {
    const { atMs } = this.#moment
    if (this.#change?.isOver(atMs)) this.#change = undefined
    leadership.resend(atMs)
    this.#change?.resend(atMs)
    if (!heartbeat) return
    leadership.heartbeat()
    leadership.elapse(this.#moment, spare)
  }

  /** Sealed or not: nobody waits longer for what only a majority could answer. */
  #stepDownIfAlone(): void {
    if (this.#leadership === undefined || !this.#leadership.isCutOff(this.#moment)) return
    this.#endLeadership(null)
    this.#change = undefined
    if (!this.#ledger.sealed) this.#proposal = undefined
  }

  #considerProposing(view: View): void {
    const { atMs } = this.#moment
    const { sealed } = this.#ledger
    if (!this.#candidacy.isDue(view, sealed, this.#moment)) return
    const proposal = this.#propose({ members: view.members, leader: this.#init.self })
    if (sealed) proposal.prepare(atMs)
    else proposal.askFirst(atMs)
  }

  #endLeadership(next: View | null): void {
    if (this.#leadership !== undefined) this.#candidacy.led(this.#leadership.majorityMs)
    this.#leadership?.end(next)
    this.#leadership = undefined
  }

  #plan(target: Target): void {
    if (this.leadership === undefined || this.changing || this.view === null) return
    this.#change = new PlannedChange(this.view, target, this.#ledger, () => this.#effects, this.#moment.atMs)
  }

  #propose(target: Target): Proposal {
    const ballot = this.#candidacy.nextBallot(this.#ledger.state.promised)
    const effects = () => this.#effects
    this.#proposal = new Proposal({ ledger: this.#ledger, current: this.view!, ballot, target, effects })
    return this.#proposal
  }

  #heard(): void {
    const { atMs } = this.#moment
    this.#ledger.skipLogTime(this.#candidacy.heard(this.view, atMs), atMs)
    // The leader is there: an attempt to replace it that sealed nothing yet is pointless.
    if (!this.#ledger.sealed) this.#proposal = undefined
  }

  /** Promised to somebody: whoever that is gets time to finish, unless it lacks too much and only keeps others from it. */
  #onSealed({ by }: Ballot, canFinish: boolean): void {
    if (canFinish) this.#candidacy.sealed(this.#moment.atMs)
    this.#change = undefined
    if (!sameIncarnation(by, this.#init.self)) this.#proposal = undefined
  }

  #onView(view: View | null): void {
    const { atMs } = this.#moment
    this.#proposal = undefined
    this.#change = undefined
    this.#candidacy.begin(view, atMs)
    this.#endLeadership(view ?? this.#ledger.state.next)
    if (view !== null) this.#beginToLead(view)
    for (const { command, ticket } of this.#waiting.take()) this.#execute(command, ticket)
  }

  /** If this is who the view names. */
  #beginToLead(view: View): void {
    const { self, machine } = this.#init
    if (!sameIncarnation(view.leader, self)) return
    const { atMs } = this.#moment
    const { slot, epoch, base } = view
    const init = { self, view, ledger: this.#ledger, machine, effects: () => this.#effects }
    this.#ledger.skipLogTime(this.#candidacy.silenceMs(atMs), atMs)
    this.#leadership = new Leadership(init, atMs)
    const message = { type: 'appended', slot, epoch, sequence: base.sequence } as const
    this.#effects.afterPersist.push({ to: self.peer, message })
    this.#leadership.heartbeat()
  }

  #leading({ epoch }: { readonly epoch: number }): Leadership<Command, Outcome> | undefined {
    return this.view?.epoch === epoch ? this.leadership : undefined
  }
}
