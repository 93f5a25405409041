/** What the demo suggests to try, as commands that work when they are pasted. */
import type { DemoPeer } from './demo-peer.ts'
import { table } from './render.ts'
import { joinCommand } from './start-block.ts'
import type { Terminal } from './terminal.ts'

export function renderFirstSteps(
  { out, program }: Terminal,
  peers: readonly DemoPeer[],
  users: number,
  nextHttpPort: number
): string[] {
  const { bold, dim } = out.colours
  const first = peers[0]!.ready
  const last = peers.at(-1)!.ready
  const victim = peers.at(-1)!
  const url = first.http === 'http://127.0.0.1:5000' ? '' : ` -u ${first.http}`
  const id = Math.min(7, Math.max(users, 1))
  const steps: [string, string][] = [
    [`curl ${last.http}/status/${id}`, 'any peer knows every user'],
    [`curl -d '{"status":1}' ${first.http}/status/${id}`, 'set one OFFLINE'],
    [`${program} ring show${url}`, 'who is in the ring'],
    [`${program} ring lookup ${id} --trace${url}`, 'where a user lives'],
    ...(peers.length > 1
      ? [[`kill -9 ${victim.pid}`, `crash peer ${victim.number}`] as [string, string]]
      : [])
  ]
  const lines = table(
    [{ title: '' }, { title: '' }],
    steps.map(([command, why]) => [command, dim(`# ${why}`)])
  ).slice(1)
  return [
    '',
    bold('Try, in another terminal'),
    ...lines.map(text => `  ${text}`),
    '',
    bold('One more peer'),
    `  ${joinCommand(program, first.addresses, nextHttpPort)}`,
    '',
    dim('Ctrl-C stops it all')
  ]
}
