/** The description of all routes: for programs, and for people. The same to everybody, so it is made once. */
import { z } from 'zod'
import type { App } from '../exchange.ts'
import type { RouteDescription } from '../openapi/description.ts'
import { type OpenApi, type OpenApiOptions, openApiOf } from '../openapi/openapi.ts'
import { type Page, pageOf } from '../openapi/page.ts'
import { STYLE } from '../openapi/style.ts'
import { checkQuery, noQuery } from '../schemas.ts'

const STYLE_PATH = '/docs/style.css'
/** Nothing is loaded but the style sheet, nothing runs, nothing is sent, and no page may frame it. */
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer'
}

export const DESCRIPTION_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: '/openapi.json',
    operation: 'getDescription',
    tag: 'Description',
    summary: 'This description for programs, as OpenAPI 3.1',
    answers: { 200: { what: 'The document', schema: z.looseObject({ openapi: z.string() }) } }
  },
  {
    method: 'GET',
    path: '/docs',
    operation: 'getPage',
    tag: 'Description',
    summary: 'This description for people',
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
    operation: 'getPageStyle',
    tag: 'Description',
    summary: 'How the page looks',
    answers: { 200: { what: 'The style sheet', type: 'text/css', schema: z.string() } }
  }
]

export function descriptionRoutes(
  app: App,
  routes: readonly RouteDescription[],
  options: OpenApiOptions
): void {
  let document: OpenApi | undefined
  let page: Promise<Page> | undefined
  const made = () => {
    document ??= openApiOf(routes, options)
    return document
  }

  app.get('/openapi.json', c => {
    checkQuery(noQuery, c.env.url.searchParams)
    return c.json(made())
  })

  app.get('/docs', async c => {
    checkQuery(noQuery, c.env.url.searchParams)
    page ??= pageOf(made(), STYLE_PATH)
    const shownTo = await page
    return c.body(shownTo(c.env.url.origin), 200, PAGE_HEADERS)
  })

  app.get(STYLE_PATH, c => {
    checkQuery(noQuery, c.env.url.searchParams)
    return c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' })
  })
}
