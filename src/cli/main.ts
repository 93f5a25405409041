/** The executables' entry: the process's arguments and streams in, its exit code out. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { VERSION } from '../version.ts'
import type { Context } from './context.ts'
import { EXIT_BY_SIGNAL, EXIT_OK } from './exit.ts'
import { anilloProgram, run, setUsersProgram } from './program.ts'
import { systemTerminal, written } from './system-terminal.ts'

/** Enough for a reader that reads. */
const INTERRUPTED_WAIT_MS = 1_000

/** `createPeer`: how a peer is made, where that is not as usual. */
export async function main(
  name: 'anillo' | 'setusers',
  createPeer: Context['createPeer'] = systemPeer
): Promise<never> {
  const terminal = systemTerminal()
  const context: Context = { terminal, createPeer }
  const program: (context: Context, version: string) => Command =
    name === 'anillo' ? anilloProgram : setUsersProgram
  const code = await run(program(context, VERSION), terminal, process.argv.slice(2))
  // Where stdout could not be written there is one already, which only a command's own failure replaces.
  if (code !== EXIT_OK) process.exitCode = code
  // Exiting drops what is not written yet. Whoever has interrupted waits for no reader that does not read.
  const isInterrupted = Object.values(EXIT_BY_SIGNAL).includes(code)
  const all = Promise.all([written(process.stdout), written(process.stderr)])
  await Promise.race([all, ...(isInterrupted ? [pause(INTERRUPTED_WAIT_MS)] : [])])
  process.exit()
}

/** libp2p takes a moment to load, and only peers need it. */
const systemPeer: Context['createPeer'] = async options => (await import('../peer.ts')).createPeer(options)
