import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { saveConflicts } from '../../src/storage/conflict-file.ts'
import { scratchDirectory } from './scratch.ts'

test('lines are kept in a file for the owner only, and nothing that was kept is written over', async t => {
  const directory = scratchDirectory(t)
  const long = Array.from({ length: 5_000 }, (_, n) => JSON.stringify({ id: `user-${n}` }))
  const files = [
    await saveConflicts(directory, 'slot-7', long),
    await saveConflicts(directory, 'slot-7', ['x'])
  ]
  assert.deepEqual(files, [
    join(directory, 'conflicts', 'slot-7.ndjson'),
    join(directory, 'conflicts', 'slot-7-2.ndjson')
  ])
  assert.equal(readFileSync(files[0]!, 'utf8'), `${long.join('\n')}\n`)
  assert.equal(readFileSync(files[1]!, 'utf8'), 'x\n')
  assert.equal(statSync(files[0]!).mode & 0o777, 0o600)
  assert.equal(statSync(join(directory, 'conflicts')).mode & 0o777, 0o700)
})

test('where there is nothing to keep, or not all of it can be had, there is no file', async t => {
  const directory = scratchDirectory(t)
  assert.equal(await saveConflicts(directory, 'slot-7', []), undefined)
  const breaking = function* () {
    for (let n = 0; n < 100_000; n++) yield `line ${n}`
    throw new Error('the store failed')
  }
  await assert.rejects(saveConflicts(directory, 'slot-7', breaking()), /the store failed/)
  assert.deepEqual(readdirSync(join(directory, 'conflicts')), [])
  assert.ok(existsSync(directory))
})
