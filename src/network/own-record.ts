/** What this peer says of how to reach it, in its own signed words, as its host's addresses are at the moment. */
import type { Libp2pEvents, PrivateKey } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import type { TypedEventTarget } from 'main-event'
import { ADDRESSES_MAX } from '../constants.ts'
import { deadlineAfter, type Runtime } from '../runtime.ts'
import { signContact } from './contact-record.ts'

export interface OwnRecordComponents {
  readonly privateKey: PrivateKey
  readonly addressManager: AddressManager
  readonly events: TypedEventTarget<Libp2pEvents>
}

/** A host that cannot listen says so itself, well before this. */
const LISTEN_TIMEOUT_MS = 5_000

export class OwnRecord {
  readonly #components: OwnRecordComponents
  readonly #runtime: Runtime
  #bytes: Uint8Array = new Uint8Array()
  #signedAddresses: readonly string[] | undefined

  constructor(components: OwnRecordComponents, runtime: Runtime) {
    this.#components = components
    this.#runtime = runtime
  }

  /** Signed; empty before `follow` or `withhold`. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Multiaddrs without /p2p. */
  addresses(): string[] {
    const addresses = this.#components.addressManager.getAddresses().map(address => address.toString())
    return addresses.map(address => address.split('/p2p/')[0]!).slice(0, ADDRESSES_MAX)
  }

  /** Signs the addresses as soon as there are any, and again whenever they change. */
  async follow(signal: AbortSignal): Promise<void> {
    await this.#listening(signal)
    await this.#signAddresses()
    this.#components.events.addEventListener('self:peer:update', this.#onAddresses)
  }

  /** Signs that there is no way to reach it. */
  withhold(): Promise<void> {
    return this.#sign([])
  }

  stop(): void {
    this.#components.events.removeEventListener('self:peer:update', this.#onAddresses)
  }

  /** Listening begins together with joining, and who greets others must have an address to tell. */
  async #listening(signal: AbortSignal): Promise<void> {
    const { addressManager, events } = this.#components
    if (addressManager.getListenAddrs().length === 0 || this.addresses().length > 0) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    using deadline = deadlineAfter(this.#runtime.clock, LISTEN_TIMEOUT_MS, signal)
    const listening = () => resolve()
    const ended = () => reject(deadline.signal.reason)
    events.addEventListener('transport:listening', listening)
    deadline.signal.addEventListener('abort', ended)
    try {
      await promise
    } finally {
      events.removeEventListener('transport:listening', listening)
      deadline.signal.removeEventListener('abort', ended)
    }
  }

  readonly #onAddresses = () => {
    this.#signAddresses().catch(error => this.#runtime.log.error('own addresses not told', { error }))
  }

  async #signAddresses(): Promise<void> {
    const addresses = this.addresses()
    // libp2p says "update" for much that is no news; a new record would go round the whole ring again.
    if (String(addresses) === String(this.#signedAddresses)) return
    await this.#sign(addresses)
  }

  /** The sequence is the wall clock, as in libp2p's own records: it grows over restarts without being stored. */
  async #sign(addresses: readonly string[]): Promise<void> {
    this.#signedAddresses = addresses
    const sequence = BigInt(this.#runtime.clock.now())
    const contact = await signContact(this.#components.privateKey, addresses, sequence)
    this.#bytes = contact.record
  }
}
