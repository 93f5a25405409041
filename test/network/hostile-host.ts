/** A libp2p host without our limits: what an attacker would run. */
import '../../src/shim.ts'
import { noise } from '@chainsafe/libp2p-noise'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

export async function hostileHost(): Promise<Libp2p> {
  return await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxOutboundStreams: 100_000, maxInboundStreams: 100_000 })],
    services: { identify: identify() }
  })
}
