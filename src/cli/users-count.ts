/** `anillo users count`: how many users there are. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { filterOf, type UserFilter, withFilter } from './user-flags.ts'

const HELP = `
Examples:
  anillo users count
  anillo users count --status ONLINE --prefix eu-`

export function usersCountCommand({ terminal: { out } }: Context): Command {
  const command = withFilter(httpCommand('count', 'count users')).addHelpText('after', HELP)
  return command.action(async (flags: UserFilter) => {
    const count = await apiOf(command).users.count(filterOf(flags))
    printData(command, out, [{ count }], () => [String(count)])
  })
}
