/**
 * The lock that keeps a second process (or a second peer of this process) out of a data directory: flock(2) on a
 * file in it. The kernel lets go of it when the holder ends, however it ends, so there is no stale lock to recognise
 * or to steal, and no pid to mistake for another's; the pid in the file is only for the message.
 *
 * Node has no flock. On Linux the `flock` command (util-linux, busybox) locks a descriptor that it inherits: the
 * lock belongs to the open file, which is ours, and stays when the command ends. macOS and the BSDs can lock while
 * opening. The file is never removed: whoever had it open before would hold a lock that nobody else sees.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { DataDirectoryError } from '../errors.ts'

/** open(2) on macOS and the BSDs: take flock's exclusive lock as well. */
const O_EXLOCK = 0x20
const FLOCK_TIMEOUT_MS = 5_000
/** What `flock -n` answers when somebody else holds the lock. */
const FLOCK_HELD = 1

export interface DirectoryLock {
  /** Lets go of the lock; doing so twice is allowed. */
  release(): void
}

/** @throws DataDirectoryError somebody else holds it (the message says who), or this system has no way to lock */
export function lockDirectory(directory: string, file: string): DirectoryLock {
  let descriptor: number | undefined = process.platform === 'linux' ? openAndFlock(file) : openLocked(file)
  if (descriptor === undefined) {
    const holder = readFileSync(file, 'utf8').trim() || 'unknown'
    throw new DataDirectoryError(
      `${directory} is in use by the process ${holder}: stop that peer, or give this one another directory`
    )
  }
  try {
    ftruncateSync(descriptor)
    writeSync(descriptor, `${process.pid}\n`, 0)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  return {
    release() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    }
  }
}

function openAndFlock(file: string): number | undefined {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600)
  const { error, status } = spawnSync('flock', ['-n', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    timeout: FLOCK_TIMEOUT_MS
  })
  if (status === 0) return descriptor
  closeSync(descriptor)
  if (status === FLOCK_HELD) return undefined
  throw new DataDirectoryError(
    `${file} cannot be locked (${error?.message ?? `flock ended with ${status}`}): it takes the flock command, which is in util-linux and busybox`
  )
}

function openLocked(file: string): number | undefined {
  try {
    return openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK, 0o600)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK') return undefined
    throw error
  }
}
