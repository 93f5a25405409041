/** A read from whichever replica answers: what it has, as old as that is. It needs no majority and no leader. */
import type { RingFinder } from '../chord/ring-finder.ts'
import type { Peer } from '../chord/ring-node.ts'
import type { Slots } from '../replica/slot-machine.ts'
import type { View } from '../replica/view.ts'
import type { Slot } from '../ring/slot.ts'
import { jitter, type Runtime, sample, sleep } from '../runtime.ts'
import type { Executed } from './attempt.ts'
import { isNewer, type Locator } from './locator.ts'
import type { Get, Operation, Outcome } from './operation.ts'
import type { UsersRpc } from './users-rpc.ts'

/** One replica; the others are asked when it takes longer. */
const TRY_TIMEOUT_MS = 500
/** Between two rounds of asking all of them. */
const PAUSE_MS = 100

export interface ReplicaReadInit {
  readonly self: Peer
  readonly slots: Pick<Slots<Operation, Outcome>, 'readStale'>
  readonly locator: Locator
  readonly rpc: Pick<UsersRpc, 'readStale'>
  readonly chord: Pick<RingFinder, 'status'>
  readonly runtime: Runtime
  /** Aborts when this peer stops. */
  readonly stopping: AbortSignal
}

/** Tries until a replica answers. @throws the reason of `signal` or `stopping`, whichever ends it */
export async function readReplica(
  get: Get,
  slot: Slot,
  init: ReplicaReadInit,
  signal: AbortSignal
): Promise<Executed> {
  const { self, slots, locator, rpc, runtime, stopping } = init
  for (let hops = 0; ; ) {
    const own = slots.readStale(slot, get)
    const view = locator.known(slot)
    if (own !== undefined) return executed(slot, own, view?.leader.peer ?? self, 0)
    for (const peer of view === undefined ? [] : replicasInOrder(view, init)) {
      signal.throwIfAborted()
      hops++
      const result = await rpc.readStale(peer, get, { timeoutMs: TRY_TIMEOUT_MS, signal })
      if (result.kind === 'done')
        return executed(slot, result, locator.known(slot)?.leader.peer ?? peer, hops)
      if (result.kind === 'elsewhere' && result.view !== undefined) locator.hint(result.view)
    }
    signal.throwIfAborted()
    stopping.throwIfAborted()
    const found = await locator.search(slot)
    if (!isNewer(found, view)) await sleep(runtime.clock, jitter(runtime.random, PAUSE_MS), signal)
  }
}

/** The leader last, as strong reads are its work; of the others any, so that they share it. Down ones after all. */
function replicasInOrder({ members, leader }: View, { self, chord, runtime }: ReplicaReadInit): Peer[] {
  const others = members.map(({ peer }) => peer).filter(peer => peer !== self && peer !== leader.peer)
  const peers = [...sample(runtime.random, others, others.length), leader.peer].filter(peer => peer !== self)
  const isDown = (peer: Peer) => Number(chord.status(peer) === 'down')
  return peers.sort((a, b) => isDown(a) - isDown(b))
}

function executed(
  slot: Slot,
  { outcome, ageMs }: { outcome: Outcome; ageMs: number },
  owner: Peer,
  hops: number
): Executed {
  return { outcome, route: { slot, owner, hops, consistency: 'stale', ageMs } }
}
