/**
 * Everything that happens to a peer and that somebody else may want to know, as one union. Log lines, `log.txt`,
 * metrics, the dashboard and the simulator's checkers all read this stream and no private field.
 */
import type { Peer } from './chord/ring-node.ts'
import { type Log, silentLog } from './runtime.ts'

export type AnilloEvent =
  | { readonly type: 'ring.created'; readonly ringId: string }
  | { readonly type: 'ring.joined'; readonly ringId: string; readonly via: Peer }
  /** A pointer of one of this peer's ring nodes changed. */
  | {
      readonly type: 'ring.changed'
      readonly index: number
      readonly predecessor: Peer | undefined
      readonly successor: Peer | undefined
    }
  /** Contact with a peer that was thought dead, or is new to us: its side of the ring and ours are being zipped. */
  | { readonly type: 'ring.met'; readonly peer: Peer }
  | { readonly type: 'peer.up'; readonly peer: Peer }
  | { readonly type: 'peer.suspect'; readonly peer: Peer }
  | { readonly type: 'peer.down'; readonly peer: Peer }
  | { readonly type: 'peer.left'; readonly peer: Peer }
  | {
      readonly type: 'view.installed'
      readonly slot: number
      readonly epoch: number
      readonly members: readonly Peer[]
    }
  /** This peer, which leads the slot, begins to change its members or its leader. */
  | {
      readonly type: 'slot.changing'
      readonly slot: number
      readonly reason: string
      readonly members: readonly Peer[]
      readonly leader: Peer
    }
  /** This peer leads the slot from now on because its leader, `from`, was gone. */
  | { readonly type: 'slot.taken-over'; readonly slot: number; readonly epoch: number; readonly from: Peer }
  | {
      readonly type: 'user.changed'
      readonly slot: number
      readonly id: string
      readonly version: string
      readonly change: 'put' | 'delete'
    }
  /** A member has lost what it had on disk, as an old copy of it would: this leader counts it no more. */
  | { readonly type: 'member.regressed'; readonly slot: number; readonly peer: Peer }
  /** Another peer broke the protocol or was refused: what it did, by error name. */
  | { readonly type: 'wire.refused'; readonly peer: Peer; readonly error: string; readonly detail: string }
  /** Everything on the disk was read, and is as it was written. `atMs`: when that was done, by the wall clock. */
  | {
      readonly type: 'store.scrubbed'
      readonly values: number
      readonly bytes: number
      readonly atMs: number
    }
  /** The disk failed, or spoiled what it had: the peer is stopping. */
  | { readonly type: 'storage.failed'; readonly detail: string }

/** The event as a line for people, peers by the end of their ids. */
export function describeEvent(event: AnilloEvent): string {
  const short = (peer: Peer | undefined) => (peer === undefined ? 'nobody' : `…${peer.slice(-4)}`)
  switch (event.type) {
    case 'ring.created':
      return `Made ring ${event.ringId}`
    case 'ring.joined':
      return `Joined ring ${event.ringId} via ${short(event.via)}`
    case 'ring.changed':
      return `Ring node ${event.index}: predecessor ${short(event.predecessor)}, successor ${short(event.successor)}`
    case 'ring.met':
      return `Met ${short(event.peer)}: merging its side of the ring with ours`
    case 'peer.up':
      return `Peer ${short(event.peer)} is up`
    case 'peer.suspect':
      return `Peer ${short(event.peer)} does not answer`
    case 'peer.down':
      return `Peer ${short(event.peer)} is down`
    case 'peer.left':
      return `Peer ${short(event.peer)} left the ring`
    case 'view.installed':
      return `Slot ${event.slot}: epoch ${event.epoch}, held by ${event.members.map(short).join(' ')}`
    case 'slot.changing':
      return `Slot ${event.slot} is to be held by ${event.members.map(short).join(' ')}, led by ${short(event.leader)}: ${event.reason}`
    case 'slot.taken-over':
      return `Slot ${event.slot}: leads it from epoch ${event.epoch} on, as ${short(event.from)} was gone`
    case 'user.changed':
      return `User ${event.id}: ${event.change} ${event.version} in slot ${event.slot}`
    case 'member.regressed':
      return `Slot ${event.slot}: ${short(event.peer)} has lost what it had on disk: stop it, and start it with an empty data directory`
    case 'wire.refused':
      return `Refused ${short(event.peer)}: ${event.error}, ${event.detail}`
    case 'store.scrubbed':
      return `Read everything on the disk, ${event.values} values of ${event.bytes} bytes: nothing is damaged`
    case 'storage.failed':
      return `The disk failed: ${event.detail}`
  }
}

export type Listener = (event: AnilloEvent) => void

/** Listeners are called at once, in the order of subscription. */
export class Events {
  readonly #listeners = new Set<Listener>()
  readonly #log: Pick<Log, 'error'>

  constructor(log: Pick<Log, 'error'> = silentLog) {
    this.#log = log
  }

  /** A listener that throws is a defect of its own, and must not end what it was told in the middle of. */
  emit(event: AnilloEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#log.error('a listener of events failed', { event: event.type, error })
      }
    }
  }

  /** Returns what ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
