/**
 * A peer's data directory: locked while the peer runs, and in it the one file with everything the peer must not
 * forget, its private key among it. A peer that is started again with its directory is the same peer.
 *
 * ```
 * anillo.mdb        LMDB: identity, ring, views, users (mode 0600)
 * anillo.mdb-lock   LMDB's table of readers
 * anillo.lock       held by the process that uses the directory
 * conflicts/        users that this peer gave up for a recovery, for people
 * ```
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync
} from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type AnilloError, DataDirectoryError, errorName } from '../errors.ts'
import type { Runtime } from '../runtime.ts'
import { CheckedStore } from './checked-store.ts'
import { saveConflicts } from './conflict-file.ts'
import { lockDirectory } from './directory-lock.ts'
import { checkFormat } from './format.ts'
import { type Identity, openIdentity, readIdentity } from './identity.ts'
import { LmdbStore } from './lmdb-store.ts'
import type { DiskSpace, Store } from './store.ts'

const STORE_FILE = 'anillo.mdb'
const LOCK_FILE = 'anillo.lock'
/** What may lie in a directory that holds no store yet: our own from a start that was cut short, and a new disk's. */
const HARMLESS_FILES = new Set([LOCK_FILE, `${STORE_FILE}-lock`, 'lost+found'])
const GIVE_ANOTHER = 'give another directory, or see to it that this one can be read and written'
const RESTORE =
  'start with an empty directory, as a new peer; a copy may only be put back when all peers of the ring were stopped when it was made'

export interface DataDirectoryOptions {
  /**
   * Called once, with a StorageError when the disk first refuses something, or a StoreDamagedError when something is
   * first found damaged; every call of the store is refused from then on.
   */
  readonly onFailure: (error: AnilloError) => void
}

export interface DataDirectory {
  readonly store: Store
  readonly identity: Identity
  /** Keeps lines in a file of the directory, for people: see conflict-file.ts. */
  readonly saveConflicts: (name: string, lines: Iterable<string>) => Promise<string | undefined>
  /** @throws Error the system does not say */
  readonly space: () => Promise<DiskSpace>
  /** Closes the store, then lets the next process in. */
  close(): Promise<void>
}

/**
 * Opens the directory at `path`, or makes it with mode 0700. One more start is counted, durably, before it resolves.
 *
 * @throws DataDirectoryError it is in use, is not a peer's, cannot be made or written, is of another format, or is damaged
 * @throws StoreDamagedError what is read of it at once is damaged
 */
export async function openDataDirectory(
  path: string,
  { random }: Pick<Runtime, 'random'>,
  options: DataDirectoryOptions
): Promise<DataDirectory> {
  const directory = resolve(path)
  const parent = prepare(directory)
  const lock = saying(`${directory} cannot be locked`, GIVE_ANOTHER, () =>
    lockDirectory(directory, join(directory, LOCK_FILE))
  )
  try {
    const store = await openStore(directory, options)
    try {
      const identity = await openIdentity(store, random)
      // A file is not durable before the directories that lead to it are.
      saying(`${directory} cannot be flushed`, GIVE_ANOTHER, () => syncDirectories(directory, parent))
      return {
        store,
        identity,
        saveConflicts: (name, lines) => saveConflicts(directory, name, lines),
        space: () => spaceOf(join(directory, STORE_FILE)),
        async close() {
          try {
            await store.close()
          } finally {
            lock.release()
          }
        }
      }
    } catch (error) {
      await store.close()
      throw error
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/**
 * The identity in the directory at `path`, also while a peer runs there: nothing is locked, written or counted.
 * @throws DataDirectoryError there is none, or it cannot be read; StoreDamagedError it is damaged
 */
export async function identityAt(path: string): Promise<Identity> {
  const directory = resolve(path)
  const file = join(directory, STORE_FILE)
  const none = new DataDirectoryError(
    `${directory} is no peer's directory yet: it becomes one when a peer is started with it, or with \`anillo key show --create\``
  )
  if (!existsSync(file)) throw none
  const store = await checked(
    file,
    saying(`${file} cannot be read`, GIVE_ANOTHER, () => {
      return new LmdbStore(file, { readOnly: true, onFailure: () => {} })
    })
  )
  try {
    const identity = readIdentity(store)
    if (identity === undefined) throw none
    return identity
  } finally {
    await store.close()
  }
}

/** Makes the directory if need be. Returns the innermost directory that was there before, or `directory` itself. */
function prepare(directory: string): string {
  const made = saying(`${directory} cannot be made, written, or is no directory`, GIVE_ANOTHER, () => {
    const first = mkdirSync(directory, { recursive: true, mode: 0o700 })
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return first
  })
  const files = saying(`${directory} cannot be read`, GIVE_ANOTHER, () => readdirSync(directory))
  const stranger = files.find(file => !HARMLESS_FILES.has(file))
  if (stranger !== undefined && !files.includes(STORE_FILE)) {
    throw new DataDirectoryError(
      `${directory} holds ${stranger} and no ${STORE_FILE}, so it is no peer's: give an empty directory, or one that does not exist yet`
    )
  }
  return made === undefined ? directory : dirname(made)
}

function openStore(directory: string, { onFailure }: DataDirectoryOptions): Promise<Store> {
  const file = join(directory, STORE_FILE)
  const store = saying(`${file} is damaged or is no store`, RESTORE, () => {
    // A copy that was made with other rights must not show the private key to others.
    if (existsSync(file)) chmodSync(file, 0o600)
    return new LmdbStore(file, { onFailure })
  })
  return checked(file, store, onFailure)
}

/** `below` with checksums; it is closed when it cannot be read. */
async function checked(
  file: string,
  below: Store,
  onDamage: (error: AnilloError) => void = () => {}
): Promise<Store> {
  const store = new CheckedStore(below, { place: file, onDamage })
  try {
    checkFormat(store, below)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

async function spaceOf(file: string): Promise<DiskSpace> {
  const [{ size }, { bavail, bsize }] = await Promise.all([stat(file), statfs(file)])
  return { file: size, free: bavail * bsize }
}

function syncDirectories(from: string, to: string): void {
  for (let directory = from; ; directory = dirname(directory)) {
    const descriptor = openSync(directory, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (directory === to || directory === dirname(directory)) return
  }
}

/** What the system refuses, as a DataDirectoryError that says about what, and what to do. */
function saying<T>(what: string, todo: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (errorName(error) !== undefined) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataDirectoryError(`${what} (${reason}): ${todo}`, { cause: error })
  }
}
