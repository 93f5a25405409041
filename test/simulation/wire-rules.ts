/**
 * What a replica must not say, given what it has said before and what is on its disk: disk before word, silence after a
 * promise, one leader for each epoch. Seen at the sender, message by message.
 */
import { type Ballot, compareBallots } from '../../src/replica/ballot.ts'
import type { ReplicaMessage } from '../../src/replica/message.ts'
import { type Incarnation, sameIncarnation } from '../../src/replica/view.ts'
import type { DurableReplica } from './durable-replica.ts'
import { ballotText, idText, type SlotTruth } from './slot-truth.ts'

export interface WireRulesInit {
  readonly fault: (what: string) => void
  readonly truthOf: (slot: number) => SlotTruth
}

/** A promise, as its maker said it first. */
interface Seal {
  /** The epoch that nothing happens in any more. */
  readonly epoch: number
  /** Its last entry. */
  readonly sequence: number
  /** Its place among all messages. */
  readonly said: number
}

export class WireRules {
  readonly #init: WireRulesInit
  #said = 0
  /** By slot and store, the newest. */
  readonly #seals = new Map<string, Seal>()
  /** By slot, epoch and round: when the first of its heartbeats was said. */
  readonly #rounds = new Map<string, number>()
  /** By slot and epoch: who acted as its leader. */
  readonly #leaders = new Map<string, Incarnation>()
  /** By slot, instance and ballot: the sequence that a member to be must have on disk. */
  readonly #bases = new Map<string, { readonly epoch: number; readonly sequence: number }>()

  constructor(init: WireRulesInit) {
    this.#init = init
  }

  /** What answers are measured by, whoever asks. */
  asked(message: ReplicaMessage): void {
    if (message.type === 'sync') this.#bases.set(attempt(message), message.view.base)
  }

  /** `disk`: of the sender, at the moment when the message leaves. */
  sent(from: Incarnation, message: ReplicaMessage, disk: DurableReplica): void {
    this.#said++
    switch (message.type) {
      case 'append':
      case 'heartbeat':
      case 'learn':
        this.#leads(from, message, disk)
        break
      case 'appended':
      case 'confirm':
        this.#votes(from, message, disk)
        break
      case 'promised':
        this.#promises(from, message, disk)
        break
      case 'accepted':
        this.#accepts(from, message, disk)
        break
      case 'synced':
        this.#syncs(from, message, disk)
        break
      case 'installed':
        this.#installs(from, message, disk)
        break
    }
    if ('commit' in message) {
      const epoch = 'epoch' in message ? message.epoch : message.instance - 1
      // Data belongs to a view that its sender may know of only by name.
      if (message.type !== 'data')
        this.#truth(message).claimedIn(
          from,
          epoch,
          message.commit,
          `says by ${message.type} that it committed`
        )
    }
  }

  #leads(from: Incarnation, message: ReplicaMessage & { epoch: number }, disk: DurableReplica): void {
    const key = `${message.slot} ${message.epoch}`
    const leader = this.#leaders.get(key) ?? from
    this.#leaders.set(key, leader)
    if (!sameIncarnation(leader, from)) this.#fault(2, from, message, 'though another one leads that epoch')
    const view = this.#truth(message).views.get(message.epoch)
    if (view === undefined || !sameIncarnation(view.leader, from))
      this.#fault(2, from, message, 'without being the leader of that epoch')
    // What was on its way to a learner when the epoch was sealed counts for nothing.
    if (message.type === 'learn') return
    if (message.type === 'heartbeat') {
      const round = roundOf(message)
      if (!this.#rounds.has(round)) this.#rounds.set(round, this.#said)
    }
    if (disk.state.view?.epoch === message.epoch && disk.state.promised !== null)
      this.#fault(5, from, message, 'after it had sealed that epoch for itself')
  }

  #votes(
    from: Incarnation,
    message: Extract<ReplicaMessage, { type: 'appended' | 'confirm' }>,
    disk: DurableReplica
  ): void {
    const seal = this.#seals.get(replicaOf(from, message))
    if (seal !== undefined && seal.epoch >= message.epoch) this.#afterSeal(from, message, seal)
    const installed = disk.state.view?.epoch ?? disk.state.floor
    if (installed < message.epoch) this.#fault(6, from, message, 'before its view was on its disk')
    if (message.type === 'appended' && installed === message.epoch && disk.last.sequence < message.sequence)
      this.#fault(6, from, message, `with ${idText(disk.last)} last on its disk`)
  }

  #promises(
    from: Incarnation,
    message: Extract<ReplicaMessage, { type: 'promised' }>,
    disk: DurableReplica
  ): void {
    const { instance, ballot, last } = message
    const key = replicaOf(from, message)
    const seal = this.#seals.get(key)
    if (seal === undefined || seal.epoch < instance - 1)
      this.#seals.set(key, { epoch: instance - 1, sequence: last.sequence, said: this.#said })
    if (isOver(disk, instance)) return
    if (!holds(disk.state.promised, ballot))
      this.#fault(6, from, message, 'before the promise was on its disk')
    if (!this.#truth(message).isOn(disk, last))
      this.#fault(6, from, message, `with ${idText(disk.last)} last on its disk`)
  }

  #accepts(
    from: Incarnation,
    message: Extract<ReplicaMessage, { type: 'accepted' }>,
    disk: DurableReplica
  ): void {
    if (isOver(disk, message.instance)) return
    if (!holds(disk.state.accepted?.ballot ?? null, message.ballot))
      this.#fault(6, from, message, 'before it was on its disk')
  }

  #syncs(
    from: Incarnation,
    message: Extract<ReplicaMessage, { type: 'synced' }>,
    disk: DurableReplica
  ): void {
    const base = this.#bases.get(attempt(message))
    if (isOver(disk, message.instance)) return
    if (base === undefined || !this.#truth(message).isOn(disk, base))
      this.#fault(6, from, message, `with ${idText(disk.last)} last on its disk, not ${base && idText(base)}`)
  }

  #installs(
    from: Incarnation,
    message: Extract<ReplicaMessage, { type: 'installed' }>,
    disk: DurableReplica
  ): void {
    if (!isOver(disk, message.epoch)) this.#fault(6, from, message, 'before it was on its disk')
  }

  /** What was true before the promise may still be said: an entry that it names, a heartbeat that came before it. */
  #afterSeal(
    from: Incarnation,
    message: Extract<ReplicaMessage, { type: 'appended' | 'confirm' }>,
    seal: Seal
  ): void {
    const before =
      message.type === 'appended'
        ? message.sequence <= seal.sequence
        : (this.#rounds.get(roundOf(message)) ?? 0) < seal.said
    if (!before) this.#fault(5, from, message, `after it had sealed epoch ${seal.epoch}`)
  }

  #truth({ slot }: ReplicaMessage): SlotTruth {
    return this.#init.truthOf(slot)
  }

  #fault(invariant: number, { peer, boot }: Incarnation, message: ReplicaMessage, why: string): void {
    const number =
      'epoch' in message ? `epoch ${message.epoch}` : 'instance' in message ? `epoch ${message.instance}` : ''
    const who = `…${peer.slice(-4)} boot ${boot}`
    this.#init.fault(
      `invariant ${invariant}: slot ${message.slot} ${who} said ${message.type} of ${number} ${why}`
    )
  }
}

/** The disk knows the view of that epoch, or a later one, to be decided. */
function isOver({ state }: DurableReplica, epoch: number): boolean {
  return (state.view?.epoch ?? 0) >= epoch || state.floor >= epoch
}

function holds(onDisk: Ballot | null, said: Ballot): boolean {
  return onDisk !== null && compareBallots(onDisk, said) >= 0
}

function attempt({ slot, instance, ballot }: { slot: number; instance: number; ballot: Ballot }): string {
  return `${slot} ${instance} ${ballotText(ballot)}`
}

function replicaOf({ peer, store }: Incarnation, { slot }: ReplicaMessage): string {
  return `${slot} ${peer} ${store}`
}

function roundOf({ slot, epoch, round }: { slot: number; epoch: number; round: number }): string {
  return `${slot} ${epoch} ${round}`
}
