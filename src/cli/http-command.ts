/** What the commands share that talk to a peer's HTTP API: where it is, and how the answer is printed. */
import { Command } from 'commander'
import { Api } from './api.ts'
import { EnvOption, urlValue } from './flags.ts'
import { line, type Stream } from './terminal.ts'

const URL_DEFAULT = 'http://127.0.0.1:5000'
const FORMATS = ['table', 'json'] as const

interface HttpFlags {
  readonly url: string
  readonly format: (typeof FORMATS)[number]
}

export function httpCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new EnvOption('-u, --url <url>', 'HTTP API of any peer of the ring')
        .argParser(urlValue)
        .default(URL_DEFAULT)
    )
    .addOption(new EnvOption('-o, --format <format>', 'table or json').choices(FORMATS).default('table'))
}

export function apiOf(command: Command): Api {
  return new Api(command.opts<HttpFlags>().url)
}

/** Prints records: each as one line of JSON, or all as the lines that `render` makes of them for people. */
export function printData<T>(
  command: Command,
  out: Stream,
  records: readonly T[],
  render: (records: readonly T[]) => string[]
): void {
  const { format } = command.opts<HttpFlags>()
  const lines = format === 'json' ? records.map(record => JSON.stringify(record)) : render(records)
  for (const text of lines) line(out, text)
}
