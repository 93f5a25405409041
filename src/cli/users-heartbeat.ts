/** `anillo users heartbeat`: renews the leases of users. */
import type { Command } from 'commander'
import { ERROR_KINDS, errorName } from '../errors.ts'
import type { Presence } from '../users/user.ts'
import type { Context } from './context.ts'
import { Exit } from './exit.ts'
import { durationValue } from './flags.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { printable, table } from './render.ts'
import { line } from './terminal.ts'

const HELP = `
A lease is given by \`anillo users set ID STATUS --ttl 30s\`. A heartbeat that comes when it has ended brings the user back.
Exits 3 when one of the users does not exist, and 4 when one has no lease; the others are renewed all the same.

Examples:
  anillo users heartbeat 7 --ttl 30s
  anillo users heartbeat 7 8 ada@example.org --ttl 5m`

/** Under way at once. */
const CONCURRENCY = 16
const COLUMNS = [{ title: 'ID' }, { title: 'STATUS' }, { title: 'EXPIRES' }] as const
/** What is wrong with one user is told, and the others are renewed. */
const OF_ONE_USER: ReadonlySet<string | undefined> = new Set(['NotFoundError', 'ConflictError'])

export function usersHeartbeatCommand({ terminal: { out, err } }: Context): Command {
  const command = httpCommand('heartbeat', 'renew the leases of users')
    .argument('<id...>', 'user ids')
    .requiredOption('--ttl <duration>', 'how long they last from now on: 1s to 24h', durationValue)
    .addHelpText('after', HELP)
  return command.action(async (ids: string[], { ttl }: { readonly ttl: number }) => {
    const { users } = apiOf(command)
    const renewed: Presence[] = []
    let code: number | undefined
    for (let from = 0; from < ids.length; from += CONCURRENCY) {
      const group = ids.slice(from, from + CONCURRENCY)
      const answers = await Promise.allSettled(group.map(id => users.heartbeat(id, ttl)))
      for (const answer of answers) {
        if (answer.status === 'fulfilled') renewed.push(answer.value)
        else {
          const name = errorName(answer.reason)
          if (name === undefined || !OF_ONE_USER.has(name)) throw answer.reason
          code ??= ERROR_KINDS[name].exit
          line(err, (answer.reason as Error).message)
        }
      }
    }
    if (renewed.length > 0) printData(command, out, renewed, render)
    if (code !== undefined) throw new Exit(code)
  })
}

function render(users: readonly Presence[]): string[] {
  return table(
    COLUMNS,
    users.map(({ id, status, expiresAt }) => [printable(id), status, expiresAt ?? '-'])
  )
}
