/** The executables' entry: the process's arguments and streams in, its exit code out. */
import type { Command } from 'commander'
import { VERSION } from '../version.ts'
import type { Context } from './context.ts'
import { anilloProgram, run, setUsersProgram } from './program.ts'
import { systemTerminal } from './system-terminal.ts'

/** `createPeer`: how a peer is made, where that is not as usual. */
export async function main(
  name: 'anillo' | 'setusers',
  createPeer: Context['createPeer'] = systemPeer
): Promise<never> {
  // `anillo ring show | head -1`: whoever reads has seen enough.
  process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1))
  const terminal = systemTerminal()
  const context: Context = { terminal, createPeer }
  const program: (context: Context, version: string) => Command =
    name === 'anillo' ? anilloProgram : setUsersProgram
  const code = await run(program(context, VERSION), terminal, process.argv.slice(2))
  await Promise.all([written(process.stdout), written(process.stderr)])
  process.exit(code)
}

/** libp2p takes a moment to load, and only peers need it. */
const systemPeer: Context['createPeer'] = async options => (await import('../peer.ts')).createPeer(options)

/** A pipe may still hold back some of what was printed, and exiting would drop it. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => stream.write('', () => resolve()))
}
