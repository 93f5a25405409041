/** Peer ids as libp2p makes them of Ed25519 keys, without the keys: an identity multihash of 36 bytes. */
import { toString as bytesToString } from 'uint8arrays/to-string'
import type { Peer } from '../../src/chord/ring-node.ts'
import type { Random } from '../../src/runtime.ts'

const IDENTITY_MULTIHASH_OF_ED25519_KEY = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20]

export function simulatedPeerId(random: Random): Peer {
  return bytesToString(
    Uint8Array.from([...IDENTITY_MULTIHASH_OF_ED25519_KEY, ...random.bytes(32)]),
    'base58btc'
  )
}
