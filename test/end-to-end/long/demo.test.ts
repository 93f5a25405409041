/** The demo as a person runs it: processes, commands on its stdin, and what it says of itself to programs. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { DemoState } from '../../../src/cli/demo/state.ts'
import { freePort, freePortsFrom } from '../../../src/cli/free-port.ts'
import type { RingReport } from '../../../src/users/ring-report.ts'
import { ANILLO, until } from '../processes.ts'

class Demo implements AsyncDisposable {
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
      await until('the demo is ready', async () => {
        assert.equal(demo.#child.exitCode, null, demo.said)
        demo.url = /curl (\S+)\/demo\/state/.exec(demo.#out)?.[1] ?? ''
        return demo.#out.endsWith('Ctrl-C stops it all\n')
      })
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

const states = ({ peers }: DemoState) => peers.map(({ state }) => state)

test('a demo that is killed, cut and healed loses no write, and comes back from its directory', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'anillo-test-'))
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 10 }))
  {
    await using demo = await Demo.start('-n', '3', '--users', '20', '--keep', dir)
    await demo.untilWritten()
    const ada = `${await demo.gateway(1)}/v1/users/ada`
    const headers = { 'Content-Type': 'application/json' }
    const put = await fetch(ada, { method: 'PUT', headers, body: '{"status":"BUSY"}' })
    assert.equal(put.status, 201)
    assert.equal((await demo.state()).lastTakeoverMs, null)

    await demo.type('kill 2', /peer 2 is dead; start 2 brings it back/)
    assert.deepEqual(states(await demo.state()), ['running', 'killed', 'running'])
    await demo.type('kill 2', /Peer 2 is not running; start 2/)
    await demo.untilWritten()
    assert.ok((await demo.state()).lastTakeoverMs! > 0)
    await demo.type('heal', /peer 2 is back/)

    await demo.post('partition 3')
    assert.deepEqual((await demo.state()).partitions, [[1, 2], [3]])
    await until('each side misses the other', async () => {
      const [one, three] = await Promise.all([demo.ring(1), demo.ring(3)])
      const up = ({ peers }: RingReport) => peers.filter(({ status }) => status === 'up').length
      return up(one) === 2 && up(three) === 1
    })
    await demo.untilWritten()
    await demo.post('heal')
    assert.deepEqual(await demo.post('pause 1'), {
      command: 'pause 1',
      said: ['peer 1 is paused; resume 1 lets it go on']
    })
    await demo.untilWritten()
    await demo.type('heal', /peer 1 goes on/)

    await demo.type('add', /peer 4 has joined/)
    await demo.type('stop 4', /peer 4 drained and stopped/)
    await demo.type('start 4', /peer 4 is back/)
    await until('the ring is whole', async () => {
      const { ready, peers } = await demo.ring(4)
      return ready && peers.filter(({ status }) => status === 'up').length === 4
    })
    const { lost, wrong, partitions } = await demo.state()
    assert.deepEqual({ lost, wrong, partitions }, { lost: 0, wrong: 0, partitions: [] }, demo.said)
    process.kill((await demo.state()).peers[3]!.pid!, 'SIGKILL')
    await until('its death is told', async () =>
      /peer 4 {2}…\w+ is dead \(SIGKILL\); start 4/.test(demo.said)
    )
    assert.equal((await demo.state()).peers[3]!.state, 'killed')
    demo.close() // and it goes on
    await demo.untilWritten()
    await demo.post('quit')
    assert.equal(await demo.end(), 0, demo.said)
  }
  await using again = await Demo.start('-n', '9', '--keep', dir)
  assert.deepEqual(states(await again.state()), ['running', 'running', 'running', 'running'])
  const ada = await fetch(`${await again.gateway(4)}/v1/users/ada`)
  assert.equal(((await ada.json()) as { status: string }).status, 'BUSY')
  assert.equal(await again.end('SIGINT'), 0, again.said)
})

test('a demo that keeps nothing leaves nothing: no process, no directory', async () => {
  await using demo = await Demo.start('-n', '1', '--users', '1')
  const directory = /data in (\S+) \(removed at the end\)/.exec(demo.said)![1]!
  const { pid } = (await demo.state()).peers[0]!
  await demo.post('pause 1')
  assert.ok(existsSync(directory))
  assert.equal(await demo.end('SIGINT'), 0, demo.said)
  assert.ok(!existsSync(directory))
  assert.throws(() => process.kill(pid!, 0), { code: 'ESRCH' })
})
