/**
 * From one view to the next at one replica: takes in the base before the decision, installs what was decided, fetches
 * what it lacks for that, and, when it is a member no more, keeps its data until a majority of the new view has it.
 */
import type { EntryId } from './entry.ts'
import { Inquiry, type InquiryInit } from './inquiry.ts'
import type { Data, Fetch, Install, Installed, NeedView, Stale, Sync } from './message.ts'
import { Votes } from './quorum.ts'
import { ENTRIES_BYTES_MAX, HEARTBEAT_MS, RESEND_MS } from './timing.ts'
import {
  compareViews,
  isMember,
  type Member,
  newerView,
  RECOVERY_EPOCHS,
  sameIncarnation,
  type View
} from './view.ts'
import type { Voter } from './voter.ts'

/** Whoever decided a view tells its members so often, until they have it or others must have told them. */
const ANNOUNCE_MS = 5_000
/** Of two recoveries of one slot, which cannot both go on, the one with the later epoch does: one begins by chance later. */
const CHANCE_DIGITS = 8

export interface SuccessionInit extends InquiryInit {
  readonly voter: Voter
  /** Another view is installed here, or none any more. */
  readonly onChange: (view: View | null) => void
}

interface Announcement {
  readonly view: View
  readonly waiting: Set<string>
  readonly untilMs: number
  nextMs: number
}

export class Succession {
  readonly #init: SuccessionInit
  readonly #inquiry: Inquiry
  /** A decided view with this peer, for which its log is too short. */
  #incoming: View | undefined
  #fetchMs = Number.NEGATIVE_INFINITY
  #fetchFrom = 0
  #announcement: Announcement | undefined
  #handedOff: Votes<true> | undefined
  #handOffMs = Number.NEGATIVE_INFINITY

  constructor(init: SuccessionInit) {
    this.#init = init
    this.#inquiry = new Inquiry(init)
    if (init.ledger.state.clearing) init.effects().clear = true
  }

  /** Nothing has to be said again. */
  get isQuiet(): boolean {
    const { handOff } = this.#init.ledger.state
    return this.#incoming === undefined && this.#announcement === undefined && !handOff && !this.mayBeMember
  }

  /** As in `Inquiry`. */
  get mayBeMember(): boolean {
    return this.#inquiry.mayBeMember
  }

  #isLeftover(atMs: number): boolean {
    return this.#incoming === undefined && this.#inquiry.isLeftover(atMs)
  }

  tick(atMs: number): void {
    const { ledger } = this.#init
    const { next, handOff } = ledger.state
    if (this.#incoming !== undefined) this.#install(atMs)
    if (handOff && next !== null && atMs - this.#handOffMs >= RESEND_MS) {
      this.#handOffMs = atMs
      this.#handedOff ??= new Votes(next)
      for (const member of next.members) if (!this.#handedOff.has(member)) this.#tell(member.peer, next)
    }
    this.#inquiry.tick(this.#incoming !== undefined, atMs)
    const announcement = this.#announcement
    if (announcement === undefined || atMs < announcement.nextMs) return
    announcement.nextMs = atMs + HEARTBEAT_MS
    for (const peer of announcement.waiting) this.#tell(peer, announcement.view)
    if (atMs > announcement.untilMs) this.#announcement = undefined
  }

  /** This replica has seen that `view` is decided: everybody concerned is to know. */
  announce(view: View, former: View, atMs: number): void {
    const peers = new Set([...former.members, ...view.members].map(({ peer }) => peer))
    peers.delete(this.#init.self.peer)
    for (const peer of peers) this.#tell(peer, view)
    this.#announcement = { view, waiting: peers, untilMs: atMs + ANNOUNCE_MS, nextMs: atMs + HEARTBEAT_MS }
    this.learn(view, atMs)
  }

  /** `view` is decided. */
  learn(view: View, atMs: number): void {
    const { ledger, self, effects } = this.#init
    const { floor, view: installed } = ledger.state
    if (view.epoch < floor || (installed !== null && compareViews(view, installed) <= 0)) return
    if (this.#incoming !== undefined && compareViews(view, this.#incoming) < 0) return
    this.#leaveLineage(view)
    if (isMember(view, self)) {
      this.#incoming = newerView(this.#incoming, view)
      this.#install(atMs)
      return
    }
    // At the floor and without a view: what is here may be a base that was promised to an instance after `view` (R7),
    // or be on its way here for one.
    if (installed === null && view.epoch === floor && !this.#isLeftover(atMs)) return
    const handOff = ledger.view !== null || ledger.state.handOff
    const clearing = ledger.state.clearing || (!handOff && ledger.holdsData)
    ledger.save({
      floor: view.epoch,
      view: null,
      next: view,
      promised: null,
      accepted: null,
      handOff,
      clearing
    })
    this.#handedOff = undefined
    this.#incoming = undefined
    if (clearing) effects().clear = true
    this.#init.onChange(null)
  }

  /**
   * An operator accepts that whatever this replica lacks is lost: it goes on alone, in a new lineage, whose views
   * replace all others: also those of an epoch up to `above`, which others know. False if there is nothing here to go on
   * with.
   */
  recover(lineageId: string, above: number, atMs: number): boolean {
    const { ledger, self } = this.#init
    const { newest, last, slot } = ledger
    if (newest === null || ledger.state.clearing || (ledger.view === null && last.sequence === 0))
      return false
    const { peer, store } = self
    const chance = Number.parseInt(lineageId.slice(0, CHANCE_DIGITS), 16)
    const view: View = {
      slot,
      lineage: { number: newest.lineage.number + 1, id: lineageId },
      epoch: Math.max(ledger.state.floor, newest.epoch, above) + RECOVERY_EPOCHS + chance,
      members: [{ peer, store }],
      leader: self,
      base: last
    }
    this.announce(view, newest, atMs)
    return true
  }

  /** A view of another lineage was not decided by those before: what they left here is no prefix of its log. */
  #leaveLineage(view: View): void {
    const { ledger, effects, self, onChange } = this.#init
    const { newest } = ledger
    if (newest === null || view.lineage.id === newest.lineage.id || compareViews(view, newest) < 0) return
    // Whoever recovers goes on with what it has.
    if (sameIncarnation(view.leader, self)) return
    const { state } = ledger
    // Whoever has learned an entry that only the other lineage can have made has of it all that is before that.
    const hasLearned = view.base.epoch > newest.epoch && ledger.log.has(view.base)
    if (hasLearned && state.view === null && !state.handOff) return
    const clearing = state.clearing || ledger.holdsData
    const abandoned = clearing && !state.clearing ? newest.lineage.number : state.abandoned
    const floor = Math.max(state.floor, newest.epoch)
    const nothing = { view: null, promised: null, accepted: null, handOff: false }
    ledger.save({ ...nothing, floor, next: newest, clearing, abandoned })
    if (clearing) effects().clear = true
    onChange(null)
  }

  install(from: Member, { slot, view }: Install, atMs: number): void {
    this.learn(view, atMs)
    const { floor, view: installed } = this.#init.ledger.state
    const done = isMember(view, this.#init.self)
      ? (installed !== null && installed.epoch >= view.epoch) || floor > view.epoch
      : floor >= view.epoch
    if (done) this.#init.voter.answer(from, { type: 'installed', slot, epoch: view.epoch })
  }

  installed(from: Member, { epoch }: Installed): void {
    const { ledger, effects } = this.#init
    if (this.#announcement?.view.epoch === epoch) {
      this.#announcement.waiting.delete(from.peer)
      if (this.#announcement.waiting.size === 0) this.#announcement = undefined
    }
    const { next, handOff } = ledger.state
    if (!handOff || next?.epoch !== epoch) return
    this.#handedOff ??= new Votes(next)
    this.#handedOff.add(from, true)
    if (!this.#handedOff.enough) return
    ledger.save({ handOff: false, clearing: true })
    effects().clear = true
  }

  stale({ view }: Stale, atMs: number): void {
    this.learn(view, atMs)
  }

  needView(from: Member, { epoch }: NeedView): void {
    const { newest } = this.#init.ledger
    if (newest !== null && newest.epoch >= epoch) this.#tell(from.peer, newest)
  }

  /** Has the base of a view that may be decided on disk, and says so. */
  sync(from: Member, message: Sync, atMs: number): void {
    const { ledger, self, voter } = this.#init
    const { slot, instance, ballot, view, current, prev, entries, commit } = message
    const [isPresent, isToBe] = [isMember(current, self), isMember(view, self)]
    if (ledger.state.clearing || !(isPresent || isToBe) || !isMember(current, from)) return
    if (isPresent) this.learn(current, atMs)
    const { floor, view: installed } = ledger.state
    if (instance <= floor || (installed !== null && installed.epoch >= instance)) {
      voter.isPresent(from, instance - 1)
      return
    }
    const isVoter = installed?.epoch === instance - 1
    // Who is none in the view to be keeps its base as a member of the present one, which it has to install first.
    if (!isVoter && !isToBe) return
    if (!isVoter) this.#stepBehind(current)
    if (ledger.abandonIfOther(prev, entries) || ledger.abandonIfOutside(view)) return
    // A majority of the present view has it installed, and what is here is needed now.
    if (ledger.state.handOff) ledger.save({ handOff: false })
    const sequence = ledger.merge(prev, entries, atMs)
    if (sequence !== undefined) ledger.commitTo(Math.min(commit, sequence))
    if (ledger.has(view.base)) {
      if (!isVoter) this.#pledge(instance, current)
      this.#inquiry.pledged(atMs)
      voter.answer(from, { type: 'synced', slot, instance, ballot })
    } else {
      const known = sequence ?? (isVoter ? ledger.last.sequence : ledger.commit)
      voter.answer(from, { type: 'sync-gap', slot, instance, ballot, sequence: known })
    }
  }

  /**
   * What is here is of the lineage of `current` from now on, whatever it was a member of before: the view to be must not
   * find it to be of another one, and have it given up (R7).
   */
  #pledge(instance: number, current: View): void {
    const { ledger } = this.#init
    const { next } = ledger.state
    const pledge = { instance, witnesses: current.members }
    ledger.save({ pledge, next: next === null ? current : newerView(next, current) })
  }

  /** Somebody lacks the base of a view: it gets what lies before the base of the newest one that is known here. */
  fetch(from: Member, { slot, epoch, sequence }: Fetch): void {
    const { ledger, effects, voter } = this.#init
    const { newest, log } = ledger
    if (newest === null || newest.epoch < epoch || ledger.state.clearing || !ledger.has(newest.base)) return
    // Of another lineage it is no answer to what was asked for.
    if (newest.epoch > epoch) this.#tell(from.peer, newest)
    if (sequence < log.start.sequence) {
      effects().snapshots.push(from.peer)
      return
    }
    if (sequence >= newest.base.sequence) return
    const entries = log.after(sequence, ENTRIES_BYTES_MAX, newest.base.sequence)
    const prev = { epoch: log.epochAt(sequence)!, sequence }
    const commit = Math.min(ledger.commit, newest.base.sequence)
    voter.answer(from, { type: 'data', slot, epoch, prev, entries, commit })
  }

  data({ epoch, prev, entries, commit }: Data, atMs: number): void {
    const { ledger } = this.#init
    const view = this.#incoming
    if (view === undefined || view.epoch < ledger.state.floor || ledger.state.clearing) return
    // What was asked for an older view may be of another lineage.
    if (epoch !== view.epoch) return
    // The view is decided, so the one installed here is over, and its entries may give way to those of the base.
    if (ledger.differs(prev)) this.#stepBehind(view)
    if (ledger.abandonIfOther(prev, entries) || !ledger.has(prev)) return
    this.#stepBehind(view)
    if (ledger.state.handOff) ledger.save({ handOff: false })
    const sequence = ledger.merge(prev, entries, atMs)
    if (sequence !== undefined) ledger.commitTo(Math.min(commit, sequence))
    this.#fetchMs = Number.NEGATIVE_INFINITY
    this.#install(atMs)
  }

  /** The table became that of a snapshot. */
  snapshotTaken({ epoch }: EntryId, atMs: number): void {
    const { ledger, onChange } = this.#init
    const { floor, view } = ledger.state
    // An entry of that epoch is decided, so its view was: one before it is over.
    if (floor < epoch) ledger.save({ floor: epoch })
    if (view !== null && view.epoch < epoch) {
      ledger.save({ view: null, next: ledger.state.next ?? view, promised: null, accepted: null })
      onChange(null)
    }
    this.#install(atMs)
  }

  /** A view as new as `view` is decided: one installed here that is older ends, for good. */
  #stepBehind(view: View): void {
    const { ledger, onChange } = this.#init
    const { floor, view: installed } = ledger.state
    if (installed !== null && installed.epoch >= view.epoch) return
    if (installed === null && floor >= view.epoch) return
    ledger.save({
      floor: Math.max(floor, view.epoch),
      view: null,
      next: view,
      promised: null,
      accepted: null
    })
    if (installed !== null) onChange(null)
  }

  #install(atMs: number): void {
    const view = this.#incoming
    const { ledger, effects } = this.#init
    if (view === undefined || ledger.state.clearing) return
    if (view.epoch < ledger.state.floor) {
      this.#incoming = undefined
      return
    }
    if (ledger.abandonIfOutside(view)) return
    if (!ledger.has(view.base)) {
      this.#fetch(atMs)
      return
    }
    // Entries after the base were never decided; but those of this epoch or later came with a sync that was answered.
    const cut = Math.max(view.base.sequence, ledger.commit)
    const after = ledger.log.epochAt(cut + 1)
    if (after !== undefined && after < view.epoch) ledger.truncate(cut)
    const floor = Math.max(ledger.state.floor, view.epoch)
    ledger.save({ floor, view, next: null, promised: null, accepted: null, handOff: false })
    ledger.commitTo(view.base.sequence)
    this.#incoming = undefined
    this.#handedOff = undefined
    const members = view.members.map(({ peer }) => peer)
    effects().events.push({ type: 'view.installed', slot: view.slot, epoch: view.epoch, members })
    this.#init.onChange(view)
  }

  /** Asks one member of the incoming view after the other. */
  #fetch(atMs: number): void {
    const { ledger, self, voter } = this.#init
    const view = this.#incoming!
    if (atMs - this.#fetchMs < RESEND_MS) return
    this.#fetchMs = atMs
    const others = view.members.filter(({ peer }) => peer !== self.peer)
    const asked = others[this.#fetchFrom++ % others.length]
    if (asked === undefined) return
    voter.answer(asked, { type: 'fetch', slot: view.slot, epoch: view.epoch, sequence: ledger.commit })
  }

  #tell(peer: string, view: View): void {
    this.#init.effects().afterPersist.push({ to: peer, message: { type: 'install', slot: view.slot, view } })
  }
}
