/**
 * Work that takes longer than a moment, told while it goes on, so that people can see how far it is. Nothing ever steers
 * by it. `users/job-board.ts` keeps what is told.
 */

/** `placement`: changes of members and leaders that this peer plans for the slots that it leads. */
export type ReplicaJobKind = 'placement' | 'snapshot-in' | 'snapshot-out'

/** One piece of such work. */
export interface Job {
  /** What it does, to what; for people. */
  describe(detail: string): void
  /** So much more is done. Cheap enough to be called for every row. */
  add(done: number, bytes: number): void
  /** How far it is in all. `total`: as far as is known by now. */
  reach(done: number, total: number | undefined): void
  /** The first end counts. `detail` takes the place of what was said before. */
  done(detail?: string): void
  failed(detail: string): void
}

export interface JobInit<Kind extends string> {
  readonly kind: Kind
  readonly detail: string
  /** What is counted. */
  readonly unit: 'slots' | 'rows'
  /** How many there are; undefined when that is not known beforehand. */
  readonly total?: number | undefined
}

export interface Jobs {
  begin(init: JobInit<ReplicaJobKind>): Job
}
