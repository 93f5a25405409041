/** All commands of `anillo` put together, and how any of them ends. */
import { Command, CommanderError } from 'commander'
import { benchCommand } from './bench.ts'
import type { Context } from './context.ts'
import { demoCommand } from './demo/demo.ts'
import { EXIT_OK, EXIT_USAGE, Exit, reportError } from './exit.ts'
import { applyEnvironment } from './flags.ts'
import { keyPskCommand } from './key-psk.ts'
import { keyShowCommand } from './key-show.ts'
import { peerLeaveCommand } from './peer-leave.ts'
import { peerStartCommand } from './peer-start.ts'
import { peerStatusCommand } from './peer-status.ts'
import { ringCheckCommand } from './ring-check.ts'
import { ringLookupCommand } from './ring-lookup.ts'
import { ringRecoverCommand } from './ring-recover.ts'
import { ringShowCommand } from './ring-show.ts'
import { setUsersCommand } from './setusers.ts'
import type { Terminal } from './terminal.ts'
import { usersCountCommand } from './users-count.ts'
import { usersDeleteCommand } from './users-delete.ts'
import { usersExportCommand } from './users-export.ts'
import { usersGetCommand } from './users-get.ts'
import { usersHeartbeatCommand } from './users-heartbeat.ts'
import { usersImportCommand } from './users-import.ts'
import { usersListCommand } from './users-list.ts'
import { usersSetCommand } from './users-set.ts'
import { usersWatchCommand } from './users-watch.ts'

const HELP = `
Every peer answers for every user, so any peer will do for the commands that talk to one (-u, ANILLO_URL).

The first minute:
  anillo demo                                             a ring of five peers with a thousand users
  anillo ring show                                        who is in it
  anillo users get 7                                      from any of them
  anillo ring lookup 7 --trace                            how it was found

Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 precondition failed, 5 unavailable or timeout,
6 not authorised, 7 the data directory must not be used again, 130 interrupted.`

export function anilloProgram(context: Context, version: string): Command {
  const group = (name: string, description: string, commands: readonly Command[]) => {
    const command = new Command(name).description(description)
    for (const each of commands) command.addCommand(each)
    return command
  }
  return new Command('anillo')
    .description(
      'A users database without a server: peers form a ring, and every peer answers for every user.'
    )
    .version(version, '--version', 'print the version')
    .addHelpText('after', HELP)
    .addCommand(demoCommand(context))
    .addCommand(
      group('peer', 'one peer: start, status, leave', [
        peerStartCommand(context),
        peerStatusCommand(context),
        peerLeaveCommand(context)
      ])
    )
    .addCommand(
      group('ring', 'the ring: show, lookup, check, recover', [
        ringShowCommand(context),
        ringLookupCommand(context),
        ringCheckCommand(context),
        ringRecoverCommand(context)
      ])
    )
    .addCommand(
      group('key', 'keys: a pre-shared key for the ring, the identity of a peer', [
        keyPskCommand(context),
        keyShowCommand(context)
      ])
    )
    .addCommand(
      group('users', 'users: get, set, heartbeat, watch, delete, list, count, export, import', [
        usersGetCommand(context),
        usersSetCommand(context),
        usersHeartbeatCommand(context),
        usersWatchCommand(context),
        usersDeleteCommand(context),
        usersListCommand(context),
        usersCountCommand(context),
        usersExportCommand(context),
        usersImportCommand(context)
      ])
    )
    .addCommand(benchCommand(context))
}

export function setUsersProgram(context: Context, version: string): Command {
  return setUsersCommand(context).version(version, '--version', 'print the version')
}

/** Runs a program with the arguments after its name; resolves with the exit code. */
export async function run(program: Command, terminal: Terminal, args: readonly string[]): Promise<number> {
  let running: Command | undefined
  for (const command of withSubcommands(program)) prepare(command, terminal)
  program.hook('preAction', (_, action) => {
    applyEnvironment(action, terminal.env)
    running = action
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return EXIT_OK
  } catch (error) {
    if (error instanceof Exit) return error.code
    if (!(error instanceof CommanderError)) {
      const level = running?.opts<{ logLevel?: string }>().logLevel // a config file may have set it last
      return reportError(error, terminal.err, [level, terminal.env.ANILLO_LOG_LEVEL].includes('debug'))
    }
    // Asked-for help and version end in an exception too; what is not asked for is wrong usage.
    return error.code === 'commander.helpDisplayed' || error.code === 'commander.version'
      ? EXIT_OK
      : EXIT_USAGE
  }
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

/** Commander's own ways of ending and printing, turned into ours. */
function prepare(command: Command, { out, err }: Terminal): void {
  const names: string[] = []
  for (let each: Command | null = command; each !== null; each = each.parent) names.unshift(each.name())
  command
    .exitOverride()
    .helpCommand(false)
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ styleTitle: text => out.colours.bold(text), helpWidth: 110 })
    .configureOutput({
      writeOut: text => out.write(text),
      writeErr: text => err.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, err.colours.red('error:')))
    })
    .showHelpAfterError(`  → see \`${names.join(' ')} --help\``)
}
