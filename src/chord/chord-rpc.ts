/**
 * The network as Chord needs it. `network/chord-protocol.ts` implements it over libp2p, the simulator over
 * virtual time; both carry the messages of protocols/chord.proto and refuse what breaks its bounds.
 */
import type { Position } from '../ring/position.ts'
import type { Peer, RingNode } from './ring-node.ts'

export type ChordRequest =
  | { readonly type: 'neighbours'; readonly index: number }
  | { readonly type: 'notify'; readonly index: number; readonly node: RingNode }
  | { readonly type: 'introduce'; readonly index: number; readonly node: RingNode }
  | { readonly type: 'closest'; readonly target: Position }
  | { readonly type: 'ping' }
  | { readonly type: 'probe'; readonly peer: Peer }
  | { readonly type: 'describe' }
  | { readonly type: 'leave' }

export interface Neighbours {
  readonly type: 'neighbours'
  /** False while the node is joining: it must not be adopted yet. */
  readonly member: boolean
  readonly predecessor: RingNode | undefined
  /** Nearest first. */
  readonly successors: readonly RingNode[]
}

export interface Closest {
  readonly type: 'closest'
  /** Set when one of the asked peer's own nodes precedes the target directly: that node… */
  readonly predecessor: RingNode | undefined
  /** …and its successors, of which the first owns the target. */
  readonly successors: readonly RingNode[]
  /** Otherwise the nodes nearest before the target that the asked peer knows, best first, of distinct peers. */
  readonly closer: readonly RingNode[]
}

export type PeerStatus = 'up' | 'suspect' | 'down'

export interface Description {
  readonly type: 'description'
  readonly version: string
  readonly leaving: boolean
  readonly uptimeMs: number
  readonly nodes: readonly {
    readonly index: number
    readonly member: boolean
    readonly predecessor: RingNode | undefined
    readonly successor: RingNode | undefined
  }[]
  /** Every other peer that the described one knows. */
  readonly peers: readonly { readonly peer: Peer; readonly status: PeerStatus }[]
}

export type ChordReply =
  | Neighbours
  | Closest
  | Description
  | { readonly type: 'done' }
  | { readonly type: 'pong'; readonly member: boolean }
  | { readonly type: 'probed'; readonly alive: boolean }

/** The reply type that answers each request type. */
export interface ReplyOf {
  neighbours: Neighbours
  notify: Extract<ChordReply, { type: 'done' }>
  introduce: Extract<ChordReply, { type: 'done' }>
  closest: Closest
  ping: Extract<ChordReply, { type: 'pong' }>
  probe: Extract<ChordReply, { type: 'probed' }>
  describe: Description
  leave: Extract<ChordReply, { type: 'done' }>
}

export interface CallOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface ChordRpc {
  /**
   * Ends, within `timeoutMs`, in the reply or in undefined: no reply. Why there was none (refused, reset, late,
   * garbage) is logged and never told, so that no transport error code can steer the protocol.
   * Rejects only with the reason of `signal`.
   */
  call<T extends ChordRequest['type']>(
    peer: Peer,
    request: Extract<ChordRequest, { type: T }>,
    options: CallOptions
  ): Promise<ReplyOf[T] | undefined>
}

/** What a client of the ring may ask: it changes nothing. */
export type ChordQuestion = Extract<ChordRequest, { type: 'closest' | 'ping' | 'probe' | 'describe' }>

/** What answers other peers' requests. `from` is the connection's authenticated peer, never a field of a message. */
export interface ChordHandler {
  handle(from: Peer, request: ChordRequest): ChordReply | Promise<ChordReply>
  /** The question of a client, which is told and otherwise taken no notice of. */
  inform(question: ChordQuestion): ChordReply | Promise<ChordReply>
}
