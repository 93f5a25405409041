/** What the pages list must be all there is. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ERROR_KINDS } from '../../src/errors.ts'

const ROOT = new URL('../../../', import.meta.url)
const textOf = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

test('operations.md says of every error, and of no other, what causes it and what to do', () => {
  const table = textOf('docs/operations.md').split('## Errors by name')[1]!.split('\n## ')[0]!
  const rows = [...table.matchAll(/^\| (\w+Error) \| (.+) \| (.+) \|$/gm)]
  assert.deepEqual(rows.map(row => row[1]).sort(), Object.keys(ERROR_KINDS).sort())
})

test('the README leads to every page', () => {
  const readme = textOf('README.md')
  const pages = readdirSync(new URL('docs', ROOT)).filter(name => name.endsWith('.md'))
  for (const page of pages) assert.ok(readme.includes(`(docs/${page})`), page)
})

test('every picture is shown by a page, and says in words what it shows', () => {
  const pages = [
    'README.md',
    ...readdirSync(new URL('docs', ROOT))
      .filter(name => name.endsWith('.md'))
      .map(name => `docs/${name}`)
  ]
    .map(textOf)
    .join('\n')
  for (const name of readdirSync(new URL('docs/images', ROOT))) {
    assert.match(pages, new RegExp(`!\\[[^\\]]+\\]\\((docs/)?images/${name}\\)`))
    // A screenshot has no words of its own: those of the page are all.
    if (!name.endsWith('.svg')) continue
    assert.match(textOf(`docs/images/${name}`), /<title id="t">.+<\/title>\s*<desc id="d">.+<\/desc>/)
  }
})
