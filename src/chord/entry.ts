/**
 * How a peer comes to a ring: back to the one of its data, into somebody else's, or into a new one of its own; and how a
 * client finds the one that it asks.
 */
import { DataDirectoryError, errorName, JoinError, NotAdmittedError } from '../errors.ts'
import { deadlineAfter, jitter, parallel, type Runtime, sleep } from '../runtime.ts'
import type { Store } from '../storage/store.ts'
import type { Contact } from './contact.ts'
import {
  checkAgainstGenesis,
  checkRingOptions,
  createGenesis,
  type Genesis,
  type RingOptions
} from './genesis.ts'
import { loadGenesis, saveGenesis } from './genesis-store.ts'
import type { Peer } from './ring-node.ts'

export type Origin = 'created' | 'joined' | 'restarted' | 'client'

interface Greeting {
  readonly genesis: Genesis
  readonly contact: Contact
}

export interface GreetInit {
  readonly runtime: Runtime
  /** Multiaddrs. */
  readonly join: readonly string[]
  /** Asks whoever answers there which ring it belongs to. */
  readonly greet: (address: string, signal: AbortSignal) => Promise<Greeting>
  readonly signal: AbortSignal
}

export interface EntryInit extends GreetInit {
  readonly peer: Peer
  readonly store: Store
  readonly options: RingOptions
  /** Makes durable what a member needs before the genesis record makes this peer one. */
  readonly beforeGenesis: (origin: Origin, genesis: Genesis) => Promise<void>
  /** Makes durable how a peer of the ring is reached. */
  readonly remember: (contact: Contact) => Promise<void>
}

export interface Entry {
  readonly genesis: Genesis
  readonly origin: Origin
  /** Of those that were greeted. */
  readonly contacts: readonly Contact[]
}

/** The peers to join may be starting themselves, or be slow after a power cut. */
const JOIN_TIMEOUT_MS = 30_000
const RETRY_MS = 500
const GREETED_AT_ONCE = 16
/**
 * Whoever does not let us in will hardly change its mind; but one that is stopping, or has more callers than it takes at once,
 * closes connections too.
 */
const REFUSED_PATIENCE_MS = 5_000
/** These do not get better by waiting. */
const FINAL = new Set([
  'ConfigurationError',
  'DataDirectoryError',
  'IncompatibleVersionError',
  'WrongRingError'
])

/**
 * A peer that was told to join never makes a ring, whatever fails.
 * @throws JoinError nobody to join answered; NotAdmittedError they do, and let this peer not in; ConfigurationError, DataDirectoryError
 */
export async function enterRing(init: EntryInit): Promise<Entry> {
  checkRingOptions(init.options)
  const genesis = loadGenesis(init.store)
  if (genesis !== undefined) return returnTo(genesis, init)
  return init.join.length > 0 ? joinRing(init) : createRing(init)
}

/** As {@link enterRing} of a peer that is told to join, and nothing is kept. */
export async function visitRing(
  init: Omit<EntryInit, 'store' | 'beforeGenesis' | 'remember'>
): Promise<Entry> {
  checkRingOptions(init.options)
  const { genesis, contact } = await greetAny(init)
  checkAgainstGenesis(init.options, genesis)
  return { genesis, origin: 'client', contacts: [contact] }
}

async function createRing({ options, peer, runtime, store, beforeGenesis }: EntryInit): Promise<Entry> {
  const genesis = createGenesis(options, peer, runtime.random)
  await beforeGenesis('created', genesis)
  await saveGenesis(store, genesis)
  return { genesis, origin: 'created', contacts: [] }
}

async function joinRing(init: EntryInit): Promise<Entry> {
  const { options, store, beforeGenesis, remember } = init
  const { genesis, contact } = await greetAny(init)
  checkAgainstGenesis(options, genesis)
  await beforeGenesis('joined', genesis)
  await remember(contact) // a member that knew nobody would stand alone after a crash, and stay alone
  await saveGenesis(store, genesis)
  return { genesis, origin: 'joined', contacts: [contact] }
}

/** The data directory decides; the addresses to join only help to find the others. */
async function returnTo(genesis: Genesis, init: EntryInit): Promise<Entry> {
  checkAgainstGenesis(init.options, genesis)
  const greetings = await greetAll({
    ...init,
    onSilence: (address, reason) =>
      init.runtime.log.warn('peer to join did not answer; it is tried again', { address, reason })
  })
  for (const [address, greeting] of greetings) {
    if (greeting.genesis.ringId === genesis.ringId) continue
    throw new DataDirectoryError(
      `The data directory belongs to ring ${genesis.ringId}, and ${address} is of ring ${greeting.genesis.ringId}: start with an empty directory to join that one`
    )
  }
  const contacts = Array.from(greetings.values(), ({ contact }) => contact)
  return { genesis, origin: 'restarted', contacts }
}

/** Those that answer, by address. */
export async function greetAll({
  join,
  greet,
  signal,
  onSilence
}: Omit<GreetInit, 'runtime'> & {
  readonly onSilence: (address: string, reason: string) => void
}): Promise<Map<string, Greeting>> {
  const greetings = new Map<string, Greeting>()
  await parallel(join, GREETED_AT_ONCE, async address => {
    const greeting = await greet(address, signal).catch((error: Error) => {
      signal.throwIfAborted()
      onSilence(address, error.message)
      return undefined
    })
    if (greeting !== undefined) greetings.set(address, greeting)
  })
  return greetings
}

async function greetAny({ join, greet, runtime, signal, peer }: Pick<EntryInit, 'peer'> & GreetInit) {
  using deadline = deadlineAfter(runtime.clock, JOIN_TIMEOUT_MS, signal)
  const reasons = new Map<string, string>()
  let refusedSinceMs = runtime.clock.monotonic()
  for (;;) {
    let refusals = 0
    for (const address of join) {
      try {
        const greeting = await greet(address, deadline.signal)
        if (greeting.contact.peer !== peer) return greeting
        reasons.set(address, 'that is this peer itself')
      } catch (error) {
        signal.throwIfAborted()
        if (FINAL.has(errorName(error) ?? '')) throw error
        if (errorName(error) === 'NotAdmittedError') refusals++
        reasons.set(address, (error as Error).message)
      }
    }
    if (refusals < join.length) refusedSinceMs = runtime.clock.monotonic()
    else if (runtime.clock.monotonic() - refusedSinceMs >= REFUSED_PATIENCE_MS) {
      throw new NotAdmittedError(`${[...reasons.values()].join('; ')}. This peer is ${peer}`)
    }
    await sleep(runtime.clock, jitter(runtime.random, RETRY_MS), deadline.signal).catch(() => {})
    signal.throwIfAborted()
    if (deadline.signal.aborted) {
      const said = join.map(address => `${address}: ${reasons.get(address) ?? 'no answer'}`).join('; ')
      throw new JoinError(
        `No ring within ${JOIN_TIMEOUT_MS} ms. ${said}. Is the peer running, and the address the one it printed?`
      )
    }
  }
}
