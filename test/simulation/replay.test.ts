import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chooseSeed } from './random.ts'
import { replay } from './replay.ts'

test('the same seed gives the same run, message by message, here and in another process', async () => {
  const seed = chooseSeed()
  const first = await replay(seed)
  assert.equal(await replay(seed), first)
  const script = fileURLToPath(new URL('./replay.js', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, seed])
  assert.equal(stdout, first)
  assert.notEqual(await replay(`${seed} and another`), first)
})

test('code under simulation gets no real clock and no real chance', async () => {
  const { VirtualTime } = await import('./virtual-time.ts')
  const time = new VirtualTime()
  const tries: (() => unknown)[] = [
    Date.now,
    Math.random,
    () => performance.now(),
    () => setTimeout(() => {}, 1)
  ]
  const refused: string[] = []
  time.timer(10, () => {
    for (const attempt of [() => Date.now(), () => Math.random(), ...tries.slice(2)]) {
      try {
        attempt()
      } catch (error) {
        refused.push((error as Error).message)
      }
    }
  })
  await time.pass(20)
  assert.equal(refused.length, 4)
  assert.ok(Date.now() > 0, 'and afterwards everything is as before')
})
