import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { CONTACT_RECORD_BYTES_MAX, signContact, verifyContact } from '../../src/network/contact-record.ts'

const key = await generateKeyPair('Ed25519')
const peerId = peerIdFromPrivateKey(key)
const violation = { name: 'ProtocolViolationError' }

async function sealed(multiaddrs: string[], by = key): Promise<Uint8Array> {
  const record = new PeerRecord({ peerId, multiaddrs: multiaddrs.map(a => multiaddr(a)), seqNumber: 5n })
  return (await RecordEnvelope.seal(record, by)).marshal()
}

test('a contact that a peer signed is read by others, without its own id in the addresses', async () => {
  const peer = peerId.toString()
  const signed = await signContact(key, [`/ip4/10.0.0.1/tcp/4001/p2p/${peer}`, '/dns4/a.example/tcp/1'], 7n)
  const read = await verifyContact(signed.record)
  assert.deepEqual(read, signed)
  assert.deepEqual(read.addresses, ['/ip4/10.0.0.1/tcp/4001', '/dns4/a.example/tcp/1'])
  assert.equal(read.peer, peer)
  assert.equal(read.sequence, 7n)
})

test('what is kept of a record does not change with the buffer it came in', async () => {
  const { record } = await signContact(key, ['/ip4/10.0.0.1/tcp/1'], 1n)
  const buffer = Buffer.from(record) // as it comes from a socket
  const read = await verifyContact(buffer)
  buffer.fill(0)
  assert.deepEqual(read.record, record)
})

test('a record that another peer signed is refused', async () => {
  await assert.rejects(
    verifyContact(await sealed(['/ip4/10.0.0.1/tcp/1'], await generateKeyPair('Ed25519'))),
    violation
  )
})

test('a record with one bit changed is refused, or says the same', async () => {
  const { record, ...said } = await signContact(key, ['/ip4/10.0.0.1/tcp/1'], 1n)
  let refused = 0
  for (let at = 0; at < record.byteLength; at++) {
    const changed = record.slice()
    changed[at]! ^= 1
    try {
      const { record: _, ...read } = await verifyContact(changed)
      assert.deepEqual(read, said, `byte ${at}`)
    } catch (error) {
      assert.equal((error as Error).name, 'ProtocolViolationError')
      refused++
    }
  }
  assert.ok(refused > record.byteLength * 0.9, `only ${refused} of ${record.byteLength} changes were refused`)
})

test('records over the bounds of addresses and bytes are refused, by the signer too', async () => {
  const many = Array.from({ length: 17 }, (_, i) => `/ip4/10.0.0.${i}/tcp/1`)
  const long = `/dns4/${'a'.repeat(255)}/tcp/1`
  await assert.rejects(verifyContact(await sealed(many)), violation)
  await assert.rejects(verifyContact(await sealed([long])), violation)
  await assert.rejects(verifyContact(new Uint8Array(CONTACT_RECORD_BYTES_MAX + 1)), violation)
  await assert.rejects(verifyContact(new Uint8Array(0)), violation)
  await assert.rejects(signContact(key, many, 1n), { name: 'ConfigurationError' })
  await assert.rejects(signContact(key, [long], 1n), { name: 'ConfigurationError' })
})
