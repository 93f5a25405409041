/** What is counted and measured, as Prometheus reads it. Answered also when the gateway is full: then it is needed most. */
import { z } from 'zod'
import type { App, GatewayMetrics } from '../exchange.ts'
import { readInTime } from '../in-time.ts'
import type { RouteDescription } from '../openapi/description.ts'
import { checkQuery, noQuery } from '../schemas.ts'
import { HEALTH_PATHS } from './health.ts'

const METRICS_PATH = '/metrics'
/** Answered however full the gateway is: that is when they are needed. */
export const ALWAYS_ANSWERED: ReadonlySet<string> = new Set([...HEALTH_PATHS, METRICS_PATH])

export const METRICS_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: METRICS_PATH,
    operation: 'getMetrics',
    tag: 'Health',
    summary: 'What this peer counts and measures',
    detail: 'In the text format of Prometheus.',
    answers: {
      200: { what: 'Metrics', type: 'text/plain', schema: z.string(), example: 'anillo_ready 1\n' }
    }
  }
]

export function metricsRoutes(app: App, metrics: GatewayMetrics): void {
  app.get(METRICS_PATH, async c => {
    const { url, signal } = c.env
    checkQuery(noQuery, url.searchParams)
    const text = await readInTime(metrics.text(), signal)
    return c.body(text, 200, { 'Content-Type': metrics.contentType })
  })
}
