/** `anillo users export`: all users, or some, as NDJSON. */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import { EXIT_FAILURE, Exit } from './exit.ts'
import { toFile, toStream } from './export-file.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { counted, duration, thousands } from './render.ts'
import { exitCodeOf, StopRequests } from './stop-requests.ts'
import { line } from './terminal.ts'
import { TransferProgress } from './transfer-progress.ts'
import { filterOf, type UserFilter, withFilter } from './user-flags.ts'

const HELP = `
Each line is a user as JSON, as \`anillo users import\` takes it. FILE is written as FILE.tmp and renamed when it is complete;
an export that fails or is interrupted leaves no FILE. To stdout it is complete when the exit code is 0.
Slots are read one after the other: who is there from the beginning to the end is in it once; who comes or goes may be.

Examples:
  anillo users export users.ndjson
  anillo users export --status ONLINE | jq -r .id
  anillo users export | gzip > users.ndjson.gz`

interface ExportFlags extends UserFilter {
  readonly force?: boolean
}

export function usersExportCommand({ terminal }: Context): Command {
  const { out, err } = terminal
  const command = withFilter(httpCommand('export', 'write users to a file, or to stdout'))
    .argument('[file]', 'NDJSON to be written; left out or -: stdout')
    .option('--force', 'replace the file if there is one')
    .addHelpText('after', HELP)
  return command.action(async (given: string | undefined, { force = false, ...flags }: ExportFlags) => {
    const file = given === '-' ? undefined : given
    const { users, url } = apiOf(command)
    const filter = filterOf(flags)
    using stops = new StopRequests(terminal, { once: true, also: file === undefined ? ['unread'] : [] })
    const { signal } = stops
    const beganMs = performance.now()
    await using target = file === undefined ? toStream(out, signal) : await toFile(file, force)
    let written = 0
    let progress: TransferProgress | undefined
    try {
      const count = await users.count({ ...filter, signal })
      progress = new TransferProgress(err, count)
      for await (const user of users.list({ ...filter, signal })) {
        await target.write(JSON.stringify(user))
        progress.update(++written, `${thousands(written)} of ${counted(count, 'user')} written`)
        signal.throwIfAborted()
      }
      await target.complete()
    } catch (error) {
      if (!signal.aborted) throw error
      progress?.clear()
      const left = file === undefined ? 'what was printed is not complete' : `${file} was not written`
      const why = await stops.first
      const how = why === 'unread' ? 'ended, as stdout takes no more,' : 'interrupted'
      line(err, `${how} after ${counted(written, 'user')}: ${left}`)
      throw new Exit(why === 'unread' ? EXIT_FAILURE : exitCodeOf(why))
    } finally {
      progress?.clear()
    }
    const took = duration(performance.now() - beganMs)
    const summary = `${counted(written, 'user')} exported from ${url} in ${took}`
    if (file === undefined) line(err, summary)
    else printData(command, out, [{ file, users: written }], () => [`${summary}: ${file}`])
  })
}
