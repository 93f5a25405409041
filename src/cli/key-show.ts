/** `anillo key show`: who the peer of a data directory is, running or not. */
import { Command } from 'commander'
import type { Context } from './context.ts'
import { EnvOption } from './flags.ts'
import { formatOption, printData } from './http-command.ts'

const DATA_DEFAULT = 'data/50051'

const HELP = `
Reads the data directory on this machine; the peer may be running. The PeerId is what other peers are given as --allow.
A peer gets it at its first start, or beforehand with --create.

Examples:
  anillo key show
  anillo key show --data data/50052
  anillo peer start -l /ip4/0.0.0.0/tcp/50051 --allow $(anillo key show --data other --create)`

interface KeyShowFlags {
  readonly data: string
  readonly create?: boolean
}

export function keyShowCommand({ terminal: { out } }: Context): Command {
  const command = new Command('show')
    .description("this peer's PeerId")
    .addOption(new EnvOption('--data <dir>', 'data directory of the peer').default(DATA_DEFAULT))
    .option('--create', 'make the identity, if there is none in the directory yet')
    .addOption(formatOption())
    .addHelpText('after', HELP)
  return command.action(async () => {
    const { data, create } = command.opts<KeyShowFlags>()
    const { peerIdAt } = await import('../peer.ts')
    const peer = await peerIdAt(data, { create })
    printData(command, out, [{ peer }], () => [peer])
  })
}
