/** `anillo users watch`: what happens to users, as it happens. */
import type { Command } from 'commander'
import type { WatchEvent } from '../users/change.ts'
import { STATUSES, type Status } from '../users/user.ts'
import type { Context } from './context.ts'
import { Exit } from './exit.ts'
import { apiOf, httpCommand, wantsJson } from './http-command.ts'
import { printable } from './render.ts'
import { exitCodeOf, StopRequests } from './stop-requests.ts'
import { line } from './terminal.ts'
import { statusValue } from './user-flags.ts'

const HELP = `
Ends with Ctrl-C. When the gateway is gone it goes on as soon as it is back, where it was. With -o json an event has a
cursor at most once a second: --since goes on after it, at any peer. Nothing is missed then; what came later is told again.

Examples:
  anillo users watch                                      what happens from now on
  anillo users watch 7 ada@example.org                    to these users
  anillo users watch --since 0 -o json                    everybody as they are, then what happens
  anillo users watch --since "$CURSOR" -o json            what happened since`

export function usersWatchCommand({ terminal }: Context): Command {
  const command = httpCommand('watch', 'print what happens to users, as it happens')
    .argument('[id...]', 'user ids (default: everybody)')
    .option('--since <place>', 'now, 0, or the cursor of an event', 'now')
    .option(
      '--status <status>',
      `only of users that have this status then: ${STATUSES.join(', ')}`,
      statusValue
    )
    .addHelpText('after', HELP)
  return command.action(
    async (ids: string[], flags: { readonly since: string; readonly status?: Status }) => {
      using requests = new StopRequests(terminal, { once: true })
      const options = { ...flags, ...(ids.length > 0 && { ids }), signal: requests.signal }
      const { out } = terminal
      const render = wantsJson(command) ? JSON.stringify : text
      try {
        for await (const event of apiOf(command).users.watch(options)) {
          line(out, render(event))
          await out.drained(options.signal)
        }
      } catch (error) {
        if (!requests.signal.aborted) throw error
        throw new Exit(exitCodeOf(await requests.first))
      }
    }
  )
}

/** One line for people: without a time, as an event has none of its own. */
function text(event: WatchEvent): string {
  if (event.type === 'reset') return `reset    slot ${event.slot}: changes may be missing; its users follow`
  const what = `${event.type.padEnd(8)} ${event.version.padEnd(9)} ${printable(event.id)}`
  return event.type === 'delete' ? what : `${what}  ${event.user.status}`
}
