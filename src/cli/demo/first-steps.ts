/** What the demo suggests to try: commands that work when they are pasted, and those of the demo itself. */
import { table } from '../render.ts'
import type { Terminal } from '../terminal.ts'
import type { DemoPeer } from './demo-peer.ts'

export interface FirstSteps {
  readonly peers: readonly DemoPeer[]
  readonly users: number
  /** Of the demo itself, for programs and, at /ui, for browsers. */
  readonly url: string
}

export function renderFirstSteps({ out, program }: Terminal, { peers, users, url }: FirstSteps): string[] {
  const { bold, cyan, dim } = out.colours
  const first = peers[0]!.ready
  const victim = peers.at(-1)!
  const option = first.http === 'http://127.0.0.1:5000' ? '' : ` -u ${first.http}`
  const id = Math.min(7, Math.max(users, 1))
  const elsewhere: [string, string][] = [
    [`curl ${victim.ready.http}/status/${id}`, 'any peer knows every user'],
    [`curl -d '{"status":1}' ${first.http}/status/${id}`, 'set one OFFLINE'],
    [`${program} ring show${option}`, 'who is in the ring'],
    [`${program} ring lookup ${id} --trace${option}`, 'where a user lives'],
    [`curl ${url}/demo/state`, 'the demo, for programs: also /demo/events, and POST /demo/commands']
  ]
  const here: [string, string][] = [
    [`kill ${victim.number}`, `crash peer ${victim.number}; kill -9 ${victim.pid} does the same`],
    ['heal', 'bring back what was broken'],
    ['add', 'one more peer'],
    ['?', 'all commands']
  ]
  return [
    '',
    `${bold('Dashboard')}   ${cyan(`${url}/ui`)}   ${dim('the ring, with buttons that break it')}`,
    '',
    bold('Try, in another terminal'),
    ...columns(elsewhere, dim),
    '',
    bold('Type here'),
    ...columns(here, dim),
    '',
    dim('Ctrl-C stops it all')
  ]
}

function columns(steps: readonly [string, string][], dim: (text: string) => string): string[] {
  const rows = steps.map(([command, why]) => [command, dim(`# ${why}`)])
  return table([{ title: '' }, { title: '' }], rows)
    .slice(1)
    .map(text => `  ${text}`)
}
