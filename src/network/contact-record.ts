/** Contacts on the wire: libp2p signed peer records (RFC 0002 and 0003 of libp2p's specs), within our bounds. */
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { equals } from 'uint8arrays/equals'
import type { Contact } from '../chord/contact.ts'
import { ADDRESS_BYTES_MAX, ADDRESSES_MAX } from '../constants.ts'
import { ConfigurationError, ProtocolViolationError } from '../errors.ts'

/** A whole record in its envelope. */
export const CONTACT_RECORD_BYTES_MAX = 4096

/** Every hello and many messages bring records that were seen before, and checking a signature costs a whole message. */
const VERIFIED_MAX = 1024
const verified = new Map<string, Contact>()

/**
 * What this peer says of itself.
 * @param addresses multiaddrs, at most ADDRESSES_MAX, of at most ADDRESS_BYTES_MAX bytes
 * @param sequence must grow with every change of the addresses, also over restarts
 * @throws ConfigurationError
 */
export async function signContact(
  privateKey: PrivateKey,
  addresses: readonly string[],
  sequence: bigint
): Promise<Contact> {
  const peerId = peerIdFromPrivateKey(privateKey)
  const peer = peerId.toString()
  const own = addresses.map(address => withoutPeer(address, peer))
  const multiaddrs = own.map(address => multiaddr(address))
  if (
    own.length > ADDRESSES_MAX ||
    multiaddrs.some(address => address.bytes.byteLength > ADDRESS_BYTES_MAX)
  ) {
    throw new ConfigurationError(
      `Give at most ${ADDRESSES_MAX} addresses of at most ${ADDRESS_BYTES_MAX} bytes, not ${addresses.join(' ')}`
    )
  }
  const envelope = await RecordEnvelope.seal(
    new PeerRecord({ peerId, multiaddrs, seqNumber: sequence }),
    privateKey
  )
  const record = envelope.marshal()
  if (record.byteLength > CONTACT_RECORD_BYTES_MAX) {
    throw new ConfigurationError(
      `The addresses make a record of ${record.byteLength} bytes: at most ${CONTACT_RECORD_BYTES_MAX} fit`
    )
  }
  return { peer, addresses: own, sequence, record }
}

/**
 * A record that a peer sent, its own or a third one's. Keeps a copy of `record`, so that it may be a view.
 * @throws ProtocolViolationError it is over a bound, cannot be read, or is not signed by the peer it speaks of
 */
export async function verifyContact(record: Uint8Array): Promise<Contact> {
  const key = Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString('latin1')
  const known = verified.get(key)
  if (known !== undefined) return known
  const contact = await verify(record)
  if (verified.size >= VERIFIED_MAX) verified.clear()
  verified.set(key, contact)
  return contact
}

async function verify(record: Uint8Array): Promise<Contact> {
  if (record.byteLength > CONTACT_RECORD_BYTES_MAX) {
    throw new ProtocolViolationError(
      `A peer record of ${record.byteLength} bytes: at most ${CONTACT_RECORD_BYTES_MAX} are read`
    )
  }
  const copy = new Uint8Array(record) // not slice(): of a Buffer that is a view
  try {
    const envelope = await RecordEnvelope.openAndCertify(copy, PeerRecord.DOMAIN)
    if (!equals(envelope.payloadType, PeerRecord.CODEC)) throw new Error('it is no peer record')
    const { peerId, multiaddrs, seqNumber } = PeerRecord.createFromProtobuf(envelope.payload)
    // The signature only says that some key signed: it must be the key of the peer that the record is about.
    if (!peerIdFromPublicKey(envelope.publicKey).equals(peerId))
      throw new Error(`it is not signed by ${peerId}`)
    if (multiaddrs.length > ADDRESSES_MAX) throw new Error(`it has more than ${ADDRESSES_MAX} addresses`)
    if (multiaddrs.some(address => address.bytes.byteLength > ADDRESS_BYTES_MAX)) {
      throw new Error(`an address has more than ${ADDRESS_BYTES_MAX} bytes`)
    }
    const peer = peerId.toString()
    const addresses = multiaddrs.map(address => withoutPeer(address.toString(), peer))
    return { peer, addresses, sequence: seqNumber, record: copy }
  } catch (cause) {
    throw new ProtocolViolationError(`A peer record was not accepted: ${(cause as Error).message}`, { cause })
  }
}

function withoutPeer(address: string, peer: string): string {
  return address.endsWith(`/p2p/${peer}`) ? address.slice(0, -`/p2p/${peer}`.length) : address
}
