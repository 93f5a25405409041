/** What the commands share that talk to a peer's HTTP API: where it is, and how the answer is printed. */
import { Command, type Option } from 'commander'
import { Api } from './api.ts'
import { EnvOption, urlValue } from './flags.ts'
import { line, type Stream } from './terminal.ts'
import { readFirstToken } from './token-file.ts'

export const URL_DEFAULT = 'http://127.0.0.1:5000'
const FORMATS = ['table', 'json'] as const

interface HttpFlags {
  readonly url: string
  readonly format: (typeof FORMATS)[number]
}

export function httpCommand(name: string, description: string, url: Option = urlFlag()): Command {
  return new Command(name)
    .description(description)
    .addOption(url)
    .addOption(tokenFileFlag())
    .addOption(formatOption())
}

export function formatOption(): EnvOption {
  return new EnvOption('-o, --format <format>', 'table or json').choices(FORMATS).default('table')
}

function urlFlag(): EnvOption {
  return new EnvOption('-u, --url <url>', 'HTTP API of any peer of the ring')
    .argParser(urlValue)
    .default(URL_DEFAULT)
}

/** Where the peer needs a token. */
export function tokenFileFlag(): EnvOption {
  return new EnvOption(
    '--token-file <file>',
    'show the first token of this file, where the peer needs one; or ANILLO_TOKEN has it'
  ).orContentsFrom('ANILLO_TOKEN', 'token')
}

export function apiOf(command: Command): Api {
  return new Api(command.opts<HttpFlags>().url, undefined, () => tokenOf(command))
}

export function formatOf(command: Command): HttpFlags['format'] {
  return command.opts<HttpFlags>().format
}

/** The command line wins over the environment, and there the token itself over the file. */
export async function tokenOf(command: Command): Promise<string | undefined> {
  const { token, tokenFile } = command.opts<{ token?: string; tokenFile?: string }>()
  if (token !== undefined) return token.trim()
  return tokenFile === undefined ? undefined : readFirstToken(tokenFile)
}

/** What a command that is to be pasted asks the same peer with: the flags that were given, each after a space. */
export function givenPeerFlags(command: Command): string {
  const { url, tokenFile } = command.opts<HttpFlags & { readonly tokenFile?: string }>()
  const given = (name: string) => command.getOptionValueSource(name) === 'cli'
  return [
    ...(given('url') ? [` -u ${quoted(url)}`] : []),
    ...(tokenFile !== undefined && given('tokenFile') ? [` --token-file ${quoted(tokenFile)}`] : [])
  ].join('')
}

/** For a shell, if it needs that. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

export function wantsJson(command: Command): boolean {
  return command.opts<HttpFlags>().format === 'json'
}

/** Prints records: each as one line of JSON, or all as the lines that `render` makes of them for people. */
export function printData<T>(
  command: Command,
  out: Stream,
  records: readonly T[],
  render: (records: readonly T[]) => string[]
): void {
  const lines = wantsJson(command) ? records.map(record => JSON.stringify(record)) : render(records)
  for (const text of lines) line(out, text)
}
