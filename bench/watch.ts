/**
 * What it costs to tell many watchers the same: three peers in three processes of this machine, with their data on its
 * disk, users written at a steady rate through two of them, and none, 1, 32 and 200 feeds (`GET /v1/changes`, NDJSON) of
 * everything at the third.
 *
 * The CPU time is that of the third peer's process, which also leads a third of the slots: the line without watchers says
 * what that is. How late an event is counts from when its write was sent, so the write itself is in it. Of the feeds some
 * are read event by event and the others only counted, since this process shares the machine.
 *
 * `npm run bench -- watch [writes a second] [seconds]`, 100 and 10 unless told otherwise.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RingReport } from '../src/users/ring-report.ts'
import { until } from '../test/end-to-end/processes.ts'
import { HttpUsers } from './http-users.ts'
import { type Ready, type Task, userNumber } from './member.ts'

const PEERS = 3
const WATCHERS = [0, 1, 32, 200] as const
/** Feeds that are read event by event. */
const READ_MAX = 8
const WRITES_PER_SECOND = 100
const SECONDS = 10
/** The first connections and the first events are not measured. */
const WARMUP_MS = 2_000
const NEWLINE = 10

export async function run(args: string[]): Promise<void> {
  const perSecond = Number(args[0] ?? WRITES_PER_SECOND)
  const seconds = Number(args[1] ?? SECONDS)
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
    await until('a ready ring', () => isReady(gateways[0]!), 120_000, 500)
    console.log(
      `${PEERS} peers in ${PEERS} processes, ${availableParallelism()} CPUs, loopback, node ${process.version}`
    )
    console.log(`${perSecond} writes a second for ${seconds} s\n`)
    console.log('watchers   CPU ms/s   events/s   CPU µs/event   bytes/event   late p50 ms   late p99 ms')
    const load = new Load(gateways.slice(1), perSecond)
    let without = 0
    for (const watchers of WATCHERS) {
      const result = await measured(members[0]!, gateways[0]!, watchers, seconds)
      if (watchers === 0) without = result.cpu
      print(watchers, result, without)
    }
    await load.end()
    if (load.failed > 0) console.log(`${load.failed} writes failed`)
  } finally {
    await Promise.all(members.map(endOf))
    await rm(dir, { recursive: true })
  }
}

interface Result {
  /** Of the gateway's process, ms in a second. */
  readonly cpu: number
  /** Events of all feeds together. */
  readonly perSecond: number
  /** Of an event, with its share of everything else that was sent. */
  readonly bytes: number
  /** How late events are, ms. */
  readonly p50: number
  readonly p99: number
}

/** Writes on a schedule, whatever becomes of those before; the profile says when each was sent. */
class Load {
  readonly #http: HttpUsers
  readonly #timer: NodeJS.Timeout
  readonly #underWay = new Set<Promise<void>>()
  #written = 0
  /** Of a machine that cannot keep up. */
  failed = 0

  constructor(gateways: readonly string[], perSecond: number) {
    this.#http = new HttpUsers(gateways, 64)
    const beganMs = performance.now()
    this.#timer = setInterval(() => {
      const due = ((performance.now() - beganMs) * perSecond) / 1_000
      while (this.#written < due) this.#write()
    }, 1)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#underWay)
    this.#http.close()
  }

  #write(): void {
    const profile = { name: 'Ada Lovelace', city: 'London', team: 'engines', sentMs: performance.now() }
    const written = this.#http
      .set(userNumber(this.#written++), { status: 'ONLINE', profile })
      .catch(() => void this.failed++)
      .finally(() => this.#underWay.delete(written))
    this.#underWay.add(written)
  }
}

/** One feed, as cheap to read as can be. */
class Feed {
  events = 0
  bytes = 0
  readonly lateMs: number[] = []
  readonly #response: IncomingMessage
  #rest = ''

  static async open(gateway: string, agent: Agent, reads: boolean): Promise<Feed> {
    const asked = request(`${gateway}/v1/changes`, { agent, headers: { accept: 'application/x-ndjson' } })
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    if (response.statusCode !== 200) throw new Error(`A feed was answered ${response.statusCode}`)
    return new Feed(response, reads)
  }

  constructor(response: IncomingMessage, reads: boolean) {
    this.#response = response
    response.on('error', () => {}) // it is cut off in the end
    response.on('data', (chunk: Buffer) => {
      this.bytes += chunk.byteLength
      if (reads) this.#read(chunk)
      else for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) this.events++
    })
  }

  end(): void {
    this.#response.destroy()
  }

  #read(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString()).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) {
      this.events++
      const sent = /"sentMs":([\d.]+)/.exec(line)
      if (sent !== null) this.lateMs.push(performance.now() - Number(sent[1]))
    }
  }
}

async function measured(
  gateway: ChildProcess,
  url: string,
  watchers: number,
  seconds: number
): Promise<Result> {
  const agent = new Agent({ keepAlive: false })
  const feeds: Feed[] = []
  for (let number = 0; number < watchers; number++) feeds.push(await Feed.open(url, agent, number < READ_MAX))
  await new Promise(resolve => setTimeout(resolve, WARMUP_MS))
  for (const feed of feeds) {
    feed.events = feed.bytes = 0
    feed.lateMs.length = 0
  }
  const beforeMs = await cpuOf(gateway)
  const beganMs = performance.now()
  await new Promise(resolve => setTimeout(resolve, seconds * 1_000))
  const took = (performance.now() - beganMs) / 1_000
  const cpu = ((await cpuOf(gateway)) - beforeMs) / took
  const events = feeds.reduce((sum, feed) => sum + feed.events, 0)
  const bytes = feeds.reduce((sum, feed) => sum + feed.bytes, 0)
  const late = feeds.flatMap(({ lateMs }) => lateMs).sort((a, b) => a - b)
  const at = (part: number) => late[Math.floor(late.length * part)] ?? 0
  for (const feed of feeds) feed.end()
  return { cpu, perSecond: events / took, bytes: bytes / events, p50: at(0.5), p99: at(0.99) }
}

function print(watchers: number, { cpu, perSecond, bytes, p50, p99 }: Result, without: number): void {
  const of = [bytes, p50, p99].map(number => number.toFixed(0))
  const each = (((cpu - without) * 1_000) / perSecond).toFixed(0)
  const texts = [watchers, cpu.toFixed(0), perSecond.toFixed(0), ...(watchers === 0 ? [] : [each, ...of])]
  const widths = [8, 11, 11, 15, 14, 14, 14]
  console.log(texts.map((text, i) => String(text).padStart(widths[i]!)).join(''))
}

/** ms of processor */
async function cpuOf(member: ChildProcess): Promise<number> {
  member.send({ kind: 'cpu' } satisfies Task)
  const [ms] = (await once(member, 'message')) as [number]
  return ms
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
