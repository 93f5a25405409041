import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { createPeer } from '../../../src/index.ts'
import { ask, userPath } from '../../end-to-end/gateway-call.ts'
import { Processes } from '../../end-to-end/processes.ts'
import { launchChromium, noChromium } from '../chromium.ts'
import { faintTexts, opened } from '../page.ts'

/** What the page promises of a crash. */
const DOWN_SHOWN_MS = 3_000
const PEERS = 4

const shortPeer = (peer: string) => `…${peer.slice(-4)}`

describe('the dashboard in a browser', { skip: noChromium }, () => {
  let ring: Processes
  let browser: Browser
  before(async () => {
    ring = await Processes.ring(PEERS)
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await ring?.[Symbol.asyncDispose]()
  })
  const url = () => ring.peers[0]!.http

  test('every peer is on the circle and in the table, and the big mark says what the API says', async () => {
    const { page, complaints } = await opened(browser, url())
    await page.waitForSelector('#verdict[data-state="whole"]')
    const expected = ring.peers.map(({ peer }) => peer).sort()
    for (const part of ['.place', '#balance tr']) {
      const shown = await page
        .locator(part)
        .evaluateAll(all => all.map(one => (one as HTMLElement).dataset.peer))
      assert.deepEqual(shown.sort(), expected)
    }
    assert.match(await page.title(), /^✓ /)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a typed id has the owner, the slot and the hops that the API tells', async () => {
    const { page, complaints } = await opened(browser, url())
    for (const id of ['7', 'ada/lovelace', 'naïve ?#%']) {
      const answer = await ask(url(), {
        method: 'GET',
        path: `/v1/ring/lookup/${encodeURIComponent(id)}?trace=1`
      })
      const { owner, slot, hops } = answer!.body as { owner: string; slot: number; hops: { peer: string }[] }
      await page.fill('#lookup-id', id)
      await page.keyboard.press('Enter')
      await page.waitForFunction(
        id =>
          document.querySelector('#lookup-commands .lines')?.textContent?.includes(encodeURIComponent(id)),
        id
      )
      assert.equal(await page.textContent('[data-fact="owner"]'), shortPeer(owner))
      assert.equal(await page.textContent('[data-fact="slot"]'), String(slot))
      const walked = await page.locator('.hops .peer').allTextContents()
      assert.deepEqual(
        walked,
        hops.map(({ peer }) => shortPeer(peer))
      )
      assert.equal(await page.locator('.walk .leg').count(), hops.length)
    }
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a user that is changed through another peer appears in the list', async () => {
    const { page, complaints } = await opened(browser, url())
    await page.waitForFunction(() =>
      document.getElementById('changes-hint')?.textContent?.startsWith('Nothing')
    )
    const body = { status: 'AWAY', profile: { name: '<b>Grace</b>' } }
    await ask(ring.peers[2]!.http, { method: 'PUT', path: userPath('grace'), body })
    const line = page.locator('#changes li[data-user="grace"]').first()
    await line.waitFor()
    assert.match((await line.textContent()) ?? '', /grace <b>Grace<\/b>AWAY/)
    await ask(url(), { method: 'DELETE', path: userPath('grace') })
    await page.locator('#changes .status.deleted').first().waitFor()
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('everything can be reached and done by keyboard alone, and what has the focus is seen', async () => {
    const { page, complaints } = await opened(browser, url())
    const reached = new Set<string>()
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab')
      const at = await page.evaluate(() => {
        const { activeElement } = document
        if (activeElement === null || activeElement === document.body) return undefined
        const style = getComputedStyle(activeElement.querySelector('.reach') ?? activeElement)
        const seen = style.outlineStyle !== 'none' || style.stroke !== 'none'
        const name = activeElement.id || activeElement.className.toString() || activeElement.tagName
        return { name: activeElement.getAttribute('role') === 'button' ? 'peer' : name, seen }
      })
      if (at === undefined) break
      assert.ok(at.seen, `${at.name} has the focus and does not show it`)
      reached.add(at.name)
      if (at.name === 'peer') {
        await page.keyboard.press('ArrowRight')
        const second = await page.evaluate(() => (document.activeElement as HTMLElement).dataset.peer)
        await page.keyboard.press('Enter')
        assert.equal(await page.getAttribute(`.place[data-peer="${second}"]`, 'aria-pressed'), 'true')
        assert.match((await page.textContent('#pointed')) ?? '', /successors/)
      }
    }
    for (const name of ['peer', 'lookup-id', 'changes', 'timeline', 'sample'])
      assert.ok(reached.has(name), name)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('it has room on a narrow screen, and its words can be read in light and in dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [360, 1280]) {
        const { page, complaints } = await opened(browser, url(), { colorScheme, width })
        await page.waitForSelector('#balance tr')
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width}`)
        assert.deepEqual(await page.evaluate(faintTexts), [])
        assert.deepEqual(complaints, [])
        await page.close()
      }
    }
  })

  test('a peer that is killed is shown as down, within 3 s, and on the timeline', async t => {
    const { page, complaints } = await opened(browser, url())
    await page.waitForSelector('#verdict[data-state="whole"]')
    await page.waitForSelector('#timeline li')
    const victim = ring.peers[PEERS - 1]!
    await victim.end('SIGKILL')
    const killedAt = performance.now()
    await page.waitForSelector(`.place.down[data-peer="${victim.peer}"]`)
    const shownMs = performance.now() - killedAt
    t.diagnostic(`shown as down ${shownMs.toFixed(0)} ms after it was killed`)
    assert.ok(shownMs < DOWN_SHOWN_MS, `${shownMs} ms`)
    await page.locator('#timeline li.down').first().waitFor()
    await page.waitForSelector('#verdict[data-state="broken"]')
    assert.equal(await page.getAttribute(`#balance tr[data-peer="${victim.peer}"]`, 'data-status'), 'down')
    assert.deepEqual(complaints, [])
    await page.close()
  })
})

test('where tokens are needed the page asks for one, and keeps it for the tab', {
  skip: noChromium
}, async () => {
  const token = 'a-token-that-only-this-test-knows'
  const http = { port: 0, tokens: [{ token, scopes: ['read' as const] }] }
  await using peer = await createPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], http })
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', message => complaints.push(message.text()))
    await page.goto(`${peer.httpUrl}/ui`)
    await page.waitForSelector('#token-text:focus')
    assert.equal(await page.locator('.place').count(), 0)
    await page.keyboard.type(token)
    await page.keyboard.press('Enter')
    await page.waitForSelector(`.place[data-peer="${peer.peer}"]`)
    await peer.users.set('ada', { status: 'ONLINE' })
    await page.waitForSelector('#changes li[data-user="ada"]')
    await page.reload()
    await page.waitForSelector('.place')
    assert.ok(await page.isHidden('#token'))
    assert.ok(!(await page.content()).includes(token))
    assert.deepEqual(complaints, [])
  } finally {
    await browser.close()
  }
})
