/** The dashboard: a page, how it looks, and the scripts that it is made of. All that they show they ask this gateway for. */
import { z } from 'zod'
import { NotFoundError } from '../../errors.ts'
import { dashboardPage, pageHeaders } from '../dashboard/page.ts'
import { isScript, SCRIPTS, scriptText } from '../dashboard/scripts.ts'
import { STYLE } from '../dashboard/style.ts'
import type { App } from '../exchange.ts'
import type { RouteDescription } from '../openapi/description.ts'
import { checkQuery, noQuery } from '../schemas.ts'

const DASHBOARD_PATH = '/ui'
const STYLE_PATH = `${DASHBOARD_PATH}/style.css`
const SCRIPT_ROUTE = `${DASHBOARD_PATH}/:script`
/** For browsers, which have no token yet when they load them. */
export const DASHBOARD_PATHS: readonly string[] = [
  DASHBOARD_PATH,
  STYLE_PATH,
  SCRIPT_ROUTE,
  ...SCRIPTS.map(name => `${DASHBOARD_PATH}/${name}`)
]
const PAGE = dashboardPage({ style: STYLE_PATH, script: `${DASHBOARD_PATH}/main.js`, gateway: '' })

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
    return c.body(PAGE, 200, pageHeaders())
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
