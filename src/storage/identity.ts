/**
 * What makes a restarted peer the same peer, and tells its starts apart: the libp2p private key, the id of this very
 * store, and a counter of starts. It lives in the store, so a copy of the store is a copy of the peer.
 */
import { generateKeyPairFromSeed, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { DataDirectoryError } from '../errors.ts'
import type { Random } from '../runtime.ts'
import { metaKey } from './keys.ts'
import type { Store } from './store.ts'

export interface Identity {
  /** Ed25519, in libp2p's protobuf form. */
  readonly privateKey: Uint8Array
  /** Eight random bytes, made with the store: the same key with another store id is a peer that lost its data. */
  readonly storeId: Uint8Array
  /** 1 at the first start, one more at each; nothing that an earlier start promised is taken for this one's. */
  readonly boot: bigint
}

const PRIVATE_KEY = metaKey('privateKey')
const STORE_ID = metaKey('storeId')
const BOOT = metaKey('boot')
const OWNER = metaKey('owner')
const SEED_BYTES = 32
const STORE_ID_BYTES = 8
const BOOT_BYTES = 8
/** Above every key of the layout (keys.ts). */
const LAST = Uint8Array.of(0xff)

/**
 * The identity kept in `store`, or a new one if the store is empty. The new boot number is durable when the promise
 * resolves, so that no two starts ever speak under the same one.
 *
 * @throws DataDirectoryError the store holds other things but no sound identity
 */
export async function openIdentity(store: Store, random: Random): Promise<Identity> {
  const { privateKey, storeId, boot } = readIdentity(store) ?? (await createIdentity(random))
  const identity = { privateKey, storeId, boot: boot + 1n }
  await store.write([
    { key: PRIVATE_KEY, value: privateKey },
    { key: STORE_ID, value: storeId },
    { key: BOOT, value: encodeBoot(identity.boot) }
  ])
  return identity
}

/**
 * Binds a store to the peer whose slots it holds. A host that brings a key of its own must bring the same one each
 * time: under another, the views in the store would name a peer that nobody is any more.
 *
 * @throws DataDirectoryError the store is another peer's
 */
export async function claimStore(store: Store, peer: string): Promise<void> {
  const owner = store.get(OWNER)
  if (owner === undefined) {
    await store.write([{ key: OWNER, value: fromString(peer) }])
  } else if (bytesToString(owner) !== peer) {
    throw new DataDirectoryError(
      `The data directory belongs to peer ${bytesToString(owner)}, and this host is ${peer}: start it with the private key it had, or with an empty directory`
    )
  }
}

async function createIdentity(random: Random): Promise<Identity> {
  const key = await generateKeyPairFromSeed('Ed25519', random.bytes(SEED_BYTES))
  return { privateKey: privateKeyToProtobuf(key), storeId: random.bytes(STORE_ID_BYTES), boot: 0n }
}

/** Undefined of an empty store. */
function readIdentity(store: Store): Identity | undefined {
  const privateKey = store.get(PRIVATE_KEY)
  const storeId = store.get(STORE_ID)
  const boot = store.get(BOOT)
  const [anything] = store.range({ start: new Uint8Array(), end: LAST, limit: 1 })
  if (anything === undefined) return undefined
  if (!isEd25519(privateKey) || storeId?.length !== STORE_ID_BYTES || boot?.length !== BOOT_BYTES) {
    throw new DataDirectoryError(
      'The identity in the data directory is damaged: restore the directory from a copy of it, or start with an empty one as a new peer'
    )
  }
  return { privateKey, storeId, boot: decodeBoot(boot) }
}

function isEd25519(privateKey: Uint8Array | undefined): privateKey is Uint8Array {
  try {
    return privateKey !== undefined && privateKeyFromProtobuf(privateKey).type === 'Ed25519'
  } catch {
    return false
  }
}

function encodeBoot(boot: bigint): Uint8Array {
  const bytes = new Uint8Array(BOOT_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, boot)
  return bytes
}

function decodeBoot(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
}
