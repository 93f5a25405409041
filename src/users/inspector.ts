/** What this peer tells people about itself and the ring. */
import type { Genesis } from '../chord/genesis.ts'
import type { RingFinder } from '../chord/ring-finder.ts'
import type { Peer, RingNode } from '../chord/ring-node.ts'
import { MAINTENANCE_TIMEOUT_MS } from '../constants.ts'
import { keyOf, positionToHex } from '../ring/position.ts'
import { slotOf, slotStart } from '../ring/slot.ts'
import { type Runtime, raceSignal, sleep } from '../runtime.ts'
import { type Census, reportRing, type StuckSlot, stuckSlots, troubledSlots } from './census.ts'
import type { Locator } from './locator.ts'
import type { HealthCheck, LookupReport, RingInspector, RingReport, SelfReport } from './ring-report.ts'
import { checkUserId } from './user.ts'
import type { Tally, UsersRpc } from './users-rpc.ts'

export interface InspectorInit {
  readonly self: Peer
  readonly genesis: Genesis
  readonly chord: RingFinder
  readonly locator: Locator
  readonly rpc: Pick<UsersRpc, 'tally'>
  readonly runtime: Runtime
  /** This host is a client of the ring, and no peer of it. @default false */
  readonly client?: boolean | undefined
  readonly tally: () => Tally
  readonly leaving: () => boolean
  readonly addressesOf: (peer: Peer) => readonly string[]
  readonly storageOk: () => boolean
}

const CENSUS_LOOKS_MAX = 3
const CENSUS_PAUSE_MS = 100
/** Longer than it takes to choose a leader. */
const STUCK_PAUSE_MS = 3_000

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
          : {
              epoch: view.epoch,
              members: view.members.map(({ peer }) => peer),
              leader: view.leader.peer
            },
      hops: hops.map(({ peer, position, ms, reason }) => ({
        peer,
        position: positionToHex(position),
        ms,
        reason
      }))
    }
  }

  self(): SelfReport {
    const { self, genesis, chord, tally, addressesOf } = this.#init
    const [first] = chord.nodes()
    return {
      peer: self,
      ring: genesis.ringId,
      state: this.#state(),
      addresses: addressesOf(self),
      position: first === undefined ? null : positionToHex(first.node.position),
      predecessor: first?.predecessor === undefined ? null : placed(first.predecessor),
      successors: first?.successors.map(placed) ?? [],
      fingers: (first?.fingers ?? []).flatMap(({ index, start, node }) =>
        node === undefined ? [] : [{ index, start: positionToHex(start), ...placed(node) }]
      ),
      slots: tally()
        .slots.filter(({ member }) => member)
        .map(({ slot, epoch, leads, members }) => ({
          slot,
          epoch,
          role: leads ? ('leader' as const) : ('member' as const),
          members
        }))
        .sort((a, b) => a.slot - b.slot)
    }
  }

  /** Slots that only an operator can help: twice, some time apart, too few of their members were there. */
  async stuck({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<StuckSlot[]> {
    const before = stuckSlots(await raceSignal(this.#askAll(), signal))
    if (before.length === 0) return before
    await sleep(this.#init.runtime.clock, STUCK_PAUSE_MS, signal)
    const now = stuckSlots(await raceSignal(this.#askAll(), signal))
    return now.filter(({ slot }) => before.some(each => each.slot === slot))
  }

  size(): number {
    const { chord, client } = this.#init
    return chord.peers().size + (client ? 0 : 1)
  }

  health(): HealthCheck[] {
    const { storageOk, client, chord } = this.#init
    if (client) {
      const reached = [...chord.peers().values()].includes('up')
      return [{ name: 'ring', ok: reached, ...(!reached && { detail: 'no peer of it can be reached' }) }]
    }
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
    if (this.#init.client) return 'client'
    if (this.#init.leaving()) return 'leaving'
    return this.#init.chord.member ? 'normal' : 'joining'
  }

  /** A slot that just changes seems to lack its leader, or a copy: what is not so each time one looks is not so. */
  async #takeCensus(): Promise<RingReport> {
    const { clock } = this.#init.runtime
    let census = await this.#askAll()
    const { lost, under } = troubledSlots(census)
    for (let looks = 1; looks < CENSUS_LOOKS_MAX && lost.size + under.size > 0; looks++) {
      await sleep(clock, CENSUS_PAUSE_MS)
      census = await this.#askAll()
      const now = troubledSlots(census)
      for (const slot of lost) if (!now.lost.has(slot)) lost.delete(slot)
      for (const slot of under) if (!now.under.has(slot)) under.delete(slot)
    }
    return reportRing(census, { lost, under })
  }

  async #askAll(): Promise<Census> {
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
    return { self, genesis, peers: new Map(peers), addressesOf }
  }
}

function placed({ peer, position }: RingNode) {
  return { peer, position: positionToHex(position) }
}
