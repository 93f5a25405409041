/** `anillo ring check`: is the ring whole? For scripts and for the worried. */
import type { Command } from 'commander'
import type { RingReport } from '../users/ring-report.ts'
import type { Context } from './context.ts'
import { EXIT_FAILURE, Exit } from './exit.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { counted, printable, shortHex, table } from './render.ts'
import type { Colours } from './terminal.ts'

const HELP = `
Exits 0 when the ring is ready: its peers agree with their neighbours, every slot has a leader that a majority of its
members follows, and all its copies. Otherwise prints what is missing and exits 1: users may still be served then,
but no more peers should be stopped. It is the view of the peer that is asked.

Examples:
  anillo ring check && echo whole
  until anillo ring check -u http://127.0.0.1:5003; do sleep 1; done`

export function ringCheckCommand({ terminal: { out } }: Context): Command {
  const command = httpCommand('check', 'is the ring whole? exits 1 with the reasons when it is not')
  command.addHelpText('after', HELP)
  return command.action(async () => {
    const ring = await apiOf(command).ring()
    const { id, ready, problems } = ring
    printData(command, out, [{ ring: id, ready, problems }], () => renderCheck(ring, out.colours))
    if (!ready) throw new Exit(EXIT_FAILURE)
  })
}

export function renderCheck(ring: RingReport, { green, red }: Colours): string[] {
  const name = `ring ${shortHex(ring.id)}`
  if (ring.ready)
    return [
      `${green('✓')} ${name} is ready: ${counted(ring.peers.length, 'peer')}, ${counted(ring.slots, 'slot')}`
    ]
  const reasons = ring.problems.map(({ code, detail }) => [`  ${code}`, printable(detail)])
  const [, ...rows] = table([{ title: '' }, { title: '' }], reasons)
  return [`${red('✗')} ${name} is not ready: ${counted(reasons.length, 'problem')}`, ...rows]
}
