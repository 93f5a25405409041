/** A file with something secret in it: small, and nobody else's to read. */
import { open } from 'node:fs/promises'
import { ConfigurationError } from '../errors.ts'

/** Bytes: a full token file, and a chain of certificates, fit many times. */
const BYTES_MAX = 256 * 1024
export const GROUP_AND_OTHERS = 0o077
export const OTHERS = 0o007

/**
 * The text of the file. `what` it is goes into errors; `shut` are the permission bits that it may not have.
 * @throws ConfigurationError it cannot be read, is too large, or others may read it
 */
export async function readSecret(file: string, what: string, shut: number): Promise<string> {
  try {
    await using handle = await open(file)
    // Asked of what was opened: the name may lead elsewhere by now. On Windows the bits say nothing.
    const mode = (await handle.stat()).mode & 0o777
    if ((mode & shut) !== 0 && process.platform !== 'win32') {
      throw new ConfigurationError(
        `The ${what} ${file} may be read by others (its mode is ${mode.toString(8)}): chmod 600 ${file}`
      )
    }
    const buffer = new Uint8Array(BYTES_MAX + 1)
    let length = 0
    for (;;) {
      // A pipe gives what it has, so that one read is not all.
      const { bytesRead } = await handle.read(buffer, length)
      length += bytesRead
      if (length > BYTES_MAX) throw new ConfigurationError(`The ${what} ${file} is over ${BYTES_MAX} bytes`)
      if (bytesRead === 0) break
    }
    return new TextDecoder().decode(buffer.subarray(0, length))
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause
    throw new ConfigurationError(`The ${what} ${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
