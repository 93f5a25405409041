/** `setusers`: the original's script. */
import { Command, Option } from 'commander'
import { systemRandom } from '../runtime.ts'
import { Api } from './api.ts'
import type { Context } from './context.ts'
import { portValue, urlValue, wholeNumber } from './flags.ts'
import { tokenFileFlag, tokenOf } from './http-command.ts'
import { Progress } from './progress.ts'
import { counted, duration, thousands } from './render.ts'
import { storeUsers } from './store-users.ts'
import { line } from './terminal.ts'

const HELP = `
Users are set through the HTTP API of a peer on this machine. A user that is there already gets a new status.

Examples:
  setusers
  setusers -n 1000 -p 5002
  setusers -u https://db.example.org:5000 --token-file ~/.anillo-token`

interface SetUsersFlags {
  readonly count: number
  readonly port: number
  readonly url?: string
}

export function setUsersCommand({ terminal: { out, err } }: Context): Command {
  const command = new Command('setusers')
    .description('Set users 1 to n, each ONLINE or OFFLINE at random.')
    .addOption(new Option('-n, --count <n>', 'how many').argParser(wholeNumber(1, 10_000_000)).default(10))
    .addOption(new Option('-p, --port <port>', 'HTTP port of a peer').argParser(portValue).default(5000))
    .addOption(new Option('-u, --url <url>', 'HTTP API of a peer, instead of -p').argParser(urlValue))
    .addOption(tokenFileFlag())
    .addHelpText('after', HELP)
  return command.action(async ({ count, port, url }: SetUsersFlags) => {
    const api = new Api(url ?? `http://127.0.0.1:${port}`, undefined, () => tokenOf(command))
    const beganMs = performance.now()
    const progress = new Progress(err)
    try {
      const { online, offline } = await storeUsers(api, count, systemRandom, stored =>
        progress.update(`${thousands(stored)} of ${counted(count, 'user')} set`)
      )
      progress.clear()
      const took = duration(performance.now() - beganMs)
      line(
        out,
        `${counted(count, 'user')} set through ${api.url} in ${took}: ${online} ONLINE, ${offline} OFFLINE`
      )
    } finally {
      progress.clear()
    }
  })
}
