/** The lines that an import could not write, each with the reason, in a file that can be imported again. */
import { type FileHandle, open, rm } from 'node:fs/promises'
import { ConfigurationError, type ErrorName } from '../errors.ts'
import type { ImportResult } from '../users/many-users.ts'

export type FailedLine = Extract<ImportResult, { result: 'failed' }>

/** The gateway could not read such a line as JSON, so neither do we. */
const NO_JSON: ErrorName = 'InvalidRequestError'

export class RejectsFile implements AsyncDisposable {
  readonly name: string
  readonly #handle: FileHandle
  #empty = true

  private constructor(name: string, handle: FileHandle) {
    this.name = name
    this.#handle = handle
  }

  /** @throws ConfigurationError the file is there: it may be the one that is imported, or hold what was not mended yet */
  static async create(file: string): Promise<RejectsFile> {
    try {
      return new RejectsFile(file, await open(file, 'wx'))
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
      throw new ConfigurationError(`${file} exists: give --rejects another name, or remove it`, { cause })
    }
  }

  /** `text` is undefined when the line could not even be read. */
  async add(failed: FailedLine, text: string | undefined): Promise<void> {
    this.#empty = false
    await this.#handle.appendFile(`${JSON.stringify(rejected(failed, text))}\n`)
  }

  /** Removes the file when there is nothing in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
    if (this.#empty) await rm(this.name, { force: true })
  }
}

/** The user as the line had it, with a member that imports leave aside; the text as it was when it is none. */
function rejected({ line, error, detail }: FailedLine, text: string | undefined): object {
  const reason = { line, error, detail }
  if (text === undefined) return { rejected: reason }
  const user = error === NO_JSON ? undefined : objectOf(text)
  if (user === undefined) return { rejected: { ...reason, text } }
  const before = user.rejected as { text?: unknown } | null | undefined
  return { ...user, rejected: { ...reason, text: before?.text } }
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && !Array.isArray(value)
      ? ((value ?? undefined) as Record<string, unknown>)
      : undefined
  } catch {
    return undefined // two versions need not agree about what can be read
  }
}
