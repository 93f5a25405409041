/** What a peer tells people about the ring: the bodies of GET /v1/ring, /v1/ring/lookup/:id and /v1/peer. */
import type { PeerStatus } from '../chord/chord-rpc.ts'
import type { Peer } from '../chord/ring-node.ts'

export interface RingReport {
  /** Ring id, 32 hex digits. */
  readonly id: string
  /** Every ring node agrees with its neighbours, every slot has a leader that a majority follows, and all its copies. */
  readonly ready: boolean
  /** Why not; empty when ready. `code` is stable, `detail` is for people. */
  readonly problems: readonly { readonly code: string; readonly detail: string }[]
  readonly replicas: number
  readonly slots: number
  readonly virtualNodes: number
  readonly users: number
  /** Slots with fewer complete copies than `replicas`, or than there are peers. */
  readonly underReplicated: number
  /** Slots that nobody answers for: no leader is followed by a majority of their members. */
  readonly withoutMajority: number
  /** In ring order of their first ring node. */
  readonly peers: readonly PeerReport[]
}

export interface PeerReport {
  readonly peer: Peer
  readonly self: boolean
  readonly status: PeerStatus
  readonly state: 'normal' | 'joining' | 'leaving'
  readonly addresses: readonly string[]
  /** Hex, ring node by ring node. */
  readonly positions: readonly string[]
  /** Part of the ring, 0…1, that its ring nodes own. */
  readonly owns: number
  /** Slots of which it is a member. */
  readonly slots: number
  /** Those of them that it leads. */
  readonly leads: number
  /** In the slots that it leads. */
  readonly users: number
}

export interface LookupReport {
  readonly id: string
  /** Hex. */
  readonly key: string
  readonly slot: number
  /** Who should lead it. */
  readonly owner: Peer
  /** Who holds it, and who of them does lead. */
  readonly view: { readonly epoch: number; readonly members: readonly Peer[]; readonly leader: Peer } | null
  /** Peers asked to find the owner, in order. `reason`: why this one, or why it did not help. */
  readonly hops: readonly {
    readonly peer: Peer
    readonly position: string
    readonly ms: number
    readonly reason: string
  }[]
}

export interface SelfReport {
  readonly peer: Peer
  readonly ring: string
  /** `client`: it is no peer of the ring, has no neighbours in it and no slots. */
  readonly state: 'normal' | 'joining' | 'leaving' | 'client'
  readonly addresses: readonly string[]
  /** Of the peer's first ring node, hex; null of a client. */
  readonly position: string | null
  readonly predecessor: { readonly peer: Peer; readonly position: string } | null
  readonly successors: readonly { readonly peer: Peer; readonly position: string }[]
  readonly fingers: readonly {
    readonly index: number
    readonly start: string
    readonly peer: Peer
    readonly position: string
  }[]
  readonly slots: readonly {
    readonly slot: number
    readonly epoch: number
    readonly role: 'leader' | 'member'
    readonly members: readonly Peer[]
  }[]
}

/** Going on with slots that have lost the majority of their members for good. */
export interface RecoveryRequest {
  /** All that are without majority, or one of them. */
  readonly slots: 'all' | number
  /** The peer whose copies are taken for the truth; it must be the one that is asked. */
  readonly from: Peer
}

export interface RecoveryReport {
  readonly peer: Peer
  /** Slots that go on from this peer's copy. */
  readonly recovered: readonly number[]
  /** In these. */
  readonly users: number
  /** Slots without majority of which this peer has no copy. */
  readonly elsewhere: readonly number[]
}

/** Work of one peer that takes longer than a moment: GET /v1/tasks. */
export interface TaskReport {
  /** Of this start of the peer. */
  readonly id: string
  readonly kind: 'leave' | 'recovery' | 'placement' | 'snapshot-in' | 'snapshot-out'
  readonly state: 'running' | 'done' | 'failed'
  /** ISO 8601. */
  readonly startedAt: string
  /** Null while it runs. */
  readonly endedAt: string | null
  /** `total`: null when it is not known beforehand; it may grow. Null as a whole when there is nothing to count. */
  readonly progress: {
    readonly done: number
    readonly total: number | null
    readonly unit: 'slots' | 'rows'
  } | null
  /** For people; of what failed, why. */
  readonly detail: string
}

/** What is under way, and what ended lately. */
export interface TaskInspector {
  /** The latest first. */
  list(): readonly TaskReport[]
  /** Undefined: there never was one of that id, or it ended long ago. */
  get(id: string): TaskReport | undefined
}

/** One line of /readyz?verbose. */
export interface HealthCheck {
  readonly name: string
  readonly ok: boolean
  readonly detail?: string
}

/** The ring as the gateway sees it. */
export interface RingInspector {
  ring(options?: { signal?: AbortSignal | undefined }): Promise<RingReport>
  lookup(id: string, options?: { signal?: AbortSignal | undefined }): Promise<LookupReport>
  self(): SelfReport
  /** Peers of the ring that this one knows of, itself included if it is one; asks nobody. */
  size(): number
  health(): HealthCheck[]
}
