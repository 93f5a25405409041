/** `anillo users get`: users by id. */
import type { Command } from 'commander'
import { BATCH_IDS_MAX } from '../constants.ts'
import type { User } from '../users/user.ts'
import type { Context } from './context.ts'
import { EXIT_NOT_FOUND, Exit } from './exit.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { counted } from './render.ts'
import { line } from './terminal.ts'
import { renderUsers } from './user-table.ts'

const HELP = `
Exits 3 when one of them does not exist; those that do are printed all the same, as JSON one on each line.
With --stale any one peer that keeps a user answers, also where there is no majority: the latest writes may be missing
in what it says, whole new users among them.

Examples:
  anillo users get 7
  anillo users get 7 8 ada@example.org
  anillo users get 7 -o json | jq -r .status
  anillo users get 7 --stale                              what is left of a slot without majority`

const NEXT = '  → check the spelling; `anillo users set ID STATUS` creates a user'
/** What one replica does not have, another may: only a majority knows that there is no such user. */
const STALE_NEXT = '  → ask without --stale: the peer that answered may lack the latest writes'

export function usersGetCommand({ terminal: { out, err } }: Context): Command {
  const command = httpCommand('get', 'print users')
    .argument('<id...>', 'user ids')
    .option('--stale', 'what any one peer has, without asking a majority')
    .addHelpText('after', HELP)
  return command.action(async (ids: string[], { stale = false }: { readonly stale?: boolean }) => {
    const { users } = apiOf(command)
    const consistency = stale ? 'stale' : 'strong'
    const found: User[] = []
    const missing: string[] = []
    for (let from = 0; from < ids.length; from += BATCH_IDS_MAX) {
      const group = ids.slice(from, from + BATCH_IDS_MAX)
      const { items } = await users.getMany(group, { consistency })
      const byId = new Map(items.map(user => [user.id, user]))
      for (const id of group) {
        const user = byId.get(id)
        if (user === undefined) missing.push(id)
        else found.push(user)
      }
    }
    if (found.length > 0) printData(command, out, found, renderUsers)
    if (missing.length === 0) return
    line(err, `${counted(missing.length, 'user')} not found: ${missing.join(', ')}`)
    line(err, stale ? STALE_NEXT : NEXT)
    throw new Exit(EXIT_NOT_FOUND)
  })
}
