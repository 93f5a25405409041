/** The one interface to users: served embedded, through the gateway, and by the HTTP client. */
import type { Peer } from '../chord/ring-node.ts'
import type { Slot } from '../ring/slot.ts'
import type { ManyUsers } from './many-users.ts'
import type { Presence, RestoredInput, User, UserInput, UserPatch } from './user.ts'

export interface CallOptions {
  /** Ends the call early; what was already sent may still be executed. */
  readonly signal?: AbortSignal | undefined
}

export interface ReadOptions extends CallOptions {
  /**
   * `strong`: what the slot's leader answers when a majority of its replicas has confirmed that it leads; it reflects
   * every write acknowledged before. `stale`: what any replica has, which may lack the latest writes; it needs no
   * majority. @default 'strong'
   */
  readonly consistency?: 'strong' | 'stale' | undefined
}

export interface WriteOptions extends CallOptions {
  /** Only if the user has this version; ConflictError otherwise. */
  readonly ifVersion?: string | undefined
  /** A repeated write with the same key (≤ 128 visible ASCII characters) is executed once. @default a random one per call */
  readonly idempotencyKey?: string | undefined
  /**
   * Of a write that is repeated with its key: how long ago it was first sent, in ms. With it the repetition is executed
   * at most once for certain, or refused. @default 0
   */
  readonly ageMs?: number | undefined
}

export interface SetOptions extends WriteOptions {
  /** Only if there is no such user; ConflictError otherwise. Not together with `ifVersion`. */
  readonly ifAbsent?: boolean | undefined
}

export interface Users extends ManyUsers {
  /** The user, or undefined when there is none. @throws UnavailableError nobody who may answer can be reached */
  get(id: string, options?: ReadOptions): Promise<User | undefined>
  /** Creates or replaces a user; a profile that is left out is kept. @throws ConflictError, UnavailableError, OutcomeUnknownError */
  set(id: string, input: UserInput, options?: SetOptions): Promise<User>
  /** Changes parts of a user. @throws NotFoundError, ConflictError, UnavailableError, OutcomeUnknownError */
  patch(id: string, patch: UserPatch, options?: WriteOptions): Promise<User>
  /**
   * Renews a user's lease: from now on it lasts at least `ttlMs`. A user whose lease has ended comes back with the status that
   * it had. That alone changes the version: a lease that goes on is no new version.
   * @throws NotFoundError, ConflictError the user has no lease: its status was set without one; UnavailableError,
   * OutcomeUnknownError
   */
  heartbeat(id: string, ttlMs: number, options?: CallOptions): Promise<Presence>
  /** False when there was no such user. @throws ConflictError, UnavailableError, OutcomeUnknownError */
  delete(id: string, options?: WriteOptions): Promise<boolean>
}

/** How an answer came about, for the `Ring-*` headers. */
export interface Route {
  readonly slot: Slot
  /** The peer that leads the slot: it gave a strong answer; of a stale one the last that is known to have led. */
  readonly owner: Peer
  /** Peers asked on the way, the one that answered included; 0 when it was this one. */
  readonly hops: number
  readonly consistency: 'strong' | 'stale'
  /** Of a stale answer: since its replica last heard of the leader, ms. */
  readonly ageMs?: number | undefined
}

/** An answer with how it came about. `replayed`: the idempotency key had been used; this is what came of it then. */
export interface Traced<T> {
  readonly value: T
  readonly created: boolean
  readonly replayed: boolean
  readonly route: Route
}

/** What the gateway needs beyond {@link Users}: the same calls, with their route. */
export interface TracedUsers {
  get(id: string, options?: ReadOptions): Promise<Traced<User | undefined>>
  set(id: string, input: RestoredInput, options?: SetOptions): Promise<Traced<User>>
  patch(id: string, patch: UserPatch, options?: WriteOptions): Promise<Traced<User>>
  heartbeat(id: string, ttlMs: number, options?: CallOptions): Promise<Traced<Presence>>
  delete(id: string, options?: WriteOptions): Promise<Traced<boolean>>
}
