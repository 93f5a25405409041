/** The demo's peers as the processes that they are. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { DemoRing } from '../../../src/cli/demo/demo-ring.ts'
import { freePort } from '../../../src/cli/free-port.ts'
import { scratchDirectory } from '../../storage/scratch.ts'
import { until } from '../until.ts'

/** A ring of one peer. */
async function ringOfOne(context: TestContext, signal: AbortSignal): Promise<DemoRing> {
  const ring = new DemoRing({
    directory: scratchDirectory(context),
    env: {},
    signal,
    dashboard: () => undefined,
    onChange: () => {},
    onFault: () => {},
    onDeath: () => {}
  })
  await ring.place({ number: 1, port: await freePort('127.0.0.1') }, await freePort('127.0.0.1'))
  await ring.start(1)
  return ring
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the peers of a demo', () => {
  it('are ended together, one that is just being added with them', async context => {
    const stopping = new AbortController()
    const ring = await ringOfOne(context, stopping.signal)
    const adding = ring.add()
    await until(() => ring.peers[1]?.running === true)
    const { pid } = ring.peers[1]!
    context.after(() => isAlive(pid) && process.kill(pid, 'SIGKILL'))
    stopping.abort(new Error('stopped'))
    await assert.rejects(adding, /stopped/)
    await ring.stop(new Promise(() => {}))
    assert.equal(isAlive(pid), false)
  })

  it('have left when their slots have moved, whatever keeps their processes', async context => {
    const ring = await ringOfOne(context, new AbortController().signal)
    const peer = ring.peers[0]!
    await peer.whileLeaving(() => peer.endAsLeft(0))
    assert.deepEqual([peer.state, peer.running], ['left', false])
  })
})
