/** A directory of its own for a test, and child processes for what only another process can show. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'

export function scratchDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'anillo-test-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface Child {
  readonly process: ChildProcess
  /** Whole lines of its stdout, as they come. */
  readonly lines: AsyncIterable<string>
  /** Ends it the hard way and waits until the system has. */
  kill(): Promise<void>
}

/** Runs a script of this folder; it is killed when the test ends. `fileBytesMax`: no file may grow beyond. */
export function startChild(t: TestContext, script: string, args: string[], fileBytesMax?: number): Child {
  const node = [process.execPath, join(import.meta.dirname, script), ...args]
  const limited = fileBytesMax === undefined ? node : limitFiles(fileBytesMax, node)
  const child = spawn(limited[0]!, limited.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const kill = () => {
    child.kill('SIGKILL')
    return ended
  }
  t.after(kill)
  return { process: child, lines: createInterface({ input: child.stdout! }), kill }
}

/** `ulimit -f` counts in blocks of 512 bytes; Node ignores the signal, so a write that is too far fails with EFBIG. */
function limitFiles(bytes: number, command: string[]): string[] {
  return ['/bin/sh', '-c', `ulimit -f ${bytes / 512}; exec "$@"`, 'sh', ...command]
}
