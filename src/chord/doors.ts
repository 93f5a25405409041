/**
 * The addresses that a peer was told to join, where it looks for its ring for as long as it runs: while it was away everybody
 * may have moved, and then these are all that leads back.
 */

import { type GreetInit, greetAll } from './entry.ts'
import type { PeerBook } from './peer-book.ts'
import type { Peer } from './ring-node.ts'

export interface DoorsInit extends Omit<GreetInit, 'signal' | 'onSilence'> {
  readonly self: Peer
  readonly ringId: string
  readonly book: PeerBook
}

export class Doors {
  readonly #init: DoorsInit
  readonly #shut: Set<string>
  #knocking: Promise<Peer[]> | undefined

  constructor(init: DoorsInit) {
    this.#init = init
    this.#shut = new Set(init.join)
  }

  /** At some of the addresses nobody of the ring has answered so far: somebody may come there whom we have not met. */
  get shut(): boolean {
    return this.#shut.size > 0
  }

  /** Puts into the book whoever of the ring answers, and returns them. Whoever knocks meanwhile waits for the same. */
  knock(signal: AbortSignal): Promise<Peer[]> {
    this.#knocking ??= this.#knock(signal).finally(() => {
      this.#knocking = undefined
    })
    return this.#knocking
  }

  async #knock(signal: AbortSignal): Promise<Peer[]> {
    const { self, ringId, book, runtime } = this.#init
    const onSilence = (address: string, reason: string) =>
      runtime.log.debug('nobody answers at an address to join', { address, reason })
    const greetings = await greetAll({ ...this.#init, signal, onSilence })
    const found: Peer[] = []
    for (const [address, { genesis, contact }] of greetings) {
      if (genesis.ringId !== ringId) continue
      this.#shut.delete(address)
      if (contact.peer === self) continue
      book.put(contact)
      found.push(contact.peer)
    }
    return found
  }
}
