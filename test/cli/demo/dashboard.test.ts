import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { DEMO_SCRIPTS, dashboardFile } from '../../../src/cli/demo/dashboard/dashboard.ts'

const CLIENT = new URL('../../../src/cli/demo/dashboard/client/', import.meta.url)
const BASE = 'http://127.0.0.1:4711/a-token'
const GATEWAY = 'http://127.0.0.1:5000'

const file = (path: string) => dashboardFile(path, BASE, GATEWAY)
const page = async () => (await file('/ui'))!

/** What a browser loads for the page, by path. */
async function scriptsFrom(path: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(path)) return seen
  const found = await file(path)
  assert.ok(found, path)
  assert.equal(found.headers['Content-Type'], 'text/javascript; charset=utf-8')
  seen.set(path, found.text)
  for (const [, from] of found.text.matchAll(/^(?:import|export) .*from '([^']+)'/gm)) {
    const { origin, pathname } = new URL(from!, BASE.replace('/a-token', path))
    assert.equal(origin, new URL(BASE).origin)
    await scriptsFrom(pathname, seen)
  }
  return seen
}

describe('the dashboard of the demo', () => {
  it('asks gateways of this machine, and loads nothing but from the demo', async () => {
    const { headers, text } = await page()
    assert.equal(
      headers['Content-Security-Policy'],
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' http://127.0.0.1:*; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    // The URL of the page is a secret.
    assert.equal(headers['Referrer-Policy'], 'no-referrer')
    assert.doesNotMatch(text, /<(style|iframe|object|base)\b|\s(style|on\w+)=|<script(?![^>]* src=)/i)
    const loaded = [...text.matchAll(/<(?:script|link)\b[^>]*?\s(?:src|href)="([^"]+)"/g)].map(
      ([, url]) => url!
    )
    const own = loaded.filter(url => !url.startsWith('data:'))
    assert.ok(
      own.every(url => url.startsWith(`${BASE}/ui/`)),
      own.join(' ')
    )
    const style = await file('/ui/style.css')
    assert.equal(style!.headers['Content-Type'], 'text/css; charset=utf-8')
    assert.doesNotMatch(style!.text, /url\(|@import/)
  })

  it('has every module that its first one leads to, and none that nobody loads', async () => {
    const [, main] = /src="http:\/\/127\.0\.0\.1:4711\/a-token([^"]+)"/.exec((await page()).text)!
    const loaded = [...(await scriptsFrom(main!)).keys()]
    const folder = main!.slice(0, main!.lastIndexOf('/') + 1)
    const compiled = (await readdir(CLIENT)).filter(name => name.endsWith('.js'))
    assert.deepEqual([...DEMO_SCRIPTS].sort(), compiled.sort())
    assert.deepEqual(
      loaded.filter(path => path.startsWith(folder)).sort(),
      compiled.map(name => folder + name).sort()
    )
  })

  it('has every element that a script looks for, once, and makes no markup from text', async () => {
    const { text } = await page()
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    assert.equal(new Set(ids).size, ids.length)
    const scripts = [...(await scriptsFrom('/ui/cli/demo/dashboard/client/main.js')).values()].join('\n')
    for (const [, id] of scripts.matchAll(/byId\('([^']+)'\)/g)) assert.ok(ids.includes(id), id)
    assert.doesNotMatch(scripts, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/)
  })

  it('has nothing else, whatever it is called', async () => {
    const paths = [
      '/ui/',
      '/ui/main.js',
      '/ui/cli/demo/dashboard/client/gone.js',
      '/ui/cli/demo/dashboard/client/../dashboard.js',
      '/ui/cli/demo/dashboard/client/main.js.map',
      '/ui/cli/demo/state.js',
      '/ui/gateway/dashboard/client/toString',
      '/ui/gateway/dashboard/page.js'
    ]
    for (const path of paths) assert.equal(await file(path), undefined, path)
  })
})
