/** The lines of a file that is imported, and those among them whose result is still to come. */
import { type FileHandle, open } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import type { AnilloError } from '../errors.ts'
import { LineCutter, type TextLine } from '../lines.ts'

export class ImportFile implements AsyncDisposable {
  /** As a person calls it. */
  readonly name: string
  /** Bytes; undefined of what has no size, such as a pipe. */
  readonly size: number | undefined
  readonly #stream: Readable
  readonly #handle: FileHandle | undefined
  /** In order. As many as the client has under way, since nobody else takes lines. */
  readonly #waiting: TextLine[] = []

  private constructor(name: string, stream: Readable, size?: number, handle?: FileHandle) {
    this.name = name
    this.size = size
    this.#stream = stream
    this.#handle = handle
    stream.on('error', () => {}) // whoever takes lines meets it; without a listener it would end the process
  }

  /** `-` is `input`. Reading ends when `signal` is aborted. */
  static async open(file: string, input: () => Readable, signal: AbortSignal): Promise<ImportFile> {
    if (file === '-') return new ImportFile('stdin', addAbortSignal(signal, input()))
    const handle = await open(file)
    const stats = await handle.stat()
    const stream = addAbortSignal(signal, handle.createReadStream({ autoClose: false }))
    return new ImportFile(file, stream, stats.isFile() ? stats.size : undefined, handle)
  }

  /** Every line, blank ones too, so that they are counted as an editor counts them. */
  async *lines(): AsyncGenerator<string | AnilloError> {
    const cutter = new LineCutter()
    for await (const chunk of this.#stream) {
      for (const line of cutter.add(chunk)) yield this.#await(line)
    }
    yield this.#await(cutter.rest())
  }

  /** The line whose result has come: results come in order, and one for each line that is not blank. */
  settled(): TextLine {
    return this.#waiting.shift()!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.destroy()
    await this.#handle?.close()
  }

  #await(line: TextLine): string | AnilloError {
    if (line.text !== '') this.#waiting.push(line)
    return line.text
  }
}
