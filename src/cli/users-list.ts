/** `anillo users list`: users page by page, or all of them. */
import type { Command } from 'commander'
import { PAGE_USERS_MAX } from '../constants.ts'
import type { User } from '../users/user.ts'
import type { Context } from './context.ts'
import { wholeNumber } from './flags.ts'
import { apiOf, givenPeerFlags, httpCommand, printData, quoted } from './http-command.ts'
import { line } from './terminal.ts'
import { filterOf, type UserFilter, withFilter } from './user-flags.ts'
import { UserTable } from './user-table.ts'

const HELP = `
Users come in the order of the ring, the same from every peer. A page that is not the last one says on stderr how the next
is asked for. The table shows the beginning of long profiles; JSON has them whole.

Examples:
  anillo users list
  anillo users list --status ONLINE --prefix eu- --limit 1000
  anillo users list --all -o json | jq -r .id`

const LIMIT_DEFAULT = 100
/** Users printed together when all are. */
const PRINTED_TOGETHER = 100

interface ListFlags extends UserFilter {
  readonly limit?: number
  readonly cursor?: string
  readonly all?: boolean
}

export function usersListCommand({ terminal }: Context): Command {
  const { out, err } = terminal
  const command = withFilter(httpCommand('list', 'list users'))
    .option(
      '--limit <n>',
      `users of the page, 1 to ${PAGE_USERS_MAX} (default: ${LIMIT_DEFAULT})`,
      wholeNumber(1, PAGE_USERS_MAX)
    )
    .option('--cursor <cursor>', 'go on after the page that told it')
    .option('--all', 'every page, one after the other')
    .addHelpText('after', HELP)
  return command.action(async ({ limit, cursor, all, ...flags }: ListFlags) => {
    if (all && limit !== undefined) {
      command.error('error: --limit is of one page, and --all has no end; give one of them')
    }
    const { users } = apiOf(command)
    const filter = filterOf(flags)
    const table = new UserTable()
    const print = async (some: readonly User[]) => {
      printData(command, out, some, each => table.lines(each))
      await out.drained()
    }
    if (all) {
      let some: User[] = []
      for await (const user of users.list({ ...filter, cursor })) {
        some.push(user)
        if (some.length < PRINTED_TOGETHER) continue
        await print(some)
        some = []
      }
      return print(some)
    }
    const { items, next } = await users.page({ ...filter, cursor, limit: limit ?? LIMIT_DEFAULT })
    await print(items)
    if (next === undefined) return
    const again = `${terminal.program} users list${givenPeerFlags(command)}`
    line(err, `→ more: ${again} ${flagsOf({ ...filter, limit, cursor: next })}`)
  })
}

function flagsOf(flags: object): string {
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  return given.map(([name, value]) => `--${name} ${quoted(String(value))}`).join(' ')
}
