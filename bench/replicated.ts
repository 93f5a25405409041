/**
 * What durable writes and strong reads of replicated users cost: three peers in three processes of this machine, with their data
 * on its disk, with 1, 32 and 128 calls in flight over 4,096 users in 256 slots, five ways:
 *
 *   lmdb            `write` of the store alone, of one row of a user's size: what a write costs without replication
 *   library write   `peer.users.set` in one of the peers; two of three slots are led by another
 *   library read    `peer.users.get`, strong
 *   HTTP write      PUT /v1/users/:id, the three gateways taking turns
 *   HTTP read       GET /v1/users/:id
 *
 * The ways take turns round by round, so that whatever else the machine does meets all of them; each number is the
 * median of the rounds. The CPU time is that of the three peers together for one call: unlike the others it tells much the
 * same on a machine that is busy.
 *
 * `npm run bench -- replicated [rounds] [profiles]`: with a directory for profiles each peer leaves one of its CPU there.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { LmdbStore } from '../src/storage/lmdb-store.ts'
import type { RingReport } from '../src/users/ring-report.ts'
import { until } from '../test/end-to-end/processes.ts'
import { HttpUsers } from './http-users.ts'
import { INPUT, type Ready, type Report, type Task, USERS, userNumber } from './member.ts'
import { measure, median, type Round } from './round.ts'

const PEERS = 3
const IN_FLIGHT = [1, 32, 128] as const
const ROUNDS = 3
const ROUND_MS = 3_000
/** What a row of these users has: the user and what came of some writes. */
const ROW_BYTES = 400

interface Way {
  readonly name: string
  readonly run: (inFlight: number, ms: number) => Promise<Round>
}

interface Result extends Round {
  /** Of all peers together, µs for a call. */
  readonly cpu: number
}

export async function run(args: string[]): Promise<void> {
  const rounds = Number(args[0] ?? ROUNDS)
  const dir = await mkdtemp(join(tmpdir(), 'anillo-bench-'))
  const members: ChildProcess[] = []
  try {
    const gateways: string[] = []
    let address: string | undefined
    for (let i = 0; i < PEERS; i++) {
      const execArgv = args[1] === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', args[1]]
      const joins = address === undefined ? [] : [address]
      const member = fork(new URL('./member.js', import.meta.url), [join(dir, String(i)), ...joins], {
        execArgv
      })
      members.push(member)
      const [ready] = (await once(member, 'message')) as [Ready]
      address ??= ready.address
      gateways.push(ready.http)
    }
    await until('a ready ring', () => isReady(gateways[0]!), 120_000, 500)
    const store = new LmdbStore(join(dir, 'bare'), {
      onFailure: error => {
        throw error
      }
    })
    const http = new HttpUsers(gateways, Math.max(...IN_FLIGHT))
    for (let filled = 0; filled < USERS; ) filled += (await ask<Round>(members[0]!, fill)).calls
    console.log(
      `${PEERS} peers in ${PEERS} processes, ${availableParallelism()} CPUs, loopback, node ${process.version}`
    )
    console.log(`median of ${rounds} rounds of ${ROUND_MS} ms each, the ways taking turns\n`)
    console.log(
      'in flight  way                 /s    p50 ms    p99 ms   CPU µs/call   throughput and p50 against lmdb'
    )
    for (const inFlight of IN_FLIGHT)
      await compare(waysOf(store, members[0]!, http), members, inFlight, rounds)
    http.close()
    await store.close()
  } finally {
    await Promise.all(members.map(endOf))
    await rm(dir, { recursive: true })
  }
}

const fill: Task = { kind: 'write', inFlight: 64, ms: 1_000 }

function waysOf(store: LmdbStore, member: ChildProcess, http: HttpUsers): Way[] {
  let number = 0
  const row = new Uint8Array(ROW_BYTES).fill(7)
  const bare = () => store.write([{ key: new TextEncoder().encode(userNumber(number++)), value: row }])
  return [
    { name: 'lmdb', run: (inFlight, ms) => measure(bare, inFlight, ms) },
    { name: 'library write', run: (inFlight, ms) => ask<Round>(member, { kind: 'write', inFlight, ms }) },
    { name: 'library read', run: (inFlight, ms) => ask<Round>(member, { kind: 'read', inFlight, ms }) },
    {
      name: 'HTTP write',
      run: (inFlight, ms) => measure(() => http.set(userNumber(number++), INPUT), inFlight, ms)
    },
    { name: 'HTTP read', run: (inFlight, ms) => measure(() => http.get(userNumber(number++)), inFlight, ms) }
  ]
}

async function compare(
  ways: readonly Way[],
  members: readonly ChildProcess[],
  inFlight: number,
  rounds: number
): Promise<void> {
  const results = new Map<string, Result[]>(ways.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, run: runWay } of ways) {
      const before = await cpuOf(members)
      const result = await runWay(inFlight, ROUND_MS)
      const cpu = (((await cpuOf(members)) - before) * 1_000) / result.calls
      results.get(name)!.push({ ...result, cpu })
    }
  }
  const of = (name: string, number: keyof Result) => median(results.get(name)!.map(result => result[number]))
  for (const { name } of ways) {
    const against = `${(of(name, 'perSecond') / of('lmdb', 'perSecond')).toFixed(2)} x   ${(of(name, 'p50') / of('lmdb', 'p50')).toFixed(2)} x`
    const columns = [
      String(inFlight).padStart(9),
      `  ${name.padEnd(15)}`,
      of(name, 'perSecond').toFixed(0).padStart(7),
      of(name, 'p50').toFixed(2).padStart(10),
      of(name, 'p99').toFixed(2).padStart(10),
      (name === 'lmdb' ? '' : of(name, 'cpu').toFixed(0)).padStart(14)
    ]
    console.log(`${columns.join('')}   ${against}`)
  }
}

async function cpuOf(members: readonly ChildProcess[]): Promise<number> {
  const each = await Promise.all(members.map(member => ask<number>(member, { kind: 'cpu' })))
  return each.reduce((sum, ms) => sum + ms, 0)
}

/** One question at a time. @throws Error the peer ended instead */
async function ask<R extends Report>(member: ChildProcess, task: Task): Promise<R> {
  const ended = new AbortController()
  const { signal } = ended
  const end = once(member, 'exit', { signal }).then(([code]) => {
    throw new Error(`A peer ended with ${code}`)
  })
  try {
    member.send(task)
    const [report] = (await Promise.race([once(member, 'message', { signal }), end])) as [R]
    return report
  } finally {
    end.catch(() => {})
    ended.abort()
  }
}

async function isReady(gateway: string): Promise<boolean> {
  const report = (await (await fetch(`${gateway}/v1/ring`)).json()) as RingReport
  return report.ready && report.peers.length === PEERS
}

async function endOf(member: ChildProcess): Promise<void> {
  if (member.exitCode !== null) return
  const ended = once(member, 'exit')
  member.disconnect()
  await ended
}
