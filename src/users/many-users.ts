/** Users in numbers: the part of {@link Users} that goes over all slots of the ring. */
import type { Change, WatchEvent, WatchOptions } from './change.ts'
import type { Found, FoundPart } from './found.ts'
import type { Filter } from './listing.ts'
import type { Presence, RestoredInput, User } from './user.ts'
import type { CallOptions, ReadOptions } from './users.ts'

export interface PageOptions extends Filter, CallOptions {
  /** Users of the page at most, 1 to 1,000; a page whose users are large ends before, at about 1 MiB. @default 100 */
  readonly limit?: number | undefined
  /** `next` of the page before, from whichever peer. @default the first page */
  readonly cursor?: string | undefined
}

export interface UserPage {
  /** In the order of the ring, which is none that means anything to people. */
  readonly items: readonly User[]
  /** Undefined after the last page, and only then: a page may be shorter than its limit. */
  readonly next: string | undefined
}

export interface ListOptions extends Filter, CallOptions {
  /** Goes on after the page with that `next`. */
  readonly cursor?: string | undefined
}

/** What came of the heartbeat of one user. */
export type HeartbeatResult =
  | (Presence & { readonly result: 'renewed' })
  /** There is no such user; or it has no lease, since its status was set without one: set it with a ttl first. */
  | { readonly id: string; readonly result: 'missing' | 'no-lease' }
  | {
      readonly id: string
      readonly result: 'failed'
      /** Name of the error, as everywhere. */
      readonly error: string
      readonly detail: string
    }

/** `upsert` creates or replaces; `create` refuses users that there are; `skip` leaves those as they are. */
export const IMPORT_MODES = ['upsert', 'create', 'skip'] as const
export type ImportMode = (typeof IMPORT_MODES)[number]

/** What an import reads of each line; other members of a user as it was exported are left aside. */
export interface ImportItem extends RestoredInput {
  readonly id: string
}

export interface ImportOptions extends CallOptions {
  /** @default 'upsert' */
  readonly mode?: ImportMode | undefined
}

/** What came of one line. */
export type ImportResult =
  | {
      /** Counted from 1. */
      readonly line: number
      readonly id: string
      readonly result: 'created' | 'updated' | 'skipped'
      readonly version: string
    }
  | {
      readonly line: number
      /** Null when not even that could be read. */
      readonly id: string | null
      readonly result: 'failed'
      /** Name of the error, as everywhere. */
      readonly error: string
      readonly detail: string
    }

/** What happened, and where to go on after all that was told by then; one of the two is there. */
export interface WatchBatch {
  readonly changes: readonly Change[]
  readonly cursor: string | undefined
}

/** A feed that has begun. */
export interface Watch {
  /** Where somebody may go on who has been told nothing yet. */
  readonly cursor: string
  /**
   * Ends when the signal is aborted, or the peer stops.
   * @param cursorEveryMs not more often is a cursor told, but after a slot was told anew, and never much later: also without changes, if it is another
   */
  batches(cursorEveryMs: number): AsyncGenerator<WatchBatch>
  end(): void
}

export interface ManyUsers {
  /** Each as `get`. At most 1,000 ids. @throws as `get`, for all of them when it is so for one */
  getMany(ids: readonly string[], options?: ReadOptions): Promise<Found>
  /**
   * Each as `heartbeat`, many at a time: what came of each, in the order of the ids, each once. One that fails harms only
   * itself, and may be sent again. At most 1,000 ids. Takes 10 s at most: those whose turn did not come by then have failed.
   * @throws InvalidRequestError too many ids; InvalidUserError the ttl; NotRunningError: not one was renewed
   */
  heartbeatMany(
    ids: readonly string[],
    ttlMs: number,
    options?: CallOptions
  ): Promise<readonly HeartbeatResult[]>
  /**
   * One page of all users. At most 1,000 users of a slot of the ring are read as they were at one moment, as strongly as a
   * single user, and one such part after the other: who is there from the first page to the last is listed once, who comes
   * or goes meanwhile may be.
   * @throws InvalidRequestError the cursor; UnavailableError
   */
  page(options?: PageOptions): Promise<UserPage>
  /** All users that match, page after page. @throws as `page`, wherever it is by then */
  list(options?: ListOptions): AsyncIterable<User>
  /**
   * What happens to users, as it happens, whoever writes them and wherever; it goes on by itself through changes of leader
   * and gateway. Every version of every user is told at least once, those of one slot in their order: an event with an id
   * and a version that was told before is the same event. Some events have a cursor: it is one of all that was told by then. Where that cannot be held a `reset` says so.
   * Ends with the reason of its signal. @throws InvalidRequestError the cursor; UnavailableError
   */
  watch(options?: WatchOptions): AsyncIterable<WatchEvent>
  /** How many there are; each slot as it is at one moment, unless the filter looks at more than 4,096 users of it. @throws UnavailableError */
  count(options?: Filter & CallOptions): Promise<number>
  /**
   * Writes users one by one, many at a time, and tells what came of each, in order. Repeated as a whole it does no harm:
   * what was written is written again as it is, or is there already. A user that cannot be read or written is a result
   * like any other. Items are taken as fast as they are written.
   */
  import(
    items: Iterable<ImportItem> | AsyncIterable<ImportItem>,
    options?: ImportOptions
  ): AsyncIterable<ImportResult>
}

/** What the gateway needs beyond {@link ManyUsers}. */
export interface OpenableUsers extends ManyUsers {
  /** As `getMany`, of as many of them as one answer holds. */
  getPart(ids: readonly string[], options?: ReadOptions): Promise<FoundPart>
  /** Begins nothing. @throws InvalidRequestError `watch` would refuse this cursor */
  checkSince(since: string): void
  /** As `watch`; resolves when it has begun. @throws as `watch` */
  open(options?: WatchOptions): Promise<Watch>
}
