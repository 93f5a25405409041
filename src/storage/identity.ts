/**
 * What makes a restarted peer the same peer, and tells its starts apart: the libp2p private key, the id of this very
 * store, a counter of starts, and a random number for each. It lives in the store, so a copy of the store is a copy of
 * the peer; but when both are started, the numbers tell the others which of them is the old one.
 */
import { generateKeyPairFromSeed, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { concat } from 'uint8arrays/concat'
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { BOOT_NONCE_BYTES, BOOT_NONCES_MAX } from '../constants.ts'
import { DataDirectoryError, StoreRolledBackError } from '../errors.ts'
import type { Random } from '../runtime.ts'
import { formatWrite } from './format.ts'
import { metaKey } from './keys.ts'
import type { Store } from './store.ts'

export interface Identity {
  /** Ed25519, in libp2p's protobuf form. */
  readonly privateKey: Uint8Array
  /** Eight random bytes, made with the store: the same key with another store id is a peer that lost its data. */
  readonly storeId: Uint8Array
  /** 1 at the first start, one more at each; nothing that an earlier start promised is taken for this one's. */
  readonly boot: number
  /** Random bytes of the last starts, the newest first: BOOT_NONCE_BYTES of each, at most BOOT_NONCES_MAX. */
  readonly nonces: Uint8Array
}

const PRIVATE_KEY = metaKey('privateKey')
const STORE_ID = metaKey('storeId')
const BOOT = metaKey('boot')
const NONCES = metaKey('nonces')
const OWNER = metaKey('owner')
const ROLLED_BACK = metaKey('rolledBack')
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
 * @throws StoreRolledBackError other peers have found out that it is an old copy
 */
export async function openIdentity(store: Store, random: Random): Promise<Identity> {
  if (store.get(ROLLED_BACK) !== undefined) {
    throw new StoreRolledBackError(
      'The data directory is an old copy of one that was in use since: start with an empty directory, as a new peer'
    )
  }
  const { privateKey, storeId, boot, nonces } = readIdentity(store) ?? (await createIdentity(random))
  const identity = {
    privateKey,
    storeId,
    boot: boot + 1,
    nonces: concat([random.bytes(BOOT_NONCE_BYTES), nonces]).subarray(0, BOOT_NONCES_MAX * BOOT_NONCE_BYTES)
  }
  await store.write([
    formatWrite,
    { key: PRIVATE_KEY, value: privateKey },
    { key: STORE_ID, value: storeId },
    { key: BOOT, value: encodeBoot(identity.boot) },
    { key: NONCES, value: identity.nonces }
  ])
  return identity
}

/** What others have found out must not be forgotten by the next start: after enough of them nobody could tell any more. */
export async function markRolledBack(store: Store): Promise<void> {
  await store.write([{ key: ROLLED_BACK, value: Uint8Array.of(1) }])
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
  return {
    privateKey: privateKeyToProtobuf(key),
    storeId: random.bytes(STORE_ID_BYTES),
    boot: 0,
    nonces: new Uint8Array()
  }
}

/** Without counting a start. Undefined of an empty store. @throws DataDirectoryError it holds no sound identity */
export function readIdentity(store: Store): Identity | undefined {
  const privateKey = store.get(PRIVATE_KEY)
  const storeId = store.get(STORE_ID)
  const boot = store.get(BOOT)
  const nonces = store.get(NONCES)
  const [anything] = store.range({ start: new Uint8Array(), end: LAST, limit: 1 })
  if (anything === undefined) return undefined
  const sound = isEd25519(privateKey) && storeId?.length === STORE_ID_BYTES && boot?.length === BOOT_BYTES
  if (!sound || nonces === undefined || nonces.length === 0 || nonces.length % BOOT_NONCE_BYTES !== 0) {
    throw new DataDirectoryError(
      'The identity in the data directory is damaged: start with an empty directory, as a new peer'
    )
  }
  return { privateKey, storeId, boot: decodeBoot(boot), nonces }
}

function isEd25519(privateKey: Uint8Array | undefined): privateKey is Uint8Array {
  try {
    return privateKey !== undefined && privateKeyFromProtobuf(privateKey).type === 'Ed25519'
  } catch {
    return false
  }
}

function encodeBoot(boot: number): Uint8Array {
  const bytes = new Uint8Array(BOOT_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(boot))
  return bytes
}

function decodeBoot(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0))
}
