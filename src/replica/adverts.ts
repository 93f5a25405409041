/**
 * Tells the neighbours of each slot's position where the slot is: its owner and the next few, who are asked by those that
 * do not know. At once after a change of the view or of the neighbours, and again from time to time.
 */
import type { Peer } from '../chord/ring-node.ts'
import { MAINTENANCE_TIMEOUT_MS } from '../constants.ts'
import type { Slot } from '../ring/slot.ts'
import { parallel, type Runtime } from '../runtime.ts'
import type { ReplicaRpc } from './replica-rpc.ts'
import type { View } from './view.ts'

const REPEAT_MS = 10_000
/** One message holds so many views. */
const VIEWS_MAX = 256
const CALLS_AT_ONCE = 16

/** A view, and the peers that should know it. */
export interface Advert {
  readonly view: View
  readonly to: readonly Peer[]
}

interface Told {
  /** What was told, and to whom. */
  readonly text: string
  readonly atMs: number
}

export class Adverts {
  readonly #rpc: Pick<ReplicaRpc, 'advertise'>
  readonly #runtime: Runtime
  readonly #told = new Map<Slot, Told>()
  #telling = false

  constructor(rpc: Pick<ReplicaRpc, 'advertise'>, runtime: Runtime) {
    this.#rpc = rpc
    this.#runtime = runtime
  }

  /** Tells, in the background, what of all that is to be known was not told yet, or long ago. */
  tell(adverts: readonly Advert[], signal: AbortSignal): void {
    if (this.#telling) return
    const nowMs = this.#runtime.clock.monotonic()
    const byPeer = new Map<Peer, View[]>()
    const present = new Set(adverts.map(({ view }) => view.slot))
    for (const slot of this.#told.keys()) if (!present.has(slot)) this.#told.delete(slot)
    for (const { view, to } of adverts) {
      const text = `${view.epoch} ${to.join()}`
      const told = this.#told.get(view.slot)
      if (told?.text === text && nowMs - told.atMs < REPEAT_MS) continue
      this.#told.set(view.slot, { text, atMs: nowMs })
      for (const peer of to) {
        const views = byPeer.get(peer) ?? []
        byPeer.set(peer, views)
        views.push(view)
      }
    }
    if (byPeer.size > 0) this.#send([...byPeer].flatMap(inMessages), signal)
  }

  #send(messages: readonly Message[], signal: AbortSignal): void {
    this.#telling = true
    parallel(messages, CALLS_AT_ONCE, ({ to, views }) =>
      this.#rpc.advertise(to, views, { timeoutMs: MAINTENANCE_TIMEOUT_MS, signal })
    )
      .catch(error => {
        if (!signal.aborted) this.#runtime.log.warn('views not advertised', { error })
      })
      .finally(() => {
        this.#telling = false
      })
  }
}

interface Message {
  readonly to: Peer
  readonly views: readonly View[]
}

function inMessages([to, views]: readonly [Peer, readonly View[]]): Message[] {
  const messages: Message[] = []
  for (let at = 0; at < views.length; at += VIEWS_MAX) {
    messages.push({ to, views: views.slice(at, at + VIEWS_MAX) })
  }
  return messages
}
