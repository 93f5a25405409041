/**
 * What it takes to put many users into a ring and to get them out again: three peers in three processes of this machine, with
 * their data on its disk, and users with profiles of about 1 KB, imported and exported through the gateway of one of them
 * by the HTTP client, as `anillo users import` and `export` do. What comes out is compared with what went in.
 *
 * The memory is that of the gateway's process, in which its peer is too: private, the most of each phase; and the most that was
 * resident ever, in which the mapped pages of its database are, which the system takes back when it needs them.
 *
 * `npm run bench -- import [users]`, 100,000 unless told otherwise.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '../src/client.ts'
import { until } from '../test/end-to-end/processes.ts'
import type { Memory, Ready, Task } from './member.ts'

const PEERS = 3
const USERS = 100_000
const PROFILE_TEXT_CHARACTERS = 1_000
/** A machine that does something else as well is to be measured, not given up. */
const TIMEOUT_MS = 120_000

export async function run(args: string[]): Promise<void> {
  const count = Number(args[0] ?? USERS)
  const dir = await mkdtemp(join(tmpdir(), 'anillo-bench-'))
  const members: ChildProcess[] = []
  try {
    const joins: string[] = []
    const gateways: string[] = []
    for (let i = 0; i < PEERS; i++) {
      const member = fork(new URL('./member.js', import.meta.url), [join(dir, String(i)), ...joins])
      members.push(member)
      const [ready] = (await once(member, 'message')) as [Ready]
      if (i === 0) joins.push(ready.address)
      gateways.push(ready.http)
    }
    const client = createClient({ url: gateways[0]!, timeoutMs: TIMEOUT_MS })
    const isReady = async () => {
      const { ready, peers } = await client.ring()
      return ready && peers.length === PEERS
    }
    await until('a ready ring', isReady, 120_000, 500)
    console.log(
      `${PEERS} peers in ${PEERS} processes, ${availableParallelism()} CPUs, loopback, node ${process.version}`
    )
    await compare(client, members[0]!, count)
  } finally {
    await Promise.all(members.map(endOf))
    await rm(dir, { recursive: true })
  }
}

async function compare(client: Client, gateway: ChildProcess, count: number): Promise<void> {
  console.log(`${count} users; memory of the gateway before: ${await memoryOf(gateway)}`)
  const given = new SetDigest()
  const lines = function* () {
    for (let number = 0; number < count; number++) {
      const user = userOf(number)
      given.add(user)
      yield JSON.stringify(user)
    }
  }
  let beganMs = performance.now()
  for await (const result of client.importLines(lines())) {
    if (result.result === 'failed') throw new Error(`Line ${result.line} failed: ${result.detail}`)
  }
  console.log(`import  ${rate(given.count, beganMs)}   ${await memoryOf(gateway)}`)
  const taken = new SetDigest()
  beganMs = performance.now()
  for await (const { id, status, profile } of client.list()) taken.add({ id, status, profile })
  console.log(`export  ${rate(taken.count, beganMs)}   ${await memoryOf(gateway)}`)
  const same = given.count === taken.count && given.hex === taken.hex
  console.log(`in:  ${given.count} users, ${given.hex}\nout: ${taken.count} users, ${taken.hex}`)
  if (!same) throw new Error('What came out is not what went in')
}

function userOf(number: number) {
  const text = createHash('sha512').update(String(number)).digest('hex').repeat(8)
  return {
    id: `user-${number}`,
    status: number % 2 === 0 ? 'ONLINE' : 'OFFLINE',
    profile: { number, text: text.slice(0, PROFILE_TEXT_CHARACTERS) }
  }
}

/** A digest of a set, whatever the order: that of each member, all added up. */
class SetDigest {
  count = 0
  #sum = 0n

  add(member: object): void {
    this.count++
    const hex = createHash('sha256').update(JSON.stringify(member)).digest('hex')
    this.#sum = BigInt.asUintN(256, this.#sum + BigInt(`0x${hex}`))
  }

  get hex(): string {
    return this.#sum.toString(16).padStart(64, '0').slice(0, 16)
  }
}

function rate(count: number, beganMs: number): string {
  const seconds = (performance.now() - beganMs) / 1_000
  return `${seconds.toFixed(1).padStart(7)} s ${(count / seconds).toFixed(0).padStart(8)} users/s`
}

async function memoryOf(member: ChildProcess): Promise<string> {
  member.send({ kind: 'memory' } satisfies Task)
  const [memory] = (await once(member, 'message')) as [Memory]
  const { privateBytesMax, residentBytesMax, heapBytes, externalBytes } = memory
  const own = `private ${megabytes(privateBytesMax)} (heap ${megabytes(heapBytes)}, external ${megabytes(externalBytes)} now)`
  return `${own}, resident ${megabytes(residentBytesMax)}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(0)} MB`
}

async function endOf(member: ChildProcess): Promise<void> {
  if (member.exitCode !== null) return
  const ended = once(member, 'exit')
  member.disconnect()
  await ended
}
