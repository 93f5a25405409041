/** One slot with members that a test scripts, and the users of a peer beside them, on time that the test moves. */
import { setMaxListeners } from 'main-event'
import type { Chord } from '../../src/chord/chord.ts'
import type { LookupResult } from '../../src/chord/lookup.ts'
import type { Peer } from '../../src/chord/ring-node.ts'
import type { RpcOptions } from '../../src/replica/replica-rpc.ts'
import type { Execution, StaleRead } from '../../src/replica/slot-machine.ts'
import type { View } from '../../src/replica/view.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { deadlineAfter, raceSignal, silentLog, systemRandom } from '../../src/runtime.ts'
import { Locator } from '../../src/users/locator.ts'
import type { Operation, Outcome } from '../../src/users/operation.ts'
import { RingUsers } from '../../src/users/ring-users.ts'
import type { OperateOptions, OperationResult, StaleResult, UsersRpc } from '../../src/users/users-rpc.ts'
import { ManualClock } from './manual-clock.ts'

export const SLOT = 0 as Slot
export const never = new Promise<never>(() => {})

/** A view of the slot with these members, the first of which leads. */
export function viewOf(epoch: number, ...peers: Peer[]): View {
  const members = peers.map(peer => ({ peer, store: '00' }))
  return {
    slot: SLOT,
    lineage: { number: 0, id: '00' },
    epoch,
    members,
    leader: { ...members[0]!, boot: 1 },
    base: { epoch: epoch - 1, sequence: 0 }
  }
}

export interface Asked {
  readonly peer: Peer
  readonly atMs: number
  readonly operation: Operation
  readonly options: OperateOptions
}

/** How another peer answers; by default it is dead: what is sent to it is refused at once. */
export interface ScriptedPeer {
  operate?: (asked: Asked) => Promise<OperationResult>
  readStale?: () => Promise<StaleResult>
  /** The newest view it knows. */
  view?: View | undefined
}

export interface World {
  readonly peers?: Readonly<Record<Peer, ScriptedPeer>>
  /** What this peer knows at the beginning. */
  readonly known?: View | undefined
  readonly execute?: (operation: Operation) => Promise<Execution<Outcome>>
  readonly readStale?: () => StaleRead<Outcome> | undefined
  /** Peers that Chord names. */
  readonly successors?: readonly Peer[]
  readonly up?: readonly Peer[]
}

export class SlotWorld {
  readonly clock = new ManualClock()
  readonly stopping = new AbortController()
  readonly locator: Locator
  readonly users: RingUsers
  readonly peers: Record<Peer, ScriptedPeer>
  up: readonly Peer[]
  /** Operations that reached another peer. */
  readonly asked: Asked[] = []
  /** Peers that were asked where the slot is. */
  readonly searched: Peer[] = []
  readonly staleAsked: Peer[] = []
  lookups = 0

  constructor({
    peers = {},
    known,
    execute = () => never,
    readStale = () => undefined,
    successors = [],
    up = []
  }: World) {
    setMaxListeners(Number.POSITIVE_INFINITY, this.stopping.signal)
    this.peers = { ...peers }
    this.up = up
    const chord = {
      status: (peer: Peer) => (this.up.includes(peer) ? 'up' : 'down'),
      peers: () => new Map(this.up.map(peer => [peer, 'up'])),
      lookup: async () => {
        this.lookups++
        return { successors: successors.map(peer => ({ peer })) } as unknown as LookupResult
      }
    } as unknown as Chord
    const slots = {
      execute: (_slot: Slot, operation: Operation) => execute(operation),
      readStale,
      installed: () => [],
      known: () => undefined
    }
    const rpc = this.#rpc()
    this.locator = new Locator({ self: 'self', slotCount: 1, chord, slots, rpc, clock: this.clock })
    if (known !== undefined) this.locator.hint(known)
    this.users = new RingUsers({
      self: 'self',
      slotCount: 1,
      slots,
      locator: this.locator,
      rpc,
      chord,
      runtime: { clock: this.clock, random: systemRandom, log: silentLog },
      stopping: this.stopping.signal
    })
  }

  #rpc(): UsersRpc {
    return {
      operate: async (peer, operation, options) => {
        const asked = { peer, atMs: this.clock.monotonic(), operation, options }
        this.asked.push(asked)
        const answer = this.peers[peer]?.operate
        if (answer === undefined) return unsent
        return this.#answered(answer(asked), options)
      },
      readStale: async (peer, _get, options) => {
        this.staleAsked.push(peer)
        const answer = this.peers[peer]?.readStale
        return answer === undefined ? unsent : this.#answered(answer(), options)
      },
      whereIs: async peer => {
        this.searched.push(peer)
        const scripted = this.peers[peer]
        if (scripted === undefined) return undefined
        return scripted.view === undefined ? [] : [scripted.view]
      },
      list: async () => unsent,
      follow: async () => undefined,
      tally: async () => undefined
    }
  }

  async #answered<T>(answer: Promise<T>, { timeoutMs, signal }: RpcOptions): Promise<T | typeof lost> {
    using deadline = deadlineAfter(this.clock, timeoutMs, signal)
    return raceSignal(answer, deadline.signal).catch(() => lost)
  }

  /** What a call comes to while that time passes, and when it did. */
  async within<T>(ms: number, call: Promise<T>): Promise<{ value?: T; error?: string; atMs: number }> {
    const settled = call.then(
      value => ({ value, atMs: this.clock.monotonic() }),
      (error: Error) => ({ error: error.name, atMs: this.clock.monotonic() })
    )
    const startedMs = this.clock.monotonic()
    let end: Awaited<typeof settled> | undefined
    settled.then(result => {
      end = result
    })
    while (end === undefined && this.clock.monotonic() < startedMs + ms) await this.clock.pass(10)
    if (end === undefined) return { error: 'still waiting', atMs: startedMs + ms }
    return { ...end, atMs: end.atMs - startedMs }
  }
}

const unsent = { kind: 'no-reply', sent: false, reason: 'refused' } as const
export const lost = { kind: 'no-reply', sent: true, reason: 'no answer in time' } as const

export function outcomeOf(outcome: Partial<Outcome>): Outcome {
  return { kind: 'absent', user: undefined, version: '', replayed: false, ...outcome }
}

export function done(outcome: Partial<Outcome>): OperationResult {
  return { kind: 'done', outcome: outcomeOf(outcome) }
}

/** A peer that leads and answers everything so. */
export function leader(outcome: Partial<Outcome>): ScriptedPeer {
  return { operate: async () => done(outcome) }
}

/** A member that does not lead. */
export function follower(view: View): ScriptedPeer {
  return { operate: async () => ({ kind: 'elsewhere', view }), view }
}
