/** Tells how far the changes are that a planner wants: one job from the first of them until there is none. */
import type { Job, Jobs } from './jobs.ts'
import { REASONS, type Reason } from './placement.ts'

/** One round of planning. */
export interface PlannedRound {
  /** Why the changes of this round were begun, one by one. */
  readonly begun: readonly Reason[]
  /** Begun in this round or before, and not over. */
  readonly underWay: number
  /** Wanted, and not begun yet. */
  readonly waiting: number
}

export class PlacementProgress {
  readonly #jobs: Jobs | undefined
  #job: Job | undefined
  readonly #begun = new Map<Reason, number>()

  constructor(jobs: Jobs | undefined) {
    this.#jobs = jobs
  }

  /** A change that came to nothing counts as over; when it is begun again it is one more. */
  add({ begun, underWay, waiting }: PlannedRound): void {
    if (this.#job === undefined) {
      if (begun.length === 0) return // what others wanted changed, as a peer that drains, is not planned
      this.#begun.clear()
      this.#job = this.#jobs?.begin({ kind: 'placement', detail: '', unit: 'slots' })
    }
    for (const reason of begun) this.#begun.set(reason, (this.#begun.get(reason) ?? 0) + 1)
    const total = [...this.#begun.values()].reduce((sum, count) => sum + count, 0)
    this.#job?.describe(this.#detail())
    this.#job?.reach(Math.max(0, total - underWay), total + waiting)
    if (underWay + waiting > 0) return
    this.#job?.done()
    this.#job = undefined
  }

  /** Nothing more is planned. */
  end(): void {
    this.#job?.failed(`${this.#detail()}; this peer plans no more`)
    this.#job = undefined
  }

  #detail(): string {
    const counts = REASONS.flatMap(reason => {
      const count = this.#begun.get(reason)
      return count === undefined ? [] : [`${reason} ${count}`]
    })
    return `slots get other members or another leader: ${counts.join(', ')}`
  }
}
