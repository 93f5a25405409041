/**
 * The files of the demo's dashboard: the page of every gateway with one more panel. Its scripts have URLs that mirror the
 * folders that they lie in, so that those of the demo find those of the gateway as they do on disk.
 */
import { dashboardPage, pageHeaders } from '../../../gateway/dashboard/page.ts'
import { isScript, moduleText, scriptText } from '../../../gateway/dashboard/scripts.ts'
import { STYLE } from '../../../gateway/dashboard/style.ts'
import { DEMO_PANEL } from './panel.ts'
import { DEMO_STYLE } from './style.ts'

/** Every module of client/; a test holds that it is every one. */
export const DEMO_SCRIPTS = ['commander.js', 'demo-panel.js', 'main.js', 'meters.js', 'peer-row.js']

const PAGE_PATH = '/ui'
const STYLE_PATH = `${PAGE_PATH}/style.css`
const OWN = `${PAGE_PATH}/cli/demo/dashboard/client/`
const GATEWAYS = `${PAGE_PATH}/gateway/dashboard/client/`
/** The gateways of this machine: peers are added, and nobody knows on which ports. */
const CONNECT = "'self' http://127.0.0.1:*"

export interface DashboardFile {
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Undefined: there is none. `base`: the URL before `path`; `gateway`: the origin of one that the page may ask at first. */
export async function dashboardFile(
  path: string,
  base: string,
  gateway: string
): Promise<DashboardFile | undefined> {
  if (path === PAGE_PATH) {
    const parts = { style: base + STYLE_PATH, script: `${base}${OWN}main.js`, gateway, panel: DEMO_PANEL }
    return { headers: pageHeaders(CONNECT), text: dashboardPage(parts) }
  }
  if (path === STYLE_PATH) return file('css', STYLE + DEMO_STYLE)
  const script = await demoScript(path)
  return script === undefined ? undefined : file('javascript', script)
}

async function demoScript(path: string): Promise<string | undefined> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (path === GATEWAYS + name && isScript(name)) return scriptText(name)
  if (path === OWN + name && DEMO_SCRIPTS.includes(name)) {
    return moduleText(new URL(`./client/${name}`, import.meta.url))
  }
  return undefined
}

function file(type: 'css' | 'javascript', text: string): DashboardFile {
  return { headers: { 'Content-Type': `text/${type}; charset=utf-8` }, text }
}
