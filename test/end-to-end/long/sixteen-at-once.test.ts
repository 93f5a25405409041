import { describe, it } from 'node:test'
import { Processes } from '../processes.ts'

describe('sixteen peers', () => {
  it('that join at the same moment through one address become one ring', async t => {
    await using ring = await Processes.create()
    await ring.add()
    const startedMs = performance.now()
    await Promise.all(Array.from({ length: 15 }, () => ring.add()))
    t.diagnostic(`all had joined after ${Math.round(performance.now() - startedMs)} ms`)
    await ring.ready(ring.peers, 120_000)
    t.diagnostic(`one ring after ${Math.round(performance.now() - startedMs)} ms`)
  })
})
