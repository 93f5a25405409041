/**
 * The ring's genesis on this peer's disk: written once, when the peer makes or joins its ring, and never replaced by
 * another ring's. JSON, so that a person with a hex dump can tell which ring a data directory belongs to.
 */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { DataDirectoryError } from '../errors.ts'
import { metaKey } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { type Genesis, validGenesis } from './genesis.ts'

const GENESIS = metaKey('genesis')

/** Undefined when the peer has not been in a ring yet. @throws DataDirectoryError what is there is no genesis */
export function loadGenesis(store: Store): Genesis | undefined {
  const bytes = store.get(GENESIS)
  if (bytes === undefined) return undefined
  const genesis = decode(bytes)
  if (genesis === undefined) {
    throw new DataDirectoryError(
      'The ring id in the data directory is damaged: start with an empty directory, as a new peer'
    )
  }
  return genesis
}

/**
 * Durable when it resolves. Saving the same ring again changes nothing.
 *
 * @throws DataDirectoryError the directory belongs to another ring
 */
export async function saveGenesis(store: Store, genesis: Genesis): Promise<void> {
  const present = loadGenesis(store)
  if (present === undefined) {
    await store.write([{ key: GENESIS, value: encode(genesis) }])
  } else if (present.ringId !== genesis.ringId) {
    throw new DataDirectoryError(
      `The data directory belongs to the ring ${present.ringId}, not to ${genesis.ringId}: join a peer of its ring, or start with an empty directory`
    )
  }
}

function encode({ ringId, slots, replicas, virtualNodes, createdBy }: Genesis): Uint8Array {
  return fromString(JSON.stringify({ ringId, slots, replicas, virtualNodes, createdBy }))
}

function decode(bytes: Uint8Array): Genesis | undefined {
  try {
    const { ringId, slots, replicas, virtualNodes, createdBy } = JSON.parse(bytesToString(bytes))
    const complete = [ringId, slots, replicas, virtualNodes, createdBy].every(field => field !== undefined)
    const genesis: Genesis = { ringId, slots, replicas, virtualNodes, createdBy }
    return complete && typeof createdBy === 'string' && createdBy !== '' && validGenesis(genesis)
      ? genesis
      : undefined
  } catch {
    return undefined
  }
}
