/** How a command ends: its exit code, and an error as a person reads it, with what to do next. */
import { AnilloError, ERROR_KINDS, type ErrorName, errorName } from '../errors.ts'
import { isUnreachable } from './api.ts'
import { printable } from './render.ts'
import { line, type StopSignal, type Stream } from './terminal.ts'

export const EXIT_OK = 0
export const EXIT_FAILURE = 1
export const EXIT_USAGE = 2
export const EXIT_NOT_FOUND = 3
export const EXIT_UNAVAILABLE = 5

/** As shells report a program that a signal ended: 128 + its number. */
export const EXIT_BY_SIGNAL: Readonly<Record<StopSignal | 'SIGHUP', number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143
}

/** Ends the command with `code`; what there was to say has been said. */
export class Exit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}

/** Where the message itself does not already say it. */
const NEXT_STEPS: Partial<Record<ErrorName, string>> = {
  TooManyRequestsError: 'wait a moment, or use another peer; nothing was written',
  BusyError: 'try again in a moment; nothing was written',
  UnavailableError: 'nothing was written: try again, and see `anillo ring check` for what is missing',
  OutcomeUnknownError:
    'look what came of it (`anillo users get ID`, `anillo ring check`) before trying again',
  TimeoutError: 'try again; `anillo ring check` says what is wrong with the ring',
  UnauthorisedError:
    'give a token of that peer: ANILLO_TOKEN, or --token-file FILE with it on its first line',
  ConflictError: 'read the user with `anillo users get ID` and try again with its version',
  NotFoundError: 'check the spelling; `anillo users set ID STATUS` creates a user',
  JoinError: 'check that the peer to join runs and that its address is the one it printed after `join:`',
  NotAdmittedError: 'give this peer what the ring asks for: its --psk file, or a place in its --allow lists',
  DataDirectoryError: 'give another directory with --data, or stop the peer that uses this one',
  StorageError: 'check the disk (space, permissions, kernel log), then start the peer again',
  WrongRingError: 'join a peer of the same ring, or start with an empty --data directory',
  IncompatibleVersionError: 'run the same version of anillo on both peers',
  InternalError: 'this is a defect in anillo: please report it with the output of ANILLO_LOG_LEVEL=debug'
}

/** What Node says of a certificate that leads to no root it knows, is not of the name asked for, or is not of today. */
const UNTRUSTED =
  /self[- ]signed certificate|unable to (verify the first|get (local )?issuer) certificate|altnames|certificate (has expired|is not yet valid)/i
const UNTRUSTED_NEXT =
  'trust the certificate with NODE_EXTRA_CA_CERTS=FILE (PEM), and ask for a name or address that it is made for: -u URL'

const UNREACHABLE_NEXT =
  'start a peer with `anillo peer start`, or say where one runs: -u URL (setusers: -p PORT)'

/** Of the system's own errors, by what they say: libraries wrap them, and then no code is left. */
const SYSTEM_NEXT_STEPS: readonly [says: RegExp, next: string][] = [
  [
    /\bEADDRINUSE\b|\bEADDRNOTAVAIL\b|listen EACCES\b/,
    'choose another address or port: -p for peers (or -l …/tcp/0), -P for HTTP; 0 takes a free one'
  ],
  [
    /^(ENOENT|EACCES|EPERM|ENOTDIR|EISDIR|EROFS|ENOSPC)\b/,
    'check the path, its permissions and the space on the disk'
  ]
]

/** Prints `error`, with its stack only when debugging, and returns the exit code that belongs to it. */
export function reportError(error: unknown, err: Stream, debug: boolean): number {
  const name = errorName(error)
  const { bold, red } = err.colours
  const message = error instanceof Error ? error.message : String(error)
  const title = error instanceof Error ? error.name : 'Error'
  line(err, `${bold(red(title))}: ${printable(messageOf(message))}`)
  if (error instanceof AnilloError) {
    for (const { path, message: reason } of error.issues ?? []) {
      if (reason !== message) line(err, `  ${printable(`${path}: ${reason}`)}`)
    }
  }
  const next = nextStep(error, name)
  if (next !== undefined) line(err, `  → ${next}`)
  if (debug && error instanceof Error) line(err, stackOf(error))
  return name === undefined ? EXIT_FAILURE : ERROR_KINDS[name].exit
}

/** Without what only a program can do: no command has a key to repeat a write with. */
export function messageOf(message: string): string {
  return message.replace(/; repeat (it|the call) with the same idempotency ?key/i, '')
}

function nextStep(error: unknown, name: ErrorName | undefined): string | undefined {
  const texts = causes(error).map(each => (each instanceof Error ? each.message : ''))
  if (texts.some(text => UNTRUSTED.test(text))) return UNTRUSTED_NEXT
  if (isUnreachable(error)) return UNREACHABLE_NEXT
  const system = SYSTEM_NEXT_STEPS.find(([says]) => texts.some(text => says.test(text)))
  if (system !== undefined) return system[1]
  if (name === 'ConfigurationError' || name === 'InvalidUserError') return undefined
  return NEXT_STEPS[name ?? 'InternalError']
}

/** The error and what it came of, through `cause` and the lists of an AggregateError. */
function causes(error: unknown, depth = 0): object[] {
  if (typeof error !== 'object' || error === null || depth > 8) return []
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  const inner = [cause, ...(Array.isArray(errors) ? errors : [])]
  return [error, ...inner.flatMap(each => causes(each, depth + 1))]
}

function stackOf(error: Error): string {
  return causes(error)
    .map(each => (each instanceof Error ? (each.stack ?? each.message) : String(each)))
    .join('\ncaused by ')
}
