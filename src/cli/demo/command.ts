/** The commands of the demo, as they are typed, sent and explained. */
import { InvalidRequestError } from '../../errors.ts'

export type PeerVerb = 'kill' | 'stop' | 'start' | 'pause' | 'resume' | 'leave'
export type PlainVerb = 'heal' | 'add' | 'status' | 'help' | 'quit'

export type Command =
  | { readonly verb: PeerVerb; readonly number: number }
  | { readonly verb: 'partition'; readonly numbers: readonly number[] }
  | { readonly verb: 'load'; readonly on: boolean }
  | { readonly verb: PlainVerb }

/** Longer than any command; what is longer is none. */
const COMMAND_LENGTH_MAX = 256

interface Entry {
  readonly usage: string
  readonly what: string
  readonly example: string
}

const COMMANDS = {
  kill: { usage: 'kill N', what: 'crash peer N (SIGKILL); others lead what it led', example: 'kill 3' },
  stop: { usage: 'stop N', what: 'let peer N drain and end; it stays a member', example: 'stop 3' },
  start: { usage: 'start N', what: 'bring it back with its data', example: 'start 3' },
  pause: { usage: 'pause N', what: 'freeze it where it is (SIGSTOP)', example: 'pause 3' },
  resume: { usage: 'resume N', what: 'let it go on (SIGCONT)', example: 'resume 3' },
  partition: {
    usage: 'partition N [M…]',
    what: 'cut these peers off from all others',
    example: 'partition 2 3'
  },
  heal: { usage: 'heal', what: 'undo all of that: join, resume, start', example: 'heal' },
  add: { usage: 'add', what: 'one more peer', example: 'add' },
  leave: {
    usage: 'leave N',
    what: 'take peer N out for good; what it holds moves first',
    example: 'leave 3'
  },
  load: { usage: 'load on|off', what: 'the background load', example: 'load off' },
  status: { usage: 'status', what: 'peers, cuts and what the load has seen', example: 'status' },
  help: { usage: '?', what: 'this list (help does as well)', example: '?' },
  quit: { usage: 'quit', what: 'stop all peers and the demo', example: 'quit' }
} as const satisfies Record<Command['verb'], Entry>

export const VERBS = Object.keys(COMMANDS) as Command['verb'][]

/** Lines of two columns. */
export function commandHelp(): string[] {
  const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length))
  return Object.values(COMMANDS).map(({ usage, what }) => `${usage.padEnd(width)}  ${what}`)
}

/** Undefined for an empty line. @throws InvalidRequestError says what would be a command */
export function parseCommand(text: string): Command | undefined {
  if (text.length > COMMAND_LENGTH_MAX) {
    throw new InvalidRequestError(`A command has at most ${COMMAND_LENGTH_MAX} characters; ? lists them`)
  }
  const [name = '', ...args] = text.trim().split(/\s+/)
  if (name === '') return undefined
  const verb = VERBS.find(each => each === (name === '?' ? 'help' : name.toLowerCase()))
  if (verb === undefined)
    throw new InvalidRequestError(`There is no command ${JSON.stringify(name)}; ? lists them`)
  switch (verb) {
    case 'kill':
    case 'stop':
    case 'start':
    case 'pause':
    case 'resume':
    case 'leave':
      if (args.length !== 1) throw usageError(verb, 'the number of one peer')
      return { verb, number: numberOf(verb, args[0]!) }
    case 'partition':
      if (args.length === 0) throw usageError(verb, 'the number of at least one peer')
      return { verb, numbers: [...new Set(args.map(each => numberOf(verb, each)))] }
    case 'load':
      if (args.length !== 1 || !['on', 'off'].includes(args[0]!)) throw usageError(verb, 'on or off')
      return { verb, on: args[0] === 'on' }
    default:
      if (args.length > 0) throw usageError(verb, 'nothing more')
      return { verb }
  }
}

function numberOf(verb: Command['verb'], text: string): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text)) {
    throw new InvalidRequestError(
      `${JSON.stringify(text)} is not the number of a peer; ${COMMANDS[verb].example}, for example`
    )
  }
  return Number(text)
}

function usageError(verb: Command['verb'], needs: string): InvalidRequestError {
  return new InvalidRequestError(`${verb} takes ${needs}, as in: ${COMMANDS[verb].example}`)
}
