/** Who follows what happens to slots, and is told at the end of each turn in which something may have happened. */
import type { Slot } from '../ring/slot.ts'

export type SlotFollower = (slots: ReadonlySet<Slot>) => void

export class SlotFollowers {
  readonly #followers = new Set<SlotFollower>()
  #moved = new Set<Slot>()

  /** Returns what ends that. */
  subscribe(follower: SlotFollower): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  moved(slot: Slot): void {
    if (this.#followers.size > 0) this.#moved.add(slot)
  }

  /**
   * Followers read entries, and may find out that the disk is damaged. Each is told, whatever another one throws.
   * @returns what was thrown first
   */
  tell(): Error | undefined {
    if (this.#moved.size === 0) return undefined
    const moved = this.#moved
    this.#moved = new Set()
    let thrown: Error | undefined
    for (const follower of [...this.#followers]) {
      try {
        follower(moved)
      } catch (error) {
        thrown ??= error as Error
      }
    }
    return thrown
  }
}
