/**
 * How the ring nodes of a peer get their place: through members it was told of, or back after a restart, when perhaps
 * all the others are starting too.
 *
 * Of peers that start together exactly one should stand alone and let the others in; otherwise there are two rings, which
 * first have to find each other. So it is the one with the lowest id of those that answer. Nothing rests on
 * there being only one: healing makes one ring of several.
 */
import { errorName, JoinError } from '../errors.ts'
import type { Events } from '../events.ts'
import { deadlineAfter, jitter, parallel, raceSignal, sample, sleep } from '../runtime.ts'
import type { Doors } from './doors.ts'
import type { Genesis } from './genesis.ts'
import type { PeerBook } from './peer-book.ts'
import { type Peer, ringNode } from './ring-node.ts'
import type { Stabilisation, StabilisationContext } from './stabilisation.ts'

/** A joiner gives up after so long. */
const JOIN_TIMEOUT_MS = 60_000
/** Between two tries, doubled each time: whoever joins together with many others must not add to their trouble. */
const JOIN_RETRY_MS = 250
const JOIN_RETRY_MAX_MS = 4_000
const ENTRIES_AT_ONCE = 8
/** One that has a way in is enough; some may be joining too. */
const MET_DOORS_MAX = 8
/** Processes that are started together all answer after so long; those that never will are gone for good. */
const RESTART_SETTLE_MS = 1_000
/** A restarted peer stands alone when for so long nobody of its book was a member. */
const RESTART_PATIENCE_MS = 4_000
/** Whoever was a member a moment ago may be gone: after so long others are looked for. */
const RESTART_JOIN_TIMEOUT_MS = 5_000
const RESTART_RETRY_MS = 250
/** Peers of the book that a restarted peer asks at once: those with the lowest ids, and others by chance. */
const RESTART_LOWEST = 8
const RESTART_CONTACTS = 16

export interface AdmissionContext extends StabilisationContext {
  readonly self: Peer
  readonly genesis: Genesis
  readonly book: PeerBook
  readonly events: Events
  readonly stabilisation: Stabilisation
  /** Of a peer that was told nowhere to join there are none. */
  readonly doors: Pick<Doors, 'knock'> | undefined
}

/** Peers of the book that answer. */
interface Present {
  readonly members: readonly Peer[]
  /** They are starting too. */
  readonly others: readonly Peer[]
  /** Nobody of the book is missing. */
  readonly complete: boolean
}

export class Admission {
  readonly #context: AdmissionContext

  constructor(context: AdmissionContext) {
    this.#context = context
  }

  /** @throws JoinError none of `through` let us in */
  async join(
    through: readonly Peer[],
    signal: AbortSignal | undefined,
    timeoutMs = JOIN_TIMEOUT_MS
  ): Promise<void> {
    const { runtime, self, events, genesis, table, tasks, peers, book } = this.#context
    const via = through.filter(other => other !== self)
    const reasons = new Map<number, string>()
    using deadline = deadlineAfter(runtime.clock, timeoutMs, signal)
    try {
      for (let retryMs = JOIN_RETRY_MS; ; retryMs = Math.min(2 * retryMs, JOIN_RETRY_MAX_MS)) {
        deadline.signal.throwIfAborted()
        await raceSignal(this.#enterAll(this.#doors(via), reasons), deadline.signal)
        if (table.member) break
        await sleep(runtime.clock, jitter(runtime.random, retryMs), deadline.signal)
      }
    } catch (error) {
      if (signal?.aborted || tasks.signal.aborted || !deadline.signal.aborted) throw error
      const why = [...new Set(reasons.values())].join('; ') || 'no answer'
      throw new JoinError(`Not let in by ${through.join(', ')} within ${timeoutMs} ms: ${why}`)
    }
    // Whoever is killed now must know on its return that there is a ring to come back to.
    await book.flush()
    const met = via.find(other => peers.status(other) === 'up')
    events.emit({ type: 'ring.joined', ringId: genesis.ringId, via: met ?? self })
  }

  /** Back to the ring of the book, or alone when there is none at present. */
  async restart(signal: AbortSignal | undefined): Promise<void> {
    const { runtime, table, self, tasks, doors } = this.#context
    const { clock, random } = runtime
    const startedAtMs = clock.monotonic()
    const patienceMs = jitter(random, RESTART_PATIENCE_MS, 0.5)
    for (;;) {
      const { members, others, complete } = await this.#present()
      signal?.throwIfAborted()
      // Not waited for: an address where nothing answers at all takes seconds to say so.
      if (members.length + others.length === 0 && doors !== undefined)
        tasks.start(async () => void (await doors.knock(tasks.signal)))
      const elapsedMs = clock.monotonic() - startedAtMs
      if (members.length > 0) {
        if (await this.#joined(members, signal)) return
        if (elapsedMs >= JOIN_TIMEOUT_MS) break
      } else {
        const isFirst = others.length > 0 && others.every(other => self < other)
        // Nobody of the book with a lower id is still to come when everybody is here.
        const waitMs = complete ? 0 : RESTART_SETTLE_MS
        if (elapsedMs >= (isFirst ? waitMs : patienceMs)) break
      }
      await sleep(clock, RESTART_RETRY_MS, signal)
    }
    table.standAlone()
  }

  async #joined(members: readonly Peer[], signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.join(members, signal, RESTART_JOIN_TIMEOUT_MS)
      return true
    } catch (error) {
      if (error instanceof JoinError) return false
      throw error
    }
  }

  async #present(): Promise<Present> {
    const { book, self, runtime, peers, genesis } = this.#context
    const others = book.peers().filter(peer => peer !== self)
    const lowest = others.toSorted().slice(0, RESTART_LOWEST)
    const asked = new Set([...lowest, ...sample(runtime.random, others, RESTART_CONTACTS - RESTART_LOWEST)])
    const members: Peer[] = []
    const starting: Peer[] = []
    await parallel(asked, RESTART_CONTACTS, async peer => {
      const reply = await peers.contact(peer)
      if (reply !== undefined) (reply.member ? members : starting).push(peer)
    })
    const present = members.length + starting.length
    // A book of fewer than are needed for the copies of a slot is that of somebody who has hardly been here.
    return {
      members,
      others: starting,
      complete: present === others.length && present + 1 >= genesis.replicas
    }
  }

  /**
   * Whom to ask: when all of `via` are gone by now, whoever else of the ring was met meanwhile, or by an earlier process
   * that did not get in.
   */
  #doors(via: readonly Peer[]): readonly Peer[] {
    const { self, peers, book, runtime } = this.#context
    if (via.some(peer => peers.routable(peer) !== 'down')) return via
    const met = new Set([...peers.up(), ...book.peers()])
    for (const peer of [self, ...via]) met.delete(peer)
    return [...via, ...sample(runtime.random, [...met], MET_DOORS_MAX)]
  }

  /** One try for every node that has no place yet. */
  async #enterAll(through: readonly Peer[], reasons: Map<number, string>): Promise<void> {
    const { table, stabilisation } = this.#context
    const via = through.map(peer => ringNode(peer, 0))
    const outside = table.own.filter(own => !own.member)
    await parallel(outside, ENTRIES_AT_ONCE, async own => {
      const reason = await stabilisation.enter(own, via).catch((error: Error) => {
        if (errorName(error) !== 'UnavailableError') throw error
        return error.message // a ring in motion; the next try may find the way
      })
      if (reason === undefined) reasons.delete(own.node.index)
      else reasons.set(own.node.index, reason)
    })
  }
}
