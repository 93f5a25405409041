/** A host on the loopback interface that belongs to a ring, as the tests of this folder need it. */
import '../../src/shim.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Libp2p, PrivateKey, Stream } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import { multiaddr } from '@multiformats/multiaddr'
import type { Genesis } from '../../src/chord/genesis.ts'
import type { Peer } from '../../src/chord/ring-node.ts'
import { type AnilloEvent, Events } from '../../src/events.ts'
import { signContact } from '../../src/network/contact-record.ts'
import { Dialer } from '../../src/network/dialer.ts'
import { type HelloPolicy, type Met, sayHello } from '../../src/network/hello.ts'
import { createHost } from '../../src/network/host.ts'
import { Refusals } from '../../src/network/refusals.ts'
import type { Wire } from '../../src/network/wire.ts'
import { type Clock, type LogFields, silentLog, systemClock, systemRandom } from '../../src/runtime.ts'
import { KnownBoots } from '../../src/storage/known-boots.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'

export const PROTOCOL = '/anillo/test/1.0.0'
export const RING_ID = '0123456789abcdef0123456789abcdef'

interface Components {
  readonly registrar: Registrar
  readonly connectionManager: ConnectionManager
}

export interface MemberOptions {
  /** Undefined makes it a peer without a ring. @default RING_ID */
  readonly ringId?: string | undefined
  readonly privateKey?: PrivateKey
  /** 0 lets the system choose. */
  readonly port?: number
  /** It says that it is one. @default false */
  readonly client?: boolean
  /** Time runs so many times faster for what this peer waits for. @default 1 */
  readonly speed?: number
}

export interface Member {
  readonly host: Libp2p
  readonly wire: Wire
  readonly peer: Peer
  readonly privateKey: PrivateKey
  /** Ends in /p2p/<peer>. */
  readonly address: string
  /** Addresses that it knows of others. */
  readonly book: Map<Peer, readonly string[]>
  readonly met: Met[]
  /** What it was told when it was refused for having an old copy of its store. */
  readonly rolledBack: Error[]
  readonly events: AnilloEvent[]
  readonly logged: { message: string; fields: LogFields | undefined }[]
  /** Timers that it has started and that have neither fired nor been cancelled. */
  timers(): number
  stop(): Promise<void>
}

export async function startMember(options: MemberOptions = {}): Promise<Member> {
  const ringId = 'ringId' in options ? options.ringId : RING_ID
  const privateKey = options.privateKey ?? (await generateKeyPair('Ed25519'))
  const book = new Map<Peer, readonly string[]>()
  const host = await createHost({
    privateKey,
    listen: [`/ip4/127.0.0.1/tcp/${options.port ?? 0}`],
    services: {
      components: ({ registrar, connectionManager }: Components) => ({ registrar, connectionManager })
    }
  })
  const { registrar, connectionManager } = host.services.components
  const address = host.getMultiaddrs()[0]!.toString()
  const contact = await signContact(privateKey, [address], 1n)
  const { clock, timers } = countingClock(options.speed ?? 1)
  const boots = new KnownBoots(new MemoryStore(), { clock, random: systemRandom, log: silentLog })
  const rolledBack: Error[] = []
  const met: Met[] = []
  const logged: Member['logged'] = []
  const log = (message: string, fields?: LogFields) => void logged.push({ message, fields })
  const events: AnilloEvent[] = []
  const wire: Wire = {
    registrar,
    dialer: new Dialer(connectionManager, peer => book.get(peer) ?? []),
    hello: {
      genesis: ringId === undefined ? undefined : genesisOf(ringId, contact.peer),
      storeId: new Uint8Array(8).fill(1),
      boot: 3,
      nonces: new Uint8Array(24).fill(7),
      record: contact.record,
      client: options.client,
      admit: (incarnation, nonces) => boots.admit(incarnation, nonces),
      onMet: hello => void met.push(hello),
      onRolledBack: error => void rolledBack.push(error)
    },
    runtime: {
      clock,
      random: systemRandom,
      log: { debug() {}, info: log, warn: log, error: log }
    },
    events: new Events(),
    refusals: new Refusals(clock)
  }
  wire.events.subscribe(event => void events.push(event))
  const stop = async () => {
    await host.stop()
  }
  return {
    host,
    wire,
    peer: contact.peer,
    privateKey,
    address,
    book,
    met,
    rolledBack,
    events,
    logged,
    timers,
    stop
  }
}

/** Tells both of each other's address. */
export function introduce(a: Member, b: Member): void {
  a.book.set(b.peer, [b.address])
  b.book.set(a.peer, [a.address])
}

export function genesisOf(ringId: string, createdBy: Peer): Genesis {
  return { ringId, slots: 256, replicas: 3, virtualNodes: 32, createdBy }
}

/** A stream of `from` to `to` on which nothing has been said: for whoever wants to break the protocol. */
export async function openRaw(from: Libp2p, to: Member, protocol = PROTOCOL): Promise<Stream> {
  return await from.dialProtocol(multiaddr(to.address), protocol)
}

/** The same after sound hellos in both directions. */
export async function openGreeted(from: Member, to: Member, protocol = PROTOCOL): Promise<Stream> {
  const stream = await openRaw(from.host, to, protocol)
  await sayHello(stream, to.peer, from.wire.hello, from.wire.runtime.clock)
  return stream
}

/** The policy of `member` with some of its answers replaced. */
export function policyOf(member: Member, changes: Partial<HelloPolicy>): HelloPolicy {
  return { ...member.wire.hello, ...changes }
}

/** Names of the errors for which `member` refused others. */
export function refusals(member: Member): string[] {
  return member.events.flatMap(event => (event.type === 'wire.refused' ? [event.error] : []))
}

/** Waits until `condition` holds. @throws when it does not within `ms` */
export async function until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
  const end = performance.now() + ms
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Not within ${ms} ms: ${what}`)
    await delay(5)
  }
}

function countingClock(speed: number): { clock: Clock; timers: () => number } {
  let count = 0
  const clock: Clock = {
    ...systemClock,
    monotonic: () => systemClock.monotonic() * speed,
    timer(ms, fire) {
      let pending = true
      const done = () => {
        if (pending) count--
        pending = false
      }
      count++
      const timer = systemClock.timer(ms / speed, () => {
        done()
        fire()
      })
      return {
        cancel() {
          done()
          timer.cancel()
        }
      }
    }
  }
  return { clock, timers: () => count }
}
