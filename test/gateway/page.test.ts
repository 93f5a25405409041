import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { ROUTES } from '../../src/gateway/app.ts'
import { BASE, type Harness, harness } from './harness.ts'

async function pageFrom(made: Harness): Promise<string> {
  const response = await made.ask('GET', '/docs')
  assert.equal(response.status, 200)
  return response.text()
}

const textOf = (markup: string) =>
  markup
    .replace(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

/** The command lines of the page, each as the words that a shell makes of it. */
function curlsOf(page: string): string[][] {
  return [...page.matchAll(/<pre><code>(curl .+?)<\/code><\/pre>/gs)].map(([, markup]) =>
    execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }; ${textOf(markup!)}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1)
  )
}

test('the page loads its style sheet and nothing else, and a browser is told to hold it to that', async () => {
  const made = harness()
  const response = await made.ask('GET', '/docs')
  const policy = response.headers.get('content-security-policy') ?? ''
  assert.match(policy, /^default-src 'none'; style-src 'self'; /)
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
  const page = await response.text()
  assert.doesNotMatch(page, /<(script|style|img|iframe|form|object|base)\b|\s(style|on\w+|src|action)=/i)
  const links = [...page.matchAll(/<link rel="(\w+)" href="([^"]+)">/g)].map(([, rel, href]) => [rel, href])
  assert.deepEqual(links, [['stylesheet', '/docs/style.css']])
  const style = await made.ask('GET', '/docs/style.css')
  assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8')
  assert.doesNotMatch(await style.text(), /url\(|@import/)
})

test('the page has every route, every link on it leads somewhere, and no two places have one name', async () => {
  const page = await pageFrom(harness())
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const { operation, summary } of ROUTES) {
    assert.ok(ids.includes(operation), operation)
    assert.ok(textOf(page).includes(summary), summary)
  }
  for (const [, href] of page.matchAll(/<a [^>]*href="([^"]+)"/g)) {
    assert.ok(href === '/openapi.json' || ids.includes(href!.slice(1)), href)
  }
})

test('every command line on the page can be pasted into a shell and does what it says, at the peer that gave it', async () => {
  const made = harness()
  const curls = curlsOf(await pageFrom(made))
  assert.equal(curls.length, ROUTES.length)
  for (const words of curls) {
    await made.ask('PUT', '/v1/users/ada', { body: { status: 0, ttl: '1m' } })
    const after = (flag: string) => words.filter((_, index) => words[index - 1] === flag)
    const [method = 'GET'] = after('-X')
    const url = words.find(word => word.startsWith(BASE))
    assert.ok(url, words.join(' '))
    const [body] = [...after('-d'), ...after('--data-binary')]
    const headers = Object.fromEntries(after('-H').map(header => header.split(': ')))
    const response = await made.ask(method, url.slice(BASE.length), { headers, body })
    // A recovery names a peer that is nobody's, so that nobody loses data to the clipboard.
    assert.equal(response.status >= 400, url.endsWith('/recover'), `${words.join(' ')}: ${response.status}`)
  }
})

test('whatever name the peer is reached under, it is text on the page and one word to a shell', async () => {
  const { gateway } = harness()
  const named = async (host: string) => (await gateway.fetch(new Request(`http://${host}/docs`))).text()
  const page = await named('a\'&b;$(c)`d`"{e}')
  assert.ok(!page.includes("a'&b"))
  for (const words of curlsOf(page)) {
    assert.ok(
      words.some(word => word.startsWith('http://a\'&b;$(c)`d`"{e}/')),
      words.join(' ')
    )
  }
  assert.ok(textOf(await named('[::1]:5000')).includes("curl 'http://[::1]:5000/v1/users/ada'"))
})
