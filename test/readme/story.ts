/** A page of docs/ whose transcripts are one story: run from its beginning to its end, in one clone. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Clone, type FirstPorts } from './clone.ts'
import { blocksOf } from './markdown.ts'
import { stepsOf } from './transcript.ts'

/**
 * A story takes long, and its last peer is started near its end. So its ports are not those of the README, whose test may
 * run meanwhile, nor any that the system gives to outgoing connections.
 */
const PORTS: FirstPorts = { http: 5100, peers: 20_051 }

/** `page` from the root of the repository. @throws AssertionError what was printed, and what should have been */
export async function playStory(page: string): Promise<void> {
  const blocks = blocksOf(await readFile(new URL(`../../../${page}`, import.meta.url), 'utf8'))
  const consoles = blocks.filter(({ language }) => language === 'console')
  const steps = consoles.flatMap(({ lines }) => stepsOf(lines))
  assert.ok(steps.length > 0)
  await using clone = await Clone.create(PORTS)
  for (const step of steps) await clone.run(step)
  await clone.stop()
}
