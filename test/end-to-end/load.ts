/**
 * Writers without a pause worth mentioning, one for each user: they remember exactly what they were told, to compare it
 * with what is there, and when, to see for how long a slot could not be written.
 */
import assert from 'node:assert/strict'
import { keyOf } from '../../src/ring/position.ts'
import { slotOf } from '../../src/ring/slot.ts'
import { ask, userPath } from './gateway-call.ts'

/** What a writer knows of its user: its numbers are written in order, one after another. */
interface Ledger {
  /** The last number that was acknowledged. */
  acknowledged: number
  /** Numbers whose outcome is unknown; any of them may be there. */
  unknown: number[]
}

/** An acknowledged write. */
interface Acknowledged {
  readonly atMs: number
  readonly tookMs: number
}

export interface LoadOptions {
  readonly users: readonly string[]
  /** Those that may be asked now; writers take turns. */
  readonly gateways: () => readonly string[]
  /** Of each writer, between an answer and the next write. */
  readonly pauseMs: number
}

/** After a refusal: a writer that is to see how long a slot was not writable does not wait for `Retry-After`. */
const REFUSED_PAUSE_MS = 25

/** One user of each slot, in order. */
export function userOfEachSlot(slots: number): string[] {
  const users = new Map<number, string>()
  for (let number = 0; users.size < slots; number++) {
    const user = `user-${number}`
    const slot = slotOf(keyOf(user), slots)
    if (!users.has(slot)) users.set(slot, user)
  }
  return [...users].sort(([a], [b]) => a - b).map(([, user]) => user)
}

export class Load implements AsyncDisposable {
  readonly statuses = new Map<number, number>()
  readonly wrong: string[] = []
  readonly #options: LoadOptions
  readonly #ledgers = new Map<string, Ledger>()
  readonly #acknowledged = new Map<string, Acknowledged[]>()
  readonly #writers: Promise<void>[]
  readonly #startedMs = performance.now()
  #stoppedMs: number | undefined

  constructor(options: LoadOptions) {
    this.#options = options
    this.#writers = options.users.map((user, index) => this.#run(user, index))
  }

  get acknowledged(): number {
    return (this.statuses.get(200) ?? 0) + (this.statuses.get(201) ?? 0)
  }

  async stop(): Promise<void> {
    this.#stoppedMs ??= performance.now()
    await Promise.all(this.#writers)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** A write to each user was begun and acknowledged since. */
  everyUserWritten(sinceMs: number): boolean {
    return this.#options.users.every(user => {
      const last = this.#acknowledged.get(user)!.at(-1)
      return last !== undefined && last.atMs - last.tookMs >= sinceMs
    })
  }

  /** For how long at most no write to the user was acknowledged, ms, after `sinceMs`. */
  longestGap(user: string, sinceMs = this.#startedMs): number {
    const times = this.#acknowledged.get(user)?.flatMap(({ atMs }) => (atMs >= sinceMs ? [atMs] : [])) ?? []
    const all = [sinceMs, ...times, this.#stoppedMs ?? performance.now()]
    return Math.max(...all.slice(1).map((atMs, i) => atMs - all[i]!))
  }

  /** The longest of all gaps. */
  gapMs(sinceMs?: number): number {
    return Math.max(...this.#options.users.map(user => this.longestGap(user, sinceMs)))
  }

  /** How long acknowledged writes took, p50 and p99 in ms, of those answered between two times. */
  latency(fromMs = this.#startedMs, toMs = Number.POSITIVE_INFINITY): string {
    const took = [...this.#acknowledged.values()]
      .flat()
      .flatMap(({ atMs, tookMs }) => (atMs >= fromMs && atMs < toMs ? [tookMs] : []))
      .sort((a, b) => a - b)
    const at = (part: number) => took[Math.floor(took.length * part)]?.toFixed(1)
    return `${took.length} writes, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${took.at(-1)?.toFixed(0)} ms`
  }

  get summary(): string {
    const seconds = ((this.#stoppedMs ?? performance.now()) - this.#startedMs) / 1_000
    const statuses = JSON.stringify(Object.fromEntries(this.statuses))
    return `answers by status: ${statuses}, ${Math.round(this.acknowledged / seconds)} acknowledged writes a second`
  }

  /** Every acknowledged write is there, seen through `gateway`, and none that was refused. */
  async verify(gateway: string): Promise<void> {
    for (const [user, { acknowledged, unknown }] of this.#ledgers) {
      const answer = await ask(gateway, { method: 'GET', path: userPath(user) })
      const found = answer?.status === 200 ? (answer.body as { profile: { n: number } }).profile.n : undefined
      const possible = [acknowledged, ...unknown.filter(n => n > acknowledged)]
      assert.ok(
        possible.includes(found ?? 0) && answer !== undefined && [200, 404].includes(answer.status),
        `${user} is at ${found} (${answer?.status}), acknowledged ${acknowledged}, unknown ${unknown}`
      )
    }
  }

  async #run(user: string, index: number): Promise<void> {
    const ledger: Ledger = { acknowledged: 0, unknown: [] }
    this.#ledgers.set(user, ledger)
    this.#acknowledged.set(user, [])
    for (let n = 1; this.#stoppedMs === undefined; n++) {
      const gateways = this.#options.gateways()
      const done = await this.#write(gateways[(index + n) % gateways.length]!, user, n, ledger)
      await new Promise(resolve => setTimeout(resolve, done ? this.#options.pauseMs : REFUSED_PAUSE_MS))
    }
  }

  async #write(gateway: string, user: string, n: number, ledger: Ledger): Promise<boolean> {
    const beganMs = performance.now()
    const answer = await ask(gateway, {
      method: 'PUT',
      path: userPath(user),
      body: { status: 'ONLINE', profile: { n } }
    })
    const { status = 0, headers, body } = answer ?? {}
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
    if ((status === 200 || status === 201) && (body as { profile: { n: number } }).profile.n === n) {
      ledger.acknowledged = n
      const atMs = performance.now()
      this.#acknowledged.get(user)!.push({ atMs, tookMs: atMs - beganMs })
      return true
    }
    if (status === 0 || status === 504) ledger.unknown.push(n)
    else if (status !== 503 || headers!.get('retry-after') === null)
      this.wrong.push(`${status} ${JSON.stringify(body)}`)
    return false
  }
}
