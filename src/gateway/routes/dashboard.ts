/** The dashboard: a page, how it looks, and the scripts that it is made of. All that they show they ask this gateway for. */
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { DASHBOARD_PAGE, DASHBOARD_PATH, STYLE_PATH } from '../dashboard/page.ts'
import { isScript, SCRIPTS, scriptText } from '../dashboard/scripts.ts'
import { STYLE } from '../dashboard/style.ts'
import type { App } from '../exchange.ts'
import type { RouteDescription } from '../openapi/description.ts'
import { checkQuery, noQuery } from '../schemas.ts'

const SCRIPT_ROUTE = `${DASHBOARD_PATH}/:script`
/** For browsers, which have no token yet when they load them. */
export const DASHBOARD_PATHS: readonly string[] = [
  DASHBOARD_PATH,
  STYLE_PATH,
  SCRIPT_ROUTE,
  ...SCRIPTS.map(name => `${DASHBOARD_PATH}/${name}`)
]
/** Everything comes from this peer: no other site is asked, nothing stands in the page that runs, and no page may frame it. */
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer'
}

export const DASHBOARD_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: DASHBOARD_PATH,
    operation: 'getDashboard',
    tag: 'Dashboard',
    summary: 'The ring as a page',
    answers: {
      200: {
        what: 'The page; it loads nothing from anywhere else',
        type: 'text/html',
        schema: z.string(),
        headers: ['Content-Security-Policy', 'Referrer-Policy']
      }
    }
  },
  {
    method: 'GET',
    path: STYLE_PATH,
    operation: 'getDashboardStyle',
    tag: 'Dashboard',
    summary: 'How it looks',
    answers: { 200: { what: 'The style sheet', type: 'text/css', schema: z.string() } }
  },
  {
    method: 'GET',
    path: SCRIPT_ROUTE,
    operation: 'getDashboardScript',
    tag: 'Dashboard',
    summary: 'What it does',
    answers: { 200: { what: 'An ES module', type: 'text/javascript', schema: z.string() } },
    errors: ['NotFoundError']
  }
]

export function dashboardRoutes(app: App): void {
  app.get(DASHBOARD_PATH, c => {
    checkQuery(noQuery, c.env.url.searchParams)
    return c.body(DASHBOARD_PAGE, 200, PAGE_HEADERS)
  })

  app.get(STYLE_PATH, c => {
    checkQuery(noQuery, c.env.url.searchParams)
    return c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' })
  })

  app.get(SCRIPT_ROUTE, async c => {
    checkQuery(noQuery, c.env.url.searchParams)
    const name = c.req.param('script')
    if (!isScript(name)) {
      throw new NotFoundError(`The dashboard has no ${JSON.stringify(name)}: load ${DASHBOARD_PATH} again`)
    }
    return c.body(await scriptText(name), 200, { 'Content-Type': 'text/javascript; charset=utf-8' })
  })
}
