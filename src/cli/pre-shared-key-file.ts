/** The file of --psk: read, and refused when it is no secret. */
import { open } from 'node:fs/promises'
import { ConfigurationError } from '../errors.ts'

/** A key file has 96. */
const FILE_BYTES_MAX = 1_024
/** Read or write for everybody. A group may read it, which is how containers and services are given secrets. */
const OTHERS = 0o006

/** The text of the key file. @throws ConfigurationError it cannot be read, is too large, or everybody may read or write it */
export async function readPreSharedKey(path: string): Promise<string> {
  let text: string
  try {
    await using file = await open(path, 'r')
    const { mode, size } = await file.stat()
    if ((mode & OTHERS) !== 0) {
      throw new ConfigurationError(
        `The pre-shared key ${path} can be ${mode & 0o002 ? 'changed' : 'read'} by every user of this machine: chmod 600 ${path}, and make a new key if strangers have accounts here`
      )
    }
    if (size > FILE_BYTES_MAX) {
      throw new ConfigurationError(
        `${path} has ${size} bytes: that is no pre-shared key. \`anillo key psk\` makes one`
      )
    }
    text = await file.readFile('utf8')
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause
    throw new ConfigurationError(`The pre-shared key ${path} cannot be read: ${(cause as Error).message}`, {
      cause
    })
  }
  return text
}
