/** The terminal that the process really has. */
import { basename, delimiter, dirname, relative } from 'node:path'
import picocolors from 'picocolors'
import { raceSignal } from '../runtime.ts'
import { reportError } from './exit.ts'
import type { Stream, Terminal } from './terminal.ts'

export function systemTerminal(): Terminal {
  const err = systemStream(process.stderr)
  return {
    ...outlivableOutput(err),
    out: systemStream(process.stdout),
    err,
    // Opened by those who read it only: open, it would keep the process alive.
    get input() {
      return process.stdin
    },
    env: process.env,
    program: programAsTyped(process.argv[1] ?? 'anillo', process.env.PATH ?? '', process.cwd()),
    onSignal(listener) {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
    onHangup(listener) {
      process.on('SIGHUP', listener)
      return () => process.off('SIGHUP', listener)
    },
    onOrphaned(listener) {
      process.once('disconnect', listener)
      return () => process.off('disconnect', listener)
    }
  }
}

/** What becomes of the process when its streams cannot be written any more. */
function outlivableOutput(err: Stream): Pick<Terminal, 'outliveReader'> {
  const lost = new AbortController()
  let outlived = false
  // A peer goes on when nobody reads its log any more.
  process.stderr.on('error', () => {})
  process.stdout.on('error', error => {
    if (lost.signal.aborted) return // each later write fails as well
    lost.abort(error)
    const isUnread = (error as NodeJS.ErrnoException).code === 'EPIPE'
    // What was asked for has not been printed, whatever else the command does.
    if (!isUnread) process.exitCode = reportError(error, err, false)
    if (outlived) return
    if (isUnread) process.exit()
    process.stderr.write('', () => process.exit())
  })
  return {
    outliveReader() {
      outlived = true
      return lost.signal
    }
  }
}

function systemStream(stream: NodeJS.WriteStream): Stream {
  const { NO_COLOR, TERM } = process.env
  const interactive = stream.isTTY === true
  return {
    write: text => stream.write(text),
    async drained(signal) {
      // With an error nothing waits any more, but it may be told only in a moment.
      if (stream.writableLength > 0 || stream.errored) await raceSignal(written(stream), signal)
    },
    interactive,
    get columns() {
      return stream.columns
    },
    colours: picocolors.createColors(interactive && !NO_COLOR && TERM !== 'dumb')
  }
}

/** A pipe may hold back some of what was written. Resolves also when it cannot be written any more. */
export function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => stream.write('', () => resolve()))
}

/** The shortest spelling that finds the same executable from here. */
export function programAsTyped(executable: string, path: string, cwd: string): string {
  if (path.split(delimiter).includes(dirname(executable))) return basename(executable)
  const fromHere = relative(cwd, executable)
  return fromHere.startsWith('..') ? executable : `./${fromHere}`
}
