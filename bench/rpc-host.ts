/** What the two processes of rpc.ts share: a host, the wire of a made-up ring, and the three protocols that are compared. */
import { noise } from '@chainsafe/libp2p-noise'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { Events } from '../src/events.ts'
import { signContact } from '../src/network/contact-record.ts'
import { Dialer } from '../src/network/dialer.ts'
import { Refusals } from '../src/network/refusals.ts'
import type { Wire } from '../src/network/wire.ts'
import { silentLog, systemClock, systemRandom } from '../src/runtime.ts'

export const RPC_PROTOCOL = '/anillo/bench-rpc/1.0.0'
export const BARE_PROTOCOL = '/anillo/bench-bare/1.0.0'
export const ONCE_PROTOCOL = '/anillo/bench-once/1.0.0'
export const STREAMS_MAX = 8192

export interface Components {
  readonly registrar: Registrar
  readonly connectionManager: ConnectionManager
}

/** A host on a port of the system's choice, with what its services are given. */
export async function benchHost(
  addressesOf: (peer: string) => readonly string[]
): Promise<{ host: Libp2p; wire: Wire }> {
  const privateKey = await generateKeyPair('Ed25519')
  const host = await createLibp2p({
    privateKey,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    // Not the limits of src/network/host.ts: a stream for each of 512 requests would not get past them.
    streamMuxers: [yamux({ maxInboundStreams: STREAMS_MAX, maxOutboundStreams: STREAMS_MAX })],
    services: {
      identify: identify(),
      components: ({ registrar, connectionManager }: Components) => ({ registrar, connectionManager })
    }
  })
  const { registrar, connectionManager } = host.services.components
  const { record, peer } = await signContact(privateKey, [], 1n)
  const genesis = { ringId: '00'.repeat(16), slots: 256, replicas: 3, virtualNodes: 32, createdBy: peer }
  const wire = {
    registrar,
    dialer: new Dialer(connectionManager, addressesOf),
    hello: {
      genesis,
      storeId: new Uint8Array(8),
      boot: 1,
      nonces: new Uint8Array(8),
      record,
      admit() {},
      onMet() {},
      onRolledBack() {}
    },
    runtime: { clock: systemClock, random: systemRandom, log: silentLog },
    events: new Events(),
    refusals: new Refusals(systemClock)
  }
  return { host, wire }
}
