/** `anillo users set`: creates or replaces a user. */
import { type Command, InvalidArgumentError } from 'commander'
import { checkProfile, type Profile, STATUSES, type Status } from '../users/user.ts'
import type { Context } from './context.ts'
import { durationValue } from './flags.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { statusValue } from './user-flags.ts'
import { renderUsers } from './user-table.ts'

const HELP = `
A condition that does not hold exits 4, and nothing was written. Exit 5 says in words whether it may have been.

Examples:
  anillo users set 7 ONLINE
  anillo users set 7 away --profile '{"name":"Ada"}'
  anillo users set 7 ONLINE --ttl 30s                     OFFLINE again in 30 s, unless a heartbeat comes
  anillo users set 7 ONLINE --if-absent                   only if there is no such user
  anillo users set 7 OFFLINE --if-version 3.41            only if nobody changed it since`

interface SetFlags {
  readonly ifAbsent?: boolean
  readonly ifVersion?: string
  readonly profile?: Profile
  /** ms */
  readonly ttl?: number
}

export function usersSetCommand({ terminal: { out } }: Context): Command {
  const command = httpCommand('set', 'create or replace a user')
    .argument('<id>', 'user id: 1 to 256 bytes of UTF-8')
    .argument('<status>', STATUSES.map((name, number) => `${name} (${number})`).join(', '), statusValue)
    .option(
      '--ttl <duration>',
      'the user becomes OFFLINE after so long, 1s to 24h, unless renewed',
      durationValue
    )
    .option('--if-absent', 'only if there is no such user')
    .option('--if-version <version>', 'only if the user has this version')
    .option('--profile <json>', 'a JSON object; left out, the profile stays as it is', profileValue)
    .addHelpText('after', HELP)
  return command.action(async (id: string, status: Status, flags: SetFlags) => {
    const { ifAbsent, ifVersion, profile, ttl } = flags
    if (ifAbsent && ifVersion !== undefined) {
      command.error('error: --if-absent and --if-version cannot both hold; give one of them')
    }
    const user = await apiOf(command).users.set(id, { status, profile, ttlMs: ttl }, { ifAbsent, ifVersion })
    printData(command, out, [user], renderUsers)
  })
}

function profileValue(text: string): Profile {
  try {
    return checkProfile(JSON.parse(text))
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`)
  }
}
