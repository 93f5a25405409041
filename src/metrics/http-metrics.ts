/** The requests of the gateway, counted. By the pattern of their route: paths hold user ids, of which there is no end. */
import type { Counter, Histogram } from 'prom-client'
import type { EndedRequest, RequestObserver } from '../gateway/exchange.ts'
import { DURATION_BUCKETS_S, type Instruments } from './instruments.ts'

/** Whatever else is sent as a method is `other`. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'])

export class HttpMetrics implements RequestObserver {
  readonly #ended: Counter<'method' | 'route' | 'status'>
  readonly #durations: Histogram<'method' | 'route'>
  #inFlight = 0

  constructor(make: Instruments) {
    this.#ended = make.counter(
      'anillo_http_requests_total',
      'Requests that were answered, by route and by class of status, such as 2xx',
      ['method', 'route', 'status']
    )
    this.#durations = make.histogram(
      'anillo_http_request_duration_seconds',
      'Time from a request until its answer began',
      DURATION_BUCKETS_S,
      ['method', 'route']
    )
    make.gaugeOf('anillo_http_requests_in_flight', 'Requests that are being answered', () => this.#inFlight)
  }

  began(): void {
    this.#inFlight++
  }

  ended({ method: sent, route, status, ms }: EndedRequest): void {
    this.#inFlight--
    const method = METHODS.has(sent) ? sent : 'other'
    this.#ended.inc({ method, route, status: `${Math.floor(status / 100)}xx` })
    this.#durations.observe({ method, route }, ms / 1_000)
  }
}
