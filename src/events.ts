/**
 * Everything that happens to a peer and that somebody else may want to know, as one union. Log lines, `log.txt`,
 * metrics, the dashboard and the simulator's checkers all read this stream and no private field.
 */
import type { Peer } from './chord/ring-node.ts'

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
  | {
      readonly type: 'slot.moved'
      readonly slot: number
      readonly to: Peer
      readonly rows: number
      readonly ms: number
    }
  | { readonly type: 'slot.stayed'; readonly slot: number; readonly to: Peer; readonly reason: string }
  | {
      readonly type: 'user.changed'
      readonly slot: number
      readonly id: string
      readonly version: string
      readonly change: 'put' | 'delete'
    }
  /** Another peer broke the protocol or was refused: what it did, by error name. */
  | { readonly type: 'wire.refused'; readonly peer: Peer; readonly error: string; readonly detail: string }
  /** The disk failed: the peer is stopping. */
  | { readonly type: 'storage.failed'; readonly detail: string }

export type Listener = (event: AnilloEvent) => void

/** Listeners are called at once, in the order of subscription; one that throws is a defect of its own. */
export class Events {
  readonly #listeners = new Set<Listener>()

  emit(event: AnilloEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Returns what ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
