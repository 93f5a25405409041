/** `anillo users get`: users by id. */
import type { Command } from 'commander'
import type { User } from '../users/user.ts'
import type { Context } from './context.ts'
import { EXIT_NOT_FOUND, Exit } from './exit.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { counted } from './render.ts'
import { line } from './terminal.ts'
import { renderUsers } from './user-table.ts'

const HELP = `
Exits 3 when one of them does not exist; those that do are printed all the same, as JSON one on each line.

Examples:
  anillo users get 7
  anillo users get 7 8 ada@example.org
  anillo users get 7 -o json | jq -r .status`

/** Questions under way at once. */
const CONCURRENCY = 16

export function usersGetCommand({ terminal: { out, err } }: Context): Command {
  const command = httpCommand('get', 'print users').argument('<id...>', 'user ids').addHelpText('after', HELP)
  return command.action(async (ids: string[]) => {
    const { users } = apiOf(command)
    const found: User[] = []
    const missing: string[] = []
    for (let from = 0; from < ids.length; from += CONCURRENCY) {
      const group = ids.slice(from, from + CONCURRENCY)
      const answers = await Promise.all(group.map(id => users.get(id)))
      answers.forEach((user, index) => {
        if (user === undefined) missing.push(group[index]!)
        else found.push(user)
      })
    }
    if (found.length > 0) printData(command, out, found, renderUsers)
    if (missing.length === 0) return
    line(err, `${counted(missing.length, 'user')} not found: ${missing.join(', ')}`)
    line(err, '  → check the spelling; `anillo users set ID STATUS` creates a user')
    throw new Exit(EXIT_NOT_FOUND)
  })
}
