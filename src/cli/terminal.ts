/** What a command may touch of the process it runs in: its two streams, the environment, signals. Tests give another. */
import type { Readable } from 'node:stream'
import type picocolors from 'picocolors'

export type Colours = ReturnType<typeof picocolors.createColors>

/** stdout carries data, stderr carries talk. */
export interface Stream {
  write(text: string): void
  /**
   * Resolves when what was written has been taken, or never can be, so that not all of what is still to come waits in
   * memory. @throws the reason of the signal: a reader that does not read can take for ever
   */
  drained(signal?: AbortSignal): Promise<void>
  readonly colours: Colours
  /** A person is looking: progress may be redrawn in place. */
  readonly interactive: boolean
  /** Characters in a row, where there are rows. */
  readonly columns?: number | undefined
}

/** stdin. `isTTY`: a person types. */
export type Input = Readable & { readonly isTTY?: boolean | undefined }

export type StopSignal = 'SIGINT' | 'SIGTERM'

export interface Terminal {
  readonly out: Stream
  readonly err: Stream
  /** Opened when it is asked for. */
  readonly input: Input
  readonly env: Readonly<Record<string, string | undefined>>
  /** How the person started this program, to be pasted again: `anillo`, or `./bin/anillo` in a clone. */
  readonly program: string
  /** Calls `listener` for each SIGINT and SIGTERM, which then no longer end the process, until the subscription ends. */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /** Calls `listener` for each SIGHUP, which then no longer ends the process, until the subscription ends. */
  onHangup(listener: () => void): () => void
  /**
   * From now on the process goes on when stdout cannot be written any more, as a rule because its reader is gone, and the
   * signal aborts then. A command that does not ask for it is ended: of `anillo ring show | head -1` enough has been seen.
   */
  outliveReader(): AbortSignal
  /** Calls `listener` when the program that started this one with an IPC channel (the demo) is gone. */
  onOrphaned(listener: () => void): () => void
}

export function line(stream: Stream, text = ''): void {
  stream.write(`${text}\n`)
}
