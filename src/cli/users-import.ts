/** `anillo users import`: users from NDJSON. */
import { type Command, Option } from 'commander'
import { ERROR_KINDS, errorName } from '../errors.ts'
import { IMPORT_MODES, type ImportMode } from '../users/many-users.ts'
import { isUnreachable } from './api.ts'
import type { Context } from './context.ts'
import { EXIT_FAILURE, EXIT_UNAVAILABLE, Exit, messageOf } from './exit.ts'
import { apiOf, formatOf, givenPeerFlags, httpCommand } from './http-command.ts'
import { ImportFile } from './import-file.ts'
import { ImportTally } from './import-tally.ts'
import { RejectsFile } from './rejects-file.ts'
import { byteSize, counted, duration, printable, thousands } from './render.ts'
import { exitCodeOf, StopRequests } from './stop-requests.ts'
import { line, type Terminal } from './terminal.ts'
import { TransferProgress } from './transfer-progress.ts'

const HELP = `
Each line is a user as JSON, as \`anillo users export\` writes it: id and status, and if there are any profile, ttl or expiresAt;
versions and times are given anew. A line that is broken or refused harms only itself. Of those that failed the first reasons
are told; --rejects keeps all of them with their lines, to be mended and imported again. A bar or a line on stderr says how
much of the file has been written, and -o json prints a result for each line, then a summary.

An import that was interrupted (Ctrl-C, exit 130) or ended halfway (exit 5) can be repeated safely: what is there already is
written again as it is in the file, or left with --mode skip. With --mode create it is refused, so repeat that with skip.
Exits 1 when a line failed; all the others have been imported.

Examples:
  anillo users import users.ndjson
  anillo users import users.ndjson --mode skip --rejects failed.ndjson
  gunzip -c users.ndjson.gz | anillo users import -`

interface ImportFlags {
  readonly mode: ImportMode
  readonly rejects?: string
}

export function usersImportCommand({ terminal }: Context): Command {
  const command = httpCommand('import', 'create or replace users from a file, or stdin')
    .argument('<file>', 'NDJSON; -: stdin')
    .addOption(
      new Option('--mode <mode>', 'of users that there are: replace them, refuse the line, or skip it')
        .choices(IMPORT_MODES)
        .default('upsert')
    )
    .option('--rejects <file>', 'a new file for the lines that fail, each with the reason')
    .addHelpText('after', HELP)
  return command.action((file: string, flags: ImportFlags) => importFile(command, terminal, file, flags))
}

async function importFile(command: Command, terminal: Terminal, file: string, flags: ImportFlags) {
  const { out, err } = terminal
  const { users, url } = apiOf(command)
  const json = formatOf(command) === 'json'
  using stops = new StopRequests(terminal, { once: true })
  const { signal } = stops
  terminal.outliveReader() // the users are what is asked for, not what is said of them
  await using source = await ImportFile.open(file, () => terminal.input, signal)
  await using rejects = flags.rejects === undefined ? undefined : await RejectsFile.create(flags.rejects)
  // What it has created itself, `create` would refuse the second time.
  const skipping = flags.mode === 'upsert' ? '' : ' --mode skip'
  const again = `${terminal.program} users import${givenPeerFlags(command)}${skipping}`
  const tally = new ImportTally()
  const progress = new TransferProgress(err, source.size)
  const beganMs = performance.now()
  try {
    for await (const result of users.importLines(source.lines(), { mode: flags.mode, signal })) {
      const { text, endByte } = source.settled()
      tally.add(result)
      if (result.result === 'failed') await rejects?.add(result, typeof text === 'string' ? text : undefined)
      if (json) line(out, JSON.stringify(result))
      await out.drained(signal)
      progress.update(endByte, state(source, endByte, tally, performance.now() - beganMs))
      signal.throwIfAborted()
    }
  } catch (error) {
    progress.clear()
    tellReasons(terminal, tally, rejects)
    if (signal.aborted) {
      tellEnd(terminal, 'interrupted', source, tally, again)
      throw new Exit(exitCodeOf(await stops.first))
    }
    const name = errorName(error)
    // The advice that is given for a single write is wrong once others have been written.
    const halfway = name !== undefined && ERROR_KINDS[name].exit === EXIT_UNAVAILABLE
    if (!halfway || (tally.summary.lines === 0 && isUnreachable(error))) throw error
    line(err, `${err.colours.bold(err.colours.red(name))}: ${printable(messageOf((error as Error).message))}`)
    tellEnd(terminal, 'ended', source, tally, again)
    throw new Exit(EXIT_UNAVAILABLE)
  } finally {
    progress.clear()
  }
  tellReasons(terminal, tally, rejects)
  const ms = performance.now() - beganMs
  const took = `${duration(ms)} (${perSecond(tally, ms)})`
  if (json) line(out, JSON.stringify({ summary: tally.summary }))
  else line(out, `${counted(tally.written, 'user')} imported through ${url} in ${took}: ${tally}`)
  if (tally.summary.failed > 0) throw new Exit(EXIT_FAILURE)
}

/** Bytes are counted when their lines have results, not when they were read. */
function state({ size }: ImportFile, bytes: number, tally: ImportTally, ms: number): string {
  const of = size === undefined ? '' : ` of ${byteSize(size)}`
  const { skipped, failed } = tally.summary
  return [
    `${byteSize(bytes)}${of}`,
    `${counted(tally.written, 'user')} written`,
    perSecond(tally, ms),
    ...(skipped === 0 ? [] : [`${thousands(skipped)} skipped`]),
    `${thousands(failed)} failed`
  ].join(', ')
}

/** Since the beginning: of a moment alone it would jump from batch to batch. */
function perSecond(tally: ImportTally, ms: number): string {
  return `${thousands(Math.round(tally.written / Math.max(ms / 1_000, 0.001)))} users/s`
}

function tellReasons({ err }: Terminal, tally: ImportTally, rejects: RejectsFile | undefined): void {
  const { failed } = tally.summary
  if (failed === 0) return
  line(err, `${counted(failed, 'line')} failed:`)
  for (const reason of tally.reasons()) line(err, `  ${reason}`)
  line(
    err,
    rejects === undefined
      ? '  → mend them and import again; --rejects FILE keeps all that fail, with their reasons'
      : `  → all of them are in ${rejects.name}, with their reasons: mend them and import that file`
  )
}

function tellEnd(
  { err }: Terminal,
  how: string,
  source: ImportFile,
  tally: ImportTally,
  again: string
): void {
  const where = tally.lastLine === 0 ? 'before the first result' : `after line ${tally.lastLine}`
  line(err, `${how} ${where} of ${source.name}: ${tally}; some of the next lines may be written as well`)
  line(err, `  → repeat it: \`${again}\` of the same file does no harm to what is written already`)
}
