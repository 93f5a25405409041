/**
 * What follows a run that is to end in a recovery: under load some peers are lost at once, so that slots have no majority
 * any more, and an operator goes on with what the others have (`ring recover`). One of the lost comes back later with its
 * old disk, on which there may be more than what went on, the rest with empty ones; and things fail as before.
 *
 * From the loss on the disks do not continue what was decided, so the witness looks away. What must hold is seen by
 * clients and operators: only slots without majority are touched, each once; what went on stays, and nothing of what
 * was given up comes back; everything acknowledged afterwards is linearizable; and all peers agree at the end.
 */
import { keyOf } from '../../src/ring/position.ts'
import { slotOf } from '../../src/ring/slot.ts'
import { pick, type Random, sample } from '../../src/runtime.ts'
import type { SlotTally } from '../../src/users/users-rpc.ts'
import type { Spot } from './ambush.ts'
import { Client, seenOf } from './client.ts'
import type { Answer, Call, State } from './history.ts'
import { judgeHistory } from './judgement.ts'
import { checkLinearizable } from './linearizability.ts'
import type { Fault } from './options.ts'
import type { SimulatedPeer } from './peer.ts'
import { seededRandom } from './random.ts'
import { drawSchedule } from './schedule.ts'
import type { UsersRing } from './users-ring.ts'

/** All that is read again at the end. */
const OLD_USERS = 12
const LEARNING: readonly Spot[] = ['learned', 'synced', 'a pledge']
const LOAD_MS = 4_000
/** So long those who are left miss what the others commit, at most; these hear them, and see no reason to change a leader. */
const DEAF_MS = 2_000
/** Leaders without majority have stepped down, calls of before have ended, and nothing of them is under way. */
const OVER_MS = 8_000
/** Slots that can have a leader have one. */
const LED_MS = 3_000
const RECOVERED_MS = 30_000
const BACK_MS = 5_000
const CHAOS_MS = 7_000
const ONE_RING_MS = 60_000
const COMPLETE_MS = 60_000
const CALLS_MS = 30_000
/** Members apply what is committed. */
const EQUAL_MS = 10_000
const LOOK_MS = 50
/** Another disk lost would be another loss of what was acknowledged. */
const NOT_AFTER_A_LOSS: ReadonlySet<Fault> = new Set(['wipe', 'roll-back', 'damage'])

export class Recovery {
  readonly #ring: UsersRing
  readonly #random: Random
  readonly #history: Call[] = []
  readonly #calling: Promise<void>[] = []
  /** Slots that an operator went on with. */
  readonly #recovered = new Set<number>()
  /** How users were found when it was done. */
  readonly #found = new Map<string, State>()
  readonly #auditor: Client
  #lostMs = Number.POSITIVE_INFINITY
  #foundMs = Number.POSITIVE_INFINITY

  constructor(ring: UsersRing) {
    this.#ring = ring
    this.#random = seededRandom(ring.options.seed, 'recovery')
    this.#auditor = this.#client('auditor-', 0, () => '')
  }

  async finish(): Promise<void> {
    const { time, witness } = this.#ring
    const peers = this.#ring.running()
    if (peers.length < 2) return
    const before = this.#startClients('before-', random => `old-${Math.floor(random.next() * OLD_USERS)}`)
    const learner = await this.#untilSomebodyLearns()
    const lost = sample(this.#random, peers, 1 + Math.floor(this.#random.next() * (peers.length - 1)))
    if (learner !== undefined && this.#random.next() < 0.5) putFirst(lost, learner)
    const left = peers.filter(peer => !lost.includes(peer))
    await this.#lose(lost, left, learner === undefined ? this.#random.next() * DEAF_MS : 0)
    for (const client of before) client.stop()
    const { usersMs, users } = this.#ring.options
    const after = this.#startClients(
      'after',
      random => `new-${Math.floor(time.monotonic() / usersMs)}-${Math.floor(random.next() * users)}`
    )
    await time.pass(OVER_MS)
    const missing = await this.#operate(left)
    await this.#find(missing)
    this.#foundMs = time.monotonic()
    await this.#live(lost)
    for (const client of after) client.stop()
    await time.finish(Promise.all(this.#calling), CALLS_MS)
    await this.#converge(lost)
    for (const defect of this.#ring.defects) witness.fault(defect)
    judgeHistory(
      this.#history.filter(call => this.#isToBeExplained(call)),
      witness
    )
    witness.count('acknowledged user lost', this.#usersLost)
  }

  /**
   * In half of the runs: members change, and some peer is on the way to become one. It may have more than who goes on,
   * and is known to nobody as one who had.
   */
  async #untilSomebodyLearns(): Promise<SimulatedPeer | undefined> {
    const { time, faults } = this.#ring
    let learner: SimulatedPeer | undefined
    if (this.#random.next() < 0.5) {
      faults.apply({ atMs: 0, kind: 'lie', ms: LOAD_MS, salt: Math.floor(this.#random.next() * 1_000) })
      faults.ambushes.set(pick(this.#random, LEARNING)!, 1 + Math.floor(this.#random.next() * 8), peer => {
        learner = peer
      })
    }
    await time.until(() => learner !== undefined, this.#random.next() * LOAD_MS, 1)
    faults.ambushes.clear()
    return learner
  }

  #startClients(when: string, user: (random: Random) => string): Client[] {
    return Array.from({ length: this.#ring.options.clients }, (_, number) => {
      const client = this.#client(when, number, user)
      this.#calling.push(client.run())
      return client
    })
  }

  #client(when: string, number: number, user: (random: Random) => string): Client {
    const { options, time } = this.#ring
    const draw = (what: string) => seededRandom(options.seed, `${when} recovery, client ${number} ${what}`)
    const random = draw('calls')
    return new Client({
      name: `${when}${number}`,
      time,
      random,
      repeating: draw('repeats'),
      leasing: draw('leases'),
      thinkMs: options.thinkMs,
      gateway: () => this.#ring.gateway(number, random),
      user,
      committed: () => 0,
      onCall: call => this.#history.push(call),
      onRepeat: () => {}, // what was answered before a loss may be lost
      onStaleRead: () => {},
      onLease: () => {}
    })
  }

  /** For a moment those who are left hear nothing of the others, and then these are gone. */
  async #lose(lost: readonly SimulatedPeer[], left: readonly SimulatedPeer[], deafMs: number): Promise<void> {
    const { network, time, witness } = this.#ring
    const gone = new Set(lost.map(({ peer }) => peer))
    const mend = network.cut((from, to) => gone.has(from) && !gone.has(to))
    await time.pass(deafMs)
    witness.end()
    for (const peer of lost) {
      this.#ring.keepAway(peer)
      peer.crash(this.#random.next())
    }
    mend()
    this.#lostMs = time.monotonic()
    witness.count(`lost for good: ${lost.length} of ${lost.length + left.length}`)
    for (const peer of lost.slice(1)) peer.wipe()
  }

  /** One peer after the other, until no slot is left of which one of them has a copy. Tells which are left. */
  async #operate(peers: readonly SimulatedPeer[]): Promise<readonly number[]> {
    const { time, witness } = this.#ring
    let missing: readonly number[] = []
    for (const { peer, node } of peers) {
      if (node === undefined) continue
      const stuck = this.#slotsWithout(peers)
      const report = await time.finish(node.recover({ slots: 'all', from: peer }), RECOVERED_MS)
      for (const slot of report.recovered) {
        witness.count('slot recovered')
        if (this.#recovered.has(slot)) witness.fault(`slot ${slot} was recovered twice`)
        if (!stuck.has(slot)) witness.fault(`slot ${slot} was recovered, and had a leader`)
        this.#recovered.add(slot)
      }
      missing = report.elsewhere
      if (missing.length === 0) break
    }
    for (const slot of missing) {
      witness.count('slot without a copy')
      if (this.#talliesOf(slot).length > 0) witness.fault(`slot ${slot} has a copy, and was not recovered`)
    }
    return missing
  }

  #slotsWithout(peers: readonly SimulatedPeer[]): ReadonlySet<number> {
    const led = peers.flatMap(({ node }) => node?.tally().slots.filter(({ leads }) => leads) ?? [])
    return new Set(this.#slots.filter(slot => !led.some(tally => tally.slot === slot)))
  }

  /** Reads all users of before, while nothing fails: what went on. Slots that nobody has are left out. */
  async #find(missing: readonly number[]): Promise<void> {
    const { witness } = this.#ring
    for (let number = 0; number < OLD_USERS; number++) {
      const user = `old-${number}`
      if (missing.includes(this.#slotOf(user))) continue
      const answer = await this.#ask(user)
      if (answer.kind !== 'read') continue
      this.#found.set(user, answer.state)
      const set = answer.state?.slice(0, answer.state.indexOf('/'))
      const isWritten = this.#history.some(
        call => call.user === user && 'mark' in call.request && call.request.mark === set
      )
      if (set !== undefined && !isWritten) witness.fault(`${user} is ${answer.state}, which nobody wrote`)
    }
  }

  async #live(lost: readonly SimulatedPeer[]): Promise<void> {
    const { time, options, faults } = this.#ring
    this.#ring.disturb()
    const steps = drawSchedule({
      ...options,
      seed: `${options.seed} after the recovery`,
      chaosMs: CHAOS_MS,
      faults: options.faults.filter(fault => !NOT_AFTER_A_LOSS.has(fault))
    })
    for (const step of steps) time.timer(step.atMs, () => faults.apply(step))
    for (const peer of lost) time.timer(this.#random.next() * BACK_MS, () => this.#ring.bringBack(peer))
    await time.pass(CHAOS_MS)
    this.#ring.heal()
    this.#ring.bringAllBack()
  }

  async #converge([back, ...others]: readonly SimulatedPeer[]): Promise<void> {
    const { time, witness } = this.#ring
    if (!(await time.until(() => this.#ring.allReady && this.#ring.isOneRing, ONE_RING_MS)))
      witness.fault('liveness: the peers are not one ring again after a recovery')
    await time.pass(LED_MS)
    // Of some slots only the one that came back has a copy.
    const missing = await this.#operate([back!, ...others, ...this.#ring.running()])
    const slots = this.#slots.filter(slot => !missing.includes(slot))
    const isWhole = (slot: number) => this.#isWhole(slot)
    if (!(await time.until(() => slots.every(isWhole), COMPLETE_MS)))
      witness.fault(
        `liveness: slots are not whole after a recovery: ${this.#describe(slots.filter(slot => !isWhole(slot)))}`
      )
    for (const slot of slots) {
      let number = 0
      while (this.#slotOf(`last-${number}`) !== slot) number++
      await this.#ask(`last-${number}`, { kind: 'set', mark: `last-${slot}` })
    }
    await this.#compare(missing)
  }

  /** What was found after the recovery is there still, and the same at every member. */
  async #compare(missing: readonly number[]): Promise<void> {
    const { witness } = this.#ring
    for (const user of new Set(this.#history.map(call => call.user))) {
      const slot = this.#slotOf(user)
      if (missing.includes(slot)) continue
      const answer = await this.#ask(user)
      if (answer.kind !== 'read') witness.fault(`${user} is not answered for: ${JSON.stringify(answer)}`)
      else if (this.#found.has(user) && this.#found.get(user) !== answer.state)
        witness.fault(`${user} was ${this.#found.get(user)} after the recovery, and is ${answer.state}`)
      else await this.#compareCopies(user, answer.state)
    }
    for (const { saved } of this.#ring.peers) witness.count('user saved for people', saved.length)
  }

  async #compareCopies(user: string, state: State): Promise<void> {
    const { time, witness } = this.#ring
    for (const { peer, users } of this.#ring.running()) {
      const isMember = this.#talliesOf(this.#slotOf(user)).some(({ members }) => members.includes(peer))
      if (users === undefined || !isMember) continue
      let seen: State
      for (const untilMs = time.monotonic() + EQUAL_MS; ; await time.pass(LOOK_MS)) {
        seen = seenOf((await time.finish(users.get(user, { consistency: 'stale' }), CALLS_MS)).value).state
        if (seen === state || time.monotonic() > untilMs) break
      }
      if (seen !== state) witness.fault(`…${peer.slice(-4)} has ${user} as ${seen}, it is ${state}`)
    }
  }

  /** A leader, whom all members follow, and nobody besides who thinks that it leads. */
  #isWhole(slot: number): boolean {
    const tallies = this.#talliesOf(slot)
    const newest = Math.max(...tallies.map(({ epoch }) => epoch))
    const [leader, ...rivals] = tallies.filter(({ leads }) => leads)
    if (leader === undefined || rivals.length > 0 || leader.sealed || leader.epoch !== newest) return false
    return tallies.length === leader.members.length && tallies.every(({ epoch }) => epoch === newest)
  }

  async #ask(user: string, request: Call['request'] = { kind: 'get' }): Promise<Answer> {
    return this.#ring.time.finish(this.#auditor.call(user, request, { stubborn: true }), CALLS_MS)
  }

  /**
   * What was acknowledged before may be lost with a recovery, so what was read after it is no part of that history;
   * it is looked at by itself.
   */
  #isToBeExplained({ user, calledMs }: Call): boolean {
    return !this.#recovered.has(this.#slotOf(user)) || !user.startsWith('old-') || calledMs < this.#lostMs
  }

  /** Whose calls of before do not explain how they were found: what a recovery cost. */
  get #usersLost(): number {
    return [...this.#found.keys()].filter(user => {
      const calls = this.#history.filter(call => call.user === user && call.calledMs < this.#foundMs)
      return checkLinearizable(calls).kind === 'no'
    }).length
  }

  get #slots(): number[] {
    return [...Array(this.#ring.options.slots).keys()]
  }

  #talliesOf(slot: number): SlotTally[] {
    return this.#ring
      .running()
      .flatMap(({ node }) => node?.tally().slots.filter(tally => tally.slot === slot) ?? [])
  }

  #slotOf(user: string): number {
    return slotOf(keyOf(user), this.#ring.options.slots)
  }

  #describe(slots: readonly number[]): string {
    return slots.map(slot => `\n  slot ${slot}: ${JSON.stringify(this.#talliesOf(slot))}`).join('')
  }
}

function putFirst<T>(list: T[], item: T): void {
  const at = list.indexOf(item)
  if (at >= 0) list.splice(at, 1)
  else list.pop()
  list.unshift(item)
}
