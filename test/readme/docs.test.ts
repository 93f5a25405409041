/** What the pages list must be all there is. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ERROR_KINDS } from '../../src/errors.ts'
import { HTTP_ERRORS } from '../../src/gateway/problems.ts'

const ROOT = new URL('../../../', import.meta.url)
/** Shorter ones are the system's, or values. */
const QUOTED_LENGTH_MIN = 13
const textOf = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

test('troubleshooting.md says of every error, and of no other, its statuses, what causes it and what to do', () => {
  const table = textOf('docs/troubleshooting.md').split('## Errors by name')[1]!
  const rows = [...table.matchAll(/^\| (\w+Error) \| (\d+|–) \| (\d) \| [^|]+ \| [^|]+ \|$/gm)]
  const met = new Set<string>(HTTP_ERRORS)
  const known = Object.entries(ERROR_KINDS).map(
    ([name, { status, exit }]) => `${name} ${met.has(name) ? status : '–'} ${exit}`
  )
  assert.deepEqual(rows.map(([, ...cells]) => cells.join(' ')).sort(), known.sort())
})

test('what troubleshooting.md quotes of messages is what the code says', () => {
  const page = textOf('docs/troubleshooting.md')
  const sections = ['A peer does not start', 'A peer cannot join'].map(
    title => page.split(`## ${title}\n`)[1]!.split('\n## ')[0]!
  )
  const quoted = sections
    .flatMap(section => [...section.matchAll(/^\| ([^|]*)/gm)])
    .flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)])
    .flatMap(([, message]) => message!.split('…').map(part => part.trim()))
    .filter(part => part.length >= QUOTED_LENGTH_MIN)
  assert.ok(quoted.length > 10)
  const sources = readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => textOf(`src/${path}`))
    .join('\n')
  for (const part of quoted) assert.ok(sources.includes(part), part)
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
