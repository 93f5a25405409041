/** The demo with real processes: killed, cut and healed, and what it leaves behind. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { DemoState } from '../../../src/cli/demo/state.ts'
import type { RingReport } from '../../../src/users/ring-report.ts'
import { Demo } from '../demo-process.ts'
import { until } from '../processes.ts'

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
