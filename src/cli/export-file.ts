/** Where an export goes: stdout, or a file that is there when it is complete and not before. */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { ConfigurationError } from '../errors.ts'
import type { Stream } from './terminal.ts'

/** Characters written together. */
const CHUNK_CHARACTERS = 64 * 1024

export interface ExportTarget {
  write(line: string): Promise<void>
  /** Everything has been written. */
  complete(): Promise<void>
  /** Leaves nothing behind, unless it is complete. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Writing ends with the signal. */
export function toStream(stream: Stream, signal: AbortSignal): ExportTarget {
  return buffered({
    async write(text) {
      stream.write(text)
      await stream.drained(signal)
    },
    complete: async () => {},
    [Symbol.asyncDispose]: async () => {}
  })
}

/** Writes FILE.tmp, which gets its name when it is complete and on the disk. @throws ConfigurationError there is such a file */
export async function toFile(file: string, force: boolean): Promise<ExportTarget> {
  if (!force && (await exists(file))) {
    throw new ConfigurationError(`${file} exists: give another name, or --force to replace it`)
  }
  const temporary = `${file}.tmp`
  let handle: FileHandle | undefined = await open(temporary, 'w')
  const close = async () => {
    await handle?.close()
    handle = undefined
  }
  return buffered({
    write: text => handle!.appendFile(text),
    async complete() {
      await handle!.sync()
      await close()
      await rename(temporary, file)
    },
    async [Symbol.asyncDispose]() {
      await close()
      await rm(temporary, { force: true }) // not there any more when it is complete
    }
  })
}

function buffered(target: ExportTarget): ExportTarget {
  let text = ''
  const flush = async () => {
    await target.write(text)
    text = ''
  }
  return {
    async write(line) {
      text += `${line}\n`
      if (text.length >= CHUNK_CHARACTERS) await flush()
    },
    async complete() {
      if (text !== '') await flush()
      await target.complete()
    },
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose]()
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
