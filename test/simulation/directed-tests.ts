/** The tests of test/replica, run on a patched build. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Patch, PatchedBuild } from './patched-build.ts'

/** Without some rule a test may wait for ever. */
const TEST_TIMEOUT_MS = 60_000
/** A test of TAP that failed, however deep; a suite fails with its tests. */
const FAILED = /^\s*not ok \d+ - (.+)$/

/** The titles of those that fail. @throws Error a file of them does not even begin */
export async function failingTests(patches: readonly Patch[]): Promise<string[]> {
  using build = new PatchedBuild(patches)
  const folder = build.pathOf('test/replica')
  const files = readdirSync(folder).filter(file => file.endsWith('.test.js'))
  const options = ['--import', build.pathOf('src/shim.js'), '--test', '--test-reporter=tap']
  const child = spawn(
    process.execPath,
    [...options, `--test-timeout=${TEST_TIMEOUT_MS}`, ...files.map(file => join(folder, file))],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  const ended = new Promise(resolve => child.once('close', resolve))
  const titles: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [, title] = FAILED.exec(line) ?? []
    if (title?.endsWith('.test.js')) throw new Error(`The patched build cannot run ${title}`)
    if (title !== undefined) titles.push(title)
  }
  await ended
  return titles
}
