/** `anillo ring lookup`: where a user lives, and the way there. */
import type { Command } from 'commander'
import type { LookupReport } from '../users/ring-report.ts'
import type { Context } from './context.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { counted, duration, printable, shortHex, shortPeer, table } from './render.ts'
import type { Colours } from './terminal.ts'

const HELP = `
A user id is hashed to a key, a position on the ring; the peer that follows it is the owner, who should lead the
user's slot. "Held by" are those who have the user, their leader first; after a peer came or went the two differ
until copies have moved.

Examples:
  anillo ring lookup 7
  anillo ring lookup ada@example.org --trace`

export function ringLookupCommand({ terminal: { out } }: Context): Command {
  const command = httpCommand('lookup', 'where a user lives, and the way there')
    .argument('<id>', 'user id; there need not be such a user')
    .option('--trace', 'draw the hops of the lookup, with times')
    .addHelpText('after', HELP)
  return command.action(async (id: string, { trace = false }: { trace?: boolean }) => {
    const report = await apiOf(command).lookup(id, trace)
    printData(command, out, [report], () => renderLookup(report, trace, out.colours))
  })
}

export function renderLookup(report: LookupReport, trace: boolean, colours: Colours): string[] {
  const { bold, dim, yellow } = colours
  const { view } = report
  const others = view?.members.filter(peer => peer !== view.leader).map(shortPeer) ?? []
  const held =
    view === null
      ? yellow('nobody that could be reached')
      : [bold(shortPeer(view.leader)), ...others].join(' ') + dim(`   epoch ${view.epoch}`)
  return [
    `user     ${bold(printable(report.id))}`,
    `key      ${shortHex(report.key)}   slot ${report.slot}`,
    `owner    ${bold(shortPeer(report.owner))}`,
    `held by  ${held}`,
    ...(trace ? ['', ...renderHops(report, colours)] : [])
  ]
}

function renderHops({ hops }: LookupReport, { bold, cyan, dim }: Colours): string[] {
  if (hops.length === 0) return [`${cyan('●')} the peer asked knew it: no hops`]
  const rows = hops.map((hop, index) => [
    cyan(index === hops.length - 1 ? '└─▶' : '├─▶'),
    bold(shortPeer(hop.peer)),
    shortHex(hop.position),
    duration(hop.ms),
    dim(printable(hop.reason))
  ])
  const columns = [
    { title: '', gap: 1 },
    { title: '' },
    { title: '' },
    { title: '', align: 'right' },
    { title: '' }
  ] as const
  const [, ...lines] = table(columns, rows)
  const totalMs = hops.reduce((sum, hop) => sum + hop.ms, 0)
  return [
    `${cyan('●')} the peer asked`,
    ...lines,
    dim(`${counted(hops.length, 'hop')}, ${duration(totalMs)}`)
  ]
}
