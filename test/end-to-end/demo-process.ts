/** `anillo demo` as a person runs it: a process, commands on its stdin and over HTTP, and what it says of itself to programs. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { DemoState } from '../../src/cli/demo/state.ts'
import { freePort, freePortsFrom } from '../../src/cli/free-port.ts'
import type { RingReport } from '../../src/users/ring-report.ts'
import { ANILLO, until } from './processes.ts'

/** Peers, users and all, on a loaded machine. */
const START_TIMEOUT_MS = 180_000

export class Demo implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  #out = ''
  #err = ''
  url = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stdout!.setEncoding('utf8').on('data', text => (this.#out += text))
    child.stderr!.setEncoding('utf8').on('data', text => (this.#err += text))
    this.#ended = once(child, 'close').then(([code]) => code as number | null)
  }

  /** Resolves when it can be used. */
  static async start(...flags: string[]): Promise<Demo> {
    const [port] = await freePortsFrom(await freePort('127.0.0.1'), 1, '127.0.0.1')
    const args = [ANILLO, 'demo', '-P', String(port), ...flags]
    const demo = new Demo(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] }))
    try {
      await until(
        'the demo is ready',
        async () => {
          assert.equal(demo.#child.exitCode, null, demo.said)
          demo.url = /curl (\S+)\/demo\/state/.exec(demo.#out)?.[1] ?? ''
          return demo.#out.endsWith('Ctrl-C stops it all\n')
        },
        START_TIMEOUT_MS
      )
      return demo
    } catch (error) {
      await demo[Symbol.asyncDispose]()
      throw new Error(demo.said, { cause: error })
    }
  }

  get said(): string {
    return this.#out + this.#err
  }

  /** Types a command and resolves with what is printed for it, as soon as `answer` matches. */
  async type(command: string, answer: RegExp): Promise<string> {
    const before = this.said.length
    this.#child.stdin!.write(`${command}\n`)
    return until(`${command} is answered`, async () => {
      // Both streams grow; what is new of them is looked at together.
      const found = answer.exec(this.#out) ?? answer.exec(this.#err)
      return this.said.length > before ? found?.[0] : undefined
    })
  }

  async post(command: string): Promise<unknown> {
    const body = JSON.stringify({ command })
    const response = await fetch(`${this.url}/demo/commands`, { method: 'POST', body })
    assert.equal(response.status, 200, await response.clone().text())
    return response.json()
  }

  async state(): Promise<DemoState> {
    return (await fetch(`${this.url}/demo/state`)).json() as Promise<DemoState>
  }

  async gateway(number: number): Promise<string> {
    return (await this.state()).peers.find(peer => peer.number === number)!.url!
  }

  async ring(number: number): Promise<RingReport> {
    return (await fetch(`${await this.gateway(number)}/v1/ring`)).json() as Promise<RingReport>
  }

  /** Every user of the load was written since, most of them more than once. */
  async untilWritten(): Promise<void> {
    const { acknowledged } = await this.state()
    await until('the load goes on', async () => (await this.state()).acknowledged > acknowledged + 100)
  }

  close(): void {
    this.#child.stdin!.end()
  }

  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.#child.kill(signal)
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Not -9: the peers would be left for a moment, and their directory could not be removed.
    this.#child.kill('SIGTERM')
    this.#child.kill('SIGTERM')
    await this.#ended
  }
}
