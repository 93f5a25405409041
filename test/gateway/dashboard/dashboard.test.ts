import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { SCRIPTS } from '../../../src/gateway/dashboard/scripts.ts'
import { harness, problemOf } from '../harness.ts'

const CLIENT = new URL('../../../src/gateway/dashboard/client/', import.meta.url)

test('the page loads its own style and script and nothing else, has neither inside it, and a browser is held to that', async () => {
  const { ask } = harness()
  const response = await ask('GET', '/ui')
  const policy = response.headers.get('content-security-policy') ?? ''
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; /)
  assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  const page = await response.text()
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.doesNotMatch(page, /<(style|iframe|object|base)\b|\s(style|on\w+)=|<script(?![^>]* src=)/i)
  const loaded = [...page.matchAll(/<(?:script|link)\b[^>]*?\s(?:src|href)="([^"]+)"/g)].map(([, url]) => url)
  assert.deepEqual(
    loaded.filter(url => !url!.startsWith('data:')),
    ['/ui/style.css', '/ui/main.js']
  )
  const style = await ask('GET', '/ui/style.css')
  assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8')
  assert.doesNotMatch(await style.text(), /url\(|@import/)
})

test('every module of the page is served, and imports no other', async () => {
  const { ask } = harness()
  const compiled = (await readdir(CLIENT)).filter(name => name.endsWith('.js'))
  assert.deepEqual([...SCRIPTS].sort(), compiled.sort())
  for (const name of SCRIPTS) {
    const response = await ask('GET', `/ui/${name}`)
    assert.equal(response.headers.get('content-type'), 'text/javascript; charset=utf-8')
    const text = await response.text()
    assert.doesNotMatch(text, /sourceMappingURL/)
    for (const [, from] of text.matchAll(/^(?:import|export) .*from '([^']+)'/gm)) {
      assert.ok(
        SCRIPTS.some(script => `./${script}` === from),
        `${name} imports ${from}`
      )
    }
  }
})

test('a script that there is not is 404, whatever it is called', async () => {
  const { ask } = harness()
  for (const name of ['gone.js', '..%2Fpage.js', 'main.js.map', 'toString']) {
    await problemOf(await ask('GET', `/ui/${name}`), 404)
  }
})

test('no script of the page makes markup from text', async () => {
  for (const name of SCRIPTS) {
    const text = await readFile(new URL(name, CLIENT), 'utf8')
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/,
      name
    )
  }
})

test('every element that a script looks for is on the page, once', async () => {
  const { ask } = harness()
  const page = await (await ask('GET', '/ui')).text()
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
  assert.equal(new Set(ids).size, ids.length)
  const scripts = await Promise.all(SCRIPTS.map(name => readFile(new URL(name, CLIENT), 'utf8')))
  for (const [, id] of scripts.join('\n').matchAll(/byId\('([^']+)'\)/g)) assert.ok(ids.includes(id), id)
})
