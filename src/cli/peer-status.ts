/** `anillo peer status`: one peer and its neighbours. */
import type { Command } from 'commander'
import type { SelfReport } from '../users/ring-report.ts'
import type { Context } from './context.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { counted, printable, shortHex, shortPeer } from './render.ts'
import type { Colours } from './terminal.ts'

const HELP = `
Examples:
  anillo peer status
  anillo peer status -u http://127.0.0.1:5003
  anillo peer status -o json | jq '.slots | length'`

export function peerStatusCommand({ terminal: { out } }: Context): Command {
  const command = httpCommand('status', 'one peer: its neighbours, its slots, its health')
  command.addHelpText('after', HELP)
  return command.action(async () => {
    const api = apiOf(command)
    const [self, health] = await Promise.all([api.self(), api.health()])
    printData(command, out, [{ ...self, health }], () => renderStatus(self, health, out.colours))
  })
}

/** Successors shown; a longer list is counted. */
const SUCCESSORS_SHOWN = 4

export function renderStatus(self: SelfReport, health: readonly string[], colours: Colours): string[] {
  const { bold, dim, green, red } = colours
  const node = (each: { peer: string; position: string }) =>
    `${shortPeer(each.peer)} ${dim(shortHex(each.position))}`
  const shown = self.successors.slice(0, SUCCESSORS_SHOWN).map(node)
  const more = self.successors.length - shown.length
  const leads = self.slots.filter(slot => slot.role === 'leader').length
  const title = (text: string) => dim(text.padEnd(12))
  return [
    `${title('peer')}${bold(self.peer)}`,
    `${title('ring')}${shortHex(self.ring)}   ${self.state}`,
    ...self.addresses.map((address, index) => `${title(index === 0 ? 'addresses' : '')}${address}`),
    `${title('position')}${self.position === null ? 'none' : shortHex(self.position)}`,
    `${title('predecessor')}${self.predecessor === null ? 'none' : node(self.predecessor)}`,
    `${title('successors')}${shown.join(', ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`,
    `${title('slots')}${counted(self.slots.length, 'slot')} held, ${leads} of them led`,
    ...health.map((text, index) => {
      const paint = text.startsWith('[+]') ? green : red
      return `${title(index === 0 ? 'health' : '')}${paint(printable(text))}`
    })
  ]
}
