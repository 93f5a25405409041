/** `anillo users delete` */
import type { Command } from 'commander'
import { NotFoundError } from '../errors.ts'
import type { Context } from './context.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { printable } from './render.ts'

const HELP = `
Exits 3 when there is no such user.

Examples:
  anillo users delete 7
  anillo users delete 7 --if-version 3.41                 only if nobody changed it since`

export function usersDeleteCommand({ terminal: { out } }: Context): Command {
  const command = httpCommand('delete', 'delete a user')
    .argument('<id>', 'user id')
    .option('--if-version <version>', 'only if the user has this version')
    .addHelpText('after', HELP)
  return command.action(async (id: string, { ifVersion }: { ifVersion?: string }) => {
    const deleted = await apiOf(command).users.delete(id, { ifVersion })
    if (!deleted) throw new NotFoundError(`There is no user ${JSON.stringify(id)}`)
    printData(command, out, [{ id, deleted }], () => [`deleted ${printable(id)}`])
  })
}
