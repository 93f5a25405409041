/**
 * A placement that may say anything. Nothing that is promised may rest on Chord being right, so now and then every peer
 * is told other members for its slots, and none of it is true.
 */
import type { Peer } from '../../src/chord/ring-node.ts'
import type { Placement } from '../../src/replica/placement.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { seededRandom } from './random.ts'

export class Liar {
  readonly #seed: string
  readonly #peers: () => readonly Peer[]
  #salt: number | undefined

  /** @param peers those that run */
  constructor(seed: string, peers: () => readonly Peer[]) {
    this.#seed = seed
    this.#peers = peers
  }

  get lying(): boolean {
    return this.#salt !== undefined
  }

  begin(salt: number): void {
    this.#salt = salt
  }

  end(): void {
    this.#salt = undefined
  }

  /** What `self` is told: the truth, unless somebody lies. */
  placement(self: Peer, truth: Placement): Placement {
    return {
      peersOf: (slot, signal) =>
        this.lying ? Promise.resolve(this.#shuffled(self, slot)) : truth.peersOf(slot, signal),
      up: () => truth.up(),
      isUp: peer => this.lying || truth.isUp(peer),
      check: peer => truth.check(peer)
    }
  }

  #shuffled(self: Peer, slot: Slot): Peer[] {
    const random = seededRandom(this.#seed, `lie ${this.#salt} to ${self} about ${slot}`)
    return this.#peers()
      .map(peer => ({ peer, order: random.next() }))
      .sort((a, b) => a.order - b.order)
      .map(({ peer }) => peer)
  }
}
