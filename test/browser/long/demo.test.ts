/** The dashboard of a real demo: its buttons break real processes, and the page goes on whichever peer they hit. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Demo } from '../../end-to-end/demo-process.ts'
import { until } from '../../end-to-end/processes.ts'
import { launchChromium, noChromium } from '../chromium.ts'
import { faintTexts, opened } from '../page.ts'

/** A peer that starts, or a ring that becomes whole, on a loaded machine. */
const SETTLE_MS = 120_000
/** What the page promises of a crash. */
const DOWN_SHOWN_MS = 3_000
/** More Tabs than the page has places for the focus. */
const TABS_MAX = 80

const row = (number: number) => `#demo-peers tr[data-number="${number}"]`

/** Goes on by Tab until the focus is on what `selector` names. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < TABS_MAX; i++) {
    await page.keyboard.press('Tab')
    const there = await page.evaluate(sought => document.activeElement?.matches(sought) ?? false, selector)
    if (!there) continue
    const seen = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle !== 'none')
    assert.ok(seen, `${selector} has the focus and does not show it`)
    return
  }
  assert.fail(`Tab does not reach ${selector}`)
}

async function untilSaid(page: Page, text: RegExp): Promise<void> {
  const said = () => page.textContent('#demo-said')
  await until(`${text} is said`, async () => {
    assert.match((await said()) ?? '', text)
    return true
  })
}

async function untilWhole(page: Page): Promise<void> {
  await page.waitForSelector('#verdict[data-state="whole"]', { timeout: SETTLE_MS })
}

async function untilSides(page: Page, letters: string): Promise<void> {
  await page.waitForFunction(
    expected =>
      [...document.querySelectorAll('#demo-peers .side')]
        .map(side => side.textContent)
        .join(' ')
        .trim() === expected,
    letters
  )
}

async function assertNothingLost(page: Page): Promise<void> {
  assert.deepEqual([await page.textContent('#lost'), await page.textContent('#wrong')], ['0', '0'])
}

describe('the dashboard of the demo in a browser', { skip: noChromium }, () => {
  let demo: Demo
  let browser: Browser
  before(async () => {
    demo = await Demo.start('-n', '4', '--users', '50')
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await demo?.[Symbol.asyncDispose]()
  })

  test('a peer is killed, started, paused and resumed by keyboard alone, and the focus stays where it was', async t => {
    const { page, complaints } = await opened(browser, demo.url)
    await untilWhole(page)
    const victim = (await demo.state()).peers[3]!.peerId
    await tabTo(page, `${row(4)} [data-verb="kill"]`)
    await page.keyboard.press('Enter')
    const killedAt = performance.now()
    await page.waitForSelector(`.place.down[data-peer="${victim}"]`)
    const shownMs = performance.now() - killedAt
    t.diagnostic(`shown as down ${shownMs.toFixed(0)} ms after the key was pressed`)
    assert.ok(shownMs < DOWN_SHOWN_MS, `${shownMs} ms`)
    await untilSaid(page, /^peer 4 is dead; start 4 brings it back$/)
    assert.equal(await page.getAttribute('#demo-said', 'role'), 'status')
    await page.waitForSelector(`${row(4)}[data-state="killed"]`)

    // The button under the finger has become the other one.
    await page.waitForSelector(`${row(4)} [data-verb="start"]:focus`)
    await page.keyboard.press('Enter')
    await page.waitForSelector(`${row(4)} [data-verb][aria-disabled="true"]:focus`)
    await page.waitForSelector('#add[aria-disabled="true"]')
    await untilSaid(page, /^peer 4 is back/)
    await page.waitForSelector(`${row(4)} [data-verb="kill"][aria-disabled="false"]:focus`)

    await page.waitForSelector(`${row(4)} [data-verb="pause"][aria-disabled="false"]`)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.waitForSelector(`${row(4)}[data-state="paused"] [data-verb="resume"]:focus`)
    await untilSaid(page, /^peer 4 is paused/)
    await page.keyboard.press('Enter')
    await page.waitForSelector(`${row(4)}[data-state="running"]`)
    await untilSaid(page, /^peer 4 goes on/)
    assert.notEqual(await page.textContent('#takeover'), 'none yet')
    await assertNothingLost(page)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('the page goes on when the very peer that it asks is killed or paused with its own buttons', async () => {
    const { page, complaints } = await opened(browser, demo.url)
    await page.click(`${row(2)} input[type="radio"]`)
    const { peers } = await demo.state()
    await page.waitForSelector(`.place.self[data-peer="${peers[1]!.peerId}"]`)
    await page.click(`${row(2)} [data-verb="kill"]`)
    await page.waitForSelector(`.place.down[data-peer="${peers[1]!.peerId}"]`)
    const next = await page.getAttribute('#demo-peers tr.current', 'data-number')
    assert.notEqual(next, '2')
    await page.waitForSelector('#live[data-state="live"]')
    assert.ok(await page.isDisabled(`${row(2)} input[type="radio"]`))
    await page.click(`${row(Number(next))} [data-verb="pause"]`)
    await page.waitForSelector(`${row(Number(next))}[data-state="paused"]:not(.current)`)
    await page.waitForSelector('#demo-peers tr.current[data-state="running"]')
    await page.waitForSelector('#live[data-state="live"]')
    await page.click('#heal')
    await untilSaid(page, /peer 2 is back/)
    await untilWhole(page)
    await assertNothingLost(page)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a peer that is killed at the prompt is not asked any more either', async () => {
    const { page } = await opened(browser, demo.url) // and a browser complains of what the peer has left unfinished
    await page.click(`${row(3)} input[type="radio"]`)
    await page.waitForSelector(`${row(3)}.current`)
    await demo.post('kill 3')
    await page.waitForSelector(`${row(3)}[data-state="killed"]:not(.current)`)
    await page.waitForSelector('#live[data-state="live"]')
    await page.waitForSelector(`.place.down[data-peer="${(await demo.state()).peers[2]!.peerId}"]`)
    assert.match((await page.textContent('#timeline')) ?? '', /Peer 3 is killed: this page asks peer \d now/)
    await demo.post('start 3')
    await untilWhole(page)
    await page.close()
  })

  test('the ring is cut and healed, and gets one more peer; what cannot be done is said in words', async () => {
    const { page, complaints } = await opened(browser, demo.url)
    await page.waitForSelector('#cut[aria-disabled="true"]')
    await page.waitForSelector('#heal[aria-disabled="true"]')
    for (const number of [1, 2, 3, 4]) await page.check(`${row(number)} input[type="checkbox"]`)
    await page.click('#cut')
    await untilSaid(page, /^These are all peers: there is nobody to cut them off from$/)
    assert.equal(await page.getAttribute('#demo-said', 'data-state'), 'failed')
    // The browser tells of every answer that is none of 2xx.
    assert.match(complaints.splice(0).join('\n'), /^.*status of 412.*$/)
    for (const number of [1, 3, 4]) await page.uncheck(`${row(number)} input[type="checkbox"]`)
    await page.click('#cut')
    await untilSaid(page, /^cut: 1 3 4 \| 2; heal joins them again$/)
    await untilSides(page, 'A B A A')
    const alone = (await demo.state()).peers[1]!.peerId
    await page.waitForSelector(`.place.down[data-peer="${alone}"]`)
    // From the other side all others are down.
    await page.click(`${row(2)} input[type="radio"]`)
    await page.waitForFunction(() => document.querySelectorAll('.place.down').length === 3)
    await page.click('#heal')
    await untilSaid(page, /^all reach each other again$/)
    await untilSides(page, '')
    await page.click('#add')
    await page.waitForSelector('#add[aria-disabled="true"]')
    await untilSaid(page, /^peer 5 has joined/)
    await page.waitForSelector(`${row(5)}[data-state="running"]`)
    await page.waitForSelector(`.place.up[data-peer="${(await demo.state()).peers[4]!.peerId}"]`)
    await untilWhole(page)
    await assertNothingLost(page)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('it has room on a narrow screen, and its words can be read in light and in dark, also of peers in trouble', async () => {
    await demo.post('kill 3')
    await demo.post('pause 4')
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [360, 1100, 1280]) {
        const { page, complaints } = await opened(browser, demo.url, { colorScheme, width })
        await page.waitForSelector('#demo-peers tr')
        await page.waitForSelector('.place.down')
        const { scrolled, beyond } = await page.evaluate(() => ({
          scrolled: document.documentElement.scrollWidth,
          beyond: [...document.querySelectorAll('#demo button')]
            .filter(button => button.checkVisibility() && button.getBoundingClientRect().right > innerWidth)
            .map(button => button.textContent)
        }))
        assert.ok(scrolled <= width, `${scrolled} at ${width}`)
        assert.deepEqual(beyond, [])
        assert.deepEqual(await page.evaluate(faintTexts), [])
        assert.deepEqual(complaints, [])
        await page.close()
      }
    }
    await demo.post('heal')
  })

  test('a page of a peer has no buttons, and when the demo ends, its own page says so', async () => {
    const plain = await opened(browser, await demo.gateway(1))
    assert.equal(await plain.page.locator('#demo').count(), 0)
    const pressed = await plain.page.evaluate(
      url =>
        fetch(url, { method: 'POST', body: '{"command":"kill 1"}' }).then(
          ({ ok }) => ok,
          () => false
        ),
      `${demo.url}/demo/commands`
    )
    assert.equal(pressed, false)
    assert.equal((await demo.state()).peers[0]!.state, 'running')
    await plain.page.close()

    const { page } = await opened(browser, demo.url)
    await assertNothingLost(page)
    assert.equal(await demo.end('SIGINT'), 0)
    await untilSaid(page, /^The demo does not answer: if it has ended, start it again/)
    await page.waitForSelector('#verdict[data-state="broken"]')
    await page.waitForSelector(`${row(1)} [data-verb="kill"][aria-disabled="true"]`)
    await page.close()
  })
})
