/** `anillo ring recover`: goes on with slots that have lost the majority of their members for good. */
import type { Command } from 'commander'
import { ConfigurationError } from '../errors.ts'
import type { RecoveryReport } from '../users/ring-report.ts'
import type { Context } from './context.ts'
import { wholeNumber } from './flags.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { counted, mediumPeer } from './render.ts'
import type { Colours } from './terminal.ts'

const HELP = `
For disks that are lost for good, when nothing else is left: first try to bring back the peers that \`ring check\`
names. Slots without majority go on from the copies of one peer, alone at first; others get new copies from it.
Whatever was acknowledged and is not in its copies is lost. Peers that come back later give up what they had of
these slots, and save it as an export in \`conflicts/\` of their data directory, for you to compare.
Slots that have a leader, or could choose one, are left alone. Ask (-u) the peer of --from itself.

Examples:
  anillo ring recover --slot all --from 12D3KooWQ7pUgTF9Wnb7Fz5aVdFGgdnWJYEJ6vhVtSrXTTJQf3Ka --accept-data-loss`

interface RecoverFlags {
  readonly slot: 'all' | number
  readonly from: string
  readonly acceptDataLoss?: boolean
}

export function ringRecoverCommand({ terminal: { out } }: Context): Command {
  const command = httpCommand('recover', 'go on with slots that lost most of their copies for good')
    .requiredOption('--slot <n|all>', 'a slot, or all that are without majority', slotValue)
    .requiredOption('--from <peer>', 'the peer whose copies are taken for the truth')
    .option('--accept-data-loss', 'what that peer does not have is lost')
    .addHelpText('after', HELP)
  return command.action(async ({ slot, from, acceptDataLoss }: RecoverFlags) => {
    if (acceptDataLoss !== true) {
      throw new ConfigurationError(
        'What the other copies have and this one has not will be lost: say --accept-data-loss if that is so'
      )
    }
    const report = await apiOf(command).recover({ slots: slot, from })
    printData(command, out, [report], () => renderRecovery(report, out.colours))
  })
}

function renderRecovery(report: RecoveryReport, { yellow }: Colours): string[] {
  const { peer, recovered, users, elsewhere } = report
  const done = `${counted(recovered.length, 'slot')} with ${counted(users, 'user')} go on from ${mediumPeer(peer)}`
  if (elsewhere.length === 0) return [done]
  return [
    done,
    yellow(
      `${counted(elsewhere.length, 'slot')} without majority have no current copy there: ${elsewhere.join(' ')}`
    )
  ]
}

/** Of the largest ring; the peer knows how many slots its own has. */
const SLOT_NUMBER_MAX = 16_383
const slotNumber = wholeNumber(0, SLOT_NUMBER_MAX)

function slotValue(text: string): 'all' | number {
  return text === 'all' ? text : slotNumber(text)
}
