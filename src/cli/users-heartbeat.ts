/** `anillo users heartbeat`: renews the leases of users. */
import type { Command } from 'commander'
import { BATCH_IDS_MAX } from '../constants.ts'
import { ERROR_KINDS, type ErrorName, errorName } from '../errors.ts'
import type { HeartbeatResult } from '../users/many-users.ts'
import type { Presence } from '../users/user.ts'
import type { Context } from './context.ts'
import { Exit } from './exit.ts'
import { durationValue } from './flags.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { printable, table } from './render.ts'
import { line } from './terminal.ts'

const HELP = `
A lease is given by \`anillo users set ID STATUS --ttl 30s\`. A heartbeat that comes when it has ended brings the user back.
Exits 3 when one of the users does not exist, 4 when one has no lease, and 5 when one cannot be reached; the others are renewed
all the same. They are sent ${BATCH_IDS_MAX.toLocaleString('en')} at a time.

Examples:
  anillo users heartbeat 7 --ttl 30s
  anillo users heartbeat 7 8 ada@example.org --ttl 5m`

const COLUMNS = [{ title: 'ID' }, { title: 'STATUS' }, { title: 'EXPIRES' }] as const

export function usersHeartbeatCommand({ terminal: { out, err } }: Context): Command {
  const command = httpCommand('heartbeat', 'renew the leases of users')
    .argument('<id...>', 'user ids')
    .requiredOption('--ttl <duration>', 'how long they last from now on: 1s to 24h', durationValue)
    .addHelpText('after', HELP)
  return command.action(async (ids: string[], { ttl }: { readonly ttl: number }) => {
    const { users } = apiOf(command)
    const renewed: Presence[] = []
    let code: number | undefined
    for (let from = 0; from < ids.length; from += BATCH_IDS_MAX) {
      for (const answer of await users.heartbeatMany(ids.slice(from, from + BATCH_IDS_MAX), ttl)) {
        if (answer.result === 'renewed') {
          const { result, ...presence } = answer
          renewed.push(presence)
        } else {
          const { name, message } = errorOf(answer)
          code ??= ERROR_KINDS[name].exit
          line(err, message)
        }
      }
    }
    if (renewed.length > 0) printData(command, out, renewed, render)
    if (code !== undefined) throw new Exit(code)
  })
}

/** What a heartbeat of this user alone would have failed with. */
function errorOf(answer: Exclude<HeartbeatResult, { result: 'renewed' }>): {
  readonly name: ErrorName
  readonly message: string
} {
  const user = `user ${JSON.stringify(answer.id)}`
  switch (answer.result) {
    case 'missing':
      return { name: 'NotFoundError', message: `There is no ${user}: create it with a set first` }
    case 'no-lease':
      return { name: 'ConflictError', message: `The ${user} has no lease: set its status with a --ttl first` }
    case 'failed': {
      const name = errorName({ name: answer.error }) ?? 'InternalError'
      return { name, message: `The ${user} was not renewed: ${answer.error}: ${answer.detail}` }
    }
  }
}

function render(users: readonly Presence[]): string[] {
  return table(
    COLUMNS,
    users.map(({ id, status, expiresAt }) => [printable(id), status, expiresAt ?? '-'])
  )
}
