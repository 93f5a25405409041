/** `anillo key psk`: a new pre-shared key. */
import { Command } from 'commander'
import type { Context } from './context.ts'
import { line } from './terminal.ts'

const HELP = `
Whoever has the file may join, and no other: all peers of a ring are given the same one. The format is that of libp2p's
private networks (swarm.key). To change it, stop all peers, replace the file, start them: peers with different keys are
strangers to each other.

Examples:
  (umask 077; anillo key psk > ring.key)
  anillo peer start -l /ip4/0.0.0.0/tcp/50051 --psk ring.key`

export function keyPskCommand({ terminal: { out, err, program } }: Context): Command {
  return new Command('psk')
    .description('a new pre-shared key, for every peer of a ring')
    .addHelpText('after', HELP)
    .action(async () => {
      const { newPreSharedKey } = await import('../peer.ts')
      out.write(newPreSharedKey())
      line(err, `  → keep it in a file that only you can read, and give it to every peer of the ring:`)
      line(
        err,
        `    (umask 077; ${program} key psk > ring.key)   then   ${program} peer start --psk ring.key`
      )
    })
}
