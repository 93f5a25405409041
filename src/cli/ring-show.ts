/** `anillo ring show`: the peers of the ring as one of them sees it. */
import type { Command } from 'commander'
import type { PeerReport, RingReport } from '../users/ring-report.ts'
import type { Context } from './context.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { counted, percent, shortHex, shortPeer, table, thousands } from './render.ts'
import type { Colours } from './terminal.ts'

const HELP = `
The peer marked * is the one that was asked; it tells what it knows. OWNS is a peer's part of the ring, SLOTS the
slots of which it has a copy, LEADS those of them that it answers for, USERS the users in these.

Examples:
  anillo ring show
  anillo ring show -u http://127.0.0.1:5003
  anillo ring show -o json | jq '.peers[] | {peer, slots, users}'`

export function ringShowCommand({ terminal: { out } }: Context): Command {
  const command = httpCommand('show', 'the peers of the ring and what each holds').addHelpText('after', HELP)
  return command.action(async () => {
    const ring = await apiOf(command).ring()
    printData(command, out, [ring], () => renderRing(ring, out.colours))
  })
}

const STATUS_LETTERS = { up: 'U', suspect: 'S', down: 'D' } as const
const STATE_LETTERS = { normal: 'N', joining: 'J', leaving: 'L' } as const

export function renderRing(ring: RingReport, colours: Colours): string[] {
  const { bold, dim, green, red } = colours
  const ready = ring.ready ? green('yes') : red('no')
  const facts = [
    `Ring ${bold(shortHex(ring.id))} ready: ${ready}`,
    counted(ring.peers.length, 'peer'),
    `replicas ${ring.replicas}`,
    counted(ring.users, 'user'),
    `${counted(ring.underReplicated, 'slot')} under-replicated`,
    ...(ring.withoutMajority > 0 ? [red(`${counted(ring.withoutMajority, 'slot')} without majority`)] : [])
  ]
  const suspects = ring.peers.some(peer => peer.status === 'suspect')
  const legend = `${suspects ? 'U/S/D = up/suspect/down' : 'U/D = up/down'}, N/J/L = normal/joining/leaving`
  const columns = [
    { title: '--', gap: 2 },
    { title: 'PEER', gap: 2 },
    { title: 'ADDRESS' },
    { title: 'POSITION' },
    { title: 'OWNS', align: 'right' },
    { title: 'SLOTS', align: 'right' },
    { title: 'LEADS', align: 'right' },
    { title: 'USERS', align: 'right' }
  ] as const
  const rows = ring.peers.map(peer => [
    letters(peer, colours),
    `${shortPeer(peer.peer)}${peer.self ? '  *' : ''}`,
    withoutPeer(peer.addresses[0] ?? '-'),
    shortHex(peer.positions[0] ?? '-'),
    percent(peer.owns),
    thousands(peer.slots),
    thousands(peer.leads),
    thousands(peer.users)
  ])
  return [facts.join('   '), dim(legend), ...table(columns, rows)]
}

function letters({ status, state }: PeerReport, { green, red, yellow }: Colours): string {
  const text = STATUS_LETTERS[status] + STATE_LETTERS[state]
  if (status === 'down') return red(text)
  return status === 'suspect' || state !== 'normal' ? yellow(text) : green(text)
}

/** The peer has its own column. */
function withoutPeer(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
