/** What this peer tells people about itself and the ring. */
import type { Chord } from '../chord/chord.ts'
import type { Genesis } from '../chord/genesis.ts'
import type { Peer, RingNode } from '../chord/ring-node.ts'
import { MAINTENANCE_TIMEOUT_MS } from '../constants.ts'
import type { Slots } from '../replica/slot-machine.ts'
import { keyOf, positionToHex } from '../ring/position.ts'
import { slotOf, slotStart } from '../ring/slot.ts'
import { type Runtime, raceSignal, sleep } from '../runtime.ts'
import { reportRing } from './census.ts'
import type { Locator } from './locator.ts'
import type { HealthCheck, LookupReport, RingInspector, RingReport, SelfReport } from './ring-report.ts'
import { checkUserId } from './user.ts'
import type { Tally, UsersRpc } from './users-rpc.ts'

export interface InspectorInit {
  readonly self: Peer
  readonly genesis: Genesis
  readonly chord: Chord
  readonly slots: Slots<never, unknown>
  readonly locator: Locator
  readonly rpc: UsersRpc
  readonly runtime: Runtime
  readonly tally: () => Tally
  readonly addressesOf: (peer: Peer) => readonly string[]
  readonly storageOk: () => boolean
}

const CENSUS_LOOKS_MAX = 3
const CENSUS_PAUSE_MS = 100

/** A peer that is leaving, or has only begun to join, is not ready for more users. */
type State = SelfReport['state']

export class Inspector implements RingInspector {
  readonly #init: InspectorInit
  /** One census serves all who ask meanwhile. */
  #census: Promise<RingReport> | undefined

  constructor(init: InspectorInit) {
    this.#init = init
  }

  ring({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<RingReport> {
    this.#census ??= this.#takeCensus().finally(() => {
      this.#census = undefined
    })
    return raceSignal(this.#census, signal)
  }

  async lookup(id: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<LookupReport> {
    const { chord, genesis, locator } = this.#init
    const key = keyOf(checkUserId(id))
    const slot = slotOf(key, genesis.slots)
    const [{ owner, hops }, view] = await raceSignal(
      Promise.all([chord.lookup(slotStart(slot, genesis.slots)), locator.search(slot)]),
      signal
    )
    return {
      id,
      key: positionToHex(key),
      slot,
      owner: owner.peer,
      view:
        view === undefined
          ? null
          : { epoch: view.epoch, members: view.members.map(({ peer }) => peer), leader: view.leader },
      hops: hops.map(({ peer, position, ms, reason }) => ({
        peer,
        position: positionToHex(position),
        ms,
        reason
      }))
    }
  }

  self(): SelfReport {
    const { self, genesis, chord, slots, addressesOf } = this.#init
    const first = chord.nodes()[0]!
    return {
      peer: self,
      ring: genesis.ringId,
      state: this.#state(),
      addresses: addressesOf(self),
      position: positionToHex(first.node.position),
      predecessor: first.predecessor === undefined ? null : placed(first.predecessor),
      successors: first.successors.map(placed),
      fingers: first.fingers.flatMap(({ index, start, node }) =>
        node === undefined ? [] : [{ index, start: positionToHex(start), ...placed(node) }]
      ),
      slots: slots
        .installed()
        .map(({ slot, epoch, members, leader }) => ({
          slot,
          epoch,
          role: leader === self ? ('leader' as const) : ('member' as const),
          members: members.map(({ peer }) => peer)
        }))
        .sort((a, b) => a.slot - b.slot)
    }
  }

  size(): number {
    return this.#init.chord.peers().size + 1
  }

  health(): HealthCheck[] {
    const { storageOk } = this.#init
    const state = this.#state()
    return [
      { name: 'storage', ok: storageOk() },
      {
        name: 'ring',
        ok: state === 'normal',
        ...(state === 'normal' ? {} : { detail: `this peer is ${state}` })
      }
    ]
  }

  #state(): State {
    if (this.#init.tally().leaving) return 'leaving'
    return this.#init.chord.member ? 'normal' : 'joining'
  }

  /** A slot in the middle of a handover is at neither of two peers that are asked one after the other: look again. */
  async #takeCensus(): Promise<RingReport> {
    const { clock } = this.#init.runtime
    let report = await this.#askAll()
    for (let looks = 1; looks < CENSUS_LOOKS_MAX && isInMotion(report); looks++) {
      await sleep(clock, CENSUS_PAUSE_MS)
      report = await this.#askAll()
    }
    return report
  }

  async #askAll(): Promise<RingReport> {
    const { self, genesis, chord, rpc, tally, addressesOf } = this.#init
    const descriptions = await chord.survey()
    const peers = await Promise.all(
      [...descriptions].map(async ([peer, description]) => {
        const counted =
          peer === self
            ? tally()
            : description === undefined
              ? undefined
              : await rpc.tally(peer, { timeoutMs: MAINTENANCE_TIMEOUT_MS })
        return [peer, { description, tally: counted }] as const
      })
    )
    return reportRing({ self, genesis, peers: new Map(peers), addressesOf })
  }
}

function isInMotion({ problems }: RingReport): boolean {
  return problems.length > 0 && problems.every(({ code }) => code === 'slot-unavailable')
}

function placed({ peer, position }: RingNode) {
  return { peer, position: positionToHex(position) }
}
