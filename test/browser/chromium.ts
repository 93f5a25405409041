/** A real browser, where there is one: CHROMIUM names it, or it is where Debian puts it. Nothing is downloaded. */
import { accessSync, constants } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome'
]

const executablePath = PLACES.find(place => place !== undefined && isExecutable(place))

/** For the `skip` of a test; false where a browser is found. */
export const noChromium =
  executablePath === undefined
    ? 'there is no Chromium here: install it (Debian: apt-get install -y chromium), or say in CHROMIUM where it is'
    : false

export function launchChromium(): Promise<Browser> {
  // In containers, as CI's, there is often no user namespace for its sandbox; it sees nothing but this peer's page.
  return chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
