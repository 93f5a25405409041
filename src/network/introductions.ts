/**
 * The signed records that go with a message to a peer: of whoever is named in it and has not been told to that peer yet.
 * What is remembered of it is bounded: a peer that is forgotten is told again.
 */
import type { Contacts } from '../chord/contact.ts'
import type { Peer } from '../chord/ring-node.ts'
import { PEER_BOOK_MAX } from '../constants.ts'
import { MESSAGE_CONTACTS_MAX } from './chord-codec.ts'

export class Introductions {
  readonly #contacts: Contacts
  /** By remote peer, the longest remembered first: the sequences of the contacts that it was sent. */
  readonly #told = new Map<Peer, Map<Peer, bigint>>()

  constructor(contacts: Contacts) {
    this.#contacts = contacts
  }

  /** The records of `named` that `to` has not been told in their present form; they count as told from now on. */
  recordsFor(to: Peer, named: Iterable<Peer>): Uint8Array[] {
    const records: Uint8Array[] = []
    let told = this.#told.get(to)
    for (const peer of named) {
      if (records.length === MESSAGE_CONTACTS_MAX) break
      const contact = peer === to ? undefined : this.#contacts.contactOf(peer)
      if (contact === undefined || told?.get(peer) === contact.sequence) continue
      if (told === undefined || told.size >= PEER_BOOK_MAX) told = this.#begin(to)
      told.set(peer, contact.sequence)
      records.push(contact.record)
    }
    return records
  }

  /** What `to` was told may be lost. */
  forget(to: Peer): void {
    this.#told.delete(to)
  }

  #begin(to: Peer): Map<Peer, bigint> {
    const told = new Map<Peer, bigint>()
    this.#told.delete(to)
    if (this.#told.size >= PEER_BOOK_MAX) {
      const [oldest] = this.#told.keys()
      this.#told.delete(oldest!)
    }
    this.#told.set(to, told)
    return told
  }
}
