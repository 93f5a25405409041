/** Flags and arguments about users that several commands have: a status, and which users are meant. */
import { type Command, InvalidArgumentError } from 'commander'
import { checkStatus, type Status } from '../users/user.ts'

/** The users that have this status, and whose ids begin so; all of them without either. */
export interface UserFilter {
  readonly status?: Status
  readonly prefix?: string
}

export function withFilter(command: Command): Command {
  return command
    .option('--status <status>', 'only users with this status', statusValue)
    .option('--prefix <text>', 'only users whose ids begin with this')
}

export function filterOf({ status, prefix }: UserFilter): UserFilter {
  return { ...(status !== undefined && { status }), ...(prefix !== undefined && { prefix }) }
}

/** By name in any case, or by number. */
export function statusValue(text: string): Status {
  try {
    return checkStatus(/^[0-9]+$/.test(text) ? Number(text) : text.toUpperCase())
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`)
  }
}
