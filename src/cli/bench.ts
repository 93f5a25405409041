/** `anillo bench`: how many operations a second a ring answers, and how fast, over the HTTP API of its peers. */
import { Argument, type Command } from 'commander'
import { addBenchFlags, type BenchFlags, gatewaysFlag } from './bench-flags.ts'
import { MIX_DEFAULT, type Mix, mixValue } from './bench-mix.ts'
import { BenchSession } from './bench-session.ts'
import type { Context } from './context.ts'
import { EXIT_OK, Exit } from './exit.ts'
import { httpCommand, tokenOf, wantsJson } from './http-command.ts'

const HELP = `
A mix is one of
  mixed       read=90,write=10
  presence    heartbeat=1, of users with leases
  read        of a user, as a majority has it
  stale       of a user, as any one replica has it
  write       of a user's status and profile
  update      read, then write if nobody was faster; if somebody was, it is a conflict, which is no error
  heartbeat   as presence
or parts of the last five with weights, such as read=50,stale=40,update=10.

The users <prefix>0, <prefix>1, … are made first, and left at the end unless --cleanup is given. A user of such an id
that no bench has made is never touched: the bench ends then, and wants another --prefix.

Latencies are those of a program that uses the HTTP client, whose retries are in them; operations that end in an
error are counted apart. With --rate they begin on a schedule and are measured from when they were due, so that a
stall is in all the latencies that it caused. Without it, each of the -c begins its next when its last one has ended.

The bench shares the machine with whatever else runs there, peers too: run it on another one to see what a ring can
take. At the end it says how busy it was itself; near 100% it measured itself, and several are to be run, each with
its own --prefix. Ctrl-C ends with the summary; a second one does not wait for what is under way, and deletes nothing.
Exits 1 when there were errors, and 5 when no gateway could be reached.

Examples:
  anillo bench
  anillo bench read -c 128 -d 1m -u http://127.0.0.1:5000,http://127.0.0.1:5001
  anillo bench write --rate 200 --warmup 5s --profile-bytes 1000
  anillo bench presence --users 10000 --ttl 1m --cleanup
  anillo bench -o json | jq -c 'select(.type == "summary") | .total'`

export function benchCommand({ terminal }: Context): Command {
  const command = httpCommand(
    'bench',
    'measure a ring over HTTP: operations a second and latencies',
    gatewaysFlag()
  )
  command.addArgument(
    new Argument('[mix]', 'what to do how often, see below').argParser(mixValue).default(MIX_DEFAULT, 'mixed')
  )
  addBenchFlags(command).addHelpText('after', HELP)
  return command.action(async (mix: Mix, flags: BenchFlags) => {
    const code = await new BenchSession({
      terminal,
      json: wantsJson(command),
      mix,
      flags,
      token: await tokenOf(command)
    }).run()
    if (code !== EXIT_OK) throw new Exit(code)
  })
}
