/**
 * One run: a ring and its clients, some seconds of faults, then peace, in which everything has to come right again, and
 * at the end the judgement of all checkers.
 */
import { operationIdOf } from './client.ts'
import { Crowd, writeEverySlot } from './crowd.ts'
import { type Answer, agrees, type Call, describeCall, isWrite } from './history.ts'
import { judgeHistory } from './judgement.ts'
import { drawOptions, type RunOptions, type Wish } from './options.ts'
import { Recovery } from './recovery.ts'
import { drawSchedule, type Step } from './schedule.ts'
import { type StaleRead, StaleReads } from './stale-reads.ts'
import { UsersRing } from './users-ring.ts'

export interface Verdict {
  readonly seed: string
  readonly faults: readonly string[]
  /** Histories that the search could not decide about. */
  readonly undecided: number
  readonly counts: ReadonlyMap<string, number>
  /** Hex, over everything that was sent. */
  readonly trace: string
  readonly events: number
  readonly calls: number
  readonly virtualMs: number
}

/** Within so long after the last fault every slot has a leader with a majority that follows it. */
const LEADERS_MS = 10_000
const CLIENTS_MS = 20_000
/** Two passes of a scrub, wherever it was. */
const SCRUBBED_MS = 10_000
/** Peers that start look for their ring, and rings that were cut for each other. */
const ONE_RING_MS = 30_000
/** Members that lost their disk are replaced. */
const COMPLETE_MS = 60_000
/** What is committed is on the disk of every member, in its table; a snapshot that got lost is given up first. */
const EQUAL_MS = 10_000
/**
 * Whoever is a member no more has dropped what it had. Who is to become one keeps it while the change is under way, and
 * that waits for another one that died over its snapshot: two at a time are given up when nothing moved for 5 s.
 */
const RELEASED_MS = 20_000
/** Nobody renews them any more. */
const LEASES_MS = 10_000
/** Longer than any run, and shorter than the leases that are to end in none. */
const LONG_MS = 1_000_000
/** No view changed for so long: everything is where it should be. */
const QUIET_MS = 3_000
const QUIET_WITHIN_MS = 60_000

export class Run {
  readonly #wish: Wish
  readonly #options: RunOptions
  readonly #ring: UsersRing
  readonly #crowd: Crowd
  readonly #history: Call[] = []
  readonly #schedule: readonly Step[]
  readonly #staleReads = new StaleReads()

  constructor(seed: string, wish: Wish = {}, schedule?: readonly Step[]) {
    this.#wish = wish
    this.#options = drawOptions(seed, wish)
    this.#schedule = schedule ?? drawSchedule(this.#options)
    this.#ring = new UsersRing(this.#options)
    this.#crowd = this.#newCrowd()
    const { witness, time } = this.#ring
    time.watch = () => {
      if (witness.faults.length > 0) throw new Halt()
    }
  }

  async finish(): Promise<Verdict> {
    const { witness, time, network } = this.#ring
    try {
      await this.#live()
      this.#judge()
      if (this.#wish.recovery) await new Recovery(this.#ring).finish()
    } catch (error) {
      if (!(error instanceof Halt)) witness.fault((error as Error).stack ?? String(error))
    }
    return {
      seed: this.#options.seed,
      faults: witness.faults,
      undecided: witness.counts.get('history undecided') ?? 0,
      counts: witness.counts,
      trace: network.trace(),
      events: time.fired,
      calls: this.#history.length,
      virtualMs: time.monotonic()
    }
  }

  async #live(): Promise<void> {
    const { time } = this.#ring
    const { chaosMs, core } = this.#options
    await this.#ring.begin()
    const calling = this.#crowd.run()
    const beganMs = time.monotonic()
    for (const step of this.#schedule) time.timer(step.atMs, () => this.#ring.faults.apply(step))
    if (core) time.timer(chaosMs / 2, () => this.#ring.breakOne())
    await time.pass(chaosMs - (time.monotonic() - beganMs))
    this.#ring.heal()
    await this.#makePeace(calling)
  }

  #newCrowd(): Crowd {
    const { users, usersMs } = this.#options
    const { time, witness } = this.#ring
    return new Crowd(this.#ring, 'client', 'c', {
      user: random => `user-${Math.floor(time.monotonic() / usersMs)}-${Math.floor(random.next() * users)}`,
      committed: user => witness.slot(this.#ring.slotOf(user)).committed.length,
      onCall: call => this.#called(call),
      onRepeat: (call, again) => this.#repeated(call, again),
      onStaleRead: (user, seen) => this.#readStale(user, seen),
      onLease: (user, granted) => this.#leased(user, granted)
    })
  }

  #called(call: Call): void {
    const { witness } = this.#ring
    const { answer, user, request, idempotencyKey } = call
    this.#history.push(call)
    witness.count(`answer ${request.kind} ${answer.kind}`)
    if (answer.kind !== 'done' || request.kind === 'delete') return
    if (answer.version === undefined) {
      witness.count('write replayed')
      return
    }
    const truth = witness.slot(this.#ring.slotOf(user))
    const [epoch, sequence] = answer.version.split('.').map(Number) as [number, number]
    const view = truth.views.get(epoch)
    if (view === undefined) witness.fault(`invariant 13: version ${answer.version} is of no epoch`)
    else truth.claimed(view.leader, { epoch, sequence }, 'answered')
    if (truth.sequenceOf(operationIdOf(user, idempotencyKey!)) !== sequence)
      witness.fault(`invariant 13: ${describeCall(call)} is not in the log where it says`)
  }

  #repeated(call: Call, again: Answer): void {
    const { witness } = this.#ring
    witness.count(`write repeated ${again.kind}`)
    if (!agrees(call, again))
      witness.fault(
        `invariant 14: ${describeCall(call)} was told ${JSON.stringify(again)} when it was repeated`
      )
  }

  #leased(user: string, granted?: { readonly calledMs: number; readonly ttlMs: number }): void {
    const { leases } = this.#ring.witness
    if (granted === undefined) leases.asked(user)
    else leases.acknowledged(user, granted.calledMs, granted.ttlMs)
  }

  #readStale(user: string, read: Omit<StaleRead, 'user' | 'answeredMs' | 'start'>): void {
    const { witness, time } = this.#ring
    witness.count('answer stale read')
    const answeredMs = time.monotonic()
    const { replica, calledMs } = read
    const start = replica === undefined ? undefined : this.#ring.startSince(replica, calledMs)
    this.#staleReads.add(this.#ring.slotOf(user), { ...read, user, answeredMs, start })
  }

  /** Liveness, once nothing fails any more. */
  async #makePeace(calling: Promise<void>): Promise<void> {
    const { time, witness, slots } = this.#ring
    const must = async (what: string, ms: number, holds: (slot: number) => boolean) => {
      if (await time.until(() => slots.every(holds), ms)) return
      const not = slots.filter(slot => !holds(slot))
      witness.fault(`liveness: slots that ${what} within ${ms} ms: ${not}${this.#describe(not)}`)
      throw new Halt()
    }
    // A leader whose disk hangs is found out by the first write, and some slots have no user.
    const first = slots.map(slot => this.#callFirst(slot))
    if (!(await time.until(() => this.#ring.isSound, SCRUBBED_MS)))
      witness.fault('a value is damaged on a disk, and nobody has found it')
    await must('have no leader', LEADERS_MS, slot => this.#ring.leaderOf(slot) !== undefined)
    this.#crowd.stop()
    await time.finish(Promise.all([calling, ...first]), CLIENTS_MS)
    this.#ring.bringAllBack()
    if (!(await time.until(() => this.#ring.allReady && this.#ring.isOneRing, ONE_RING_MS)))
      witness.fault('liveness: the peers are not one ring again')
    await writeEverySlot(this.#ring, this.#crowd.first, 'last', slots)
    await must('are not followed by all members', COMPLETE_MS, slot => this.#ring.isFollowed(slot))
    // A peer that is broken for ever may stay a member where there is nobody else.
    if (!this.#options.core)
      await must('have too few members', COMPLETE_MS, slot => this.#ring.isComplete(slot))
    await must(
      'have leases that are over',
      LEASES_MS,
      slot => this.#ring.witness.slot(slot).leases(LONG_MS) === 0
    )
    await must('are not equal at all members', EQUAL_MS, slot => this.#isEqual(slot))
    await must('are kept by former members', RELEASED_MS, slot => this.#ring.isReleased(slot, RELEASED_MS))
    await this.#settle(slots)
  }

  /** A write of a user of its own. */
  #callFirst(slot: number): Promise<Answer> {
    const request = { kind: 'set', mark: `first-${slot}` } as const
    return this.#crowd.first.call(this.#ring.userOf(slot, 'first'), request, { stubborn: true })
  }

  #isEqual(slot: number): boolean {
    const { witness } = this.#ring
    const truth = witness.slot(slot)
    return truth.newest!.members.every(
      member =>
        this.#ring.isBroken(member.peer) ||
        witness.replicaOf(member, slot)?.applied.sequence === truth.committed.length
    )
  }

  /** Everything finds its place, and then nothing changes any more. */
  async #settle(slots: readonly number[]): Promise<void> {
    const { time, witness } = this.#ring
    let epochs = ''
    let sinceMs = time.monotonic()
    const quiet = () => {
      const now = slots.map(slot => witness.slot(slot).newest!.epoch).join()
      if (now !== epochs) sinceMs = time.monotonic()
      epochs = now
      return time.monotonic() - sinceMs >= QUIET_MS
    }
    if (!(await time.until(quiet, QUIET_WITHIN_MS)))
      witness.fault(`liveness: views change for ever: ${this.#describe(slots)}`)
  }

  #describe(slots: readonly number[]): string {
    return slots
      .map(slot => {
        const truth = this.#ring.witness.slot(slot)
        const { epoch, members, leader } = truth.newest!
        const at = this.#ring.peers.map(peer => {
          const tally = peer.node?.tally().slots.find(other => other.slot === slot)
          const state = this.#ring.witness.replicaOf(peer.member, slot)?.state
          const role = tally === undefined ? '-' : tally.leads ? 'leads' : tally.sealed ? 'sealed' : 'follows'
          const current = tally?.current.map(short)
          return `${short(peer.peer)}${peer.running ? '' : ' off'}: ${role} ${tally?.epoch} [${current}] floor ${state?.floor} next ${state?.next?.epoch}`
        })
        return `\n  slot ${slot} epoch ${epoch} of ${members.map(({ peer }) => short(peer))}, leader ${short(leader.peer)} boot ${leader.boot}, ${truth.committed.length} entries\n    ${at.join('\n    ')}`
      })
      .join('')
  }

  #judge(): void {
    const { witness } = this.#ring
    judgeHistory(this.#history, witness)
    for (const call of this.#history.filter(isWrite)) this.#checkLogged(call)
    for (const call of this.#history) this.#checkFresh(call)
    for (let slot = 0; slot < this.#options.slots; slot++) {
      for (const fault of this.#staleReads.faults(slot, witness.slot(slot))) witness.fault(fault)
    }
    for (const defect of this.#ring.defects) witness.fault(defect)
  }

  /** What was answered is in the log, and what was refused for certain is in none. */
  #checkLogged(call: Call): void {
    const { witness } = this.#ring
    const { answer, user, request, idempotencyKey } = call
    const truth = witness.slot(this.#ring.slotOf(user))
    const operation = operationIdOf(user, idempotencyKey!)
    if (answer.kind === 'rejected' && truth.wasLogged(operation))
      witness.fault(`invariant 16: ${describeCall(call)} was rejected, and is in a log`)
    const remembered =
      answer.kind === 'done' ||
      answer.kind === 'absent' ||
      answer.kind === 'offline' ||
      (answer.kind === 'conflict' && request.kind === 'create')
    const impossible = request.kind === 'replace' && answer.kind === 'conflict'
    if (remembered && !impossible && truth.sequenceOf(operation) === undefined)
      witness.fault(`invariant 13: ${describeCall(call)} was answered, and is not committed`)
  }

  /** What a strong operation showed was so when it was asked, or later. */
  #checkFresh(call: Call): void {
    const { answer, user, committedBefore = 0 } = call
    if (answer.kind !== 'read' && answer.kind !== 'conflict') return
    const { witness } = this.#ring
    if (
      witness.slot(this.#ring.slotOf(user)).firstShowing(user, answer.version, committedBefore) === undefined
    )
      witness.fault(
        `invariant 15: ${describeCall(call)} shows what was over when ${committedBefore} were committed`
      )
  }
}

/** Ends a run in which something is wrong already. */
class Halt extends Error {}

function short(peer: string): string {
  return `…${peer.slice(-4)}`
}
