import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { VERSION } from '../src/version.ts'

it('the version that peers tell each other is the one of the package', () => {
  const file = new URL('../../package.json', import.meta.url)
  assert.equal(VERSION, (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version)
})
