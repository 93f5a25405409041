/** Probes, in the form that Kubernetes made common, and the version. They answer also when the gateway is full. */
import { z } from 'zod'
import { RETRY_AFTER_MS } from '../../constants.ts'
import type { RingInspector } from '../../users/ring-report.ts'
import type { App } from '../exchange.ts'
import { versionAnswer } from '../openapi/answers.ts'
import type { RouteDescription } from '../openapi/description.ts'
import { checkQuery, noQuery, readyQuery } from '../schemas.ts'

export const HEALTH_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/version'])

const TEXT = { type: 'text/plain', schema: z.string() } as const

export const HEALTH_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: '/livez',
    operation: 'isAlive',
    tag: 'Health',
    summary: 'Whether the process answers',
    answers: { 200: { ...TEXT, what: 'It does', example: 'ok\n' } }
  },
  {
    method: 'GET',
    path: '/readyz',
    operation: 'isReady',
    tag: 'Health',
    summary: 'Whether the peer can serve',
    query: readyQuery,
    answers: {
      200: { ...TEXT, what: 'It can', example: '[+]storage ok\n[+]ring ok\nready\n' },
      503: {
        ...TEXT,
        what: 'It cannot: each check, and what failed',
        example: '[+]storage ok\n[-]ring joining\nnot ready\n',
        headers: ['Retry-After']
      }
    }
  },
  {
    method: 'GET',
    path: '/version',
    operation: 'getVersion',
    tag: 'Health',
    summary: 'The version of anillo',
    answers: {
      200: {
        what: 'The version',
        schema: versionAnswer,
        example: { name: 'anillo', version: '0.1.0', api: 'v1' }
      }
    }
  }
]

export function healthRoutes(app: App, ring: RingInspector, version: string): void {
  app.get('/livez', c => {
    checkQuery(noQuery, c.env.url.searchParams)
    return c.text('ok\n')
  })

  app.get('/readyz', c => {
    const { verbose } = checkQuery(readyQuery, c.env.url.searchParams)
    const checks = ring.health()
    const ready = checks.every(check => check.ok)
    if (ready && !verbose) return c.text('ok\n')
    const lines = checks.map(({ name, ok, detail }) =>
      ok ? `[+]${name} ok` : `[-]${name} ${detail ?? 'failed'}`
    )
    const text = `${lines.join('\n')}\n${ready ? 'ready' : 'not ready'}\n`
    return ready
      ? c.text(text)
      : c.text(text, 503, { 'Retry-After': String(Math.ceil(RETRY_AFTER_MS / 1000)) })
  })

  app.get('/version', c => {
    checkQuery(noQuery, c.env.url.searchParams)
    return c.json({ name: 'anillo', version, api: 'v1' })
  })
}
