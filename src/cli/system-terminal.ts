/** The terminal that the process really has. */
import { once } from 'node:events'
import { basename, delimiter, dirname, relative } from 'node:path'
import picocolors from 'picocolors'
import type { Stream, Terminal } from './terminal.ts'

export function systemTerminal(): Terminal {
  return {
    out: systemStream(process.stdout),
    err: systemStream(process.stderr),
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

function systemStream(stream: NodeJS.WriteStream): Stream {
  const { NO_COLOR, TERM } = process.env
  const interactive = stream.isTTY === true
  return {
    write: text => stream.write(text),
    async drained() {
      if (stream.writableNeedDrain) await once(stream, 'drain')
    },
    interactive,
    get columns() {
      return stream.columns
    },
    colours: picocolors.createColors(interactive && !NO_COLOR && TERM !== 'dumb')
  }
}

/** The shortest spelling that finds the same executable from here. */
export function programAsTyped(executable: string, path: string, cwd: string): string {
  if (path.split(delimiter).includes(dirname(executable))) return basename(executable)
  const fromHere = relative(cwd, executable)
  return fromHere.startsWith('..') ? executable : `./${fromHere}`
}
