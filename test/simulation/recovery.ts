/**
 * What follows a run that is to end in a recovery: under load some peers are lost at once, so that slots have no majority
 * any more, and an operator goes on with what the others have (`ring recover`). One of the lost comes back later with its
 * old disk, on which there may be more than what went on, the rest with empty ones; and things fail as before.
 *
 * Slots that keep their majority are judged as ever. Of the others the witness is told to look away, and what must hold is
 * seen from outside: none but they are touched, each once; all that the chosen peer had goes on; nothing of what was
 * given up comes back, and who had it saves it; what is acknowledged from then on is linearizable; and in the end every
 * slot has all its copies, and they are equal.
 */
import type { Peer } from '../../src/chord/ring-node.ts'
import { compareIds } from '../../src/replica/entry.ts'
import { majority } from '../../src/replica/quorum.ts'
import { RECOVERY_EPOCHS } from '../../src/replica/view.ts'
import { pick, type Random, sample } from '../../src/runtime.ts'
import type { User } from '../../src/users/user.ts'
import type { Spot } from './ambush.ts'
import { type Client, seenOf } from './client.ts'
import { Crowd, type Hooks, newClient, writeEverySlot } from './crowd.ts'
import { reachOf, usersOnDisk } from './disk-users.ts'
import { type Answer, agrees, asWritten, type Call, describeCall, readAs, type State } from './history.ts'
import { judgeHistory } from './judgement.ts'
import { checkLinearizable } from './linearizability.ts'
import type { Fault, RunOptions } from './options.ts'
import type { SimulatedPeer } from './peer.ts'
import { seededRandom } from './random.ts'
import { drawSchedule, type Step } from './schedule.ts'
import type { UsersRing } from './users-ring.ts'

/** Of those of the time before the half with odd numbers is written again afterwards. */
const OLD_USERS = 12
const OLD_AGAIN = 0.3
const LOAD_MS = 4_000
/** Only who is on the way to become a member says or writes so. */
const LEARNING: readonly Spot[] = ['learned', 'a pledge']
/** So long those who are left miss what the others commit, at most; these hear them, and see no reason to change a leader. */
const DEAF_MS = 2_000
/** Leaders without majority have stepped down, and nothing of before is under way. */
const OVER_MS = 8_000
/** Slots that can have a leader have one. */
const LED_MS = 3_000
const RECOVERED_MS = 30_000
const BACK_MS = 5_000
const CHAOS_MS = 7_000
const ONE_RING_MS = 60_000
const COMPLETE_MS = 60_000
const CALLS_MS = 30_000
/** Members apply what is committed, and who was given up is told. */
const EQUAL_MS = 10_000
/** Another disk lost would be another loss of what was acknowledged. */
const NOT_AFTER_A_LOSS: ReadonlySet<Fault> = new Set(['wipe', 'roll-back', 'damage'])

/** The faults that follow the recovery. */
export function drawAftermath(options: RunOptions): Step[] {
  return drawSchedule({
    ...options,
    seed: `${options.seed} after the recovery`,
    chaosMs: CHAOS_MS,
    faults: options.faults.filter(fault => !NOT_AFTER_A_LOSS.has(fault))
  })
}

export class Recovery {
  readonly #ring: UsersRing
  readonly #random: Random
  readonly #history: Call[] = []
  readonly #auditor: Client
  /** Slots that lost their majority, and of them those that an operator went on with: from whose disk, and what it had. */
  readonly #stopped = new Set<number>()
  readonly #recovered = new Map<number, { readonly from: SimulatedPeer; readonly users: Map<string, User> }>()
  /** How users of before were found when that was done. */
  readonly #found = new Map<string, State>()
  /** What the one that comes back had as a member, by slot. */
  readonly #kept = new Map<number, Map<string, User>>()
  #lostMs = Number.POSITIVE_INFINITY
  #foundMs = Number.POSITIVE_INFINITY

  constructor(ring: UsersRing) {
    this.#ring = ring
    this.#random = seededRandom(ring.options.seed, 'recovery')
    this.#auditor = newClient(
      ring,
      'auditor',
      'auditor-',
      0,
      this.#hooks(() => '')
    )
  }

  async finish(): Promise<void> {
    const { time, witness } = this.#ring
    const peers = this.#ring.running()
    if (peers.length < 2) {
      witness.count('nobody to lose')
      return
    }
    const before = new Crowd(this.#ring, 'client before a recovery', 'before-', this.#hooks(oldUser))
    const callingBefore = before.run()
    const learner = await this.#untilSomebodyLearns()
    const drawn = sample(this.#random, peers, 1 + Math.floor(this.#random.next() * (peers.length - 1)))
    const first = learner !== undefined && this.#random.next() < 0.5 ? [learner] : []
    const lost = [...new Set([...first, ...drawn])].slice(0, drawn.length)
    await this.#lose(lost, learner === undefined ? this.#random.next() * DEAF_MS : 0)
    before.stop()
    const userAfter = (random: Random) => this.#userAfter(random)
    const after = new Crowd(this.#ring, 'client after a recovery', 'after-', this.#hooks(userAfter))
    const callingAfter = after.run()
    await time.pass(OVER_MS)
    await time.finish(callingBefore, CALLS_MS)
    this.#findStopped(lost)
    await this.#operate(peers.filter(peer => !lost.includes(peer)))
    this.#foundMs = time.monotonic()
    await this.#live(lost)
    after.stop()
    await time.finish(callingAfter, CALLS_MS)
    await this.#converge(lost[0]!)
    for (const defect of this.#ring.defects) witness.fault(defect)
    this.#judge()
  }

  /** Old users are judged by what is asked of them here, apart from repeats: what was answered before may be lost. */
  #hooks(user: (random: Random) => string): Hooks {
    return {
      user,
      committed: () => 0,
      onCall: call => this.#history.push(call),
      onRepeat: (call, again) => {
        if (!isOld(call.user) && !agrees(call, again))
          this.#ring.witness.fault(
            `${describeCall(call)} was told ${JSON.stringify(again)} when it was repeated`
          )
      },
      onStaleRead: () => {},
      onLease: () => {}
    }
  }

  #userAfter(random: Random): string {
    const { time, options } = this.#ring
    const isFound = time.monotonic() > this.#foundMs
    if (isFound && random.next() < OLD_AGAIN) {
      const old = oldUser(random)
      if (isWrittenAgain(old) && this.#found.has(old)) return old
    }
    return `new-${Math.floor(time.monotonic() / options.usersMs)}-${Math.floor(random.next() * options.users)}`
  }

  /**
   * In half of the runs: members change, and some peer is on the way to become one. It may have more than who goes on,
   * and is known to nobody as one who had.
   */
  async #untilSomebodyLearns(): Promise<SimulatedPeer | undefined> {
    const { time, faults, witness } = this.#ring
    let learner: SimulatedPeer | undefined
    let waitMs = this.#random.next() * LOAD_MS
    if (this.#random.next() < 0.5) {
      faults.apply({ atMs: 0, kind: 'lie', ms: LOAD_MS, salt: Math.floor(this.#random.next() * 1_000) })
      faults.ambushes.set(pick(this.#random, LEARNING)!, 1 + Math.floor(this.#random.next() * 3), peer => {
        learner = peer
      })
      waitMs = LOAD_MS
    }
    await time.until(() => learner !== undefined, waitMs, 1)
    faults.ambushes.clear()
    if (learner !== undefined) witness.count('lost while somebody learned')
    return learner
  }

  /** For a moment some of those who are left hear nothing of the others, and then these are gone: all but the first for good. */
  async #lose(lost: readonly SimulatedPeer[], deafMs: number): Promise<void> {
    const { network, time } = this.#ring
    const gone = new Set(lost.map(({ peer }) => peer))
    const deaf = new Set(this.#ring.running().filter(() => this.#random.next() < 0.7))
    const mend = network.cut((from, to) => gone.has(from) && !gone.has(to) && deaf.has(this.#ring.peerOf(to)))
    await time.pass(deafMs)
    for (const peer of lost) {
      this.#ring.keepAway(peer)
      peer.crash(this.#random.next())
    }
    mend()
    this.#lostMs = time.monotonic()
    for (const peer of lost.slice(1)) peer.wipe()
  }

  /** Slots that nobody leads any more, also those that chose members after the loss who were lost. */
  #findStopped([back, ...others]: readonly SimulatedPeer[]): void {
    const { witness, slots } = this.#ring
    const gone = new Set([back!, ...others].map(({ peer }) => peer))
    for (const slot of slots) {
      if (this.#goesOn(slot, gone)) continue
      this.#stopped.add(slot)
      witness.end(slot)
      const disk = witness.replicaOf(back!.member, slot)
      if (disk !== undefined && disk.state.view !== null) this.#kept.set(slot, usersOnDisk(disk))
    }
  }

  /**
   * A majority of its newest view is left, and one of them knows that it is decided: if only those did that are gone, the
   * rest cannot tell.
   */
  #goesOn(slot: number, gone: ReadonlySet<Peer>): boolean {
    const { witness } = this.#ring
    const { epoch, members } = witness.slot(slot).newest!
    const left = members.filter(({ peer }) => !gone.has(peer))
    return (
      left.length >= majority(members.length) &&
      left.some(member => witness.replicaOf(member, slot)?.state.view?.epoch === epoch)
    )
  }

  /** One peer after the other, until no slot is left of which one of them has a copy; then all old users are looked for. */
  async #operate(peers: readonly SimulatedPeer[]): Promise<void> {
    const { time, witness } = this.#ring
    let missing: readonly number[] = []
    for (const from of peers) {
      const { peer, node } = from
      if (node === undefined) continue
      const had = new Map(this.#ring.slots.map(slot => [slot, this.#usersAt(from, slot)]))
      const newer = new Map(this.#ring.slots.map(slot => [slot, this.#hasNewer(slot, from)]))
      const report = await time.finish(node.recover({ slots: 'all', from: peer }), RECOVERED_MS)
      for (const slot of report.recovered) {
        witness.count('slot recovered')
        if (this.#recovered.has(slot)) witness.fault(`slot ${slot} was recovered twice`)
        if (!this.#stopped.has(slot)) witness.fault(`slot ${slot} was recovered, and had a majority`)
        this.#recovered.set(slot, { from, users: had.get(slot)! })
        if (newer.get(slot)) witness.fault(`slot ${slot} was recovered from a copy with less than there was`)
      }
      missing = report.elsewhere
      if (missing.length === 0) break
    }
    for (const slot of missing) {
      witness.count('slot without a copy')
      if (this.#ring.talliesOf(slot).length > 0)
        witness.fault(`slot ${slot} has a copy, and was not recovered`)
    }
    for (let number = 0; number < OLD_USERS; number++) await this.#find(`old-${number}`)
  }

  /** Somebody else who is there has more of it. A learner that has heard of no view yet does not know what it has. */
  #hasNewer(slot: number, from: SimulatedPeer): boolean {
    const { witness } = this.#ring
    const reach = ({ member }: SimulatedPeer) => reachOf(witness.replicaOf(member, slot))
    return this.#ring.running().some(peer => compareIds(reach(peer), reach(from)) > 0)
  }

  #usersAt({ member }: SimulatedPeer, slot: number): Map<string, User> {
    const disk = this.#ring.witness.replicaOf(member, slot)
    return disk === undefined ? new Map() : usersOnDisk(disk)
  }

  /** Nothing fails now, so whoever is kept anywhere is found, and as the chosen copy has it. */
  async #find(user: string): Promise<void> {
    const { witness } = this.#ring
    const slot = this.#ring.slotOf(user)
    const recovered = this.#recovered.get(slot)
    if (this.#found.has(user) || (this.#stopped.has(slot) && recovered === undefined)) return
    const answer = await this.#ask(user)
    if (answer.kind !== 'read') {
      witness.fault(`${user} is not answered for after the recovery: ${JSON.stringify(answer)}`)
      return
    }
    this.#found.set(user, answer.state)
    if (recovered === undefined) return
    const had = seenOf(recovered.users.get(user))
    if (had.state !== answer.state || had.version !== answer.version)
      witness.fault(`${user} was ${JSON.stringify(had)} in the copy chosen, and is ${JSON.stringify(answer)}`)
    this.#history.push(...asWritten(user, answer, this.#lostMs))
  }

  async #live(lost: readonly SimulatedPeer[]): Promise<void> {
    const { time, options, faults } = this.#ring
    this.#ring.disturb()
    for (const step of drawAftermath(options)) time.timer(step.atMs, () => faults.apply(step))
    for (const peer of lost) time.timer(this.#random.next() * BACK_MS, () => this.#ring.bringBack(peer))
    await time.pass(CHAOS_MS)
    this.#ring.heal()
    this.#ring.bringAllBack()
  }

  /** `back` has its old disk, and of some slots perhaps the only copy. */
  async #converge(back: SimulatedPeer): Promise<void> {
    const { time, witness, faults } = this.#ring
    const isCalm = () => this.#ring.allReady && this.#ring.isOneRing && !faults.leaving
    if (!(await time.until(isCalm, ONE_RING_MS)))
      witness.fault('liveness: the peers are not one ring again after a recovery')
    await time.pass(LED_MS)
    await this.#operate([...new Set([back, ...this.#ring.running()])])
    const slots = this.#ring.slots.filter(slot => !this.#stopped.has(slot) || this.#recovered.has(slot))
    const isWhole = (slot: number) => this.#isWhole(slot)
    if (!(await time.until(() => slots.every(isWhole), COMPLETE_MS))) {
      const said = slots
        .filter(slot => !isWhole(slot))
        .map(slot => JSON.stringify(this.#ring.talliesOf(slot)))
      witness.fault(`liveness: slots are not whole after a recovery:\n${said.join('\n')}`)
    }
    await writeEverySlot(this.#ring, this.#auditor, 'whole', slots)
    for (const user of new Set(this.#history.map(call => call.user))) {
      if (slots.includes(this.#ring.slotOf(user))) await this.#compare(user)
    }
    await this.#checkSaved(back)
  }

  /** A user is the same at every member, and as it was found if nobody wrote it since. */
  async #compare(user: string): Promise<void> {
    const { witness, time } = this.#ring
    const answer = await this.#ask(user)
    if (answer.kind !== 'read') {
      witness.fault(`${user} is not answered for: ${JSON.stringify(answer)}`)
      return
    }
    const { state } = answer
    if (isOld(user) && !isWrittenAgain(user) && this.#found.get(user) !== state)
      witness.fault(`${user} was ${this.#found.get(user)} after the recovery, and is ${state}`)
    const slot = this.#ring.slotOf(user)
    for (const peer of this.#ring.placeOf(slot).members) {
      let seen: State
      const isEqual = () => {
        seen = seenOf(this.#usersAt(this.#ring.peerOf(peer), slot).get(user)).state
        return seen === state
      }
      if (!(await time.until(isEqual, EQUAL_MS)))
        witness.fault(`…${peer.slice(-4)} has ${user} as ${seen}, it is ${state}`)
    }
  }

  /** As many copies as there can be, all of one view, whose leader nobody competes with. */
  #isWhole(slot: number): boolean {
    const tallies = this.#ring.talliesOf(slot)
    const [leader, ...rivals] = tallies.filter(({ leads }) => leads)
    const isAlone = leader !== undefined && rivals.length === 0 && !leader.sealed
    if (!isAlone || !this.#ring.isComplete(slot)) return false
    const { epoch, members, current } = leader
    const present = tallies.filter(({ peer }) => members.includes(peer))
    const isFull = [present, current].every(({ length }) => length === members.length)
    return isFull && present.every(tally => tally.epoch === epoch)
  }

  /** Of slots that went on from another copy it gave up all that it had, and saved that before. */
  async #checkSaved(back: SimulatedPeer): Promise<void> {
    const { time, witness, peers } = this.#ring
    for (const { peer, saved } of peers)
      if (saved.some(line => Number.parseInt((JSON.parse(line) as User).version, 10) >= RECOVERY_EPOCHS))
        witness.fault(`…${peer.slice(-4)} gave up what was written after the recovery`)
    if (back.left) return
    const givenUp = [...this.#kept].filter(([slot]) => this.#recovered.get(slot)?.from !== back)
    const users = givenUp.flatMap(([slot, had]) => (this.#recovered.has(slot) ? [...had.values()] : []))
    const unsaved = () => {
      const saved = new Set(back.saved.map(line => idOf(JSON.parse(line) as User)))
      return users.filter(user => !saved.has(idOf(user)))
    }
    if (!(await time.until(() => unsaved().length === 0, EQUAL_MS)))
      witness.fault(`…${back.peer.slice(-4)} gave up ${unsaved().map(idOf)} without saving it`)
    witness.count('user saved for people', users.length)
  }

  #ask(user: string): Promise<Answer> {
    return this.#ring.time.finish(this.#auditor.call(user, { kind: 'get' }, { stubborn: true }), CALLS_MS)
  }

  /**
   * Old users of a recovered slot have two histories: what was acknowledged before may be lost, and the second one
   * begins with what was found.
   */
  #judge(): void {
    const { witness } = this.#ring
    const isSplit = (user: string) => isOld(user) && this.#recovered.has(this.#ring.slotOf(user))
    const calls = this.#history.map(call =>
      isSplit(call.user) && call.calledMs > this.#lostMs ? { ...call, user: `${call.user} again` } : call
    )
    judgeHistory(calls, witness)
    for (const [user, state] of this.#found) {
      if (!isSplit(user)) continue
      const before = calls.filter(call => call.user === user)
      if (checkLinearizable([...before, readAs(user, state, this.#foundMs)]).kind === 'no')
        witness.count('acknowledged user lost')
    }
  }
}

function oldUser(random: Random): string {
  return `old-${Math.floor(random.next() * OLD_USERS)}`
}

function isOld(user: string): boolean {
  return user.startsWith('old-')
}

function isWrittenAgain(old: string): boolean {
  return Number(old.slice('old-'.length)) % 2 === 1
}

function idOf({ id, version }: User): string {
  return `${id} ${version}`
}
